"""Pages, counts, sums and searching."""

import random
from datetime import date

import pytest
from msgspec.structs import replace

from data.documents import Case, Claim, Delivery, Payment
from data.sealed_words import is_sealed
from data.search_index import CANDIDATES
from data.store import Match
from data.wanted import Range, Wanted, fits
from tests.data.conformance.common import OpenIt, stored
from tests.data.made_up import case, claim, payment

WHOLE = "01817012345"  # a national id that cannot be
WAYS: tuple[Match, ...] = ("whole", "beginnings", "near")


class Lists:
    """Pages, counts, totals and search."""

    async def test_counts_and_totals_obey_all_conditions(self, open_it: OpenIt) -> None:
        store = open_it()
        await stored(
            store,
            case(1, outstanding=1),
            case(2, outstanding=10, status="closed"),
            case(3, outstanding=100, handler="ola"),
        )
        assert await store.count(Case) == 3
        assert await store.count(Case, {"status": "open"}) == 2
        assert await store.count(Case, {"status": "open", "handler": "ola"}) == 1
        assert await store.total(Case, "outstanding", {"status": "open"}) == 101
        assert await store.total(Case, "outstanding", {"status": "paused"}) == 0

    async def test_an_offset_jumps_and_a_place_continues(self, open_it: OpenIt) -> None:
        store = open_it()
        await stored(store, *(case(n, name=f"Navn {n % 3}") for n in range(9)))
        page = await store.page(Case, order="debtor_sort", descending=True, offset=2, limit=3)
        assert [doc.id[-1] for doc in page.items] == ["2", "7", "4"]
        page = await store.page(Case, order="debtor_sort", descending=True, after=page.next, limit=10)
        assert [doc.id[-1] for doc in page.items] == ["1", "6", "3", "0"]
        assert page.next is None
        assert (await store.page(Case, offset=99)).items == []

    async def test_documents_are_counted_and_summed_by_the_value_of_a_field(self, open_it: OpenIt) -> None:
        store = open_it()
        await stored(store, case(1, outstanding=5), case(2, outstanding=-7))
        await stored(store, case(3, status="closed", department="K020"))
        await stored(store, payment(1, unplaced="card", case=None), payment(2), payment(3, posting="frozen"))
        assert await store.groups(Case, "status", total="outstanding") == {"open": (2, -2), "closed": (1, 0)}
        assert await store.groups(Case, "department", where={"creditor": "0221"}) == {"K010": (2, 0), "K020": (1, 0)}
        assert await store.groups(Case, "department", where={"creditor": "0999"}) == {}
        assert await store.groups(Payment, "unplaced", total="amount") == {"card": (1, 100_00)}
        assert await store.groups(Payment, "to_post", total="amount") == {"ready": (1, 100_00)}
        assert await store.groups(Payment, "paid_month", total="amount") == {202611: (2, 200_00)}
        assert await store.count(Delivery, {"needs_decision": True}) == 0

    async def test_search_finds_by_the_beginning_of_every_word(self, open_it: OpenIt) -> None:
        store = open_it()
        await stored(store, case(38, name="Bjørn-Åge Sæther"), claim(5, case(38).id), case(39, name="Kari Testesen"))
        for text in (
            *("38", "0221-00000038", "022100000038", "0221 00000038", "0221 0000 0038 5", case(38).kid),
            *("bjørn", "BJORN", "sæther", "saether", "Åge", "aage", "bjørn-åge", "Sæther, Bjørn", "s b", "700005"),
            *("sæther 700005", "V00385", "9900000", " 38 - "),
        ):
            assert [doc.id for doc in await store.search(Case, text)] == [case(38).id], text
        for text in ("", "  ", "sætherx", "jørn", "kari 700005", "*", '"', "testesen 38"):
            assert await store.search(Case, text) == [], text
        assert [doc.id for doc in await store.search(Case, "0221")] == [case(38).id, case(39).id]
        assert len(await store.search(Case, "0221", limit=1)) == 1

    async def test_search_gives_the_first_by_number_however_many_answer(self, open_it: OpenIt) -> None:
        store, numbers = open_it(), list(range(CANDIDATES + 500))
        random.Random(1).shuffle(numbers)
        async with store.transaction("kari", "saker") as tx:
            for number in numbers:
                tx.put(case(number, name="Ola Prøvesen" if number % 50 == 0 else "Kari Testesen"))
        first = {"kari": (1, 2, 3), "0221": (0, 1, 2), "prøve": (0, 50, 100)}
        for text, expected in first.items():
            found = await store.search(Case, text, limit=3)
            assert [doc.id for doc in found] == [case(number).id for number in expected], text

    async def test_search_follows_changes_and_removals(self, open_it: OpenIt) -> None:
        store = open_it()
        await stored(store, case(1, name="Gammel"), claim(1, case(1).id))
        doc, invoice = await store.get(Case, case(1).id), await store.get(Claim, claim(1, case(1).id).id)
        assert doc
        assert invoice
        await stored(store, replace(doc, debtor_name="Nytt Navn"))
        assert await store.search(Case, "gammel") == []
        assert len(await store.search(Case, "nytt 700001")) == 1
        async with store.transaction("kari", "bort") as tx:
            tx.delete(invoice)
        assert await store.search(Case, "700001") == []
        assert len(await store.search(Case, "nytt")) == 1

    @pytest.mark.parametrize("typed", [WHOLE, "018170 12345", "018170-12345", "01 81 70 12345", f"kari {WHOLE}"])
    async def test_a_person_is_found_by_the_whole_national_id(self, open_it: OpenIt, typed: str) -> None:
        store = open_it()
        await stored(store, case(1, national_id=WHOLE), case(2, national_id="01817054321"))
        for way in WAYS:
            assert [doc.id for doc in await store.search(Case, typed, by=way)] == [case(1).id], way

    async def test_of_a_national_id_only_the_date_of_birth_is_found_by_its_beginning(self, open_it: OpenIt) -> None:
        store = open_it()
        await stored(store, case(1, national_id=WHOLE))
        for known in ("0181", "018170", "kari 018170"):
            assert [doc.id for doc in await store.search(Case, known)] == [case(1).id], known
        (word,) = filter(is_sealed, case(1, national_id=WHOLE).search_entry()[1].split())
        nearly = (WHOLE[:7], WHOLE[:10], WHOLE + "0", "018170-1234", "018170 1234", "12345", "01817012346")
        for guess in (*nearly, word, word[1:], word[:5], word[1:5], word[0]):
            for way in WAYS:
                assert await store.search(Case, guess, by=way) == [], (guess, way)

    @pytest.mark.parametrize("written", [WHOLE, "018170 12345", f"nr.{WHOLE}@eksempel.invalid"])
    @pytest.mark.parametrize("field", ["org_number", "email", "mobile", "name", "old_number"])
    async def test_a_national_id_in_the_wrong_field_is_found_whole_and_not_digit_by_digit(
        self, open_it: OpenIt, field: str, written: str
    ) -> None:
        store, wrong = open_it(), case(1)
        if field == "old_number":
            wrong = replace(wrong, old_number=written)
        elif field == "name":
            wrong = replace(wrong, debtor_name=f"Kari {written}")
        else:
            wrong = replace(wrong, debtor=replace(wrong.debtor, **{field: written}))
        await stored(store, wrong)
        assert [doc.id for doc in await store.search(Case, WHOLE)] == [wrong.id]
        for guess in (WHOLE[:7], WHOLE[:10], "018170-1234", "12345"):
            for way in WAYS:
                assert await store.search(Case, guess, by=way) == [], (guess, way)
        await store.verify()

    async def test_an_invoice_number_that_may_be_a_national_id_is_found_whole_and_a_kid_by_its_beginning(
        self, open_it: OpenIt
    ) -> None:
        store = open_it()
        await stored(store, case(1), replace(claim(1, case(1).id), invoice=WHOLE), case(2, kid="01817054321"))
        assert [doc.id for doc in await store.search(Case, WHOLE)] == [case(1).id]
        assert await store.search(Case, WHOLE[:10]) == []
        assert [doc.id for doc in await store.search(Case, "0181705432")] == [case(2).id]

    async def test_what_is_no_national_id_is_not_searched_as_one(self, open_it: OpenIt) -> None:
        store = open_it()
        await stored(store, case(1, national_id="0181701234"), case(2, kid=WHOLE))
        assert [doc.id for doc in await store.search(Case, "0181701234")] == [case(2).id]
        assert [doc.id for doc in await store.search(Case, WHOLE)] == [case(2).id]
        await store.verify()


