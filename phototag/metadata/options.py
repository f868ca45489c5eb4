"""What the caller may choose about a write, and what the write did."""

from __future__ import annotations

from typing import Literal

import attrs

IptcMode = Literal["always", "auto", "never"]


@attrs.frozen(kw_only=True)
class Options:
    """How to write into a photo.

    Attributes:
        iptc: write IPTC-IIM keywords ``always`` (where the format takes them), only where the
            photo has an IPTC block already (``auto``), or ``never``.
        force: write words again that the user has deleted since the last run.
        dry_run: compute and verify everything in memory, write nothing.
        keep_mtime: keep the file's modification time. Most catalogue applications re-read a
            photo only when it changes.
        allow_hard_links: replace a file that has several names; the others keep the old content.
    """

    iptc: IptcMode = "always"
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
        declined: values of ours that the user has deleted and that stay deleted, by property.
        bytes_before: size of the file before.
        bytes_after: size of the file after.
    """

    changed: bool
    added: dict[str, tuple[str, ...]] = attrs.Factory(dict)
    removed: dict[str, tuple[str, ...]] = attrs.Factory(dict)
    declined: dict[str, tuple[str, ...]] = attrs.Factory(dict)
    bytes_before: int = 0
    bytes_after: int = 0
