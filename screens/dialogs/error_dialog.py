"""An error, on screen until it is read."""

from collections.abc import Mapping, Sequence
from typing import ClassVar, Self

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll

from screens.dialogs.dialog import Dialog
from screens.widgets.plain import Plain

UNEXPECTED = (
    "Noe uventet gikk galt. Det du hadde lagret før dette, er lagret; det siste er kanskje ikke det. "
    "Oppdater med F5 og se etter før du prøver igjen. Oppgi referansen til den som drifter kk2."
)


class ErrorDialog(Dialog[None]):
    """What happened, what was saved and what to do (all in the message), a code for support, and details by line."""

    KEYS = "Enter Lukk   ESC Lukk   ↑↓ Bla"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter", "cancel", "Lukk")]
    DEFAULT_CSS = """
    ErrorDialog > #box { border: round $error; }
    ErrorDialog #details { height: auto; max-height: 10; margin-top: 1; scrollbar-size: 1 1; }
    """

    def __init__(
        self, message: str, *, code: str = "", details: Sequence[Mapping[str, object]] = (), heading: str = "! Feil"
    ) -> None:
        super().__init__(heading)
        self.message = message
        self.code = code
        self.details = [detail_line(detail) for detail in details]

    @classmethod
    def unexpected(cls, reference: str) -> Self:
        """For an error nobody foresaw: only its reference, the rest is in the log."""
        return cls(UNEXPECTED, code=f"referanse {reference}")

    def content(self) -> ComposeResult:
        yield Plain(self.message)
        if self.details:
            with VerticalScroll(id="details"):
                yield Plain("\n".join(self.details))
        if self.code:
            yield Plain(f"Kode: {self.code}", classes="quiet")


def detail_line(detail: Mapping[str, object]) -> str:
    """`linje 43, kolonne 25  kontrollsum …` for a finding in a file; other details as `name: value`."""
    names = {"line": "linje", "column": "kolonne"}
    place = ", ".join(f"{names[key]} {detail[key]}" for key in names if detail.get(key) is not None)
    message = str(detail.get("message", ""))
    rest = ", ".join(f"{key}: {value}" for key, value in detail.items() if key not in {*names, "message"})
    return "  ".join(part for part in (place, message, rest if not message else "") if part)
