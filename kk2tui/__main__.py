"""Entry point of `kk2` and of `python -m kk2tui`."""

import gc
import sys


def main() -> None:
    """Open the application, or run the command that the arguments name."""
    gc.disable()  # what modules make while they load stays: collections would go through it in vain
    from kk2tui.arguments import OPENED_BY, hoist, plain_opening

    arguments = hoist(sys.argv[1:])
    options = plain_opening(arguments)
    if options is None:
        from kk2tui.cli.main import kk2

        gc.enable()
        kk2.main(args=arguments, prog_name="kk2")
    else:
        from kk2tui.terminal_session import open_application

        open_application(options.get("--home"), options.get("--handler"), options.get("--lang"), options.get(OPENED_BY))


if __name__ == "__main__":
    main()
