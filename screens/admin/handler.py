"""Saksbehandler: one handler's name, e-mail and role, or a new handler."""

from typing import Any

from msgspec.structs import replace
from textual.app import ComposeResult

from data.documents import Handler
from data.language import N_, _
from screens.admin.entry_form import Entry, EntryForm
from screens.admin.form_screen import FormScreen
from screens.widgets.form_input import FormInput
from screens.widgets.pick import Pick
from screens.widgets.plain import Plain
from services.handlers import ROLE_NAMES, fingerprint_of, handler_problems
from services.news import News

NEW = Handler(id="", name="", email="")


class HandlerScreen(FormScreen):
    """The handler with this login; without one, a new handler. A login that is there is not changed."""

    TITLE = N_("Saksbehandler")
    SHOWS = frozenset({"handlers"})
    THING = N_("saksbehandleren")
    UNSAVED = N_("Saksbehandleren er ikke lagret.")
    HELP = N_("""
Innlogging er navnet som personen logger inn på maskinen med; det kan ikke endres siden. Til e-postadressen sendes \
inkassovarslene fra sakene. En administrator kan i tillegg endre oppsettet. F12 lagrer.

Under står SSH-nøklene som åpner kk2 for personen, så du kan se etter at de er de riktige.
""")

    DEFAULT_CSS = "HandlerScreen #keys { height: auto; padding: 1 2; color: $secondary; }"

    def __init__(self, login: str | None = None) -> None:
        entries = {
            "login": Entry("Innlogging", FormInput(max_length=32, disabled=login is not None)),
            "name": Entry("Navn", FormInput(max_length=80)),
            "email": Entry("E-post", FormInput(max_length=100)),
            "role": Entry("Rolle", Pick(list(ROLE_NAMES.items()))),
        }
        super().__init__(EntryForm("", entries))
        self.form.kept_as = ("new_handler", "") if login is None else ("handler", login)
        self._login = login
        self._handler = NEW
        self._keys = Plain(id="keys")

    def content(self) -> ComposeResult:
        yield from super().content()
        yield self._keys

    def concerns(self, news: News) -> bool:
        return ("handlers", self._login) in news.documents

    def load(self) -> None:
        if self._login is None:
            self._show(NEW)
        else:
            self.run_service(self.services.handlers.require(self._login), self._show)

    def _show(self, handler: Handler) -> None:
        self._handler = handler
        self._keys.show(keys_of(handler))
        self.show_title(_("Saksbehandler · {name}").format(name=handler.name) if handler.id else _("Ny saksbehandler"))
        if self.form.is_open:
            self.form.follow(values_of(handler))
        else:
            self.form.open_on(values_of(handler))

    def save(self) -> None:
        values = self.form.values
        wanted = replace(self._handler, id=values.pop("login"), **values)
        if self.form.complain(handler_problems(wanted)):
            return
        service, actor = self.services.handlers, self.services.actor
        work = service.register(wanted, actor) if self._login is None else service.change(wanted, actor)
        self.run_write(work, self._saved, action="save", failed=self.load, again=self.save)

    def _saved(self, handler: Handler) -> None:
        """A change of name, address or role can be taken back; a new handler is removed where the list is."""
        from services.undo import undo_of

        if self._login is not None and handler.rev != self._handler.rev:
            self.done(_("{name} er endret").format(name=handler.name), undo_of(handler))
        self.leave()


def keys_of(handler: Handler) -> str:
    """How many keys let the handler in, and each as `ssh-keygen -l` shows it. Nothing of one who is not registered."""
    if not handler.id:
        return ""
    head = _("SSH-nøkler: {count}. De legges til og fjernes med kk2 admin handlers.").format(count=len(handler.keys))
    return "\n".join((head, *(fingerprint_of(key) or _("en nøkkel som ikke kan brukes") for key in handler.keys)))


def values_of(handler: Handler) -> dict[str, Any]:
    return {"login": handler.id, "name": handler.name, "email": handler.email, "role": handler.role}
