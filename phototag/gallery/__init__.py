"""A web page for reviewing verdicts by eye, and the drawing of one photo.

The page is one file that needs no server, and writes no photo; ``review`` serves the same page, and writes what is decided
in it by way of the catalogue.
"""

from __future__ import annotations

from phototag.analysis.shapes import Layer, Shape, shapes
from phototag.gallery.build import build, stream

__all__ = ["Layer", "Shape", "build", "shapes", "stream"]
