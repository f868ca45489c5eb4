"""Options that several commands share."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from threading import Event
from typing import Literal

import attrs

from phototag.criteria import personal
from phototag.criteria.calibration import Calibration
from phototag.crops import Profile
from phototag.files import arguments
from phototag.files.sizes import MOST_PIXELS
from phototag.keywords.claims import Vocabulary, thresholds
from phototag.options.setting import Checked, option, setting

Path = str | os.PathLike[str]
Workers = int | Literal["auto"]


@attrs.frozen(kw_only=True, slots=False)
class Limits(Checked):
    """The limits for one photo; beyond them, the photo gives an error, and the run continues.

    Seconds count from the request to the answer; after them, the sealed process is ended. It needs about 300
    MB of memory for itself; a picture of 250 million pixels needs about 2,500 MB.
    """

    seconds: float = option(
        60.0, "Maximum time for one photo.", flag="--timeout", metavar="SECONDS", least=0.1
    )
    memory: int = option(
        4096, "Maximum memory of a worker (Linux).", flag="--max-memory", metavar="MB", least=512
    )
    pixels: int = option(
        MOST_PIXELS, "Maximum number of pixels.", flag="--max-pixels", metavar="N", least=1
    )
    require_seal: bool = option(
        False, "Stop if the system cannot seal the process that opens pictures; see SECURITY.md."
    )


def _profiles(given: Iterable[Profile] | None) -> tuple[Profile, ...] | None:
    arguments.check(profiles=(given, Sequence[Profile] | None))
    return None if given is None else tuple(given)


def _limits(given: Limits | None) -> Limits:
    return Limits() if given is None else given


@attrs.frozen(kw_only=True, slots=False, eq=False, repr=False)
class PathsOptions(Checked):
    """Which photos a command is about, beside those on its command line."""

    paths_from: Path | None = option(
        None,
        "Also the photos and folders in this file (-: standard input), each path followed by a null byte, as "
        "`find -print0` and `phototag list --format paths` write them.",
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
        "Parallel workers; auto: one per core, as far as there is memory.",
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
            "Crop profiles to use instead of phototag's: a TOML file, or a name from a package.",
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
            "Your own calibration: a TOML file of `phototag learn`, or a name from a package; shipped: "
            "phototag's own.",
            metavar="NAME|FILE",
            default="yours, if there is one, else phototag's",
            decides=True,
        ),
    )


@attrs.frozen(kw_only=True, slots=False)
class VocabularyOptions(Checked):
    """Which keywords are written for a result."""

    vocabulary: Vocabulary = attrs.field(
        factory=Vocabulary,
        metadata=setting(
            "Your own keywords: a TOML file, or the name of a vocabulary from a package.",
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
            "Minimum confidence (0 to 1) of the verdict or, as in cropping=0.8, of one criterion. "
            "Keywords below it are not written, or removed, and a note says so. Can be given several times.",
            decides=True,
        ),
    )


@attrs.frozen(kw_only=True, slots=False, eq=False, repr=False)
class StateOptions(Checked):
    """Where the results of runs are stored."""

    state: Path | None = option(
        None, "State database (default: per user).", kind="new file", metavar="FILE"
    )


@attrs.frozen(kw_only=True, slots=False, eq=False, repr=False)
class WaitOptions(Checked):
    """What happens while another run is working in the same folders."""

    wait: bool = option(
        False, "Wait for another run on the same folders to end, instead of failing."
    )


@attrs.frozen(kw_only=True, slots=False, eq=False, repr=False)
class LinkOptions(Checked):
    """How a tree is searched."""

    follow_links: bool = option(False, "Follow symbolic links to folders.")


@attrs.frozen(kw_only=True, slots=False, eq=False, repr=False)
class PairOptions(Checked):
    """How raw files are treated."""

    pairs: bool = option(
        False, "Give raw files the verdict of the developed photo of the same name.", decides=True
    )
