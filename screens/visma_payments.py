"""Betalinger fra Visma: fetch what has been entered in Visma's ledger since the last time."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from data.language import N_, _
from screens.job_screen import JobScreen
from screens.receipts import ReceiptScreen
from screens.unplaced import UnplacedScreen
from screens.widgets.speaking import Label
from screens.widgets.text_pane import TextPane
from services.rules.counting import counted
from services.rules.dates import format_instant
from services.visma_payments import LastFetch
from services.visma_receipt import FetchedPayments

ABOUT = N_(
    "Enter henter betalinger til kommunens ordinære konto, og rettelser, på saker som er i kk2. Det som er hentet før, "
    "og det som kommer fra våre egne bilag, føres ikke en gang til."
)


class VismaPaymentsScreen(JobScreen):
    """What the last fetch brought, and fetching anew."""

    TITLE = N_("Betalinger fra Visma")
    SHOWS = frozenset({"cursors", "payments"})
    HELP = N_("""
Her henter du betalinger som er kommet inn på kommunens ordinære konto og ført i Visma, og rettelser og \
kreditnotaer på fakturaer som er blitt saker. De føres på sakene, saldo blir ny, og saker under \
behandlingsterskelen avsluttes. De er bokført i Visma fra før, og kommer aldri med i Bokføringsforslag.

Bilag som kk2 selv har levert, kjennes igjen på referansen og føres ikke en gang til.

Noe må du se på. Det blir liggende under Uplasserte innbetalinger, med grunnen:
- 20-UTG. FAKTURA som negativ innbetaling er feilføring i Visma. Rett den i regnskapet; når rettelsen hentes \
(samme faktura, samme beløp), går den av listen. Blir den rettet med andre beløp, plasserer du den på saken: da går \
det opp.
- Saken er avsluttet. Plasser betalingen på saken likevel, eller på en annen.
- Betalingen er ført før saken ble overtatt, på en faktura som var delvis betalt da. Er den med i det saken begynte \
med, merker du den som ikke vår; ellers plasserer du den.
- Et kk2-bilag er tilbakeført i Visma, eller finnes ikke her. Avklar med regnskap.
- Fakturaen har saksnummeret i Visma, men er ikke på saken her. Avklar, og plasser betalingen.

Transaksjoner på fakturaer som ikke er saker, telles på kvitteringen og gjør ingenting.
""")
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter,h", "fetch", "Hent", id="visma.fetch"),
        Binding("k", "receipt", "Kvittering", id="visma.receipt"),
        Binding("u", "unplaced", "Uplasserte", id="visma.unplaced"),
        Binding("f5", "reload", "Oppdater", id="common.reload"),
    ]
    WRITES = frozenset({"fetch"})
    DEFAULT_CSS = """
    VismaPaymentsScreen #about { height: auto; padding: 1 2; }
    VismaPaymentsScreen #last { height: 1fr; max-height: 100%; }
    VismaPaymentsScreen #progress { display: none; padding: 0 2; }
    VismaPaymentsScreen.-working #progress { display: block; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._last: LastFetch | None = None
        self._told = TextPane(id="last")

    def content(self) -> ComposeResult:
        yield Label(ABOUT, id="about")
        yield self._told
        yield self.progress_line

    def load(self) -> None:
        self.run_service(self.services.visma_payments.last(), self._show)

    def _show(self, last: LastFetch) -> None:
        self._last = last
        when = _("sist hentet {time}").format(time=format_instant(last.time)) if last.time else _("ikke hentet ennå")
        self.show_title(f"{_(self.TITLE)} · {when}", _("Visma: {visma}").format(visma=self.services.visma))
        self._told.show(last_text(last))
        self.refresh_bindings()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "receipt" and not (self._last and self._last.receipt):
            return False
        if action == "unplaced" and not (self._last and self._last.waiting):
            return False
        return super().check_action(action, parameters)

    # --- fetching ---

    def action_fetch(self) -> None:
        """Ask, then fetch: it may be a long call, and what it enters on the cases cannot be taken back."""
        if not self.writing:
            self.confirm(_("Hente betalinger fra Visma?"), fetch_effect(self._last), self._fetch)

    def _fetch(self) -> None:
        self.progress_line.show(_("Spør Visma …"))
        self.add_class("-working")
        work = self.services.visma_payments.run(self.services.actor, self.tell_progress)
        self.run_write(work, self._show_fetched, action="fetch", failed=self._ended)

    def _ended(self) -> None:
        self.remove_class("-working")
        self.load()

    def _show_fetched(self, done: FetchedPayments) -> None:
        self._ended()
        self.app.push_screen(ReceiptScreen(done.receipt))

    def action_receipt(self) -> None:
        if self._last and self._last.receipt:
            self.app.push_screen(ReceiptScreen(self._last.receipt.id))

    def action_unplaced(self) -> None:
        self.app.push_screen(UnplacedScreen())


def fetch_effect(last: LastFetch | None) -> list[str]:
    """What a fetch will do; the first one reads all there is. `last` is None when it is not known yet."""
    effect = [_("Det føres på sakene, og saker som kommer under behandlingsterskelen, avsluttes.")]
    if last is None:
        return effect
    if last.time is None:
        return [_("Alt som er ført i Visma, leses. Det kan ta tid."), *effect]
    return [_("Det som er ført i Visma siden {time}, leses.").format(time=format_instant(last.time)), *effect]


def last_text(last: LastFetch) -> str:
    """The last receipt in short, and what waits."""
    lines = [_("Ingenting er hentet ennå.")]
    if last.receipt is not None:
        warnings = [f"! {warning}" for warning in last.receipt.warnings]
        lines = [_("Sist, av {actor}:").format(actor=last.receipt.actor), *last.receipt.summary, *warnings]
    if last.waiting:
        waiting = counted(last.waiting, "betaling fra Visma venter", "betalinger fra Visma venter")
        lines += ["", _("! {waiting} under Uplasserte innbetalinger. U går dit.").format(waiting=waiting)]
    return "\n".join(lines)
