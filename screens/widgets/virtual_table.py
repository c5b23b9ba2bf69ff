"""A table of any length: rows are asked for as they come into view (docs/decisions/0005-virtual-table.md)."""

from collections import OrderedDict
from collections.abc import Sequence
from typing import Protocol, runtime_checkable

from textual.message import Message
from textual.worker import Worker

from data.language import N_, _
from screens.widgets.columns import Column, Row
from screens.widgets.row_table import RowTable, Standing

PAGE = 200
CACHED_PAGES = 20
NOT_FETCHED = N_("Ikke hentet. F5 prøver igjen.")


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


@runtime_checkable
class KnowsRows(Protocol):
    """A provider that can tell which rows are still there, so that marks on others are taken away."""

    async def among(self, keys: Sequence[str]) -> Sequence[str]:
        """Those of the keys that have a row, in the same order."""


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
        empty: str = N_("Ingen rader."),
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
        return _(NOT_FETCHED) if self._failed else super().instead_of_rows

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

    async def first_keys(self, most: int) -> Sequence[str]:
        try:
            return [] if self._provider is None else [row.key for row in await self._provider.rows(0, most)]
        except Exception as error:
            self.post_message(self.LoadFailed(self, error))
            return self.marks

    async def _start_over(self, provider: RowProvider) -> None:
        fetched = _Fetched(provider)
        at, self._start = self._start or self.standing, None
        try:
            total = await provider.count()
            gone = await self._marks_gone(provider)
            cursor = await self._find_again(fetched, total, at)
            pages = await self._pages_around(fetched, total, cursor, at)
        except Exception as error:
            self._give_up(error)
            return
        if (total, cursor) == (self._total, self.cursor) and all(
            self._pages.get(page) == pages[page] for page in pages
        ):
            self._pages = OrderedDict(pages)  # what is in view is the same: nothing to draw
        else:
            self._show(total, cursor, pages, at)
        self.set_marks([key for key in self.marks if key not in gone])
        if self.marks:
            self.post_message(self.MarksChanged(self))  # the same rows may be worth another sum
        await self._fill(provider)

    def _show(self, total: int, cursor: int, pages: dict[int, Sequence[Row]], at: Standing) -> None:
        """Other rows. The row under the cursor keeps its line on the screen, where there are rows enough above it."""
        top = at.top + cursor - at.cursor
        self._total = total
        self._pages = OrderedDict(pages)
        self.set_reactive(RowTable.cursor, cursor)
        self._rows_changed()
        if self.first_in_view != max(top, 0):
            self.scroll_to(y=max(top, 0), animate=False, force=True)

    async def _marks_gone(self, provider: RowProvider) -> set[str]:
        """The marked keys that have no row any more, as far as the provider can tell."""
        marks = self.marks
        if not marks or not isinstance(provider, KnowsRows):
            return set()
        return set(marks).difference(await provider.among(marks))

    async def _find_again(self, fetched: "_Fetched", total: int, at: Standing) -> int:
        """Where the key under the cursor stands now: asked for, else looked for where it was, and where it would be
        with as many rows more above it as there are rows more; else the same place."""
        key = at.key
        place = max(0, min(at.cursor, total - 1))
        if key is None or not total:
            return place
        if isinstance(fetched.provider, FindsRows):
            found = await fetched.provider.position(key)
            return place if found is None else min(found, total - 1)
        shifted = max(0, min(at.cursor + total - (self._total or total), total - 1))
        for page in dict.fromkeys((place // PAGE, shifted // PAGE)):
            for index, row in enumerate(await fetched.page(page)):
                if row.key == key:
                    return page * PAGE + index
        return place

    async def _pages_around(
        self, fetched: "_Fetched", total: int, cursor: int, at: Standing
    ) -> dict[int, Sequence[Row]]:
        """The pages that will be in view with the cursor there."""
        if not total:
            return {}
        top = max(at.top + cursor - at.cursor, 0)
        rows = {cursor, min(top, total - 1), min(top + self._rows_in_view - 1, total - 1)}
        return {page: await fetched.page(page) for page in sorted({row // PAGE for row in rows})}

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


class _Fetched:
    """Pages of a provider, each asked for once."""

    def __init__(self, provider: RowProvider) -> None:
        self.provider = provider
        self._pages: dict[int, Sequence[Row]] = {}

    async def page(self, number: int) -> Sequence[Row]:
        if number not in self._pages:
            self._pages[number] = await self.provider.rows(number * PAGE, PAGE)
        return self._pages[number]
