"""Bokføringsforslag: what waits for posting, what must be mended first, and the vouchers on their way to Visma."""

import asyncio
from collections.abc import Coroutine, Sequence
from typing import Any, ClassVar, NamedTuple

from rich.cells import cell_len
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.timer import Timer

from data.documents import DeliveryState
from data.language import N_, _
from screens import posting_rows
from screens.find import open_case
from screens.job_screen import JobScreen
from screens.receipts import ReceiptScreen
from screens.voucher_answer import ask_what_became
from screens.widgets.columns import Row
from screens.widgets.list_table import ListTable
from screens.widgets.row_table import RowTable
from services.delivery import Sent
from services.errors import Refused
from services.outbox import UNDER_WAY, VoucherRow
from services.post_proposal import post_proposal
from services.registry import Services
from services.rules.counting import counted
from services.rules.money import format_amount
from services.rules.posting import Proposal

POLL = 0.3  # seconds between looks at how far the vouchers have come, while they are sent
WIDE = 100
NOTHING = N_("Ingen innbetalinger venter på bokføring.")


class Seen(NamedTuple):
    """What the screen shows, read together."""

    proposal: Proposal
    rows: Sequence[Row]
    under_way: list[VoucherRow]


NONE_SEEN = Seen(Proposal(vouchers=(), problems=(), payments=0, total=0), (), [])


