"""Whether TLS to a server works, with our own authority and our own certificate, and for how long."""

import asyncio
import ssl
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from data.language import N_, _
from services.doctor.certificate import last_moment
from services.doctor.check import Check, ok, warning, wrong
from services.doctor.facts import VismaFacts
from services.rules.dates import format_date

NAME = N_("Visma, sertifikat")
CONNECT_S = 5
LISTEN_S = 0.5
SOON_DAYS = 30
OWN_CERTIFICATE = N_(
    "Se etter client_cert og client_key i kk2.toml, og be den som drifter Visma om å godta sertifikatet."
)

# OpenSSL's verification codes (openssl-verify, "Diagnostics"), what each means, and how it is mended.
_REASONS = (
    ({9}, N_("gjelder ikke ennå"), N_("Se etter at klokken på denne maskinen går riktig.")),
    ({10}, N_("har gått ut"), N_("Be den som drifter Visma om å fornye det.")),
    ({62, 64}, N_("er utstedt til et annet navn"), N_("Bruk navnet i sertifikatet som adresse i url i kk2.toml.")),
    (
        {2, 18, 19, 20, 21},
        N_("er utstedt av noen vi ikke kjenner"),
        N_("Er det kommunens egen CA: legg CA-sertifikatet (PEM) i hjemmet, og sett ca_file i kk2.toml."),
    ),
)


class _Fault(Exception):
    """TLS does not work: the check that says so."""

    def __init__(self, found: str, mend: str) -> None:
        super().__init__(found)
        self.check = wrong(_(NAME), found, mend)


async def check_certificates(facts: VismaFacts, host: str, port: int, now: datetime) -> Check:
    """A handshake as the adapter makes it, and the last day of both certificates."""
    try:
        context = await asyncio.to_thread(_context, facts)
        own = await asyncio.to_thread(_own_last_moment, facts.client_cert) if facts.client_cert else None
        theirs = await _shake_hands(host, port, context)
    except _Fault as fault:
        return fault.check
    for whose, until in ((_("Klientsertifikatet vårt"), own), (_("Sertifikatet til {host}").format(host=host), theirs)):
        if until is not None and until < now:
            return wrong(
                _(NAME),
                _("{whose} gikk ut {until}.").format(whose=whose, until=format_date(until)),
                _("Få et nytt, og legg det på samme sted."),
            )
        if until is not None and (until - now).days < SOON_DAYS:
            return warning(
                _(NAME),
                _("{whose} går ut {until}.").format(whose=whose, until=format_date(until)),
                _("Be om et nytt i god tid."),
            )
    ours = _(", klientsertifikat til {own}").format(own=format_date(own)) if own else ""
    authority = _("egen CA") if facts.ca_file else _("maskinens CA-er")
    return ok(
        _(NAME),
        _("{host} har sertifikat til {theirs} ({authority}){ours}.").format(
            host=host, theirs=format_date(theirs), authority=authority, ours=ours
        ),
    )


def _context(facts: VismaFacts) -> ssl.SSLContext:
    try:
        context = ssl.create_default_context(cafile=facts.ca_file or None)
    except (OSError, ssl.SSLError) as error:
        raise _Fault(
            _("CA-filen {ca_file} kan ikke leses ({error}).").format(ca_file=facts.ca_file, error=_short(error)),
            _("Legg CA-sertifikatet der, i PEM-form, og rett ca_file i kk2.toml."),
        ) from error
    if facts.client_cert:
        try:
            # An empty password: a key that needs one is refused, instead of asking in the middle of the screen.
            context.load_cert_chain(facts.client_cert, facts.client_key or None, password="")
        except (OSError, ssl.SSLError) as error:
            raise _Fault(
                _("Klientsertifikatet {client_cert} kan ikke brukes ({error}).").format(
                    client_cert=facts.client_cert, error=_short(error)
                ),
                _("Legg sertifikat og nøkkel i PEM-form, uten passord på nøkkelen, og rett client_cert og client_key."),
            ) from error
    return context


def _own_last_moment(path: str) -> datetime:
    try:
        return last_moment(Path(path).read_text(encoding="ascii", errors="replace"))
    except (OSError, ValueError) as error:
        raise _Fault(_("Klientsertifikatet {path} kan ikke leses.").format(path=path), _(OWN_CERTIFICATE)) from error


async def _shake_hands(host: str, port: int, context: ssl.SSLContext) -> datetime:
    """The last moment of the server's certificate. Raises _Fault."""
    try:
        async with asyncio.timeout(CONNECT_S):
            reader, writer = await asyncio.open_connection(host, port, ssl=context, server_hostname=host)
    except ssl.SSLCertVerificationError as error:
        raise _untrusted(host, error) from error
    except ssl.SSLError as error:
        raise _Fault(
            _("TLS med {host} lyktes ikke ({error}).").format(host=host, error=_short(error)), _(OWN_CERTIFICATE)
        ) from error
    except (OSError, TimeoutError) as error:
        raise _Fault(
            _("{host} svarer ikke med TLS på port {port}.").format(host=host, port=port),
            _("Se etter at url har riktig port."),
        ) from error
    try:
        certificate = writer.get_extra_info("peercert")
        if await _hung_up(reader):
            raise _Fault(
                _("{host} godtar ikke klientsertifikatet vårt, eller krever et vi ikke har.").format(host=host),
                _(OWN_CERTIFICATE),
            )
        return datetime.fromtimestamp(ssl.cert_time_to_seconds(certificate["notAfter"]), UTC)
    finally:
        await hang_up(writer)


async def hang_up(writer: asyncio.StreamWriter) -> None:
    """Leave without ceremony."""
    writer.transport.abort()
    with suppress(OSError):
        await writer.wait_closed()


async def _hung_up(reader: asyncio.StreamReader) -> bool:
    """With TLS 1.3 a server says no to a client's certificate after the handshake; one that is content waits."""
    try:
        async with asyncio.timeout(LISTEN_S):
            return not await reader.read(1)
    except TimeoutError:
        return False
    except OSError:  # ssl.SSLError is one too
        return True


def _untrusted(host: str, error: ssl.SSLCertVerificationError) -> _Fault:
    for codes, found, mend in _REASONS:
        if error.verify_code in codes:
            return _Fault(_("Sertifikatet til {host} {found}.").format(host=host, found=_(found)), _(mend))
    return _Fault(
        _("Sertifikatet til {host} godtas ikke ({verify_message}).").format(
            host=host, verify_message=error.verify_message
        ),
        _("Spør den som drifter Visma."),
    )


def _short(error: Exception) -> str:
    reason = getattr(error, "reason", None) or getattr(error, "strerror", None) or type(error).__name__
    return str(reason).lower().replace("_", " ")
