"""The named crop profiles: read from ``profiles.toml``, or from a user's file of the same form."""

from __future__ import annotations

import enum
import functools
from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs
import cattrs

from phototag import plugins
from phototag.errors import BadArgument, BadPlugin, BadProfiles, BadValue
from phototag.files import arguments, toml_file

if TYPE_CHECKING:
    import os
    from collections.abc import Mapping, Sequence

ROLE = "http://cv.iptc.org/newscodes/imageregionrole/"
RECOMMENDED = ROLE + "recomCropping"
ALLOWED = ROLE + "cropping"
GROUP = "phototag.profiles"
FILE = Path(__file__).with_name("profiles.toml")

Band = tuple[float, float, float]
_LOOSEST: Band = (0.0, 0.5, 1.0)
MOST_TILT = 45.0  # degrees; a picture in which the head is tilted further may lie on its side
MOST_AIR = 0.4  # most room on each side, as a part of the side's length
_SHAPES = ("squareCropping", "landscapeCropping", "portraitCropping")


class Serves(enum.StrEnum):
    """Whom a crop is for."""

    SINGLE = "single"  # the head of a single person
    EVERYBODY = "everybody"  # all subjects, as far as visible


@attrs.frozen(kw_only=True)
class Profile:
    """What a crop must look like for a purpose; the top of ``profiles.toml`` defines the terms.

    Attributes:
        name: identifier, as in the metadata and on the command line.
        title: readable name.
        ratio: width and height in whole numbers.
        pixels: least width and height of the crop, in full-resolution pixels.
        wanted: the intended size; fewer pixels give a remark.
        head: chin to crown / height of the crop: least, wanted, most.
        eyes: eye line from the top / height of the crop: least, wanted, most.
        headroom: least room above the hair / height of the crop; below 0 = hair may be cut.
        look_room: shift of a turned head from the middle / width of the crop.
        turn: the most that the head may be turned to a side, degrees.
        tilt: the most that it may be tilted to a shoulder, degrees.
        eye_pixels: least distance between the eyes, px.
        air: room around the people / side of the crop, for ``everybody``.
        serves: the head of one person, or everybody.
        role: IPTC role of the shape.
        recommend: whether it may be recommended; crops for identity documents never are.
        source: source of the rule, with its date.
    """

    name: str
    title: str
    ratio: tuple[int, int]
    pixels: tuple[int, int]
    wanted: tuple[int, int]
    head: Band = _LOOSEST
    eyes: Band = _LOOSEST
    headroom: float = 0.0
    look_room: float = 0.0
    turn: float = 90.0
    tilt: float = MOST_TILT
    eye_pixels: int = 0
    air: float = 0.0
    serves: Serves
    role: str
    recommend: bool = True
    source: str

    @property
    def ratio_text(self) -> str:
        """``4:5``."""
        return f"{self.ratio[0]}:{self.ratio[1]}"

    @property
    def roles(self) -> tuple[str, ...]:
        """URIs of the roles, apart from recommended or allowed."""
        return (ROLE + self.role,)

    def __attrs_post_init__(self) -> None:
        _check(self)


def load(file: str | os.PathLike[str]) -> tuple[Profile, ...]:
    """The profiles in a TOML file.

    Raises:
        BadProfiles: the file cannot be read, or a profile is invalid.
    """
    tables = toml_file.read(file, BadProfiles)
    return tuple(_profile(str(file), profile, table) for profile, table in tables.items())


def named(text: str | os.PathLike[str]) -> tuple[Profile, ...]:
    """The profiles that an installed package provides under this name, or those in a TOML file.

    A package provides a tuple of ``Profile`` as an entry point of ``phototag.profiles``.

    Raises:
        BadProfiles: there is no such file, or its profiles are invalid.
        BadPlugin: what a package provides is not a tuple of profiles.
    """
    offered: tuple[Profile, ...] | None = plugins.loaded(GROUP, tuple).get(str(text))
    if offered is None:
        return load(text)
    if not all(isinstance(profile, Profile) for profile in offered):
        raise BadPlugin(
            str(text),
            "it contains objects that are not crop profiles",
            "fix or uninstall its package",
        )
    return offered


@functools.cache
def built_in() -> tuple[Profile, ...]:
    """The profiles that phototag comes with."""
    return load(FILE)


def in_use(profiles: Sequence[Profile] | None) -> Sequence[Profile]:
    """These profiles; None = the built-in ones."""
    return built_in() if profiles is None else profiles


def names(profiles: Sequence[Profile] | None) -> list[str]:
    """The names of these profiles; None = the built-in ones."""
    return [profile.name for profile in in_use(profiles)]


def _profile(file: str, name: str, table: Mapping[str, Any]) -> Profile:
    converter = cattrs.Converter(forbid_extra_keys=True, detailed_validation=False)
    try:
        return converter.structure({**table, "name": name}, Profile)
    except Exception as error:
        remedy = "see the built-in profiles for the format"
        why = error.problem if isinstance(error, BadArgument) else repr(error)
        raise BadProfiles(file, f"{name} is not a valid profile: {why}", remedy) from error


def _check(profile: Profile) -> None:
    """Refuse a profile that no crop can fit, with ``BadArgument``."""
    arguments.check_fields(profile)
    for field in ("head", "eyes"):
        low, wanted, high = getattr(profile, field)
        if not 0 <= low <= wanted <= high <= 1:
            raise BadValue(field, f"{field} must be three rising numbers between 0 and 1")
    if profile.head[0] <= 0 and profile.serves is Serves.SINGLE:
        raise BadValue("head", "the minimum of head must be above 0")
    if not 0 <= profile.air <= MOST_AIR:
        raise BadValue("air", f"air must be between 0 and {MOST_AIR}")
    if not (abs(profile.headroom) < 1 and 0 <= profile.look_room < 1 and profile.turn >= 0):
        raise BadValue(
            "headroom", "headroom must be between -1 and 1, look_room from 0 to 1, turn 0 or more"
        )
    if not (profile.title.strip() and profile.title.isprintable()):
        raise BadValue("title", "the title must be printable")
    if not (profile.name.isidentifier() and profile.name.isascii()):
        raise BadValue("name", "the name may contain only letters, digits and underscores")
    if min(*profile.ratio, *profile.pixels) < 1:
        raise BadValue("ratio", "ratio and pixels must be positive")
    if profile.role not in _SHAPES:
        raise BadValue("role", f"role must be one of {', '.join(_SHAPES)}")
