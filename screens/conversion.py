"""Konvertering: reading an older system's cases, and which invoice in Visma each of their claims is."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import ClassVar, NamedTuple

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from data.documents import Candidate, Claim
from data.language import N_, _
from screens.base import ServiceFailed
from screens.conversion_rows import (
    CANDIDATE_COLUMNS,
    COLUMNS,
    about,
    candidate_line,
    candidate_row,
    claim_name,
    claim_row,
    comparison,
    file_line,
    finding_line,
    number_left,
    refused,
)
from screens.dialogs.choice_dialog import ChoiceDialog
from screens.dialogs.text_dialog import TextDialog
from screens.find import open_case
from screens.job_screen import JobScreen
from screens.receipts import ReceiptScreen
from screens.widgets.list_table import ListTable
from screens.widgets.plain import Plain
from screens.widgets.row_table import RowTable
from services.conversion.folder import FolderFile
from services.conversion.results import Counts, Matched, ReadFile, Unlinked
from services.errors import Refused
from services.progress import Progress
from services.registry import Services
from services.rules.counting import counted
from services.rules.money import format_amount

MOST = 1000


class State(NamedTuple):
    """How far the conversion is, and the first of the claims that lack an invoice."""

    counts: Counts
    claims: Sequence[Unlinked]


class ConversionScreen(JobScreen):
    """Claims without an invoice above, the invoices that the chosen one may be below."""

    TITLE = N_("Konvertering")
    SHOWS = frozenset({"conversions", "claim_links", "claims"})
    HELP = N_("""
Her tar du over saker fra et eldre system, én gang, og kobler fordringene deres til fakturaene i Visma. Etterpå virker \
innbetalinger, bokføringsforslag og Betalinger fra Visma på disse sakene også.

1. Legg filen fra det gamle systemet i mappen som L viser, og les den inn med L. Filen er enten helt inne eller ikke \
inne i det hele tatt. Har den feil, vises de med linje og felt.
2. S søker etter fakturaene i Visma: på fakturanummer, så KID, så kunde. Finnes det én, kobles den, og saksnummeret \
skrives tilbake. Blir søket avbrutt, fortsetter det der det slapp.
3. Listen viser fordringene som ikke er koblet. Enter velger blant dem som kan være fakturaen. F søker etter en annen \
faktura, med fakturanummer, KID eller kundenummer. U sier at fakturaen ikke finnes i Visma.