class Ranges:
    """Lists narrowed to amounts and days."""

    @pytest.mark.parametrize(
        ("where", "found"),
        [
            ({"outstanding": Range(100)}, [2, 3]),
            ({"outstanding": Range(None, 100)}, [1, 2]),
            ({"outstanding": Range(100, 100), "status": "open"}, [2]),
            ({"step_date": Range(None, "2026-11-23")}, [1]),
            ({"step_date": Range("2026-11-01", "2026-11-24")}, [1, 2]),
            ({"step_date": Range(), "status": "open"}, [1, 2]),
            ({"step_sent": None}, [1, 2, 3]),
            ({"step_sent": Range()}, []),
        ],
    )
    async def test_a_list_is_narrowed_to_a_range(
        self, open_it: OpenIt, where: dict[str, Wanted], found: list[int]
    ) -> None:
        store = open_it()
        docs = [
            case(1, outstanding=-5, step_date=date(2026, 11, 20)),
            case(2, outstanding=100, step_date=date(2026, 11, 24)),
            case(3, outstanding=1_000),
        ]
        await stored(store, *docs)
        for order in ("id", "debtor_sort"):
            page = await store.page(Case, where=where, order=order)
            assert [doc.id for doc in page.items] == [case(number).id for number in found]
        assert await store.count(Case, where) == len(found)
        assert await store.total(Case, "outstanding", where) == sum(docs[each - 1].outstanding for each in found)
        assert found == [
            number
            for number, doc in enumerate(docs, 1)
            if all(fits(getattr(doc, field), wanted) for field, wanted in where.items())
        ]


