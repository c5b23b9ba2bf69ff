"""Utboks: what is on its way out and has not arrived: e-mails to handlers, vouchers to Visma."""

from collections.abc import Coroutine, Sequence
from typing import Any, ClassVar, NamedTuple, cast

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from data.documents import Mail
from data.language import N_, _
from screens import posting_rows
from screens.dialogs.choice_dialog import ChoiceDialog
from screens.job_screen import JobScreen, counted
from screens.receipts import ReceiptScreen
from screens.voucher_answer import ask_what_became
from screens.widgets.columns import Cell, Column, Look, Row
from screens.widgets.pane import Pane
from screens.widgets.row_table import RowTable
from screens.widgets.text_pane import TextPane
from services.delivery import Sent
from services.mail.errors import MailUnreachable
from services.mail.outbox import STATE_NAMES, Answer
from services.mail.sending import MailSent
from services.outbox import VoucherRow
from services.registry import Services
from services.rules.dates import format_instant

MAIL_COLUMNS = (
    Column("E-post", 9),
    Column("Laget", 16, from_width=100),
    Column("Til", 28, from_width=100),
    Column("Emne"),
    Column("Tilstand", 14),
)
NEEDS_PERSON = ("unknown", "rejected")


class OnTheWay(NamedTuple):
    """What the screen shows, read together."""

    mails: list[Mail]
    vouchers: list[VoucherRow]


