"""`kk2 mail`, and the letters of `kk2 cases import`."""

from pathlib import Path

import pytest

from tests.kk2tui.cli.test_shapes import national_ids
from tests.kk2tui.command_line import CommandLine
from tests.kk2tui.shape import misfits

MAIL = {
    "id": str,
    "message_id": str,
    "to": str,
    "subject": str,
    "letters": int,
    "state": {"queued", "sending", "sent", "unknown", "rejected"},
    "attempts": int,
    "created": str,
    "last_attempt": (str, type(None)),
    "message": str,
}
NOBODY = '\n[mail]\nhost = "127.0.0.1"\nport = 9\ntls = "none"\nsender = "kk2@testvik.invalid"\n'


def with_a_server_that_is_down(kk2: CommandLine) -> CommandLine:
    settings = kk2.home / "kk2.toml"
    text = settings.read_text(encoding="utf-8").partition("[mail]")[0]
    settings.write_text(text + NOBODY, encoding="utf-8")
    return kk2


def files(home: Path) -> list[Path]:
    folder = home / "outbox" / "mail"
    return sorted(folder.iterdir()) if folder.exists() else []


def test_taking_cases_over_makes_a_letter_for_each_and_one_mail(fresh: CommandLine) -> None:
    done = fresh.json("cases", "import")
    assert done["letters"] == len(done["cases"])
    assert (done["mails_sent"], done["mail_stopped"]) == (1, "")
    assert len(files(fresh.home)) == 1


def test_a_mail_server_that_is_down_keeps_the_mail_and_the_cases(fresh: CommandLine) -> None:
    done = with_a_server_that_is_down(fresh).json("cases", "import")
    assert done["letters"] == len(done["cases"])
    assert "Får ikke kontakt med e-postserveren 127.0.0.1:9" in done["mail_stopped"]
    (waiting,) = fresh.json("mail", "status")["mails"]
    assert misfits(waiting, MAIL) == []
    assert (waiting["state"], waiting["letters"]) == ("queued", done["letters"])


def test_sending_later_sends_what_waits_once(fresh: CommandLine) -> None:
    with_a_server_that_is_down(fresh).json("cases", "import")
    assert fresh.json("mail", "send")["sent"] == 0
    settings = fresh.home / "kk2.toml"
    settings.write_text(settings.read_text(encoding="utf-8").partition("[mail]")[0], encoding="utf-8")
    sent = fresh.json("mail", "send")
    assert (sent["sent"], sent["stopped"]) == (1, "")
    assert misfits(sent["mails"], [MAIL]) == []
    assert fresh.json("mail", "send")["mails"] == []
    assert fresh.json("mail", "status")["mails"] == []
    (mail,) = fresh.json("mail", "status", "--all")["mails"]
    assert [path.name for path in files(fresh.home)] == [f"{mail['message_id'][1:-1]}.eml"]


def test_people_read_it_as_a_table(fresh: CommandLine) -> None:
    with_a_server_that_is_down(fresh)("cases", "import")
    shown = fresh("mail", "status").out
    assert "M0000001" in shown
    assert "venter" in shown
    assert "Ingen e-post" not in shown
    assert "Sendingen stanset: Får ikke kontakt" in fresh("mail", "send").out


def test_a_mail_that_waits_can_not_have_arrived(worked: CommandLine) -> None:
    answer = worked("--json", "mail", "resolve", "M0000001", "arrived")
    assert answer.status == 1
    assert "er sendt" in answer.error()["message"]
    assert worked("--json", "mail", "resolve", "M0000099", "resend").error()["code"] == "not_found"


def test_no_national_id_is_in_an_e_mail(fresh: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    fresh.json("cases", "import")
    content = files(fresh.home)[0].read_text(encoding="utf-8")
    assert [each for each in national_ids(monkeypatch) if each in content] == []
