"""kk2.toml: what an administrator sets. Every key has a default; unknown keys are refused by name.

Secrets never stand in the file: a password comes from the environment (`password_env`) or from a file that only its
owner can read (`password_file`).
"""

import os
import re
import stat
from pathlib import Path
from typing import Annotated, Literal

import msgspec

from data.language import N_, _
from data.store_url import UnusableUrl, check_url
from services.errors import InvalidInput
from services.rules.email import is_email

FILE_NAME = "kk2.toml"
LOCAL = ("localhost", "127.0.0.1", "::1")

_PLACE = re.compile(r" - at `\$\.?(?P<place>[^`]*)`$")
_UNKNOWN_KEY = re.compile(r"Object contains unknown field `(?P<key>[^`]*)`")


class VismaSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """[visma]: how Visma is reached. Times are seconds."""

    adapter: Literal["simulator", "soap", "file"] = "simulator"
    url: str = ""
    username: str = ""
    password_env: str = ""
    password_file: str = ""
    ca_file: str = ""
    client_cert: str = ""
    client_key: str = ""
    timeout_s: Annotated[float, msgspec.Meta(gt=0)] = 60
    quarantine_s: Annotated[float, msgspec.Meta(ge=0)] = 300
    page_size: Annotated[int, msgspec.Meta(ge=1)] = 200
    dunning_codes: tuple[str, ...] = ("EWS", "PEWS", "PWS")


class MailSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """[mail]: the server that takes e-mail; without `host`, e-mail is written as files into outbox/mail/.

    `tls` is "starttls" (port 587, also for true), "tls" from the first byte (port 465) or "none" (port 25, also for
    false). `port` 0 is the usual one. `sender` is who the e-mail is from.
    """

    host: str = ""
    port: Annotated[int, msgspec.Meta(ge=0, le=65535)] = 0
    tls: Literal["starttls", "tls", "none"] | bool = "starttls"
    username: str = ""
    password_env: str = ""
    password_file: str = ""
    sender: str = ""
    ca_file: str = ""
    timeout_s: Annotated[float, msgspec.Meta(gt=0)] = 30

    @property
    def security(self) -> Literal["starttls", "tls", "none"]:
        if isinstance(self.tls, str):
            return self.tls
        if not self.tls:
            return "none"
        return "tls" if self.port == 465 else "starttls"

    @property
    def usual_port(self) -> int:
        return self.port or {"starttls": 587, "tls": 465, "none": 25}[self.security]


class StoreSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """[store]: where the documents are kept: a file beside kk2.toml, or a url of PostgreSQL (data/store_url.py)."""

    url: str = "kk2.db"
    password_env: str = ""
    password_file: str = ""


class SshSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """[ssh]: `authorized_keys` is the file that sshd reads for the service account; kk2 writes it when it is set."""

    authorized_keys: str = ""


class UiSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """[ui]: how the screens look, and how the terminal is used (kk2tui/terminal/profile.py).

    `low_bandwidth` is what every SSH session has anyway: no mouse. Without `frame_diff` Textual draws by itself.
    `cursor` shows the terminal's own cursor where the selection is, for a magnifier that follows it. `language` is that
    of the screens and the command line for those who have not chosen one themselves.
    """

    theme: Literal["kk2", "kk2-lys", "kk2-kontrast", "kk2-kontrast-lys", "16-farger", "uten-farge"] = "kk2"
    mouse: bool = False
    low_bandwidth: bool = False
    frame_diff: bool = True
    cursor: bool = False
    language: Literal["nb", "nn", "en"] = "nb"


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The whole file. `name` is shown on the main menu; `keys` has keys by the id of what they do (kk2tui/keys.py)."""

    name: str = ""
    visma: VismaSettings = VismaSettings()
    store: StoreSettings = StoreSettings()
    mail: MailSettings = MailSettings()
    ssh: SshSettings = SshSettings()
    ui: UiSettings = UiSettings()
    keys: dict[str, str] = {}


_SERVERS: dict[type, str] = {
    VismaSettings: N_("Visma"),
    MailSettings: N_("e-postserveren"),
    StoreSettings: N_("registeret"),
}


class SettingsError(InvalidInput):
    """kk2.toml cannot be used as it is."""

    code = "settings"


def read_settings(home: Path) -> Settings:
    """The settings of a home. Raises SettingsError naming the key that is wrong."""
    path = home / FILE_NAME
    try:
        settings = msgspec.toml.decode(path.read_bytes(), type=Settings)
    except FileNotFoundError:
        raise SettingsError(
            _("{path} finnes ikke. Lag et nytt hjem med: kk2 --home {home} init").format(path=path, home=home)
        ) from None
    except OSError as error:
        raise SettingsError(
            _("{path} kan ikke leses: {strerror}.").format(path=path, strerror=error.strerror)
        ) from error
    except msgspec.ValidationError as error:
        raise SettingsError(
            _("{path}: {wrong_key} Rett filen og prøv igjen.").format(path=path, wrong_key=_wrong_key(error))
        ) from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise SettingsError(
            _("{path} er ikke gyldig TOML: {error}. Rett filen og prøv igjen.").format(path=path, error=error)
        ) from error
    if settings.visma.adapter == "soap" and not settings.visma.url:
        raise SettingsError(_("{path}: [visma] adapter = «soap» må ha url, adressen til tjenesten.").format(path=path))
    try:
        check_url(settings.store.url)
    except UnusableUrl as error:
        raise SettingsError(
            _("{path}: [store] url kan ikke brukes. {message}").format(path=path, message=error.message)
        ) from None
    _check_mail(settings.mail, path)
    return settings


def _check_mail(mail: MailSettings, path: Path) -> None:
    """Raises SettingsError for a server that cannot be used, or that would be told the password in the clear."""
    if not mail.host:
        return
    from email.utils import parseaddr  # a library that opening the application can do without

    if not is_email(parseaddr(mail.sender)[1]):
        raise SettingsError(
            _("{path}: [mail] host må ha sender, adressen e-posten er fra, for eksempel kk2@eksempel.no.").format(
                path=path
            )
        )
    if mail.username and mail.security == "none" and mail.host not in LOCAL:
        raise SettingsError(
            _("{path}: [mail] username krever tls, ellers går passordet åpent over nettet.").format(path=path)
        )


def _wrong_key(error: msgspec.ValidationError) -> str:
    """Which key is wrong, as a sentence: msgspec's own message is English and made for programmers."""
    found, unknown = _PLACE.search(str(error)), _UNKNOWN_KEY.match(str(error))
    place = [part for part in (found["place"] if found else "").split(".") if part]
    if unknown:
        place.append(unknown["key"])
    *sections, key = place or ["filen"]
    shown = "".join(f"[{section}] " for section in sections) + key
    return (
        _("{shown} finnes ikke som innstilling.").format(shown=shown)
        if unknown
        else _("{shown} har en verdi som ikke kan brukes.").format(shown=shown)
    )


def password(settings: VismaSettings | MailSettings | StoreSettings, home: Path) -> str:
    """The password that the section names, from the environment or the file. Raises SettingsError; never shows it."""
    whose = _(_SERVERS[type(settings)])
    if settings.password_env:
        found = os.environ.get(settings.password_env)
        if found is None:
            raise SettingsError(
                _("Miljøvariabelen {password_env} (passordet til {whose}) er ikke satt.").format(
                    password_env=settings.password_env, whose=whose
                )
            )
        return found
    if not settings.password_file:
        return ""
    path = home / settings.password_file
    try:
        if stat.S_IMODE(path.stat().st_mode) & 0o077:
            raise SettingsError(_("{path} kan leses av andre. Kjør: chmod 600 {path}").format(path=path))
        return path.read_text(encoding="utf-8").strip()
    except OSError as error:
        raise SettingsError(
            _("Passordfilen {path} kan ikke leses: {strerror}.").format(path=path, strerror=error.strerror)
        ) from error
