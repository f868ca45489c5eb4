"""phototag tells a headshot from a portrait and writes the result into the photo.

>>> import phototag
>>> result = phototag.analyze("jane.jpg")  # doctest: +SKIP
>>> result.kind, result.confidence  # doctest: +SKIP
(<Kind.HEADSHOT: 'headshot'>, 0.97)

Names are resolved when first used (PEP 562): importing phototag takes no time and loads nothing else.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

from phototag.version import __version__

if TYPE_CHECKING:
    from phototag import errors, gallery
    from phototag.analysis.decisions.decision import Decision, DrawnCrop
    from phototag.analysis.keywords.claims import Keywords, Level
    from phototag.analysis.keywords.vocabulary import Vocabulary
    from phototag.analysis.result import Analysis
    from phototag.analyzer import Analyzer
    from phototag.api import analyze, close, crop, read, remove, tag, write
    from phototag.catalogue.checking import (
        Checked,
        CheckFinding,
        CheckKind,
        CheckOptions,
        Severity,
        check_catalogue,
    )
    from phototag.catalogue.cropping import CropOutcome, crop_catalogue
    from phototag.catalogue.deciding import decide_catalogue
    from phototag.catalogue.learn import ChangedVerdict, Learning, learn
    from phototag.catalogue.listing import ListedPhoto, list_catalogue
    from phototag.catalogue.removing import remove_catalogue
    from phototag.catalogue.run_log import Run
    from phototag.catalogue.tagging import tag_catalogue
    from phototag.catalogue.undoing import runs, undo
    from phototag.catalogue.watch import watch_catalogue
    from phototag.criteria import Criterion, Earlier
    from phototag.criteria.background import BackgroundKind
    from phototag.criteria.cropping import Shot
    from phototag.criteria.environment import Place
    from phototag.criteria.finding import Finding, Status
    from phototag.criteria.focus import Focus
    from phototag.criteria.mood import VisibleExpression
    from phototag.criteria.posing import Facing, Gaze
    from phototag.criteria.retouching import Colour, Style
    from phototag.criteria.subjects import Subjects
    from phototag.criteria.verdict import Grade, Kind, Verdict
    from phototag.crops import Crop, Fit, Profile, Refusal
    from phototag.errors import PhotoError, PhototagError, SetupError
    from phototag.metadata.change import Change
    from phototag.metadata.record import Record
    from phototag.options import (
        CatalogueOptions,
        ChangeOptions,
        CropOptions,
        DecideOptions,
        GalleryOptions,
        LearnOptions,
        Limits,
        ListOptions,
        RemoveOptions,
        TagOptions,
        UndoOptions,
        WatchOptions,
        WriteOptions,
    )
    from phototag.outcome import (
        Done,
        Failed,
        LeftBehind,
        Outcome,
        RemovalOutcome,
        Removed,
        TreeOutcome,
        Unchanged,
        VerdictSource,
    )
    from phototag.scene.geometry import Box, Point
    from phototag.scene.measures import Scene

_HOMES = {
    "phototag.analysis.decisions.decision": ("Decision", "DrawnCrop"),
    "phototag.analysis.keywords.claims": ("Keywords", "Level"),
    "phototag.analysis.keywords.vocabulary": ("Vocabulary",),
    "phototag.analysis.result": ("Analysis",),
    "phototag.analyzer": ("Analyzer",),
    "phototag.api": ("analyze", "close", "crop", "read", "remove", "tag", "write"),
    "phototag.catalogue.checking": (
        "Checked",
        "CheckFinding",
        "CheckKind",
        "CheckOptions",
        "Severity",
        "check_catalogue",
    ),
    "phototag.catalogue.cropping": ("CropOutcome", "crop_catalogue"),
    "phototag.catalogue.deciding": ("decide_catalogue",),
    "phototag.catalogue.learn": ("ChangedVerdict", "Learning", "learn"),
    "phototag.catalogue.listing": ("ListedPhoto", "list_catalogue"),
    "phototag.catalogue.removing": ("remove_catalogue",),
    "phototag.catalogue.run_log": ("Run",),
    "phototag.catalogue.tagging": ("tag_catalogue",),
    "phototag.catalogue.undoing": ("runs", "undo"),
    "phototag.catalogue.watch": ("watch_catalogue",),
    "phototag.criteria": ("Criterion", "Earlier"),
    "phototag.criteria.background": ("BackgroundKind",),
    "phototag.criteria.cropping": ("Shot",),
    "phototag.criteria.environment": ("Place",),
    "phototag.criteria.finding": ("Finding", "Status"),
    "phototag.criteria.focus": ("Focus",),
    "phototag.criteria.mood": ("VisibleExpression",),
    "phototag.criteria.posing": ("Facing", "Gaze"),
    "phototag.criteria.retouching": ("Colour", "Style"),
    "phototag.criteria.subjects": ("Subjects",),
    "phototag.criteria.verdict": ("Grade", "Kind", "Verdict"),
    "phototag.crops": ("Crop", "Fit", "Profile", "Refusal"),
    "phototag.errors": ("PhotoError", "PhototagError", "SetupError"),
    "phototag.metadata.change": ("Change",),
    "phototag.metadata.record": ("Record",),
    "phototag.options": (
        "CatalogueOptions",
        "ChangeOptions",
        "CropOptions",
        "DecideOptions",
        "GalleryOptions",
        "LearnOptions",
        "Limits",
        "ListOptions",
        "RemoveOptions",
        "TagOptions",
        "UndoOptions",
        "WatchOptions",
        "WriteOptions",
    ),
    "phototag.outcome": (
        "Done",
        "Failed",
        "LeftBehind",
        "Outcome",
        "RemovalOutcome",
        "Removed",
        "TreeOutcome",
        "Unchanged",
        "VerdictSource",
    ),
    "phototag.scene.geometry": ("Box", "Point"),
    "phototag.scene.measures": ("Scene",),
}
#: Modules available without a separate import; ``ray`` needs the extra of that name.
_MODULES = ("errors", "gallery", "ray")
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}

__all__ = [  # noqa: RUF022 - ordered by purpose, not by alphabet
    # functions for single photos
    "analyze", "write", "tag", "read", "remove", "crop", "close", "Analyzer",
    # whole trees
    "tag_catalogue", "watch_catalogue", "remove_catalogue", "undo", "runs", "check_catalogue", "list_catalogue",
    "decide_catalogue", "crop_catalogue", "learn", "gallery",
    # results
    "Analysis", "Verdict", "Finding", "Crop", "Refusal", "Keywords", "Scene", "Record", "Change", "VerdictSource",
    "Outcome", "Done", "Failed", "TreeOutcome", "Unchanged", "LeftBehind", "RemovalOutcome", "Removed",
    "Run", "ListedPhoto", "CropOutcome", "Checked", "CheckFinding", "CheckKind", "Severity",
    "Decision", "DrawnCrop", "Learning", "ChangedVerdict", "Box", "Point",
    # options
    "TagOptions", "WriteOptions", "ChangeOptions", "CatalogueOptions", "WatchOptions", "RemoveOptions",
    "UndoOptions", "CheckOptions", "GalleryOptions", "ListOptions", "DecideOptions", "CropOptions", "LearnOptions",
    "Level", "Vocabulary", "Profile", "Limits",
    # for extensions
    "Criterion", "Earlier",
    # values
    "Kind", "Grade", "Status", "Focus", "Subjects", "Shot", "VisibleExpression", "Place", "Style",
    "Colour", "BackgroundKind", "Facing", "Gaze", "Fit",
    # errors
    "PhototagError", "PhotoError", "SetupError", "errors",
    "__version__",
]  # fmt: skip


def __getattr__(name: str) -> object:
    if name in _MODULES:
        return importlib.import_module(f"phototag.{name}")
    if name not in _HOME_OF:
        raise AttributeError(f"module 'phototag' has no attribute {name!r}")
    value = getattr(importlib.import_module(_HOME_OF[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
