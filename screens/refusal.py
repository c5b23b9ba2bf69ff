"""A change that was refused: why, what somebody else did meanwhile, and doing it once more."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple

from data.documents import Document
from data.errors import Conflict, Kk2Error
from screens.dialogs.conflict_dialog import AGAIN, SEE, ConflictDialog, from_to
from services.edits import Edit

if TYPE_CHECKING:
    from screens.base import Kk2Screen


class Refusal(NamedTuple):
    """Of what was asked for on `screen`. `edits` are others' changes of what it is about, `again` asks once more."""

    screen: "Kk2Screen"
    error: Exception
    edits: Sequence[Edit]
    again: Callable[[], None] | None

    def show(self) -> None:
        """In a dialog, until it is read."""
        if not self.edits or not isinstance(self.error, Kk2Error):
            self.screen.show_error(self.error)
            return
        can_retry = self.again is not None and self.screen.is_attached
        dialog = ConflictDialog(self.error.message, self.edits, code=self.error.code, can_retry=can_retry)
        self.screen.app.push_screen(dialog, self._answered)

    def _answered(self, answer: str | None) -> None:
        if answer == AGAIN and self.again is not None:
            self.screen.load_then(self.again)
        elif answer == SEE and self.screen.is_attached:
            self.screen.load_then(self._point_out)

    def _point_out(self) -> None:
        """Beside what is typed, what others have stored there."""
        told = {field.field: f"{edit.actor}: {from_to(field)}" for edit in self.edits for field in edit.fields}
        for form in self.screen.forms():
            if form.is_open:
                form.point_out(told)


async def refusal(
    screen: "Kk2Screen", error: Exception, seen: Document | None, again: Callable[[], None] | None
) -> Refusal:
    """With what others have done to the document that `error` is about, or else `seen`, since it was seen here."""
    about = stale_document(error) or ((seen.TABLE, seen.id, seen.rev) if seen else None)
    edits: Sequence[Edit] = ()
    if about is not None and isinstance(error, Kk2Error):
        with suppress(Kk2Error):  # then the refusal alone is told
            edits = await screen.services.edits.since(*about)
    return Refusal(screen, error, edits, again)


def stale_document(error: Exception) -> tuple[str, str, int] | None:
    """The document that somebody else has changed, as (table, id, the revision that was seen)."""
    if isinstance(error, Conflict):
        for detail in error.details:
            match detail:
                case {"table": str(table), "id": str(key), "rev": int(rev)}:
                    return table, key, rev
    return None
