"""Accounts of this machine for a while: what the service runs under, and what files arrive with."""

import os
import pwd
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

REPOSITORY = Path(__file__).parents[3]
WRAPPER = """#!/bin/sh
PYTHONPATH={paths} exec {interpreter} -m kk2tui "$@"
"""


class Accounts(NamedTuple):
    """The names of the two. `inbox` is None where none can be made: then `service` is who runs the tests."""

    service: str
    inbox: str | None


@contextmanager
def accounts(name: str, home: Path) -> Iterator[Accounts]:
    """Two new accounts, gone afterwards; the first has this name and home.

    None are made where we may not make any. Where a new account cannot run kk2, the service runs as root.
    """
    if os.geteuid() != 0 or shutil.which("useradd") is None:
        yield Accounts(pwd.getpwuid(os.geteuid()).pw_name, None)
        return
    service, inbox = name, f"{name}-inn"
    try:
        _add(service, "/bin/sh", home)  # sshd starts a forced command with the account's shell
        _add(inbox, "/usr/sbin/nologin", Path("/"))
        yield Accounts(service if interpreter(service) else "root", inbox)
    finally:
        for made in (service, inbox):
            subprocess.run(["userdel", "--force", made], stderr=subprocess.DEVNULL)


def _add(name: str, shell: str, home: Path) -> None:
    """An account without a password. It is not locked, for then sshd would not let it in by key either."""
    words = ("--system", "--user-group", "--no-create-home", "--home-dir", str(home), "--shell", shell)
    subprocess.run(["useradd", *words, "--password", "*", name], check=True)


def interpreter(account: str) -> str | None:
    """A Python that the account can run kk2 with: ours may lie in a folder that is closed to others."""
    user = pwd.getpwnam(account)
    for found in (sys.executable, f"/usr/bin/python3.{sys.version_info.minor}"):
        try:
            tried = subprocess.run(
                [found, "-c", "import kk2tui.app"],
                user=user.pw_uid,
                group=user.pw_gid,
                extra_groups=[],
                cwd="/",
                env={"PYTHONPATH": paths()},
                stderr=subprocess.DEVNULL,
            )
        except OSError:
            continue
        if tried.returncode == 0:
            return found
    return None


def write_program(path: Path, account: str) -> None:
    """`kk2` for an account, at `path`."""
    text = WRAPPER.format(paths=paths(), interpreter=interpreter(account) or sys.executable)
    path.write_text(text, encoding="utf-8")
    path.chmod(0o755)


def paths() -> str:
    return f"{REPOSITORY}:{sysconfig.get_path('purelib')}"
