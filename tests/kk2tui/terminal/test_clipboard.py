"""Ctrl+Y copies what the cursor is on, and the next time what stands beside it."""

from kk2tui.terminal.clipboard import LONGEST, Clipboard, clean


def test_the_same_place_gives_the_next_text_each_time_and_begins_again() -> None:
    clipboard = Clipboard()
    texts = ["0221-00000031", "", "Kari Testesen", "1 234,50"]
    assert [clipboard.take(texts)[0] for _ in range(4)] == ["0221-00000031", "Kari Testesen", "1 234,50", texts[0]]


def test_another_place_begins_with_its_first_text() -> None:
    clipboard = Clipboard()
    assert clipboard.take(["a", "b"]) == ("a", "b")
    assert clipboard.take(["c", "d"]) == ("c", "d")
    assert clipboard.take([]) == ("", "")


def test_what_is_copied_is_one_line_without_control_characters() -> None:
    assert clean(" 1 234,50\r\n\x1b]52;c;\x07 ") == "1 234,50]52;c;"
    assert len(clean("x" * 1_000)) == LONGEST
