"""Claim texts that say nothing (specification, "Error messages").

A claim's text is the invoice's own: it stands on the case and on the notice, and is how the debtor knows what to pay
for. One like "tilfeldig fakturering" tells nothing of that, and neither does a month or a number alone.
"""

import re
from collections.abc import Iterable

from data.documents import Claim

_SHOWN = 3
_EMPTY_WORDS = """
    tilfeldig tilfeldige fakturering fakturert faktura fakturaer fakturanr fakturanummer regning krav fordring gebyr
    diverse div annet andre øvrig øvrige beløp sum utestående ubetalt restbeløp rest nr nummer linje post tekst
    se vedlegg vedlagt spesifikasjon iht ihht i henhold til ifølge avtale kommunal kommunale kommunalt kommune
    for og av fra pr per den det ikke test termin måned mnd år uke dato periode perioden kvartal halvår
    januar februar mars april mai juni juli august september oktober november desember
    jan feb mar apr jun jul aug sep sept okt nov des
"""
_SAY_NOTHING = frozenset(_EMPTY_WORDS.split())


def says_nothing(text: str) -> bool:
    """Whether a claim's text tells nothing of what the claim is for."""
    words = re.findall(r"[^\W\d_]+", text.casefold())
    return all(len(word) < 2 or word in _SAY_NOTHING for word in words)


def text_warnings(claims: Iterable[Claim]) -> list[str]:
    """A warning for each text that says nothing, with the invoices that have it."""
    found: dict[str, list[str]] = {}
    for claim in claims:
        if says_nothing(claim.text):
            found.setdefault(" ".join(claim.text.split()), []).append(claim.invoice)
    return [_warning(text, invoices) for text, invoices in found.items()]


def _warning(text: str, invoices: list[str]) -> str:
    shown = ", ".join(invoices[:_SHOWN]) + (" …" if len(invoices) > _SHOWN else "")
    who = f"Faktura {shown}" if len(invoices) == 1 else f"{len(invoices)} fakturaer ({shown})"
    what = f"har teksten «{text}», som ikke sier hva kravet gjelder" if text else "mangler tekst om hva kravet gjelder"
    return f"{who} {what}. Be den som fakturerer, om å skrive det tydelig, for eksempel barnehage og måned."
