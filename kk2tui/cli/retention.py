"""`kk2 admin retention`: what is due, and with the right number, the deed."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, TypeVar

import click

from data.language import N_, _
from kk2tui.cli.context import command
from kk2tui.session import Session
from kk2tui.wiring import clock_from_environment, opened_store
from services.letters.correspondence import LETTERS
from services.letters.pdf_folder import PdfFolder
from services.rules.dates import format_date

if TYPE_CHECKING:  # read when the command is run, which is not often: every start of kk2 comes by here
    from services.retention.run import Anonymised, RetentionPlan
    from services.retention.service import RetentionService

T = TypeVar("T")

KEPT = {
    "undated": N_("mangler avslutningsdato"),
    "recent": N_("har nyere innbetalinger, gebyr, bilag eller brev"),
    "unposted": N_("har innbetalinger som ikke er bokført ferdig"),
    "surplus": N_("har penger til gode for skyldneren"),
    "mail": N_("har brev i en e-post som ikke er sendt"),
}


@click.command()
@click.option(
    "--before",
    metavar="DATO",
    type=click.DateTime(["%Y-%m-%d"]),
    help=_("Saker avsluttet før denne dagen. Uten: alt loven lar slette."),
)
@click.option("--confirm", metavar="ANTALL", type=click.IntRange(0), help=_("Gjør det: så mange saker som vist uten."))
@click.pass_obj
@command
def retention(session: Session, before: datetime | None, confirm: int | None) -> None:
    """Vis hvilke avsluttede saker personopplysningene skal slettes fra; slett dem med --confirm ANTALL."""
    day = before.date() if before else None
    if confirm is None:
        plan = _run(session, lambda service: service.plan(day, session.login))
        session.answer({"plan": _plan_shape(plan)}, lambda: _plan_lines(plan))
    else:
        done = _run(session, lambda service: service.run(day, confirm, session.login))
        session.answer({"done": _done_shape(done)}, lambda: _done_lines(done))


def _run(session: Session, work: Callable[["RetentionService"], Awaitable[T]]) -> T:
    from services.retention.service import RetentionService

    async def run() -> T:
        async with opened_store(session.home) as store:
            pdfs = PdfFolder(session.home / LETTERS)
            return await work(RetentionService(store, clock_from_environment(), pdfs))

    return asyncio.run(run())


def _plan_shape(plan: "RetentionPlan") -> dict[str, object]:
    return {
        "before": plan.before.isoformat(),
        "cases": plan.cases,
        "kept": plan.kept,
        "payments": plan.payments,
        "receipts": plan.receipts,
    }


def _plan_lines(plan: "RetentionPlan") -> Sequence[str]:
    day = format_date(plan.before)
    also = (
        _("{payments} innbetalinger som ikke var våre, likeså.").format(payments=plan.payments)
        if plan.payments
        else "",
        _("{receipts} kvitteringer fra før {day} likeså.").format(receipts=plan.receipts, day=day)
        if plan.receipts
        else "",
    )
    return [
        _("{cases} saker avsluttet før {day} skal anonymiseres.").format(cases=plan.cases, day=day),
        *filter(None, also),
        *(
            _("Beholdes: {count} {reason}.").format(count=count, reason=_(KEPT[reason]))
            for reason, count in plan.kept.items()
        ),
        _("Ingenting er slettet. Det kan ikke gjøres om: ta en sikkerhetskopi først, og se arkivplanen. Slett så med"),
        _("kk2 admin retention --before {before} --confirm {cases}").format(before=plan.before, cases=plan.cases),
    ]


def _done_shape(done: "Anonymised") -> dict[str, object]:
    return {
        "before": done.before.isoformat(),
        "cases": done.cases,
        "payments": done.payments,
        "letters": done.letters,
        "receipts": done.receipts,
        "receipt": done.receipt,
    }


def _done_lines(done: "Anonymised") -> Sequence[str]:
    if done.receipt is None:
        return [_("Det var ingenting å slette.")]
    return [
        _(
            "{cases} saker, {payments} innbetalinger og {receipts} kvitteringer er anonymisert, "
            "og {letters} brev slettet."
        ).format(cases=done.cases, payments=done.payments, receipts=done.receipts, letters=done.letters),
        _("Kvittering {receipt}. Eldre sikkerhetskopier har opplysningene ennå: slett dem når de ikke trengs.").format(
            receipt=done.receipt
        ),
    ]
