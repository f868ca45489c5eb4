"""Whole trees of photos: which files are photos, which are new, tagging them, undoing it."""

from __future__ import annotations

from phototag.catalogue.cropping import CropOutcome, crop_catalogue
from phototag.catalogue.listing import ListedPhoto, list_catalogue
from phototag.catalogue.run import tag_catalogue
from phototag.catalogue.run_log import Run
from phototag.catalogue.take_back import remove_catalogue, runs, undo
from phototag.catalogue.walk import walk

__all__ = [
    "CropOutcome",
    "ListedPhoto",
    "Run",
    "crop_catalogue",
    "list_catalogue",
    "remove_catalogue",
    "runs",
    "tag_catalogue",
    "undo",
    "walk",
]