class PostingScreen(JobScreen):
    """Problems on top, the proposal in the middle, vouchers under way below."""

    TITLE = N_("Bokføringsforslag")
    SHOWS = frozenset({"payments", "cases", "claims", "creditors", "interest_rates", "vouchers", "deliveries"})
    comes_back = True
    HELP = N_("""
Forslaget lages på nytt hver gang du åpner det, av alle innbetalinger som ikke er bokført. For hver dato blir \
det ett bilag for reskontro, ett for renter og ett for gebyr.

1. Rett det som står øverst, hvis noe mangler. Enter åpner saken på feltet.
2. Se over bilagene. Enter eller pil til høyre viser linjene. Skal en innbetaling flyttes eller tas ut, går du \
til saken med G og gjør det der; forslaget er nytt når du kommer tilbake.
3. F4 bokfører forslaget i Visma. Du får se antall og sum, og må svare ja.
4. Finn bilagene i Visma på brukeren WS-infe og registrer dem.

Nederst står bilag som er på vei. R sender det som er klart, og spør Visma om bilag med ukjent utfall. Et bilag \
sendes aldri to ganger av seg selv: der Visma ikke kan svare, avgjør du det med A.
F5 henter også status i Visma for bilag som er levert.

Stopper det?
- Finner ikke reskontrotype: saken mangler Avdeling, eller avdelingen har ingen reskontro. Sett riktig Avdeling under \
Generelt, lagre, og bokfør igjen. Bilag som ikke deler en innbetaling med saken, kan sendes imens.
- Rentesats mangler: en administrator legger inn satsen i Lovverk, og innbetalingene går videre av seg selv.
- Avvist av Visma: rett det Visma sier er galt. Innbetalingene kommer tilbake i forslaget.
""")
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f4", "post", "Bokfør forslag i Visma", id="posting.post"),
        Binding("r", "send", "Send igjen", id="posting.send"),
        Binding("a", "resolve", "Avgjør", id="posting.resolve"),
        Binding("enter", "open", "Åpne", id="posting.open"),
        Binding("g", "go_to_case", "Til saken", id="posting.case"),
        Binding("f5", "reload", "Oppdater", id="common.reload"),
    ]
    WRITES = frozenset({"post", "send", "resolve"})
    DEFAULT_CSS = """
    PostingScreen #problems { height: auto; max-height: 5; border-bottom: solid $panel; }
    PostingScreen #under-way { height: auto; max-height: 40%; border-top: solid $panel; }
    PostingScreen #progress { display: none; padding: 0 2; }
    PostingScreen.-sending #progress { display: block; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._seen = NONE_SEEN
        self._problems = ListTable(posting_rows.PROBLEM_COLUMNS, id="problems")
        self._vouchers = ListTable(
            posting_rows.voucher_columns(NONE_SEEN.proposal), empty=N_("Henter …"), id="vouchers"
        )
        self._under_way = ListTable(posting_rows.UNDER_WAY_COLUMNS, id="under-way")
        self._poll: Timer | None = None

    def content(self) -> ComposeResult:
        self._problems.display = self._under_way.display = False
        yield self._problems
        yield self._vouchers
        yield self._under_way
        yield self.progress_line

    def on_mount(self) -> None:
        self._vouchers.focus()

    def load(self) -> None:
        self.run_service(_read(self.services), self._show)

    def action_reload(self) -> None:
        """Also ask Visma how far the delivered vouchers have come."""
        if any(row.delivery.state in ("delivered", "registered") for row in self._seen.under_way):
            self.run_write(
                self.services.delivery.refresh(self.services.actor),
                lambda _rows: self.load(),
                action="reload",
                failed=self.load,
            )
        else:
            self.load()

    # --- showing ---

    def _show(self, seen: Seen) -> None:
        first_problems = bool(seen.proposal.problems) and not self._seen.proposal.problems
        self._seen = seen
        self._problems.set_rows(posting_rows.problem_rows(seen.proposal.problems))
        self._problems.display = bool(seen.proposal.problems)
        self._vouchers.empty = _(NOTHING)
        self._vouchers.set_columns(posting_rows.voucher_columns(seen.proposal))
        self._vouchers.set_rows(seen.rows)
        self._vouchers.summary = posting_rows.total_row(seen.proposal) if seen.proposal.vouchers else None
        self._show_under_way(seen.under_way)
        self._show_heading()
        if first_problems:
            self._problems.focus()
        elif self.focused is None or not self.focused.display:
            self._vouchers.focus()

    def _show_under_way(self, rows: Sequence[VoucherRow]) -> None:
        self._seen = self._seen._replace(under_way=list(rows))
        self._under_way.set_rows(posting_rows.under_way_rows(rows))
        self._under_way.display = bool(rows)
        self.refresh_bindings()

    def on_resize(self) -> None:
        self._show_heading()

    def _show_heading(self) -> None:
        proposal = self._seen.proposal
        parts = (
            _("Bokføringsforslag"),
            counted(proposal.payments, "innbetaling", "innbetalinger"),
            counted(len(proposal.vouchers), "bilag", "bilag"),
            format_amount(proposal.total),
        )
        codes = ", ".join(sorted({voucher.voucher_type for voucher in proposal.vouchers}))
        width = self.app.size.width
        wide = width >= WIDE
        shown = parts if cell_len(" · ".join(parts)) < width - 1 else (parts[0], parts[-1])
        self.show_title(
            " · ".join(shown), _("Bilagskode {codes} → Visma").format(codes=codes) if codes and wide else ""
        )

    # --- moving about ---

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "send" and not any(row.delivery.state in ("ready", "unknown") for row in self._seen.under_way):
            return False
        if action == "resolve" and not any(posting_rows.needs_person(row.delivery) for row in self._seen.under_way):
            return False
        return super().check_action(action, parameters)

    @on(RowTable.RowSelected)
    def select(self, event: RowTable.RowSelected) -> None:
        self.action_open()

    def action_open(self) -> None:
        """A problem: the field that mends it. A voucher: its lines. A line: its case."""
        if self.focused is self._problems:
            self._open_problem()
        elif self.focused is self._under_way:
            self.action_resolve()
        elif (row := self._vouchers.cursor_row) is not None and row.opened is not None:
            self._vouchers.toggle_group()
        else:
            self.action_go_to_case()

    def _open_problem(self) -> None:
        code, _, case = (self._problems.cursor_key or "").partition(" ")
        if code == "no_ledger_type":
            open_case(self, case, tab="Generelt", field="avdeling")
        elif case:
            open_case(self, case, tab="Avdrag")

    def action_go_to_case(self) -> None:
        if self.focused is self._problems:
            self._open_problem()
            return
        key = self._vouchers.cursor_key
        line = posting_rows.line_at(self._seen.proposal, key) if key else None
        if line is not None and line.case:
            open_case(self, line.case)

    def about_cursor(self) -> Sequence[str]:
        key = self._vouchers.cursor_key if self.focused is self._vouchers else None
        return posting_rows.about_row(self._seen.proposal, key) if key else ()

    # --- posting ---

    def action_post(self) -> None:
        proposal = self._seen.proposal
        if not proposal.ready:
            self.show_error(_nothing_ready(proposal))
            return
        total = format_amount(sum(voucher.amount for voucher in proposal.ready))
        effect = [posting_rows.held_back_text(proposal), _also_sent(self._in_state("ready"))]
        self.confirm(
            _("Bokføre {count} bilag, sum {total}, i Visma?").format(count=len(proposal.ready), total=total),
            [text for text in effect if text] or [_("Alt som venter, blir bokført.")],
            lambda: self._send(self._post(proposal), "post"),
        )

    def _post(self, seen: Proposal) -> Coroutine[Any, Any, Sent]:
        services = self.services
        return post_proposal(services.posting, services.delivery, seen, services.actor, self.tell_progress)

    def action_send(self) -> None:
        ready, unknown = self._in_state("ready"), self._in_state("unknown")
        total = format_amount(sum(row.voucher.amount for row in ready))
        asked = (
            _("Visma blir først spurt om {count} bilag med ukjent utfall.").format(count=len(unknown))
            if unknown
            else ""
        )
        self.confirm(
            _("Sende {count} bilag, sum {total}, til Visma?").format(count=len(ready), total=total)
            if ready
            else _("Spørre Visma om bilag uten svar?"),
            [asked] if asked else [],
            lambda: self._send(self.services.delivery.send(self.services.actor, self.tell_progress), "send"),
        )

    def _in_state(self, state: DeliveryState) -> list[VoucherRow]:
        return [row for row in self._seen.under_way if row.delivery.state == state]

    def _send(self, work: Coroutine[Any, Any, Sent], action: str) -> None:
        """Send, and look at the vouchers' states now and then while it lasts."""
        self.progress_line.show(_("Sender …"))
        self.add_class("-sending")
        self._poll = self.set_interval(POLL, self._look_at_states)
        self.run_write(work, self._show_sent, action=action, failed=self._ended)

    def _look_at_states(self) -> None:
        self.run_service(_under_way(self.services), self._show_under_way, group="states")

    def _ended(self) -> None:
        if self._poll is not None:
            self._poll.stop()
        self.remove_class("-sending")
        self.load()

    def _show_sent(self, sent: Sent) -> None:
        self._ended()
        if sent.receipt:
            self.app.push_screen(ReceiptScreen(sent.receipt))

    # --- deciding ---

    def action_resolve(self) -> None:
        """Let the handler say what became of the voucher under the cursor, else of the first that needs it."""
        undecided = [row for row in self._seen.under_way if posting_rows.needs_person(row.delivery)]
        chosen = next((row for row in undecided if row.voucher.reference == self._under_way.cursor_key), None)
        if chosen is None and self.focused is not self._under_way and undecided:
            chosen = undecided[0]
        if chosen is None:
            return
        reference, resolve = chosen.voucher.reference, self.services.delivery.resolve
        ask_what_became(
            self,
            chosen,
            lambda answer: self._write_answer(resolve(reference, answer, self.services.actor)),
        )

    def _write_answer(self, work: Coroutine[Any, Any, VoucherRow]) -> None:
        self.run_write(work, lambda _row: self.load(), action="resolve", failed=self.load)


