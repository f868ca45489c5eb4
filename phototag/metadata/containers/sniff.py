"""Parses a file according to the format of its content."""

from __future__ import annotations

import importlib
from typing import Final

from phototag.errors import RESTORE, FormatNotWritable, MetadataDamaged, NotAPhoto, PhotoDamaged
from phototag.files.formats import FORMATS, Format, by_content
from phototag.metadata.containers.container import Container
from phototag.metadata.refusals import Unclear, Unsupported

_WRITTEN: Final = [form.name for form in FORMATS if form.takes_metadata]
_REMEDY: Final = f"allow a sidecar, or convert it to {', '.join(_WRITTEN[:-1])} or {_WRITTEN[-1]}"


def open_container(
    data: bytes, photo: str, *, named: Format | None = None, negatives: bool = False
) -> Container:
    """Parse a photo.

    Args:
        data: the whole file.
        photo: its name, for errors.
        named: the format according to its name, by which negatives are recognised; None if unknown.
        negatives: also open negatives whose format specifies a place for metadata.

    Raises:
        FormatNotWritable: the format is known, but phototag does not write it, or not files of this structure.
        NotAPhoto: the content is not a picture.
        PhotoDamaged: a part of the file is missing.
        MetadataDamaged: its metadata are damaged, or ambiguous.
    """
    negative = named is not None and named.raw and negatives and bool(named.container)
    if named is not None and named.raw and not negative:
        raise _not_writable(photo, named.name)
    if not data:
        raise NotAPhoto(photo, "the file is empty", RESTORE)
    found = by_content(data)
    if found is None:
        problem = "the content is not a known picture format"
        raise NotAPhoto(photo, problem, "convert it, for example to JPEG")
    if not found.takes_metadata:
        raise _not_writable(photo, found.name)
    try:
        opened = container_of(found)(data)
        sensor = opened.is_raw
    except Unsupported as error:
        raise FormatNotWritable(photo, str(error), _REMEDY) from error
    except Unclear as error:
        raise MetadataDamaged(photo, str(error), error.remedy) from error
    except ValueError as error:
        raise PhotoDamaged(photo, str(error), RESTORE) from error
    if sensor and not negative:
        raise _not_writable(photo, "raw")
    return opened


def container_of(form: Format) -> type[Container]:
    """The class that parses files of a format; KeyError for a format without metadata."""
    return _CONTAINERS[form.container]


def _loaded(container: str) -> type[Container]:
    module, _, name = container.partition(".")
    found: type[Container] = getattr(
        importlib.import_module(f"phototag.metadata.containers.{module}"), name
    )
    return found


# The table of formats names them.  Loaded at once: later the files may be out of reach.
_CONTAINERS: Final = {form.container: _loaded(form.container) for form in FORMATS if form.container}


def _not_writable(photo: str, name: str) -> FormatNotWritable:
    return FormatNotWritable(photo, f"metadata cannot be written into {name} files", _REMEDY)
