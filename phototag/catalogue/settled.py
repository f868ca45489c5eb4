"""Which failures are the photo's own: it is not looked at again before it changes."""

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
# What state files hold from before there was ``WorkerStopped``: ended by HUP, INT, KILL or TERM.
_STOPPED: Final = re.compile(r"made the sealed process end with status -(1|2|9|15)\b")


def is_settled(error: errors.PhototagError) -> bool:
    """Whether another look at the same file would end in the same way.

    A crash and a hang are its doing; that somebody ended the sealed process while it was at work is not.
    """
    if isinstance(error, errors.WorkerStopped):
        return False
    if isinstance(error, errors.WorkerDied) and _STOPPED.match(error.problem):
        return False
    return isinstance(error, _OF_THE_PHOTO)
