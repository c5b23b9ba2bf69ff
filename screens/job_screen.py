"""What the screens for imports and posting share: a line that tells how far a job is, and fresh figures on return."""

from typing import ClassVar

from textual.message import Message
from textual.screen import ModalScreen

from screens.base import Kk2Screen
from screens.widgets.progress_line import ProgressLine


class JobScreen(Kk2Screen):
    """A screen that starts jobs. None of WRITES can be begun while another change is under way.

    A subclass puts `self.progress_line` into its content and gives `self.tell_progress` to the service.
    """

    WRITES: ClassVar[frozenset[str]] = frozenset()

    class Progressed(Message):
        """A job has come to `done` of `total` (0: nobody knows) `what`."""

        def __init__(self, done: int, total: int, what: str) -> None:
            super().__init__()
            self.done = done
            self.total = total
            self.what = what

    def __init__(self) -> None:
        super().__init__()
        self.progress_line = ProgressLine(id="progress")
        self._covered = False

    def tell_progress(self, done: int, total: int, what: str) -> None:
        """A `services.progress.Progress`: called from the job's own task, so it only posts a message."""
        self.post_message(self.Progressed(done, total, what))

    def on_job_screen_progressed(self, message: Progressed) -> None:
        self.progress_line.tell(capital(message.what), message.done, message.total or None)

    def good_news(self, text: str) -> None:
        """Say in passing that something went well."""
        self.done(text)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action in self.WRITES and self.writing:
            return None
        return super().check_action(action, parameters)

    def on_screen_suspend(self) -> None:
        self._covered = not isinstance(self.app.screen, ModalScreen)

    def on_screen_resume(self) -> None:
        """Back from a case or a receipt: what it says here may have changed there."""
        if self._covered:
            self._covered = False
            self.load()


def capital(text: str) -> str:
    return text[:1].upper() + text[1:]
