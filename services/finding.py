"""Finding a case by whatever a handler has in hand, and telling why each is found.

What is typed is first a number or a name as it stands, then the beginning of one, and last a name that was typed wrong.
Besides what cases are searched by (`Case.search_entry`, `Claim.search_entry`), a voucher's reference, its number or its
id in Visma, a receipt's number and the amount of a payment lead to the cases they are about.
"""

from collections.abc import Callable, Iterable, Sequence

import msgspec

from data.documents import Case, Delivery, Payment, Receipt, Voucher
from data.documents.cases import phone_number
from data.language import N_, _
from data.near_words import distances, sound
from data.sealed_words import national_id_words, seal_ids
from data.search_index import mistypable, spellings, stored_words
from data.store import Match, Store
from services.case_account import CaseAccount, read_accounts
from services.cases import CaseRow
from services.clock import Clock
from services.lookups import Lookups
from services.mentions import cases_mentioned, cases_of_receipt, cases_of_voucher
from services.rates import interest_rates
from services.rules.money import AmountError, parse_amount

NEAR_IF_FEWER = 10  # cases found otherwise; with more, a mistyped name is not what is looked for
MOST_MENTIONED = 50
LONGEST = 200  # characters; nobody types a longer name
MATCHES: tuple[Match, ...] = ("whole", "beginnings", "near")


class Hit(msgspec.Struct, frozen=True):
    """A case that was found, and why: `KID`, `navn`, in the language of the screen. `near`: by a name typed wrong."""

    row: CaseRow
    why: str
    near: bool = False


class FindService:
    """Finds cases. Reads only; a search by a whole national id is told in the program's log."""

    def __init__(self, store: Store, clock: Clock, actor: str) -> None:
        self._store = store
        self._clock = clock
        self._lookups = Lookups(actor)

    async def find(self, text: str, *, limit: int = 50) -> list[Hit]:
        """The cases that `text` finds, the surest first: what is exactly it, what begins so, what is nearly it."""
        text = text.strip()[:LONGEST]
        found = dict(await self._by_other_numbers(text, limit))
        for match in MATCHES[:2]:
            if len(found) < limit:
                found |= {case.id: match for case in await self._search(text, match, limit) if case.id not in found}
        if len(found) < NEAR_IF_FEWER and (words := mistypable(spellings(text))):
            near = [case for case in await self._search(text, "near", limit) if case.id not in found]
            near.sort(key=lambda case: mistakes(words, case.debtor_name))
            found |= {case.id: "near" for case in near}
        hits = await self._hits(dict(list(found.items())[:limit]), text)
        self._lookups.searched(text, len(hits))
        return hits

    async def _search(self, text: str, by: Match, limit: int) -> list[Case]:
        return await self._store.search(Case, text, by=by, limit=limit)

    async def rows(self, numbers: Sequence[str]) -> list[CaseRow]:
        """These cases with today's balance, in the order given; those that are not there are left out."""
        return [row for row, _account in await self._rows(numbers)]

    async def about(self, texts: Iterable[str]) -> list[CaseRow]:
        """The cases that what stands on the screen is about, by any number in it."""
        return await self.rows((await cases_mentioned(self._store, texts))[:MOST_MENTIONED])

    async def _rows(self, numbers: Sequence[str]) -> list[tuple[CaseRow, CaseAccount]]:
        known = await self._store.get_many(Case, numbers)
        rates = await interest_rates(self._store)
        today = self._clock.today()
        accounts = await read_accounts(self._store, [number for number in numbers if number in known])
        return [(CaseRow(case=each.case, balance=each.settle(rates, today).balance.total), each) for each in accounts]

    async def _hits(self, found: dict[str, str], text: str) -> list[Hit]:
        hits = []
        for row, account in await self._rows(list(found)):
            match = found[row.case.id]
            why = _why(account, text, match) if match in MATCHES else match
            hits.append(Hit(row, why, near=match == "near"))
        return hits

    # --- numbers of what is not a case ------------------------------------------------------------------------------

    async def _by_other_numbers(self, text: str, limit: int) -> list[tuple[str, str]]:
        """(case, why) by a voucher, a receipt or the amount of a payment."""
        if not any(map(str.isdigit, text)):
            return []
        if (amount := _amount(text)) is not None:
            like_it = {"amount": amount}
            paid = await self._store.page(Payment, where=like_it, order="amount", descending=True, limit=limit)
            live = [payment.case for payment in paid.items if payment.case and payment.deleted is None]
            return [(case, _("innbetalt beløp")) for case in live]
        cases = [(case, _("bilag")) for case in await self._of_voucher(text)]
        receipt = None if cases else await self._store.get(Receipt, text.upper())
        return cases or [(case, _("kvittering")) for case in (cases_of_receipt(receipt) if receipt else ())]

    async def _of_voucher(self, text: str) -> list[str]:
        """By its reference, else by its number or its id in Visma, as the list and the receipt show it."""
        number = text.upper()
        voucher = await self._store.get(Voucher, number)
        for field in ("voucher_number", "visma_id"):
            if voucher is None and (deliveries := await self._store.find(Delivery, field, number)):
                voucher = await self._store.get(Voucher, deliveries[0].id)
        return cases_of_voucher(voucher) if voucher else []


