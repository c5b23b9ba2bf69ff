"""A table of any length: rows are asked for as they come into view (docs/decisions/0005-virtual-table.md)."""

from collections import OrderedDict
from collections.abc import Sequence
from typing import Protocol, runtime_checkable

from textual.message import Message
from textual.worker import Worker

from screens.widgets.columns import Column, Row
from screens.widgets.row_table import RowTable

PAGE = 200
CACHED_PAGES = 20
NOT_FETCHED = "Ikke hentet. F5 prøver igjen."


class RowProvider(Protocol):
    """Where the rows come from. Rows keep their order between calls, as far as the data does."""

    async def count(self) -> int:
        """How many rows there are."""

    async def rows(self, offset: int, limit: int) -> Sequence[Row]:
        """Rows number `offset` up to `offset + limit`, fewer at the end."""


@runtime_checkable
class FindsRows(Protocol):
    """A provider that can also tell where a key stands, so that the cursor finds it again anywhere."""

    async def position(self, key: str) -> int | None:
        """The row's number, or None when it is gone."""


class VirtualTable(RowTable):
    """Rows of a provider, in pages of 200, the twenty last used ones kept.

    One page is fetched at a time, always the one that is most wanted at that moment, then the neighbours of what is
    in view. While a reload is under way the old rows stay on screen; answers to an older question are thrown away.
    """

    class LoadFailed(Message):
        """The provider raised `error`; what was not fetched shows as `…` until the next reload."""

        def __init__(self, table: "VirtualTable", error: Exception) -> None:
            super().__init__()
            self.table = table
            self.error = error

        @property
        def control(self) -> "VirtualTable":
            return self.table

    def __init__(
        self,
        columns: Sequence[Column],
        provider: RowProvider | None = None,
        *,
        empty: str = "Ingen rader.",
        id: str | None = None,
        classes: str | None = None,
    ) -> None:
        super().__init__(columns, empty=empty, id=id, classes=classes)
        self._provider = provider
        self._total: int | None = None
        self._pages: OrderedDict[int, Sequence[Row]] = OrderedDict()
        self._loader: Worker[None] | None = None
        self._failed = False

    @property
    def total(self) -> int | None:
        return self._total

    @property
    def instead_of_rows(self) -> str:
        return NOT_FETCHED if self._failed else super().instead_of_rows

    def row_at(self, index: int) -> Row | None:
        page = self._pages.get(index // PAGE, ())
        place = index % PAGE
        return page[place] if place < len(page) else None

    def on_mount(self) -> None:
        self.reload()

    def set_provider(self, provider: RowProvider) -> None:
        """Show another provider's rows (another filter or search), from the key under the cursor if it is there."""
        self._provider = provider
        self.reload()

    def reload(self) -> None:
        """Ask for everything again. The cursor stays on the same key, else at the same place."""
        if self._provider is None:
            return
        if self._loader is not None:
            self._loader.cancel()
        self._failed = False
        self._loader = self.run_worker(self._start_over(self._provider), group="rows", exit_on_error=False)

    def view_changed(self) -> None:
        idle = self._loader is None or self._loader.is_finished
        if idle and self._total and self._provider and not self._failed and self._most_wanted() is not None:
            self._loader = self.run_worker(self._fill(self._provider), group="rows", exit_on_error=False)

    async def _start_over(self, provider: RowProvider) -> None:
        try:
            total = await provider.count()
            cursor = await self._find_again(provider, total)
            page = cursor // PAGE
            rows = await provider.rows(page * PAGE, PAGE) if total else ()
        except Exception as error:
            self._give_up(error)
            return
        cursor = self._nearby(rows, page * PAGE, cursor)
        self._total = total
        self._pages = OrderedDict({page: rows})
        self.set_reactive(RowTable.cursor, cursor)
        self._rows_changed()
        await self._fill(provider)

    async def _find_again(self, provider: RowProvider, total: int) -> int:
        key = self.cursor_key
        place = await provider.position(key) if key is not None and isinstance(provider, FindsRows) else None
        return max(0, min(self.cursor if place is None else place, total - 1))

    def _nearby(self, rows: Sequence[Row], offset: int, cursor: int) -> int:
        """Where the key under the cursor stands now, if it is among the rows just fetched."""
        key = self.cursor_key
        return next((offset + place for place, row in enumerate(rows) if row.key == key), cursor)

    async def _fill(self, provider: RowProvider) -> None:
        while (page := self._most_wanted()) is not None:
            try:
                rows = await provider.rows(page * PAGE, PAGE)
            except Exception as error:
                self._give_up(error)
                return
            self._keep(page, rows)

    def _give_up(self, error: Exception) -> None:
        self._failed = True
        self._refresh_rows()
        self.post_message(self.LoadFailed(self, error))

    def _most_wanted(self) -> int | None:
        """The page to fetch next: what is in view before its neighbours; None when all of them are here."""
        last_page = ((self._total or 1) - 1) // PAGE
        first = self.first_in_view // PAGE
        last = min((self.first_in_view + self._rows_in_view - 1) // PAGE, last_page)
        wanted = [*range(first, last + 1), last + 1, first - 1]
        for page in wanted:
            if page in self._pages:
                self._pages.move_to_end(page)
        return next((page for page in wanted if 0 <= page <= last_page and page not in self._pages), None)

    def _keep(self, page: int, rows: Sequence[Row]) -> None:
        self._pages[page] = rows
        while len(self._pages) > CACHED_PAGES:
            self._pages.popitem(last=False)
        top = self.first_in_view
        if page * PAGE < top + self._rows_in_view and (page + 1) * PAGE > top:
            self._refresh_rows()
        self._announce()
