"""`python -m tests.e2e.torture`: see --help."""

import argparse
import shutil
import sys
import tempfile
from pathlib import Path

import msgspec

from tests.e2e.torture.kills import Tally, make_embedded, make_served, run_rounds


def main() -> int:
    """Run what is asked for. Status 1 when something was lost, doubled or wrong."""
    options = _options()
    workplace = Path(tempfile.mkdtemp(prefix="kk2-torture-"))
    tally = _run(options, workplace)
    text = msgspec.json.encode(tally).decode() if options.json else "\n".join(["", *tally.lines()])
    print(text)  # noqa: T201
    if tally.lost or tally.doubled or tally.problems:
        print(f"The stores are kept in {workplace}.", file=sys.stderr)  # noqa: T201
        return 1
    shutil.rmtree(workplace)
    return 0


def _run(options: argparse.Namespace, workplace: Path) -> Tally:
    if options.backend == "sqlite":
        make = make_served if options.served else make_embedded
        return run_rounds(options.rounds, workplace, seed=options.seed, make=make, done=_progress)
    from tests.e2e.torture.server import rounds_on_a_server

    return rounds_on_a_server(options.rounds, workplace, options.trouble, seed=options.seed, done=_progress)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.e2e.torture", description="Kill handlers at work.")
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--backend", choices=["sqlite", "postgresql"], default="sqlite")
    parser.add_argument("--trouble", action="store_true", help="stop the PostgreSQL server and cut its connections too")
    parser.add_argument("--served", action="store_true", help="reach Visma over TCP")
    parser.add_argument("--json", action="store_true", help="tell the counts as JSON")
    return parser.parse_args()


def _progress(tally: Tally) -> None:
    if sys.stderr.isatty():
        print(f"\r{tally.rounds} rounds, {tally.kills} kills, {tally.lost} lost", end="", file=sys.stderr)  # noqa: T201


if __name__ == "__main__":
    sys.exit(main())
