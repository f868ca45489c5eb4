"""The options of what uses the results of runs without changing photos: lists, and crops as new files."""

from __future__ import annotations

from typing import Literal

import attrs

from phototag.criteria.background import BackgroundKind
from phototag.criteria.cropping import Shot
from phototag.criteria.environment import Place
from phototag.criteria.mood import VisibleExpression
from phototag.criteria.verdict import Grade, Kind
from phototag.crops.size import Size, size
from phototag.files import StrPath, arguments
from phototag.options import chosen
from phototag.options.common import (
    CalibrationOptions,
    LinkOptions,
    ProfileOptions,
    StateOptions,
    WorkOptions,
)
from phototag.options.group import Group
from phototag.options.number_range import NumberRange, number_range
from phototag.options.setting import Setting, option, setting

QUALITY = 95  # of a crop that is encoded again


def _out(given: StrPath | None) -> str | None:
    return None if given is None else arguments.path("out", given)


def _only(what: str) -> dict[str, Setting]:
    """The metadata of an option that selects photos."""
    return setting(f"Only photos {what}.", group=Group.PHOTOS)


def _people(given: NumberRange | int | str | None) -> NumberRange | None:
    return None if given is None else number_range("people", given)


@attrs.frozen(kw_only=True, slots=False)
class ListOptions(LinkOptions, StateOptions, CalibrationOptions, ProfileOptions):
    """Options of ``list_catalogue`` and ``phototag list``."""

    kind: Kind | None = attrs.field(
        default=None, converter=chosen.kind, metadata=_only("with this verdict")
    )
    doubtful: bool = option(
        False,
        "Only photos whose verdict is less than 80 % sure, and about which no person has decided.",
        group=Group.PHOTOS,
    )
    people: NumberRange | None = attrs.field(
        default=None,
        converter=_people,
        metadata=setting(
            "Only photos with this number of people as the subject: 2, 2-5, or 2- for two or more. People in the "
            "background do not count.",
            group=Group.PHOTOS,
            metavar="N|N-M|N-",
        ),
    )
    shot: Shot | None = attrs.field(
        default=None,
        converter=chosen.shot,
        metadata=_only("that show this much of a person (the shot size)"),
    )
    expression: VisibleExpression | None = attrs.field(
        default=None, converter=chosen.expression, metadata=_only("with this visible expression")
    )
    background: BackgroundKind | None = attrs.field(
        default=None, converter=chosen.background, metadata=_only("with this background")
    )
    environment: Place | None = attrs.field(
        default=None, converter=chosen.environment, metadata=_only("taken in these surroundings")
    )
    grade: Grade | None = attrs.field(
        default=None,
        converter=chosen.grade,
        metadata=_only("that are headshots and look like this"),
    )
    crop: str | None = option(
        None,
        "Only photos of which a crop for this crop profile can be made.",
        group=Group.PHOTOS,
        metavar="PROFILE",
        completes="crop profiles",
    )
    decided: bool = option(
        False, "Only photos about which a person has decided something.", group=Group.PHOTOS
    )


@attrs.frozen(kw_only=True, slots=False)
class CropOptions(LinkOptions, StateOptions, ProfileOptions, CalibrationOptions, WorkOptions):
    """Options of ``crop_catalogue`` and ``phototag crop``."""

    profile: str = attrs.field(
        metadata=setting(
            "The crop profile: the format for which to crop, for example casting_8x10.",
            group=Group.CROP,
            metavar="NAME",
            completes="crop profiles",
            decides=True,
        )
    )
    size: Size | None = attrs.field(
        default=None,
        converter=size,
        metadata=setting(
            "Exact size of the new files in pixels, for example 600x600; larger crops are reduced.",
            group=Group.CROP,
            metavar="WxH",
            decides=True,
        ),
    )
    enlarge: bool = option(
        False, "Also enlarge crops that are smaller than --size.", group=Group.CROP, decides=True
    )
    level: bool = option(
        False, "Turn the picture so that a tilted head is upright.", group=Group.CROP, decides=True
    )
    people: Literal["main", "each"] = option(
        "main",
        "main: one crop for each photo; each: one for each person who is the subject, as if alone in the photo.",
        group=Group.CROP,
        decides=True,
    )
    name: str | None = attrs.field(
        default=None,
        metadata=setting(
            "Names of the new files, made of {stem} (the photo's name without its suffix), {folder} (that of the photo), "
            "{profile}, {person} (a number) and {ext} (the suffix of the new file).",
            group=Group.CROP,
            metavar="TEMPLATE",
            default="{stem}.{profile}.{ext}, for each person {stem}.{profile}.{person}.{ext}",
            decides=True,
        ),
    )
    quality: int = option(
        QUALITY,
        "Quality of the new JPEG or WebP.",
        group=Group.CROP,
        metavar="N",
        least=1,
        most=100,
        decides=True,
    )
    lossless: bool = option(
        False,
        "Crop a JPEG without encoding it again, at the nearest borders of its blocks of pixels.",
        group=Group.CROP,
        decides=True,
    )
    lightroom: bool = option(
        False,
        "Copy the whole photo, with a crop setting that Lightroom and darktable apply.",
        group=Group.CROP,
        decides=True,
    )
    out: str | None = attrs.field(
        default=None,
        converter=_out,
        metadata=setting(
            "Folder of the new files. For a single photo, it may be the new file (default: NAME.PROFILE.jpg beside "
            "the photo).",
            group=Group.CROP,
            short="-o",
            completes="paths",
            metavar="OUT",
        ),
    )
