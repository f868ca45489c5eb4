"""Has an open digiKam read photos again that phototag has tagged.

digiKam's *Reread Metadata* reads whatever is selected by then, takes the file's ratings and captions for better than
its own, and ends digiKam when it comes without an album. Its *Scan for New Items* reads the changed files alone, if the
user has told digiKam to do that with files that other programs have changed, and it does so in every view. So phototag
asks for that, and only with this setting.
"""

from __future__ import annotations

from typing import Final

from phototag.integrations.digikam import bus, running, settings

_SCAN: Final = "scan_newitems"
_ASKED: Final = "digiKam reads the changed photos again."
_BY_HAND: Final = (
    "digiKam shows the new tags after Item > Reread Metadata From File; or by itself, with Settings > Configure digiKam "
    "> Metadata > Behavior > Rescan file when files are modified."
)


def ask() -> str:
    """Ask the digiKams that are open to read changed photos again.

    Returns:
        What the user should know about it, in a sentence; empty if digiKam is not open.
    """
    names = running.on_the_bus()
    if not names:
        return ""
    if not settings.reads_changed_files():
        return _BY_HAND
    asked = [bus.enabled(name, _SCAN) and bus.activate(name, _SCAN) for name in names]
    return _ASKED if all(asked) else _BY_HAND
