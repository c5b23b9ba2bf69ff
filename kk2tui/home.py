"""A new home: the folder that everything of one installation lies in."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from data.store import Store
from data.tinydb_store import open_store
from kk2tui.demo.town import demo_bank_files, demo_town
from kk2tui.settings import FILE_NAME, Settings, VismaSettings
from kk2tui.wiring import INBOX, SCENARIO, clock_from_environment, write_settings
from services.creditors import CreditorService
from services.errors import Refused
from services.handlers import HandlerService
from services.letters.correspondence import OUTBOX
from services.rates import interest_rates, seed_rates

DEMO_HANDLER = "kari"
DEMO_NAME = "Testvik kommune (oppdiktet)"


@dataclass(frozen=True)
class MadeHome:
    """A home that was made, with the names of the files in its inbox."""

    home: Path
    inbox_files: Sequence[str]


async def make_home(home: Path, login: str, *, demo: bool = False) -> MadeHome:
    """Make a home with `login` as its administrator; with `demo`, with a made-up municipality in it.

    kk2.toml is written last: what broke off half-way is no home yet, and is made by trying again.
    Raises Refused when there is a home already: nothing is overwritten.
    """
    if (home / FILE_NAME).exists():
        raise Refused(f"Det finnes et hjem i {home} fra før. Ingenting er endret.", code="home_exists")
    for folder in (home, home / INBOX, home / OUTBOX):
        folder.mkdir(mode=0o770, parents=True, exist_ok=True)
    settings = Settings(name=DEMO_NAME, visma=VismaSettings(quarantine_s=5)) if demo else Settings()
    store = open_store(home / settings.store.url)
    try:
        await seed_rates(store, login)
        handlers = HandlerService(store)
        await handlers.add(login, login.capitalize(), f"{login}@localhost", "admin", (), login)
        if demo:
            await handlers.add(DEMO_HANDLER, "Kari Testesen", "kari.testesen@testvik.invalid", "admin", (), login)
        files = await _add_municipality(home, store, login) if demo else []
    finally:
        await store.close()
    write_settings(home, settings)
    return MadeHome(home=home, inbox_files=files)


async def _add_municipality(home: Path, store: Store, login: str) -> list[str]:
    """Creditors in the store, a Visma for the simulator, and bank files that fit the cases to come.

    Nothing is dated after the last known interest rate: payments after it would wait for the next one.
    """
    known_until = (await interest_rates(store)).known_until
    today = min(clock_from_environment().today(), known_until or date.max)
    town = demo_town(today)
    (home / SCENARIO).write_text(json.dumps(town.scenario, ensure_ascii=False, indent=1), encoding="utf-8")
    await CreditorService(store, clock_from_environment()).load(json.dumps(town.creditors).encode(), login)
    files = demo_bank_files(town, today)
    for name, content in files.items():
        (home / INBOX / name).write_bytes(content)
    return sorted(files)
