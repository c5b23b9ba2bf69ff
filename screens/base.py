"""What every screen is: a title line, content, a line of keys; the common keys; and how it asks services for things.

A screen calls a service in a worker and is told the result by a message, so that no worker ever touches a widget:

    def load(self) -> None:
        self.run_service(self.services.cases.get(self.number), self.show_case)

    def action_send(self) -> None:
        self.run_write(self.services.posting.send(), self.show_receipt, action="send")

A screen that names the tables it SHOWS follows what others do: see `catch_up`.
"""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Mapping, Sequence
from functools import partial
from inspect import CORO_CLOSED, CORO_CREATED, getcoroutinestate, isawaitable
from typing import TYPE_CHECKING, Any, ClassVar, Protocol, TypeVar, cast

from textual import on
from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container
from textual.events import Key
from textual.message import Message
from textual.screen import Screen
from textual.worker import Worker

from data.documents import Document
from data.language import N_, _
from screens.failures import error_dialog
from screens.following import Following
from screens.widgets.key_line import KeyLine, name_of_action, screen_keys
from screens.widgets.speaking import Speaking
from screens.widgets.title_line import TitleLine
from services.news import News

if TYPE_CHECKING:  # screens are handed the services ready-made, and the menu needs no dialog: both are loaded when used
    from screens.places import Place
    from screens.widgets.form import Form
    from screens.widgets.virtual_table import VirtualTable
    from services.registry import Services
    from services.undo import Done, Undo, UndoService

T = TypeVar("T")
Then = Callable[[T], Awaitable[None] | None]

MONEY = "money"
LOAD = "load"


class AppWithServices(Protocol):
    """What screens need of the application: the services, wired together above this package."""

    services: "Services"
    places: "dict[str, Place]"


class ServiceDone(Message):
    """A service call has ended well; `deliver` hands its result to whoever asked."""

    def __init__(self, group: str, generation: int, deliver: Callable[[], Awaitable[None] | None]) -> None:
        super().__init__()
        self.group = group
        self.generation = generation
        self.deliver = deliver


class ServiceFailed(Message):
    """A service call has raised `error`."""

    def __init__(self, group: str, generation: int, error: Exception) -> None:
        super().__init__()
        self.group = group
        self.generation = generation
        self.error = error


