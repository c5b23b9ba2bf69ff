"""What is sent makes a terminal show the frame, whatever it showed before, and is no more than is needed."""

from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st

from kk2tui.terminal.cells import Frame, Look, cells_of, laid_over
from kk2tui.terminal.frame_diff import Shown, diff, nothing_known
from tests.kk2tui.terminal.frames import BLANK, HEIGHT, WIDTH, PyteTerminal, differences, expected, frame, row

LOOKS = [
    BLANK,
    Look("38;2;215;218;224", "48;2;20;23;28"),
    Look("38;2;215;218;224", "48;2;37;43;52", (1,)),
    Look("38;2;139;148;158", "48;2;20;23;28"),
    Look("31", "42", (4,)),
    Look("93", "49", (1, 3, 9)),
    Look("39", "104", (7,)),
]
WORDS = [
    "",
    "Kari Testesen",
    "   ",
    "1 234,50",
    "å",
    "A\u030a",
    "漢字",
    "x",
    "−  −",
    "Øvelsbø  0221-00000031",
    "\x1b[2J",
]

looks = st.sampled_from(LOOKS)
# No mark on a wide character: pyte puts it on the second half.
words = st.sampled_from(WORDS) | st.text(st.sampled_from("abc 漢æø")) | st.text(st.sampled_from("abe \u0301\u0323ø"))
rows = st.builds(row, words, looks)


@st.composite
def changes(draw: st.DrawFn) -> "Change":
    """One way in which a frame becomes another."""
    kind = draw(st.sampled_from(["put", "row", "move", "all"]))
    y = draw(st.integers(0, HEIGHT - 1))
    if kind == "put":
        return Put(draw(st.integers(-2, WIDTH)), y, draw(words), draw(looks))
    if kind == "row":
        return Put(0, y, " " * WIDTH + draw(words), draw(looks))
    if kind == "move":
        return Move(y, draw(st.integers(0, HEIGHT - 1)), draw(st.integers(-3, 3)))
    return All(tuple(draw(st.lists(rows, min_size=HEIGHT, max_size=HEIGHT))))


class Change:
    def of(self, frame: Frame) -> Frame:
        raise NotImplementedError


@dataclass(frozen=True)
class Put(Change):
    x: int
    y: int
    text: str
    look: Look

    def of(self, frame: Frame) -> Frame:
        changed = laid_over(frame[self.y], self.x, cells_of(self.text, self.look))
        return (*frame[: self.y], changed, *frame[self.y + 1 :])


@dataclass(frozen=True)
class Move(Change):
    """The rows between two move up, and around."""

    one: int
    other: int
    lines: int

    def of(self, frame: Frame) -> Frame:
        top, bottom = sorted((self.one, self.other))
        band = frame[top : bottom + 1]
        turned = self.lines % len(band)
        return (*frame[:top], *band[turned:], *band[:turned], *frame[bottom + 1 :])


@dataclass(frozen=True)
class All(Change):
    rows: Frame

    def of(self, frame: Frame) -> Frame:
        return self.rows


FULL = frame(*(row(f"0221-0000003{y} Testesen", LOOKS[1]) for y in range(HEIGHT)))


@given(
    st.sampled_from([frame(), FULL]),
    st.lists(st.lists(changes(), min_size=1, max_size=3), min_size=1, max_size=5),
    st.lists(st.tuples(st.integers(0, WIDTH - 1), st.integers(0, HEIGHT - 1)), min_size=6, max_size=6),
    st.booleans(),
)
def test_a_terminal_shows_every_frame_in_turn(
    first: Frame, steps: list[list[Change]], cursors: list[tuple[int, int]], erases_in_colour: bool
) -> None:
    terminal = PyteTerminal()
    shown = nothing_known(WIDTH, HEIGHT)
    wanted = first
    for step, cursor in zip([[], *steps], cursors, strict=False):
        for change in step:
            wanted = change.of(wanted)
        text, shown = diff(shown, wanted, cursor, erases_in_colour=erases_in_colour)
        terminal.feed(text)
        assert differences(terminal.seen(), expected(wanted)) == [], text
        assert (min(terminal.screen.cursor.x, WIDTH - 1), terminal.screen.cursor.y) == cursor


def sent(old: Frame, new: Frame, cursor: tuple[int, int] = (0, 0), pen: Look = BLANK) -> str:
    return diff(Shown(old, cursor, pen), new, cursor)[0]


def test_nothing_is_sent_for_the_same_frame() -> None:
    assert sent(FULL, FULL) == ""


def test_one_character_costs_a_move_there_and_back() -> None:
    assert sent(FULL, Put(5, 3, "9", LOOKS[1]).of(FULL), pen=LOOKS[1]) == "\x1b[4;6H9\x1b[H"


def test_a_blank_differs_by_its_background_only() -> None:
    assert sent(frame(row("a", LOOKS[1])), frame(row("a", LOOKS[1]._replace(attributes=())))) == ""
    quiet = frame(row("a   ", LOOKS[3]))
    assert len(sent(frame(row("a   ", LOOKS[1])), quiet, pen=LOOKS[3])) == len("a\r")


def test_rows_that_moved_are_scrolled_and_not_sent() -> None:
    new = (FULL[0], *FULL[2:9], row("0221-00000099 Testesen", LOOKS[1]), FULL[9])
    text = sent(FULL, new, pen=LOOKS[1])
    assert "\x1b[2;9r" in text
    assert "\x1b[M" in text
    assert len(text) < 50


def test_a_row_that_became_blank_is_erased_and_not_overwritten() -> None:
    assert sent(FULL, (row("", LOOKS[1]), *FULL[1:]), pen=LOOKS[1]) == "\x1b[K"


def test_a_terminal_that_erases_without_colour_gets_spaces() -> None:
    text, _ = diff(Shown(FULL, (0, 0), LOOKS[1]), (row("", LOOKS[1]), *FULL[1:]), (0, 0), erases_in_colour=False)
    assert text.startswith(" " * len("0221-00000030 Testesen"))


def test_the_pen_changes_by_what_differs() -> None:
    bold = LOOKS[1]._replace(attributes=(1,))
    assert sent(FULL, Put(0, 0, "X", bold).of(FULL), pen=LOOKS[1]) == "\x1b[1mX\r"


def test_half_a_wide_character_is_never_sent_alone() -> None:
    wide = frame(row("漢字"))
    text = sent(wide, Put(1, 0, "x", BLANK).of(wide))
    assert text.startswith(" x")


def test_no_text_can_carry_an_escape_sequence_to_the_terminal() -> None:
    assert "\x1b" not in "".join(cell.text for cell in cells_of("a\x1b[2J\x9b2J\x7f", BLANK))
