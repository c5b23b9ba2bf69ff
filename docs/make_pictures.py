"""Makes docs/pictures/ from the running program: `make pictures`. Everything in them is made up."""

import asyncio
import os
import re
import tempfile
from pathlib import Path

PICTURES = Path(__file__).parent / "pictures"
TODAY = "2026-11-24"
SIZE = (112, 30)
MENU_TO = {"saker": "1", "import-av-ocr": "3", "bokforingsforslag": "5"}


async def main() -> None:
    from kk2tui.app import Kk2App
    from kk2tui.home import DEMO_HANDLER, make_home
    from kk2tui.wiring import LOG, opened_services

    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        await make_home(home, DEMO_HANDLER, demo=True)
        async with opened_services(home, DEMO_HANDLER) as services:
            await services.case_import.run(services.actor)
            for file in await services.inbox.files():
                await services.bank.run(file.path, services.actor)
            app = Kk2App(services, home / LOG)
            async with app.run_test(size=SIZE) as pilot:
                await keep(app, pilot, "hovedmeny")
                for name, key in MENU_TO.items():
                    await pilot.press(key)
                    await keep(app, pilot, name)
                    await pilot.press("escape")
                app.open_case("0221-00000003", "Avdrag")
                await keep(app, pilot, "sak-avdrag")
                await pilot.press("4")
                await keep(app, pilot, "sak-renter")


async def keep(app, pilot, name: str) -> None:
    """Write the screen as it is when all work is done."""
    await pilot.pause(0.3)
    await app.workers.wait_for_complete()
    await pilot.pause(0.3)
    svg = app.export_screenshot(title="kk2")
    PICTURES.mkdir(exist_ok=True)
    (PICTURES / f"{name}.svg").write_text(re.sub(r"@font-face \{.*?\}", "", svg, flags=re.DOTALL), encoding="utf-8")


if __name__ == "__main__":
    os.environ.setdefault("KK2_TODAY", TODAY)
    asyncio.run(main())
