"""An sshd for one command, with no account of its own: as a handler's session is, on any machine."""

import getpass
import shlex
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.e2e.ssh.daemon import client, make_key, started

CONFIGURATION = """
AuthorizedKeysFile {folder}/authorized_keys
StrictModes no
PasswordAuthentication no
PermitRootLogin prohibit-password
Compression {compression}
"""


@contextmanager
def served_over_ssh(
    folder: Path, command: Sequence[str], environment: Mapping[str, str], *, compression: str = "no"
) -> Iterator[int]:
    """An sshd that gives the key `folder`/user this command and nothing else. The port."""
    public = make_key(folder / "user")
    forced = shlex.join(["env", *(f"{key}={value}" for key, value in environment.items()), *command])
    quoted = forced.replace('"', '\\"')
    (folder / "authorized_keys").write_text(f'restrict,pty,command="{quoted}" {public}', encoding="utf-8")
    with started(folder, CONFIGURATION.format(folder=folder, compression=compression)) as port:
        yield port


def ssh_command(folder: Path, port: int) -> list[str]:
    """The client, through any port that leads to the server."""
    return client(folder, port, folder / "user", getpass.getuser(), "-tt")
