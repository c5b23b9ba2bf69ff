"""The file that sshd reads, beside what the store says."""

from pathlib import Path

import pytest

from data.documents import Handler
from services.doctor.keys import WRITE, check_key_file
from services.key_file import Forced, KeyFile, key_lines
from tests.services.keys import ed25519

KARI = Handler(id="kari", name="Kari Testesen", email="", keys=(ed25519("kari"), ed25519("kari 2")))
OLA = Handler(id="ola", name="Ola Prøvesen", email="", keys=(ed25519("ola"),))


@pytest.fixture
def file(tmp_path: Path) -> KeyFile:
    """As kk2 has written it for Kari."""
    made = KeyFile(tmp_path / "authorized_keys", Forced(Path("/opt/kk2/bin/kk2"), tmp_path))
    made.path.write_text(key_lines([KARI], made.forced), encoding="utf-8")
    made.path.chmod(0o600)
    return made


def test_a_file_as_kk2_wrote_it_is_in_order(file: KeyFile) -> None:
    check = check_key_file(file, [KARI])
    assert (check.state, check.mend) == ("ok", "")
    assert "2 nøkler" in check.found


def test_a_key_that_is_missing_or_too_many_is_told(file: KeyFile) -> None:
    check = check_key_file(file, [KARI, OLA])
    assert (check.state, check.mend) == ("wrong", WRITE)
    assert "1 linjer mangler, og 0 er andre" in check.found
    assert "0 linjer mangler, og 2 er andre" in check_key_file(file, []).found


def test_a_line_of_somebody_elses_is_told(file: KeyFile) -> None:
    with file.path.open("a", encoding="utf-8") as out:
        out.write(f"  {ed25519('fremmed')}\n")
    assert "0 linjer mangler, og 1 er andre" in check_key_file(file, [KARI]).found


def test_a_key_that_opens_something_else_than_kk2_is_told(file: KeyFile) -> None:
    text = file.path.read_text(encoding="utf-8")
    file.path.write_text(text.replace("restrict,pty,", "", 1), encoding="utf-8")
    assert "1 linjer mangler, og 1 er andre" in check_key_file(file, [KARI]).found


@pytest.mark.parametrize("mode", [0o644, 0o660, 0o606])
def test_a_file_that_is_open_to_others_is_told(file: KeyFile, mode: int) -> None:
    file.path.chmod(mode)
    check = check_key_file(file, [KARI])
    assert (check.state, check.mend) == ("wrong", f"chmod 600 {file.path}")


def test_a_file_that_is_not_there_lets_nobody_in(file: KeyFile) -> None:
    file.path.unlink()
    assert check_key_file(file, [KARI]).state == "wrong"
    assert check_key_file(file, []).state == "ok"


def test_what_cannot_be_read_is_told(file: KeyFile) -> None:
    file.path.unlink()
    file.path.mkdir()
    assert "kan ikke leses" in check_key_file(file, [KARI]).found
