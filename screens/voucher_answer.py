"""Asking a person what became of a voucher that Visma cannot tell of, as Bokføringsforslag and Utboks do."""

from collections.abc import Callable
from typing import cast

from data.documents import Delivery
from data.language import _
from screens import posting_rows
from screens.base import Kk2Screen
from screens.dialogs.choice_dialog import ChoiceDialog
from services.outbox import Answer, VoucherRow
from services.rules.money import format_amount


def ask_what_became(screen: Kk2Screen, row: VoucherRow, then: Callable[[Answer], None]) -> None:
    """Let the handler say what became of a voucher, and confirm it; `then` with the answer."""
    about = f"{format_amount(row.voucher.amount)}, {posting_rows.state_text(row.delivery)}"
    screen.app.push_screen(
        ChoiceDialog(
            _("Hva ble det av {reference}?").format(reference=row.voucher.reference),
            _answers(row.delivery),
            prompt=about,
        ),
        lambda answer: _confirm(screen, row, cast(Answer, answer), then) if answer else None,
    )


def _confirm(screen: Kk2Screen, row: VoucherRow, answer: Answer, then: Callable[[Answer], None]) -> None:
    reference, amount = row.voucher.reference, format_amount(row.voucher.amount)
    if answer == "found":
        question, effect = (
            _("Er bilag {reference}, {amount}, i Visma?").format(reference=reference, amount=amount),
            _("Innbetalingene regnes som bokført."),
        )
    elif row.delivery.state == "deleted":
        question = _("Er bilag {reference}, {amount}, slettet i Visma?").format(reference=reference, amount=amount)
        effect = _("Innbetalingene kommer i forslaget igjen, og får et nytt bilag.")
    else:
        question = _("Sende bilag {reference}, {amount}, på nytt?").format(reference=reference, amount=amount)
        effect = _("Er det likevel i Visma, blir beløpet ført to ganger. Se etter på brukeren WS-infe først.")
    screen.confirm(question, [effect], lambda: then(answer))


def _answers(delivery: Delivery) -> list[tuple[str, str]]:
    if delivery.state == "deleted":
        return [("resend", _("Slettet i Visma: innbetalingene skal i forslaget igjen"))]
    return [("found", _("Bilaget finnes i Visma")), ("resend", _("Bilaget finnes ikke: send det på nytt"))]
