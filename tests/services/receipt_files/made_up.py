"""Made-up receipts."""

from datetime import UTC, datetime
from typing import Any, Literal

from hypothesis import strategies as st

from data.documents import Column, Receipt, Section

Kind = Literal["text", "amount", "date", "number", "case"]
KINDS: tuple[Kind, ...] = ("text", "amount", "date", "number", "case")
CELLS = {
    "text": st.none() | st.text(max_size=20),
    "case": st.sampled_from(("", "0221-00000001", "0221-99999999")),
    "amount": st.none() | st.integers(-(10**11), 10**11),
    "number": st.integers(-5, 10**6),
    "date": st.dates().map(lambda day: day.isoformat()) | st.just(""),
}


@st.composite
def sections(draw: st.DrawFn) -> Section:
    kinds = draw(st.lists(st.sampled_from(KINDS), min_size=1, max_size=5))
    rows = draw(st.lists(st.tuples(*(CELLS[kind] for kind in kinds)), max_size=6))
    columns = tuple(Column(title=draw(st.text(max_size=8)), kind=kind) for kind in kinds)
    return Section(title=draw(st.text(max_size=12)), columns=columns, rows=tuple(rows))


def receipt(*sections: Section, **more: Any) -> Receipt:
    """A receipt of a bank file."""
    fields: dict[str, Any] = {
        "id": "K000003",
        "kind": "payments",
        "time": datetime(2026, 11, 24, 7, 12, 5, 123456, tzinfo=UTC),
        "actor": "kari",
        "title": "Import av OCR, OCR.D261123",
        "sections": sections,
    }
    return Receipt(**fields | more)


CASES = Section(
    title="Saker",
    columns=(
        Column(title="Saksnummer", kind="case"),
        Column(title="Skyldner"),
        Column(title="Dato", kind="date"),
        Column(title="Antall", kind="number"),
        Column(title="Saldo", kind="amount"),
    ),
    rows=(
        ("0221-00000001", "Æ; «Prøve» \x1b[2J\nTestesen", "2026-11-20", 3, 1_234_50),
        ("0221-00000002", "=HYPERLINK(1)", "", 0, -5),
    ),
)
