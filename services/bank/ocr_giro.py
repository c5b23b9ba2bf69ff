"""Reads OCR giro, the bank's file of payments with KID, with every check of the specification.

    start transmission                       NY000010
      start assignment                       NY090020
        item 1, item 2 [, item 3]            NY09tt30, NY09tt31, NY09tt32 (types 20 and 21 only)
      end assignment                         NY090088
      mandates, other services               NY212420 … NY212488, NYss..20 … NYss..88: counted, no money in them
    end transmission                         NY000089

Nothing is raised for what a file holds: the findings tell, and the file is refused as a whole.
"""

from collections.abc import Callable, Iterator
from datetime import date
from typing import BinaryIO

from data.language import N_, _
from services.bank import ocr_records as layouts
from services.bank.detection import CLEARING_HOUSE, HEAD, detect
from services.bank.findings import Findings
from services.bank.kid import valid_account
from services.bank.ocr_fields import FieldReader
from services.bank.ocr_payment import PaymentBuilder
from services.bank.ocr_records import ITEM_1, ITEM_2, ITEM_3, LENGTH, WITH_TEXT, Layout
from services.bank.ocr_totals import Assignment, Counted, EndRecord, check_end
from services.bank.payments import AssignmentSummary, BankPayment, FileSummary
from services.bank.record_lines import RecordLines

__all__ = ["AssignmentSummary", "BankPayment", "FileSummary", "OcrReading", "read_ocr"]

_OUTGOING = N_("Dette er en fil på vei til banken (krav), ikke en fil med innbetalinger fra den.")
_NOT_OCR = {
    "camt.054": ("is_camt", N_("Dette er en camt.054-fil, ikke en OCR-fil.")),
    "outgoing": ("wrong_direction", _OUTGOING),
    "unknown": ("not_ocr", N_("Dette er ikke en OCR-fil: den begynner ikke med NY000010.")),
}


def read_ocr(source: BinaryIO, *, today: date) -> "OcrReading":
    """Start reading an OCR giro file, open for bytes and seekable. Nothing is read until it is iterated."""
    return OcrReading(source, today)


