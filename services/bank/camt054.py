"""Reads camt.054, the bank's notification of payments in XML (ISO 20022), versions 001.02 and 001.08.

    GrpHdr                          the file: MsgId, CreDtTm
    Ntfctn                          a notification: entries on one account
      Ntry                          an entry: one line of the account statement
        NtryDtls [Btch]             a batch of transactions
          TxDtls                    a transaction: one payment

The file is fed to the parser block by block, and every element is let go of as soon as it is read. Nothing is raised
for what a file holds: the findings tell, and the file is refused as a whole.
"""

from collections.abc import Iterator
from datetime import date
from typing import Any, BinaryIO

from lxml import etree

from data.language import N_, _
from services.bank.camt054_bytes import DOCTYPE_FOUND, GuardedBytes, UnreadableXml
from services.bank.camt054_fields import CURRENCY, CamtFields, Node, is_account, read_account, read_day
from services.bank.camt054_payment import PaymentMaker, kind_of
from services.bank.camt054_totals import (
    Entry,
    Notification,
    check_batch,
    check_entry,
    check_summary,
    tell_ignored,
)
from services.bank.camt054_tree import EVENTS, Tree
from services.bank.findings import Findings
from services.bank.kid import valid_account
from services.bank.payments import AssignmentSummary, BankPayment, FileSummary

MAX_PAYMENTS = 250_000
MAX_BETWEEN = 4 * 1024 * 1024
"""How many bytes may come before the next element that is let go of: no transaction is nearly as long."""

_FAMILY = "urn:iso:std:iso:20022:tech:xsd:"
NAMESPACES = frozenset({f"{_FAMILY}camt.054.001.02", f"{_FAMILY}camt.054.001.08"})

_COPIES = {"COPY": N_("kopi"), "DUPL": N_("duplikat"), "CODU": N_("kopi av et duplikat")}


def read_camt054(source: BinaryIO, *, today: date) -> "CamtReading":
    """Start reading a camt.054 file, open for bytes and seekable. Nothing is read until it is iterated."""
    return CamtReading(source, today)


