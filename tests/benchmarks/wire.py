"""Bytes to a terminal of 120x40 for the same moves in kk2 and its peers; those that are not installed are skipped."""

import shutil
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

from tests.benchmarks.large_home import LOGIN, make_large_home
from tests.benchmarks.saker import RecordedTerminal
from tests.e2e.program import COMMAND
from tests.e2e.terminal import KEYS

CASES = 10_000
LINES = 2_000
MOVES = ("move in view", "page", "scroll", "open", "back", "dialog", "idle 2 s")


class Peer(NamedTuple):
    """A program with a list: how it is started, and its keys. `bottom` goes to the last line in view after a page;
    `ready`, `opened`, `listed` and `dialog` are what it shows when it is there."""

    name: str
    command: Sequence[str]
    ready: str
    before: Sequence[str] = ()
    down: str = "Down"
    page: str = "PageDown"
    bottom: Sequence[str] = ()
    opened: str = ""
    listed: str = ""
    dialog: str = ""


def run() -> list[str]:
    """The lines to print."""
    with tempfile.TemporaryDirectory() as folder:
        peers = [peer for peer in _peers(Path(folder)) if shutil.which(peer.command[0])]
        rows = [(peer.name, _measure(peer)) for peer in peers]
    head = f"  {'bytes for each key':<34}" + "".join(f"{move:>13}" for move in MOVES)
    return [head, *(f"  {name:<34}" + "".join(f"{each:>13}" for each in answers) for name, answers in rows)]


def _peers(folder: Path) -> list[Peer]:
    home = folder / "home"
    make_large_home(home, CASES, payments=0)
    text = folder / "lines.txt"
    text.write_text("".join(f"{n:>6}  0221-{n:08d}  Kari Testesen {n}  1 234,50\n" for n in range(LINES)))
    files = folder / "files"
    files.mkdir()
    for number in range(200):
        (files / f"0221-{number:08d}.txt").touch()
    kk2 = [*COMMAND, "--home", str(home), "--handler", LOGIN]
    in_kk2: dict[str, Any] = {
        "ready": "Løsningsgrad",
        "before": ["1"],
        "opened": "Fordringer",
        "listed": "Saldo",
        "dialog": "Lukk",
    }
    usual = ("Down", "PageDown")
    stock = [sys.executable, "-m", "tests.benchmarks.stock_table"]
    return [
        Peer("kk2", kk2, **in_kk2),
        Peer("kk2, drawn by Textual alone", ["env", "KK2_FRAME_DIFF=0", *kk2], **in_kk2),
        Peer("Textual's DataTable", stock, "Saldo", (), *usual, ["Down"] * 40, "Felt", "Saldo", "Hjelp"),
        Peer("mc", ["mc", "-u", str(files)], "Hint", down="\x1bOB", bottom=["\x1bOB"] * 40),
        Peer("vim", ["vim.tiny", "-u", "NONE", str(text)], "Kari", before=["M"], bottom=["L"]),
        Peer("less", ["less", str(text)], "Kari"),
    ]


def _measure(peer: Peer) -> list[str]:
    terminal = RecordedTerminal(peer.command)
    try:
        terminal.quiet(peer.ready.encode())
        for key in peer.before:
            terminal.press(_sent(key))
        moves = [_cost(terminal, [key] * 10) for key in (peer.down, peer.page)]
        for key in peer.bottom:
            terminal.press(_sent(key))
        moves.append(_cost(terminal, [peer.down] * 10))
        opened, back, dialog = "–", "–", "–"
        if peer.opened:
            opened = _cost(terminal, ["Enter"], peer.opened)
            back = _cost(terminal, ["ESC"], peer.listed)
            dialog = _cost(terminal, ["F1"], peer.dialog)
        return [*moves, opened, back, dialog, str(terminal.idle(2))]
    finally:
        terminal.close()


def _cost(terminal: RecordedTerminal, keys: Sequence[str], until: str = "") -> str:
    return f"{median(terminal.press(_sent(key), until.encode()) for key in keys):.0f}"


def _sent(key: str) -> bytes:
    return KEYS.get(key, key).encode()
