"""authorized_keys of the service account: written from the store, and only from there."""

import asyncio
import shlex
import stat
from collections.abc import Awaitable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.documents import Handler
from data.store import Store
from services.errors import InvalidInput
from services.handlers import HandlerService, fingerprint_of
from services.key_file import HEAD, Forced, KeyFile, KeyFileError, key_lines
from tests.services.keys import ed25519

FORCED = Forced(Path("/opt/kk2/bin/kk2"), Path("/srv/kk2"))
KARI = Handler(id="kari", name="Kari Testesen", email="", keys=(ed25519("kari", "kari@pc"), ed25519("kari 2")))
OLA = Handler(id="ola", name="Ola Prøvesen", email="", keys=(ed25519("ola"),))


def unquoted(line: str) -> str:
    """The command of a line, read as sshd does (auth-options.c, opt_dequote)."""
    rest = line.partition('command="')[2]
    found = ""
    while not rest.startswith('"'):
        rest = rest[1:] if rest.startswith('\\"') else rest
        found, rest = found + rest[0], rest[1:]
    return found


@pytest.fixture
def file(tmp_path: Path) -> KeyFile:
    return KeyFile(tmp_path / "ssh" / "authorized_keys", FORCED)


def test_a_key_opens_kk2_as_its_handler_and_nothing_else() -> None:
    def line(login: str, key: str) -> str:
        words = f"/opt/kk2/bin/kk2 --home /srv/kk2 --handler {login} --opened-by {fingerprint_of(key)}"
        return f'restrict,pty,command="{words}" {key}'

    assert key_lines([OLA, KARI], FORCED).splitlines() == [
        HEAD,
        line("kari", ed25519("kari", "kari@pc")),
        line("kari", ed25519("kari 2")),
        line("ola", ed25519("ola")),
    ]


@given(st.text(st.characters(blacklist_categories=("C", "Z"), blacklist_characters="/"), min_size=1, max_size=20))
def test_the_shell_of_the_account_gets_the_paths_whole_whatever_is_in_them(name: str) -> None:
    forced = Forced(Path("/opt/with space") / name / "kk2", Path("/srv") / name)
    (line,) = key_lines([OLA], forced).splitlines()[1:]
    words = [str(forced.program), "--home", str(forced.home), "--handler", "ola"]
    assert shlex.split(unquoted(line)) == [*words, "--opened-by", fingerprint_of(ed25519("ola"))]
    assert line.endswith(f'" {ed25519("ola")}')


def test_a_path_with_a_line_break_is_refused() -> None:
    with pytest.raises(InvalidInput):
        key_lines([OLA], Forced(Path("/opt/kk2"), Path("/srv/a\nb")))


@pytest.mark.parametrize(
    "key", ["ssh-ed25519 A", f'command="sh" {ed25519("x")}', f"{ed25519('x')}\n{ed25519('y')}", ""]
)
def test_what_a_store_from_elsewhere_calls_a_key_is_left_out(key: str) -> None:
    strange = Handler(id="per", name="Per", email="", keys=(key, ed25519("per")))
    lines = key_lines([strange], FORCED).splitlines()
    assert lines[1] == "# per har en nøkkel som ikke kan brukes."
    assert [line for line in lines if not line.startswith("#")] == lines[2:]
    assert len(lines) == 3


def test_a_login_from_elsewhere_that_is_no_plain_word_gets_no_line() -> None:
    assert key_lines([Handler(id='x" ssh-rsa', name="X", email="", keys=OLA.keys)], FORCED) == f"{HEAD}\n"


async def test_the_file_follows_the_store(store: Store, file: KeyFile) -> None:
    handlers = HandlerService(store, file)
    await handlers.add("per", "Per Prøvesen", "", "handler", [ed25519("per")], "kari")
    assert file.path.read_text() == key_lines(await handlers.all(), FORCED)
    assert ed25519("per") in file.path.read_text()
    assert stat.S_IMODE(file.path.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.path.parent.stat().st_mode) == 0o700
    await handlers.remove("per", "kari")
    assert file.path.read_text() == f"{HEAD}\n"


async def test_of_many_at_once_none_is_left_out(store: Store, file: KeyFile) -> None:
    def add(name: str) -> Awaitable[Handler]:
        return HandlerService(store, file).add(name, name, "", "handler", [ed25519(name)], "kari")

    await asyncio.gather(*(add(f"h{number}") for number in range(8)))
    assert file.path.read_text().count("restrict,pty,command=") == 8
    assert [path.name for path in file.path.parent.iterdir()] == ["authorized_keys"]


async def test_lines_that_kk2_has_not_written_are_not_lost(store: Store, file: KeyFile) -> None:
    file.path.parent.mkdir()
    file.path.write_text(before := f"{ed25519('drift')}\n")
    handlers = HandlerService(store, file)
    with pytest.raises(KeyFileError, match="har linjer som kk2 ikke har skrevet") as refused:
        await handlers.add("per", "Per Prøvesen", "", "handler", [ed25519("per")], "kari")
    assert "Registeret er lagret" in refused.value.message
    assert file.path.read_text() == before
    assert (await handlers.require("per")).keys == (ed25519("per"),)


async def test_a_file_that_cannot_be_written_is_told_of(store: Store, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(KeyFileError, match="kan ikke skrives"):
        await HandlerService(store, KeyFile(tmp_path / "file" / "authorized_keys", FORCED)).write_keys()
