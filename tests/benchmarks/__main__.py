"""`make bench`: what the bars of the design are about, each side by side with its peers in one run.

Names may be given, and numbers of cases for those that take them: `make bench ARGS="sizes bank 1000 10000"`.
"""

import importlib
import sys
from time import perf_counter

BENCHMARKS = ("ocr", "sizes", "bank", "visma", "start", "saker", "wire", "find")
SIZED = ("sizes", "bank")


def main(arguments: list[str]) -> None:
    sizes = [int(each) for each in arguments if each.isdecimal()]
    for name in [each for each in arguments if not each.isdecimal()] or BENCHMARKS:
        module = importlib.import_module(f"tests.benchmarks.{name}")
        print(f"== {name}", flush=True)
        start = perf_counter()
        lines = module.run(sizes) if sizes and name in SIZED else module.run()
        print("\n".join(lines))
        print(f"({perf_counter() - start:.0f} s)\n", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