class Near:
    """Names that are typed wrong."""

    @pytest.mark.parametrize(
        ("typed", "found"),
        [
            *(("Testesne", [1]), ("Kri Testesen", [1]), ("aase", [2]), ("Asse", [2]), ("proevesen", [2])),
            *(("hanssen", [3]), ("Tor jonsen", [4]), ("Johnsen Thro", [4]), ("öynes", [5]), ("oines", [5])),
            *(("Kristofer", [5]), ("tesets", [1]), ("xyz", []), ("ka", [1]), ("7", []), ("", [])),
        ],
    )
    async def test_a_typing_mistake_is_forgiven(self, open_it: OpenIt, typed: str, found: list[int]) -> None:
        store = open_it()
        names = ["Kari Testesen", "Åse Prøvesen", "Ola Hansen", "Thor Johnsen", "Christoffer Øynes"]
        await stored(store, *(case(number, debtor_name=name) for number, name in enumerate(names, 1)))
        assert [doc.id for doc in await store.search(Case, typed, by="near")] == [case(number).id for number in found]

    async def test_whole_words_are_found_before_longer_ones(self, open_it: OpenIt) -> None:
        store = open_it()
        await stored(store, case(1, debtor_name="Per Hansen"), case(2, debtor_name="Pernille Hansen"))
        assert [doc.debtor_name for doc in await store.search(Case, "per", by="whole")] == ["Per Hansen"]
        assert len(await store.search(Case, "per")) == 2

    async def test_a_name_that_nobody_has_any_more_is_forgotten(self, open_it: OpenIt) -> None:
        store = open_it()
        await stored(store, case(1, debtor_name="Kari Testesen"), case(2, debtor_name="Ola Testesen"))
        docs = [doc for number in (1, 2) if (doc := await store.get(Case, case(number).id))]
        await stored(store, *(replace(doc, debtor_name="Slettet") for doc in docs[:1]))
        assert [doc.id for doc in await store.search(Case, "testesne", by="near")] == [case(2).id]
        assert await store.search(Case, "krai", by="near") == []
        await stored(store, replace(docs[1], debtor_name="Slettet"))
        assert await store.search(Case, "testesne", by="near") == []
        await store.verify()
