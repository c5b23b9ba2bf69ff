"""What becomes of a half-filled form: kept while one types, forgotten when it is saved or left, offered at log-in.

A form says what it is `kept_as`: its own name, which PLACES knows how to open again, and what it is about.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from textual.app import App

from data.errors import Kk2Error
from data.language import N_, _
from screens.failures import log_unexpected
from screens.widgets.form import Form

if TYPE_CHECKING:
    from screens.base import AppWithServices, Kk2Screen
    from services.drafts import Draft, DraftService

GROUP = "drafts"


class Place(NamedTuple):
    """What a form is called where it is offered again (of its {subject}), and how its screen is made."""

    text: str
    make: "Callable[[str], Kk2Screen]"


def _case(tab: str) -> "Callable[[str], Kk2Screen]":
    def make(number: str) -> "Kk2Screen":
        from screens.case.screen import CaseScreen

        return CaseScreen(number, tab)

    return make


def _creditor(tab: str) -> "Callable[[str], Kk2Screen]":
    def make(number: str) -> "Kk2Screen":
        from screens.admin.creditor import CreditorScreen

        return CreditorScreen(number, tab)

    return make


def _new_creditor(_subject: str) -> "Kk2Screen":
    from screens.admin.new_creditor import NewCreditorScreen

    return NewCreditorScreen()


def _handler(login: str) -> "Kk2Screen":
    from screens.admin.handler import HandlerScreen

    return HandlerScreen(login or None)


def _rates(_subject: str) -> "Kk2Screen":
    from screens.law import interest_in_law

    return interest_in_law()


PLACES = {
    "payment": Place(N_("innbetaling på sak {subject}"), _case("Avdrag")),
    "case": Place(N_("endringer på sak {subject}"), _case("Generelt")),
    "kreditor": Place(N_("endringer på kreditor {subject}"), _creditor("Kreditor")),
    "kontoer": Place(N_("ny bankkonto på kreditor {subject}"), _creditor("Bankkontoer og KID")),
    "regnskap": Place(N_("regnskapsintegrasjonen på kreditor {subject}"), _creditor("Regnskapsintegrasjon")),
    "reskontroer": Place(N_("ny reskontrolinje på kreditor {subject}"), _creditor("Reskontroer")),
    "new_creditor": Place(N_("ny kreditor"), _new_creditor),
    "handler": Place(N_("endringer på saksbehandler {subject}"), _handler),
    "new_handler": Place(N_("ny saksbehandler"), _handler),
    "rate": Place(N_("ny rentesats"), _rates),
}


# --- while one types ------------------------------------------------------------------------------------------------


def follow(form: Form) -> None:
    """Keep what is typed in the form, or forget what was kept of it when it is as it was, or is closed."""
    if form.changed and form.kept_as is not None:
        form.kept = form.kept_as
        _in_background(form.app, _drafts(form.app).keep(*form.kept_as, form.typed))
    elif form.kept is not None:
        kept, form.kept = form.kept, None
        _in_background(form.app, _drafts(form.app).forget(*kept))


def leave(screen: "Kk2Screen") -> None:
    """The screen is left for good: what is typed on it is thrown away."""
    for form in screen.query(Form):
        form.close()
        follow(form)


async def settle(app: App[Any], *, keep: bool) -> None:
    """Before the end: keep what stands in the forms that are open, or throw it away. Await `wait_for_writes` first.

    A form that has just been saved closes in the application's turn, which is waited for: it is not kept.
    """
    turn = asyncio.Event()
    app.call_later(turn.set)
    await turn.wait()
    for form in [form for screen in app.screen_stack for form in screen.query(Form)]:
        if keep and form.changed and form.kept_as is not None:
            await _quietly(_drafts(app).keep(*form.kept_as, form.typed))
        elif form.kept is not None:
            await _quietly(_drafts(app).forget(*form.kept))
    await _quietly(_drafts(app).done())


def _in_background(app: App[Any], work: Awaitable[object]) -> None:
    app.run_worker(_quietly(work), group=GROUP, exit_on_error=False)


async def _quietly(work: Awaitable[object]) -> None:
    """Nobody is disturbed while typing because a draft cannot be kept: the next pause is another chance."""
    try:
        await work
    except Kk2Error:
        pass
    except Exception as error:
        log_unexpected(error)


def _drafts(app: App[Any]) -> "DraftService":
    return cast("AppWithServices", app).services.drafts


# --- at log-in ------------------------------------------------------------------------------------------------------


def name_of(draft: "Draft") -> str:
    """`innbetaling på sak 0221-00000038`; nothing when it is of a form that this version does not have."""
    place = PLACES.get(draft.form)
    return _(place.text).format(subject=draft.subject) if place else ""


def offer(app: App[Any], draft: "Draft", when: str, changed: Callable[[], None]) -> None:
    """Ask what to do with a draft from `when`. `changed` is called when it has been thrown away."""
    from screens.dialogs.choice_dialog import ChoiceDialog

    def answer(chosen: str | None) -> None:
        if chosen == "continue":
            open_again(app, draft)
        elif chosen == "discard":
            app.run_worker(_discard(app, draft, changed), group=GROUP, exit_on_error=False)

    choices = [("continue", _("Fortsett")), ("discard", _("Forkast"))]
    prompt = _("Du skrev på den {when}, og den er ikke lagret.").format(when=when)
    app.push_screen(ChoiceDialog(_("Påbegynt: {what}").format(what=name_of(draft)), choices, prompt=prompt), answer)


def open_again(app: App[Any], draft: "Draft") -> None:
    """Show the screen that the form is on, with the form filled in as it was."""
    screen = PLACES[draft.form].make(draft.subject)
    screen.take_up(draft.fields)
    app.push_screen(screen)


async def _discard(app: App[Any], draft: "Draft", changed: Callable[[], None]) -> None:
    await _quietly(_drafts(app).forget(draft.form, draft.subject))
    app.call_later(changed)
