"""Every error phototag raises: which photo, what is wrong, and what to do about it."""

from __future__ import annotations

from typing import Final

LONGEST_SHOWN: Final = 300  # characters of a name in a message; a path may have 4,096 bytes


def printable(text: str) -> str:
    """Text as it can be printed: control characters and foreign bytes are escaped."""
    return "".join(
        c if c.isprintable() else c.encode("unicode_escape", "surrogatepass").decode() for c in text
    )


def shown(name: str) -> str:
    """A file's name as it is printed: as ``printable``, and of a very long one the middle left out."""
    text = printable(name if len(name) <= LONGEST_SHOWN else _ends(name))
    return text if len(text) <= LONGEST_SHOWN else _ends(text)


def _ends(text: str) -> str:
    part = (LONGEST_SHOWN - 3) // 2
    return f"{text[:part]}...{text[-part:]}"


class PhototagError(Exception):
    """Base of all errors of phototag; catch this one to catch them all.

    Attributes:
        photo: the path of the photo as it was given, or ``"<bytes>"``, ``"<array>"`` ... for a
            picture without one.
        left: what became of the file, where that is not plain; empty where nothing was written.
        problem: what is wrong, without the name of the photo.
        remedy: what the user can do about it; empty when there is nothing to do.
    """

    left = ""

    def __init__(self, photo: str, problem: str, remedy: str = "") -> None:
        super().__init__(photo, problem, remedy)
        self.photo = photo
        self.problem = problem
        self.remedy = remedy

    @property
    def message(self) -> str:
        """What is wrong, what became of the file, and what to do; without the name of the photo."""
        sentence = f"{self.problem} ({self.left})" if self.left else self.problem
        return f"{sentence}; {self.remedy}" if self.remedy else sentence

    def __str__(self) -> str:
        return f"{shown(self.photo)}: {self.message}"


class BadPlugin(PhototagError):
    """What another package adds to phototag is not what it should be, or fails."""


class PhotoNotFound(PhototagError):
    """There is no file of this name, or it vanished before it could be read."""


class PhotoNotReadable(PhototagError):
    """The file is there but cannot be read: a folder, no permission, a failing disk."""


class NotAPhoto(PhototagError):
    """The content is no picture: an empty file, a text, a format nobody knows."""


class PhotoDamaged(PhototagError):
    """The file starts as a picture does and ends too early or holds broken data."""


class PhotoTooLarge(PhototagError):
    """The picture has more pixels than the limit; it was not decoded."""


class PhotoTooSmall(PhototagError):
    """The picture has too few pixels along one side to see anything in it."""


class FormatNotInstalled(PhototagError):
    """The format is known, the optional package that reads it is not installed."""


class FormatNotWritable(PhototagError):
    """Metadata cannot be written into a file of this format."""


class WriteRefused(PhototagError):
    """The file was left as it was, because writing to it would not have been safe."""

    left = "the file is as it was"


class ChangedMeanwhile(WriteRefused):
    """Another program changed the file between reading and writing, so it was left to that one."""


class MetadataDamaged(WriteRefused):
    """The file's own metadata cannot be read, so nothing is written over it."""


class WriteUncertain(PhototagError):
    """The file was replaced, but the disk did not confirm that the change is durable."""

    left = "the new file is in place"


class WriteInPart(WriteUncertain):
    """One file of a photo was changed, a sidecar say, and the next one could not be."""

    left = "this file is as it was"


class BadVocabulary(PhototagError):
    """A file of own words cannot be read, or names what phototag does not know."""


class BadCorrections(PhototagError):
    """A file of corrections cannot be read, or holds something else."""


class BadProfiles(PhototagError):
    """A file of crop profiles cannot be read, or holds what is no profile."""


class StateUnusable(PhototagError):
    """The state file of a catalogue cannot be used; the photos were left alone."""


class CatalogueBusy(PhototagError):
    """Another run is at work in this folder, or in one above or below it."""


class RunUnknown(PhototagError):
    """There is no such run, or nothing of it is left to take back."""


class CropRefused(PhototagError):
    """The photo does not give a crop of this profile; the problem says what is missing."""


class WorkerDied(PhototagError):
    """The sealed process crashed or took too long on this photo; the next photo works."""


class WorkerStopped(WorkerDied):
    """Somebody else ended the sealed process: a shutdown, ``kill``, the out-of-memory killer.

    It is no fault of the photo: the same command looks at it again.
    """


class WorkerNotStarted(PhototagError):
    """The sealed process cannot be started: there is no Python for it, or one without phototag."""


class ModelsMissing(PhototagError):
    """The installation lacks its models or they are not the ones this version was built with."""


class InternalError(PhototagError):
    """A mistake in phototag itself; the log (``logging``, name ``phototag``) holds the traceback."""


class BadInput(PhototagError, TypeError):
    """The argument is not something that can be analysed (wrong type, shape or dtype)."""


def by_name(name: str) -> type[PhototagError]:
    """The error class of this name; ``PhototagError`` itself for a name that is not known."""
    known = {cls.__name__: cls for cls in _leaves(PhototagError)}
    return known.get(name, PhototagError)


def _leaves(cls: type[PhototagError]) -> list[type[PhototagError]]:
    return [cls, *(leaf for sub in cls.__subclasses__() for leaf in _leaves(sub))]
