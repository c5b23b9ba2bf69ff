"""Throw-away PostgreSQL servers: one a process, started by the first test that asks, gone with the process.

KK2_TEST_POSTGRES=postgresql://… uses a server that is running; a server started here is written there too, so that the
processes that a test starts use it. Why not pytest-postgresql: docs/decisions/0015-postgres-for-tests.md.
"""

import atexit
import contextlib
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from urllib.parse import quote
from uuid import uuid4

import psycopg
from psycopg import sql

RUNNING = "KK2_TEST_POSTGRES"
ACCOUNT = "postgres"  # the system's, which the server runs as for root
PATIENCE_S = 60.0
FORGETFUL = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")
SETTINGS = ("listen_addresses=127.0.0.1", "max_connections=100", "log_checkpoints=off", "max_wal_size=256MB")


class NotInstalled(Exception):
    """There is no PostgreSQL server program on this machine."""


class Server:
    """A server with a folder of its own. `durable` keeps its promises through a crash of the machine, and is slower."""

    def __init__(self, *, durable: bool = False) -> None:
        programs = _programs()
        self._settings = SETTINGS if durable else (*SETTINGS, *FORGETFUL)
        self._programs = programs
        # Not in pytest's own folder: the server's account may not look in there. A socket's path must be short.
        self.folder = Path(tempfile.mkdtemp(prefix="kk2-pg-"))
        self._log = self.folder / "log"
        self._port = _free_port()
        self._process: subprocess.Popen[bytes] | None = None
        if _root():
            shutil.chown(self.folder, ACCOUNT, ACCOUNT)
        # Sorted as Norwegians do by default: whatever leans on the server's own order shows in the tests.
        order = ("--locale-provider=icu", "--icu-locale=nb-NO", "--locale=C.UTF-8", "--encoding=UTF8")
        self._run(programs / "initdb", "-D", self._data, "-U", ACCOUNT, "--auth=trust", "--no-sync", *order)

    @property
    def url(self) -> str:
        """Through the unix socket."""
        return f"postgresql://{ACCOUNT}@/postgres?host={quote(str(self.folder), safe='')}&port={self._port}"

    @property
    def tcp_url(self) -> str:
        """Through 127.0.0.1."""
        return f"postgresql://{ACCOUNT}@127.0.0.1:{self._port}/postgres"

    def start(self) -> None:
        """Start it, once more after `stop`, and wait until it answers."""
        options = [word for setting in (*self._settings, f"unix_socket_directories={self.folder}", f"port={self._port}")
                   for word in ("-c", setting)]  # fmt: skip
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                _as_account([self._programs / "postgres", "-D", self._data, *options], dies_with_us=True),
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,  # Ctrl-C is for pytest, which then stops us
            )
        deadline = time.monotonic() + PATIENCE_S
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"PostgreSQL did not start:\n{self._log.read_text(errors='replace')[-2000:]}")
            time.sleep(0.02)

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """Stop it as an administrator does; with SIGQUIT as a power cut does, all but the disk."""
        if self._process is not None:
            self._process.send_signal(how)
            self._process.wait(PATIENCE_S)
            self._process = None

    def remove(self) -> None:
        self.stop(signal.SIGQUIT)
        shutil.rmtree(self.folder, ignore_errors=True)

    @property
    def _data(self) -> Path:
        return self.folder / "data"

    def _run(self, *words: str | Path) -> None:
        done = subprocess.run(_as_account(words), cwd=self.folder, capture_output=True, check=False)
        if done.returncode:
            raise RuntimeError(f"{words[0]}: {done.stderr.decode(errors='replace')}")

    def _answers(self) -> bool:
        try:
            with psycopg.connect(self.url, connect_timeout=5):
                return True
        except psycopg.OperationalError:
            return False


@contextlib.contextmanager
def running_server(*, durable: bool = False) -> Iterator[Server]:
    """A server of a test's own, to stop and start. Raises NotInstalled."""
    server = Server(durable=durable)
    try:
        server.start()
        yield server
    finally:
        server.remove()


def server_url() -> str:
    """The server that this process and its children share. Raises NotInstalled."""
    if RUNNING not in os.environ:
        server = Server()
        _shared.append(server)
        atexit.register(stop_shared)
        server.start()
        os.environ[RUNNING] = server.url
    return os.environ[RUNNING]


def stop_shared() -> None:
    """Stop what `server_url` started in this process, and not in one that it is a fork of."""
    if os.getpid() == _OWNER:
        while _shared:
            os.environ.pop(RUNNING, None)
            _shared.pop().remove()


def new_schema_url() -> str:
    """A url with the name of a schema that is not there yet."""
    return with_schema(server_url(), f"test_{uuid4().hex[:16]}")


def with_schema(url: str, schema: str) -> str:
    return f"{url}{'&' if '?' in url else '?'}schema={schema}"


def drop_schema(url: str) -> None:
    """Drop the schema that `with_schema` put at the end of a url, with all that is in it, if it is there."""
    server, schema = url.removesuffix("&").rsplit("schema=", 1)
    with psycopg.connect(server.rstrip("?&"), autocommit=True) as connection:
        connection.execute(sql.SQL("set client_min_messages = warning; drop schema if exists {} cascade").format(
            sql.Identifier(schema)
        ))  # fmt: skip


_shared: list[Server] = []
_OWNER = os.getpid()


def _programs() -> Path:
    """The folder of the newest server that is installed: Debian's first, else what PATH has."""
    found = [path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/postgres")]
    if found:
        return max(found, key=lambda folder: float(folder.parent.name))
    on_path = shutil.which("postgres")
    if on_path is None:
        raise NotInstalled("no PostgreSQL server program; on Debian: apt-get install postgresql")
    return Path(on_path).resolve().parent


def _as_account(words: Sequence[str | Path], *, dies_with_us: bool = False) -> list[str | Path]:
    """The command as an account that the server agrees to run as: it refuses root.

    `dies_with_us`: the kernel stops it with the thread that starts it, even when that is killed.
    """
    options = [f"--reuid={ACCOUNT}", f"--regid={ACCOUNT}", "--init-groups"] if _root() else []
    if dies_with_us and threading.current_thread() is threading.main_thread():
        options.append("--pdeathsig=INT")
    setpriv = shutil.which("setpriv")
    if setpriv is None:
        return list(words)
    return [setpriv, *options, "--", *words]


def _root() -> bool:
    return os.geteuid() == 0


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
