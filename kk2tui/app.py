"""The application: which screen comes when, and what works from all of them."""

import asyncio
import pkgutil
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from rich.text import Text
from textual.await_complete import AwaitComplete
from textual.binding import Binding, BindingType
from textual.driver import Driver
from textual.screen import ModalScreen, Screen

from data.errors import Kk2Error
from data.language import LANGUAGES, N_, _, language, use
from kk2tui.log_file import log_to
from kk2tui.terminal.textual_seam import TerminalApp
from kk2tui.theme import DARK, THEMES, use_theme
from screens.base import MONEY, Kk2Screen, wait_for_writes
from screens.failures import log_unexpected
from screens.menu import ITEMS, MenuScreen
from services.news import News
from services.registry import Services

if TYPE_CHECKING:
    from kk2tui.terminal.clipboard import Clipboard
    from screens.places import Place

BETWEEN_NEWS_S = 1.0  # so that a burst of changes is one reload a second, not hundreds
BEFORE_RECENT_S = 3.0  # a case is open, and drawn, before it is remembered
MOST_DIALOGS = 8  # one over the other; Textual draws each through all those under it, and does not survive forty
AFTER_AN_ERROR_S = 30.0  # the screens tell what is wrong when they read; here it is only tried again
THEME, THEME_NAME = "theme", N_("Utseende: tema og farger")
LANGUAGE, LANGUAGE_NAME = "language", "Språk / Language"  # found whichever it is in
REMOVED = N_("Du er ikke lenger registrert som saksbehandler i kk2. Det som var lagret, er lagret.")
KEY_GONE = N_("Nøkkelen denne økten ble åpnet med, er tatt bort fra kk2. Det som var lagret, er lagret.")
CRASHED = N_(
    "kk2 måtte avslutte på grunn av en feil. Det som var lagret, er lagret. Start kk2 på nytt, og oppgi referansen "
    "{reference} til den som drifter kk2."
)


