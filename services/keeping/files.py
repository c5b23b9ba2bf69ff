"""Files of many megabytes that are whole or not there, and are never written over another."""

import contextlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

from data.language import _
from services.durable_file import sync_folder
from services.errors import InvalidInput, Refused

FILE_MODE = 0o600  # the whole register in one file: for nobody but its owner


@contextlib.contextmanager
def new_file(path: Path) -> Iterator[Path]:
    """A place beside `path` to write in; at the end of the block it is synced, and is `path`. An exception leaves none.

    Raises Refused when there is a file at `path` already, InvalidInput when its folder cannot be written in.
    """
    refuse_existing(path)
    try:
        with tempfile.TemporaryDirectory(dir=path.parent, prefix=f".{path.name}.") as folder:
            beside = Path(folder) / path.name
            yield beside
            _put_in_place(beside, path)
    except OSError as error:
        raise InvalidInput(
            _(
                "{path} kan ikke skrives: {strerror}. Ingenting er laget, og registeret er uendret. "
                "Velg et annet sted, eller gjør plass, og prøv igjen."
            ).format(path=path, strerror=error.strerror)
        ) from error


def refuse_existing(path: Path) -> None:
    if path.exists():
        raise Refused(
            _("{path} finnes fra før. Ingenting er skrevet. Velg et annet navn.").format(path=path), code="exists"
        )


def _put_in_place(beside: Path, path: Path) -> None:
    beside.chmod(FILE_MODE)
    with beside.open("rb") as file:
        os.fsync(file.fileno())
    try:
        os.link(beside, path)  # a rename would write over a file that came meanwhile
    except FileExistsError:
        refuse_existing(path)
    sync_folder(path.parent)
