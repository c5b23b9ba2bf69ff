"""Visma as seen from here: address, log-in, what the dunning codes give, and what it promises."""

import asyncio
from collections.abc import Sequence
from urllib.parse import urlsplit

from data.documents import Creditor
from data.errors import Kk2Error
from data.language import N_, _
from services.doctor.check import Check, ok, warning, wrong
from services.doctor.facts import VismaFacts
from services.doctor.tls import hang_up
from services.visma.port import Capabilities, NoNewInvoices, VismaPort

CONNECT_S = 5
ADDRESS, LOG_IN, CODES, REFERENCES = (
    N_("Visma, adresse"),
    N_("WSInkasso, lisens og pålogging"),
    N_("Purrekoder"),
    N_("Bilagsreferanser"),
)
ASK_VISMA = N_("Se Vismas installasjonsrapport for adresse og pålogging, og at lisensen på WSInkasso er aktiv.")


def host_and_port(url: str) -> tuple[str, int] | None:
    """Where a URL leads; None for what is no address of a service."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or not parts.hostname:
        return None
    return parts.hostname, port or (443 if parts.scheme == "https" else 80)


async def check_address(facts: VismaFacts) -> Check:
    """The address is one, and somebody listens there."""
    if facts.adapter == "file":
        return ok(ADDRESS, _("Bilagene går som filer (kk2 posting export); webtjenesten er ikke satt opp."))
    if facts.adapter == "simulator":
        told = _("Visma er simulatoren i programmet: ingenting kommer til et regnskap.")
        return warning(
            ADDRESS, told, _('Sett adapter = "soap" og url i [visma] i kk2.toml når dette ikke er en prøve.')
        )
    place = host_and_port(facts.url)
    if place is None or "@" in facts.url:
        return wrong(
            ADDRESS, _("url i [visma] er ingen adresse kk2 kan bruke."), _("Skriv den som https://tjener/WSInkasso.")
        )
    host, port = place
    try:
        async with asyncio.timeout(CONNECT_S):
            _reader, writer = await asyncio.open_connection(host, port)
        await hang_up(writer)
    except (OSError, TimeoutError):
        told = _("Ingen svarer på {host}, port {port}.").format(host=host, port=port)
        return wrong(ADDRESS, told, _("Se etter url i kk2.toml, brannmuren, og at tjenesten er oppe."))
    if facts.url.lower().startswith("http:"):
        told = _("{host} svarer, men forbindelsen er ikke kryptert.").format(host=host)
        return warning(ADDRESS, told, _("Bruk https; kreves av WSInkasso utenfor samme maskin."))
    if facts.quarantine_s <= facts.timeout_s:
        told = _("{host} svarer. Karantenen ({quarantine_s:g} s) er ikke lengre enn tidsgrensen.").format(
            host=host, quarantine_s=facts.quarantine_s
        )
        return warning(ADDRESS, told, _("Sett quarantine_s lengre enn tjeneren kan bruke på et bilag."))
    return ok(ADDRESS, _("{host} svarer på port {port}.").format(host=host, port=port))


def check_log_in(facts: VismaFacts, answer: Capabilities | Kk2Error) -> Check:
    """What Ping answered."""
    if isinstance(answer, Kk2Error):
        return wrong(LOG_IN, answer.message, _(ASK_VISMA))
    if answer.max_count is not None and facts.page_size > answer.max_count:
        told = _("Versjon {version} svarer, men gir høyst {max_count} om gangen.").format(
            version=answer.version, max_count=answer.max_count
        )
        return warning(LOG_IN, told, _("Sett page_size = {max_count} i kk2.toml.").format(max_count=answer.max_count))
    return ok(LOG_IN, _("Versjon {version} svarer.").format(version=answer.version))


def check_references(answer: Capabilities) -> Check:
    """Whether a voucher that is sent twice is stored once."""
    if answer.recognises_references:
        return ok(REFERENCES, _("Visma kjenner igjen referansen på et bilag: ingen bilag blir doble."))
    return warning(
        REFERENCES,
        _("Visma kjenner ikke igjen referanser: et bilag med ukjent utfall må avgjøres av en person."),
        _("Be Visma om en versjon som gjør det. Til da: kk2 posting resolve REFERANSE found|resend"),
    )


async def check_dunning_codes(visma: VismaPort, facts: VismaFacts, creditors: Sequence[Creditor]) -> Check:
    """Proposals with our dunning codes can be read for every company. Nothing is taken over."""
    codes = ", ".join(facts.dunning_codes)
    found = False
    for company in sorted({creditor.company for creditor in creditors}):
        try:
            page = await visma.fetch_proposals(company, facts.dunning_codes, count=1)
        except NoNewInvoices:
            continue
        except Kk2Error as error:
            mend = _("Se etter dunning_codes i kk2.toml, og purrerutinen på alle oppdragsgivere i Visma.")
            return wrong(
                CODES,
                _("Selskap {company}, {codes}: {message}").format(company=company, codes=codes, message=error.message),
                mend,
            )
        spoilt = [each.run for each in page.proposals if each.status == "distributed"]
        if spoilt:
            told = _("Forslag {spoilt} i selskap {company} har status Distribuer og kan ikke hentes.").format(
                spoilt=spoilt[0], company=company
            )
            return warning(CODES, told, _("Bare Vismas brukerstøtte kan rette det. Lag et nytt forslag."))
        found = True
    return ok(
        CODES,
        _("{codes} kan leses; {der}.").format(
            codes=codes, der=_("det er forslag der") if found else _("ingen forslag venter nå")
        ),
    )