class OutboxScreen(JobScreen):
    """E-mails above, vouchers below, the whole story of the chosen one at the bottom."""

    TITLE = N_("Utboks")
    SHOWS = frozenset({"mails", "vouchers", "deliveries"})
    HELP = N_("""
Utboks viser det som er på vei ut og ikke er kommet frem: e-post med inkassovarsler til saksbehandlere, og bilag til \
Visma. Det som er sendt, står ikke her. Tab flytter mellom de to listene.

R sender det som venter i listen du står i. Ingenting sendes to ganger av seg selv: der svaret ble borte, ser du etter \
selv (e-post i innboksen, bilag på brukeren WS-infe i Visma), og avgjør med A.

En e-post som er avvist, sendes på nytt med A når årsaken er rettet. Den går da til adressen saksbehandleren har nå.
""")
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("r", "send", "Send igjen", id="outbox.send"),
        Binding("a", "resolve", "Avgjør", id="outbox.resolve"),
        Binding("f5", "reload", "Oppdater", id="common.reload"),
    ]
    WRITES = frozenset({"send", "resolve"})
    DEFAULT_CSS = """
    OutboxScreen #mails { height: 1fr; }
    OutboxScreen #vouchers { height: auto; max-height: 40%; border-top: solid $panel; }
    OutboxScreen #progress { display: none; padding: 0 2; }
    OutboxScreen.-sending #progress { display: block; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._seen = OnTheWay([], [])
        self._mails = Pane(MAIL_COLUMNS, empty=_("Henter …"), id="mails")
        self._vouchers = Pane(posting_rows.UNDER_WAY_COLUMNS, id="vouchers")
        self._note = TextPane(id="note")

    def content(self) -> ComposeResult:
        self._vouchers.display = False
        yield self._mails
        yield self._vouchers
        yield self._note
        yield self.progress_line

    def on_mount(self) -> None:
        self._mails.focus()

    def load(self) -> None:
        self.run_service(on_the_way(self.services), self._show)

    # --- showing ---

    def _show(self, seen: OnTheWay) -> None:
        self._seen = seen
        self._mails.empty = _("Ingen e-post venter.")
        self._mails.set_rows([mail_row(mail) for mail in seen.mails])
        self._vouchers.set_rows(posting_rows.under_way_rows(seen.vouchers))
        self._vouchers.display = bool(seen.vouchers)
        if not seen.mails and seen.vouchers:
            self._vouchers.focus()
        elif self.focused is None or not self.focused.display:
            self._mails.focus()
        mails, vouchers = counted(len(seen.mails), "e-post", "e-poster"), counted(len(seen.vouchers), "bilag", "bilag")
        self.show_title(_("Utboks · {mails} · {vouchers}").format(mails=mails, vouchers=vouchers))
        self._show_chosen()

    @on(RowTable.RowHighlighted)
    def _show_chosen(self) -> None:
        notes = self._notes()
        self._note.show("\n".join(notes))
        self._note.display = bool(notes)
        self.refresh_bindings()

    def on_descendant_focus(self) -> None:
        self._show_chosen()

    def _notes(self) -> list[str]:
        if (mail := self._mail) is not None:
            return mail_notes(mail)
        row = self._voucher
        return (
            [
                _("Bilag {reference}: {state}").format(
                    reference=row.voucher.reference, state=posting_rows.state_text(row.delivery)
                )
            ]
            if row
            else []
        )

    @property
    def _in_vouchers(self) -> bool:
        return self.focused is self._vouchers

    @property
    def _mail(self) -> Mail | None:
        key = None if self._in_vouchers else self._mails.cursor_key
        return next((mail for mail in self._seen.mails if mail.id == key), None)

    @property
    def _voucher(self) -> VoucherRow | None:
        key = self._vouchers.cursor_key if self._in_vouchers else None
        return next((row for row in self._seen.vouchers if row.voucher.reference == key), None)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "send" and not self._can_send():
            return False
        if action == "resolve" and not self._can_resolve():
            return False
        return super().check_action(action, parameters)

    def _can_send(self) -> bool:
        if self._in_vouchers:
            return any(row.delivery.state in ("ready", "unknown") for row in self._seen.vouchers)
        return any(mail.state in ("queued", "sending") for mail in self._seen.mails)

    def _can_resolve(self) -> bool:
        row, mail = self._voucher, self._mail
        if row is not None:
            return posting_rows.needs_person(row.delivery)
        return mail is not None and mail.state in NEEDS_PERSON

    # --- sending ---

    def action_send(self) -> None:
        services = self.services
        self.progress_line.show(_("Sender …"))
        self.add_class("-sending")
        if self._in_vouchers:
            sending = services.delivery.send(services.actor, self.tell_progress)
            self.run_write(sending, self._vouchers_sent, action="send", failed=self._ended)
        else:
            mailing = services.mail.send(services.actor, at_once=True, progress=self.tell_progress)
            self.run_write(mailing, self._mails_sent, action="send", failed=self._ended)

    def _ended(self) -> None:
        self.remove_class("-sending")
        self.load()

    def _vouchers_sent(self, sent: Sent) -> None:
        self._ended()
        if sent.receipt:
            self.app.push_screen(ReceiptScreen(sent.receipt))

    def _mails_sent(self, sent: MailSent) -> None:
        self._ended()
        if sent.stopped:
            self.show_error(MailUnreachable(sent.stopped))
        else:
            self.good_news(_("{mails} sendt.").format(mails=counted(sent.sent, "e-post", "e-poster")))

    # --- deciding ---

    @on(RowTable.RowSelected)
    def select(self) -> None:
        if self._can_resolve():
            self.action_resolve()

    def action_resolve(self) -> None:
        row, mail = self._voucher, self._mail
        if row is not None:
            reference, resolve = row.voucher.reference, self.services.delivery.resolve
            ask_what_became(
                self,
                row,
                lambda answer: self._resolve(resolve(reference, answer, self.services.actor)),
            )
        elif mail is not None:
            about = f"{_(STATE_NAMES[mail.state])}. {mail.message}"
            self.app.push_screen(
                ChoiceDialog(
                    _("Hva skal gjøres med e-post {id}?").format(id=mail.id), mail_answers(mail), prompt=about
                ),
                lambda answer: self._confirm_mail(mail, cast(Answer, answer)) if answer else None,
            )

    def _confirm_mail(self, mail: Mail, answer: Answer) -> None:
        if answer == "arrived":
            question, effect = _("Er e-post {id} kommet frem?").format(id=mail.id), _("Den regnes som sendt.")
        else:
            question = _("Sende e-post {id} på nytt?").format(id=mail.id)
            effect = _("Er den likevel kommet frem, får du den to ganger, med samme Message-ID.")
        work = self.services.mail.resolve
        self.confirm(question, [effect], lambda: self._resolve(work(mail.id, answer, self.services.actor)))

    def _resolve(self, work: Coroutine[Any, Any, object]) -> None:
        self.run_write(work, lambda _done: self.load(), action="resolve", failed=self.load)


async def on_the_way(services: Services) -> OnTheWay:
    """What has not arrived; of the vouchers also those that Visma has said no to, when a person must decide."""
    rows = await services.delivery.rows(("ready", "sending", "unknown", "rejected", "deleted"))
    waiting = [
        row for row in rows if row.delivery.state in ("ready", "sending", "unknown") or row.delivery.needs_decision
    ]
    return OnTheWay(await services.mail.under_way(), waiting)


def mail_row(mail: Mail) -> Row:
    look = Look.ATTENTION if mail.state in NEEDS_PERSON else Look.NORMAL
    state = Cell(_(STATE_NAMES[mail.state]), look)
    return Row(mail.id, (mail.id, format_instant(mail.created), mail.to, mail.subject, state), look)


def mail_notes(mail: Mail) -> list[str]:
    """What has happened to an e-mail, and what will."""
    tried = (
        _(", sist forsøkt {last_attempt}").format(last_attempt=format_instant(mail.last_attempt))
        if mail.last_attempt
        else ""
    )
    lines = [
        _("Til {to}: {subject}, {attempts}{tried}.").format(
            to=mail.to, subject=mail.subject, attempts=counted(mail.attempts, "forsøk", "forsøk"), tried=tried
        )
    ]
    if mail.message:
        lines.append(mail.message)
    if mail.state == "queued" and mail.not_before:
        lines.append(
            _("Prøves ikke av seg selv før {not_before}. R sender nå.").format(
                not_before=format_instant(mail.not_before)
            )
        )
    return lines


def mail_answers(mail: Mail) -> Sequence[tuple[str, str]]:
    again = ("resend", _("Send den på nytt"))
    return [again] if mail.state == "rejected" else [("arrived", _("Den er kommet frem")), again]
