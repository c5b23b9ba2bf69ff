"""Utboks: what is on its way out and has not arrived: e-mails to handlers, vouchers to Visma."""

from collections.abc import Coroutine, Sequence
from typing import Any, ClassVar, NamedTuple, cast

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from data.documents import Mail
from data.errors import Kk2Error
from data.language import N_, _, n_
from screens import posting_rows
from screens.dialogs.choice_dialog import ChoiceDialog
from screens.job_screen import JobScreen, capital
from screens.marked import marked_text
from screens.receipts import ReceiptScreen
from screens.voucher_answer import ask_what_became
from screens.widgets.columns import Cell, Column, Look, Row
from screens.widgets.pane import Pane
from screens.widgets.row_table import RowTable
from screens.widgets.text_pane import TextPane
from services.delivery import Sent
from services.errors import Refused
from services.mail.errors import MailUnreachable
from services.mail.outbox import STATE_NAMES, Answer
from services.mail.sending import MailSent, Resolved
from services.outbox import VoucherRow
from services.registry import Services
from services.rules.counting import counted
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
    comes_back = True
    HELP = N_("""
Utboks viser det som er på vei ut og ikke er kommet frem: e-post med inkassovarsler til saksbehandlere, og bilag til \
Visma. Det som er sendt, står ikke her. Tab flytter mellom de to listene.

R sender det som venter i listen du står i. Ingenting sendes to ganger av seg selv: der svaret ble borte, ser du etter \
selv (e-post i innboksen, bilag på brukeren WS-infe i Visma), og avgjør med A.

En e-post som er avvist, sendes på nytt med A når årsaken er rettet. Den går da til adressen saksbehandleren har nå.

Mellomrom merker flere e-poster, Ctrl+A alle. A gjelder da dem av de merkede som må avgjøres. U angrer det siste.
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
        self._mails = Pane(MAIL_COLUMNS, empty=N_("Henter …"), id="mails").let_mark()
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
        self._show_heading()
        self._show_chosen()

    @on(RowTable.MarksChanged)
    def _show_heading(self) -> None:
        seen = self._seen
        mails, vouchers = counted(len(seen.mails), "e-post", "e-poster"), counted(len(seen.vouchers), "bilag", "bilag")
        title = _("Utboks · {mails} · {vouchers}").format(mails=mails, vouchers=vouchers)
        self.show_title(title, marked_text(len(self._mails.marks)))

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

    @property
    def _acting(self) -> list[Mail]:
        """The e-mails that a person decides on together: those marked, else the chosen one."""
        marks = set(self._mails.marks)
        chosen = [mail for mail in self._seen.mails if mail.id in marks] or [mail for mail in (self._mail,) if mail]
        return [mail for mail in chosen if mail.state in NEEDS_PERSON]

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
        row = self._voucher
        return posting_rows.needs_person(row.delivery) if row is not None else bool(self._acting)

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
        row = self._voucher
        if row is not None:
            reference, resolve = row.voucher.reference, self.services.delivery.resolve
            ask_what_became(
                self,
                row,
                lambda answer: self._resolve(resolve(reference, answer, self.services.actor)),
            )
        elif mails := self._acting:
            about = f"{_(STATE_NAMES[mails[0].state])}. {mails[0].message}" if len(mails) == 1 else ""
            self.app.push_screen(
                ChoiceDialog(
                    _("Hva skal gjøres med {mails}?").format(mails=_which(mails)), mail_answers(mails), prompt=about
                ),
                lambda answer: self._confirm_mails(mails, cast(Answer, answer)) if answer else None,
            )

    def _confirm_mails(self, mails: Sequence[Mail], answer: Answer) -> None:
        which = _which(mails)
        if answer == "arrived":
            question = _("Er {mails} kommet frem?").format(mails=which)
            effect = n_("Den regnes som sendt.", "De regnes som sendt.", len(mails))
        else:
            question = _("Sende {mails} på nytt?").format(mails=which)
            effect = n_(
                "Er den likevel kommet frem, får du den to ganger, med samme Message-ID.",
                "De som likevel er kommet frem, får du to ganger, med samme Message-ID.",
                len(mails),
            )
        keys, resolve = [mail.id for mail in mails], self.services.mail.resolve_several
        self.confirm(
            question, [effect], lambda: self._resolve_mails(resolve(keys, answer, self.services.actor), answer)
        )

    def _resolve_mails(self, work: Coroutine[Any, Any, Resolved], answer: Answer) -> None:
        self.run_write(work, lambda resolved: self._resolved(resolved, answer), action="resolve", failed=self.load)

    def _resolved(self, resolved: Resolved, answer: Answer) -> None:
        """Each e-mail is by itself: those that were refused are told of, with why."""
        from services.undo import undo_of

        if resolved.mails:
            told = _("{mails} regnes som sendt") if answer == "arrived" else _("{mails} sendes på nytt")
            self.done(told.format(mails=capital(_which(resolved.mails))), undo_of(*resolved.mails))
        if resolved.refused:
            self.show_error(not_all(resolved))
        self.load()

    def _resolve(self, work: Coroutine[Any, Any, object]) -> None:
        self.run_write(work, lambda _done: self.load(), action="resolve", failed=self.load)


def not_all(resolved: Resolved) -> Kk2Error:
    """Why an answer was not noted for some of the e-mails."""
    if not resolved.mails and len(resolved.refused) == 1:
        return Refused(resolved.refused[0])
    told = _("{done} av {all} er avgjort. De andre er som de var.").format(
        done=len(resolved.mails), all=len(resolved.mails) + len(resolved.refused)
    )
    return Refused("\n".join((told, *resolved.refused)))


def _which(mails: Sequence[Mail]) -> str:
    """`e-post M0000001`, `3 e-poster`."""
    if len(mails) == 1:
        return _("e-post {id}").format(id=mails[0].id)
    return counted(len(mails), N_("e-post"), N_("e-poster"))


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


def mail_answers(mails: Sequence[Mail]) -> Sequence[tuple[str, str]]:
    """What can be said of all of them: one that was rejected has not arrived."""
    again = ("resend", n_("Send den på nytt", "Send dem på nytt", len(mails)))
    if any(mail.state == "rejected" for mail in mails):
        return [again]
    return [("arrived", n_("Den er kommet frem", "De er kommet frem", len(mails))), again]
