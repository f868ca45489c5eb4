"""Every option, defined once: name, type, default and meaning.

The functions' keyword arguments, the command-line options, the fingerprint of a run and the documentation are
made from the fields of these classes. To add an option, add a field and use it. The classes have no slots: with
slots, a class could have only one base. They only hold values; what an option does is where it is used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from phototag.options.common import (
    CalibrationOptions,
    Limits,
    LinkOptions,
    PairOptions,
    PathsOptions,
    ProfileOptions,
    StateOptions,
    StopOptions,
    ThresholdOptions,
    VocabularyOptions,
    WaitOptions,
    Workers,
    WorkOptions,
)
from phototag.options.group import Group
from phototag.options.selecting import QUALITY, CropOptions, ListOptions
from phototag.options.setting import Checked, Setting, option, part, setting, settings
from phototag.options.writing import (
    ChangeOptions,
    IptcMode,
    KeptOptions,
    KeptTagOptions,
    ResultOptions,
    SidecarMode,
    SignedMode,
    TagOptions,
    TimeMode,
    WordOptions,
    WriteOptions,
)

if TYPE_CHECKING:
    from phototag.options.commands import (
        CatalogueOptions,
        DecideOptions,
        GalleryOptions,
        LearnOptions,
        RecallOptions,
        RemoveOptions,
        ReviewOptions,
        RunOptions,
        UndoOptions,
        WatchOptions,
    )

__all__ = [
    "QUALITY",
    "CalibrationOptions",
    "CatalogueOptions",
    "ChangeOptions",
    "Checked",
    "CropOptions",
    "DecideOptions",
    "GalleryOptions",
    "Group",
    "IptcMode",
    "KeptOptions",
    "KeptTagOptions",
    "LearnOptions",
    "Limits",
    "LinkOptions",
    "ListOptions",
    "PairOptions",
    "PathsOptions",
    "ProfileOptions",
    "RecallOptions",
    "RemoveOptions",
    "ResultOptions",
    "ReviewOptions",
    "RunOptions",
    "Setting",
    "SidecarMode",
    "SignedMode",
    "StateOptions",
    "StopOptions",
    "TagOptions",
    "ThresholdOptions",
    "TimeMode",
    "UndoOptions",
    "VocabularyOptions",
    "WaitOptions",
    "WatchOptions",
    "WordOptions",
    "WorkOptions",
    "Workers",
    "WriteOptions",
    "option",
    "part",
    "setting",
    "settings",
]


def __getattr__(name: str) -> object:
    """The options of whole commands are made when first asked for: a single photo needs none of them."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from phototag.options import commands  # noqa: PLC0415 - see above

    return getattr(commands, name)
