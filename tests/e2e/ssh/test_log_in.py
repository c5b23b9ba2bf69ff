"""A key opens kk2 as its handler, for the day's work and nothing else."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from services.handlers import fingerprint_of
from tests.e2e.program import TODAY, wait_until
from tests.e2e.ssh.daemon import make_key
from tests.e2e.ssh.office import KARI, OLA, Office, finished
from tests.e2e.test_terminal import (
    MENU,
    leave,
    look_at_receipts,
    mend_the_department,
    place_the_unplaced,
    post,
    read_bank_files,
    take_cases_over,
)

pytestmark = pytest.mark.e2e

NO_TERMINAL = "Programmet trenger en terminal."


@pytest.mark.parametrize(("key", "name"), [(KARI, "Kari Testesen"), (OLA, "Ola Prøvesen")])
def test_who_acts_is_whose_key_it_is(office: Office, key: str, name: str) -> None:
    with office.session(key) as terminal:
        terminal.wait_for(MENU, name)
        leave(terminal)


def test_the_daily_routine_over_ssh(new_office: Office) -> None:
    with new_office.session(KARI, (80, 24)) as terminal:
        terminal.wait_for(MENU, "Kari Testesen", "0 åpne", "3 filer")
        take_cases_over(terminal)
        read_bank_files(terminal)
        place_the_unplaced(terminal)
        mend_the_department(terminal)
        post(terminal)
        look_at_receipts(terminal)
        leave(terminal)


@pytest.mark.parametrize(
    "command",
    [
        ("sh", "-i"),
        ("--", "--handler", "ola", "admin", "handlers", "list"),
        ("/usr/lib/openssh/sftp-server",),
    ],
)
def test_a_command_of_the_clients_own_is_refused(office: Office, command: tuple[str, ...]) -> None:
    answer = office.ask(KARI, *command, stdin=b"id\n")
    assert answer.status == 1
    assert answer.out == ""
    assert answer.err.startswith(NO_TERMINAL)


def test_with_a_terminal_the_clients_own_command_opens_kk2(office: Office) -> None:
    with office.session(KARI, command=("sh", "-i", "--handler", "ola")) as terminal:
        terminal.wait_for(MENU, "Kari Testesen")
        leave(terminal)


def test_the_handlers_key_gets_no_sftp_and_no_scp(office: Office) -> None:
    answer = office.sftp("ls /\n", KARI, office.accounts.service)
    assert answer.status != 0
    assert "etc" not in answer.out
    *words, host = office.words(KARI, program="scp")
    assert finished([*words, f"{host}:{office.home}/kk2.db", f"{office.folder}/stolen"]).status != 0
    assert not (office.folder / "stolen").exists()


@pytest.mark.parametrize(
    "options",
    [
        ("-W", "127.0.0.1:{port}"),
        ("-N", "-o", "ExitOnForwardFailure=yes", "-R", "0:127.0.0.1:{port}"),
        ("-N", "-o", "ExitOnForwardFailure=yes", "-R", "{folder}/account/socket:127.0.0.1:{port}"),
        ("-N", "-o", "ExitOnForwardFailure=yes", "-R", "0"),
    ],
    ids=["to a port here", "from a port here", "from a socket here", "from here to anywhere"],
)
def test_nothing_is_forwarded(office: Office, options: tuple[str, ...]) -> None:
    chosen = tuple(word.format(port=office.port, folder=office.folder) for word in options)
    answer = office.ask(KARI, options=chosen)
    assert answer.status == 255
    assert "SSH-2.0" not in answer.out


def test_the_clients_agent_display_and_variables_stay_outside(office: Office, tmp_path: Path) -> None:
    asked = {"LC_ALL": "C", "PYTHONPATH": "/srv", "KK2_HOME": "/srv", "LD_PRELOAD": "x", "KK2_TODAY": "2030-01-01"}
    with agent(tmp_path) as socket, office.session(variables={**asked, **socket}, options=("-A",)) as terminal:
        terminal.wait_for(MENU)
        (process,) = office.processes(KARI)
        got = (Path("/proc") / str(process) / "environ").read_bytes().decode().split("\0")
        leave(terminal)
    names = {each.partition("=")[0] for each in got}
    assert {"SSH_TTY", "LC_ALL"} <= names
    assert names.isdisjoint({"SSH_AUTH_SOCK", "DISPLAY", "LD_PRELOAD", "KK2_HOME"})
    assert f"KK2_TODAY={TODAY}" in got
    assert "PYTHONPATH=/srv" not in got


@contextmanager
def agent(folder: Path) -> Iterator[dict[str, str]]:
    """An agent that could be forwarded."""
    path = folder / "agent"
    running = subprocess.Popen(["ssh-agent", "-D", "-a", path], stdout=subprocess.DEVNULL)
    try:
        wait_until(path.exists)
        yield {"SSH_AUTH_SOCK": str(path)}
    finally:
        running.terminate()
        running.wait()


def test_what_the_account_has_in_ssh_rc_is_not_run(office: Office) -> None:
    rc = office.folder / "account" / ".ssh" / "rc"
    rc.write_text(f"touch {office.folder}/account/was_run\n", encoding="utf-8")
    rc.chmod(0o755)
    assert office.ask(KARI).err.startswith(NO_TERMINAL)
    assert not (office.folder / "account" / "was_run").exists()


def test_only_a_key_of_a_handler_opens(office: Office) -> None:
    for key, user in (("bank", office.accounts.service), (KARI, "root"), (KARI, office.accounts.inbox or "nobody")):
        answer = finished([*office.words(key, user=user), "id"])
        assert (answer.status, answer.out) == (255, ""), (key, user)
    with_password = office.ask(KARI, options=("-o", "PubkeyAuthentication=no"))
    assert (with_password.status, with_password.out) == (255, "")


def test_a_handler_who_is_removed_is_put_out_and_let_in_no_more(office: Office) -> None:
    public = make_key(office.folder / "keys" / "siv")
    (office.folder / "siv.pub").write_text(public, encoding="ascii")
    words = ("--name", "Siv Prøvesen", "--email", "siv@testvik.invalid", "--key", f"{office.folder}/siv.pub")
    assert office.kk2("admin", "handlers", "add", "siv", *words).status == 0
    assert office.ask("siv").err.startswith(NO_TERMINAL)
    with office.session("siv") as terminal:
        terminal.wait_for(MENU, "Siv Prøvesen")
        assert office.kk2("admin", "handlers", "remove", "siv").status == 0
        assert terminal.wait_for_end() == 1
        assert "Du er ikke lenger registrert som saksbehandler" in terminal.text
    assert "Permission denied" in office.ask("siv").err


def test_a_session_ends_with_the_key_it_was_opened_with_and_others_of_the_handler_go_on(office: Office) -> None:
    fingerprints = {}
    for key in ("per-pc", "per-laptop"):
        public = make_key(office.folder / "keys" / key)
        (office.folder / f"{key}.pub").write_text(public, encoding="ascii")
        words = ("--name", "Per Prøvesen", "--email", "per@testvik.invalid", "--key", f"{office.folder}/{key}.pub")
        assert office.kk2("admin", "handlers", "add", "per", *words).status == 0
        fingerprints[key] = fingerprint_of(public)
    with office.session("per-pc") as kept, office.session("per-laptop") as lost:
        for terminal in (kept, lost):
            terminal.wait_for(MENU, "Per Prøvesen")
        assert office.kk2("admin", "handlers", "drop-key", "per", fingerprints["per-laptop"]).status == 0
        assert lost.wait_for_end() == 1
        assert "Nøkkelen denne økten ble åpnet med, er tatt bort" in lost.text
        leave(kept)
    assert "Permission denied" in office.ask("per-laptop").err


def test_a_key_that_is_gone_opens_nothing_though_its_line_is_still_in_the_file(office: Office) -> None:
    public = make_key(office.folder / "keys" / "eva")
    (office.folder / "eva.pub").write_text(public, encoding="ascii")
    words = ("--name", "Eva Prøvesen", "--email", "eva@testvik.invalid", "--key", f"{office.folder}/eva.pub")
    assert office.kk2("admin", "handlers", "add", "eva", *words).status == 0
    file = office.folder / "account" / ".ssh" / "authorized_keys"
    before = file.read_text(encoding="utf-8")
    assert office.kk2("admin", "handlers", "drop-key", "eva", fingerprint_of(public)).status == 0
    file.write_text(before, encoding="utf-8")  # as on a machine whose cron has not been there yet
    with office.session("eva") as terminal:
        assert terminal.wait_for_end() == 1
        assert "Nøkkelen denne økten ble åpnet med, er tatt bort" in terminal.text
    assert office.kk2("admin", "handlers", "keys", "--write").status == 0
