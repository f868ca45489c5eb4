"""What happens to a photo: in a run, and when it is read."""

from __future__ import annotations

import enum
import functools
from typing import Any

import attrs

from phototag import errors
from phototag.analysis.result import Analysis
from phototag.criteria.verdict import Kind
from phototag.files.opening import FileState
from phototag.keywords.claims import Keywords, Level, claim, notes_on, withheld
from phototag.metadata.change import Change
from phototag.metadata.merge import fold
from phototag.metadata.record import Record
from phototag.options import WordOptions
from phototag.scene import serialization
from phototag.scene.measures import Scene
from phototag.version import SCHEMA


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
        keywords: the keywords and scene codes that the verdict gives with the options of the run, without those that the
            user has deleted; None if the photo was only analysed, failed, or was taken back.
        warning: this is no photo but a file that a killed run has left and that may be somebody else's: what to
            do with it; empty for a photo.
    """

    photo: str
    analysis: Analysis | None = None
    change: Change | None = None
    error: errors.PhototagError | None = None
    verdict_from: VerdictSource = VerdictSource.ANALYSED
    known: Kind | None = None
    keywords: Keywords | None = None
    warning: str = ""

    @property
    def kind(self) -> Kind | None:
        """Headshot, portrait or other; None if the photo was not analysed."""
        return self.known if self.analysis is None else self.analysis.kind

    def to_dict(self, *, dry_run: bool = False) -> dict[str, Any]:
        """What ``phototag tag --json`` prints of the photo, as JSON values.

        Args:
            dry_run: nothing was changed.
        """
        row: dict[str, Any] = {"schema": SCHEMA, "path": self.photo}
        if self.analysis is not None:
            found = self.analysis
            row |= {"kind": found.kind, "confidence": found.confidence, "grade": found.grade}
        elif self.kind is not None:
            row |= {"kind": self.kind}
        row["dry_run"] = dry_run
        if self.verdict_from is not VerdictSource.REMOVED:
            row["verdict_from"] = self.verdict_from
        if self.keywords is not None:
            row["keywords"] = serialization.to_json(self.keywords)
        return row | (_no_change() if self.change is None else serialization.to_json(self.change))


@functools.cache
def _no_change() -> dict[str, Any]:
    """What is said of every photo to which nothing was done."""
    return dict(serialization.to_json(Change(changed=False)))


def analysis_dict(analysis: Analysis, words: WordOptions | None = None) -> dict[str, Any]:
    """What ``phototag analyze --json`` prints of a photo, as JSON values.

    Args:
        analysis: the result.
        words: which keywords are named; with thresholds, ``notes`` say what they hold back. None = those that
            ``tag`` writes by default.
    """
    words = words or WordOptions()
    judged, least = analysis.verdict, words.min_confidence
    claimed = claim(analysis, judged, words.keywords, least=least, vocabulary=words.vocabulary)
    values = analysis.to_dict() | {"keywords": serialization.to_json(claimed)}
    if least:
        values["notes"] = list(notes_on(withheld(analysis, judged, Level.FULL, least=least)))
    return values


def record_dict(photo: str, record: Record | None) -> dict[str, Any]:
    """What ``phototag show --json`` prints of a photo, as JSON values."""
    found = None if record is None else serialization.to_json(record)
    return {"schema": SCHEMA, "path": photo, "record": found}


def standing(claimed: Keywords, change: Change) -> Keywords:
    """The keywords without those that the user has deleted.

    Args:
        claimed: the keywords that were to be written.
        change: what the write has changed and left out.
    """
    deleted = {fold(word) for words in change.declined.values() for word in words}
    if not deleted:
        return claimed
    return Keywords(
        *(
            tuple(word for word in words if fold(word) not in deleted)
            for words in (claimed.flat, claimed.hierarchical, claimed.scene)
        )
    )


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
