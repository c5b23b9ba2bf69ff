"""What is counted while a camt.054 file is read, and held against what the file says of itself. Amounts are øre."""

from datetime import date

import msgspec

from data.language import _
from services.bank.camt054_fields import CamtFields, Node
from services.bank.payments import AssignmentSummary, BankPayment
from services.rules.money import format_amount

SERVICE = "camt.054"


class Notification(msgspec.Struct):
    """A notification (`Ntfctn`) that is being read: entries on one account.

    `entries`, `credit` and `debit` count what the file's own summary counts, `payments` and `amount` what is handed
    out. `known` is False once an amount could not be read, and then no sum is checked.
    """

    line: int
    account: str
    number: str
    summary: Node | None = None
    credits: int = 0
    debits: int = 0
    credit: int = 0
    debit: int = 0
    known: bool = True
    payments: int = 0
    amount: int = 0
    ignored: int = 0
    ignored_amount: int = 0
    ignored_line: int = 0

    def assignment(self) -> AssignmentSummary:
        return AssignmentSummary(
            line=self.line,
            service=SERVICE,
            account=self.account,
            agreement="",
            number=self.number,
            payments=self.payments,
            amount=self.amount,
        )


class Entry(msgspec.Struct):
    """An entry (`Ntry`) that is being read: one line of the account statement, with a transaction or many.

    `amount` is signed; None when it or its direction cannot be trusted. `waiting` is a transaction without an amount of
    its own: it is the entry's if it is alone in it. `batch` is the transaction count stated for, and `in_batch` the
    count so far in, the `NtryDtls` that is being read.
    """

    line: int
    number: str
    date: date | None
    amount: int | None
    credit: bool
    reversal: bool
    kind: str
    reference: str
    transactions: int = 0
    total: int = 0
    known: bool = True
    waiting: BankPayment | None = None
    missing: bool = False
    batch: str = ""
    in_batch: int = 0


def check_batch(entry: Entry, fields: CamtFields, line: int) -> None:
    """`Btch/NbOfTxs` is the number of transactions, where there are any: a batch may be told without its parts."""
    stated, entry.batch = entry.batch, ""
    counted, entry.in_batch = entry.in_batch, 0
    if stated and counted and stated.lstrip("0") != str(counted):
        message = _("Bunten sier at den har et annet antall transaksjoner enn de {counted} som står der.").format(
            counted=counted
        )
        fields.error(line, "Btch/NbOfTxs", "transaction_count", message)


def check_entry(entry: Entry, fields: CamtFields) -> None:
    """The transactions of an entry make up its amount."""
    if entry.transactions and entry.known and entry.amount is not None and entry.total != entry.amount:
        right, stated = format_amount(entry.total), format_amount(entry.amount)
        message = _("Posten sier {stated}, men transaksjonene i den er til sammen {right}.").format(
            stated=stated, right=right
        )
        fields.error(entry.line, "Ntry/Amt", "sum", message)


def check_summary(seen: Notification, fields: CamtFields) -> None:
    """Hold `TxsSummry` against the entries, as far as it goes: every part of it is optional."""
    summary = seen.summary
    if summary is None:
        return
    counts = {"TtlNtries": seen.credits + seen.debits, "TtlCdtNtries": seen.credits, "TtlDbtNtries": seen.debits}
    sums = {"TtlNtries": seen.credit + seen.debit, "TtlCdtNtries": seen.credit, "TtlDbtNtries": seen.debit}
    for part, count in counts.items():
        node, field = summary.find(part), f"TxsSummry/{part}"
        if node is None:
            continue
        stated = node.text("NbOfNtries")
        if stated and (stated.lstrip("0") or "0") != str(count):
            message = _("Oppsummeringen ({part}) sier et annet antall poster enn de {count} som står der.").format(
                part=part, count=count
            )
            fields.error(node.line, field, "entry_count", message)
        _check_sum(node, "Sum", sums[part], seen, fields, field)
        if part == "TtlNtries":
            _check_net(node, seen, fields, field)


def _check_net(node: Node, seen: Notification, fields: CamtFields, field: str) -> None:
    net = abs(seen.credit - seen.debit)
    _check_sum(node, "TtlNetNtryAmt", net, seen, fields, field)  # 001.02
    _check_sum(node, "TtlNetNtry/Amt", net, seen, fields, field)  # 001.08
    told = node.text("TtlNetNtry/CdtDbtInd") or node.text("CdtDbtInd")
    if seen.known and net and told and told != ("CRDT" if seen.credit > seen.debit else "DBIT"):
        fields.error(node.line, field, "sum", _("Oppsummeringens netto går en annen vei enn postene."))


def _check_sum(node: Node, path: str, right: int, seen: Notification, fields: CamtFields, field: str) -> None:
    found = node.find(path)
    if found is None:
        return
    stated = fields.number(found, f"{field}/{path}")
    if stated is not None and seen.known and stated != right:
        message = _("Oppsummeringen sier {stated}, men postene er til sammen {right}.").format(
            stated=format_amount(stated), right=format_amount(right)
        )
        fields.error(found.line, f"{field}/{path}", "sum", message)


def tell_ignored(seen: Notification, fields: CamtFields) -> None:
    """Money out that returns no payment is no business of collection: said once, with how much."""
    if seen.ignored:
        told = _("{ignored} uttak (ikke innbetalinger) på til sammen {ignored_amount}").format(
            ignored=seen.ignored, ignored_amount=format_amount(seen.ignored_amount)
        )
        fields.warning(seen.ignored_line, "CdtDbtInd", "debit_ignored", _("{told} er hoppet over.").format(told=told))
