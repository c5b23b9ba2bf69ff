"""What every backend of the store promises. A test module subclasses these and gives the fixture `open_it`.

`open_it()` opens the one store of the test, once more each time it is called, as another process would; for `Copies`
the module also gives `open_empty`, which opens a second store that has nothing in it.
"""

from tests.data.conformance.common import OpenIt, contents, in_time, stored
from tests.data.conformance.copies import Copies
from tests.data.conformance.documents import Conflicts, Documents
from tests.data.conformance.lists import Lists, Near, Ranges
from tests.data.conformance.notes import Notes
from tests.data.conformance.trail import News, Trail
from tests.data.conformance.transactions import Transactions

__all__ = [
    "Conflicts",
    "Copies",
    "Documents",
    "Lists",
    "Near",
    "News",
    "Notes",
    "OpenIt",
    "Ranges",
    "Trail",
    "Transactions",
    "contents",
    "in_time",
    "stored",
]
