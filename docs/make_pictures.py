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
SIZE = (80, 24)  # what everybody has
FROM_MENU = {
    "import-av-nye-saker": ("2",),
    "import-av-ocr": ("3", "down"),  # on to the file with errors
    "uplasserte": ("4",),
    "bokforingsforslag": ("5",),
    "administrasjon": ("a",),
    "lovverk": ("l",),
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
            await do_the_routine(services)
            await keep_notice(services)
            app = Kk2App(services, home / LOG)
            async with app.run_test(size=SIZE) as pilot:
                await settled(app, pilot)
                for name, keys in FROM_MENU.items():
                    for key in keys:
                        await pilot.press(key)
                        await settled(app, pilot)
                    await keep(app, pilot, name)
                    await pilot.press("escape")
                for name, tab in TABS.items():
                    app.open_case(CASE, tab)
                    await keep(app, pilot, name)
                    await pilot.press("escape")
                await keep_receipt(app, pilot)
                await keep_finding(app, pilot)
                await keep_form(app, pilot)
                await keep_several(app, pilot)
                await keep_conflict(app, pilot)
                await pay_earlier(services)
                await keep_menu(app, pilot)


async def do_the_routine(services) -> None:
    """A morning's work, so that every screen has something to show."""
    await services.case_import.run(services.actor)
    for file in await services.inbox.files():
        await services.bank.run(file.path, services.actor)
    await services.visma_payments.run(services.actor)
    await services.handlers.add("ola", "Ola Prøvesen", "ola@eksempel.invalid", "handler", (), services.actor)


async def keep_receipt(app, pilot) -> None:
    app.open_screen("screens.receipts:ReceiptsScreen")
    await settled(app, pilot)
    await pilot.press("down", "enter")
    await keep(app, pilot, "kvittering")
    await pilot.press("escape", "escape")


async def keep_finding(app, pilot) -> None:
    """A name that is typed wrong, and found."""
    await pilot.press("slash")
    await settled(app, pilot)
    await pilot.press(*"kari tenktdla")
    await keep(app, pilot, "finn-sak")
    await pilot.press("escape")


async def keep_form(app, pilot) -> None:
    """An amount that can be read in two ways, and a date that is understood."""
    app.open_case(CASE, "Avdrag")
    await settled(app, pilot)
    await pilot.press("n")
    await pilot.press(*"1.234", "enter", *"i går")
    await keep(app, pilot, "skjema")
    await pilot.press("escape", "j", "escape")


async def keep_several(app, pilot) -> None:
    """Marked cases, changed, with the offer to take it back."""
    await settled(app, pilot)
    await pilot.press("1")
    await settled(app, pilot)
    await pilot.press("space", "down", "space", "down", "down", "space", "e")
    await settled(app, pilot)
    for key in ("enter", "down", "enter", "j"):  # the handler, the other one, yes
        await pilot.press(key)
        await settled(app, pilot)
    await keep(app, pilot, "flere-og-angre")
    await pilot.press("u")
    await settled(app, pilot)
    await pilot.press("escape", "escape")


async def keep_conflict(app, pilot) -> None:
    """Ola was faster."""
    services = app.services
    app.open_case(CASE, "Generelt")
    await settled(app, pilot)
    await pilot.press("e", "ctrl+u", *"K020")
    await services.cases.set_handler(await services.cases.require(CASE), "ola", "ola")
    await pilot.press("f12")
    await keep(app, pilot, "endret-av-en-annen")
    await pilot.press("escape", "escape", "j", "escape")


async def keep_menu(app, pilot) -> None:
    """The menu as most see it, and in another language with strong contrast."""
    from data import language
    from kk2tui.theme import use_theme

    await pilot.press("f5")
    await keep(app, pilot, "hovedmeny")
    use_theme(app, "kk2-kontrast-lys")
    language.use("en")
    app.screen.speak()
    await keep(app, pilot, "hovedmeny-engelsk-kontrast")


async def pay_earlier(services) -> None:
    """Payments of a whole year, for the plot of the menu; the pictures before have none of them."""
    for place, kroner in enumerate((31, 24, 35, 42, 38, 55, 61, 29, 47, 58, 72), 1):
        month = TODAY_DATE.replace(day=10, month=place)
        day = month.replace(year=month.year - 1, month=12) if place == 11 else month
        await services.payments.add(f"0221-{place + 4:08d}", kroner * 3_100_00, day, services.actor, posting=False)


async def settled(app, pilot) -> None:
    """All work is done and shown."""
    await pilot.pause(0.3)
    await app.workers.wait_for_complete()
    await pilot.pause(0.3)


async def keep(app, pilot, name: str) -> None:
    """Write the screen as it is when all work is done. The fonts are the reader's own."""
    await settled(app, pilot)
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
