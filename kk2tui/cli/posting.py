"""`kk2 posting`: the posting proposal, and vouchers on their way into Visma."""

from collections.abc import Sequence
from typing import Literal

import click

from data.documents import DeliveryState
from kk2tui.cli import shapes
from kk2tui.cli.context import Session, command
from kk2tui.cli.tables import table
from services.delivery import STATE_NAMES, Sent, VoucherRow
from services.registry import Services
from services.rules.dates import format_date
from services.rules.money import format_amount
from services.rules.posting import KIND_NAMES, Proposal
from services.visma.port import VismaError


@click.group()
def posting() -> None:
    """Bokføringsforslag og bilag på vei til Visma."""


@posting.command()
@click.pass_obj
@command
def show(session: Session) -> None:
    """Vis forslaget: bilag for hver dato, og hva som hindrer bokføring."""
    proposal = session.run(lambda services: services.posting.proposal())
    session.answer(shapes.proposal(proposal), lambda: proposal_lines(proposal))


def proposal_lines(proposal: Proposal) -> list[str]:
    """The proposal as plain text."""
    rows = [
        (
            voucher.creditor,
            format_date(voucher.date),
            KIND_NAMES[voucher.kind],
            str(len(voucher.payments)),
            format_amount(voucher.amount),
            "venter" if voucher.blocked else "klar",
        )
        for voucher in proposal.vouchers
    ]
    return [
        *(f"! {problem.message}" for problem in proposal.problems),
        *table(("Kreditor", "Dato", "Bilag", "Innbet.", "Beløp", "Status"), rows, right=(3, 4)),
        f"{proposal.payments} innbetalinger, {len(rows)} bilag, {format_amount(proposal.total)}",
    ]


@posting.command()
@click.pass_obj
@command
def send(session: Session) -> None:
    """Bokfør forslaget i Visma. Kan alltid kjøres igjen: hvert bilag kommer frem nøyaktig én gang."""
    sent, proposal = session.run(_send)
    shape = {
        "vouchers": shapes.vouchers(sent.rows),
        "problems": shapes.proposal(proposal)["problems"],
        "stopped": sent.stopped,
        "receipt": sent.receipt,
    }
    session.answer(shape, lambda: _sent_lines(sent, proposal))


async def _send(services: Services) -> tuple[Sent, Proposal]:
    """Visma is asked first: while it does not answer, nothing is frozen."""
    proposal = await services.posting.proposal()
    if proposal.ready:
        await services.delivery.ping()
        await services.posting.freeze(services.actor, proposal)
    sent = await services.delivery.send(services.actor)
    return sent, await services.posting.proposal()


def _sent_lines(sent: Sent, proposal: Proposal) -> list[str]:
    return [
        *(f"! {problem.message}" for problem in proposal.problems),
        *voucher_lines(sent.rows),
        *([f"Sendingen stanset: {sent.stopped}"] if sent.stopped else []),
        "Finn bilagene på brukeren WS-infe i Visma." if sent.rows else "Ingen bilag å sende.",
    ]


def voucher_lines(rows: Sequence[VoucherRow]) -> list[str]:
    """Vouchers and their states as plain text."""
    cells = [
        (
            row.voucher.reference,
            format_date(row.voucher.date),
            KIND_NAMES[row.voucher.kind],
            format_amount(row.voucher.amount),
            STATE_NAMES[row.delivery.state],
            row.delivery.visma_id or row.delivery.message,
        )
        for row in rows
    ]
    return table(("Referanse", "Dato", "Bilag", "Beløp", "Status", "Visma"), cells, right=(3,))


ALL_STATES: tuple[DeliveryState, ...] = tuple(STATE_NAMES)


@posting.command()
@click.pass_obj
@command
def status(session: Session) -> None:
    """Vis bilagene og hvor langt de er kommet. Visma spørres, om den svarer."""
    rows, silent = session.run(_status)
    session.answer(
        {"vouchers": shapes.vouchers(rows), "visma": silent or "ok"},
        lambda: [*voucher_lines(rows), *([f"Visma svarte ikke: {silent}"] if silent else [])],
    )


async def _status(services: Services) -> tuple[list[VoucherRow], str]:
    silent = ""
    await services.delivery.recover(services.actor)
    try:
        await services.delivery.refresh(services.actor)
    except VismaError as error:
        silent = error.message
    return await services.delivery.rows(ALL_STATES), silent


@posting.command()
@click.argument("reference", metavar="REFERANSE")
@click.argument("answer", type=click.Choice(["found", "resend"]))
@click.pass_obj
@command
def resolve(session: Session, reference: str, answer: Literal["found", "resend"]) -> None:
    """Avgjør et bilag med ukjent utfall: det finnes i Visma (found), eller skal sendes på nytt (resend)."""
    row = session.run(lambda services: services.delivery.resolve(reference, answer, services.actor))
    session.answer({"vouchers": shapes.vouchers([row])}, lambda: voucher_lines([row]))