En innbetaling på en fordring som ikke er koblet, kan ikke bokføres før du har valgt.
""")
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("l", "read_file", "Fil", tooltip="Les fil fra det gamle systemet", id="conversion.read"),
        Binding("s", "match", "Søk", tooltip="Søk i Visma etter alle fakturaer", id="conversion.match"),
        Binding("enter", "choose", "Velg", tooltip="Velg faktura", id="conversion.choose"),
        Binding("f", "find", "Finn", tooltip="Finn en annen faktura", id="conversion.find"),
        Binding("u", "without", "Uten", tooltip="Uten faktura i Visma", id="conversion.without"),
        Binding("g", "go_to_case", "Sak", tooltip="Til saken", id="conversion.case"),
        Binding("f5", "reload", "Oppdater", show=False, id="common.reload"),
    ]
    WRITES = frozenset({"read_file", "match", "choose", "find", "without"})
    OF_A_CLAIM = frozenset({"choose", "find", "without", "go_to_case"})
    DEFAULT_CSS = """
    ConversionScreen #about { height: auto; padding: 0 2; color: $secondary; border-top: solid $panel; }
    ConversionScreen #candidates { height: auto; max-height: 8; }
    ConversionScreen #progress { display: none; padding: 0 2; }
    ConversionScreen.-working #progress { display: block; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._claims: dict[str, Unlinked] = {}
        self._table = ListTable(COLUMNS, empty=N_("Henter …"))
        self._about = Plain(id="about")
        self._candidates = ListTable(CANDIDATE_COLUMNS, empty=N_("Ingen funnet. F søker."), id="candidates")

    def content(self) -> ComposeResult:
        yield self._table
        yield self._about
        yield self._candidates
        yield self.progress_line

    def on_mount(self) -> None:
        self._table.focus()

    def load(self) -> None:
        self.run_service(_read_state(self.services), self._show)

    def on_service_failed(self, message: ServiceFailed) -> None:
        self._table.empty = _("Ikke hentet. F5 prøver igjen.")
        self._table.refresh()

    # --- showing ---

    def _show(self, state: State) -> None:
        counts = state.counts
        self._claims = {each.claim.id: each for each in state.claims}
        linked = counted(counts.linked, "fordring koblet", "fordringer koblet")
        self.show_title(_("Konvertering · {left}").format(left=number_left(counts)), linked if counts.linked else "")
        nothing = (
            _("Ingen saker er konvertert. L leser en fil.") if not counts.linked else _("Alle fordringer er koblet.")
        )
        self._table.empty = nothing
        self._table.set_rows([claim_row(each) for each in state.claims])
        self._show_chosen()

    @on(RowTable.RowHighlighted)
    def highlight(self, event: RowTable.RowHighlighted) -> None:
        if event.table is self._table:
            self._show_chosen()

    def _show_chosen(self) -> None:
        chosen = self._chosen
        self._about.display = self._candidates.display = chosen is not None
        if chosen is not None:
            self._about.show(about(chosen))
            self._candidates.set_rows([candidate_row(each) for each in chosen.link.candidates])
        self.refresh_bindings()

    @property
    def _chosen(self) -> Unlinked | None:
        return self._claims.get(self._table.cursor_key or "")

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action in self.OF_A_CLAIM and self._chosen is None:
            return False
        return super().check_action(action, parameters)

    # --- reading a file ---

    def action_read_file(self) -> None:
        self.run_service(self.services.conversion_folder.files(), self._offer_files, group="files")

    def _offer_files(self, files: Sequence[FolderFile]) -> None:
        folder = self.services.conversion_folder.folder
        if not files:
            self.show_error(
                Refused(
                    _("Ingen filer å lese. Legg filen i {folder}, og trykk L igjen.").format(folder=folder),
                    code="no_files",
                )
            )
            return
        choices = [(each.path.name, file_line(each)) for each in files]
        self.app.push_screen(
            ChoiceDialog(_("Lese saker fra fil"), choices, prompt=_("Filer i {folder}").format(folder=folder)),
            lambda name: self._confirm_file(next(each for each in files if each.path.name == name)) if name else None,
        )

    def _confirm_file(self, file: FolderFile) -> None:
        checked = file.checked
        if file.unreadable:
            self.show_error(Refused(file.unreadable, code="unreadable"))
        elif checked.status != "valid":
            self.show_error(refused(checked))
        else:
            effect = [
                _("{cases} med {claims}, hovedstol {principal}.").format(
                    cases=counted(checked.cases, "sak", "saker"),
                    claims=counted(checked.claims, "fordring", "fordringer"),
                    principal=format_amount(checked.principal),
                ),
                _("{payments}, som ikke skal bokføres.").format(
                    payments=counted(checked.payments, "innbetaling", "innbetalinger")
                ),
                *(finding_line(each) for each in checked.findings[:5]),
            ]
            self.confirm(_("Lese inn {name}?").format(name=checked.name), effect, lambda: self._read(checked))

    def _read(self, checked: ReadFile) -> None:
        self._start(_("Leser inn …"))
        work = _read_in(self.services, checked.name, self.tell_progress)
        self.run_write(work, self._show_read, action="read_file", failed=self._ended)

    def _show_read(self, read: ReadFile) -> None:
        self._ended()
        if read.status == "converted":
            self.app.push_screen(ReceiptScreen(read.receipt))
        else:
            self.show_error(refused(read))

    # --- looking in Visma ---

    def action_match(self) -> None:
        self._start(_("Spør Visma …"))
        work = self.services.conversion.match(self.services.actor, self.tell_progress)
        self.run_write(work, self._show_matched, action="match", failed=self._ended)

    def _start(self, text: str) -> None:
        self.progress_line.show(text)
        self.add_class("-working")

    def _ended(self) -> None:
        self.remove_class("-working")
        self.load()

    def _show_matched(self, found: Matched) -> None:
        self._ended()
        if found.receipt:
            self.app.push_screen(ReceiptScreen(found.receipt))
        else:
            self.good_news(_("Alle konverterte fordringer er koblet."))

    # --- one claim ---

    @on(RowTable.RowSelected)
    def select(self, event: RowTable.RowSelected) -> None:
        if event.table is self._candidates:
            self._confirm_choice(event.key)
        else:
            self.action_choose()

    def action_choose(self) -> None:
        chosen = self._chosen
        if chosen is None or self.writing:
            return
        candidates = chosen.link.candidates
        if not candidates:
            self.action_find()
        elif len(candidates) == 1:
            self._confirm_choice(candidates[0].visma_id)
        else:
            choices = [(each.visma_id, candidate_line(each)) for each in candidates]
            self.app.push_screen(
                ChoiceDialog(_("Faktura for {claim}").format(claim=claim_name(chosen.claim)), choices),
                lambda picked: self._confirm_choice(picked) if picked else None,
            )

    def _confirm_choice(self, visma_id: str) -> None:
        chosen = self._chosen
        candidate = next((e for e in chosen.link.candidates if e.visma_id == visma_id), None) if chosen else None
        if chosen is None or candidate is None or self.writing:
            return
        self.confirm(
            _("Koble {claim} til denne fakturaen?").format(claim=claim_name(chosen.claim)),
            comparison(chosen, candidate),
            lambda: self._change(chosen, visma_id),
        )

    def _change(self, chosen: Unlinked, visma_id: str) -> None:
        key = chosen.claim.id
        work = self.services.conversion.choose(key, visma_id, self.services.actor)
        again = partial(self._on_fresh, key, lambda fresh: self._change(fresh, visma_id))
        self.run_write(work, self._show_changed, action="choose", failed=self.load, seen=chosen.link, again=again)

    def _on_fresh(self, key: str, change: Callable[[Unlinked], None]) -> None:
        """Do a change once more, if the claim still lacks an invoice: what another has settled is shown, and stands."""
        if (fresh := self._claims.get(key)) is not None:
            change(fresh)

    def _show_changed(self, claim: Claim) -> None:
        linked = _("er koblet") if claim.visma_id else _("står uten faktura i Visma")
        self.good_news(_("Fordring {invoice} {linked}.").format(invoice=claim.invoice, linked=linked))
        self.load()

    def action_find(self) -> None:
        chosen = self._chosen
        if chosen is not None:
            prompt = _("Fakturanummer, KID eller kundenummer i Visma:")
            dialog = TextDialog(_("Finn faktura for {claim}").format(claim=claim_name(chosen.claim)), prompt)
            self.app.push_screen(dialog, lambda text: self._find(chosen, text) if text else None)

    def _find(self, chosen: Unlinked, text: str) -> None:
        work = self.services.conversion.find(chosen.claim.id, text, self.services.actor)
        again = partial(self._on_fresh, chosen.claim.id, lambda fresh: self._find(fresh, text))
        self.run_write(work, self._show_found, action="find", failed=self.load, seen=chosen.link, again=again)

    def _show_found(self, found: Sequence[Candidate]) -> None:
        self.good_news(
            _("{invoices} funnet.").format(invoices=counted(len(found), "faktura", "fakturaer"))
            if found
            else _("Ingen treff i Visma.")
        )
        self.load()

    def action_without(self) -> None:
        chosen = self._chosen
        if chosen is not None:
            prompt = _("{claim} blir stående uten faktura i Visma, og bokføres på kunde. Hvorfor?").format(
                claim=claim_name(chosen.claim)
            )
            dialog = TextDialog(_("Ingen faktura i Visma"), prompt)
            self.app.push_screen(dialog, lambda reason: self._leave_out(chosen, reason) if reason else None)

    def _leave_out(self, chosen: Unlinked, reason: str) -> None:
        work = self.services.conversion.without(chosen.claim.id, reason, self.services.actor)
        again = partial(self._on_fresh, chosen.claim.id, lambda fresh: self._leave_out(fresh, reason))
        self.run_write(work, self._show_changed, action="without", failed=self.load, seen=chosen.link, again=again)

    def action_go_to_case(self) -> None:
        if self._chosen is not None:
            open_case(self, self._chosen.case.id, "Fordringer")


async def _read_state(services: Services) -> State:
    return State(await services.conversion.counts(), await services.conversion.unlinked(MOST))


async def _read_in(services: Services, name: str, progress: Progress) -> ReadFile:
    return await services.conversion.read(services.conversion_folder.file(name), services.actor, progress)
