"""A real sshd on 127.0.0.1, with a key and a port of its own."""

import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.e2e.program import wait_until

HOST = "127.0.0.1"
BEFORE = """
Port {port}
ListenAddress 127.0.0.1
HostKey {folder}/host
PidFile none
UsePAM no
"""


def sshd() -> str | None:
    """Where sshd is; None where it is not installed."""
    return shutil.which("sshd", path=f"{os.environ.get('PATH', '')}:/usr/sbin")


def make_key(path: Path, comment: str = "") -> str:
    """A new key at `path`. The public half, as its file has it."""
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", comment, "-f", path], check=True)
    return path.with_name(f"{path.name}.pub").read_text(encoding="ascii")


@contextmanager
def started(folder: Path, configuration: str) -> Iterator[int]:
    """An sshd with this configuration, and the one port that it listens on. Its log is `folder`/sshd.log."""
    if not (folder / "host").exists():
        make_key(folder / "host")
    port = _free_port()
    text = BEFORE.format(folder=folder, port=port) + configuration
    (folder / "sshd_config").write_text(text, encoding="utf-8")
    if os.geteuid() == 0:
        Path("/run/sshd").mkdir(exist_ok=True)  # sshd separates its privileges there
    with (folder / "sshd.log").open("ab") as log:
        server = subprocess.Popen([sshd() or "sshd", "-D", "-e", "-f", folder / "sshd_config"], stderr=log)
        try:
            wait_until(lambda: _answers(port))
            yield port
        finally:
            server.terminate()
            server.wait()


def client(folder: Path, port: int, key: Path, user: str, *words: str, program: str = "ssh") -> list[str]:
    """A client's command. It asks nothing, and knows no other key."""
    options = (
        "BatchMode=yes",
        "Compression=no",
        "IdentitiesOnly=yes",
        "LogLevel=ERROR",
        "StrictHostKeyChecking=no",
        f"UserKnownHostsFile={folder}/known",
    )
    chosen = [word for option in options for word in ("-o", option)]
    at = "-p" if program == "ssh" else "-P"
    return [program, "-F", "none", *chosen, "-i", str(key), at, str(port), *words, f"{user}@{HOST}"]


def _free_port() -> int:
    with socket.socket() as found:
        found.bind((HOST, 0))
        port: int = found.getsockname()[1]
        return port


def _answers(port: int) -> bool:
    with socket.socket() as tried:
        return tried.connect_ex((HOST, port)) == 0
