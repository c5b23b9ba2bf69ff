"""What the one who asks for an examination knows already: settings, folders, terminal."""

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import msgspec

from data.store_url import ServerPlace


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """Plain values."""


class HomeFacts(Facts, frozen=True, kw_only=True):
    """The store is the file `database` or on `server`; `folders` must exist in the home, and can be written in.

    `key_file` is the authorized_keys that kk2 writes, None where it writes none.
    """

    home: Path
    database: Path | None
    server: ServerPlace | None = None
    folders: Sequence[str] = ("inbox", "outbox")
    key_file: Path | None = None


class VismaFacts(Facts, frozen=True, kw_only=True):
    """How Visma is reached. Files are paths, empty when not used; times are seconds."""

    adapter: Literal["simulator", "soap", "file"]
    url: str = ""
    ca_file: str = ""
    client_cert: str = ""
    client_key: str = ""
    timeout_s: float = 60
    quarantine_s: float = 300
    page_size: int = 200
    dunning_codes: Sequence[str] = ()


class TerminalFacts(Facts, frozen=True, kw_only=True):
    """The terminal of the one who asks; without one (cron), `present` is False. `colours` is how many it is known for.

    `fixed_day`: the date is not the machine's own (KK2_TODAY).
    """

    present: bool
    encoding: str = ""
    term: str = ""
    columns: int = 0
    rows: int = 0
    colours: int = 0
    fixed_day: bool = False
