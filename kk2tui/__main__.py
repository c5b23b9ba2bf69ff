"""Entry point of `kk2` and of `python -m kk2tui`."""

import gc
import sys


def main() -> None:
    """Run the command line."""
    gc.disable()  # what modules make while they load stays: collections would go through it in vain
    from kk2tui.cli.main import hoist, kk2

    gc.enable()
    kk2.main(args=hoist(sys.argv[1:]), prog_name="kk2")


if __name__ == "__main__":
    main()
