"""``phototag`` and ``python -m phototag``."""

from __future__ import annotations

import sys

from phototag.version import __version__


def main() -> None:
    """The command line; its version costs no more than the interpreter."""
    if sys.argv[1:] == ["--version"]:
        sys.stdout.write(f"phototag, version {__version__}\n")
        return
    from phototag.cli import main as command  # noqa: PLC0415 - takes a tenth of a second

    command(prog_name="phototag")


if __name__ == "__main__":
    main()
