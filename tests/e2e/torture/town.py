"""A small municipality with cases, a Visma beside it, and as many bank files as one likes."""

import json
import random
from datetime import date
from pathlib import Path
from typing import Any

import msgspec

from data.documents import Case, Creditor
from kk2tui import wiring
from kk2tui.demo.town import RUN, demo_town
from kk2tui.settings import Settings, StoreSettings, VismaSettings
from services.bank.kid import make_kid
from services.bank.ocr_writer import OcrAssignment, OcrPayment, write_ocr
from services.clock import Clock, SystemClock
from services.creditors import CreditorService
from services.handlers import HandlerService
from services.listing import everything
from services.rates import seed_rates
from tests.data.made_up import case

TODAY = date(2026, 11, 24)
DAYS = (date(2026, 11, 19), date(2026, 11, 20), date(2026, 11, 23))
LOGIN = "kari"
INVOICES = 30
GIVER, TAKER = "9999-00000001", "9999-00000002"  # two cases that no service touches; one øre at a time moves between


class Town(msgspec.Struct, frozen=True):
    """A home (its `place` as text) with cases, their KIDs, and the account that payments come to."""

    place: str
    cases: list[str]
    kids: list[str]
    account: str

    @property
    def home(self) -> Path:
        return Path(self.place)

    @property
    def visma_state(self) -> Path:
        return self.home / wiring.SIMULATOR_STATE


def clock() -> Clock:
    return SystemClock(TODAY)


async def make_town(home: Path, url: str = "kk2.db", visma: VismaSettings | None = None) -> Town:
    """A home with cases, whose store is at `url`."""
    await make_empty_town(home, url, visma)
    return await take_cases_over(home)


async def make_empty_town(home: Path, url: str = "kk2.db", visma: VismaSettings | None = None) -> None:
    """A home with rates, a handler, a creditor, and the two cases that an øre is moved between."""
    for folder in (home, home / wiring.INBOX):
        folder.mkdir(parents=True, exist_ok=True)
    (home / wiring.SCENARIO).write_text(json.dumps(scenario()), encoding="utf-8")
    settings = Settings(name="Testvik", visma=visma or VismaSettings(quarantine_s=0), store=StoreSettings(url=url))
    wiring.write_settings(home, settings)
    async with wiring.opened_store(home) as store:
        await seed_rates(store, LOGIN)
        await HandlerService(store).add(LOGIN, "Kari Testesen", "kari@testvik.invalid", "admin", (), LOGIN)
        await CreditorService(store, clock()).load(json.dumps(demo_town(TODAY).creditors).encode(), LOGIN)
        async with store.transaction(LOGIN, "To saker som en øre flyttes mellom") as tx:
            for serial, key in ((1, GIVER), (2, TAKER)):
                tx.put(case(id=key, creditor="9999", kid=make_kid("9999", serial), status="manual"))


async def take_cases_over(home: Path) -> Town:
    """The cases of the approved proposal."""
    async with wiring.opened_services(home, LOGIN, clock()) as services:
        await services.case_import.run(LOGIN)
        cases = [each for each in await everything(services.store, Case) if each.id not in (GIVER, TAKER)]
        creditor = (await everything(services.store, Creditor))[0]
    return Town(str(home), [each.id for each in cases], [each.kid for each in cases], creditor.bank_accounts[0].account)


def bank_content(town: Town, number: int, dice: random.Random) -> tuple[bytes, int]:
    """The `number`th bank file of a town, and its sum in øre: payments onto cases, and one with nobody's KID."""
    nobody = make_kid("0221", 99_000_000 + number)
    payments = tuple(
        OcrPayment(
            date=dice.choice(DAYS),
            amount=dice.randrange(1_00, 50_00),
            kid=kid,
            archive_reference=f"{number:06d}{serial:03d}",
        )
        for serial, kid in enumerate([*dice.sample(town.kids, 4), nobody])
    )
    assignment = OcrAssignment(account=town.account, payments=payments)
    content = write_ocr([assignment], transmission=number, recipient="00221000", created=TODAY)
    return content, sum(payment.amount for payment in payments)


def scenario() -> dict[str, Any]:
    """What Visma begins with: only some invoices of the approved proposal, since it writes its whole file each time."""
    short: dict[str, Any] = json.loads(json.dumps(demo_town(TODAY).scenario))
    short["proposals"] = [each for each in short["proposals"] if each["run"] == RUN]
    (proposal,) = short["proposals"]
    proposal["invoices"] = proposal["invoices"][:INVOICES]
    short["invoices"] = {key: short["invoices"][key] for key in proposal["invoices"]}
    owners = {each["customer"] for each in short["invoices"].values()}
    short["customers"] = {key: each for key, each in short["customers"].items() if key in owners}
    return short
