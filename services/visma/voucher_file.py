"""The voucher file, in the shape of Visma's VUXML 1.5: vouchers to bytes, and bytes back to vouchers.

What leaves is held against `contract/vouchers.xsd`, a schema of this project's own, and read back: the same vouchers
must come out, each in balance. A voucher's reference is its first text line, alone, and stands first in the text of
every line, so that both a program and a person find it, also where a long text is cut.
"""

import re
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import msgspec
from lxml import etree

from data.documents import Voucher, VoucherLine
from data.errors import Kk2Error
from data.language import _
from services.visma.amounts import to_kroner, to_ore
from services.visma.contract import XSD, NotTrusted
from services.visma.envelope import parse

SCHEMA = XSD.with_name("vouchers.xsd")
RESPONSIBLE = "WS-infe"
DIVISION = "0"
TEXT_MAX = 100

_XSI = "http://www.w3.org/2001/XMLSchema-instance"
_MESSAGE = {"MessageOwner": "VismaEnterprise", "MessageType": "Vouchers", "MessageVersion": "1.5"}
# A person posts what is imported (updateVoucher); unknown accounts and customers are refused, and nothing is merged.
_HANDLING = {
    "updateVoucher": "false",
    "allowDifference": "false",
    "allowIllegalAccount": "false",
    "checkCsNo": "true",
    "accumulateEqualVouchers": "false",
}
_NOT_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_REFERENCE = re.compile(r"[A-Z0-9-]{8,40}")
_PLACE = re.compile(r"/voucher(?:\[(?P<number>[0-9]+)\])?(?:/.*?(?P<name>\w+)(?:\[[0-9]+\])?)?$")


class UnfitVoucher(Kk2Error):
    """A voucher that the file cannot hold."""

    code = "unfit_voucher"

    def __init__(self, reference: str, why: str) -> None:
        super().__init__(
            _(
                "Bilag {reference} kan ikke stå i en bilagsfil: {why}. Det er ikke skrevet. Rett "
                "regnskapsoppsettet for kreditor, og bokfør forslaget på nytt."
            ).format(reference=reference, why=why)
        )


class FileLine(msgspec.Struct, frozen=True, kw_only=True):
    """A line as the file has it: debit positive, credit negative, øre. What is empty has no element."""

    account: str
    amount: int
    text: str
    customer: str = ""
    invoice: str = ""
    kid: str = ""
    department: str = ""
    project: str = ""


class FileVoucher(msgspec.Struct, frozen=True, kw_only=True):
    """A voucher as the file has it."""

    reference: str
    company: str
    voucher_type: str
    date: date
    approve: bool
    text: str
    lines: tuple[FileLine, ...]

    @property
    def debit(self) -> int:
        return sum(line.amount for line in self.lines if line.amount > 0)

    @property
    def credit(self) -> int:
        """Negative, or 0."""
        return sum(line.amount for line in self.lines if line.amount < 0)


def as_written(voucher: Voucher) -> FileVoucher:
    """The voucher as it will stand in a file: texts cleaned, cut and with the reference."""
    return FileVoucher(
        reference=voucher.reference,
        company=voucher.company,
        voucher_type=voucher.voucher_type,
        date=voucher.date,
        approve=voucher.approve,
        text=_plain(voucher.text),
        lines=tuple(_line_as_written(line, voucher.reference) for line in voucher.lines),
    )


def _line_as_written(line: VoucherLine, reference: str) -> FileLine:
    return FileLine(
        account=line.account,
        amount=line.amount,
        text=_plain(f"{reference} {line.text}"),
        customer=line.customer,
        invoice=line.invoice,
        kid=line.kid,
        department=line.department,
        project=line.project,
    )


def _plain(text: str) -> str:
    """One line of what XML can hold, at most TEXT_MAX characters."""
    return " ".join(_NOT_IN_XML.sub(" ", text).split())[:TEXT_MAX].rstrip()


# --- writing ------------------------------------------------------------------------------------------------------


def render_vouchers(vouchers: Sequence[Voucher]) -> bytes:
    """A file with these vouchers, which are all approved in Visma or all not: the mark is the file's.

    Raises UnfitVoucher for one that does not balance or that the schema refuses, ValueError for none or a mixture.
    """
    written = [as_written(voucher) for voucher in vouchers]
    if len({voucher.approve for voucher in written}) != 1:
        raise ValueError("a file has vouchers, and one mark of approval for them all")
    if len({voucher.reference for voucher in written}) != len(written):
        raise ValueError("a voucher is in a file once")
    content = etree.tostring(_message(written), xml_declaration=True, encoding="UTF-8", pretty_print=True)
    _prove(content, written)
    return content


def why_unfit(vouchers: Iterable[Voucher]) -> dict[str, str]:
    """Those of the vouchers that a file cannot hold: why, by reference."""
    found = {}
    for voucher in vouchers:
        try:
            render_vouchers([voucher])
        except UnfitVoucher as error:
            found[voucher.reference] = error.message
    return found


