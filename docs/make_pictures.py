"""Makes docs/pictures/ from the running program: `make pictures`. Everything in them is made up."""

import asyncio
import os
import re
import shutil
import subprocess
import tempfile
from datetime import date
from pathlib import Path

PICTURES = Path(__file__).parent / "pictures"
TODAY = "2026-11-24"
TODAY_DATE = date.fromisoformat(TODAY)
SIZE = (112, 30)
FROM_MENU = {
    "saker": "1",
    "import-av-nye-saker": "2",
    "import-av-ocr": "3",
    "uplasserte": "4",
    "bokforingsforslag": "5",
    "betalinger-fra-visma": "6",
    "konvertering": "7",
    "kvitteringer": "8",
    "utboks": "9",
    "administrasjon": "a",
    "lovverk": "l",
}
CASE = "0221-00000003"
TABS = {"sak-generelt": "Generelt", "sak-avdrag": "Avdrag", "sak-renter": "Omkostninger og renter"}


async def main() -> None:
    from kk2tui.app import Kk2App
    from kk2tui.home import DEMO_HANDLER, make_home
    from kk2tui.wiring import LOG, opened_services

    PICTURES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        await make_home(home, DEMO_HANDLER, demo=True)
        async with opened_services(home, DEMO_HANDLER) as services:
            await services.case_import.run(services.actor)
            for file in await services.inbox.files():
                await services.bank.run(file.path, services.actor)
            await services.visma_payments.run(services.actor)
            await keep_notice(services)
            app = Kk2App(services, home / LOG)
            async with app.run_test(size=SIZE) as pilot:
                await pilot.pause(0.3)
                for name, key in FROM_MENU.items():
                    await pilot.press(key)
                    await keep(app, pilot, name)
                    await pilot.press("escape")
                for name, tab in TABS.items():
                    app.open_case(CASE, tab)
                    await keep(app, pilot, name)
                    await pilot.press("escape")
                app.open_screen("screens.receipts:ReceiptsScreen")
                await pilot.press("down", "enter")
                await keep(app, pilot, "kvittering")
                await pilot.press("escape", "escape")
                await pay_earlier(services)
                await pilot.press("f5")
                await keep(app, pilot, "hovedmeny")


async def pay_earlier(services) -> None:
    """Payments of a whole year, for the plot of the menu; the pictures before have none of them."""
    for place, kroner in enumerate((31, 24, 35, 42, 38, 55, 61, 29, 47, 58, 72), 1):
        month = TODAY_DATE.replace(day=10, month=place)
        day = month.replace(year=month.year - 1, month=12) if place == 11 else month
        await services.payments.add(f"0221-{place + 4:08d}", kroner * 3_100_00, day, services.actor, posting=False)


async def keep(app, pilot, name: str) -> None:
    """Write the screen as it is when all work is done. The fonts are the reader's own."""
    await pilot.pause(0.3)
    await app.workers.wait_for_complete()
    await pilot.pause(0.3)
    svg = re.sub(r"@font-face \{.*?\}", "", app.export_screenshot(title="kk2"), flags=re.DOTALL)
    (PICTURES / f"{name}.svg").write_text(svg, encoding="utf-8")


async def keep_notice(services) -> None:
    """The notice of one case as a picture, where pdftoppm is installed."""
    if shutil.which("pdftoppm") is None:
        return
    [made, *_] = await services.letters.of_case(CASE)
    pdf = await services.letters.pdf(made.letter.id)
    command = ["pdftoppm", "-r", "70", "-png", "-singlefile", "-", str(PICTURES / "inkassovarsel")]
    subprocess.run(command, input=pdf, check=True)


if __name__ == "__main__":
    os.environ.setdefault("KK2_TODAY", TODAY)
    asyncio.run(main())
