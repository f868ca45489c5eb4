"""How a photo was written last, whichever catalogue it was written in."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from phototag.catalogue.walk import found_now, is_as_stored
from phototag.files.opening import absolute

if TYPE_CHECKING:
    from phototag.catalogue.run_log import PastWrite, PhotoKey
    from phototag.catalogue.state import State


def last_write(
    path: str, etag: str, state: State, place: PhotoKey | None = None
) -> PastWrite | None:
    """The write that has left a record in a photo, as far as the state file knows it.

    Catalogues may contain each other. Each knows its own last write into the photo, and several of these may have left the
    same record, with other options. The photo is as the last of them has left it.

    Args:
        path: the photo.
        etag: etag of the record in it.
        state: knows how photos were written.
        place: one of the photo's keys, if a link leads to it; else they are found by its path.
    """
    folder, name = os.path.split(absolute(path))
    places = state.keys_of(os.path.join(os.path.realpath(folder), name))
    if place is not None and place not in places:
        places.append(place)
    found = [
        (row.fingerprint, one, past)
        for one in places
        if (row := state.photo(one)) is not None
        and row.etag == etag
        and (past := state.written(one)) is not None
    ]
    if len(found) > 1:
        now = found_now(path, "").fingerprint
        found.sort(key=lambda one: (is_as_stored(one[0], now), state.last_change(one[1])))
    return found[-1][2] if found else None
