"""File formats, each parsed into the metadata blocks and the rest."""

from __future__ import annotations

from phototag.metadata.containers.container import Container, Rest, same
from phototag.metadata.containers.sniff import container_of, open_container
from phototag.metadata.containers.xmp_file import XmpFile

__all__ = ["Container", "Rest", "XmpFile", "container_of", "open_container", "same"]
