"""What becomes of a photo: in a run, and when it is read."""

from __future__ import annotations

import enum

import attrs

from phototag import errors
from phototag.analysis import Analysis
from phototag.files import FileState
from phototag.metadata.options import Change, Expected
from phototag.scene import Scene
from phototag.verdict import Kind


class How(enum.StrEnum):
    """Where a photo's verdict comes from."""

    LOOKED = "looked"  # the picture was opened
    RECALLED = "recalled"  # from what an earlier run had seen in it
    UNCHANGED = "unchanged"  # nothing is new since an earlier run
    TAKEN_BACK = "taken_back"  # from nowhere: what was written is taken back


@attrs.frozen(kw_only=True)
class Outcome:
    """What became of one photo in a run.

    Attributes:
        photo: its path as it was given.
        analysis: the result; None if it failed or was not analysed.
        change: what was written, or would be; None where nothing was to be written.
        error: what went wrong; None if all went well.
        how: where the verdict comes from.
        known: the kind, where an earlier run has found it and there was nothing to do.
    """

    photo: str
    analysis: Analysis | None = None
    change: Change | None = None
    error: errors.PhototagError | None = None
    how: How = How.LOOKED
    known: Kind | None = None

    @property
    def kind(self) -> Kind | None:
        """Headshot, portrait or other; None where nothing was analysed or that failed."""
        return self.known if self.analysis is None else self.analysis.kind


@attrs.frozen(kw_only=True)
class Met:
    """A file that was read once.

    Attributes:
        picture: a hash of the picture in it, without the metadata.
        state: of the file when it was read.
        scene: what is in the picture; None if only the hash was asked for.
    """

    picture: str
    state: FileState
    scene: Scene | None = None

    def expecting(self, mark: str) -> Expected:
        """For a write: the file as it was read, with this statement in it."""
        return Expected(state=self.state, mark=mark)
