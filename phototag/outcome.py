"""What happens to a photo: in a run, and when it is read."""

from __future__ import annotations

import enum
import functools
from typing import Any, ClassVar, TypeAlias

import attrs

from phototag import errors
from phototag.analysis import schema
from phototag.analysis.keywords.claims import Keywords, Level, claim, notes_on, withheld
from phototag.analysis.published import Published
from phototag.analysis.result import Analysis
from phototag.criteria.verdict import Kind
from phototag.files.opening import FileState
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
class Done(Published):
    """A photo that was analysed.

    Attributes:
        photo: its path as given, or a placeholder (``<bytes>``, ``<array>`` ...).
        analysis: the analysis.
        change: what was or would be written; None if nothing was to be written.
        verdict_from: whether the picture was opened or an earlier result recalled.
        keywords: the keywords and scene codes that the verdict gives with the options of the run, without those that the
            user has deleted; None if the photo was only analysed.
        error: None.
        warning: empty.
    """

    photo: str
    analysis: Analysis
    change: Change | None = None
    verdict_from: VerdictSource = VerdictSource.ANALYSED
    keywords: Keywords | None = None
    error: ClassVar[None] = None
    warning: ClassVar[str] = ""

    @property
    def kind(self) -> Kind:
        """Headshot, portrait or other."""
        return self.analysis.kind

    def to_dict(self) -> dict[str, Any]:
        """The JSON of the analysis."""
        return self.analysis.to_dict()

    @classmethod
    def json_schema(cls) -> dict[str, Any]:
        """The JSON Schema (2020-12) of ``to_dict``."""
        return schema.analysis()


@attrs.frozen(kw_only=True)
class Failed(Published):
    """A photo with which something went wrong.

    Attributes:
        photo: its path as given, or a placeholder.
        error: what went wrong: a ``PhotoError``, which alone has ``on_disk``, or a ``SetupError``, which concerns other
            photos as well.
        verdict_from: how far it had come; ``UNCHANGED`` if it failed in an earlier run and has not changed since.
        analysis: what was seen before it failed: a photo that could not be written has one.
        folder: whether it is no photo, but a folder that could not be searched.
        change, keywords: None.
        warning: empty.
    """

    photo: str
    error: errors.PhototagError
    verdict_from: VerdictSource = VerdictSource.ANALYSED
    analysis: Analysis | None = None
    folder: bool = False
    change: ClassVar[None] = None
    keywords: ClassVar[None] = None
    warning: ClassVar[str] = ""

    @property
    def kind(self) -> Kind | None:
        """Headshot, portrait or other; None if the photo was not analysed."""
        return None if self.analysis is None else self.analysis.kind

    def to_dict(self) -> dict[str, Any]:
        """The JSON of a photo that failed."""
        fault = {"type": type(self.error).__name__, "message": self.error.message}
        return {"schema": SCHEMA, "path": self.photo, "error": fault}

    @classmethod
    def json_schema(cls) -> dict[str, Any]:
        """The JSON Schema (2020-12) of ``to_dict``."""
        return schema.failure()


@attrs.frozen(kw_only=True)
class Unchanged:
    """A photo that needed no work, since nothing about it has changed since an earlier run.

    Attributes:
        photo: its path.
        kind: the kind according to the earlier run; None if that is not known.
        keywords: the keywords and scene codes that the verdict gives with the options of the run, without those that the
            user has deleted; None if that is not known.
        verdict_from: ``UNCHANGED``.
        analysis, change, error: None.
        warning: empty.
    """

    photo: str
    kind: Kind | None
    keywords: Keywords | None = None
    verdict_from: ClassVar[VerdictSource] = VerdictSource.UNCHANGED
    analysis: ClassVar[None] = None
    change: ClassVar[None] = None
    error: ClassVar[None] = None
    warning: ClassVar[str] = ""


@attrs.frozen(kw_only=True)
class Removed:
    """A photo from which what phototag wrote was removed, or back to what an earlier run wrote.

    Attributes:
        photo: its path.
        change: what was or would be changed.
        verdict_from: ``REMOVED``.
        analysis, error, kind, keywords: None.
        warning: empty.
    """

    photo: str
    change: Change
    verdict_from: ClassVar[VerdictSource] = VerdictSource.REMOVED
    analysis: ClassVar[None] = None
    error: ClassVar[None] = None
    kind: ClassVar[None] = None
    keywords: ClassVar[None] = None
    warning: ClassVar[str] = ""


@attrs.frozen(kw_only=True)
class LeftBehind:
    """No photo, but a file that a killed run has left and that may be somebody else's.

    Attributes:
        photo: its path.
        warning: what to do with it.
        verdict_from: ``UNCHANGED``.
        analysis, change, error, kind, keywords: None.
    """

    photo: str
    warning: str
    verdict_from: ClassVar[VerdictSource] = VerdictSource.UNCHANGED
    analysis: ClassVar[None] = None
    change: ClassVar[None] = None
    error: ClassVar[None] = None
    kind: ClassVar[None] = None
    keywords: ClassVar[None] = None


#: What becomes of a photo that is analysed; ``if outcome.error is None`` tells type checkers which of the two it is.
Outcome: TypeAlias = Done | Failed

#: What becomes of a photo of a tree that is tagged again and again.
TreeOutcome: TypeAlias = Done | Unchanged | LeftBehind | Failed

#: What becomes of a photo from which something is taken back.
RemovalOutcome: TypeAlias = Removed | LeftBehind | Failed

#: Any of these.
AnyOutcome: TypeAlias = Done | Unchanged | Removed | LeftBehind | Failed


def change_dict(outcome: AnyOutcome, *, dry_run: bool = False) -> dict[str, Any]:
    """What ``phototag tag --json`` prints of a photo, as JSON values.

    Args:
        outcome: what has happened to the photo.
        dry_run: nothing was changed.
    """
    row: dict[str, Any] = {"schema": SCHEMA, "path": outcome.photo}
    if outcome.analysis is not None:
        found = outcome.analysis
        row |= {"kind": found.kind, "confidence": found.confidence, "grade": found.grade}
    elif outcome.kind is not None:
        row |= {"kind": outcome.kind}
    row["dry_run"] = dry_run
    if outcome.verdict_from is not VerdictSource.REMOVED:
        row["verdict_from"] = outcome.verdict_from
    if outcome.keywords is not None:
        row["keywords"] = serialization.to_json(outcome.keywords)
    return row | (_no_change() if outcome.change is None else serialization.to_json(outcome.change))


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
    found = None
    if record is not None:
        found = {**serialization.to_json(record), "log_odds": record.log_odds}
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
