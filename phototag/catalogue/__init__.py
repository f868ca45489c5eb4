"""Whole trees of photos: which files are photos, and tagging them as a stream of outcomes."""

from __future__ import annotations

from phototag.catalogue.run import tag_catalogue
from phototag.catalogue.walk import walk

__all__ = ["tag_catalogue", "walk"]
