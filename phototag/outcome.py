"""What happens to a photo: in a run, and when it is read."""

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
    RECALLED = "recalled"  # from the result of an earlier run
    UNCHANGED = "unchanged"  # nothing has changed since an earlier run
    REMOVED = "removed"  # no verdict: what was written was removed


@attrs.frozen(kw_only=True)
class Outcome:
    """The result for one photo in a run.

    Attributes:
        photo: its path as given.
        analysis: the analysis; None if it failed or the photo was not analysed. A photo that could not be written has one.
        change: what was or would be written; None if there was nothing to write.
        error: what went wrong; None if all went well.
        verdict_from: where the verdict comes from.
        known: the kind according to an earlier run, if the photo needed no work.
        warning: this is no photo but a file that a killed run has left and that may be somebody else's: what to
            do with it; empty for a photo.
    """

    photo: str
    analysis: Analysis | None = None
    change: Change | None = None
    error: errors.PhototagError | None = None
    verdict_from: VerdictSource = VerdictSource.ANALYSED
    known: Kind | None = None
    warning: str = ""

    @property
    def kind(self) -> Kind | None:
        """Headshot, portrait or other; None if the photo was not analysed."""
        return self.known if self.analysis is None else self.analysis.kind


@attrs.frozen(kw_only=True)
class Expected:
    """The state that a caller expects of a photo, from its own records.

    Attributes:
        state: state of the photo when it was read.
        etag: etag of the record in it (``record.etag``); empty for no record.
    """

    state: FileState
    etag: str = ""


@attrs.frozen(kw_only=True)
class Written:
    """The result of a write, as a catalogue's run log needs it.

    Attributes:
        change: what was changed; None if nothing was written, because the photo has a record other than the
            expected one.
        found: the record in the photo before the write.
        etag: etag of the record in the photo now; empty for no record.
        states: states of the photo and its sidecars afterwards, by path; only files that exist.
    """

    change: Change | None
    found: Record | None
    etag: str
    states: dict[str, FileState]


@attrs.frozen(kw_only=True)
class PhotoState:
    """A photo's file, as read once.

    Attributes:
        picture: a hash of the picture in it, without the metadata.
        state: state of the file when it was read.
        scene: what is in the picture; None if only the hash was asked for.
    """

    picture: str
    state: FileState
    scene: Scene | None = None

    def expecting(self, etag: str) -> Expected:
        """What a write expects: the file as it was read, with the record of this etag."""
        return Expected(state=self.state, etag=etag)
