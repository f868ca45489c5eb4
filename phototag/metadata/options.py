"""What the caller may choose about a write, and what the write did."""

from __future__ import annotations

from typing import Literal

import attrs

IptcMode = Literal["always", "auto", "never"]
SidecarMode = Literal["auto", "always", "never"]


@attrs.frozen(kw_only=True)
class Options:
    """How to write into a photo.

    Attributes:
        iptc: write IPTC-IIM keywords ``always`` (where the format takes them), only where the
            photo has an IPTC block already (``auto``), or ``never``.
        sidecar: an XMP file beside the photo where the format cannot or should not be written and
            where there is one already (``auto``), for every photo and instead of writing into it
            (``always``), or ``never``.
        force: write words again that the user has deleted since the last run.
        dry_run: compute and verify everything in memory, write nothing.
        keep_mtime: keep the file's modification time. Most catalogue applications re-read a
            photo only when it changes.
        allow_hard_links: replace a file that has several names; the others keep the old content.
    """

    iptc: IptcMode = "always"
    sidecar: SidecarMode = "auto"
    force: bool = False
    dry_run: bool = False
    keep_mtime: bool = False
    allow_hard_links: bool = False


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
            than ``mapping.MOST_STRUCTURES`` would cost the photo its XMP in darktable.
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
