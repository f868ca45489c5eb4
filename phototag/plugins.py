"""Finds what installed packages add to phototag, by their entry points."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, TypeVar

from phototag.errors import BadPlugin

if TYPE_CHECKING:
    from importlib.metadata import EntryPoints

T = TypeVar("T")


@functools.cache
def loaded(group: str, kind: type[T], *, taken: frozenset[str] = frozenset()) -> dict[str, T]:
    """Load the objects that packages provide in a group, by name; an error names the package at fault.

    Args:
        group: ``phototag.calibrations``, ``phototag.criteria``, ``phototag.profiles`` or
            ``phototag.vocabularies``.
        kind: class that all of them must have.
        taken: names that phototag itself uses.

    Raises:
        BadPlugin: an object cannot be loaded, has another class, or has a name already in use.
    """
    found: dict[str, T] = {}
    for entry in sorted(_entry_points(group), key=lambda entry: entry.name):
        package = entry.dist.name if entry.dist else "an unknown package"
        remedy = f"fix or uninstall {package}"
        try:
            offered = entry.load()
        except Exception as error:
            raise BadPlugin(entry.value, f"{group} {entry.name}: {error!r}", remedy) from error
        if not isinstance(offered, kind):
            raise BadPlugin(entry.value, f"{group} {entry.name} is not a {kind.__name__}", remedy)
        if entry.name in found or entry.name in taken or not entry.name.isidentifier():
            raise BadPlugin(
                entry.value, f"{group}: the name {entry.name!r} is already used or invalid", remedy
            )
        found[entry.name] = offered
    return found


def names(group: str) -> list[str]:
    """The names under which packages provide objects in a group; none is loaded."""
    return sorted({entry.name for entry in _entry_points(group)})


@functools.cache
def identity() -> str:
    """The packages that add something, with their versions: results may change with them."""
    groups = (
        "phototag.calibrations",
        "phototag.criteria",
        "phototag.profiles",
        "phototag.vocabularies",
    )
    entries = [entry for group in groups for entry in _entry_points(group)]
    packages = {(entry.dist.name, entry.dist.version) for entry in entries if entry.dist}
    return ", ".join(
        f"{name} {version}" for name, version in sorted(packages) if name != "phototag"
    )


def _entry_points(group: str) -> EntryPoints:
    """What packages register in a group."""
    from importlib import metadata  # noqa: PLC0415 - a tenth of the start of commands that need none

    return metadata.entry_points(group=group)
