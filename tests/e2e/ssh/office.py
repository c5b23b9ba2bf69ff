"""kk2 set up on this machine as docs/administrator.md says, with its sshd_config: what handlers and the bank reach."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.e2e.program import DEADLINE_S, TODAY, Finished
from tests.e2e.ssh.accounts import Accounts, accounts, write_program
from tests.e2e.ssh.daemon import client, make_key, started
from tests.e2e.terminal import Terminal
from tests.stores import copy_home

SNIPPET = Path(__file__).parents[3] / "docs" / "sshd_config.d" / "kk2.conf"
CONFIGURATION = f"""
SetEnv KK2_TODAY={TODAY}
Subsystem sftp internal-sftp
AcceptEnv LANG LC_* COLORTERM
PermitRootLogin prohibit-password
PermitUserRC yes
StrictModes {{strict}}
Include {{snippet}}
"""
KARI, OLA, BANK = "kari", "ola", "bank"


@dataclass(frozen=True)
class Office:
    """`folder` has home/, keys/ and inbox/ (what the bank's account sees) in it, and all the rest."""

    folder: Path
    accounts: Accounts
    port: int

    @property
    def home(self) -> Path:
        return self.folder / "home"

    @property
    def inbox(self) -> Path:
        return self.folder / "innboks" / "inbox"

    def words(self, key: str, *words: str, program: str = "ssh", user: str = "") -> list[str]:
        """A client's command with the key of this name, as the account of the service unless told otherwise."""
        return client(
            self.folder, self.port, self.folder / "keys" / key, user or self.accounts.service, *words, program=program
        )

    def session(
        self,
        key: str = KARI,
        size: tuple[int, int] = (100, 30),
        *,
        term: str = "xterm-256color",
        variables: Mapping[str, str] | None = None,
        options: Sequence[str] = (),
        command: Sequence[str] = (),
    ) -> Terminal:
        """A handler's session in a terminal."""
        sent = variables or {}
        words = [word for name in sent for word in ("-o", f"SendEnv={name}")]
        return Terminal([*self.words(key, "-tt", *options, *words), *command], {**os.environ, **sent}, *size, term=term)

    def ask(self, key: str, *command: str, options: tuple[str, ...] = (), stdin: bytes = b"") -> Finished:
        """What a client gets who asks for a command of its own."""
        return finished([*self.words(key, *options), *command], stdin)

    def sftp(self, batch: str, key: str = BANK, user: str | None = None) -> Finished:
        """Carry out sftp commands, one a line, until one fails."""
        chosen = self.words(key, "-b", "-", program="sftp", user=user or self.accounts.inbox or "")
        return finished(chosen, batch.encode())

    def kk2(self, *words: str, handler: str = KARI) -> Finished:
        """A command of the administrator's, as the account of the service."""
        program = self.folder / "bin" / "kk2"
        return finished(
            [str(program), "--home", str(self.home), "--handler", handler, *words],
            user=self.accounts.service,
            variables={"PATH": f"{program.parent}:{os.environ['PATH']}", "KK2_TODAY": TODAY},
        )

    def processes(self, login: str = "") -> list[int]:
        """The sessions of a handler, or of all, that run on the machine now."""
        ours = f"--home\0{self.home}\0--handler\0{login}".encode()
        return [int(each.name) for each in Path("/proc").iterdir() if each.name.isdigit() and ours in _arguments(each)]

    def state_of(self, process: int) -> str:
        """One letter: R or S while it works, T when it is stopped (proc(5))."""
        return (Path("/proc") / str(process) / "stat").read_text(encoding="utf-8").rpartition(") ")[2][0]


def _arguments(process: Path) -> bytes:
    """Of a program; the shell that sshd starts it with has them in one word."""
    try:
        return (process / "cmdline").read_bytes()
    except OSError:  # it has ended
        return b""


def finished(
    words: list[str], stdin: bytes = b"", *, user: str | None = None, variables: Mapping[str, str] | None = None
) -> Finished:
    as_user: dict[str, Any] = {}
    if user and os.geteuid() == 0:
        as_user = {"user": user, "group": user, "extra_groups": []}
    ended = subprocess.run(
        words,
        input=stdin,
        capture_output=True,
        timeout=DEADLINE_S,
        cwd="/",
        env={**os.environ, **(variables or {})},
        **as_user,
    )
    return Finished(ended.returncode, ended.stdout.decode(errors="replace"), ended.stderr.decode(errors="replace"))


@contextmanager
def opened_office(template: Path) -> Iterator[Office]:
    """An office on a copy of a home, gone afterwards."""
    # sshd and chroot trust a folder only when nobody else could have put it there: not in /tmp.
    folder = Path(tempfile.mkdtemp(prefix="kk2-", dir="/srv" if os.geteuid() == 0 else None))
    folder.chmod(0o755)
    try:
        with accounts(folder.name, folder / "account") as made:
            office = Office(folder, made, 0)
            _set_up(office, template)
            with served(office) as office:
                yield office
    finally:
        shutil.rmtree(folder)


@contextmanager
def served(office: Office, changes: Mapping[str, str] | None = None) -> Iterator[Office]:
    """The office behind an sshd of its own, with these changes to the configuration."""
    text = SNIPPET.read_text(encoding="utf-8")
    for before, after in {**_places(office), **(changes or {})}.items():
        assert before in text, before
        text = text.replace(before, after)
    folder = Path(tempfile.mkdtemp(dir=office.folder))
    (folder / "kk2.conf").write_text(text, encoding="utf-8")
    strict = "yes" if os.geteuid() == 0 else "no"
    with started(folder, CONFIGURATION.format(snippet=folder / "kk2.conf", strict=strict)) as port:
        yield Office(office.folder, office.accounts, port)


def _places(office: Office) -> dict[str, str]:
    """Where things are here, by where the snippet has them."""
    return {
        "Match User kk2\n": f"Match User {office.accounts.service}\n",
        "Match User kk2-innboks\n": f"Match User {office.accounts.inbox or 'kk2-innboks'}\n",
        "/home/kk2/": f"{office.folder}/account/",
        "/etc/ssh/kk2-innboks_keys": f"{office.folder}/bank_keys",
        "/srv/kk2-innboks": f"{office.folder}/innboks",
    }


def _set_up(office: Office, template: Path) -> None:
    """The steps of docs/administrator.md, «SSH»."""
    folder = office.folder
    for name in ("account", "keys", "bin", "innboks"):
        (folder / name).mkdir(mode=0o755)
    (folder / "keys").chmod(0o700)
    copy_home(template, office.home)
    bank_files = folder / "innboks" / "inbox"
    shutil.move(office.home / "inbox", bank_files)
    (office.home / "inbox").symlink_to(bank_files)
    settings = office.home / "kk2.toml"
    text = settings.read_text(encoding="utf-8").replace('[ssh]\nauthorized_keys = ""\n', "")
    path = folder / "account" / ".ssh" / "authorized_keys"
    settings.write_text(f'{text}\n[ssh]\nauthorized_keys = "{path}"\n', encoding="utf-8")
    write_program(folder / "bin" / "kk2", office.accounts.service)
    _give_away(office)
    for login, name in ((KARI, "Kari Testesen"), (OLA, "Ola Prøvesen")):
        public = folder / "keys" / f"{login}.pub"
        make_key(public.with_suffix(""), f"{login}@pc")
        shutil.copy(public, folder / public.name)
        words = ("--name", name, "--email", f"{login}@testvik.invalid", "--role", "admin")
        answer = office.kk2("admin", "handlers", "add", login, *words, "--key", str(folder / public.name))
        assert answer.status == 0, answer
    (folder / "bank_keys").write_text(make_key(folder / "keys" / BANK), encoding="utf-8")


def _give_away(office: Office) -> None:
    """Files to their accounts. What the bank's account puts into the inbox, the service can read."""
    if os.geteuid() != 0:
        return
    for root in (office.home, office.folder / "account"):
        for path in (root, *root.rglob("*")):
            if not path.is_symlink():
                shutil.chown(path, office.accounts.service, office.accounts.service)
    (office.folder / "account").chmod(0o750)
    for path in (office.inbox, *office.inbox.iterdir()):
        shutil.chown(path, office.accounts.inbox, office.accounts.service)
    office.inbox.chmod(0o2770)
