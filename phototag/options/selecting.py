"""The options of what uses the results of runs without changing photos: lists, and crops as new files."""

from __future__ import annotations

import enum
from collections.abc import Callable
from typing import Literal, TypeVar

import attrs

from phototag.criteria.background import BackgroundKind
from phototag.criteria.cropping import Shot
from phototag.criteria.environment import Place
from phototag.criteria.mood import VisibleExpression
from phototag.criteria.verdict import Grade, Kind
from phototag.crops.size import Size, size
from phototag.files import arguments
from phototag.options.common import (
    CalibrationOptions,
    LinkOptions,
    Path,
    ProfileOptions,
    StateOptions,
    WorkOptions,
)
from phototag.options.setting import option, setting

E = TypeVar("E", bound=enum.StrEnum)
QUALITY = 95  # of a crop that is encoded again


def _out(given: Path | None) -> str | None:
    return None if given is None else arguments.path("out", given)


def _one_of(name: str, kind: type[E]) -> Callable[[E | str | None], E | None]:
    """The converter of an option that takes a value of an enum, or its text."""

    def convert(given: E | str | None) -> E | None:
        return None if given is None else arguments.one_of(name, given, kind)

    return convert


def _only(name: str, kind: type[E], what: str) -> E | None:
    """The option that selects photos by a value of an enum."""
    found: E | None = attrs.field(
        default=None, converter=_one_of(name, kind), metadata=setting(f"Only photos with {what}.")
    )
    return found


@attrs.frozen(kw_only=True, slots=False)
class ListOptions(LinkOptions, StateOptions, CalibrationOptions, ProfileOptions):
    """Options of ``list_catalogue`` and ``phototag list``."""

    kind: Kind | None = _only("kind", Kind, "this verdict")
    doubtful: bool = option(
        False, "Only photos whose verdict is doubtful, and about which no person has decided."
    )
    people: int | None = option(
        None, "Only photos with this number of people as the subject.", metavar="N", least=0
    )
    shot: Shot | None = _only("shot", Shot, "this shot size")
    expression: VisibleExpression | None = _only("expression", VisibleExpression, "this expression")
    background: BackgroundKind | None = _only("background", BackgroundKind, "this background")
    environment: Place | None = _only("environment", Place, "this environment")
    grade: Grade | None = _only("grade", Grade, "this grade")
    crop: str | None = option(
        None, "Only photos that have a crop for this profile.", metavar="PROFILE"
    )
    decided: bool = option(False, "Only photos about which a person has decided something.")


@attrs.frozen(kw_only=True, slots=False)
class CropOptions(LinkOptions, StateOptions, ProfileOptions, CalibrationOptions, WorkOptions):
    """Options of ``crop_catalogue`` and ``phototag crop``."""

    profile: str = attrs.field(
        metadata=setting("Crop profile, for example casting_8x10.", metavar="NAME", decides=True)
    )
    size: Size | None = attrs.field(
        default=None,
        converter=size,
        metadata=setting(
            "Exact size of the new files, for example 600x600; larger crops are reduced.",
            metavar="WxH",
            decides=True,
        ),
    )
    enlarge: bool = option(False, "Also enlarge crops that are smaller than --size.", decides=True)
    level: bool = option(False, "Turn the picture so that a tilted head is upright.", decides=True)
    people: Literal["main", "each"] = option(
        "main",
        "each: one crop for each person who is the subject, as if alone in the photo.",
        decides=True,
    )
    name: str | None = attrs.field(
        default=None,
        metadata=setting(
            "Names of the new files, made of {stem}, {profile}, {person}, {folder} and {ext}.",
            metavar="TEMPLATE",
            default="{stem}.{profile}.{ext}, for each person {stem}.{profile}.{person}.{ext}",
            decides=True,
        ),
    )
    quality: int = option(
        QUALITY,
        "Quality of the new JPEG or WebP.",
        metavar="N",
        least=1,
        most=100,
        decides=True,
    )
    lossless: bool = option(
        False, "Crop a JPEG at its block boundaries, without encoding it again.", decides=True
    )
    lightroom: bool = option(
        False,
        "Copy the whole photo with a crop setting that Lightroom and darktable apply.",
        decides=True,
    )
    out: str | None = attrs.field(
        default=None,
        converter=_out,
        metadata=setting(
            "Folder of the new files. For a single photo, it may be the new file, and NAME.PROFILE.jpg beside the "
            "photo is the default.",
            short="-o",
            metavar="OUT",
        ),
    )
