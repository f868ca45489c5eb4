"""A person's own calibration: phototag's, with the few numbers moved that their decisions have taught.

The file holds the offsets and the evidence for them. It holds for later versions of phototag, too: the offsets say how
far this person's lines are from everybody's.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import attrs
import platformdirs

from phototag import plugins
from phototag.criteria import calibration as calibrations
from phototag.criteria.calibration import Calibration
from phototag.criteria.cropping import Shot
from phototag.criteria.environment import Place
from phototag.criteria.mood import VisibleExpression
from phototag.errors import BadCalibration
from phototag.files import toml_file

if TYPE_CHECKING:
    import enum
    import os

GROUP: Final = "phototag.calibrations"
WHAT: Final = "phototag calibration"
SCHEMA: Final = 1  # of the file; may only grow
SHIPPED: Final = "shipped"  # the name of phototag's own
MOST: Final = 8.0  # log-odds; no learned offset is larger

# The models whose classes can be moved, by the table of the file. Without a face, the shot size has a model of its own.
MODELS: Final[Mapping[str, tuple[tuple[str, ...], type[enum.StrEnum]]]] = {
    "shot": (("shot", "shot_of_body"), Shot),
    "expression": (("expression",), VisibleExpression),
    "environment": (("environment",), Place),
}


@attrs.frozen(kw_only=True)
class Offsets:
    """How far a person's lines are from phototag's.

    Attributes:
        kind: log-odds that are added to the starting point of the verdict; > 0 = more headshots.
        classes: log-odds that are added to the classes of a model, by the table of the file (``shot``,
            ``expression``, ``environment``) and the class.
    """

    kind: float = 0.0
    classes: Mapping[str, Mapping[str, float]] = attrs.Factory(dict)

    def __bool__(self) -> bool:
        return bool(self.kind) or any(any(moved.values()) for moved in self.classes.values())

    def moved(self, calibration: Calibration) -> Calibration:
        """The calibration with these offsets; the same, if there are none."""
        if not self:
            return calibration
        moved = {
            model: offsets for table, offsets in self.classes.items() for model in MODELS[table][0]
        }
        return calibration.moved(self.kind, moved)


def default_file() -> Path:
    """Where the command line looks for the calibration of this user."""
    return Path(platformdirs.user_config_dir("phototag", appauthor=False)) / "calibration.toml"


def users() -> Calibration:
    """The calibration of this user, or phototag's own; raises ``BadCalibration`` if the file is damaged."""
    file = default_file()
    return load(file) if file.exists() else calibrations.default()


def named(text: str | os.PathLike[str]) -> Calibration:
    """The calibration that an installed package provides under this name, or the one in a TOML file.

    A package provides ``Offsets`` as an entry point of ``phototag.calibrations``.

    Raises:
        BadCalibration: there is no such file, or it is not a calibration.
        BadPlugin: what a package provides is not a calibration.
    """
    if str(text) == SHIPPED:
        return calibrations.default()
    offered = plugins.loaded(GROUP, Offsets).get(str(text))
    return load(text) if offered is None else offered.moved(calibrations.default())


def chosen(given: Calibration | str | os.PathLike[str] | None) -> Calibration | None:
    """The calibration that a caller has given, as it is or by name or file; raises as ``named`` does."""
    return given if given is None or isinstance(given, Calibration) else named(given)


def load(file: str | os.PathLike[str]) -> Calibration:
    """Read a calibration of ``phototag learn``; raises ``BadCalibration``."""
    tables = toml_file.read(file, BadCalibration)
    try:
        return _offsets(tables).moved(calibrations.default())
    except (ValueError, KeyError, TypeError) as error:
        remedy = "use a file that `phototag learn` has written"
        raise BadCalibration(str(file), f"this is not a calibration ({error})", remedy) from error


def _offsets(tables: Mapping[str, Any]) -> Offsets:
    if tables["what"] != WHAT or tables["schema"] > SCHEMA:
        raise ValueError(f"{tables['what']!r}, schema {tables['schema']}")
    kind = _number(tables.get("kind", {}).get("offset", 0.0))
    classes = {}
    for table, (_, values) in MODELS.items():
        given = tables.get(table, {}).get("offsets", {})
        classes[table] = {str(values(name)): _number(number) for name, number in given.items()}
    return Offsets(kind=kind, classes={table: moved for table, moved in classes.items() if moved})


def _number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise ValueError(f"{value!r} is not a number")
    if abs(value) > MOST:
        raise ValueError(f"{value!r} is beyond {MOST:.0f}")
    return float(value)
