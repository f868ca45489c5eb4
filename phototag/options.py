"""Every option, defined once: name, type, default and meaning.

The functions' keyword arguments, the command-line options, the fingerprint of a run and the documentation are
made from the fields below. To add an option, add a field and use it. The classes have no slots: with slots, a
class could have only one base.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from threading import Event
from typing import Any, Final, Literal, TypeVar

import attrs

from phototag.criteria.corrections import by_picture
from phototag.criteria.verdict import Kind
from phototag.crops import Profile
from phototag.files import arguments
from phototag.files.sizes import MOST_PIXELS
from phototag.keywords.claims import Level, Vocabulary, level, thresholds

O = TypeVar("O")  # noqa: E741 - an options class
T = TypeVar("T")

Path = str | os.PathLike[str]
IptcMode = Literal["always", "auto", "never"]
SidecarMode = Literal["auto", "always", "never"]
SignedMode = Literal["write", "sidecar", "skip"]
Workers = int | Literal["auto"]

_CORRECTIONS: Final = Mapping[str, Kind]
_KEY: Final = "phototag"  # key in a field's metadata


@attrs.frozen(kw_only=True)
class Setting:
    """What defines an option, apart from its name, type and default.

    Attributes:
        help: its meaning, in one or two sentences; for ``--help`` and the documentation.
        flag: its name on the command line; by default the name with dashes.
        short: one letter for the command line.
        metavar: placeholder for the value in ``--help``.
        least, most: range of a number.
        default: description of the default, if its value is not informative.
        command: default of the command line, if it is another one than that of the functions.
        kind: ``option``; ``file`` or ``new file`` for a path; ``internal`` for an option that is
            not on the command line.
        decides: whether keywords, crops or regions depend on it: photos are then done again when it changes.
    """

    help: str
    flag: str | None = None
    short: str | None = None
    metavar: str | None = None
    least: float | None = None
    most: float | None = None
    default: str | None = None
    command: str | float | None = None
    kind: Literal["option", "file", "new file", "internal"] = "option"
    decides: bool = False

    @classmethod
    def of(cls, field: attrs.Attribute[Any]) -> Setting:
        """The setting in a field's metadata."""
        setting: Setting = field.metadata[_KEY]
        return setting


@attrs.frozen(kw_only=True, slots=False, eq=False, repr=False)
class Checked:
    """Options whose values are checked against the types and ranges of their fields.

    Raises:
        BadType: a value has the wrong type.
        BadValue: a value is out of its range, or not one of the allowed values.
    """

    def __attrs_post_init__(self) -> None:
        for field in attrs.fields(attrs.resolve_types(type(self))):
            name, setting, value = field.name, Setting.of(field), getattr(self, field.name)
            if setting.kind in {"file", "new file"} and field.type != _CORRECTIONS:
                if value is not None or field.default is attrs.NOTHING:
                    arguments.path(name, value)
            elif setting.least is not None:
                numbers = arguments.Number.of(field.type, setting.least, setting.most)
                arguments.check(**{name: (value, numbers)})
            else:
                arguments.check(**{name: (value, field.type)})


def option(default: T, help: str, **more: Any) -> T:  # noqa: A002 - as click calls it
    """Make a field for an option with a default; see ``Setting``."""
    field: T = attrs.field(default=default, metadata=setting(help, **more))
    return field


def setting(help: str, **more: Any) -> dict[str, Setting]:  # noqa: A002 - as click calls it
    """Make the metadata of an option's field; see ``Setting``."""
    return {_KEY: Setting(help=help, **more)}


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


def _corrections(given: Path | Mapping[str, Kind] | None) -> Mapping[str, Kind]:
    return given if isinstance(given, Mapping) else by_picture(given) if given else {}


def _forget(given: Path | Iterable[Path]) -> tuple[str, ...]:
    return _paths("forget", given)


def _moved_to(given: Path | Iterable[Path]) -> tuple[str, ...]:
    return _paths("moved_to", given)


def _paths(name: str, given: Path | Iterable[Path]) -> tuple[str, ...]:
    if isinstance(given, str | bytes) or not isinstance(given, Iterable):
        given = [given]
    return tuple(arguments.path(name, path) for path in given)


def _limits(given: Limits | None) -> Limits:
    return Limits() if given is None else given


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
        1,
        "Parallel workers; auto: one per core, as far as there is memory.",
        metavar="N|auto",
        least=1,
        command="auto",
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


@attrs.frozen(kw_only=True, slots=False)
class ChangeOptions(Checked):
    """How a file is changed."""

    dry_run: bool = option(False, "Print what would change, without changing anything.")
    allow_hard_links: bool = option(
        False, "Also write files that have hard links. The other names keep the old content."
    )
    allow_new_owner: bool = option(
        False, "Also write files whose owner, group or access list cannot be kept."
    )


