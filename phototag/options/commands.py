"""The options of each command, put together from those that it shares with others."""

from __future__ import annotations

from collections.abc import Iterable

import attrs

from phototag.analysis.decisions.decision import Decision
from phototag.criteria.cropping import Shot
from phototag.criteria.environment import Place
from phototag.criteria.mood import VisibleExpression
from phototag.criteria.verdict import Kind
from phototag.errors import BadValue
from phototag.files import StrPath, arguments
from phototag.options import chosen
from phototag.options.common import (
    CalibrationOptions,
    LinkOptions,
    PairOptions,
    ProfileOptions,
    StateOptions,
    WaitOptions,
    WorkOptions,
)
from phototag.options.group import Group
from phototag.options.setting import option, setting
from phototag.options.writing import ChangeOptions, KeptOptions, KeptTagOptions, TagOptions


def _forget(given: StrPath | Iterable[StrPath]) -> tuple[str, ...]:
    return _paths("forget", given)


def _moved_to(given: StrPath | Iterable[StrPath]) -> tuple[str, ...]:
    return _paths("moved_to", given)


def _paths(name: str, given: StrPath | Iterable[StrPath]) -> tuple[str, ...]:
    if isinstance(given, str | bytes) or not isinstance(given, Iterable):
        given = [given]
    return tuple(arguments.path(name, path) for path in given)


@attrs.frozen(kw_only=True, slots=False)
class RunOptions(
    PairOptions,
    LinkOptions,
    WaitOptions,
    StateOptions,
    ProfileOptions,
    CalibrationOptions,
    WorkOptions,
):
    """How a tree of photos is processed."""

    failed: bool = option(
        False, "Tag only the photos that failed in earlier runs.", group=Group.PHOTOS
    )
    forget: tuple[str, ...] = attrs.field(
        default=(),
        converter=_forget,
        metadata=setting(
            "Forget what people have decided about this photo, or about all photos in this folder. Can be given "
            "several times.",
            group=Group.RUNS,
            metavar="PATH",
        ),
    )


@attrs.frozen(kw_only=True, slots=False)
class CatalogueOptions(RunOptions, TagOptions):
    """Options of ``tag_catalogue`` and ``phototag tag``."""


@attrs.frozen(kw_only=True, slots=False)
class WatchOptions(
    PairOptions, StateOptions, ProfileOptions, CalibrationOptions, WorkOptions, TagOptions
):
    """Options of ``watch_catalogue`` and ``phototag watch``."""

    settled: float = option(
        2.0,
        "Tag a file when it has not changed for this long.",
        group=Group.PHOTOS,
        metavar="SECONDS",
        least=0,
    )
    poll: bool = option(
        False,
        "Look for new files at short intervals, instead of being told by the system: needed on network drives.",
        group=Group.PHOTOS,
    )


@attrs.frozen(kw_only=True, slots=False)
class RemoveOptions(LinkOptions, WaitOptions, WorkOptions, ChangeOptions):
    """Options of ``remove_catalogue`` and ``phototag remove``."""


@attrs.frozen(kw_only=True, slots=False)
class UndoOptions(WaitOptions, StateOptions, WorkOptions, ChangeOptions):
    """Options of ``undo`` and ``phototag undo``."""

    run: int | None = option(
        None, "Number of the run; None = the last one that can be undone.", kind="internal"
    )
    moved_to: tuple[str, ...] = attrs.field(
        default=(),
        converter=_moved_to,
        metadata=setting(
            "Also look for the photos of the run here, a photo or folder to which they were moved. Can be given "
            "several times.",
            group=Group.PHOTOS,
            metavar="PATH",
        ),
    )
    forget_deleted: bool = option(
        False,
        "Photos of the run that are not found were deleted: the run log forgets them.",
        group=Group.PHOTOS,
    )


@attrs.frozen(kw_only=True, slots=False)
class GalleryOptions(StateOptions, ProfileOptions, CalibrationOptions, WorkOptions):
    """Options of ``gallery.build`` and ``phototag gallery``."""

    out: StrPath = attrs.field(
        metadata=setting(
            "The HTML file to write.",
            group=Group.PAGE,
            short="-o",
            kind="new file",
            metavar="OUT.html",
        )
    )
    title: str = option("phototag", "Title of the page.", group=Group.PAGE)
    overwrite: bool = option(
        False, "Replace OUT.html even if it is not a page of phototag.", group=Group.PAGE
    )


@attrs.frozen(kw_only=True, slots=False)
class RecallOptions(LinkOptions, StateOptions, ProfileOptions, CalibrationOptions, WorkOptions):
    """Options of ``phototag analyze``: where results come from."""

    recall: bool = option(
        False,
        "Print what `phototag tag` would write: take over what earlier runs have found and what people have "
        "decided.",
        group=Group.RUNS,
    )


@attrs.frozen(kw_only=True, slots=False)
class ReviewOptions(
    LinkOptions, StateOptions, ProfileOptions, CalibrationOptions, WorkOptions, KeptTagOptions
):
    """Options of ``phototag review``."""

    port: int = option(
        0,
        "Port of the page's address on this computer; 0: any free one.",
        group=Group.PAGE,
        metavar="N",
        least=0,
        most=65535,
    )
    no_open: bool = option(
        False, "Do not open the page in the browser; only print its address.", group=Group.PAGE
    )


@attrs.frozen(kw_only=True, slots=False)
class DecideOptions(
    PairOptions,
    LinkOptions,
    WaitOptions,
    StateOptions,
    ProfileOptions,
    CalibrationOptions,
    WorkOptions,
    KeptOptions,
):
    """Options of ``decide_catalogue`` and ``phototag decide``."""

    kind: Kind | None = attrs.field(
        default=None,
        converter=chosen.kind,
        metadata=setting("Decide what the photos are.", group=Group.ACTION, decides=True),
    )
    shot: Shot | None = attrs.field(
        default=None,
        converter=chosen.shot,
        metadata=setting(
            "Decide how much of a person they show (the shot size).",
            group=Group.ACTION,
            decides=True,
        ),
    )
    expression: VisibleExpression | None = attrs.field(
        default=None,
        converter=chosen.expression,
        metadata=setting("Decide which expression is visible.", group=Group.ACTION, decides=True),
    )
    environment: Place | None = attrs.field(
        default=None,
        converter=chosen.environment,
        metadata=setting(
            "Decide in which surroundings they were taken.", group=Group.ACTION, decides=True
        ),
    )
    forget: bool = option(
        False,
        "Take back all that people have decided about the photos: phototag's own verdict holds again.",
        group=Group.ACTION,
        decides=True,
    )

    def __attrs_post_init__(self) -> None:
        super().__attrs_post_init__()
        given = "give kind, shot, expression or environment, or only forget"
        if self.decision and self.forget:
            problem = "it takes back all that was decided, and so stands alone"
            raise BadValue("forget", problem, given)
        if not self.decision and not self.forget:
            raise BadValue("kind", "nothing is decided", given)

    @property
    def decision(self) -> Decision:
        """What is said of the photos; empty where it is to be forgotten."""
        return Decision(
            kind=self.kind,
            shot=self.shot,
            expression=self.expression,
            environment=self.environment,
        )


@attrs.frozen(kw_only=True, slots=False)
class LearnOptions(StateOptions):
    """Options of ``learn`` and ``phototag learn``."""

    out: StrPath | None = option(
        None,
        "Where to write what was learned (default: where all commands of this user find it).",
        group=Group.FILES,
        short="-o",
        kind="new file",
        metavar="FILE",
    )
    dry_run: bool = option(
        False, "Print what would be learned, without writing it.", group=Group.ACTION
    )
