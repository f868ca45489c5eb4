"""Which failures are caused by the photo itself: it is not analysed again until it changes."""

from __future__ import annotations

import re
from typing import Final

from phototag import errors

_OF_THE_PHOTO: Final = (
    errors.NotAPhoto,
    errors.PhotoDamaged,
    errors.PhotoTooSmall,
    errors.FormatNotWritable,
    errors.MetadataDamaged,
    errors.WorkerDied,
)
# The form of such errors in state files older than ``WorkerStopped``: ended by HUP, INT, KILL or TERM.
_STOPPED: Final = re.compile(r"made the sealed process end with status -(1|2|9|15)\b")


def is_settled(error: errors.PhototagError) -> bool:
    """Whether another attempt on the same file would fail in the same way.

    The photo causes a crash or a hang, but not the end of the sealed process by somebody else.
    """
    if isinstance(error, errors.WorkerStopped):
        return False
    if isinstance(error, errors.WorkerDied) and _STOPPED.match(error.problem):
        return False
    return isinstance(error, _OF_THE_PHOTO)
