"""A real sshd on this machine for one command, with keys of its own: as a handler's session is, without an account."""

import getpass
import os
import shlex
import shutil
import socket
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.e2e.program import wait_until

HOST = "127.0.0.1"
CONFIGURATION = """
Port {port}
ListenAddress 127.0.0.1
HostKey {folder}/host
AuthorizedKeysFile {folder}/authorized_keys
PidFile none
StrictModes no
UsePAM no
PasswordAuthentication no
PermitRootLogin prohibit-password
Compression {compression}
"""


def sshd() -> str | None:
    """Where sshd is; None where it is not installed."""
    return shutil.which("sshd", path=f"{os.environ.get('PATH', '')}:/usr/sbin")


@contextmanager
def served_over_ssh(
    folder: Path, command: Sequence[str], environment: Mapping[str, str], *, compression: str = "no"
) -> Iterator[int]:
    """An sshd that gives the key `folder`/user this command and nothing else. The port."""
    for name in ("host", "user"):
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", folder / name], check=True)
    forced = shlex.join(["env", *(f"{key}={value}" for key, value in environment.items()), *command])
    quoted = forced.replace('"', '\\"')
    public = (folder / "user.pub").read_text(encoding="ascii")
    (folder / "authorized_keys").write_text(f'restrict,pty,command="{quoted}" {public}', encoding="utf-8")
    port = _free_port()
    configuration = CONFIGURATION.format(folder=folder, port=port, compression=compression)
    (folder / "sshd_config").write_text(configuration, encoding="utf-8")
    if os.geteuid() == 0:
        Path("/run/sshd").mkdir(exist_ok=True)  # sshd separates its privileges there
    with (folder / "sshd.log").open("wb") as log:
        server = subprocess.Popen([sshd() or "sshd", "-D", "-e", "-f", folder / "sshd_config"], stderr=log)
        try:
            wait_until(lambda: _answers(port))
            yield port
        finally:
            server.terminate()
            server.wait()


def ssh_command(folder: Path, port: int) -> list[str]:
    """The client, through any port that leads to the server."""
    options = ("Compression=no", "StrictHostKeyChecking=no", f"UserKnownHostsFile={folder}/known", "LogLevel=ERROR")
    chosen = [word for option in options for word in ("-o", option)]
    return [
        "ssh",
        "-tt",
        "-F",
        "none",
        *chosen,
        "-i",
        str(folder / "user"),
        "-p",
        str(port),
        f"{getpass.getuser()}@{HOST}",
    ]


def _free_port() -> int:
    with socket.socket() as found:
        found.bind((HOST, 0))
        port: int = found.getsockname()[1]
        return port


def _answers(port: int) -> bool:
    with socket.socket() as tried:
        return tried.connect_ex((HOST, port)) == 0