@attrs.frozen(kw_only=True, slots=False)
class WriteOptions(ChangeOptions):
    """How metadata is written into a photo."""

    iptc: IptcMode = option(
        "always",
        "When to write IPTC keywords in addition to XMP; auto: if the photo has some.",
        decides=True,
    )
    sidecar: SidecarMode = option(
        "auto",
        "When to write XMP sidecars; auto: if the format needs one or if one exists; always: "
        "instead of writing into the photo.",
        decides=True,
    )
    signed: SignedMode = option(
        "write",
        "What to do with photos signed by their camera or program (C2PA), whose signature is not valid while "
        "tags are in them; sidecar: write only sidecars; skip: leave them alone.",
        decides=True,
    )
    keep_mtime: bool = option(False, "Keep the modification times of the files.")
    force: bool = option(False, "Also write keywords that you have deleted.")


@attrs.frozen(kw_only=True, slots=False)
class TagOptions(VocabularyOptions, WriteOptions):
    """Which keywords are written into a photo, and how."""

    keywords: Level = attrs.field(
        default=Level.MINIMAL,
        converter=level,
        metadata=setting(
            "minimal: the verdict; standard: also doubt, grade, shot size and people; full: all "
            "criteria.",
            decides=True,
        ),
    )
    min_confidence: Mapping[str, float] = attrs.field(
        factory=dict,
        converter=thresholds,
        metadata=setting(
            "Minimum confidence (0 to 1) of the verdict or, as in cropping=0.8, of one criterion. "
            "Keywords below it are not written, or removed. Can be given several times.",
            decides=True,
        ),
    )
    lightroom_crop: str | None = option(
        None,
        "Make Lightroom and darktable show this crop. Written into sidecars only. Warning: this "
        "changes how the photos look in these applications.",
        metavar="PROFILE",
        decides=True,
    )
    faces: bool = option(
        False, "Write faces as regions; applications list them as unnamed people.", decides=True
    )
    corrections: Mapping[str, Kind] = attrs.field(
        factory=dict,
        converter=_corrections,
        metadata=setting(
            "Corrections saved in a gallery. Later runs on the same folders keep using them.",
            kind="file",
            metavar="FILE",
        ),
    )


@attrs.frozen(kw_only=True, slots=False)
class RunOptions(PairOptions, LinkOptions, WaitOptions, StateOptions, ProfileOptions, WorkOptions):
    """How a tree of photos is processed."""

    failed: bool = option(False, "Tag only the photos that failed in earlier runs.")
    forget: tuple[str, ...] = attrs.field(
        default=(),
        converter=_forget,
        metadata=setting(
            "Forget the saved correction of this photo, or of all photos in this folder. Can be given "
            "several times.",
            metavar="PATH",
        ),
    )


@attrs.frozen(kw_only=True, slots=False)
class CatalogueOptions(RunOptions, TagOptions):
    """Options of ``tag_catalogue`` and ``phototag tag``."""


@attrs.frozen(kw_only=True, slots=False)
class WatchOptions(PairOptions, StateOptions, ProfileOptions, WorkOptions, TagOptions):
    """Options of ``watch_catalogue`` and ``phototag watch``."""

    settled: float = option(
        2.0, "Tag a file when it has not changed for this long.", metavar="SECONDS", least=0
    )
    poll: bool = option(False, "Check for new files at intervals; needed for network drives.")


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
            "Find photos that were moved out of the run's folders: search this photo or folder, too. "
            "Can be given several times.",
            metavar="PATH",
        ),
    )


@attrs.frozen(kw_only=True, slots=False)
class GalleryOptions(StateOptions, ProfileOptions, WorkOptions):
    """Options of ``gallery.build`` and ``phototag gallery``."""

    out: Path = attrs.field(
        metadata=setting("HTML file to write.", short="-o", kind="new file", metavar="OUT.html")
    )
    title: str = option("phototag", "Title of the page.")
    overwrite: bool = option(False, "Replace OUT even if it is not such a page.")


def settings(cls: type[Any]) -> dict[str, Setting]:
    """The options of a class, by field name."""
    return {field.name: Setting.of(field) for field in attrs.fields(cls)}


def part(of: Any, cls: Callable[..., O]) -> O:
    """Make options of another class: shared fields are copied, the others get their defaults."""
    names = set(settings(type(of))) & set(settings(cls))  # type: ignore[arg-type]
    return cls(**{name: getattr(of, name) for name in names})
