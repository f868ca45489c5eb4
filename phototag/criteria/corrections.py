"""Verdicts that a person has corrected, as the gallery saves them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs

from phototag.criteria.verdict import Kind
from phototag.errors import BadCorrections
from phototag.files import arguments

if TYPE_CHECKING:
    import os

SCHEMA = 1  # of the file; may only grow
WHAT = "phototag corrections"


@attrs.frozen(kw_only=True)
class Correction:
    """The kind that a person has set for one picture.

    Attributes:
        path: of the photo at the time of correction.
        picture: hash of the picture, which identifies it even if the file is renamed.
        kind: headshot, portrait or other.
    """

    path: str
    picture: str
    kind: Kind


def load(file: str | os.PathLike[str]) -> tuple[Correction, ...]:
    """The corrections in a file.

    Raises:
        BadCorrections: it cannot be read, or does not contain corrections.
    """
    name = arguments.path("corrections", file)
    try:
        return _corrections(json.loads(Path(name).expanduser().read_text("utf-8")))
    except OSError as error:
        raise BadCorrections(name, f"it cannot be read: {error.strerror}") from error
    except (ValueError, KeyError, TypeError) as error:
        problem = f"this is not a corrections file ({error})"
        raise BadCorrections(name, problem, "use the file that a gallery saves") from error
    except RecursionError as error:
        problem = "this is not a corrections file (too many levels of brackets)"
        raise BadCorrections(name, problem, "use the file that a gallery saves") from error


def by_picture(file: str | os.PathLike[str]) -> dict[str, Kind]:
    """The kinds in a file of corrections, by the hash of the picture; raises as ``load`` does."""
    return {correction.picture: correction.kind for correction in load(file)}


def _corrections(found: dict[str, Any]) -> tuple[Correction, ...]:
    if found["what"] != WHAT or found["schema"] > SCHEMA:
        raise ValueError(f"{found['what']!r}, schema {found['schema']}")
    return tuple(_correction(row) for row in found["corrections"])


def _correction(row: dict[str, Any]) -> Correction:
    picture = row["picture"]
    if not isinstance(picture, str) or not picture.isascii() or not picture:
        raise ValueError(f"{picture!r} is not the hash of a picture")
    return Correction(path=str(row["path"]), picture=picture, kind=Kind(row["is"]))