async def _read(services: Services) -> Seen:
    proposal = await services.posting.proposal()
    numbers = {line.case for voucher in proposal.vouchers for line in voucher.lines if line.case}
    names = await services.cases.debtors(numbers)
    rows = await asyncio.to_thread(posting_rows.voucher_rows, proposal, names)  # a day may have 100 000 lines
    return Seen(proposal, rows, await _under_way(services))


async def _under_way(services: Services) -> list[VoucherRow]:
    rows = await services.delivery.rows((*UNDER_WAY, "rejected", "deleted"))
    return [row for row in rows if row.delivery.state in UNDER_WAY or row.delivery.needs_decision]


def _nothing_ready(proposal: Proposal) -> Refused:
    if not proposal.vouchers:
        return Refused(_("{nothing} Ingenting er sendt.").format(nothing=_(NOTHING)), code="nothing_to_post")
    return Refused(
        _("{held} Ingen bilag er klare. Ingenting er sendt. Rett det som står øverst, og prøv igjen.").format(
            held=posting_rows.held_back_text(proposal)
        ),
        code="nothing_ready",
    )


def _also_sent(ready: Sequence[VoucherRow]) -> str:
    if not ready:
        return ""
    total = format_amount(sum(row.voucher.amount for row in ready))
    return _("{count} bilag som ligger klare fra før, sum {total}, sendes også.").format(count=len(ready), total=total)