class OcrReading:
    """One reading of one file: iterate it once for the payments as they are read, then take `summary`.

    Payments come before the file is known to be whole, so keep them only when `summary.ok`. `_place` is where in the
    file the reading stands: the method that takes the next record, and may set another place.
    """

    def __init__(self, source: BinaryIO, today: date) -> None:
        self._source = source
        self._findings = Findings()
        self._fields = FieldReader(self._findings, today)
        self._lines = RecordLines(source, self._findings)
        self._place: Callable[[int, str], BankPayment | None] = self._at_start
        self._records = 0
        self._silent_until = 0  # a wrong record often makes its neighbours wrong: they are not told as well
        self._transmission = Counted(0, 0)
        self._assignment = Assignment(0, 0, service="")
        self._builder = PaymentBuilder(self._findings, self._fields)
        self._key = ""
        self._keys: list[str] = []
        self._created: date | None = None
        self._assignments: list[AssignmentSummary] = []
        self._mandates = 0
        self._summary: FileSummary | None = None

    @property
    def summary(self) -> FileSummary:
        """What the file says of itself. Raises RuntimeError until the reading has been iterated to its end."""
        if self._summary is None:
            raise RuntimeError("the summary is there when the whole file has been read")
        return self._summary

    def __iter__(self) -> Iterator[BankPayment]:
        if self._is_ocr():
            for line, record in self._lines:
                self._records += 1
                payment = self._place(line, record)
                if payment is not None:
                    yield payment
            self._at_end()
        self._summary = FileSummary(
            sha256=self._lines.sha256,
            transmission="+".join(self._keys),
            created=self._created,
            payments=sum(assignment.payments for assignment in self._assignments),
            amount=sum(assignment.amount for assignment in self._assignments),
            assignments=tuple(self._assignments),
            mandates=self._mandates,
            findings=self._findings.all(),
            encoding=self._lines.encoding,
        )

    def _is_ocr(self) -> bool:
        start = self._source.tell()
        head = self._source.read(HEAD)
        self._source.seek(start)
        kind = detect(head)
        if kind == "ocr":
            return True
        code, message = _NOT_OCR[kind]
        message = _(message)
        if not head.strip(b" \t\r\n\0\x1a"):
            code, message = "empty_file", _("Filen er tom.")
        self._findings.error(1, 1, _("Fil"), code, message)
        return False

    # --- transmission ---------------------------------------------------------------------------------------------

    def _at_start(self, line: int, record: str) -> None:
        if _key(record) != "0010":
            code, message = "missing_start", _("Filen begynner ikke med startrecord for forsendelse (NY000010).")
            if self._keys:
                code, message = "trailing_data", _("Det står noe etter sluttrecorden. Det er ikke lest.")
            self._findings.error(line, 1, _("Record"), code, message, record[:8])
            self._place = self._nowhere
            return
        self._transmission = Counted(line, self._records - 1)
        self._key = ""
        self._place = self._in_transmission
        fields = self._fields.read(layouts.START_TRANSMISSION, line, record)
        if fields is None:
            return
        sender, serial, recipient = fields
        self._key = f"{sender}-{serial}-{recipient}"
        if recipient == CLEARING_HOUSE.decode():
            self._refuse_outgoing(line)
        elif sender != CLEARING_HOUSE.decode():
            message = _("Dataavsender er {sender}, ikke {clearing_house} (Nets/Mastercard).").format(
                sender=sender, clearing_house=CLEARING_HOUSE.decode()
            )
            self._findings.warning(line, 9, _("Dataavsender"), "unknown_sender", message, sender)

    def _in_transmission(self, line: int, record: str) -> None:
        key = _key(record)
        if key == "0089":
            self._end_transmission(line, record)
        elif key.endswith("20") and key != "0020":
            self._start_assignment(line, record, key[:2])
        else:
            self._unexpected(line, record, _("startrecord for oppdrag eller sluttrecord for forsendelse"))

    def _end_transmission(self, line: int, record: str) -> None:
        transmission = self._transmission
        transmission.records = self._records - transmission.before
        end = self._end_record(layouts.END_TRANSMISSION, line, record)
        if end is not None:
            check_end(transmission, end, self._findings)
            if end.created is None and transmission.last is not None:
                message = _("Sluttrecorden mangler datoen da filen ble laget.")
                self._findings.error(line, 42, _("Dato"), "bad_date", message, "000000")
            self._created = self._created or end.created
        created = end.created.isoformat() if end and end.created else "uten dato"
        self._keys.append(f"{self._key}-{created}")
        self._place = self._at_start

    def _nowhere(self, line: int, record: str) -> None:
        """The file is refused already; the rest of it is only hashed."""

    def _at_end(self) -> None:
        silent = self._lines.last_line <= self._silent_until
        if self._place in (self._at_start, self._nowhere) or silent or not self._lines.complete:
            return
        line, column = self._lines.last_line, LENGTH + 1
        message = _("Filen slutter før sluttrecorden for forsendelsen (NY000089). Hent den på nytt fra banken.")
        self._findings.error(line, column, _("Record"), "truncated", message)
        if self._place != self._in_transmission:
            self._leave_assignment()

    # --- assignment -----------------------------------------------------------------------------------------------

    def _start_assignment(self, line: int, record: str, service: str) -> None:
        self._assignment = assignment = Assignment(line, self._records - 1, service=service)
        if service == "09":
            self._place = self._in_assignment
            fields = self._fields.read(layouts.START_ASSIGNMENT, line, record)
            if fields is not None:
                assignment.agreement, assignment.number, assignment.account = fields
        elif service != "21":
            self._place = self._in_other_service
            message = _("Tjeneste {service} er ikke innbetalinger med KID. Oppdraget er hoppet over.").format(
                service=service
            )
            self._findings.warning(line, 3, _("Tjenestekode"), "unknown_service", message, service)
        elif record[4:6] == "24":
            self._place = self._in_mandates
            fields = self._fields.read(layouts.START_MANDATES, line, record)
            if fields is not None:
                assignment.number, assignment.account = fields
        else:
            self._refuse_outgoing(line)
        if assignment.account and not valid_account(assignment.account):
            message = _("Oppdragskonto {account} har feil kontrollsiffer.").format(account=assignment.account)
            self._findings.warning(line, 25, _("Oppdragskonto"), "account_check", message, assignment.account)

    def _in_assignment(self, line: int, record: str) -> None:
        match = ITEM_1.match(record)
        if match is not None:
            self._builder.start(self._assignment, line, match.groups())
            self._place = self._after_item_1
            return
        key = _key(record)
        if key == "0930":
            self._start_odd_payment(line, record)
        elif key == "0988":
            self._end_assignment(layouts.END_ASSIGNMENT, line, record)
        else:
            self._unexpected(line, record, _("beløpspost 1 eller sluttrecord for oppdrag"))

    def _end_assignment(self, layout: Layout, line: int, record: str) -> None:
        assignment = self._assignment
        assignment.records = self._records - assignment.before
        end = self._end_record(layout, line, record)
        if end is not None:
            check_end(assignment, end, self._findings)
        if not assignment.transactions and assignment.transactions_known:
            message = _("Oppdraget har ingen transaksjoner.")
            self._findings.error(line, 9, _("Antall transaksjoner"), "empty_assignment", message, record[8:16])
        self._leave_assignment()

    def _leave_assignment(self) -> None:
        self._transmission.include(self._assignment)
        if self._assignment.service == "09":
            self._assignments.append(self._assignment.summary())
        self._place = self._in_transmission

    def _in_mandates(self, line: int, record: str) -> None:
        key = _key(record)
        if key == "2170":
            self._fields.read(layouts.MANDATE, line, record)
            self._assignment.transactions += 1
            self._mandates += 1
        elif key == "2188":
            self._end_assignment(layouts.END_MANDATES, line, record)
        else:
            self._unexpected(line, record, _("fast betalingsoppdrag eller sluttrecord for dem"))

    def _in_other_service(self, line: int, record: str) -> None:
        key = _key(record)
        if key == f"{self._assignment.service}88":
            # what its end record counts is not ours to know, so the transmission's own count cannot be checked either
            self._assignment.transactions_known = self._assignment.sum_known = False
            self._leave_assignment()
        elif key in ("0010", "0089", "0920"):
            self._unexpected(
                line, record, _("sluttrecord for tjeneste {service}").format(service=self._assignment.service)
            )

    # --- payment --------------------------------------------------------------------------------------------------

    def _start_odd_payment(self, line: int, record: str) -> None:
        fields = self._fields.read(ITEM_1, line, record)
        if fields is not None:
            self._builder.start(self._assignment, line, fields)
        else:
            self._builder.start_unreadable(self._assignment)
        self._place = self._after_item_1

    def _after_item_1(self, line: int, record: str) -> BankPayment | None:
        match = ITEM_2.match(record)
        if match is not None:
            payment = self._builder.finish(line, match.groups())
        elif _key(record) == "0931":
            payment = self._builder.finish(line, self._fields.read(ITEM_2, line, record))
        else:
            return self._unexpected(line, record, _("beløpspost 2"))
        if record[4:6] in WITH_TEXT:
            self._place = self._after_item_2
            return None
        self._place = self._in_assignment
        return payment

    def _after_item_2(self, line: int, record: str) -> BankPayment | None:
        if _key(record) != "0932":
            return self._unexpected(line, record, _("beløpspost 3"))
        self._place = self._in_assignment
        return self._builder.add_text(line, self._fields.read(ITEM_3, line, record))

    # --- shared ---------------------------------------------------------------------------------------------------

    def _end_record(self, layout: Layout, line: int, record: str) -> EndRecord | None:
        fields = self._fields.read(layout, line, record)
        if fields is None:
            return None
        transactions, count, *rest = fields
        amount, created, first, last = (*rest, *("0", "000000", "000000", "000000")[len(rest) :])
        day = self._fields.end_day
        return EndRecord(
            line=line,
            transactions=int(transactions),
            records=int(count),
            amount=int(amount),
            created=day(line, 42, _("Dato"), created),
            first=day(line, 48, _("Første oppgjørsdato"), first),
            last=day(line, 54, _("Siste oppgjørsdato"), last),
        )

    def _refuse_outgoing(self, line: int) -> None:
        self._findings.error(line, 1, _("Fil"), "wrong_direction", _(_OUTGOING))
        self._place = self._nowhere

    def _unexpected(self, line: int, record: str, expected: str) -> BankPayment | None:
        """Tell of a record that cannot stand here, and go on from the nearest place where it can."""
        key = _key(record)
        self._builder.drop()
        if not key:
            self._lose(line, record)
            return None
        if line > self._silent_until:
            message = _("Her skulle det stått {expected}, men det står {record}.").format(
                expected=expected, record=record[:8]
            )
            self._findings.error(line, 1, _("Record"), "unexpected_record", message, record[:8])
        self._silent_until = line + 1
        if self._place in (self._after_item_1, self._after_item_2):
            self._place = self._in_assignment
            return self._place(line, record)
        if self._place != self._in_transmission and key[2:] in ("10", "20", "89"):
            self._leave_assignment()
            return self._place(line, record)
        if self._place == self._in_transmission and key == "0010":
            self._place = self._at_start
            return self._place(line, record)
        return None

    def _lose(self, line: int, record: str) -> None:
        if len(record) != LENGTH:
            self._fields.tell_length(line, record)
        else:
            message = _("Linjen begynner med «{record}», og det er ingen record i en OCR-fil.").format(
                record=record[:8]
            )
            self._findings.error(line, 1, _("Record"), "not_a_record", message, record[:8])
        self._silent_until = line + 1
        self._transmission.lose_record()
        self._assignment.lose_record()
        if self._place in (self._after_item_1, self._after_item_2):
            self._place = self._in_assignment


def _key(record: str) -> str:
    """Service and record type of a record, "" when it has none."""
    head = record[2:8]
    return head[:2] + head[4:] if record[:2] == "NY" and len(head) == 6 and head.isascii() and head.isdigit() else ""
