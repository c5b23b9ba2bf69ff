"""The bank's account: it can put files where kk2 looks for them, and do nothing else."""

from pathlib import Path

import pytest

from tests.e2e.ssh.office import BANK, Office, finished
from tests.e2e.test_terminal import MENU

pytestmark = pytest.mark.e2e


@pytest.fixture(autouse=True)
def _with_an_account(office: Office) -> None:
    if office.accounts.inbox is None:
        pytest.skip("only root can make the account and close it into its folder")


@pytest.fixture
def bank_file(demo_home: Path) -> Path:
    return demo_home / "inbox" / "OCR.D261120"


def test_a_file_that_arrives_is_seen_under_import_av_ocr(office: Office, bank_file: Path) -> None:
    answer = office.sftp(f"put {bank_file} OCR.D261124\nls -l\n")
    assert answer.status == 0, answer
    assert "-rw-r-----" in answer.out
    with office.session(size=(80, 24)) as terminal:
        terminal.wait_for(MENU, "4 filer")
        terminal.press("3")
        terminal.wait_for("Import av OCR · 4 filer", "OCR.D261124")
        terminal.press("ESC", "F10")
        terminal.wait_for_end()
    assert office.sftp("rm OCR.D261124\n").status == 0


def test_the_account_sees_its_folder_and_nothing_else(office: Office) -> None:
    assert "/inbox" in office.sftp("ls -1 /\n").out.split()
    for batch in ("ls /etc\n", "get /etc/passwd\n", "cd ..\nls srv\n", f"ls {office.home}\n"):
        assert office.sftp(batch).status != 0, batch
    for batch in ("put /etc/hostname /hostname\n", "mkdir /ny\n", "rename /inbox /borte\n"):
        assert office.sftp(batch).status != 0, batch


@pytest.mark.parametrize("how", ["-s", ""])
def test_the_account_makes_no_links(office: Office, how: str, bank_file: Path) -> None:
    assert office.sftp(f"put {bank_file} fil\n").status == 0
    target = "/etc/passwd" if how else "fil"
    assert office.sftp(f"ln {how} {target} lenke\n").status != 0
    assert office.sftp("rm fil\n").status == 0
    assert not (office.inbox / "lenke").exists()


def test_the_account_gets_no_shell_no_command_and_no_forwarding(office: Office) -> None:
    user = office.accounts.inbox or ""
    for options, command in ((("-tt",), ()), ((), ("id",)), ((), ("scp", "-f", "/etc/passwd"))):
        answer = finished([*office.words(BANK, *options, user=user), *command], b"id\nexit\n")
        assert "uid=" not in answer.out
        assert "root:" not in answer.out
    forwarded = finished(office.words(BANK, "-W", f"127.0.0.1:{office.port}", user=user))
    assert (forwarded.status, forwarded.out) == (255, "")


def test_a_file_whose_name_has_control_characters_is_shown_without_them(office: Office, bank_file: Path) -> None:
    strange = "OCR\x1b[2J\x1b]0;tittel\x07\x9b31m.txt"
    (office.inbox / strange).write_bytes(bank_file.read_bytes())
    (office.inbox / "fødsel\u202etxt").write_bytes(b"\x1b[31mno bank file\x07\n" * 3)
    try:
        with office.session() as terminal:
            terminal.wait_for(MENU)
            terminal.press("3")
            terminal.wait_for("Import av OCR · 5 filer", "OCR")
            terminal.settle()
            shown = terminal.received
            assert terminal.screen.title == ""
            assert "Import av OCR" in terminal.text
            terminal.press("ESC", "F10")
            terminal.wait_for_end()
    finally:
        (office.inbox / strange).unlink()
        (office.inbox / "fødsel\u202etxt").unlink()
    assert b"\x1b]0;" not in shown
    assert b"\x9b31m" not in shown
    assert "\u202e".encode() not in shown
