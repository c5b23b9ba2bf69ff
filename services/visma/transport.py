"""The wire to Visma: one POST, one answer, and a verdict on what a failure means.

Nothing here tries again, and nothing here reads the answer's XML. Bodies, passwords and addresses' query strings
are never logged. httpx is imported when the first call is made.
"""

import asyncio
import logging
import ssl
import time
from collections.abc import Callable
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import msgspec

from data.language import _
from services.visma.contract import MEDIA_TYPES
from services.visma.port import VismaAccess, VismaContract, VismaError, VismaUncertain, VismaUnreachable

if TYPE_CHECKING:
    import httpx

MAX_BYTES = 32_000_000  # a page of 500 invoices is half a million
_KEEP_ALIVE_S = 2  # shorter than any server's, so that a voucher is never sent on a line just being closed
_NO_ACCESS = {401, 403, 404, 405, 407}
_BUSY = {408, 429}

log = logging.getLogger(__name__)


class SoapSettings(msgspec.Struct, frozen=True, kw_only=True):
    """How to reach the service. Times are seconds; files are paths, empty when not used."""

    url: str
    username: str = ""
    password: str = ""
    ca_file: str = ""
    client_cert: str = ""
    client_key: str = ""
    timeout_s: float = 60
    connect_timeout_s: float = 5
    page_size: int = 200

    def __repr__(self) -> str:
        return f"SoapSettings({_shown(self.url)})"


