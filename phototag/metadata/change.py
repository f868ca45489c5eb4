"""The result of a write."""

from __future__ import annotations

import attrs


@attrs.frozen(kw_only=True)
class Change:
    """What a write changed in a photo, or would change in a dry run.

    Attributes:
        changed: whether the bytes of the file have changed (would change).
        added: values added to the photo, by property (``dc:subject`` ...).
        removed: phototag's values that were removed, by property.
        files: the files that were or would be written: the photo itself or its sidecars.
        declined: phototag's values that the user has deleted and that stay deleted, by property.
        left_out: phototag's values that did not fit, by property: with more structures in an array than
            ``structures.MOST_STRUCTURES``, darktable would lose the photo's XMP.
        notes: what the user should know about the write, each one sentence.
        not_kept: what the file had and has lost, as ``allow_new_owner`` permits: ``owner``, ``group``,
            ``access list``, or the name of an extended attribute.
    """

    changed: bool
    files: tuple[str, ...] = ()
    added: dict[str, tuple[str, ...]] = attrs.Factory(dict)
    removed: dict[str, tuple[str, ...]] = attrs.Factory(dict)
    declined: dict[str, tuple[str, ...]] = attrs.Factory(dict)
    left_out: dict[str, tuple[str, ...]] = attrs.Factory(dict)
    notes: tuple[str, ...] = ()
    not_kept: tuple[str, ...] = ()


def together(changes: list[Change]) -> Change:
    """Combine the changes to all files of a photo."""

    def union(field: str) -> dict[str, tuple[str, ...]]:
        merged: dict[str, tuple[str, ...]] = {}
        for change in changes:
            for name, values in getattr(change, field).items():
                merged[name] = tuple(dict.fromkeys((*merged.get(name, ()), *values)))
        return merged

    return Change(
        changed=any(change.changed for change in changes),
        files=tuple(name for change in changes for name in change.files),
        added=union("added"),
        removed=union("removed"),
        declined=union("declined"),
        left_out=union("left_out"),
        notes=tuple(dict.fromkeys(note for change in changes for note in change.notes)),
        not_kept=tuple(dict.fromkeys(name for change in changes for name in change.not_kept)),
    )
