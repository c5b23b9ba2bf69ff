"""Made-up camt.054 files in both versions, and ways to break them.

A file is built of parts, each a string of XML: transactions in an entry, entries in a notification, notifications in a
file. Every part has one element a line, so that a test can say where something is wrong.
"""

from datetime import date
from io import BytesIO
from typing import Literal
from xml.sax.saxutils import escape

from services.bank.camt054 import read_camt054
from services.bank.kid import make_kid
from services.bank.payments import BankPayment, FileSummary
from tests.services.bank.files import ACCOUNT, DAY, TODAY

Version = Literal["02", "08"]
NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:camt.054.001."
VERSIONS: tuple[Version, ...] = ("02", "08")


def kid_of(serial: int = 38) -> str:
    return make_kid("0221", serial)


def money(amount: int) -> str:
    """Øre as the standard writes an amount: `1234.50`."""
    return f"{amount // 100}.{amount % 100:02d}"


def tag(name: str, *content: str, attributes: str = "") -> str:
    """An element; `content` is XML, or text already escaped. One without content is left out."""
    inside = [each for each in content if each]
    if not inside:
        return ""
    if len(inside) == 1 and not inside[0].startswith("<"):
        return f"<{name}{attributes}>{inside[0]}</{name}>"
    return "\n".join([f"<{name}{attributes}>", *inside, f"</{name}>"])


def nested(path: str, content: str) -> str:
    """`content` in the elements of a path, such as `Refs/EndToEndId`."""
    for name in reversed(path.split("/")):
        content = tag(name, content)
    return content


def amount_of(name: str, amount: int | str, currency: str = "NOK") -> str:
    return tag(name, amount if isinstance(amount, str) else money(amount), attributes=f' Ccy="{currency}"')


def strd(reference: str, *, kind: str = "SCOR", issuer: str = "", amount: int | None = None) -> str:
    about = tag("Tp", nested("CdOrPrtry/Cd", kind), tag("Issr", issuer))
    told = nested("RfrdDocAmt", amount_of("RmtdAmt", amount)) if amount is not None else ""
    return tag("Strd", told, tag("CdtrRefInf", about, tag("Ref", escape(reference))))


def transaction(
    amount: int | None = 123450,
    *,
    version: Version = "02",
    kid: str | None = None,
    remittance: str | None = None,
    way: str = "",
    reference: str = "",
    end_to_end: str = "NOTPROVIDED",
    payer: str = "Kari Testesen",
    account: str = "99990512341",
    ordered: str = "",
    extra: str = "",
) -> str:
    """A TxDtls. `remittance` is what stands in RmtInf, else the KID does."""
    if remittance is None:
        remittance = strd(kid_of() if kid is None else kid)
    name = nested("Nm" if version == "02" else "Pty/Nm", escape(payer))
    own = amount_of("Amt", amount) if amount is not None else ""
    return tag(
        "TxDtls",
        tag("Refs", tag("AcctSvcrRef", reference), tag("EndToEndId", end_to_end)),
        own if version == "08" else "",
        tag("CdtDbtInd", way),
        nested("AmtDtls/TxAmt", own) if version == "02" and own else "",
        tag("RltdPties", tag("Dbtr", name) if payer else "", nested("DbtrAcct/Id/Othr/Id", account)),
        tag("RmtInf", remittance),
        nested("RltdDts/AccptncDtTm", ordered),
        extra,
    )


def entry(
    amount: int,
    *transactions: str,
    version: Version = "02",
    way: str = "CRDT",
    reversal: bool = False,
    status: str = "BOOK",
    day: str = DAY.isoformat(),
    number: str = "1",
    reference: str = "0005610",
    kind: str = "RCDT/VCOM",
    count: str | None = None,
    currency: str = "NOK",
    info: str = "",
) -> str:
    """An Ntry with its transactions in one batch, which states how many they are."""
    family, sub = kind.split("/")
    told = count if count is not None else str(len(transactions)) if transactions else ""
    return tag(
        "Ntry",
        tag("NtryRef", number),
        amount_of("Amt", amount, currency),
        tag("CdtDbtInd", way),
        tag("RvslInd", "true" if reversal else ""),
        tag("Sts", status if version == "02" else tag("Cd", status)),
        nested("BookgDt/Dt", day),
        nested("ValDt/Dt", day),
        tag("AcctSvcrRef", reference),
        nested("BkTxCd/Domn", tag("Cd", "PMNT") + tag("Fmly", tag("Cd", family), tag("SubFmlyCd", sub))),
        tag("NtryDtls", nested("Btch/NbOfTxs", told), *transactions),
        tag("AddtlNtryInf", escape(info)),
    )


def notification(
    *entries: str, account: str = "", summary: str = "", copy: str = "", number: str = "N1", currency: str = "NOK"
) -> str:
    identity = account or nested("Id/Othr/Id", ACCOUNT)
    return tag(
        "Ntfctn",
        tag("Id", number),
        tag("CreDtTm", f"{DAY}T12:00:00"),
        tag("CpyDplctInd", copy),
        tag("Acct", identity, tag("Ccy", currency)),
        tag("TxsSummry", summary),
        *entries,
    )


def document(*notifications: str, version: str = "02", message: str = "MSG1", encoding: str = "UTF-8") -> bytes:
    header = tag("GrpHdr", tag("MsgId", message), tag("CreDtTm", f"{DAY}T12:00:00"))
    body = tag("BkToCstmrDbtCdtNtfctn", header, *notifications)
    text = tag("Document", body, attributes=f' xmlns="{NAMESPACE}{version}"')
    return f'<?xml version="1.0" encoding="{encoding}"?>\n{text}\n'.encode(encoding)


def one_entry(*transactions: str, total: int = 123450, version: Version = "02") -> bytes:
    return document(notification(entry(total, *transactions, version=version)), version=version)


def read(content: bytes, today: date = TODAY) -> tuple[list[BankPayment], FileSummary]:
    reading = read_camt054(BytesIO(content), today=today)
    return list(reading), reading.summary


def codes(content: bytes) -> list[tuple[str, str]]:
    """(severity, code) of all that is found in a file."""
    _, summary = read(content)
    return [(found.severity, found.code) for found in summary.findings]
