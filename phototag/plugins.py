"""What installed packages add to phototag, found by their entry points."""

from __future__ import annotations

import functools
from importlib import metadata
from typing import TypeVar

from phototag.errors import BadPlugin

T = TypeVar("T")


@functools.cache
def loaded(group: str, kind: type[T], *, taken: frozenset[str] = frozenset()) -> dict[str, T]:
    """The objects that packages offer in a group, by name; a stranger's mistake names its package.

    Args:
        group: ``phototag.criteria``, ``phototag.profiles`` or ``phototag.vocabularies``.
        kind: of what all of them must be.
        taken: names that phototag has given away itself.

    Raises:
        BadPlugin: one cannot be loaded, is something else, or has the name of another.
    """
    found: dict[str, T] = {}
    for entry in sorted(metadata.entry_points(group=group), key=lambda entry: entry.name):
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


@functools.cache
def identity() -> str:
    """Which packages add something, and their versions: what they say may change with them."""
    groups = ("phototag.criteria", "phototag.profiles", "phototag.vocabularies")
    entries = [entry for group in groups for entry in metadata.entry_points(group=group)]
    packages = {(entry.dist.name, entry.dist.version) for entry in entries if entry.dist}
    return ", ".join(
        f"{name} {version}" for name, version in sorted(packages) if name != "phototag"
    )
