"""File formats, each taken apart into the metadata blocks and the rest."""

from __future__ import annotations

from phototag.metadata.containers.container import Container
from phototag.metadata.containers.sniff import open_container

__all__ = ["Container", "open_container"]
