"""The simulator as a real server: `kk2 visma serve`, a process of its own behind a TCP port."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

from tests.e2e.program import DEADLINE_S, TODAY, Program


@dataclass(frozen=True)
class ServedVisma:
    """Where it listens, and what the people at Visma can do and see there."""

    url: str

    def vouchers(self) -> list[dict[str, Any]]:
        """Every voucher stored."""
        found: list[dict[str, Any]] = self._call("vouchers")
        return found

    def sums(self) -> list[tuple[str, int]]:
        """(reference, øre on the debit side) of every voucher stored, in order of reference."""
        return sorted(
            (each["reference"], sum(line["amount"] for line in each["lines"] if line["amount"] > 0))
            for each in self.vouchers()
        )

    def plan_fault(self, operation: str, fault: str, times: int = 1) -> None:
        self._call("faults", {"operation": operation, "fault": fault, "times": times})

    def planned_faults(self) -> list[Any]:
        planned: list[Any] = self._call("faults")
        return planned

    def move_voucher(self, reference: str, state: str) -> None:
        self._call("vouchers", {"reference": reference, "state": state})

    def set_proposal(self, run: int, status: str) -> None:
        self._call("proposals", {"run": run, "status": status})

    def enter(self, visma_id: str, amount: int, **more: Any) -> None:
        """Enter a movement on an invoice: øre, below zero for a payment; `more` is date, type, category or text."""
        self._call("transactions", {"visma_id": visma_id, "amount": amount, "date": TODAY, **more})

    def _call(self, what: str, body: dict[str, Any] | None = None) -> Any:
        address = self.url.replace("/WSInkasso", f"/simulator/{what}")
        content = None if body is None else json.dumps(body).encode()
        with urlopen(Request(address, data=content), timeout=DEADLINE_S) as answer:  # noqa: S310 -- our own server
            return json.load(answer)


@contextmanager
def served_visma(program: Program, scenario: Path, state: Path) -> Iterator[ServedVisma]:
    """Serve until the block ends. `state` keeps what it knows, and starts as `scenario` when there is none."""
    process = program.start("visma", "serve", "--port", "0", "--scenario", scenario, "--state", state, "--json")
    try:
        assert process.stdout is not None
        first = process.stdout.readline()
        assert first, process.communicate()
        yield ServedVisma(url=json.loads(first)["url"])
    finally:
        process.terminate()
        process.communicate(timeout=DEADLINE_S)
