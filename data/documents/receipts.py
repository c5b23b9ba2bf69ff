"""Runs taken over, and the receipts of every job."""

from datetime import datetime
from typing import Literal

from data.documents.base import Document, Part


class Run(Document, frozen=True, kw_only=True):
    """One dunning proposal taken over. `id` is `<company>/<run number>`.

    It is `started` until its invoices are cases, and then `done`, or `notices` while some of its letters wait.
    """

    TABLE = "runs"
    INDEXED = ("state",)

    number: str
    company: str
    actor: str
    started: datetime
    state: Literal["started", "notices", "done"] = "started"
    cases: int = 0
    invoices: int = 0


class Column(Part, frozen=True, kw_only=True):
    """A column of a receipt: its heading, and what its cells are."""

    title: str
    kind: Literal["text", "amount", "date", "number", "case"] = "text"


class Section(Part, frozen=True, kw_only=True):
    """A table of a receipt. Amount cells are øre, date cells ISO text."""

    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[str | int | None, ...], ...]


class Receipt(Document, frozen=True, kw_only=True):
    """What an import, a posting or another job did, to be read again later."""

    TABLE = "receipts"
    INDEXED = ("kind", "time")

    kind: Literal["cases", "payments", "posting", "retention"]
    time: datetime
    actor: str
    title: str
    summary: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    sections: tuple[Section, ...] = ()
