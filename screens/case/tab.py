"""What a tab of the case screen is."""

from screens.tabs import Tab
from services.cases import CaseView


class CaseTab(Tab[CaseView]):
    """A tab that shows a view of the case."""
