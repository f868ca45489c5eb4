"""A web page for reviewing verdicts by eye, and the drawing of one photo."""

from __future__ import annotations

from phototag.analysis.shapes import Layer, Shape, shapes
from phototag.gallery.build import build, stream

__all__ = ["Layer", "Shape", "build", "shapes", "stream"]
