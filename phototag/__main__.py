"""Entry point of ``phototag`` and ``python -m phototag``."""

from __future__ import annotations

import contextlib
import sys

from phototag.version import __version__


def main() -> None:
    """Run the command line; ``--version`` takes no longer than starting Python."""
    if sys.argv[1:] in (["--version"], ["-V"]):
        with contextlib.suppress(
            OSError, AttributeError
        ):  # a full disk, no stdout: the command says so
            sys.stdout.write(f"phototag, version {__version__}\n")
            sys.stdout.flush()
            return
    from phototag.cli import main as command  # noqa: PLC0415 - takes a tenth of a second

    command(prog_name="phototag")


if __name__ == "__main__":
    main()
