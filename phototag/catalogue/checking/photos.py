"""Judges one photo: what was found out about it, against the state file and against its own record."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

import attrs

from phototag import errors
from phototag.catalogue.checking.book import Known
from phototag.catalogue.checking.findings import CheckFinding, CheckKind, shortened
from phototag.files.formats import RAW_SUFFIXES, suffix_of
from phototag.metadata.record import etag
from phototag.worker.answers import Examination

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from phototag.catalogue.checking.book import Entry, Unsettled
    from phototag.metadata.record import Audit, Record
    from phototag.worker.answers import Failure

_TAG: Final = "run `phototag tag` on it"
_BEYOND: Final = {
    error.__name__
    for error in (errors.FormatNotInstalled, errors.PhotoTooLarge, errors.PhotoTooSmall)
}
_SHOWN: Final = 5  # words named in a message


@attrs.frozen
class Examined:
    """A photo that has been examined.

    Attributes:
        path: its path.
        known: what the state file says; None without a state file.
        paths: the paths of its files by their numbers; empty if it could not be examined.
        answer: what was found out.
        error: why it could not be examined.
    """

    path: str
    known: Known | None
    paths: Sequence[str] = ()
    answer: Examination | None = None
    error: errors.PhototagError | None = None

    @property
    def audits(self) -> dict[int, Audit]:
        """What the metadata say, by the number of the file; without files that cannot be read."""
        found = {} if self.answer is None else {a.number: a.audit for a in self.answer.metadata}
        return {number: audit for number, audit in found.items() if audit is not None}

    @property
    def record(self) -> Record | None:
        """The record that ``phototag.read`` returns: sidecars come first."""
        audits = self.audits
        order = sorted(audits, key=lambda number: (not number, number))
        return next((r for n in order if (r := audits[n].record) is not None), None)

    @property
    def entry(self) -> Entry | None:
        """The entry that describes the photo as it is; else one that knows what was written into it."""
        entries = () if self.known is None else self.known.entries
        etags = {etag(audit.record) for audit in self.audits.values() if audit.record}
        best = [entry for entry in entries if entry.etag in etags]
        return next(iter((*best, *(entry for entry in entries if entry.written))), None)


def judge(photo: Examined) -> tuple[CheckFinding, ...]:
    """What is the matter with a photo; one finding for each cause."""
    if photo.answer is None:
        assert photo.error is not None
        return (_unreadable(photo.path, photo.error),)
    if photo.answer.undecoded is not None:
        undecoded = _undecoded(photo.path, photo.answer.undecoded)
        if undecoded.kind is CheckKind.UNREADABLE:
            return (undecoded,)
        return (undecoded, *_rest(photo, photo.answer))
    return tuple(_rest(photo, photo.answer))


def _rest(photo: Examined, answer: Examination) -> Iterator[CheckFinding]:
    known = photo.known or Known()
    edited = bool(known.pictures) and answer.picture not in known.pictures
    if edited:
        problem = (
            "the picture is another one than the one that was analysed: somebody has edited it"
        )
        yield CheckFinding(
            path=photo.path, kind=CheckKind.EDITED, problem=problem, remedy=f"{_TAG} again"
        )
    broken = [audited for audited in answer.metadata if audited.failure is not None]
    for audited in broken:
        assert audited.failure is not None
        yield CheckFinding(
            path=photo.paths[audited.number],
            kind=CheckKind.METADATA_UNREADABLE,
            problem=f"the metadata cannot be read: {shortened(audited.failure.problem)}",
            remedy=shortened(audited.failure.remedy) or errors.RESTORE,
        )
    if broken:
        return
    inside = [*_own_part(photo), *_sidecars(photo)]
    yield from inside
    if known.unsettled:
        yield _unsettled(photo, known.unsettled)
    elif not edited and not inside and photo.known is not None:
        yield from _against(photo, photo.known)
    # An old digest also keeps the photo from being restored.
    old_digest = any(audit.old_digest for audit in photo.audits.values())
    if answer.unremovable is not None and not old_digest:
        yield CheckFinding(
            path=photo.path,
            kind=CheckKind.NOT_REMOVABLE,
            problem=f"`phototag remove` would refuse it: {shortened(answer.unremovable.problem)}",
            remedy=shortened(answer.unremovable.remedy),
        )


# --------------------------------------------------------------------------- the picture


def _unreadable(path: str, error: errors.PhototagError) -> CheckFinding:
    kind = CheckKind.NOT_DECODED if type(error).__name__ in _BEYOND else CheckKind.UNREADABLE
    remedy = error.remedy or errors.RESTORE
    return CheckFinding(path=path, kind=kind, problem=error.problem, remedy=remedy)


def _undecoded(path: str, failure: Failure) -> CheckFinding:
    problem, remedy = shortened(failure.problem), shortened(failure.remedy)
    if failure.error in _BEYOND:
        problem = f"the picture was not decoded: {problem}"
        return CheckFinding(path=path, kind=CheckKind.NOT_DECODED, problem=problem, remedy=remedy)
    kind = CheckKind.UNREADABLE
    return CheckFinding(path=path, kind=kind, problem=problem, remedy=remedy or errors.RESTORE)


# --------------------------------------------------------------------------- phototag's part


def _own_part(photo: Examined) -> Iterator[CheckFinding]:
    """Each file against its own record."""
    for number, audit in photo.audits.items():
        path = photo.paths[number]
        if audit.lacking:
            where = "; ".join(
                f"{label} lacks {_listed(words)}" for label, words in audit.lacking.items()
            )
            yield CheckFinding(
                path=path,
                kind=CheckKind.WORDS_DIFFER,
                problem=f"programs show different keywords: {where}",
                remedy=f"{_TAG}, which respects what you have deleted",
            )
        if audit.unplaced:
            yield CheckFinding(
                path=path,
                kind=CheckKind.REGION_MISSING,
                problem=f"the region of a crop is missing: {_listed(audit.unplaced)}",
                remedy=f"{_TAG}, which takes the crop out of the record",
            )
        if audit.old_digest:
            yield CheckFinding(
                path=path,
                kind=CheckKind.DIGEST_OLD,
                problem="Photoshop's digest is that of the keywords without phototag's: programs hold the XMP for out of "
                "date",
                remedy="renew it: exiftool -IPTCDigest=new",
            )


def _sidecars(photo: Examined) -> Iterator[CheckFinding]:
    """The files of a photo against each other."""
    audits, entry = photo.audits, photo.entry
    if len(audits) == 1 or photo.record is None:
        return
    etags = {n: etag(audit.record) for n, audit in audits.items() if audit.record is not None}
    mode = entry.written.options.sidecar if entry is not None and entry.written else None
    raw = suffix_of(photo.path) in RAW_SUFFIXES
    bare = 0 in audits and 0 not in etags and mode == "auto" and not raw
    if len(set(etags.values())) > 1 or bare:
        problem = "the photo and its sidecars do not have the same record: programs show different keywords"
        remedy = f"{_TAG} again"
        kind = CheckKind.SIDECARS_DIFFER
        yield CheckFinding(path=photo.path, kind=kind, problem=problem, remedy=remedy)
    elif mode not in {None, "never"}:
        for number in audits.keys() - etags.keys() - {0}:
            yield CheckFinding(
                path=photo.paths[number],
                kind=CheckKind.SIDECAR_UNTAGGED,
                problem="this sidecar of a tagged photo has no record: another program made it",
                remedy=f"run `phototag tag` on {os.path.basename(photo.path)}",
            )


def _listed(words: Sequence[str]) -> str:
    more = len(words) - _SHOWN
    shown = ", ".join(shortened(word) for word in words[:_SHOWN])
    return f"{shown} and {more} more" if more > 0 else shown


# --------------------------------------------------------------------------- the state file


def was_written(photo: Examined, change: Unsettled) -> bool:
    """Whether the write that was not completed has reached the file: its record is not the earlier one."""
    earlier = {"" if change.before is None else etag(change.before.order.record)}
    entries = () if photo.known is None else photo.known.entries
    earlier |= {entry.etag for entry in entries if entry.place == change.place}
    return etag(photo.record) not in earlier


def _unsettled(photo: Examined, changes: Sequence[Unsettled]) -> CheckFinding:
    change = changes[-1]
    done = "it was written" if was_written(photo, change) else "it was not written"
    return CheckFinding(
        path=photo.path,
        kind=CheckKind.UNSETTLED,
        problem=f"run {change.run} was killed while it wrote this photo: {done}",
        remedy="run the same command again, or `phototag check --repair`",
    )


def _against(photo: Examined, known: Known) -> Iterator[CheckFinding]:
    """The record in the photo against those in the state file."""
    found = etag(photo.record)
    failure = next((entry.failure for entry in known.entries if entry.failure), "")
    tagged = {entry.etag for entry in known.entries} - {""}
    kind, problem, remedy = None, "", f"{_TAG} again"
    if found and known.entries and found not in tagged:
        kind, problem = CheckKind.RECORD_DIFFERS, "its record is another one than in the state file"
    elif not found and tagged:
        kind, problem = (
            CheckKind.RECORD_GONE,
            "phototag's record is gone: `remove` or another program took it out",
        )
        remedy = f"{_TAG} again, or `phototag check --repair` if it was meant"
    elif not found and failure:
        kind = CheckKind.NEVER_TAGGED
        problem, remedy = f"the last run failed: {failure}", "run `phototag tag --failed`"
    elif not found and not known.entries:
        kind, problem, remedy = CheckKind.NEVER_TAGGED, "no run has tagged this photo", _TAG
    if kind is not None:
        yield CheckFinding(path=photo.path, kind=kind, problem=problem, remedy=remedy)