class CamtReading:
    """One reading of one file: iterate it once for the payments as they are read, then take `summary`.

    Payments come before the file is known to be whole, so keep them only when `summary.ok`.
    """

    def __init__(self, source: BinaryIO, today: date) -> None:
        self._findings = Findings()
        self._fields = CamtFields(self._findings, today)
        self._bytes = GuardedBytes(source)
        self._maker = PaymentMaker(self._fields)
        self._tree = Tree(self._fields)
        self._message = ""
        self._created: date | None = None
        self._notification: Notification | None = None
        self._entry: Entry | None = None
        self._entries = 0
        self._transactions = 0
        self._assignments: list[AssignmentSummary] = []
        self._summary: FileSummary | None = None

    @property
    def summary(self) -> FileSummary:
        """What the file says of itself. Raises RuntimeError until the reading has been iterated to its end."""
        if self._summary is None:
            raise RuntimeError("the summary is there when the whole file has been read")
        return self._summary

    def __iter__(self) -> Iterator[BankPayment]:
        try:
            for element in self._elements():
                payment = self._take(element)
                if payment is not None:
                    yield payment
                self._fields.place = ""
        except UnreadableXml as stop:
            self._findings.error(stop.line, stop.column, _("Fil"), stop.code, stop.message)
        except etree.LxmlError as wrong:
            self._tell_broken(wrong)
        else:
            self._at_end()
        self._summary = FileSummary(
            format="camt",
            sha256=self._bytes.sha256,
            transmission=self._message,
            created=self._created,
            payments=sum(assignment.payments for assignment in self._assignments),
            amount=sum(assignment.amount for assignment in self._assignments),
            assignments=tuple(self._assignments),
            mandates=0,
            findings=self._findings.all(),
            encoding=self._bytes.encoding,
        )

    def _elements(self) -> Iterator[etree._Element]:
        """The elements that are records, each when it has ended; the first of all is looked at when it begins."""
        parser = etree.XMLPullParser(
            events=("start", "end"),
            tag=EVENTS,
            resolve_entities=False,
            load_dtd=False,
            no_network=True,
            huge_tree=False,
            remove_comments=True,
            remove_pis=True,
        )
        since = 0
        for block in self._bytes:
            since += len(block)
            parser.feed(block)
            events: Iterator[Any] = parser.read_events()  # lxml-stubs also counts events that were not asked for
            for event, element in events:
                since = 0
                if not self._tree.namespace:
                    _check_root(element)
                    self._tree.namespace = etree.QName(element).namespace or ""
                if event == "end":
                    yield element
            if since > MAX_BETWEEN:
                raise _not_camt() if not self._tree.namespace else _too_large()
        parser.close()

    def _take(self, element: etree._Element) -> BankPayment | None:
        if not self._tree.in_place(element):
            return None
        payment: BankPayment | None = None
        match self._tree.name(element):
            case "GrpHdr":
                self._read_header(self._tree.node(element))
            case "Btch":
                self._in_entry(element, 2).batch = self._tree.node(element).text("NbOfTxs")
            case "TxDtls":
                payment = self._transaction(element)
            case "NtryDtls":
                check_batch(self._in_entry(element, 1), self._fields, self._tree.node(element).line)
            case "Ntry":
                payment = self._end_entry(element)
            case "Ntfctn":
                self._end_notification(element)
        self._tree.let_go(element)
        return payment

    # --- file -----------------------------------------------------------------------------------------------------

    def _read_header(self, header: Node) -> None:
        message, created = header.text("MsgId"), header.text("CreDtTm")
        page = header.text("MsgPgntn/PgNb")
        self._created = read_day(created)
        self._message = "-".join(filter(None, (message, created, page)))
        if not message:
            self._fields.error(header.line, "GrpHdr/MsgId", "missing_field", _("Filen mangler id (GrpHdr/MsgId)."))
        if self._created is None:
            text = _("Filen mangler datoen da den ble laget (GrpHdr/CreDtTm).")
            self._fields.error(header.line, "GrpHdr/CreDtTm", "bad_date", text)

    def _tell_broken(self, wrong: etree.LxmlError) -> None:
        line, column = getattr(wrong, "position", None) or (1, 1)
        code, message = "bad_xml", _("Filen er ikke hel og riktig XML. Hent den på nytt fra banken.")
        if not self._tree.namespace and (line, column) <= (1, 1):
            code, message = "empty_file", _("Filen er tom, eller begynner ikke med XML.")
        self._findings.error(max(line, 1), max(column, 1), _("Fil"), code, message)

    def _at_end(self) -> None:
        if not self._tree.namespace:
            refusal = _not_camt()
            self._findings.error(1, 1, _("Fil"), refusal.code, refusal.message)
        elif self._findings.ok and not (self._message and self._assignments):
            message = _("Filen mangler hode (GrpHdr), eller har ingen melding om en konto (Ntfctn).")
            self._fields.error(1, "Document", "missing_field", message)

    # --- notification ---------------------------------------------------------------------------------------------

    def _in_notification(self, element: etree._Element) -> Notification:
        """The notification `element`, whose head is read the first time; all of it comes before the first entry."""
        if self._notification is None:
            node = self._tree.node(element)
            account = read_account(node.find("Acct"))
            self._check_account(node, account)
            copy = node.text("CpyDplctInd")
            if copy:
                told = _(_COPIES.get(copy, "kopi"))
                message = _(
                    "Banken sier at meldingen er en {told}. Innbetalinger som er lest før, blir ikke lest igjen."
                ).format(told=told)
                self._fields.warning(node.line, "Ntfctn/CpyDplctInd", "copy", message, copy[:4])
            number = node.text("Id")
            self._notification = Notification(node.line, account, number, summary=node.find("TxsSummry"))
        return self._notification

    def _check_account(self, node: Node, account: str) -> None:
        currency = node.text("Acct/Ccy")
        if currency and currency != CURRENCY:
            message = _("Kontoen føres i {currency}. Bare kontoer i {wanted} kan leses inn.").format(
                currency=currency[:3], wanted=CURRENCY
            )
            self._fields.error(node.line, "Acct/Ccy", "currency", message, currency[:3])
        if not is_account(account):
            message = _("Kontonummeret mangler, eller er ikke et norsk kontonummer på elleve siffer.")
            self._fields.error(node.line, "Ntfctn/Acct", "bad_account", message)
        elif not valid_account(account):
            message = _("Konto {account} har feil kontrollsiffer.").format(account=account)
            self._fields.warning(node.line, "Ntfctn/Acct", "account_check", message, account)

    def _end_notification(self, element: etree._Element) -> None:
        seen = self._in_notification(element)
        check_summary(seen, self._fields)
        tell_ignored(seen, self._fields)
        self._assignments.append(seen.assignment())
        self._notification = None

    # --- entry ----------------------------------------------------------------------------------------------------

    def _in_entry(self, element: etree._Element, up: int) -> Entry:
        """The entry `up` levels above `element`, whose head is read the first time: it comes before `NtryDtls`."""
        for _step in range(up):
            element = self._tree.parent(element)
        if self._entry is None:
            self._entries += 1
            self._fields.place = _("Post {entries}: ").format(entries=self._entries)
            seen = self._in_notification(self._tree.parent(element))
            self._entry = self._read_entry(seen, self._tree.node(element))
        self._fields.place = _("Post {entries}: ").format(entries=self._entries)
        return self._entry

    def _read_entry(self, seen: Notification, node: Node) -> Entry:
        fields = self._fields
        self._check_status(node)
        found = node.find("Amt")
        amount = fields.amount(found, "Ntry/Amt") if found else None
        if found is None:
            fields.error(node.line, "Ntry/Amt", "missing_field", _("Posten mangler beløp."))
        direction = fields.code(node, "CdtDbtInd", ("CRDT", "DBIT"))
        day = fields.day(node, "ValDt") if node.find("ValDt") else fields.day(node, "BookgDt")
        if node.find("ValDt") is None and node.find("BookgDt") is None:
            fields.error(node.line, "Ntry/ValDt", "bad_date", _("Posten mangler dato (ValDt eller BookgDt)."))
        if amount is None or not direction:
            amount, seen.known = None, False
        elif direction == "DBIT":
            seen.debits, seen.debit = seen.debits + 1, seen.debit + amount
            amount = -amount
        else:
            seen.credits, seen.credit = seen.credits + 1, seen.credit + amount
        return Entry(
            line=node.line,
            number=node.text("NtryRef"),
            date=day,
            amount=amount,
            credit=direction == "CRDT",
            reversal=node.text("RvslInd") in ("true", "1"),
            kind=kind_of(node),
            reference=node.text("AcctSvcrRef"),
        )

    def _check_status(self, node: Node) -> None:
        status = node.text("Sts") or node.text("Sts/Cd")
        if status != "BOOK":
            message = _("Posten er ikke bokført. Bare bokførte poster kan leses inn.")
            self._fields.error(node.line, "Ntry/Sts", "not_booked", message, status[:4])

    def _transaction(self, element: etree._Element) -> BankPayment | None:
        entry = self._in_entry(element, 2)
        self._count_transaction()
        self._fields.place = _("Post {entries}, transaksjon {transactions}: ").format(
            entries=self._entries, transactions=entry.transactions + 1
        )
        seen = self._in_notification(self._tree.parent(self._tree.parent(self._tree.parent(element))))
        return self._maker.transaction(seen, entry, self._tree.node(element))

    def _end_entry(self, element: etree._Element) -> BankPayment | None:
        entry = self._in_entry(element, 0)
        seen = self._in_notification(self._tree.parent(element))
        if entry.transactions:
            payment = self._maker.alone(seen, entry)
        else:
            self._count_transaction()
            payment = self._maker.unspecified(seen, entry, self._tree.node(element))
        check_entry(entry, self._fields)
        self._entry = None
        return payment

    def _count_transaction(self) -> None:
        self._transactions += 1
        if self._transactions > MAX_PAYMENTS:
            raise _too_large()


def _check_root(element: etree._Element) -> None:
    """Raises UnreadableXml unless `element` begins a document that is read here."""
    name = etree.QName(element)
    if name.localname != "Document" or element.getparent() is not None:
        raise _not_camt()
    if element.getroottree().docinfo.internalDTD is not None:
        raise UnreadableXml("doctype", _(DOCTYPE_FOUND))
    if name.namespace not in NAMESPACES:
        told = (name.namespace or "uten navnerom").removeprefix(_FAMILY)[:40]
        message = _(
            "Filen er {told}. Bare camt.054.001.02 og camt.054.001.08 kan leses. Be banken om en av dem."
        ).format(told=told)
        raise UnreadableXml("unknown_version", message)


def _not_camt() -> UnreadableXml:
    return UnreadableXml("not_camt", _("Dette er ikke en camt.054-fil: den har ikke Document som ytterste element."))


def _too_large() -> UnreadableXml:
    message = f"Filen er for stor: over {MAX_PAYMENTS} transaksjoner, eller en av dem er urimelig lang."
    return UnreadableXml("too_large", message)