class Kk2App(TerminalApp, inherit_bindings=False):
    """One handler's session on `services`. What goes wrong is written to the file `log`.

    Screens are imported when they are first opened, so that the menu is on the screen at once.
    """

    TITLE = "kk2"
    CSS_PATH = "kk2.tcss"
    ENABLE_COMMAND_PALETTE = False  # Textual's own speaks English and sends the whole screen again
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f10,ctrl+q", "leave", "Avslutt", show=False, id="common.leave"),
        Binding(
            "ctrl+l", "repaint", "Tegn skjermen på nytt", show=False, priority=True, id="common.repaint"
        ),  # over dialogs too
        Binding("ctrl+y", "copy", "Kopier det som er merket", show=False, priority=True, id="common.copy"),
    ]

    def __init__(
        self,
        services: Services,
        log: Path,
        driver_class: type[Driver] | None = None,
        *,
        frame_diff: bool = True,
        theme: str = DARK.name,
    ) -> None:
        super().__init__(driver_class, frame_diff=frame_diff)
        self.services = services
        self.places: dict[str, Place] = {}  # of screens that are closed, by their place_name
        self._log_path = log
        self._at_the_end = ExitStack()
        self.changed_keys: Mapping[str, str] = {}
        """Of kk2.toml, by the bindings' ids: see kk2tui/keys.py."""
        self.opened_by = ""
        """The fingerprint of the key that the session came in by over SSH."""
        self._copies: Clipboard | None = None
        self._listening: asyncio.Task[None] | None = None
        self.animation_level = "none"
        use_theme(self, theme)

    def on_mount(self) -> None:
        self._at_the_end.enter_context(log_to(self._log_path))
        self._listening = asyncio.create_task(self._listen())
        if self.changed_keys:
            self.set_keymap(dict(self.changed_keys))

    def get_default_screen(self) -> Screen[Any]:
        """The menu lies at the bottom itself: an empty screen of Textual's under it would be laid out for nothing."""
        return MenuScreen()

    async def on_unmount(self) -> None:
        if self._listening is not None:
            self._listening.cancel()
            await asyncio.wait([self._listening])  # the store is closed after this
        await self._keep_recent()
        self._at_the_end.close()

    async def _listen(self) -> None:
        """Tell the screens what is committed, by anybody on any machine. Nothing is sent to the terminal from here."""
        number = None
        while True:
            try:
                number = await self.services.news.number() if number is None else number
                news = await self.services.news.after(number)
            except Exception as error:
                if not isinstance(error, Kk2Error):
                    log_unexpected(error)
                await asyncio.sleep(AFTER_AN_ERROR_S)
                continue
            number = news[-1].number
            self._tell_screens(news)
            if any("handlers" in each.tables for each in news):
                await self._end_if_shut_out()
            await asyncio.sleep(BETWEEN_NEWS_S)

    def _tell_screens(self, news: Sequence[News]) -> None:
        """All that are open hear of it. A message goes to the one in front only: the others would draw over it."""
        for screen in self.screen_stack:
            if isinstance(screen, Kk2Screen):
                screen.hear(news)
        if isinstance(self.screen, Kk2Screen):
            self.screen.call_later(self.screen.catch_up)

    def notify(self, message: str, **options: Any) -> None:
        """Say something in passing, in place of what was said before: two would cover the amounts behind them."""
        self.clear_notifications()
        super().notify(message, **options)

    # --- going somewhere ---

    def push_screen(self, screen: Any, *args: Any, **options: Any) -> Any:
        """As Textual's; a dialog over very many others is dropped: a key that is held down, or a cat, asked for it."""
        under = sum(isinstance(each, ModalScreen) for each in self.screen_stack)
        if under >= MOST_DIALOGS and isinstance(screen, ModalScreen):
            return AwaitComplete()
        return super().push_screen(screen, *args, **options)

    def open_screen(self, place: str) -> None:
        """Show a new screen. `place` is where its class is, as `module:name`."""
        make: Callable[[], Screen[Any]] = pkgutil.resolve_name(place)
        self.push_screen(make())

    def open_case(self, number: str, tab: str | None = None, field: str | None = None) -> None:
        """Show a case, on the tab with this name and with the cursor in this field (`avdeling`), if given."""
        from screens.case.screen import CaseScreen

        if isinstance(self.screen, CaseScreen) and self.screen.number == number:
            self.screen.go_to(tab, field)
        else:
            self.push_screen(CaseScreen(number, tab, field))
            self.services.recents.opened(number)
            self.set_timer(BEFORE_RECENT_S, self._keep_recent)

    def action_find_case(self) -> None:
        from screens.find import find_dialog

        self.push_screen(find_dialog(self.services), lambda number: self.open_case(number) if number else None)

    async def action_previous_case(self) -> None:
        """The case that was open before this one; pressed again, back to this one."""
        here = getattr(self.screen, "number", "")
        try:
            number = await self.services.recents.previous(here)
        except Kk2Error as error:
            self.notify(error.message, markup=False)
            return
        if number is None:
            self.notify(_("Det er ingen annen sak du nylig har hatt åpen."), markup=False)
            return
        if here and isinstance(self.screen, Kk2Screen) and not self.screen.unsaved() and not self.screen.writing:
            self.screen.remember_place()
            self.pop_screen()  # to and fro between two cases is no deeper for ESC
        self.open_case(number)

    async def _keep_recent(self) -> None:
        """What cannot be remembered now is no matter: it is written with the next."""
        with suppress(Kk2Error):
            await self.services.recents.keep()

    def action_copy(self) -> None:
        """Copy what the cursor is on to the clipboard of the handler's own machine; again takes what stands next."""
        from kk2tui.terminal.clipboard import Clipboard, texts_of

        self._copies = self._copies or Clipboard()
        text, following = self._copies.take(texts_of(self.screen))
        if not text:
            self.notify(_("Her er det ingenting å kopiere."), markup=False)
            return
        self.copy_to_clipboard(text)
        self.notify(
            _("Kopiert: {text}").format(text=text)
            + (_("\nCtrl+Y igjen: {following}").format(following=following) if following else ""),
            markup=False,
        )

    def action_command_palette(self) -> None:
        """All that can be done from here, found by typing."""
        from screens.commands import CommandDialog, screen_commands
        from screens.find import case_search

        places = {item.place: _(item.name) for item in ITEMS} | {THEME: _(THEME_NAME), LANGUAGE: LANGUAGE_NAME}
        keys = screen_commands(self.screen)
        self.push_screen(CommandDialog(keys, places, case_search(self.services)), self._carry_out)

    async def _carry_out(self, command: str | None) -> None:
        kind, _, rest = (command or "").partition(" ")
        if kind == "key" and rest in self.screen.active_bindings:
            # The action, not the key: a field with the cursor in it would take a letter for text.
            active = self.screen.active_bindings[rest]
            await self.run_action(active.binding.action, active.node)
        elif rest == THEME:
            self._choose_theme()
        elif rest == LANGUAGE:
            self._choose_language()
        elif kind == "place":
            self.open_screen(rest)
        elif kind == "case":
            self.open_case(rest)

    def _choose_theme(self) -> None:
        from screens.dialogs.choice_dialog import ChoiceDialog

        choices = [(name, _(called)) for name, (_theme, called) in THEMES.items()]
        self.push_screen(ChoiceDialog(_(THEME_NAME), choices, chosen=self.theme), self._show_theme)

    def _show_theme(self, name: str | None) -> None:
        """Show it now, and to this handler from now on."""
        if name:
            use_theme(self, name)
            work = self.services.handlers.set_theme(self.services.actor, name)
            self.run_worker(work, group=MONEY, exit_on_error=False)

    def _choose_language(self) -> None:
        from screens.dialogs.choice_dialog import ChoiceDialog

        dialog = ChoiceDialog(LANGUAGE_NAME, list(LANGUAGES.items()), chosen=language())
        self.push_screen(dialog, self._show_language)

    def _show_language(self, name: str | None) -> None:
        """Show it now, and to this handler from now on. Nothing that is typed is lost."""
        if name and name != language():
            use(name)
            for screen in self._kk2_screens:
                screen.speak()
            work = self.services.handlers.set_language(self.services.actor, name)
            self.run_worker(work, group=MONEY, exit_on_error=False)

    # --- the end ---

    def action_leave(self) -> None:
        from screens.dialogs.confirm_dialog import ConfirmDialog

        lost = [text for screen in self._kk2_screens if (text := screen.unsaved())]
        if not lost:
            self._leave(True)
        elif not isinstance(self.screen, ConfirmDialog):
            self.push_screen(ConfirmDialog(_("Avslutte kk2?"), lost), self._leave)

    def _leave(self, yes: bool | None) -> None:
        if yes:
            if any(worker.group == MONEY for worker in self.workers):
                self.notify(_("Avslutter når det som lagres, er ferdig …"), markup=False, timeout=60)
            self.run_worker(self._stop(), exit_on_error=False)

    async def _end_if_shut_out(self) -> None:
        """Who is taken off the list, or whose key is taken away, has no session either.

        What cannot be read now is asked at the next change.
        """
        from services.errors import UnknownHandler
        from services.handlers import opens_with

        try:
            handler = await self.services.handlers.require(self.services.actor)
        except UnknownHandler:
            await self._shut_out(_(REMOVED), keep_drafts=False)
        except Kk2Error:
            return
        else:
            if self.opened_by and not opens_with(handler, self.opened_by):
                await self._shut_out(_(KEY_GONE), keep_drafts=True)

    async def _shut_out(self, why: str, *, keep_drafts: bool) -> None:
        await self._settle(keep_drafts=keep_drafts)
        self.exit(return_code=1, message=why)

    async def _stop(self) -> None:
        await self._settle(keep_drafts=False)
        self.exit()

    async def on_hangup(self) -> None:
        await self._settle(keep_drafts=True)

    async def _settle(self, *, keep_drafts: bool) -> None:
        """End what is under way; then keep what is half filled in, or throw it away."""
        await wait_for_writes(self)
        if any(form.is_open or form.kept for screen in self._kk2_screens for form in screen.forms()):
            from screens.drafts import settle

            await settle(self, keep=keep_drafts)

    @property
    def _kk2_screens(self) -> list[Kk2Screen]:
        return [screen for screen in self.screen_stack if isinstance(screen, Kk2Screen)]

    def _fatal_error(self) -> None:
        """Textual's own prints the traceback with all local variables, and with them people's national ids."""
        if self._exception is None or self._exit_renderables:
            return
        with ExitStack() as log:
            if self._listening is None:  # so early that the log is not open
                with suppress(OSError):
                    log.enter_context(log_to(self._log_path))
            self.panic(Text(_(CRASHED).format(reference=log_unexpected(self._exception))))
