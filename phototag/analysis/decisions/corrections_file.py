"""The file in which a gallery saves people's decisions."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import attrs

from phototag.analysis.decisions.decision import Decision
from phototag.errors import BadCorrections
from phototag.files import arguments

if TYPE_CHECKING:
    import os

SCHEMA: Final = 2  # of the file; may only grow. The first had only ``is``, the kind.
WHAT: Final = "phototag corrections"


@attrs.frozen(kw_only=True)
class Correction:
    """What a person has decided about one picture.

    Attributes:
        path: of the photo at that time.
        picture: hash of the picture, which identifies it even if the file is renamed.
        decision: what was decided.
        left: what the person saw and left as it was, by field: evidence, but not their word.
    """

    path: str
    picture: str
    decision: Decision
    left: dict[str, str] = attrs.Factory(dict)


def load(file: str | os.PathLike[str]) -> tuple[Correction, ...]:
    """The corrections in a file.

    Raises:
        BadCorrections: it cannot be read, or does not contain corrections.
    """
    name = arguments.path("corrections", file)
    try:
        return _corrections(json.loads(Path(name).expanduser().read_text("utf-8")))
    except OSError as error:
        problem = f"it cannot be read: {error.strerror}"
        raise BadCorrections(name, problem, "check its path and its permissions") from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        problem = f"this is not a corrections file ({error})"
        raise BadCorrections(name, problem, "use the file that a gallery saves") from error
    except RecursionError as error:
        problem = "this is not a corrections file (too many levels of brackets)"
        raise BadCorrections(name, problem, "use the file that a gallery saves") from error


def by_picture(file: str | os.PathLike[str]) -> dict[str, Decision]:
    """The decisions in a file of corrections, by the hash of the picture; raises as ``load`` does."""
    return {correction.picture: correction.decision for correction in load(file)}


def _corrections(found: dict[str, Any]) -> tuple[Correction, ...]:
    if found["what"] != WHAT or found["schema"] > SCHEMA:
        raise ValueError(f"{found['what']!r}, schema {found['schema']}")
    return tuple(_correction(row) for row in found["corrections"])


def _correction(row: dict[str, Any]) -> Correction:
    picture = row["picture"]
    if not isinstance(picture, str) or not picture.isascii() or not picture:
        raise ValueError(f"{picture!r} is not the hash of a picture")
    said = dict(row.get("said", {}))
    if "is" in row:
        said["kind"] = row["is"]
    left = dict(row.get("left", {}))
    if not said and not left:
        raise ValueError(f"nothing was decided about {picture!r}")
    Decision.of(left)  # raises for what is not a decision
    return Correction(path=str(row["path"]), picture=picture, decision=Decision.of(said), left=left)
