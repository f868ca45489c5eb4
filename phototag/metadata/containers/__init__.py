"""File formats, each taken apart into the metadata blocks and the rest."""

from __future__ import annotations

from phototag.metadata.containers.container import Container, Rest, same
from phototag.metadata.containers.sniff import DNG, open_container
from phototag.metadata.containers.xmp_file import XmpFile

__all__ = ["DNG", "Container", "Rest", "XmpFile", "open_container", "same"]
