"""What a screen knows of what others do: what it shows has it already, or it is yet to be shown."""

from services.news import News


class Following:
    """The newest news that concerns a screen, and the number up to which its own reading has all there is."""

    def __init__(self) -> None:
        self._shown = 0
        self._newest: News | None = None

    def heard(self, news: News) -> None:
        """Something that concerns the screen has happened."""
        self._newest = news

    def reads(self, number: int | None = None) -> None:
        """The screen is being read anew, and will have all up to transaction `number`; else all that was heard of."""
        heard = self._newest.number if self._newest else 0
        self._shown = max(self._shown, heard if number is None else number)

    @property
    def missing(self) -> News | None:
        """What the screen does not show."""
        return self._newest if self._newest is not None and self._newest.number > self._shown else None
