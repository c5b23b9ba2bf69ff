"""`kk2 posting`: the posting proposal, and vouchers on their way into Visma."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

from data.documents import DeliveryState
from data.language import _
from kk2tui.cli import shapes
from kk2tui.cli.context import command
from kk2tui.cli.tables import table
from kk2tui.session import Session
from kk2tui.settings import read_settings
from services.delivery import STATE_NAMES, Sent, VoucherRow
from services.errors import InvalidInput, Refused
from services.post_proposal import post_proposal
from services.registry import Services
from services.rules.dates import format_date
from services.rules.money import format_amount
from services.rules.posting import KIND_NAMES, Proposal
from services.visma.port import VismaError

if TYPE_CHECKING:
    from services.voucher_export import Exported


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
            _(KIND_NAMES[voucher.kind]),
            str(len(voucher.payments)),
            format_amount(voucher.amount),
            "venter" if voucher.blocked else "klar",
        )
        for voucher in proposal.vouchers
    ]
    return [
        *(f"! {problem.message}" for problem in proposal.problems),
        *table((_("Kreditor"), _("Dato"), _("Bilag"), _("Innbet."), _("Beløp"), _("Status")), rows, right=(3, 4)),
        _("{payments} innbetalinger, {count} bilag, {total}").format(
            payments=proposal.payments, count=len(rows), total=format_amount(proposal.total)
        ),
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
    seen = await services.posting.proposal()
    sent = await post_proposal(services.posting, services.delivery, seen, services.actor)
    return sent, await services.posting.proposal()


def _sent_lines(sent: Sent, proposal: Proposal) -> list[str]:
    return [
        *(f"! {problem.message}" for problem in proposal.problems),
        *voucher_lines(sent.rows),
        *([_("Sendingen stanset: {stopped}").format(stopped=sent.stopped)] if sent.stopped else []),
        _("Finn bilagene på brukeren WS-infe i Visma.") if sent.rows else _("Ingen bilag å sende."),
    ]


def voucher_lines(rows: Sequence[VoucherRow]) -> list[str]:
    """Vouchers and their states as plain text."""
    cells = [
        (
            row.voucher.reference,
            format_date(row.voucher.date),
            _(KIND_NAMES[row.voucher.kind]),
            format_amount(row.voucher.amount),
            STATE_NAMES[row.delivery.state],
            " ".join(text for text in (row.delivery.visma_id, row.delivery.message) if text),
        )
        for row in rows
    ]
    return table((_("Referanse"), _("Dato"), _("Bilag"), _("Beløp"), _("Status"), _("Visma")), cells, right=(3,))


ALL_STATES: tuple[DeliveryState, ...] = tuple(STATE_NAMES)


@posting.command()
@click.pass_obj
@command
def status(session: Session) -> None:
    """Vis bilagene og hvor langt de er kommet. Visma spørres, om den svarer."""
    rows, silent = session.run(_status)
    session.answer(
        {"vouchers": shapes.vouchers(rows), "visma": silent or "ok"},
        lambda: [*voucher_lines(rows), *([_("Visma svarte ikke: {silent}").format(silent=silent)] if silent else [])],
    )


async def _status(services: Services) -> tuple[list[VoucherRow], str]:
    silent = ""
    await services.delivery.recover(services.actor)
    try:
        if (await services.delivery.ping()).takes_vouchers:
            await services.delivery.refresh(services.actor)
    except VismaError as error:
        silent = error.message
    return await services.delivery.rows(ALL_STATES), silent


@posting.command()
@click.argument("folder", metavar="MAPPE", type=click.Path(path_type=Path, file_okay=False))
@click.pass_obj
@command
def export(session: Session, folder: Path) -> None:
    """Bokfør forslaget som bilagsfiler i MAPPE, for Visma uten webtjeneste. Hvert bilag kommer i én fil."""
    if read_settings(session.home).visma.adapter == "soap":
        raise Refused(
            _(
                "kk2 er satt opp for webtjenesten; bilag som også skrives til fil, kan bli ført to ganger. "
                "Ingenting er skrevet. Bruk kk2 posting send."
            ),
            code="web_service_route",
        )
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InvalidInput(
            _("Mappen {folder} kan ikke lages: {strerror}. Ingenting er bokført.").format(
                folder=folder, strerror=error.strerror
            )
        ) from error
    done = session.run(lambda services: _export(services, folder.absolute()))
    shape = {
        "files": [
            {"name": file.name, "control_list": file.listing, "vouchers": file.vouchers, "amount": file.amount}
            for file in done.files
        ],
        "found": done.found,
        "unknown": done.unknown,
        "rejected": done.rejected,
        "stopped": done.stopped,
        "receipt": done.receipt,
    }
    session.answer(shape, lambda: _export_lines(done))
    if done.stopped:
        raise SystemExit(1)


async def _export(services: Services, folder: Path) -> "Exported":
    from services.voucher_export import VoucherExport  # and lxml, which only this command needs

    proposal = await services.posting.proposal()
    if proposal.ready:
        await services.posting.freeze(services.actor, proposal)
    return await VoucherExport(services.store, services.clock).export(services.actor, folder)


def _export_lines(done: "Exported") -> list[str]:
    rows = [(file.name, str(len(file.vouchers)), format_amount(file.amount), file.listing) for file in done.files]
    return [
        *table((_("Fil"), _("Bilag"), _("Beløp"), _("Kontrolliste")), rows, right=(1, 2)),
        *(
            _("! {reference}: utfallet er ikke kjent; avgjør det med kk2 posting resolve").format(reference=reference)
            for reference in done.unknown
        ),
        *(
            _("! {reference}: kan ikke skrives til fil; se kk2 posting status").format(reference=reference)
            for reference in done.rejected
        ),
        *([_("Skrivingen stanset: {stopped}").format(stopped=done.stopped)] if done.stopped else []),
        _("Kvittering {receipt}.").format(receipt=done.receipt) if done.receipt else _("Ingen bilag å skrive."),
    ]


@posting.command()
@click.argument("reference", metavar="REFERANSE")
@click.argument("answer", type=click.Choice(["found", "resend"]))
@click.pass_obj
@command
def resolve(session: Session, reference: str, answer: Literal["found", "resend"]) -> None:
    """Avgjør et bilag med ukjent utfall: det finnes i Visma (found), eller skal sendes på nytt (resend)."""
    row = session.run(lambda services: services.delivery.resolve(reference, answer, services.actor))
    session.answer({"vouchers": shapes.vouchers([row])}, lambda: voucher_lines([row]))
