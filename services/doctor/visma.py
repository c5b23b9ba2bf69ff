"""Visma as seen from here: address, log-in, what the dunning codes give, and what it promises."""

import asyncio
from collections.abc import Sequence
from urllib.parse import urlsplit

from data.documents import Creditor
from data.errors import Kk2Error
from services.doctor.check import Check, ok, warning, wrong
from services.doctor.facts import VismaFacts
from services.doctor.tls import hang_up
from services.visma.port import Capabilities, NoNewInvoices, VismaPort

CONNECT_S = 5
ADDRESS, LOG_IN, CODES, REFERENCES = (
    "Visma, adresse",
    "WSInkasso, lisens og pålogging",
    "Purrekoder",
    "Bilagsreferanser",
)
ASK_VISMA = "Se Vismas installasjonsrapport for adresse og pålogging, og at lisensen på WSInkasso er aktiv."


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
        return ok(ADDRESS, "Bilagene går som filer (kk2 posting export); webtjenesten er ikke satt opp.")
    if facts.adapter == "simulator":
        told = "Visma er simulatoren i programmet: ingenting kommer til et regnskap."
        return warning(ADDRESS, told, 'Sett adapter = "soap" og url i [visma] i kk2.toml når dette ikke er en prøve.')
    place = host_and_port(facts.url)
    if place is None or "@" in facts.url:
        return wrong(
            ADDRESS, "url i [visma] er ingen adresse kk2 kan bruke.", "Skriv den som https://tjener/WSInkasso."
        )
    host, port = place
    try:
        async with asyncio.timeout(CONNECT_S):
            _, writer = await asyncio.open_connection(host, port)
        await hang_up(writer)
    except (OSError, TimeoutError):
        told = f"Ingen svarer på {host}, port {port}."
        return wrong(ADDRESS, told, "Se etter url i kk2.toml, brannmuren, og at tjenesten er oppe.")
    if facts.url.lower().startswith("http:"):
        told = f"{host} svarer, men forbindelsen er ikke kryptert."
        return warning(ADDRESS, told, "Bruk https; kreves av WSInkasso utenfor samme maskin.")
    if facts.quarantine_s <= facts.timeout_s:
        told = f"{host} svarer. Karantenen ({facts.quarantine_s:g} s) er ikke lengre enn tidsgrensen."
        return warning(ADDRESS, told, "Sett quarantine_s lengre enn tjeneren kan bruke på et bilag.")
    return ok(ADDRESS, f"{host} svarer på port {port}.")


def check_log_in(facts: VismaFacts, answer: Capabilities | Kk2Error) -> Check:
    """What Ping answered."""
    if isinstance(answer, Kk2Error):
        return wrong(LOG_IN, answer.message, ASK_VISMA)
    if answer.max_count is not None and facts.page_size > answer.max_count:
        told = f"Versjon {answer.version} svarer, men gir høyst {answer.max_count} om gangen."
        return warning(LOG_IN, told, f"Sett page_size = {answer.max_count} i kk2.toml.")
    return ok(LOG_IN, f"Versjon {answer.version} svarer.")


def check_references(answer: Capabilities) -> Check:
    """Whether a voucher that is sent twice is stored once."""
    if answer.recognises_references:
        return ok(REFERENCES, "Visma kjenner igjen referansen på et bilag: ingen bilag blir doble.")
    return warning(
        REFERENCES,
        "Visma kjenner ikke igjen referanser: et bilag med ukjent utfall må avgjøres av en person.",
        "Be Visma om en versjon som gjør det. Til da: kk2 posting resolve REFERANSE found|resend",
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
            mend = "Se etter dunning_codes i kk2.toml, og purrerutinen på alle oppdragsgivere i Visma."
            return wrong(CODES, f"Selskap {company}, {codes}: {error.message}", mend)
        spoilt = [each.run for each in page.proposals if each.status == "distributed"]
        if spoilt:
            told = f"Forslag {spoilt[0]} i selskap {company} har status Distribuer og kan ikke hentes."
            return warning(CODES, told, "Bare Vismas brukerstøtte kan rette det. Lag et nytt forslag.")
        found = True
    return ok(CODES, f"{codes} kan leses; {'det er forslag der' if found else 'ingen forslag venter nå'}.")
