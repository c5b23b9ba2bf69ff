from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from screens.widgets.columns import GAP, MARGIN, Cell, Column, Look, Row, Slot, fit, lay_out, pieces

CASES = (
    Column("Saksnummer", 14),
    Column("Skyldner"),
    Column("Avd.", 5),
    Column("Frist", 10),
    Column("Saldo", 12, right=True),
    Column("Saksbeh.", 8, from_width=100),
)


def line(row: Row, slots: tuple[Slot, ...]) -> str:
    return "".join(piece.text for piece in pieces(row, slots))


def test_the_flexible_column_takes_what_is_left() -> None:
    widths = [slot.width for slot in lay_out(CASES, 100)]
    assert sum(widths) + MARGIN + GAP * 5 == 100
    assert widths == [14, 39, 5, 10, 12, 8]


def test_a_column_is_left_out_below_its_terminal_width() -> None:
    assert [slot.place for slot in lay_out(CASES, 98, 99)] == [0, 1, 2, 3, 4]


def test_text_columns_go_before_amounts_when_it_is_narrow() -> None:
    assert [slot.place for slot in lay_out(CASES, 50)] == [0, 1, 4]
    assert [slot.place for slot in lay_out(CASES, 30)] == [0, 4]


@given(st.text(max_size=300), st.integers(20, 200))
def test_a_line_is_as_wide_as_its_columns_whatever_the_text(text: str, width: int) -> None:
    slots = lay_out(CASES, width)
    row = Row("x", (text, text, text, text, "1 234,50", text))
    columns = sum(slot.width for slot in slots) + GAP * (len(slots) - 1)
    assert cell_len(line(row, slots)) == columns <= width - MARGIN


def test_an_amount_wider_than_its_column_borrows_from_the_text_to_its_left() -> None:
    slots = (Slot(0, 10, False), Slot(1, 8, True))
    assert line(Row("x", ("Kari Testesen", "−12 345 678,90")), slots).endswith("  −12 345 678,90")
    assert cell_len(line(Row("x", ("Kari Testesen", "−12 345 678,90")), slots)) == 20


def test_two_amounts_side_by_side_are_both_whole() -> None:
    slots = (Slot(0, 20, False), Slot(1, 8, True), Slot(2, 8, True))
    shown = line(Row("x", ("Kari Testesen", "12 345 678,90", "9 999 999,00")), slots)
    assert shown.endswith("  12 345 678,90  9 999 999,00")
    assert cell_len(shown) == 40


def test_long_text_in_a_number_column_is_cut() -> None:
    assert line(Row("x", ("a", "9" * 300)), (Slot(0, 10, False), Slot(1, 8, True))) == "a           9999999…"


def test_wide_letters_are_cut_at_cells_not_letters() -> None:
    assert cell_len(fit("漢字漢字漢字", 7)) == 7
    assert fit("漢字漢字漢字", 7).endswith("…")


def test_rows_under_a_group_are_indented_and_groups_are_marked() -> None:
    slots = (Slot(0, 20, False),)
    assert line(Row("g", ("Reskontro",), opened=True), slots).startswith("▾ Reskontro")
    assert line(Row("g", ("Reskontro",), opened=False), slots).startswith("▸ Reskontro")
    assert line(Row("l", ("Bank",), indent=1), slots).startswith("  Bank")


def test_neighbours_in_one_look_are_one_piece() -> None:
    slots = (Slot(0, 5, False), Slot(1, 5, False), Slot(2, 5, False))
    plain = pieces(Row("x", ("a", "b", "c")), slots)
    coloured = pieces(Row("x", ("a", Cell("b", Look.QUIET), "c")), slots)
    assert [piece.look for piece in plain] == [Look.NORMAL]
    assert [piece.look for piece in coloured] == [Look.NORMAL, Look.QUIET, Look.NORMAL]


def test_a_row_with_too_few_cells_is_filled_with_blanks() -> None:
    assert line(Row("x", ("a",)), (Slot(0, 3, False), Slot(1, 3, True))) == "a       "
