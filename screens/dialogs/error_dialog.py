"""An error, on screen until it is read."""

from collections.abc import Mapping, Sequence
from typing import ClassVar, Self

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll

from data.language import N_, _
from screens.dialogs.dialog import Dialog
from screens.widgets.plain import Plain

UNEXPECTED = N_(
    "Noe uventet gikk galt. Det du hadde lagret før dette, er lagret; det siste er kanskje ikke det. "
    "Oppdater med F5 og se etter før du prøver igjen. Oppgi referansen til den som drifter kk2."
)
PLACES = {"line": N_("linje"), "column": N_("kolonne")}
SAID = {"fault": N_("Visma svarte"), "case": N_("sak"), "diagnostic": N_("Typst svarte")}


class ErrorDialog(Dialog[None]):
    """What happened, what was saved and what to do (all in the message), a code for support, and details by line."""

    KEYS = N_("Enter Lukk   ESC Lukk   ↑↓ Bla")
    TYPED_AHEAD = False  # who typed on has not read it
    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter", "cancel", "Lukk", id="dialog.close")]
    DEFAULT_CSS = """
    ErrorDialog > #box { border: round $error; }
    ErrorDialog #details { height: auto; max-height: 10; margin-top: 1; scrollbar-size: 1 1; }
    """

    def __init__(
        self, message: str, *, code: str = "", details: Sequence[Mapping[str, object]] = (), heading: str = N_("! Feil")
    ) -> None:
        super().__init__(heading)
        self.message = message
        self.code = code
        self.details = [line for detail in details if (line := detail_line(detail))]

    @classmethod
    def unexpected(cls, reference: str) -> Self:
        """For an error nobody foresaw: only its reference, the rest is in the log."""
        return cls(_(UNEXPECTED), code=f"referanse {reference}")

    def content(self) -> ComposeResult:
        yield Plain(self.message)
        if self.details:
            with VerticalScroll(id="details"):
                yield Plain("\n".join(self.details))
        if self.code:
            yield Plain(_("Kode: {code}").format(code=self.code), classes="quiet")


def detail_line(detail: Mapping[str, object]) -> str:
    """`linje 43, kolonne 25  kontrollsum …` for a finding in a file; what others said, word for word.

    Empty when the detail is only for the program, such as which document it was.
    """
    place = ", ".join(f"{_(name)} {detail[key]}" for key, name in PLACES.items() if detail.get(key) is not None)
    message = str(detail.get("message", ""))
    said = ", ".join(f"{_(name)}: {detail[key]}" for key, name in SAID.items() if detail.get(key))
    return "  ".join(part for part in (place, message or said) if part)
