"""The audit trail in words: every field has a Norwegian name, large trails are read a few lines at a time."""

from datetime import date

import pytest
from msgspec.structs import replace

from data.documents import ALL_DOCUMENTS, Case, Debtor, Event
from data.refusals import NAMES
from data.store import Store
from services import audit_trail
from services.audit_text import LABELS, label, shown
from services.audit_trail import AuditTrail, Wanted
from services.edit_text import FIELDS
from tests.builders import case, number_of, put
from tests.services.fakes import FakeClock

NOW = FakeClock().now()


def test_every_field_of_every_document_has_a_name() -> None:
    nameless = [
        f"{kind.TABLE}.{field}"
        for kind in ALL_DOCUMENTS
        for field in kind.__struct_fields__
        if field not in ("id", "rev", "debtor") and field not in LABELS and field not in FIELDS.get(kind.TABLE, {})
    ]
    assert nameless == []
    assert [field for field in Debtor.__struct_fields__ if field not in LABELS] == []
    assert [kind.TABLE for kind in ALL_DOCUMENTS if kind.TABLE not in NAMES] == []


@pytest.mark.parametrize(
    ("table", "field", "value", "told"),
    [
        ("cases", "debtor.national_id", "01810100000", "•••••••••••"),
        ("cases", "debtor.national_id", "", "(tom)"),
        ("cases", "threshold", 210_00, "210,00"),
        ("payments", "amount", -5_00, "−5,00"),
        ("runs", "cases", 12, "12"),
        ("deliveries", "attempts", 2, "2"),
        ("deliveries", "state", "unknown", "ukjent utfall"),
        ("payments", "unplaced", "closed_case", "saken er avsluttet"),
        ("claims", "due", date(2026, 8, 20), "20.08.2026"),
        ("events", "text", "to\nlinjer", "to …"),
        ("events", "text", "\x1b[31mrød", "?[31mrød"),
        ("cases", "handler", "kari", "Kari Testesen"),
    ],
)
def test_a_value_is_told_as_people_read_it(table: str, field: str, value: object, told: str) -> None:
    assert shown(table, field, value, {"kari": "Kari Testesen"}) == told


def test_a_part_of_the_debtor_is_told_as_such() -> None:
    assert label("cases", "debtor.city") == "Skyldner: poststed"
    assert label("cases", "outstanding") == "Utestående"


async def test_lines_are_found_however_far_back(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit_trail, "WINDOW", 3)
    async with store.transaction("ola", "Lenge siden") as tx:
        tx.put(case(1))
    for serial in range(2, 12):
        await put(store, case(serial))
    trail = AuditTrail(store)
    (found,) = await trail.lines(Wanted(handler="ola"))
    assert (found.reason, found.name) == ("Lenge siden", "Ola Prøvesen")
    newest = await trail.lines(Wanted(limit=4))
    assert [line.documents[0].id for line in newest] == [number_of(serial) for serial in range(8, 12)]


async def test_a_removed_document_and_a_removed_person_are_told(store: Store) -> None:
    await put(store, case(1), Event(id="1", case=number_of(1), time=NOW, actor="kari", text="noe"))
    stored, event = await store.get(Case, number_of(1)), await store.get(Event, "1")
    assert stored
    assert event
    async with store.transaction("kari", "Slettet") as tx:
        tx.put(replace(stored, debtor_name="slettet"))
        tx.erase_history(Case, stored.id)
        tx.delete(event)
    trail = AuditTrail(store)
    made, removed = await trail.of_case(number_of(1), Wanted())
    assert [each.what for each in made.documents] == ["innholdet er slettet av hensyn til personvernet"]
    assert "Testesen 1" not in repr([made, removed])
    (newest,) = await trail.lines(Wanted(limit=1))
    assert {each.what for each in newest.documents} == {
        "fjernet",
        "innholdet er slettet av hensyn til personvernet",
        "tidligere innhold er slettet fra loggen",
    }