class Transport:
    """Sends SOAP documents to one address."""

    def __init__(self, settings: SoapSettings, inner: "Callable[[], httpx.AsyncBaseTransport] | None" = None) -> None:
        self._settings = settings
        self._inner = inner
        self._client: httpx.AsyncClient | None = None
        self._opening = asyncio.Lock()

    async def post(self, action: str, content: bytes) -> bytes:
        """The XML of the answer, whether it is an answer or a fault.

        Raises VismaUnreachable and VismaAccess (not carried out), VismaUncertain (the answer was lost, or the server
        or something before it stumbled), VismaContract (an answer that is no XML or far too large).
        """
        import httpx

        client = await self._opened()
        began = time.monotonic()
        try:
            async with asyncio.timeout(self._settings.connect_timeout_s + self._settings.timeout_s):
                status, kind, location, answer = await self._exchange(client, action, content)
        except (httpx.RequestError, httpx.InvalidURL, OSError, TimeoutError) as error:
            failure = self._failure(error)
            log.info("%s: %s after %.0f ms", action, failure.code, 1000 * (time.monotonic() - began))
            raise failure from error
        log.info("%s: %d, %d bytes, %.0f ms", action, status, len(answer), 1000 * (time.monotonic() - began))
        self._judge(status, kind, location)
        return answer

    async def close(self) -> None:
        if self._client is not None:
            await self._client.aclose()
            self._client = None

    async def _exchange(self, client: "httpx.AsyncClient", action: str, content: bytes) -> tuple[int, str, str, bytes]:
        headers = {"Content-Type": "text/xml; charset=utf-8", "SOAPAction": f'"{action}"', "Accept": "text/xml"}
        async with client.stream("POST", self._settings.url, content=content, headers=headers) as response:
            parts, size = [], 0
            async for part in response.aiter_bytes():
                parts.append(part)
                size += len(part)
                if size > MAX_BYTES:
                    raise VismaContract(
                        _("Svaret fra Visma er større enn {max_bytes} MB og er ikke lest.").format(
                            max_bytes=MAX_BYTES // 1_000_000
                        )
                    )
            kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
            return response.status_code, kind, response.headers.get("location", ""), b"".join(parts)

    async def _opened(self) -> "httpx.AsyncClient":
        async with self._opening:
            if self._client is None:
                self._client = await asyncio.to_thread(self._open)
            return self._client

    def _open(self) -> "httpx.AsyncClient":
        """A client with limits on everything; loading certificates reads files, so this runs in a thread."""
        import httpx

        settings = self._settings
        if "@" in settings.url:
            raise VismaAccess(_("Adressen til Visma skal ikke ha brukernavn eller passord i seg. Ingenting er sendt."))
        return httpx.AsyncClient(
            transport=self._inner() if self._inner else None,
            auth=httpx.BasicAuth(settings.username, settings.password) if settings.username else None,
            verify=self._certificates(),
            timeout=httpx.Timeout(settings.timeout_s, connect=settings.connect_timeout_s),
            limits=httpx.Limits(max_connections=4, keepalive_expiry=_KEEP_ALIVE_S),
            follow_redirects=False,
            trust_env=False,
        )

    def _certificates(self) -> ssl.SSLContext:
        settings = self._settings
        if not settings.url.lower().startswith("https:"):
            return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # never used; httpx would load every authority
        try:
            context = ssl.create_default_context(cafile=settings.ca_file or None)
            if settings.client_cert:
                context.load_cert_chain(settings.client_cert, settings.client_key or None)
        except (OSError, ssl.SSLError) as error:
            raise VismaAccess(
                _(
                    "Sertifikatfilene for Visma kan ikke leses. Ingenting er sendt. "
                    "Se etter ca_file, client_cert og client_key i kk2.toml."
                )
            ) from error
        return context

    def _failure(self, error: Exception) -> VismaError:
        """What a failure on the wire means for the one who asked."""
        import httpx

        host = _shown(self._settings.url)
        if isinstance(error, httpx.InvalidURL | httpx.UnsupportedProtocol):
            return VismaAccess(_("Adressen til Visma i kk2.toml er ikke gyldig. Ingenting er sendt."))
        if isinstance(error, httpx.ConnectError) and _is_certificate(error):
            return VismaAccess(
                _("Sertifikatet til {host} godtas ikke. Ingenting er sendt. Se etter ca_file i kk2.toml.").format(
                    host=host
                )
            )
        if isinstance(error, httpx.ConnectError | httpx.ConnectTimeout | httpx.PoolTimeout):
            return VismaUnreachable(
                _("Får ikke kontakt med Visma på {host}. Ingenting er sendt. Prøv igjen om litt.").format(host=host)
            )
        if isinstance(error, TimeoutError | httpx.TimeoutException):
            return VismaUncertain(_("Visma på {host} svarte ikke i tide.").format(host=host))
        return VismaUncertain(_("Forbindelsen med Visma på {host} ble brutt før svaret kom.").format(host=host))

    def _judge(self, status: int, kind: str, location: str) -> None:
        """Let only XML through; everything else has a meaning of its own."""
        host = _shown(self._settings.url)
        if 300 <= status < 400:
            target = _shown(location) if location else _("en annen adresse")
            raise VismaAccess(
                _("Visma viser videre til {target}. Ingenting er utført. Rett url i kk2.toml.").format(target=target)
            )
        if status in _NO_ACCESS:
            raise VismaAccess(
                _(
                    "Visma på {host} slipper oss ikke inn (HTTP {status}). Ingenting er utført. Se etter "
                    "adresse, brukernavn og passord i kk2.toml."
                ).format(host=host, status=status)
            )
        if kind in MEDIA_TYPES:
            return
        if status >= 500 or status in _BUSY:
            raise VismaUncertain(
                _("Visma på {host} svarte med en feil (HTTP {status}).").format(host=host, status=status)
            )
        raise VismaContract(
            _("Visma på {host} svarte med noe annet enn XML (HTTP {status}, {kind}).").format(
                host=host, status=status, kind=kind[:40] or _("uten type")
            )
        )


def _is_certificate(error: BaseException | None) -> bool:
    """Whether an SSL failure lies behind an error."""
    while error is not None:
        if isinstance(error, ssl.SSLError):
            return True
        error = error.__cause__ or error.__context__
    return False


def _shown(url: str) -> str:
    """An address without user, password and query string."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return "ugyldig adresse"
    host = parts.netloc.rpartition("@")[2]
    return f"{parts.scheme}://{host}{parts.path}" if host else parts.path[:80]
