"""Every kind of writing that the program does, each on a town that has come as far as it needs."""

import asyncio
import json
import random
import shutil
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from pathlib import Path

import msgspec
from msgspec.structs import replace

from data.errors import Kk2Error
from kk2tui import wiring
from kk2tui.arguments import hoist
from kk2tui.cli.main import kk2
from kk2tui.demo.town import demo_town
from services.registry import Services
from services.visma.simulator import ledger
from services.visma.simulator.application import Simulator
from tests.e2e.torture import forks
from tests.e2e.torture.town import (
    LOGIN,
    TODAY,
    Town,
    bank_content,
    clock,
    make_empty_town,
    scenario,
    take_cases_over,
)
from tests.services.conversion.files import claim_row, csv_file, other_row

CASE, OTHER = "0221-00000002", "0221-00000003"
PLACED, UNPLACED = "P000001", "P000005"
VOUCHERS = 2  # how many are seen and moved on in Visma
NEXT_RATES = {
    "late_interest": [
        {
            "valid_from": "2027-01-01",
            "valid_to": "2027-06-30",
            "rate_percent": "12.00",
            "regulation": "FOR-0000-00-00-0",
            "source": "oppdiktet",
        }
    ]
}

Work = Callable[[Path], None]


class Job(msgspec.Struct, frozen=True):
    """Something to do in a home of a `stage`. `again`: it may be done again when it is done, and changes nothing.

    `after` is what a person does when it could not be finished, beyond doing it again.
    """

    name: str
    stage: str
    work: Work
    again: bool = False
    after: Work | None = None


def command(*words: str) -> Work:
    """A command of `kk2`; in its words {home} stands for the home."""

    def work(home: Path) -> None:
        given = [word.format(home=home) for word in words]
        kk2.main(args=hoist(["--home", str(home), "--handler", LOGIN, "--json", *given]), prog_name="kk2")

    return work


def service(call: Callable[[Services], Awaitable[object]]) -> Work:
    """What a screen does. It tells a refusal as the command line does."""

    async def run(home: Path) -> None:
        async with wiring.opened_services(home, LOGIN, clock()) as services:
            await call(services)

    def work(home: Path) -> None:
        try:
            asyncio.run(run(home))
        except Kk2Error as error:
            print(json.dumps({"error": {"code": error.code, "message": error.message}}), flush=True)  # noqa: T201
            raise SystemExit(1) from None

    return work


async def _set_department(services: Services) -> object:
    return await services.cases.set_department(await services.cases.require(CASE), "K020", LOGIN)


async def _change_creditor(services: Services) -> object:
    """A threshold that closes cases."""
    creditor = await services.creditors.get("0221")
    return await services.creditors.change(replace(creditor, threshold=100_000_00), LOGIN)


async def _split(services: Services) -> object:
    (waiting,) = [each for each in await services.payments.unplaced() if each.id == UNPLACED]
    return await services.payments.split(UNPLACED, [(CASE, 1_00), (OTHER, waiting.amount - 1_00)], LOGIN)


JOBS: Sequence[Job] = (
    Job("take cases over", "empty", command("cases", "import"), again=True),
    Job("read a bank file", "cases", command("payments", "import", "{home}/OCR1"), again=True),
    Job("enter a payment", "cases", command("payments", "add", CASE, "100,00", "20.11.2026")),
    Job("move a payment", "paid", command("payments", "move", PLACED, OTHER)),
    Job("delete a payment", "paid", command("payments", "delete", PLACED, "--reason", "Prøve")),
    Job("place a payment", "paid", command("payments", "place", UNPLACED, CASE)),
    Job("split a payment", "paid", service(_split)),
    Job("dismiss a payment", "paid", command("payments", "dismiss", UNPLACED, "--reason", "Prøve")),
    Job("leave out of posting", "paid", service(lambda each: each.payments.set_posting(PLACED, False, LOGIN))),
    Job("post and send", "paid", command("posting", "send"), again=True),
    Job("write vouchers to files", "paid", command("posting", "export", "{home}/bilag"), again=True),
    Job("follow vouchers", "sent", command("posting", "status"), again=True),
    Job("fetch payments from Visma", "sent", command("payments", "fetch"), again=True),
    Job("write case numbers back", "unwritten", service(lambda each: each.case_import.write_back(LOGIN)), again=True),
    Job("send mail", "cases", command("mail", "send"), again=True),
    Job("convert", "empty", command("convert", "{home}/saker.csv"), again=True, after=command("convert", "match")),
    Job("load a creditor", "cases", command("admin", "creditors", "load", "{home}/kreditor.json"), again=True),
    Job("change a creditor", "paid", service(_change_creditor)),
    Job("load rates", "paid", command("admin", "rates", "load", "{home}/satser.json"), again=True),
    Job("register a handler", "cases", command("admin", "handlers", "add", "ola", "--name", "Ola Prøvesen",
                                               "--email", "ola@testvik.invalid")),
    Job("set a department", "cases", service(_set_department)),
)  # fmt: skip


def make_stages(folder: Path, last: str = "sent") -> dict[str, Path]:
    """A home for each stage up to `last`, each made from the one before it."""
    homes = {stage: folder / stage for stage in ("empty", "unwritten", "cases", "paid", "sent")}
    _forked(partial(_empty, homes["empty"]))
    if last == "empty":
        return homes
    copy(homes["empty"], homes["unwritten"])
    _forked(partial(_unwritten, homes["unwritten"]))
    copy(homes["empty"], homes["cases"])
    town = forks.answer(Town, lambda: asyncio.run(take_cases_over(homes["cases"])))
    for stage in ("empty", "cases"):
        (homes[stage] / "OCR1").write_bytes(bank_content(town, 1, random.Random(1))[0])
    copy(homes["cases"], homes["paid"])
    _forked(partial(command("payments", "import", "{home}/OCR1"), homes["paid"]))
    copy(homes["paid"], homes["sent"])
    _forked(partial(command("posting", "send"), homes["sent"]))
    _at_work_in_visma(homes["sent"])
    return homes


def copy(template: Path, home: Path) -> None:
    """A home of one's own."""
    shutil.copytree(template, home)


def _forked(work: Callable[[], object]) -> None:
    status = forks.end(forks.start(work))
    assert status == 0, status


def _empty(home: Path) -> None:
    """With the files that the jobs read."""
    asyncio.run(make_empty_town(home))
    (home / "satser.json").write_text(json.dumps(NEXT_RATES), encoding="utf-8")
    (home / "kreditor.json").write_bytes(_other_name())
    csv_file(home, claim_row(1), claim_row(2), other_row("innbetaling", "50,00"))


def _other_name() -> bytes:
    """The town's first creditor by another name."""
    (first, *_) = demo_town(TODAY).creditors
    return json.dumps([first | {"name": "Testvik kommune, innfordring"}]).encode()


def _unwritten(home: Path) -> None:
    """Cases whose numbers Visma did not take."""
    Simulator(scenario(), home / wiring.SIMULATOR_STATE).plan_fault("OppdaterSaksnummer", "status_500", times=3)
    asyncio.run(take_cases_over(home))


def _at_work_in_visma(home: Path) -> None:
    """Vouchers are registered there, and payments are entered."""
    simulator = Simulator(scenario(), home / wiring.SIMULATOR_STATE)
    for voucher in simulator.vouchers()[:VOUCHERS]:
        simulator.move_voucher(voucher.reference, "registered")
    with simulator.state.change() as world:
        for visma_id in list(world.invoices)[:3]:
            ledger.add_transaction(world, visma_id=visma_id, amount=-10_00, date=TODAY)
