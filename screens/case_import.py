"""Import av nye saker: the dunning proposals that wait in Visma, and taking an approved one over as cases."""

from collections.abc import Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from data.language import N_, _
from screens.base import ServiceFailed
from screens.job_screen import JobScreen
from screens.receipts import ReceiptScreen
from screens.widgets.columns import Cell, Column, Look, Row
from screens.widgets.list_table import ListTable
from screens.widgets.row_table import RowTable
from screens.widgets.text_pane import TextPane
from services.case_import import CHECKS, ImportedCases, Left
from services.errors import Refused
from services.mail.errors import MailUnreachable
from services.mail.sending import MailSent, send_quietly
from services.news import News
from services.progress import Progress
from services.proposals import STATUS_NAMES, WaitingProposal
from services.registry import Services
from services.rules.counting import counted
from services.rules.money import format_amount

NONE_READY = N_("Ingen nye fakturaer på EWS")
COLUMNS = (
    Column("Kjøring", 7),
    Column("Reskontrotype", 13),
    Column("Status", 10),
    Column("Fakturaer", 9, right=True),
    Column("Nye", 6, right=True, from_width=100),
    Column("Beløp", 14, right=True),
    Column("Oppdragsgiver"),
    Column("Purrekode", 9, from_width=100),
)


class CaseImportScreen(JobScreen):
    """Proposals above, what the chosen one is and what hinders below."""

    TITLE = N_("Import av nye saker")
    SHOWS = frozenset({"runs", "claims"})
    HELP = N_("""
Her henter du saker som er klare for inkasso i Visma. Ta ett forslag om gangen.

I Visma: Økonomi > Innbetalingsrutiner > Innfordring. Lag nytt forslag, velg reskontrotype, og sett type og \
purrekode til EWS (eller PEWS/PWS). Kjør rapporten og se over den. Ta ut fakturaer som ikke skal med, under \
Faktura. Godkjenn forslaget; velg en hvilken som helst bilagskode uten begrensning, men ikke den som kk2 bruker.

Her: velg forslaget med status Godkjent og trykk Enter. Fakturaer til samme skyldner blir én sak, og du blir \
saksbehandler. Saksnumrene skrives tilbake til Visma som eksternt saksnummer. Det som ikke ble skrevet tilbake, \
prøves igjen ved neste import, eller med T.

Hver sak får et inkassovarsel (PDF). Det ligger på saken under Dokumenter, og sendes deg på e-post. E-post som ikke er \
kommet av sted, står i Utboks.

Kommer sakene ikke over?
- Ingen nye fakturaer på EWS: se om det ligger fakturaer i forslaget, om det er godkjent, og om oppdragsgiveren har \
riktig purrekode, i den rekkefølgen.
- Status Distribuer: feil knapp ble brukt ved godkjenning. Bare Vismas brukerstøtte kan rette det; lag et nytt forslag.
- Sier teksten på kravet ingenting (tilfeldig fakturering), be den som fakturerer, skrive hva det gjelder.
""")
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter,h", "take_over", "Hent saker", id="import.take_over"),
        Binding("t", "write_back", "Skriv tilbake", id="import.write_back"),
        Binding("v", "make_letters", "Lag varsler", id="import.letters"),
        Binding("f5", "reload", "Oppdater", id="common.reload"),
    ]
    WRITES = frozenset({"take_over", "write_back", "make_letters"})
    DEFAULT_CSS = """
    CaseImportScreen #progress { display: none; padding: 0 2; }
    CaseImportScreen.-working #progress { display: block; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._proposals: list[WaitingProposal] = []
        self._left = Left()
        self._asked = False
        self._table = ListTable(COLUMNS, empty=N_("Spør Visma …"))
        self._note = TextPane(id="note")

    def content(self) -> ComposeResult:
        yield self._table
        yield self._note
        yield self.progress_line

    def load(self) -> None:
        self.run_service(self.services.case_import.left(), self._show_left, group="left")
        self.run_service(self.services.case_import.waiting(), self._show)

    def follow(self, news: News) -> None:
        """Ask Visma anew only when somebody has taken a proposal over."""
        if "runs" in news.tables:
            self.load()
        else:
            self.run_service(self.services.case_import.left(), self._show_left, group="left")

    def on_service_failed(self, message: ServiceFailed) -> None:
        self._table.empty = _("Ikke hentet fra Visma. F5 prøver igjen.")
        self._table.refresh()

    # --- showing ---

    def _show_left(self, left: Left) -> None:
        self._left = left
        self._show_chosen()
        self.refresh_bindings()

    def _show(self, proposals: Sequence[WaitingProposal]) -> None:
        was = self._table.cursor_key
        self._proposals = list(proposals)
        self._asked = True
        self._table.empty = _("Ingen forslag venter i Visma.")
        self._table.set_rows([_row(proposal) for proposal in proposals])
        ready = next((_key(proposal) for proposal in proposals if proposal.ready), None)
        if ready and was not in [_key(proposal) for proposal in proposals]:
            self._table.go_to(ready)
        self._show_chosen()

    @on(RowTable.RowHighlighted)
    def _show_chosen(self) -> None:
        ready = [proposal for proposal in self._proposals if proposal.ready]
        new = sum(proposal.new for proposal in ready)
        proposals = counted(len(ready), "forslag klart", "forslag klare")
        heading = f"{proposals}, {counted(new, 'ny faktura', 'nye fakturaer')}"
        title = [_("Import av nye saker"), *([heading if ready else _(NONE_READY)] if self._asked else [])]
        self.show_title(" · ".join(title), _("Visma: {visma}").format(visma=self.services.visma))
        self._note.show("\n".join(self._notes(bool(ready))))

    def _notes(self, ready: bool) -> list[str]:
        notes = [proposal_note(chosen)] if (chosen := self._chosen) else []
        if self._asked and not ready:
            notes += [
                _(NONE_READY) + _(". Se etter:"),
                *(f"  {place} {_(check)}" for place, check in enumerate(CHECKS, 1)),
            ]
        if self._left.numbers:
            waits = counted(self._left.numbers, "saksnummer", "saksnummer")
            notes.append(_("! {waits} er ikke skrevet tilbake til Visma ennå. T prøver igjen.").format(waits=waits))
        notes += [
            _("! Importen av kjøring {number} ble avbrutt. H gjør den ferdig.").format(number=run.number)
            for run in self._left.runs
        ]
        for run in self._left.without_letters:
            notes.append(
                _("! Inkassovarslene for kjøring {number} er ikke laget. V prøver igjen.").format(number=run.number)
            )
        return notes

    @property
    def _chosen(self) -> WaitingProposal | None:
        key = self._table.cursor_key
        return next((proposal for proposal in self._proposals if _key(proposal) == key), None)

    # --- taking over ---

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "write_back" and not self._left.numbers:
            return False
        if action == "make_letters" and not self._left.without_letters:
            return False
        return super().check_action(action, parameters)

    @on(RowTable.RowSelected)
    def select(self, event: RowTable.RowSelected) -> None:
        self.action_take_over()

    def action_take_over(self) -> None:
        """Ask, then take the chosen proposal over, or end an import that broke off. What is not ready only says why."""
        chosen = self._chosen
        if self.writing:
            return
        if chosen is not None and chosen.ready:
            self.confirm(
                _("Hente kjøring {run} fra Visma?").format(run=chosen.run),
                _effect(chosen),
                lambda: self._take_over(chosen.run),
            )
        elif self._left.runs:
            number = int(self._left.runs[0].number)
            effect = [_("Sakene er hentet. Det som mangler, er å skrive saksnumrene tilbake og lage kvitteringen.")]
            self.confirm(
                _("Gjøre ferdig importen av kjøring {number}?").format(number=number),
                effect,
                lambda: self._take_over(number),
            )
        elif chosen is not None:
            self.show_error(
                Refused(
                    _("{note} Ingenting er hentet.").format(note=proposal_note(chosen)),
                    code="not_ready",
                )
            )

    def _take_over(self, run: int) -> None:
        self._start(_("Henter fakturaer …"))
        work = _take_over(self.services, run, self.tell_progress)
        self.run_write(work, self._show_taken, action="take_over", failed=self._ended)

    def action_make_letters(self) -> None:
        """Make the letters that could not be made with their run, and send the e-mail."""
        self._start(_("Lager inkassovarsler …"))
        work = _make_letters(self.services, self.tell_progress)
        self.run_write(work, self._show_mailed, action="make_letters", failed=self._ended)

    def action_write_back(self) -> None:
        self._start(_("Skriver saksnummer tilbake …"))
        work = self.services.case_import.write_back(self.services.actor, self.tell_progress)
        self.run_write(work, self._show_written, action="write_back", failed=self._ended)

    def _start(self, text: str) -> None:
        self.progress_line.show(text)
        self.add_class("-working")

    def _ended(self) -> None:
        self.remove_class("-working")
        self.load()

    def _show_taken(self, done: tuple[ImportedCases, MailSent]) -> None:
        taken, mailed = done
        self._ended()
        self.app.push_screen(ReceiptScreen(taken.receipt))
        if mailed.stopped:
            self.show_error(MailUnreachable(mailed.stopped))

    def _show_mailed(self, mailed: MailSent) -> None:
        self._ended()
        if mailed.stopped:
            self.show_error(MailUnreachable(mailed.stopped))
        else:
            self.good_news(_("Inkassovarslene er laget."))

    def _show_written(self, written: int) -> None:
        self._ended()
        self.good_news(
            _("{numbers} skrevet tilbake til Visma.").format(numbers=counted(written, "saksnummer", "saksnummer"))
        )


async def _take_over(services: Services, run: int, progress: Progress) -> tuple[ImportedCases, MailSent]:
    """Both in one go, so that leaving the screen between them leaves nothing behind."""
    taken = await services.case_import.run(services.actor, run, progress)
    return taken, await send_quietly(services.mail, services.actor, progress)


async def _make_letters(services: Services, progress: Progress) -> MailSent:
    try:
        await services.case_import.make_late_letters(services.actor)
    except Refused:  # some are held back: the others are made, and go
        await send_quietly(services.mail, services.actor, progress)
        raise
    return await send_quietly(services.mail, services.actor, progress)


def _effect(chosen: WaitingProposal) -> list[str]:
    invoices = counted(chosen.new, "faktura", "fakturaer")
    return [
        _("{invoices}, sum {amount}, reskontrotype {ledger_type}.").format(
            invoices=invoices, amount=format_amount(chosen.amount), ledger_type=chosen.ledger_type
        ),
        _("Fakturaer til samme skyldner blir én sak. Du blir saksbehandler."),
        _("Saksnumrene skrives tilbake til Visma, og du får inkassovarslene på e-post."),
    ]


def _key(proposal: WaitingProposal) -> str:
    return f"{proposal.company}/{proposal.run}"


def _row(proposal: WaitingProposal) -> Row:
    look = Look.NORMAL if proposal.ready else Look.QUIET
    status = Cell(_(STATUS_NAMES[proposal.status]), Look.BAD if proposal.status == "distributed" else look)
    # Visma gives the invoices of approved proposals only: nothing is known of the others' numbers and sums.
    counts = (str(proposal.invoices), str(proposal.new), format_amount(proposal.amount))
    return Row(
        _key(proposal),
        (
            str(proposal.run),
            proposal.ledger_type,
            status,
            *(counts if proposal.status == "approved" else ("", "", "")),
            proposal.creditors,
            proposal.dunning_code,
        ),
        look=Look.BAD if proposal.status == "distributed" else look,
    )


def proposal_note(proposal: WaitingProposal) -> str:
    """Where the proposal stands, and what to do."""
    run = _("Kjøring {run}").format(run=proposal.run)
    if proposal.status == "distributed":
        return f"{run}: {proposal.note}"
    if proposal.status != "approved":
        return _("{run} er ikke godkjent. Godkjenn forslaget i Visma, og trykk F5 her.").format(run=run)
    known = proposal.invoices - proposal.new - proposal.held_back
    parts = [
        _("{run} er godkjent og klar: Enter henter {invoices}.").format(
            run=run, invoices=counted(proposal.new, "faktura", "fakturaer")
        )
        if proposal.new
        else _("{run} har ingen fakturaer å hente.").format(run=run),
        _("{invoices} er alt overtatt.").format(invoices=counted(known, "faktura", "fakturaer")) if known else "",
        proposal.note,
    ]
    return " ".join(part for part in parts if part)