class Kk2Screen(Screen[None], inherit_bindings=False):
    """The base of all screens. A subclass gives `content`, `load`, `TITLE`, `HELP` and its own BINDINGS.

    BINDINGS with `show` are what the bottom line shows, in their order; F1 and ESC come last by themselves. F5, `/`,
    Ctrl+P and F10 work everywhere; a screen that wants one of them in its line declares it again.

    One that `comes_back` opens where it was left, within a session: see screens/places.py.

    SHOWS names the tables that the screen shows something of, and THING is what it is about, as in `Ola har endret
    saken`. When others change one of those, it loads again by itself.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f1", "help", "Hjelp", id="common.help"),
        Binding("escape", "back", "Tilbake", id="common.back"),
        Binding("f5", "reload", "Oppdater", show=False, id="common.reload"),
        Binding("slash", "app.find_case", "Finn sak", show=False, id="common.find_case"),
        Binding("ctrl+p", "app.command_palette", "Kommandoer", show=False, id="common.commands"),
        Binding("u", "undo", "Angre det du sist gjorde", show=False, id="common.undo"),
        Binding("f2", "to_case", "Til saken", show=False, id="common.to_case"),
        Binding("ctrl+o", "app.previous_case", "Forrige sak", show=False, id="common.previous_case"),
        Binding("f10", "app.leave", "Avslutt", show=False, id="common.leave"),
        Binding("tab", "app.focus_next", "Neste felt", show=False, id="common.next"),
        Binding("shift+tab", "app.focus_previous", "Forrige felt", show=False, id="common.previous"),
    ]
    HELP: ClassVar[str] = ""
    SHOWS: ClassVar[frozenset[str]] = frozenset()
    THING: ClassVar[str] = N_("det du ser")
    comes_back = False
    DEFAULT_CSS = """
    Kk2Screen { background: $background; overflow: hidden hidden; }
    Kk2Screen > #content { height: 1fr; width: 1fr; background: $background; }
    """

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._title_line = TitleLine(self.TITLE or "")
        self._key_line = KeyLine()
        self._generations: Counter[str] = Counter()
        self._reading: dict[str, Coroutine[Any, Any, Any]] = {}
        self._writing: Counter[str] = Counter()
        self._following = Following()
        self._when_loaded: Callable[[], None] | None = None
        self.could_not_load = False
        """Until the error has been read: a screen that loaded again by itself then would bring it back, for ever."""

    # --- what a subclass gives ---

    def content(self) -> ComposeResult:
        """The widgets between the title and the keys."""
        yield from ()

    def load(self) -> None:
        """Ask for what the screen shows. Called when it opens and at F5."""

    def concerns(self, news: News) -> bool:
        """Whether the screen may show something else after what was done."""
        return not self.SHOWS.isdisjoint(news.tables)

    def follow(self, news: News) -> None:
        """Show what others have done, without a word."""
        self.load()

    def unsaved(self) -> str:
        """What would be lost by leaving now, as a Norwegian clause (`innbetalingen er ikke lagret`); empty: nothing."""
        return ""

    def about_cursor(self) -> Sequence[str]:
        """Numbers that F2 is to find the cases by; none: those in the line that the cursor is on."""
        return ()

    def open_again(self, typed: Mapping[str, str]) -> None:
        """Open the form with what was typed in it in another session: see `take_up`."""
        raise NotImplementedError

    @property
    def place_name(self) -> str:
        """By what the screen's place is remembered."""
        return type(self).__name__

    def own_place(self) -> Any:
        """Where the handler is, beside the rows in the tables: a filter, a tab."""

    def return_to(self, own_place: Any) -> None:
        """Be there again, before anything is loaded."""

    # --- what a subclass uses ---

    @property
    def services(self) -> "Services":
        return cast(AppWithServices, self.app).services

    def show_title(self, title: str, context: str = "") -> None:
        """What the screen is, to the left; what matters most, to the right."""
        self._title_line.show(title, context)

    def run_service(self, work: Coroutine[Any, Any, T], then: Then[T], *, group: str = LOAD) -> Worker[None]:
        """Run a call that only reads, and give its result to `then`.

        A newer call in the same group takes the place of an older one: it is cancelled, and its answer is dropped.
        Errors are shown in a dialog.
        """
        self._generations[group] += 1
        self.workers.cancel_group(self, group)
        older = self._reading.pop(group, None)
        if older is not None and getcoroutinestate(older) == CORO_CREATED:
            older.close()  # cancelled before it began: nobody will ever await it
        self._reading[group] = work
        if group == LOAD:
            self._following.reads()
            self._title_line.remark("")
        generation = self._generations[group]
        call = partial(self._report, work, then, group, generation)
        return self.run_worker(call, group=group, exit_on_error=False)

    def run_write(
        self,
        work: Coroutine[Any, Any, T],
        then: Then[T],
        *,
        action: str,
        failed: Callable[[], None] | None = None,
        again: Callable[[], None] | None = None,
        seen: Document | None = None,
    ) -> bool:
        """Run a call that changes something, and give its result to `then` if the screen is still there.

        It is never cancelled, not by leaving the screen either; `action` is disabled until it has ended, and False is
        returned, nothing run, if it has not. `failed` is called after the error dialog has been put up.

        When it is refused because somebody else was faster, the dialog tells what they did. `again` does it once more
        when the screen has been loaded anew. `seen` is the document it is about, when the refusal itself does not say.
        """
        if self._writing[action]:
            work.close()
            return False
        self._set_writing(action, 1)
        self.app.run_worker(self._write(work, then, action, failed, seen, again), group=MONEY, exit_on_error=False)
        return True

    @property
    def writing(self) -> bool:
        """Whether a call that changes something is under way."""
        return self._writing.total() > 0

    def confirm(self, question: str, effect: Sequence[str], then: Callable[[], None]) -> None:
        """Ask, with the effect in numbers; `then` on Ja, nothing on Nei."""
        from screens.dialogs.confirm_dialog import ConfirmDialog

        self.app.push_screen(ConfirmDialog(question, effect), lambda yes: then() if yes else None)

    def done(self, text: str, undo: "Undo | None" = None) -> None:
        """Say above the keys what was done. With `undo`, a key takes it back until something else is done."""
        if undo is not None:
            self.services.undo.remember(text, undo)
            self._offer_undo()
        else:
            self._key_line.tell(text)

    def speak(self) -> None:
        """Another language is in use: say everything in it. What is typed stays, and where the cursor is."""
        self._title_line.show(self.TITLE or "", "")
        for widget in self.query("*"):
            if isinstance(widget, Speaking):
                widget.speak()
        self.load()

    def show_error(self, error: Exception) -> None:
        """Put an error up until it is read. What is not a Kk2Error is logged, and shown by reference only."""
        self.app.push_screen(error_dialog(error))

    def forms(self) -> "Iterable[Form]":
        """The forms that there are on the screen, open or not."""
        from screens.widgets.form import Form

        return self.query(Form)

    # --- the frame ---

    def compose(self) -> ComposeResult:
        yield self._title_line
        with Container(id="content"):
            yield from self.content()
        yield self._key_line

    def on_mount(self) -> None:
        place = cast(AppWithServices, self.app).places.get(self.place_name) if self.comes_back else None
        if place is not None:
            from screens.places import return_to

            self._when_loaded = self._when_loaded or return_to(self, place)
        self.load()

    def remember_place(self) -> None:
        """The screen is about to be closed."""
        if self.comes_back:
            from screens.places import place_on

            cast(AppWithServices, self.app).places[self.place_name] = place_on(self)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "undo" and (self.writing or (self.last_done is None and self._late is None)):
            return False
        return None if self._writing[action] else super().check_action(action, parameters)

    @on(Key)
    async def take_capital_letter(self, event: Key) -> None:
        """With Caps Lock on, the letters still work."""
        letter = event.character or ""
        bindings = self.active_bindings
        found = bindings.get(letter.lower()) if letter.isupper() and letter not in bindings else None
        if found is not None:
            event.stop()
            await self.app.run_action(found.binding.action, found.node)

    def action_help(self) -> None:
        from screens.dialogs.help_dialog import HelpDialog

        keys = [(key.name, key.label) for key in screen_keys(self, hidden=True)]
        self.app.push_screen(HelpDialog(self.HELP, keys))

    def action_to_case(self) -> None:
        """To the case that what the cursor is on is about; chosen from a list when it is about several."""
        from screens.to_case import texts_at_cursor, to_one_of

        texts = self.about_cursor() or texts_at_cursor(self)
        self.run_service(self.services.finding.about(texts), partial(to_one_of, self), group="to_case")

    def action_reload(self) -> None:
        self.load()

    def action_back(self) -> None:
        if len(self.app.screen_stack) < 2:
            return
        if lost := self.unsaved():
            self.confirm(_("Forlate skjermbildet?"), [lost], self._leave)
        else:
            self._leave()

    def _leave(self) -> None:
        self.remember_place()
        self.forget_draft()
        self.dismiss(None)

    # --- taking back ---

    @property
    def _undo(self) -> "UndoService | None":
        """Not loaded before there is something to take back."""
        return self.services.undo if "undo" in getattr(self.services, "__dict__", ()) else None

    @property
    def last_done(self) -> "Done | None":
        """What can be taken back now."""
        return self._undo.last if self._undo else None

    @property
    def _late(self) -> "Done | None":
        """What could be taken back until a while ago."""
        return self._undo.late if self._undo else None

    @on(Key)
    def let_go_of_late(self, event: Key) -> None:
        """No clock takes the words away when it is too late: the next key does, but that which asks for it."""
        if self._late is not None:
            bindings = self.active_bindings
            pressed = bindings.get(event.key) or bindings.get((event.character or "").lower())
            if pressed is None or pressed.binding.action != "undo":
                self._forget_done()

    def action_undo(self) -> None:
        if (late := self._late) is not None:
            self._forget_done()
            self.done(_("For sent å angre (ti minutter): {text}").format(text=late.text))
        elif (last := self.last_done) is not None:
            work = self.services.undo.take_back(last.undo, self.services.actor)
            self.run_write(work, lambda _none: self._undone(last), action="undo", failed=self._not_undone)

    def _undone(self, last: "Done") -> None:
        self.done(_("Angret: {text}").format(text=last.text))
        self.load()

    def _not_undone(self) -> None:
        self._forget_done()
        self.load()

    def _offer_undo(self) -> None:
        """Say what was done last, on whatever screen the handler is now; nothing when it cannot be taken back."""
        last = self.last_done
        key = name_of_action(self, "undo") if last else ""
        offer = _("{text} · {key} angrer").format(text=last.text, key=key) if last and key else ""
        self._key_line.tell(offer, while_typing=last.text if offer and last else "")  # the key is a letter there

    def _forget_done(self) -> None:
        if self._undo:
            self._undo.forget()
        self._key_line.tell("")

    # --- calls under way ---

    async def _report(self, work: Coroutine[Any, Any, T], then: Then[T], group: str, generation: int) -> None:
        try:
            if group == LOAD and self.SHOWS:
                self._following.reads(await self.services.news.number())
            result = await work
        except Exception as error:
            self.post_message(ServiceFailed(group, generation, error))
        else:
            self.post_message(ServiceDone(group, generation, lambda: then(result)))
        finally:
            work.close()  # it need not have begun: the screen may be gone before

    async def _write(
        self,
        work: Coroutine[Any, Any, T],
        then: Then[T],
        action: str,
        failed: Callable[[], None] | None,
        seen: Document | None,
        again: Callable[[], None] | None,
    ) -> None:
        def ended(deliver: Callable[[], Awaitable[None] | None] | None) -> Awaitable[None] | None:
            self._set_writing(action, -1)
            self.call_later(self.catch_up)
            if deliver is not failed:
                self._forget_done()
            return deliver() if deliver and self.is_attached else None

        try:
            # The shield keeps a half-made change whole when the application is asked to stop: see wait_for_writes.
            result = await asyncio.shield(asyncio.ensure_future(work))
        except Exception as error:
            from screens.refusal import refusal  # and what words for others' changes need

            self.app.call_later((await refusal(self, error, seen, again)).show)
            self.app.call_later(ended, failed)
        else:
            self.app.call_later(ended, lambda: then(result))

    def _set_writing(self, action: str, change: int) -> None:
        self._writing[action] += change
        if self.is_attached:
            self.refresh_bindings()

    async def on_service_done(self, message: ServiceDone) -> None:
        if message.generation == self._generations[message.group]:
            answer = message.deliver()
            if isawaitable(answer):
                await answer
            if message.group == LOAD:
                self._loaded()

    def on_service_failed(self, message: ServiceFailed) -> None:
        if message.generation == self._generations[message.group]:
            self._when_loaded = None
            self.could_not_load = message.group == LOAD
            self.show_error(message.error)

    def take_up(self, typed: Mapping[str, str]) -> None:
        """For a screen that is about to be shown: open its form, filled in like this, when it has loaded."""
        self._when_loaded = partial(self.open_again, typed)

    def load_then(self, then: Callable[[], None]) -> None:
        """Load, and go on with `then` when it is shown; not when it fails."""
        self._when_loaded = then
        self.load()

    def _loaded(self) -> None:
        then, self._when_loaded = self._when_loaded, None
        if then is not None:
            then()
        self.catch_up()

    # --- what others do ---

    def hear(self, news: Sequence[News]) -> None:
        """Something has been committed, by anybody on any machine, oldest first. It is shown by `catch_up`."""
        for each in news:
            if self.concerns(each):
                self._following.heard(each)

    def on_screen_resume(self) -> None:
        self.could_not_load = False
        self._offer_undo()
        self.catch_up()

    def forget_draft(self) -> None:
        """What is typed here is saved, or thrown away, and the screen goes."""
        if any(form.kept is not None for form in self.forms()):
            from screens.drafts import leave

            leave(self)

    def on_form_paused(self, message: "Form.Paused") -> None:
        self._follow_draft(message.form)

    def on_form_closed(self, message: "Form.Closed") -> None:
        self._follow_draft(message.form)
        self.catch_up()

    def _follow_draft(self, form: "Form") -> None:
        if form.kept_as is not None:
            from screens.drafts import follow  # who fills in no form does without

            follow(form)

    def catch_up(self) -> None:
        """Show what others have done since the screen was read, when nothing hinders it.

        It waits while another screen or a dialog is in front, and while something is read or written here. Under a
        form nothing moves: that there is something is said in the title's rule, and F5 shows it.
        """
        news = self._following.missing
        if news is None or self.writing or not self.is_attached or self.app.screen is not self:
            return
        if any(form.is_open for form in self.forms()):
            self.run_service(self._news_line(news), self._title_line.remark, group="remark")
        elif LOAD not in self._reading or getcoroutinestate(self._reading[LOAD]) == CORO_CLOSED:
            self._following.reads()
            self.follow(news)

    async def _news_line(self, news: News) -> str:
        """`Ola Prøvesen har endret saken 10:32 · F5 viser`."""
        from services.rules.dates import format_clock

        name = await self.services.news.name_of(news.actor)
        return _("{name} har endret {thing} {time} · F5 viser").format(
            name=name, thing=_(self.THING), time=format_clock(news.time)
        )

    def on_virtual_table_load_failed(self, message: "VirtualTable.LoadFailed") -> None:
        self.could_not_load = True
        self.show_error(message.error)


async def wait_for_writes(app: App[Any]) -> None:
    """Return when no change is under way any more: await this before the application stops."""
    writes = [worker for worker in app.workers if worker.group == MONEY]
    if writes:
        await app.workers.wait_for_complete(writes)
