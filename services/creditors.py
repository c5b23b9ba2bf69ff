"""Creditors: who is owed, where the money comes in, and how it is posted (design.md 10, "a creditor")."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec

from data.documents import Accounting, BankAccount, Component, Creditor, LedgerLine
from data.errors import NotFound
from data.store import Store
from services.bank.kid import valid_account
from services.errors import InvalidInput
from services.listing import everything

COVERED: frozenset[Component] = frozenset(("principal", "costs", "fees", "interest"))


class CreditorFile(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """One creditor as an administrator writes it in JSON. Amounts are øre."""

    number: str
    name: str
    company: str
    threshold: int = 210_00
    coverage: tuple[Component, ...] = ("principal", "costs", "fees", "interest")
    bank_accounts: tuple[BankAccount, ...] = ()
    accounting: Accounting
    ledger_lines: tuple[LedgerLine, ...] = ()
    address: tuple[str, ...] = ()
    email: str = ""
    phone: str = ""


class CreditorService:
    """Loads and looks up creditors."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def all(self) -> list[Creditor]:
        return await everything(self._store, Creditor)

    async def get(self, number: str) -> Creditor:
        """Raises NotFound."""
        creditor = await self._store.get(Creditor, number)
        if creditor is None:
            raise NotFound(f"Kreditor {number} finnes ikke. Se kk2 admin creditors show.")
        return creditor

    async def load(self, content: bytes, actor: str) -> list[Creditor]:
        """Take in one creditor or a list of them (JSON). Loading the same twice changes nothing.

        Raises InvalidInput with one detail for each thing that is wrong; then nothing is stored.
        """
        wanted = read_creditors(content)
        problems = [problem for each in wanted for problem in find_problems(each)]
        problems += [
            _problem(number, "number", "Kreditoren står flere ganger i filen.") for number in _repeated(wanted)
        ]
        problems += await self._shared_accounts(wanted)
        if problems:
            raise InvalidInput("Kreditorfilen har feil. Ingenting er lagret.", details=problems)
        stored = []
        async with self._store.transaction(actor, "Kreditorer lest inn") as tx:
            for each in wanted:
                before = await tx.get(Creditor, each.number)
                creditor = to_document(each, rev=before.rev if before else 0)
                stored.append(before if before == creditor else tx.put(creditor))
        return [creditor for creditor in stored if creditor is not None]

    async def _shared_accounts(self, wanted: Sequence[CreditorFile]) -> list[dict[str, object]]:
        """A payment must lead to one creditor: an account belongs to one only."""
        owner = {
            account.account: creditor.number for creditor in await self.all() for account in creditor.bank_accounts
        }
        replaced = {each.number for each in wanted}
        owner = {account: number for account, number in owner.items() if number not in replaced}
        problems = []
        for each in wanted:
            for account in each.bank_accounts:
                other = owner.setdefault(account.account, each.number)
                if other != each.number:
                    problems.append(
                        _problem(each.number, "bank_accounts", f"Konto {account.account} hører til {other}.")
                    )
        return problems


def read_creditors(content: bytes) -> list[CreditorFile]:
    """Read the JSON of design.md 10. Raises InvalidInput naming the field that is wrong."""
    try:
        parsed: Any = msgspec.json.decode(content)
        objects = parsed if isinstance(parsed, list) else [parsed]
        return [msgspec.convert(each, CreditorFile) for each in objects]
    except (msgspec.DecodeError, msgspec.ValidationError, UnicodeDecodeError) as error:
        raise InvalidInput(f"Kreditorfilen kan ikke leses: {error}. Ingenting er lagret.") from error


def find_problems(creditor: CreditorFile) -> Iterable[dict[str, object]]:
    """What is wrong with one creditor's set-up, in words."""
    number = creditor.number
    if not (len(number) == 4 and number.isascii() and number.isdigit()):
        yield _problem(number, "number", "Nummeret skal være fire siffer.")
    if not creditor.name.strip() or not creditor.company.strip():
        yield _problem(number, "name", "Navn og selskap må være fylt ut.")
    if creditor.threshold < 0:
        yield _problem(number, "threshold", "Behandlingsterskelen kan ikke være negativ.")
    if len(creditor.coverage) != len(COVERED) or set(creditor.coverage) != COVERED:
        yield _problem(number, "coverage", "Rekkefølgen skal ha hver av principal, costs, fees og interest én gang.")
    for account in creditor.bank_accounts:
        if not valid_account(account.account):
            yield _problem(
                number, "bank_accounts", f"Kontonummer {account.account} har feil lengde eller kontrollsiffer."
            )
        if not account.kid_lengths or not all(2 <= length <= 25 for length in account.kid_lengths):
            yield _problem(number, "bank_accounts", "KID-lengder skal være mellom 2 og 25.")
    accounting = creditor.accounting
    if not all(
        text.strip() for text in (accounting.voucher_type, accounting.bank, accounting.interest, accounting.fees)
    ):
        yield _problem(number, "accounting", "Bilagstype og konto for bank, renter og gebyr må være fylt ut.")
    if not all(line.ledger_type.strip() and line.account.strip() for line in creditor.ledger_lines):
        yield _problem(number, "ledger_lines", "Hver reskontrolinje må ha reskontrotype og konto.")
    types = [line.ledger_type for line in creditor.ledger_lines]
    for repeated in sorted({each for each in types if types.count(each) > 1}):
        yield _problem(number, "ledger_lines", f"Reskontrotype {repeated} står flere ganger.")


def to_document(creditor: CreditorFile, rev: int = 0) -> Creditor:
    """The document for a creditor file."""
    fields = {name: getattr(creditor, name) for name in creditor.__struct_fields__ if name != "number"}
    return Creditor(id=creditor.number, rev=rev, **fields)


def to_file(creditor: Creditor) -> Mapping[str, Any]:
    """The JSON shape of a creditor, as `load` reads it."""
    fields = {name: getattr(creditor, name) for name in CreditorFile.__struct_fields__}
    shape: Mapping[str, Any] = msgspec.to_builtins(CreditorFile(**fields))
    return shape


def _repeated(wanted: Sequence[CreditorFile]) -> list[str]:
    counted = Counter(each.number for each in wanted)
    return [number for number, times in counted.items() if times > 1]


def _problem(creditor: str, field: str, message: str) -> dict[str, object]:
    return {"creditor": creditor, "field": field, "message": message}
