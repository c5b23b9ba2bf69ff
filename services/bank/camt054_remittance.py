"""What a payer says that a camt.054 payment is for: KID, or text that a person reads."""

import msgspec

from services.bank.camt054_fields import CURRENCY, Node, read_amount
from services.rules.money import format_amount

_MOST_TEXT = 500
_MOST_CLAIMS = 20


class Remittance(msgspec.Struct, frozen=True, gc=False):
    """The KID as the file has it, "" for none, and everything else as text."""

    kid: str
    text: str


def read_remittance(transaction: Node) -> Remittance:
    """The remittance of a `TxDtls`. The payer's name is part of the text.

    A KID is a structured reference of type SCOR; one that begins with RF, or is issued by ISO, is a creditor reference
    (ISO 11649). A payment for several claims has no KID, since how it is to be divided would be a guess.
    """
    claims = transaction.all("RmtInf/Strd")
    texts = [each.text() for each in transaction.all("RmtInf/Ustrd")]
    kid = ""
    if len(claims) == 1:
        kid = _kid(claims[0])
        told = "" if kid else _claim(claims[0])
        texts += [f"Gjelder {told}"] if told else []
        texts.append(claims[0].text("AddtlRmtInf"))
    elif claims:
        told = ", ".join(filter(None, map(_claim, claims[:_MOST_CLAIMS])))
        more = " …" if len(claims) > _MOST_CLAIMS else ""
        texts.append(f"Gjelder {len(claims)} krav: {told}{more}" if told else f"Gjelder {len(claims)} krav")
    return Remittance(kid, join_text(_payer(transaction), texts))


def join_text(payer: str, texts: list[str]) -> str:
    """`Kari Testesen: Faktura 12 / Takk`, of what there is."""
    text = " / ".join(filter(None, texts))
    return f"{payer}: {text}"[:_MOST_TEXT] if payer and text else (payer or text)[:_MOST_TEXT]


def _payer(transaction: Node) -> str:
    return transaction.text("RltdPties/Dbtr/Nm") or transaction.text("RltdPties/Dbtr/Pty/Nm")


def _kid(claim: Node) -> str:
    reference = claim.text("CdtrRefInf/Ref")
    scor = claim.text("CdtrRefInf/Tp/CdOrPrtry/Cd") == "SCOR"
    iso = claim.text("CdtrRefInf/Tp/Issr") == "ISO" or reference.upper().startswith("RF")
    return reference if scor and not iso else ""


def _claim(claim: Node) -> str:
    """One claim as text: `KID 0221000000384 (100,00)`, `faktura 12`, `kreditnota 13 (−50,00)`."""
    kid, reference = _kid(claim), claim.text("CdtrRefInf/Ref")
    number = claim.text("RfrdDocInf/Nb")
    credit = claim.text("RfrdDocInf/Tp/CdOrPrtry/Cd") == "CREN"
    if kid:
        name = f"KID {kid}"
    elif reference:
        name = f"referanse {reference}"
    elif number:
        name = f"{'kreditnota' if credit else 'faktura'} {number}"
    else:
        return ""
    amount = _claim_amount(claim)
    return f"{name} ({amount})" if amount else name


def _claim_amount(claim: Node) -> str:
    for path, sign in (("RfrdDocAmt/RmtdAmt", 1), ("RfrdDocAmt/CdtNoteAmt", -1)):
        found = claim.find(path)
        amount = read_amount(found.text()) if found and found.currency() == CURRENCY else None
        if amount is not None:
            return format_amount(sign * amount)
    return ""
