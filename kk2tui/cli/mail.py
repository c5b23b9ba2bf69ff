"""`kk2 mail`: the e-mails with letters, and sending them."""

from collections.abc import Sequence

import click

from data.documents import Mail
from data.language import _
from kk2tui.cli import shapes
from kk2tui.cli.context import command
from kk2tui.cli.tables import table
from kk2tui.session import Session
from services.mail.outbox import STATE_NAMES, Answer
from services.registry import Services
from services.rules.dates import format_instant


@click.group()
def mail() -> None:
    """E-post med brev: send og vis."""


@mail.command()
@click.pass_obj
@command
def send(session: Session) -> None:
    """Send all e-post som venter. Kan alltid kjøres igjen, også fra cron."""
    sent = session.run(lambda services: services.mail.send(services.actor, at_once=True))
    session.answer(
        {"mails": [shapes.mail(each) for each in sent.mails], "sent": sent.sent, "stopped": sent.stopped},
        lambda: [
            *mail_lines(sent.mails),
            *([_("Sendingen stanset: {stopped}").format(stopped=sent.stopped)] if sent.stopped else []),
            _("{sent} av {count} e-poster sendt.").format(sent=sent.sent, count=len(sent.mails))
            if sent.mails
            else _("Ingen e-post venter."),
        ],
    )


@mail.command()
@click.option("--all", "everything", is_flag=True, help=_("Også e-post som er sendt."))
@click.pass_obj
@command
def status(session: Session, everything: bool) -> None:
    """Vis e-post som ikke er sendt, og hvorfor."""
    found = session.run(_all if everything else lambda services: services.mail.under_way())
    session.answer({"mails": [shapes.mail(each) for each in found]}, lambda: mail_lines(found))


@mail.command()
@click.argument("key", metavar="NR")
@click.argument("answer", type=click.Choice(["arrived", "resend"]))
@click.pass_obj
@command
def resolve(session: Session, key: str, answer: Answer) -> None:
    """Avgjør en e-post som ikke er sendt: den er kommet frem (arrived), eller skal sendes på nytt (resend)."""
    resolved = session.run(lambda services: services.mail.resolve(key, answer, services.actor))
    session.answer({"mails": [shapes.mail(resolved)]}, lambda: mail_lines([resolved]))


async def _all(services: Services) -> list[Mail]:
    found: list[Mail] = []
    while page := (await services.mail.newest(offset=len(found))).items:
        found += page
    return found


def mail_lines(mails: Sequence[Mail]) -> list[str]:
    """E-mails and their states as plain text."""
    rows = [
        (each.id, format_instant(each.created), _(STATE_NAMES[each.state]), each.to, each.subject, each.message)
        for each in mails
    ]
    return table((_("Nr."), _("Laget"), _("Status"), _("Til"), _("Emne"), _("Melding")), rows)