def mistakes(typed: Sequence[str], name: str) -> int:
    """How many typing mistakes lie between the words typed and those of a name that are nearest to them."""
    words = [sound(word) for word in stored_words(name)]
    return sum(min((distances(sound(each), word)[0] for word in words), default=0) for each in typed)


def _amount(text: str) -> int | None:
    """An amount with øre, as on a bank statement. Whole kroner might be any number."""
    if "," not in text:
        return None
    try:
        return parse_amount(text)
    except AmountError:
        return None


# What a case is found by: the name of the field, and how to get it.
NAME = N_("navn")
FIELDS: tuple[tuple[str, Callable[[CaseAccount], Iterable[str]]], ...] = (
    (N_("saksnummer"), lambda account: (account.case.id, account.case.id.rpartition("-")[2].lstrip("0"))),
    (N_("KID"), lambda account: (account.case.kid, *(claim.kid for claim in account.claims))),
    (N_("fakturanummer"), lambda account: [claim.invoice for claim in account.claims]),
    (NAME, lambda account: (account.case.debtor_name,)),
    (N_("fødselsnummer"), lambda account: (national_id_words(account.case.debtor.national_id),)),
    (N_("org.nr."), lambda account: (account.case.debtor.org_number,)),
    (N_("telefon"), lambda account: (phone_number(account.case.debtor.mobile),)),
    (N_("e-post"), lambda account: (account.case.debtor.email,)),
    (N_("gammelt nr."), lambda account: (account.case.old_number,)),
    (N_("Visma-id"), lambda account: [claim.visma_id for claim in account.claims]),
)


def _why(account: CaseAccount, text: str, match: str) -> str:
    """The fields that what is typed was found in."""
    if match == "near":
        return _("navn ligner")
    whole = match == "whole"
    words = {name: _words(of(account)) for name, of in FIELDS}
    for typed in spellings(text):
        alone = (name for name, known in words.items() if all(_is_in(known, word, whole=whole) for word in typed))
        if name := next(alone, ""):
            return _(name)
        names = list(dict.fromkeys(_field_of(word, words, whole=whole) for word in typed))
        if "" not in names:
            return ", ".join(map(_, names))
    return _(NAME)


def _field_of(typed: str, words: dict[str, set[str]], *, whole: bool) -> str:
    """The first field that has the word, else one that has a word beginning with it."""
    ways = (True,) if whole else (True, False)
    return next((name for way in ways for name, known in words.items() if _is_in(known, typed, whole=way)), "")


def _is_in(known: set[str], typed: str, *, whole: bool) -> bool:
    return typed in known or (not whole and any(word.startswith(typed) for word in known))


def _words(texts: Iterable[str]) -> set[str]:
    """The words of a field, as they stand (a KID) and with what may be a national id sealed (any other)."""
    return {word for text in texts if text for word in (*stored_words(text), *stored_words(seal_ids(text)))}
