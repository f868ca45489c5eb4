"""Options that several commands share."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from threading import Event
from typing import Literal

import attrs

from phototag.analysis.keywords.claims import Vocabulary, thresholds
from phototag.criteria import personal
from phototag.criteria.calibration import Calibration
from phototag.crops import Profile
from phototag.files import StrPath, arguments
from phototag.files.sizes import MOST_PIXELS
from phototag.options.group import Group
from phototag.options.setting import Checked, option, setting

Workers = int | Literal["auto"]


@attrs.frozen(kw_only=True, slots=False)
class Limits(Checked):
    """The limits for one photo; beyond them, the photo gives an error, and the run continues.

    Seconds count from the request to the answer; after them, the sealed process is ended. It needs about 300
    MB of memory for itself; a picture of 250 million pixels needs about 2,500 MB.
    """

    seconds: float = option(
        60.0,
        "The most time for one photo; one that takes longer has failed.",
        group=Group.SPEED,
        flag="--timeout",
        metavar="SECONDS",
        least=0.1,
    )
    memory: int = option(
        4096,
        "The most memory for one worker (Linux).",
        group=Group.SPEED,
        flag="--max-memory",
        metavar="MB",
        least=512,
    )
    pixels: int = option(
        MOST_PIXELS,
        "The most pixels; a larger picture is not opened.",
        group=Group.SPEED,
        flag="--max-pixels",
        metavar="N",
        least=1,
    )
    require_seal: bool = option(
        False,
        "Stop if this system cannot deny files and network to the program that opens pictures; `phototag doctor` says whether it can.",
        group=Group.SPEED,
    )


def _profiles(given: Iterable[Profile] | None) -> tuple[Profile, ...] | None:
    arguments.check(profiles=(given, Sequence[Profile] | None))
    return None if given is None else tuple(given)


def _limits(given: Limits | None) -> Limits:
    return Limits() if given is None else given


@attrs.frozen(kw_only=True, slots=False, eq=False, repr=False)
class PathsOptions(Checked):
    """Which photos a command is about, beside those on its command line."""

    paths_from: StrPath | None = option(
        None,
        "Also take the photos and folders that this file names (-: standard input). A null byte ends each path, as "
        "in the output of `find -print0` and `phototag list --format paths`.",
        group=Group.PHOTOS,
        kind="file or -",
        metavar="FILE|-",
    )


@attrs.frozen(kw_only=True, slots=False, eq=False, repr=False)
class StopOptions(Checked):
    """How a program ends a call early."""

    stop: Event | None = option(
        None, "Set it to end the call early; photos in progress are finished.", kind="internal"
    )


@attrs.frozen(kw_only=True, slots=False, eq=False, repr=False)
class WorkOptions(StopOptions):
    """How many photos are processed at once, and the limits for each."""

    workers: Workers = option(
        "auto",
        "How many workers, each with a photo of its own; auto: one for each processor core, as far as there is memory.",
        group=Group.SPEED,
        metavar="N|auto",
        least=1,
    )
    limits: Limits = attrs.field(
        factory=Limits,
        converter=_limits,
        metadata=setting("Limits for one photo.", kind="internal"),
    )


@attrs.frozen(kw_only=True, slots=False, eq=False, repr=False)
class ProfileOptions(Checked):
    """Which crops are suggested."""

    profiles: tuple[Profile, ...] | None = attrs.field(
        default=None,
        converter=_profiles,
        metadata=setting(
            "Your own crop profiles (formats for crops), in place of phototag's: a TOML file, or the name that an "
            "added package gives them.",
            group=Group.JUDGING,
            decides=True,
        ),
    )


@attrs.frozen(kw_only=True, slots=False, eq=False, repr=False)
class CalibrationOptions(Checked):
    """By which numbers photos are judged."""

    calibration: Calibration | None = attrs.field(
        default=None,
        converter=personal.chosen,
        metadata=setting(
            "The numbers by which photos are judged: a file that `phototag learn` has written, the name that an added "
            "package gives them, or shipped: those that phototag comes with.",
            group=Group.JUDGING,
            metavar="NAME|FILE",
            default="what phototag has learned from you, else shipped",
            decides=True,
        ),
    )


@attrs.frozen(kw_only=True, slots=False)
class VocabularyOptions(Checked):
    """Which keywords are written for a result."""

    vocabulary: Vocabulary = attrs.field(
        factory=Vocabulary,
        metadata=setting(
            "Your own keywords: a TOML file, or the name that an added package gives them.",
            group=Group.WORDS,
            default="phototag's own keywords",
            decides=True,
        ),
    )


@attrs.frozen(kw_only=True, slots=False)
class ThresholdOptions(Checked):
    """How sure a finding must be."""

    min_confidence: Mapping[str, float] = attrs.field(
        factory=dict,
        converter=thresholds,
        metadata=setting(
            "Write keywords only where phototag is at least this sure, from 0 to 1: of the verdict, as in 0.9, or of "
            "one criterion, as in cropping=0.8. Other keywords of earlier runs are removed, and a note says so. Can "
            "be given several times.",
            group=Group.WORDS,
            decides=True,
        ),
    )


@attrs.frozen(kw_only=True, slots=False, eq=False, repr=False)
class StateOptions(Checked):
    """Where the results of runs are stored."""

    state: StrPath | None = option(
        None,
        "The state file, which remembers what earlier runs have found (default: one for each user).",
        group=Group.RUNS,
        kind="new file",
        metavar="FILE",
    )


@attrs.frozen(kw_only=True, slots=False, eq=False, repr=False)
class WaitOptions(Checked):
    """What happens while another run is working in the same folders."""

    wait: bool = option(
        False,
        "If another run is working in the same folders, wait until it has ended, instead of failing.",
        group=Group.RUNS,
    )


@attrs.frozen(kw_only=True, slots=False, eq=False, repr=False)
class LinkOptions(Checked):
    """How a tree is searched."""

    follow_links: bool = option(
        False, "Also search folders to which symbolic links lead.", group=Group.PHOTOS
    )


@attrs.frozen(kw_only=True, slots=False, eq=False, repr=False)
class PairOptions(Checked):
    """How raw files are treated."""

    pairs: bool = option(
        False,
        "Give a raw file the verdict of the developed photo (a JPEG, for example) that has the same name.",
        group=Group.PHOTOS,
        decides=True,
    )
