"""What a session holds when the menu is shown: a count of modules, since time depends on who else uses the machine."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

AT_THE_MENU = """
import asyncio, json, sys
from pathlib import Path
import kk2tui.cli.main
from kk2tui.app import Kk2App
from kk2tui.wiring import LOG, opened_services

async def main(home):
    async with opened_services(home, "kari") as services:
        app = Kk2App(services, home / LOG)
        async with app.run_test(size=(120, 40)) as pilot:
            await app.workers.wait_for_complete()
            await pilot.pause()
            print(json.dumps(sorted(sys.modules)))

asyncio.run(main(Path(sys.argv[1])))
"""
FOR_LATER = (
    *("zeep", "lxml", "httpx", "uvicorn", "typst", "aiosmtplib", "psycopg", "email.message"),
    *("services.visma.soap", "services.visma.simulator", "services.letters", "services.mail.sending"),
    *("services.bank.ocr_giro", "services.bank.camt054", "services.conversion", "services.keeping", "services.doctor"),
    *(
        "services.posting",
        "services.delivery",
        "services.case_import",
        "screens.cases",
        "screens.case",
        "screens.admin",
    ),
    *("kk2tui.cli.cases", "kk2tui.cli.admin", "kk2tui.cli.doctor", "kk2tui.demo", "kk2tui.keys", "screens.admin"),
)
MOST_OF_OURS = 110


@pytest.fixture(scope="module")
def modules(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    home = tmp_path_factory.mktemp("start") / "home"
    _python("-m", "kk2tui", "--home", str(home), "--handler", "kari", "init")
    names: list[str] = json.loads(_python("-c", AT_THE_MENU, str(home)))
    return names


def _python(*arguments: str) -> str:
    root = Path(__file__).parents[2]
    return subprocess.run([sys.executable, *arguments], cwd=root, check=True, capture_output=True, text=True).stdout


def test_the_menu_needs_none_of_the_heavy_modules(modules: list[str]) -> None:
    assert [name for name in modules if name.startswith(FOR_LATER)] == []


def test_the_menu_needs_few_of_our_own_modules(modules: list[str]) -> None:
    ours = [name for name in modules if name.startswith(("data.", "services.", "screens.", "kk2tui."))]
    assert "screens.menu" in ours
    assert len(ours) <= MOST_OF_OURS, ours
