"""`make bench`: ratios and counts, each side by side with its peers in one run. Names may be given: ocr store saker."""

import importlib
import sys

BENCHMARKS = ("ocr", "store", "saker")


def main(chosen: list[str]) -> None:
    for name in chosen or BENCHMARKS:
        module = importlib.import_module(f"tests.benchmarks.{name}")
        print(f"== {name}")
        print("\n".join(module.run()), flush=True)
        print()


if __name__ == "__main__":
    main(sys.argv[1:])
