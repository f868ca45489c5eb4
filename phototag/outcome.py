"""What becomes of a photo: in a run, and when it is read."""

from __future__ import annotations

import enum

import attrs

from phototag import errors
from phototag.analysis.result import Analysis
from phototag.criteria.verdict import Kind
from phototag.files.opening import FileState
from phototag.metadata.change import Change
from phototag.metadata.record import Record
from phototag.scene.measures import Scene


class VerdictSource(enum.StrEnum):
    """Where a photo's verdict comes from."""

    ANALYSED = "analysed"  # the picture was opened
    RECALLED = "recalled"  # from what an earlier run has found in it
    UNCHANGED = "unchanged"  # nothing is new since an earlier run
    REMOVED = "removed"  # there is none: what was written was removed


@attrs.frozen(kw_only=True)
class Outcome:
    """What became of one photo in a run.

    Attributes:
        photo: its path as it was given.
        analysis: the result; None if it failed or was not analysed.
        change: what was written, or would be; None where nothing was to be written.
        error: what went wrong; None if all went well.
        verdict_from: where the verdict comes from.
        known: the kind, where an earlier run has found it and there was nothing to do.
    """

    photo: str
    analysis: Analysis | None = None
    change: Change | None = None
    error: errors.PhototagError | None = None
    verdict_from: VerdictSource = VerdictSource.ANALYSED
    known: Kind | None = None

    @property
    def kind(self) -> Kind | None:
        """Headshot, portrait or other; None where nothing was analysed or that failed."""
        return self.known if self.analysis is None else self.analysis.kind


@attrs.frozen(kw_only=True)
class Expected:
    """What a caller that keeps account of a photo believes to find there.

    Attributes:
        state: of the photo when it was looked at.
        etag: of the record in it (``record.etag``); empty for none.
    """

    state: FileState
    etag: str = ""


@attrs.frozen(kw_only=True)
class Written:
    """A write, as the accounts of a catalogue need it.

    Attributes:
        change: what it did; None if it was not done, because another statement than the expected
            one stands in the photo.
        found: the statement that was there before.
        etag: of the record that is there now; empty for none.
        states: of the photo and its sidecars afterwards, by path; only those that exist.
    """

    change: Change | None
    found: Record | None
    etag: str
    states: dict[str, FileState]


@attrs.frozen(kw_only=True)
class PhotoState:
    """A file that was read once.

    Attributes:
        picture: a hash of the picture in it, without the metadata.
        state: of the file when it was read.
        scene: what is in the picture; None if only the hash was asked for.
    """

    picture: str
    state: FileState
    scene: Scene | None = None

    def expecting(self, etag: str) -> Expected:
        """For a write: the file as it was read, with this statement in it."""
        return Expected(state=self.state, etag=etag)
