"""``python -m phototag``: the command line."""

from __future__ import annotations

from phototag.cli import main

main(prog_name="phototag")