def _prove(content: bytes, written: Sequence[FileVoucher]) -> None:
    """The file fits the schema, and what is read out of it is what was put in, in balance."""
    for voucher in written:
        if not _REFERENCE.fullmatch(voucher.reference):
            raise UnfitVoucher(voucher.reference, _("referansen har tegn som ikke er lov der"))
        if voucher.debit + voucher.credit:
            raise UnfitVoucher(voucher.reference, _("debet og kredit er ikke like store"))
    wrong = _first_error(parse(content))
    if wrong is not None:
        number, name = wrong
        raise UnfitVoucher(
            written[number - 1].reference, _("feltet {name} har en verdi som ikke er lov der").format(name=name)
        )
    for before, after in zip(written, read_vouchers(content), strict=True):
        if before != after:
            raise UnfitVoucher(before.reference, _("det leses ikke tilbake slik det ble skrevet"))


def _message(vouchers: Iterable[FileVoucher]) -> etree._Element:
    root = etree.Element("VUXML", _MESSAGE, nsmap={"xsi": _XSI})
    root.set(f"{{{_XSI}}}noNamespaceSchemaLocation", "VUacctrans_v1p5.xsd")
    parent: etree._Element | None = None
    for voucher in vouchers:
        if parent is None:
            parent = etree.SubElement(root, "vouchers", {"approveVoucher": _truth(voucher.approve)} | _HANDLING)
        try:
            parent.append(_voucher(voucher))
        except ValueError:  # of lxml: a control character in a code; texts are cleaned, codes never are
            raise UnfitVoucher(voucher.reference, _("en kode eller et nummer har tegn som XML ikke kan ha")) from None
    return root


def _voucher(voucher: FileVoucher) -> etree._Element:
    day = voucher.date
    element = etree.Element("voucher", company=voucher.company, division=DIVISION, year=f"{day.year:04d}")
    _add(element, "voucherType", voucher.voucher_type)
    _add(element, "period", str(day.month))
    _add(element, "voucherDate", day.isoformat())
    _add(element, "responsible", RESPONSIBLE)
    texts = etree.SubElement(element, "textLines")
    _add(texts, "text", voucher.reference)
    _add_given(texts, "text", voucher.text)
    for line in voucher.lines:
        element.append(_transaction(line))
    return element


def _transaction(line: FileLine) -> etree._Element:
    element = etree.Element("transaction")
    _add(element, "account", line.account)
    if line.customer:
        _add(element, "csNo", line.customer)
        _add(element, "csType", "K")
    _add_given(element, "invoiceNo", line.invoice)
    _add_given(element, "kid", line.kid)
    _add(element, "voucherText", line.text)
    _add(element, "baseAmount", f"{to_kroner(line.amount):f}")
    _add_given(element, "dimension1", line.department)
    _add_given(element, "dimension2", line.project)
    return element


def _add(parent: etree._Element, name: str, text: str) -> None:
    etree.SubElement(parent, name).text = text


def _add_given(parent: etree._Element, name: str, text: str) -> None:
    if text:
        _add(parent, name, text)


def _truth(value: bool) -> str:
    return "true" if value else "false"


# --- reading ------------------------------------------------------------------------------------------------------


def read_vouchers(content: bytes) -> list[FileVoucher]:
    """The vouchers of a file of ours. Raises NotTrusted for anything else: half a file, a DTD, another schema."""
    root = parse(content)
    if _first_error(root) is not None:
        raise NotTrusted(_("Filen er ikke en bilagsfil slik kk2 skriver den"))
    parent = root[0]
    approve = parent.get("approveVoucher") == "true"
    return [_read_voucher(element, approve) for element in parent]


def _read_voucher(element: etree._Element, approve: bool) -> FileVoucher:
    reference, *text = [each.text or "" for each in element.findall("textLines/text")]
    if not _REFERENCE.fullmatch(reference):
        raise NotTrusted(_("Et bilag i filen har ikke referansen sin som første tekst"))
    return FileVoucher(
        reference=reference,
        company=element.get("company", ""),
        voucher_type=_text(element, "voucherType"),
        date=date.fromisoformat(_text(element, "voucherDate")),
        approve=approve,
        text="".join(text),
        lines=tuple(_read_line(line) for line in element.iterfind("transaction")),
    )


def _read_line(element: etree._Element) -> FileLine:
    return FileLine(
        account=_text(element, "account"),
        amount=to_ore(Decimal(_text(element, "baseAmount"))),
        text=_text(element, "voucherText"),
        customer=_text(element, "csNo"),
        invoice=_text(element, "invoiceNo"),
        kid=_text(element, "kid"),
        department=_text(element, "dimension1"),
        project=_text(element, "dimension2"),
    )


def _text(element: etree._Element, name: str) -> str:
    return element.findtext(name) or ""


def _first_error(root: etree._Element) -> tuple[int, str] | None:
    """Which voucher, from 1, and which element of it the schema refuses first; None when all is well.

    The values themselves are never repeated.
    """
    schema = etree.XMLSchema(etree.parse(str(SCHEMA)))  # one a call, since its log of errors is not for two threads
    if schema.validate(root):
        return None
    log: Any = schema.error_log
    place = _PLACE.search(log[0].path or "")
    if place is None:
        return 1, "VUXML"
    return int(place["number"] or 1), place["name"] or "voucher"
