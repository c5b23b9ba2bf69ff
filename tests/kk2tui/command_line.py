"""`kk2` run inside the test's own process: quick, and with everything it writes caught."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from click.testing import CliRunner

from kk2tui.arguments import hoist
from kk2tui.cli.main import kk2
from tests.stores import home_variables

TODAY = "2026-11-24"


@dataclass(frozen=True)
class Answer:
    """What a command wrote, and its exit status."""

    status: int
    out: str
    err: str

    @property
    def text(self) -> str:
        return self.out + self.err

    def json(self) -> Any:
        return json.loads(self.out)

    def error(self) -> dict[str, Any]:
        """The error of a refused command that was asked for JSON."""
        error: dict[str, Any] = self.json()["error"]
        return error


@dataclass(frozen=True)
class CommandLine:
    """`kk2` on one home, as one handler, on one day."""

    home: Path
    handler: str = "kari"
    environment: dict[str, str] = field(default_factory=dict)

    def __call__(self, *words: str | Path) -> Answer:
        return self.bare("--home", self.home, "--handler", self.handler, *words)

    def bare(self, *words: str | Path) -> Answer:
        """Without the global options."""
        environment = {"KK2_TODAY": TODAY, "KK2_HOME": None, **home_variables(self.home), **self.environment}
        found = CliRunner().invoke(kk2, hoist([str(word) for word in words]), env=environment, prog_name="kk2")
        if found.exception is not None and not isinstance(found.exception, SystemExit):
            raise found.exception
        return Answer(status=found.exit_code, out=found.stdout, err=found.stderr)

    def json(self, *words: str | Path) -> Any:
        """The answer of a command that is expected to go well."""
        answer = self(*words, "--json")
        assert answer.status == 0, answer.text
        return answer.json()
