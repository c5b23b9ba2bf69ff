"""authorized_keys of the service account: each handler's keys, and what sshd starts for each.

The store is where keys are kept; the file is written from it, whole, and is never read for keys. A key opens kk2 as
its handler and nothing else: `restrict` takes away forwarding, agent and user rc, and the command is sshd's to start,
whatever the client asks for (sshd(8), AUTHORIZED_KEYS FILE FORMAT).
"""

import asyncio
import fcntl
import os
import shlex
import shutil
import sys
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from data.documents import Handler
from data.errors import Kk2Error
from data.language import _
from services.durable_file import sync_folder, write_durably
from services.errors import InvalidInput
from services.handlers import LOGIN
from services.public_key import read_public_key

HEAD = "# Skrevet av kk2 fra registeret. Det som endres her, blir borte: bruk kk2 admin handlers."
OWNER_ONLY = 0o600


class KeyFileError(Kk2Error):
    """The keys are in the store, but the file that sshd reads could not be written."""

    code = "key_file"


@dataclass(frozen=True)
class Forced:
    """What sshd starts for a key: the program at this path, on this home."""

    program: Path
    home: Path

    @classmethod
    def here(cls, home: Path) -> "Forced":
        """This very program: the `kk2` beside the interpreter, else the first on PATH."""
        beside = Path(sys.prefix) / "bin" / "kk2"
        found = None if beside.exists() else shutil.which("kk2")
        return cls(Path(found).absolute() if found else beside, home.absolute())

    def command(self, login: str, fingerprint: str) -> str:
        """For the shell of the account. Raises InvalidInput when a path cannot stand on one line.

        The program is told which key it was opened with, so that a session ends when its key is taken away.
        """
        words = [str(self.program), "--home", str(self.home), "--handler", login, "--opened-by", fingerprint]
        if not all(word.isprintable() for word in words):
            raise InvalidInput(_("Stien til hjemmet eller programmet har tegn som ikke kan stå i en nøkkelfil."))
        return shlex.join(words)


def key_lines(handlers: Iterable[Handler], forced: Forced) -> str:
    """The whole file, handlers by login and keys in their order.

    Keys are checked again: a store that was read in from a file may have anything in it.
    """
    lines = [HEAD]
    for handler in sorted(handlers, key=lambda each: each.id):
        if LOGIN.fullmatch(handler.id):
            lines += [_line(key, handler.id, forced) for key in handler.keys]
    return "\n".join(lines) + "\n"


def _line(key: str, login: str, forced: Forced) -> str:
    """sshd takes an option's quotes away, and knows one escape in them: `\\"`."""
    try:
        checked = read_public_key(key)
    except InvalidInput:
        return f"# {login} har en nøkkel som ikke kan brukes."
    command = forced.command(login, checked.fingerprint).replace('"', '\\"')
    return f'restrict,pty,command="{command}" {checked.line}'


@dataclass(frozen=True)
class KeyFile:
    """The file at `path`, for one service account on one machine."""

    path: Path
    forced: Forced

    async def write(self, read: Callable[[], Awaitable[Iterable[Handler]]]) -> None:
        """Write the file from what `read` gives. One at a time does it, so the last one has seen every change.

        Raises KeyFileError, also when the file has something in it that kk2 has not written.
        """
        try:
            folder = await asyncio.to_thread(self._held_folder)
            try:
                text = key_lines(await read(), self.forced)
                await asyncio.to_thread(self._replace, text)
            finally:
                os.close(folder)
        except OSError as error:
            told = _("Nøkkelfilen {path} kan ikke skrives: {reason}. {saved}")
            raise KeyFileError(told.format(path=self.path, reason=error.strerror, saved=_saved())) from error

    def _held_folder(self) -> int:
        """The file's folder, locked until it is closed."""
        self.path.parent.mkdir(mode=0o700, exist_ok=True)
        folder = os.open(self.path.parent, os.O_RDONLY)
        fcntl.flock(folder, fcntl.LOCK_EX)
        return folder

    def _replace(self, text: str) -> None:
        before = self.path.read_text(encoding="utf-8", errors="replace") if self.path.exists() else ""
        if before.strip() and not before.startswith(HEAD):
            told = _("Nøkkelfilen {path} har linjer som kk2 ikke har skrevet. Flytt dem til en annen fil. {saved}")
            raise KeyFileError(told.format(path=self.path, saved=_saved()))
        write_durably(self.path, text.encode(), mode=OWNER_ONLY)
        sync_folder(self.path.parent)


def _saved() -> str:
    return _("Registeret er lagret. Skriv filen på nytt med: kk2 admin handlers keys --write")
