"""Which cases a line on the screen is about: by the numbers in it, whatever kind of number they are."""

import re
from collections.abc import Awaitable, Callable, Iterable, Sequence

from data.documents import Case, Claim, Letter, Payment, Receipt, Voucher
from data.store import Reader

MOST_TOKENS = 300  # of a group with many lines; the first of them say enough
_CASE = re.compile(r"(?<!\d)\d{4}-\d{8}(?!\d)")
_AROUND = ".,;:()«»"
Look = Callable[[Reader, Sequence[str]], Awaitable[Iterable[str | None]]]


async def cases_mentioned(reader: Reader, texts: Iterable[str]) -> list[str]:
    """The cases that texts name, each once. When they name none, those of the payment, KID, voucher, receipt or e-mail
    that they name; the first kind that leads to a case is the one that counts."""
    texts = list(texts)
    named = dict.fromkeys(number for text in texts for number in _CASE.findall(text))
    known = await reader.get_many(Case, list(named)) if named else {}
    if known:
        return [number for number in named if number in known]
    tokens = _tokens(texts)
    for look in _WAYS if tokens else ():
        found = list(dict.fromkeys(case for case in await look(reader, tokens) if case))
        if found:
            return found
    return []


def cases_of_voucher(voucher: Voucher) -> list[str]:
    """The cases that a voucher has lines about, each once, in the order of the lines."""
    return list(dict.fromkeys(line.case for line in voucher.lines if line.case))


def cases_of_receipt(receipt: Receipt) -> list[str]:
    """The cases that a receipt names, each once, in its order."""
    named = []
    for section in receipt.sections:
        columns = [place for place, column in enumerate(section.columns) if column.kind == "case"]
        named += [row[place] for row in section.rows for place in columns if place < len(row)]
    return list(dict.fromkeys(number for number in named if isinstance(number, str) and number))


def _tokens(texts: Iterable[str]) -> list[str]:
    """What may be a number or an id: each text, and each word of it with a digit."""
    found = dict.fromkeys(
        word.strip(_AROUND) for text in texts for word in (text, *text.split()) if any(map(str.isdigit, word))
    )
    return [token for token in found if token][:MOST_TOKENS]


async def _of_payments(reader: Reader, tokens: Sequence[str]) -> Iterable[str | None]:
    payments = await reader.get_many(Payment, tokens)
    return [payments[token].case for token in tokens if token in payments]


async def _of_kid(reader: Reader, tokens: Sequence[str]) -> Iterable[str | None]:
    cases = [case.id for case in await reader.find_many(Case, "kid", tokens)]
    return cases or [claim.case for claim in await reader.find_many(Claim, "kid", tokens)]


async def _of_vouchers(reader: Reader, tokens: Sequence[str]) -> Iterable[str | None]:
    vouchers = await reader.get_many(Voucher, tokens)
    return [case for token in tokens if token in vouchers for case in cases_of_voucher(vouchers[token])]


async def _of_receipts(reader: Reader, tokens: Sequence[str]) -> Iterable[str | None]:
    receipts = await reader.get_many(Receipt, tokens)
    return [case for token in tokens if token in receipts for case in cases_of_receipt(receipts[token])]


async def _of_mails(reader: Reader, tokens: Sequence[str]) -> Iterable[str | None]:
    return [letter.case for letter in await reader.find_many(Letter, "mail", tokens)]


async def _of_invoices(reader: Reader, tokens: Sequence[str]) -> Iterable[str | None]:
    by_invoice = await reader.find_many(Claim, "invoice", tokens)
    return [claim.case for claim in by_invoice or await reader.find_many(Claim, "visma_id", tokens)]


_WAYS: tuple[Look, ...] = (_of_payments, _of_kid, _of_vouchers, _of_receipts, _of_mails, _of_invoices)
