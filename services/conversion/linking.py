"""Ties converted claims to their invoices in Visma, in the caller's transaction."""

from collections.abc import Mapping, Sequence
from typing import Literal

from msgspec.structs import replace

from data.documents import Candidate, Case, Claim, ClaimLink
from data.errors import NotFound
from data.language import _
from data.store import Reader, Transaction
from services.clock import Clock
from services.conversion.matching import BY_NAMES
from services.errors import Refused
from services.events import log
from services.rules.claim_text import says_nothing


class Linking:
    """Changes links and their claims; the lines for the cases' logs are written by `finish`."""

    def __init__(self, tx: Transaction, clock: Clock, actor: str) -> None:
        self._tx = tx
        self._clock = clock
        self._actor = actor
        self._lines: list[tuple[str, str]] = []

    def link(
        self, link: ClaimLink, claim: Claim, case: Case, chosen: Candidate, *, by_hand: bool = False
    ) -> tuple[Claim, Case]:
        """The claim is this invoice. What the older system did not know of it, Visma does."""
        how = "valgt for hånd" if by_hand else f"funnet på {BY_NAMES[chosen.by]}"
        text = f"Fordring {claim.invoice} er koblet til faktura {chosen.invoice} i Visma ({how})."
        self._lines.append((claim.case, text))
        self._tx.put(replace(link, state="linked", candidates=(chosen,), note=how))
        if not case.debtor.customer:
            case = self._tx.put(replace(case, debtor=replace(case.debtor, customer=chosen.customer)))
        linked = replace(
            claim,
            visma_id=chosen.visma_id,
            customer=claim.customer or chosen.customer,
            kid=claim.kid or chosen.kid,
            text=chosen.text if says_nothing(claim.text) and chosen.text else claim.text,
            written_back="pending",
        )
        return self._tx.put(linked), case

    def leave(
        self, link: ClaimLink, state: Literal["several", "none"], candidates: Sequence[Candidate], note: str = ""
    ) -> None:
        """The claim is not tied: there are several, or none."""
        changed = replace(link, state=state, candidates=tuple(candidates), note=note)
        if changed != link:
            self._tx.put(changed)

    def without(self, link: ClaimLink, claim: Claim, reason: str) -> Claim:
        """A person says that the invoice is not in Visma: payments are posted on customer and invoice number."""
        self._lines.append((claim.case, f"Fordring {claim.invoice} har ingen faktura i Visma: {reason}"))
        self._tx.put(replace(link, state="without", candidates=(), note=reason))
        return self._tx.put(replace(claim, written_back="none"))

    async def finish(self) -> None:
        await log(self._tx, self._clock, self._actor, self._lines)


async def unlinked_claim(tx: Transaction, key: str) -> tuple[ClaimLink, Claim, Case]:
    """A claim that is to be tied. Raises NotFound and Refused."""
    link, claim = await tx.get(ClaimLink, key), await tx.get(Claim, key)
    if link is None or claim is None:
        raise NotFound(_("Fordring {key} er ikke en konvertert fordring. Se kk2 convert status.").format(key=key))
    if claim.visma_id:
        raise Refused(
            _("Fordring {key} er koblet til en faktura fra før. Ingenting er endret.").format(key=key), code="linked"
        )
    case = await tx.get(Case, claim.case)
    if case is None:
        raise NotFound(_("Sak {case} finnes ikke. Ingenting er endret.").format(case=claim.case))
    return link, claim, case


async def taken_by(reader: Reader, visma_ids: Sequence[str]) -> Mapping[str, str]:
    """The cases that have these invoices already, by Visma's id."""
    claims = await reader.find_many(Claim, "visma_id", visma_ids)
    return {claim.visma_id: claim.case for claim in claims}
