"""What a check can find: the kinds, what each means, and what a repair does about it.

The table in the documentation is generated from these enums.
"""

from __future__ import annotations

import enum
from typing import Final, Self

import attrs

LONGEST: Final = 1000  # characters of a text from the sealed process


class Severity(enum.StrEnum):
    """How serious a finding is."""

    NOTE = "note"  # nothing is wrong; worth knowing
    PROBLEM = "problem"  # something is wrong


class CheckKind(enum.StrEnum):
    """The kinds of findings.

    Attributes:
        severity: whether it is a problem.
        meaning: what is the matter.
        repair: what a repair does; empty where it does nothing.
        done: one word for what a repair has done.
    """

    severity: Severity
    meaning: str
    repair: str
    done: str

    def __new__(
        cls,
        name: str,
        severity: Severity,
        meaning: str,
        repair: str = "",
        done: str = "repaired",
    ) -> Self:
        """A name with its meaning."""
        kind = str.__new__(cls, name)
        kind._value_ = name
        kind.severity, kind.meaning, kind.repair, kind.done = severity, meaning, repair, done
        return kind

    # The picture.
    UNREADABLE = (
        "unreadable",
        Severity.PROBLEM,
        "the file cannot be read, or its picture cannot be decoded",
    )
    NOT_DECODED = (
        "not_decoded",
        Severity.NOTE,
        "the picture was not decoded: a package is missing, or the picture is beyond a limit",
    )
    EDITED = (
        "edited",
        Severity.NOTE,
        "the picture is another one than the one that was analysed",
    )
    # The metadata.
    METADATA_UNREADABLE = (
        "metadata_unreadable",
        Severity.PROBLEM,
        "the metadata of the photo or of a sidecar cannot be read",
    )
    WORDS_DIFFER = (
        "words_differ",
        Severity.PROBLEM,
        "one of phototag's keywords is missing in one property but present in another",
        "the photo is tagged again from the state file; a keyword that you deleted is not restored",
    )
    REGION_MISSING = (
        "region_missing",
        Severity.PROBLEM,
        "the region of a recorded crop is missing",
        "the crop is taken out of the record",
    )
    DIGEST_OLD = (
        "digest_old",
        Severity.PROBLEM,
        "Photoshop's digest is that of the keywords without phototag's: programs hold the XMP for out of date",
    )
    SIDECARS_DIFFER = (
        "sidecars_differ",
        Severity.PROBLEM,
        "the photo and its sidecars do not have the same record",
        "all of them get the record that is in the state file",
    )
    SIDECAR_UNTAGGED = (
        "sidecar_untagged",
        Severity.NOTE,
        "a sidecar of a tagged photo has no record: another program made it",
    )
    NOT_REMOVABLE = (
        "not_removable",
        Severity.PROBLEM,
        "`phototag remove` would refuse this photo",
    )
    ORPHAN_SIDECAR = (
        "orphan_sidecar",
        Severity.PROBLEM,
        "a sidecar with words of phototag has no photo",
    )
    # The photo against the state file.
    NEVER_TAGGED = ("never_tagged", Severity.NOTE, "no run has tagged this photo")
    RECORD_GONE = (
        "record_gone",
        Severity.NOTE,
        "the photo was tagged, but its record is gone: `phototag remove` or another program took it out",
        "the state file notes that the photo is not tagged",
    )
    RECORD_DIFFERS = (
        "record_differs",
        Severity.NOTE,
        "the photo has another record than the state file",
    )
    UNSETTLED = (
        "unsettled",
        Severity.PROBLEM,
        "a run was killed while it wrote this photo",
        "the run log notes whether the photo was written",
    )
    VANISHED = (
        "vanished",
        Severity.NOTE,
        "a photo in the state file is not there any more",
        "it is taken out of the state file; the run log keeps it",
        "forgotten",
    )
    EMPTIED = (
        "emptied",
        Severity.NOTE,
        "nothing is left of the photos in a folder, as if its disk or network share were not connected",
    )
    INTERRUPTED = (
        "interrupted",
        Severity.NOTE,
        "a run was interrupted",
        "it is closed, if it cannot be resumed any more",
    )
    # The state file itself.
    NO_STATE = ("no_state", Severity.NOTE, "there is no state file")
    STATE_DAMAGED = (
        "state_damaged",
        Severity.PROBLEM,
        "the state file is damaged",
        "its indexes are made again",
    )
    ROW_DAMAGED = (
        "row_damaged",
        Severity.PROBLEM,
        "an entry of the state file cannot be read, or belongs to nothing",
        "it is deleted: what it said counts as not known",
    )
    # Temporary files.
    LEFTOVER = (
        "leftover",
        Severity.PROBLEM,
        "a temporary file of a run that was killed",
        "it is deleted, if it is certain that it is phototag's",
    )
    ANOTHERS = (
        "anothers",
        Severity.PROBLEM,
        "a temporary file of a run that was killed; another program's version of a photo may be in it",
    )
    PERHAPS_LEFTOVER = (
        "perhaps_leftover",
        Severity.NOTE,
        "a temporary file of phototag on another computer, which may be at work",
    )
    NOT_OURS = (
        "not_ours",
        Severity.NOTE,
        "a file whose name begins like those of phototag's temporary files, but which is not one of them",
    )


@attrs.frozen(kw_only=True)
class CheckFinding:
    """One thing that a check has found.

    Attributes:
        path: the file or folder.
        kind: what kind of finding it is.
        problem: what is the matter.
        remedy: what to do about it; empty when there is nothing to do.
        repaired: whether it has been repaired, and another check of the same file did not find it again.
    """

    path: str
    kind: CheckKind
    problem: str
    remedy: str = ""
    repaired: bool = False

    @property
    def severity(self) -> Severity:
        """Whether it is a problem."""
        return self.kind.severity

    @property
    def message(self) -> str:
        """The problem and the remedy."""
        return f"{self.problem}; {self.remedy}" if self.remedy else self.problem


@attrs.frozen(kw_only=True)
class Checked:
    """The result for one photo, one folder, or the state file.

    Attributes:
        path: its path.
        findings: what was found; empty if all is well.
        photo: whether it is a photo.
    """

    path: str
    findings: tuple[CheckFinding, ...] = ()
    photo: bool = False


def shortened(text: str) -> str:
    """A text from the sealed process, of limited length."""
    return text[:LONGEST]
