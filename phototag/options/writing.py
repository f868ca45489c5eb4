"""Options of everything that changes a photo."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

import attrs

from phototag.analysis.decisions.corrections_file import by_picture
from phototag.analysis.decisions.decision import Decision
from phototag.analysis.keywords.claims import Level, Vocabulary, level
from phototag.criteria.verdict import Kind
from phototag.files import StrPath, arguments
from phototag.options.common import ThresholdOptions, VocabularyOptions
from phototag.options.group import Group
from phototag.options.setting import Checked, option, setting

IptcMode = Literal["auto", "always", "never"]  # equal types are one to Python, whatever their order
SidecarMode = Literal["auto", "always", "never"]
SignedMode = Literal["write", "sidecar", "skip"]
TimeMode = Literal["auto", "keep", "now"]


def _corrections(
    given: StrPath | Mapping[str, Decision | Kind] | None,
) -> Mapping[str, Decision]:
    if not isinstance(given, Mapping):
        return by_picture(given) if given else {}
    return {picture: _decision(picture, said) for picture, said in given.items()}


def _decision(picture: str, said: Decision | Kind) -> Decision:
    if isinstance(said, Decision):
        return said
    arguments.check(**{f"corrections[{picture!r}]": (said, Kind)})
    return Decision(kind=said)


@attrs.frozen(kw_only=True, slots=False)
class ChangeOptions(Checked):
    """How a file is changed."""

    dry_run: bool = option(
        False, "Print what would change, without changing anything.", group=Group.FILES
    )
    allow_hard_links: bool = option(
        False,
        "Also write files that have several names (hard links). The other names keep the old content.",
        group=Group.FILES,
    )
    allow_new_owner: bool = option(
        False,
        "Also write files whose owner, group or access list cannot be kept.",
        group=Group.FILES,
    )
    mtime: TimeMode = option(
        "auto",
        "The file time of a changed photo; keep: the old one; now: that of the change; auto: now if the photo itself "
        "says when it was taken, else one second after the old one, since applications show that as its date.",
        group=Group.FILES,
    )


@attrs.frozen(kw_only=True, slots=False)
class WriteOptions(ChangeOptions):
    """How metadata is written into a photo."""

    iptc: IptcMode = option(
        "always",
        "Whether to write IPTC keywords in addition to XMP; auto: if the photo has some already.",
        group=Group.FILES,
        decides=True,
    )
    sidecar: SidecarMode = option(
        "auto",
        "Whether to write an XMP sidecar, a small file beside the photo; auto: if the format needs one, or if there "
        "is one; always: in place of writing into the photo; never: only into the photo.",
        group=Group.FILES,
        decides=True,
    )
    signed: SignedMode = option(
        "write",
        "What to do with photos that their camera or a program has signed (C2PA); write: as with others, though the "
        "signature is not valid while tags are in the photo; sidecar: write only sidecars; skip: leave them alone.",
        group=Group.FILES,
        decides=True,
    )
    force: bool = option(
        False,
        "Also write keywords that you have deleted from a photo since phototag wrote them.",
        group=Group.FILES,
    )


@attrs.frozen(kw_only=True, slots=False)
class WordOptions(ThresholdOptions, VocabularyOptions):
    """Which keywords are written for a result."""

    keywords: Level = attrs.field(
        default=Level.MINIMAL,
        converter=level,
        metadata=setting(
            "minimal: the verdict, and whether it is doubtful; standard: also whether a headshot looks professional, "
            "the shot size, and the number of people; full: all criteria.",
            group=Group.WORDS,
            decides=True,
        ),
    )


@attrs.frozen(kw_only=True, slots=False)
class ResultOptions(WordOptions, WriteOptions):
    """What is written for a result, and how."""

    lightroom_crop: str | None = option(
        None,
        "Make Lightroom and darktable show the crop for this crop profile. It is written into sidecars only. "
        "Warning: this changes how the photos look in these applications.",
        group=Group.WORDS,
        metavar="PROFILE",
        completes="crop profiles",
        decides=True,
    )
    faces: bool = option(
        False,
        "Also write where faces are (regions); applications list them as unnamed people.",
        group=Group.WORDS,
        decides=True,
    )


@attrs.frozen(kw_only=True, slots=False)
class TagOptions(ResultOptions):
    """Which keywords are written into a photo, and how."""

    corrections: Mapping[str, Decision] = attrs.field(
        factory=dict,
        converter=_corrections,
        metadata=setting(
            "Apply the corrections that you saved from the page of `phototag gallery`. Later runs on the same folders "
            "keep to them.",
            group=Group.RUNS,
            kind="file",
            metavar="FILE",
        ),
    )


def _same(name: str) -> Mapping[Any, Any]:
    """What defines an option of tagging."""
    return attrs.fields_dict(TagOptions)[name].metadata


def _chosen_level(given: Level | str | None) -> Level | None:
    return None if given is None else level(given)


@attrs.frozen(kw_only=True, slots=False)
class KeptOptions(ThresholdOptions, ChangeOptions):
    """What is written for a decision, and how: what is not given is as the photo was written last."""

    vocabulary: Vocabulary | None = attrs.field(default=None, metadata=_same("vocabulary"))
    keywords: Level | None = attrs.field(
        default=None, converter=_chosen_level, metadata=_same("keywords")
    )
    iptc: IptcMode | None = attrs.field(default=None, metadata=_same("iptc"))
    sidecar: SidecarMode | None = attrs.field(default=None, metadata=_same("sidecar"))
    signed: SignedMode | None = attrs.field(default=None, metadata=_same("signed"))
    force: bool = attrs.field(default=False, metadata=_same("force"))
    lightroom_crop: str | None = attrs.field(default=None, metadata=_same("lightroom_crop"))
    faces: bool = attrs.field(default=False, metadata=_same("faces"))


@attrs.frozen(kw_only=True, slots=False)
class KeptTagOptions(KeptOptions):
    """The same where corrections can be given, too."""

    corrections: Mapping[str, Decision] = attrs.field(
        factory=dict, converter=_corrections, metadata=_same("corrections")
    )
