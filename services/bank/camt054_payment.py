"""Makes payments of the entries and transactions of a camt.054 file, and decides which way the money went."""

from typing import Literal

from services.bank.camt054_fields import CURRENCY, CamtFields, Node, read_account
from services.bank.camt054_remittance import Remittance, join_text, read_remittance
from services.bank.camt054_totals import Entry, Notification
from services.bank.payments import BankPayment

Way = Literal["in", "back", "out"]

NOT_PROVIDED = "NOTPROVIDED"

_AMOUNTS = ("Amt", "AmtDtls/TxAmt/Amt", "AmtDtls/CntrValAmt/Amt", "AmtDtls/InstdAmt/Amt")
_REFERENCES = ("AcctSvcrRef", "EndToEndId", "TxId", "InstrId")
_RETURN = "/RRTN"
_WITHDRAWAL_BACK = "Tilbakeføring av et uttak"


class PaymentMaker:
    """Each method counts what it is given in the entry and its notification, and gives the payment, or None."""

    def __init__(self, fields: CamtFields) -> None:
        self._fields = fields

    def transaction(self, seen: Notification, entry: Entry, node: Node) -> BankPayment | None:
        """The payment in a `TxDtls`. One without an amount is left in `entry.waiting` for `alone`."""
        entry.transactions += 1
        entry.in_batch += 1
        credit = self._credit(entry, node)
        way = _way(entry, node, credit)
        amount = self._amount(entry, node)
        if amount is None:
            return None
        entry.total += amount if credit else -amount
        payment = self._payment(seen, entry, node, credit, -amount if way == "back" else amount)
        if payment is not None and way != "out" and entry.missing and entry.waiting is None:
            entry.waiting = payment
            return None
        return self._count(seen, node.line, payment, way, amount)

    def alone(self, seen: Notification, entry: Entry) -> BankPayment | None:
        """What waited for the end of the entry: the only transaction of it, whose amount is the entry's."""
        payment, entry.waiting = entry.waiting, None
        if payment is None or entry.transactions != 1:
            return None
        return self._count(seen, payment.line, payment, "in", abs(payment.amount))

    def unspecified(self, seen: Notification, entry: Entry, node: Node) -> BankPayment | None:
        """The one payment of an `Ntry` that has no transactions."""
        way = _way(entry, node, entry.credit)
        if entry.amount is None:
            return None
        amount = abs(entry.amount)
        payment = self._payment(seen, entry, node, entry.credit, -amount if way == "back" else amount)
        return self._count(seen, node.line, payment, way, amount)

    def _credit(self, entry: Entry, node: Node) -> bool:
        if not node.text("CdtDbtInd"):
            return entry.credit
        return self._fields.code(node, "CdtDbtInd", ("CRDT", "DBIT")) != "DBIT"

    def _amount(self, entry: Entry, node: Node) -> int | None:
        """The transaction's own amount in NOK, or the entry's for one that seems to be alone in it."""
        for path in _AMOUNTS:
            found = node.find(path)
            if found is not None and found.currency() == CURRENCY:
                amount = self._fields.number(found, f"TxDtls/{path}")
                entry.known = entry.known and amount is not None
                break
        else:
            entry.missing = True
            amount = abs(entry.amount) if entry.amount is not None and entry.transactions == 1 else None
        if entry.missing and entry.transactions > 1 and entry.known:
            entry.known = False
            message = f"En transaksjon mangler beløp i {CURRENCY}, og den er ikke alene i posten."
            self._fields.error(node.line, "TxDtls/Amt", "missing_amount", message)
        return amount

    def _payment(self, seen: Notification, entry: Entry, node: Node, credit: bool, amount: int) -> BankPayment | None:
        if entry.date is None:
            return None
        said = _said(entry, node, credit)
        return BankPayment(
            line=node.line,
            account=seen.account,
            transaction_type=kind_of(node) or entry.kind,
            number=entry.number,
            date=entry.date,
            amount=amount,
            kid=said.kid,
            order_date=self._fields.day(node, "RltdDts/AccptncDtTm", may_be_later=True),
            debit_account=read_account(node.find("RltdPties/DbtrAcct")),
            archive_reference=_reference(entry, node),
            settlement=entry.reference,
            text=said.text,
        )

    def _count(
        self, seen: Notification, line: int, payment: BankPayment | None, way: Way, amount: int
    ) -> BankPayment | None:
        if way == "out":
            seen.ignored_line = seen.ignored_line or line
            seen.ignored += 1
            seen.ignored_amount += amount
            return None
        if amount == 0:
            self._fields.warning(line, "Amt", "zero_amount", "Beløpet er null.")
        if payment is not None:
            seen.payments += 1
            seen.amount += payment.amount
        return payment


def kind_of(node: Node) -> str:
    """The bank's transaction code: `RCDT/VCOM` of the standard's, or `NETS/230`, the bank's own. "" for none.

    There is always a slash in it, so it is never taken for a type of OCR giro.
    """
    family, sub = node.text("BkTxCd/Domn/Fmly/Cd"), node.text("BkTxCd/Domn/Fmly/SubFmlyCd")
    if family:
        return f"{family}/{sub}"
    own = node.text("BkTxCd/Prtry/Cd")
    return f"{node.text('BkTxCd/Prtry/Issr')}/{own}" if own else ""


def _way(entry: Entry, node: Node, credit: bool) -> Way:
    if credit:
        return "in"
    # what is drawn from a lump sum that came in belongs to it, whatever it is called
    return "back" if entry.credit or _returned(entry, node) else "out"


def _returned(entry: Entry, node: Node) -> bool:
    codes = kind_of(node), entry.kind
    return entry.reversal or node.find("RtrInf") is not None or any(code.endswith(_RETURN) for code in codes)


def _said(entry: Entry, node: Node, credit: bool) -> Remittance:
    said = read_remittance(node)
    texts = [said.text, node.text("AddtlNtryInf")]
    if not (credit and _returned(entry, node)):
        return Remittance(said.kid, join_text("", texts))
    # the bank takes back a withdrawal of ours: money in, but no debtor has paid
    return Remittance("", join_text(_WITHDRAWAL_BACK, [f"KID {said.kid}" if said.kid else "", *texts]))


def _reference(entry: Entry, node: Node) -> str:
    """The first reference that is this transaction's own: some banks repeat the entry's."""
    references = (node.text(f"Refs/{name}") for name in _REFERENCES)
    return next((each for each in references if each not in ("", NOT_PROVIDED, entry.reference)), "")
