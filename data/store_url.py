"""What `[store] url` says: a file, or `postgresql://user@host/database?schema=name`, which is libpq's but for `schema`.

Nothing here needs psycopg: a store in a file is opened without it.
"""

from typing import NamedTuple
from urllib.parse import parse_qsl, quote, unquote, urlsplit

from data.errors import Kk2Error
from data.language import N_, _

SCHEMES = ("postgresql", "postgres")
DEFAULT_SCHEMA = "kk2"
LOCAL = ("", "localhost", "::1")
SECRETS = ("password", "sslpassword")
FORM = N_("Skriv en fil, eller postgresql://bruker@tjener/database?schema=kk2.")
VERIFIED = ("verify-full", "verify-ca")


class UnusableUrl(Kk2Error):
    """The url of a store cannot be used as it is; nothing was done."""

    code = "store_url"


class ServerPlace(NamedTuple):
    """Where a PostgreSQL store is, as it may be shown. `hosts` are empty or folders for a unix socket."""

    hosts: tuple[str, ...]
    database: str
    schema: str
    sslmode: str

    @property
    def shown(self) -> str:
        hosts = ", ".join(self.hosts) or _("denne maskinen")
        return _("{hosts}, database {database}, skjema {schema}").format(
            hosts=hosts, database=self.database or _("som brukeren heter"), schema=self.schema
        )

    @property
    def over_the_net(self) -> bool:
        return any(not (host in LOCAL or host.startswith(("/", "127."))) for host in self.hosts)

    @property
    def verified(self) -> bool:
        """Whether the server must prove who it is; libpq's own default does not ask."""
        return self.sslmode in VERIFIED


def is_server(url: str) -> bool:
    """Whether it is PostgreSQL, and no file."""
    return url.startswith(tuple(f"{scheme}:" for scheme in SCHEMES))


def check_url(url: str) -> None:
    """Raises UnusableUrl for what is no store, and for a password in it, which is not shown."""
    if not url:
        raise UnusableUrl(_("Adressen til registeret mangler. ") + _(FORM))
    if not is_server(url):
        if "://" in url:
            raise UnusableUrl(_("Adressen til registeret er av et slag kk2 ikke kjenner. ") + _(FORM))
        return
    if not url.startswith(tuple(f"{scheme}://" for scheme in SCHEMES)):
        raise UnusableUrl(_("Adressen til registeret mangler // etter kolon. ") + _(FORM))
    parts = urlsplit(url)
    if ":" in parts.netloc.rpartition("@")[0] or any(name in SECRETS for name, _ in parse_qsl(parts.query)):
        raise UnusableUrl(
            _(
                "Adressen til registeret har et passord i seg, som alle som leser filen eller ser kommandoen, "
                "kan lese. Ta det ut, og bruk password_env eller password_file under [store], eller passordfilen "
                "til libpq."
            )
        )


def with_password(url: str, password: str) -> str:
    """The url that is connected with; not to be shown or kept."""
    if not password or not is_server(url):
        return url
    return f"{url}{'&' if urlsplit(url).query else '?'}password={quote(password, safe='')}"


def server_place(url: str) -> ServerPlace:
    """Read a url that `check_url` has accepted."""
    parts = urlsplit(url)
    asked = dict(parse_qsl(parts.query))
    named = asked.get("host") or unquote(parts.netloc.rpartition("@")[2])
    return ServerPlace(
        hosts=tuple(_without_port(host) for host in named.split(",") if host),
        database=asked.get("dbname") or unquote(parts.path.lstrip("/")),
        schema=asked.get("schema") or DEFAULT_SCHEMA,
        sslmode=asked.get("sslmode", ""),
    )


def _without_port(host: str) -> str:
    if host.startswith("["):  # an IPv6 address
        return host[1:].partition("]")[0]
    return host.partition(":")[0]
