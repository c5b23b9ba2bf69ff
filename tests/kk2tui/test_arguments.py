"""Opening the application goes past the command line's library, and ends as every command does."""

import subprocess
import sys
from pathlib import Path

import pytest

from kk2tui.arguments import plain_opening

KK2 = (sys.executable, "-m", "kk2tui")


@pytest.mark.parametrize(
    ("arguments", "values"),
    [
        ([], {}),
        (["--home", "/srv/kk2", "--handler=kari"], {"--home": "/srv/kk2", "--handler": "kari"}),
        (["--handler="], {"--handler": ""}),
        (["--handler", "kari", "--opened-by", "SHA256:x"], {"--handler": "kari", "--opened-by": "SHA256:x"}),
        (["--opened-by", "SHA256:x", "cases", "list"], None),
        (["--home"], None),
        (["--home", "/srv/kk2", "cases", "list"], None),
        (["--json"], None),
        (["--help"], None),
        (["--hjem", "/srv/kk2"], None),
        (["--", "cases"], None),
    ],
)
def test_the_application_alone_is_told_from_every_command(arguments: list[str], values: dict[str, str] | None) -> None:
    assert plain_opening(arguments) == values


def test_a_shell_that_asks_for_words_is_answered_by_the_command_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("_KK2_COMPLETE", "bash_complete")
    assert plain_opening([]) is None


def test_what_opening_the_application_can_do_without_is_not_loaded() -> None:
    code = "import sys, kk2tui.terminal_session, kk2tui.app; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert "screens.menu" in loaded
    needless = {"click", "gettext", "zeep", "psycopg", "typst", "screens.case", "screens.widgets.form"}
    assert not needless & set(loaded)


@pytest.mark.parametrize("home", ["", "borte"])
def test_without_a_terminal_it_says_so_and_ends_as_a_command_does(tmp_path: Path, home: str) -> None:
    place = ["--home", str(tmp_path / home)] if home else []
    done = subprocess.run([*KK2, *place, "--handler", "kari"], capture_output=True, text=True, stdin=subprocess.DEVNULL)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("Programmet trenger en terminal.")
    assert "Traceback" not in done.stderr
