"""What a write did."""

from __future__ import annotations

import attrs


@attrs.frozen(kw_only=True)
class Change:
    """What a write did to a photo, or would do in a dry run.

    Attributes:
        changed: the bytes of the file differ (would differ) from before.
        added: values put into the photo, by property (``dc:subject`` ...).
        removed: values of ours taken out, by property.
        files: what was written or would be, the photo itself or its sidecars.
        declined: values of ours that the user has deleted and that stay deleted, by property.
        left_out: values of ours that there was no room for, by property: an array of more structures
            than ``structures.MOST_STRUCTURES`` would cost the photo its XMP in darktable.
    """

    changed: bool
    files: tuple[str, ...] = ()
    added: dict[str, tuple[str, ...]] = attrs.Factory(dict)
    removed: dict[str, tuple[str, ...]] = attrs.Factory(dict)
    declined: dict[str, tuple[str, ...]] = attrs.Factory(dict)
    left_out: dict[str, tuple[str, ...]] = attrs.Factory(dict)


def together(changes: list[Change]) -> Change:
    """What happened to a photo, whichever of its files it happened to."""

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
    )
