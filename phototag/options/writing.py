"""Options of everything that changes a photo."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import attrs

from phototag.criteria.verdict import Kind
from phototag.decisions.decision import Decision
from phototag.decisions.file import by_picture
from phototag.files import arguments
from phototag.keywords.claims import Level, level
from phototag.options.common import Path, ThresholdOptions, VocabularyOptions
from phototag.options.setting import Checked, option, setting

IptcMode = Literal["always", "auto", "never"]
SidecarMode = Literal["auto", "always", "never"]
SignedMode = Literal["write", "sidecar", "skip"]
TimeMode = Literal["auto", "keep", "now"]


def _corrections(
    given: Path | Mapping[str, Decision | Kind] | None,
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

    dry_run: bool = option(False, "Print what would change, without changing anything.")
    allow_hard_links: bool = option(
        False, "Also write files that have hard links. The other names keep the old content."
    )
    allow_new_owner: bool = option(
        False, "Also write files whose owner, group or access list cannot be kept."
    )
    mtime: TimeMode = option(
        "auto",
        "New modification time of a changed photo; keep: the old one; auto: now if the photo holds its date, else "
        "one second after the old one, which applications show as its date.",
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
    force: bool = option(False, "Also write keywords that you have deleted.")


@attrs.frozen(kw_only=True, slots=False)
class WordOptions(ThresholdOptions, VocabularyOptions):
    """Which keywords are written for a result."""

    keywords: Level = attrs.field(
        default=Level.MINIMAL,
        converter=level,
        metadata=setting(
            "minimal: the verdict, and whether it is doubtful; standard: also grade, shot size and number of "
            "people; full: all criteria.",
            decides=True,
        ),
    )


@attrs.frozen(kw_only=True, slots=False)
class TagOptions(WordOptions, WriteOptions):
    """Which keywords are written into a photo, and how."""

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
    corrections: Mapping[str, Decision] = attrs.field(
        factory=dict,
        converter=_corrections,
        metadata=setting(
            "Corrections saved in a gallery. Later runs on the same folders keep using them.",
            kind="file",
            metavar="FILE",
        ),
    )
