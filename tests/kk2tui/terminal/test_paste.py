"""A paste is passed on as far as it fits, wherever the line cuts it into pieces."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from kk2tui.terminal.paste import END, START, PasteBound

LIMIT = 10
texts = st.text(st.sampled_from("aå1\r"), max_size=30)


def cut_in_pieces(text: str, cuts: list[int]) -> list[str]:
    places = sorted({0, len(text), *(cut % (len(text) + 1) for cut in cuts)})
    return [text[one:other] for one, other in pairwise(places)]


@given(texts, texts, texts, st.lists(st.integers(0, 200), max_size=6))
def test_keys_pass_and_a_paste_is_cut(before: str, pasted: str, after: str, cuts: list[int]) -> None:
    bound = PasteBound(LIMIT)
    passed, dropped = "", 0
    for piece in cut_in_pieces(f"{before}{START}{pasted}{END}{after}", cuts):
        passed += bound.pass_on(piece)
        dropped += bound.cut
    assert passed == f"{before}{START}{pasted[:LIMIT]}{END}{after}"
    assert dropped == max(len(pasted) - LIMIT, 0)


def test_a_lone_escape_is_passed_on_at_once() -> None:
    assert PasteBound().pass_on("\x1b") == "\x1b"


def test_an_endless_paste_takes_no_more_room_than_the_limit() -> None:
    bound = PasteBound(LIMIT)
    passed = bound.pass_on(START) + "".join(bound.pass_on("x" * 4096) for _ in range(100))
    assert passed == START + "x" * LIMIT


def test_the_next_paste_has_the_whole_limit_again() -> None:
    bound = PasteBound(LIMIT)
    bound.pass_on(START + "x" * 20 + END)
    assert bound.pass_on(START + "y" * LIMIT + END) == START + "y" * LIMIT + END
    assert bound.cut == 0


@given(
    texts,
    st.text(st.sampled_from("a\x1b[201~j\x00\x9b\x7f\t\r\n"), max_size=40),
    st.lists(st.integers(0, 99), max_size=6),
)
def test_what_is_pasted_is_text_and_no_sequence_of_keys(before: str, pasted: str, cuts: list[int]) -> None:
    bound = PasteBound(100)
    pasted = pasted.replace(END, "")
    passed = "".join(map(bound.pass_on, cut_in_pieces(f"{before}{START}{pasted}{END}", cuts)))
    inside = passed.removeprefix(before + START).removesuffix(END)
    assert inside == "".join(letter for letter in pasted if letter in "\t\r\n" or letter.isprintable())
