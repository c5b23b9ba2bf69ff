"""Play seeds: `python -m tests.simulation --seeds 0..10000 --jobs 2`, or one again: `--replay SEED --trace`."""

# ruff: noqa: T201 - a command prints

import argparse
import sys
import time
from concurrent.futures import ProcessPoolExecutor

from tests.simulation.play import play


def main() -> int:
    """Exit status 1 when a seed failed."""
    asked = _arguments()
    if asked.replay is not None:
        return _replay(asked.replay, asked.steps, trace=asked.trace)
    first, _, end = asked.seeds.partition("..")
    seeds = range(int(first), int(end))
    began, failed, crashes, done = time.monotonic(), 0, 0, 0
    with ProcessPoolExecutor(asked.jobs) as pool:
        for played in pool.map(play, seeds, [asked.steps] * len(seeds), chunksize=10):
            done += 1
            crashes += played.crashes
            if played.failure:
                failed += 1
                print(f"seed {played.seed}: {played.failure}", flush=True)
            if done % 500 == 0:
                print(f"… {done} seeds, {failed} failed, {done / (time.monotonic() - began):.1f} a second", flush=True)
    took = time.monotonic() - began
    print(f"{done} seeds, {crashes} crashes, {failed} failed, {took:.0f} s, {done / took:.1f} seeds a second")
    return 1 if failed else 0


def _replay(seed: int, steps: int | None, *, trace: bool) -> int:
    played = play(seed, steps)
    lines = played.trace if trace else played.trace[-40:]
    print("\n".join(lines))
    print(f"seed {seed}: {played.failure or 'all is well'}; {len(played.trace)} events, {played.crashes} crashes")
    return 1 if played.failure else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__)
    parser.add_argument("--seeds", default="0..200", help="first..end, the end left out")
    parser.add_argument("--jobs", type=int, default=2, help="processes")
    parser.add_argument("--steps", type=int, help="jobs begun in each world; else drawn from the seed")
    parser.add_argument("--replay", type=int, help="one seed again, with its last events")
    parser.add_argument("--trace", action="store_true", help="with --replay: all events")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
