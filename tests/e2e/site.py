"""A municipality with everything real: a home, a store on disk, and Visma as a server of its own."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from tests.e2e.program import Program
from tests.e2e.served_visma import ServedVisma, served_visma
from tests.stores import copy_home, store_section

ARRIVED = ("delivered", "registered", "posted")
STATE = "visma-state.json"
SETTINGS = """
[visma]
adapter = "soap"
url = "{url}"
timeout_s = {timeout_s}
quarantine_s = {quarantine_s}
page_size = 100
"""


@dataclass(frozen=True)
class Site:
    """`kk2` and the Visma that it talks to."""

    kk2: Program
    visma: ServedVisma

    @property
    def inbox(self) -> list[Path]:
        """The bank's files: the first day's, a broken copy of it, and the second day's."""
        return sorted((self.kk2.home / "inbox").iterdir())

    def set(self, *, timeout_s: float = 20, quarantine_s: float = 0) -> "Site":
        """Write kk2.toml."""
        text = SETTINGS.format(url=self.visma.url, timeout_s=timeout_s, quarantine_s=quarantine_s)
        (self.kk2.home / "kk2.toml").write_text(text + store_section(self.kk2.home), encoding="utf-8")
        return self

    def on(self, today: str) -> "Site":
        return replace(self, kk2=self.kk2.on(today))

    def invoices(self) -> dict[str, Any]:
        """Every invoice in Visma by its id, as Visma has it now."""
        state = json.loads((self.kk2.home / STATE).read_text(encoding="utf-8"))
        invoices: dict[str, Any] = state["invoices"]
        return invoices

    def vouchers(self) -> list[dict[str, Any]]:
        """Our vouchers with their states."""
        found: list[dict[str, Any]] = self.kk2.json("posting", "status")["vouchers"]
        return found

    def send_until_settled(self, rounds: int = 6) -> list[dict[str, Any]]:
        """Run `kk2 posting send` again and again, as cron would, until nothing is left to send. Our vouchers then."""
        for _ in range(rounds):
            finished = self.kk2.run("posting", "send", "--json")
            assert finished.status in (0, 1), finished
            if finished.status == 0 and all(each["state"] in ARRIVED for each in finished.json()["vouchers"]):
                return self.vouchers()
        raise AssertionError(f"not settled after {rounds} rounds: {self.vouchers()}")


@contextmanager
def opened_site(template: Path, home: Path, *, change: Callable[[Path], None] = lambda home: None) -> Iterator[Site]:
    """A copy of a home, changed if need be, with a Visma that knows what the template's Visma knew."""
    copy_home(template, home)
    change(home)
    kk2 = Program(home)
    with served_visma(kk2, home / "visma-scenario.json", home / STATE) as visma:
        yield Site(kk2, visma).set()
