"""A new home: the folder that everything of one installation lies in."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from data.language import _
from data.store import Store
from data.store_url import check_url, is_server, server_place
from kk2tui.demo.town import demo_bank_files, demo_town
from kk2tui.settings import FILE_NAME, Settings, StoreSettings, VismaSettings
from kk2tui.wiring import INBOX, SCENARIO, clock_from_environment, settings_text, store_of
from services.creditors import CreditorService
from services.errors import Refused
from services.handlers import HandlerService
from services.letters.correspondence import OUTBOX
from services.rates import interest_rates, seed_rates

BEGUN = f"{FILE_NAME}.ny"
DEMO_HANDLER = "kari"
DEMO_NAME = "Testvik kommune (oppdiktet)"


@dataclass(frozen=True)
class MadeHome:
    """A home that was made, with the names of the files in its inbox."""

    home: Path
    inbox_files: Sequence[str]


async def make_home(home: Path, login: str, *, demo: bool = False, store_url: str = "") -> MadeHome:
    """Make a home with `login` as its administrator; with `demo`, with a made-up municipality in it.

    kk2.toml gets its name last: what broke off half-way is no home yet, and is made by trying again.
    Raises Refused when there is a home, or something in the schema, already: nothing is overwritten.
    """
    if (home / FILE_NAME).exists():
        raise Refused(
            _("Det finnes et hjem i {home} fra før. Ingenting er endret.").format(home=home), code="home_exists"
        )
    settings = _settings(demo, store_url)
    check_url(settings.store.url)
    for folder in (home, home / INBOX, home / OUTBOX):
        folder.mkdir(mode=0o770, parents=True, exist_ok=True)
    store = store_of(settings, home)
    try:
        if not _began(home, settings):
            await _require_unused(settings.store.url, store)
        (home / BEGUN).write_text(settings_text(settings), encoding="utf-8")
        await seed_rates(store, login)
        handlers = HandlerService(store)
        await handlers.add(login, login.capitalize(), f"{login}@localhost", "admin", (), login)
        if demo:
            await handlers.add(DEMO_HANDLER, "Kari Testesen", "kari.testesen@testvik.invalid", "admin", (), login)
        files = await _add_municipality(home, store, login) if demo else []
    finally:
        await store.close()
    (home / BEGUN).replace(home / FILE_NAME)
    return MadeHome(home=home, inbox_files=files)


def _settings(demo: bool, store_url: str) -> Settings:
    store = StoreSettings(url=store_url) if store_url else StoreSettings()
    return Settings(name=DEMO_NAME, visma=VismaSettings(quarantine_s=5), store=store) if demo else Settings(store=store)


def _began(home: Path, settings: Settings) -> bool:
    """Whether this very home was begun before."""
    begun = home / BEGUN
    return begun.exists() and begun.read_text(encoding="utf-8") == settings_text(settings)


async def _require_unused(url: str, store: Store) -> None:
    """Refuse the schema of another home."""
    if is_server(url) and await store.last_change():
        raise Refused(
            _(
                "Det er et register fra før i {shown}. Ingenting er endret. Velg et annet skjema. "
                "Skal flere maskiner bruke det samme registeret, kopieres kk2.toml: se "
                "docs/administrator.md."
            ).format(shown=server_place(url).shown),
            code="not_empty",
        )


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
