"""All errors of phototag: what each is about, what is wrong, and what to do about it.

::

    PhototagError                     catch this one to catch them all
        PhotoError                    one photo; other photos may work
            PhotoNotFound
            PhotoNotReadable
            NotAPhoto
            PhotoDamaged
            PhotoTooLarge
            PhotoTooSmall
            FormatNotInstalled
            FormatNotWritable
            CropRefused
            WriteRefused              the file is unchanged
                ChangedMeanwhile
                MetadataDamaged
                NotMade               a new file
            WriteUncertain            the new file is in place
                WriteInPart
            CriterionFailed
            WorkerDied
                WorkerStopped
            InternalError
            BadInput                  also a TypeError
        SetupError                    not about a photo; fix it first
            WorkerNotStarted
            ModelsMissing
            PackageMissing
            BadPlugin
            BadVocabulary
            BadProfiles
            BadCalibration
            BadCorrections
            StateUnusable
            CatalogueBusy
            RunUnknown
            PhotosMissing
            NotAFolder
            OutputNotWritable
            BadArgument               a mistake in the call
                BadType               also a TypeError
                UnknownOption         also a TypeError
                BadValue              also a ValueError
"""

from __future__ import annotations

from typing import ClassVar, Final

#: What to do about what phototag itself does wrong, and about a file that is damaged or cannot be read.
REPORT: Final = "please report it, with the output of phototag --log"
RESTORE: Final = "restore it from a backup"
CHECK_DISK: Final = "check the disk, or the network drive, that it is on"

_BYTES: Final = "\udc80", "\udcff"  # what Python makes of bytes in a name that are no text

LONGEST_SHOWN: Final = 300  # characters of a name in a message; a path may have up to 4,096 bytes


def printable(text: str) -> str:
    r"""Text that can be printed: control characters are escaped, and bytes that are no text are shown as ``\xe9``."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else _escaped(c) for c in text)


def _escaped(c: str) -> str:
    if _BYTES[0] <= c <= _BYTES[1]:
        return f"\\x{ord(c) & 0xFF:02x}"
    return c.encode("unicode_escape", "surrogatepass").decode()


def printable_text(text: str) -> str:
    """The same for text of several lines, which stay lines."""
    return "\n".join(printable(line) for line in text.split("\n"))


def printable_name(name: str) -> str:
    """A file name as it is printed: like ``printable``, but without the middle of a very long name."""
    text = printable(name if len(name) <= LONGEST_SHOWN else _ends(name))
    return text if len(text) <= LONGEST_SHOWN else _ends(text)


def as_typed(*words: str) -> str:
    """Words as they can be typed in a shell; bash and zsh know how names with bytes that are no text are written."""
    import shlex  # noqa: PLC0415 - only where a command is shown

    def quoted(word: str) -> str:
        if word.isprintable():
            return shlex.quote(word)
        return "$'" + printable(word.replace("\\", "\\\\").replace("'", "\\'")) + "'"

    return " ".join(map(quoted, words))


def _ends(text: str) -> str:
    part = (LONGEST_SHOWN - 3) // 2
    return f"{text[:part]}...{text[-part:]}"


class PhototagError(Exception):
    """Base class of all errors of phototag: each is a ``PhotoError`` or a ``SetupError``.

    ``str`` of an error says what it is about, what is wrong, and what to do.

    Args:
        name: the name of the photo, or of whatever else the error is about.
        problem: see below.
        remedy: see below.

    Attributes:
        problem: what is wrong, without the name.
        remedy: what the user can do about it; empty only where ``no_remedy`` says why.
        no_remedy: of a class: why an error of this class may have no remedy. Empty: each has one.
    """

    no_remedy: ClassVar[str] = ""

    def __init__(self, name: str, problem: str, remedy: str = "") -> None:
        super().__init__(name, problem, remedy)
        self.problem = problem
        self.remedy = remedy

    @property
    def message(self) -> str:
        """The problem and the remedy, without the name of a photo."""
        return f"{self.problem}; {self.remedy}" if self.remedy else self.problem


# --------------------------------------------------------------------------- one photo


class PhotoError(PhototagError):
    """Something is wrong with one photo; other photos may work.

    Attributes:
        photo: the path of the photo as it was given, or ``"<bytes>"``, ``"<array>"`` ... for a
            picture without a path.  In a run it can be a folder that cannot be read.
        problem: what is wrong, without the name of the photo.
        remedy: what the user can do about it; empty only where ``no_remedy`` says why.
        on_disk: the state of the file after the error.
    """

    on_disk: ClassVar[str] = "the file is unchanged"
    _says_so: ClassVar[bool] = False  # the message includes ``on_disk``

    def __init__(self, photo: str, problem: str, remedy: str = "") -> None:
        super().__init__(photo, problem, remedy)
        self.photo = photo

    @property
    def message(self) -> str:
        """The problem, the state of the file after a write, and the remedy; without the photo's name."""
        problem = f"{self.problem} ({self.on_disk})" if self._says_so else self.problem
        return f"{problem}; {self.remedy}" if self.remedy else problem

    def __str__(self) -> str:
        return f"{printable_name(self.photo)}: {self.message}"


class PhotoNotFound(PhotoError):
    """The file does not exist, or was deleted before it could be read."""

    on_disk = "the file does not exist"


class PhotoNotReadable(PhotoError):
    """The file exists but cannot be read: a folder, no permission, a failing disk."""


class NotAPhoto(PhotoError):
    """The content is not a picture: an empty file, text, an unknown format."""


class PhotoDamaged(PhotoError):
    """The file is a picture that is truncated or contains invalid data."""


class PhotoTooLarge(PhotoError):
    """The picture has more pixels than the limit; it was not decoded."""


class PhotoTooSmall(PhotoError):
    """The picture has too few pixels along one side to be analysed."""


class FormatNotInstalled(PhotoError):
    """The optional package that reads this format is not installed."""


class FormatNotWritable(PhotoError):
    """Metadata cannot be written into a file of this format."""


class CropRefused(PhotoError):
    """The photo has no crop for this profile; ``problem`` says why."""

    no_remedy = "the photo itself is the reason; another profile may fit it"


class WriteRefused(PhotoError):
    """The file was not changed, because writing to it would not have been safe."""

    _says_so = True


class ChangedMeanwhile(WriteRefused):
    """Another program changed the file between reading and writing, so it was not overwritten."""


class MetadataDamaged(WriteRefused):
    """The file's existing metadata cannot be read, so they are not overwritten."""


class NotMade(WriteRefused):
    """A new file, such as a crop or a sidecar, was not made."""

    on_disk = "no file was made"


class WriteUncertain(PhotoError):
    """The file was replaced, but the disk did not confirm that the change is stored."""

    on_disk = "the new file is in place"
    _says_so = True


class WriteInPart(WriteUncertain):
    """One file of a photo was changed, such as a sidecar, but not the next one."""

    on_disk = "this file is unchanged"


class CriterionFailed(PhotoError):
    """A criterion, probably one from another package, failed on this photo."""


class WorkerDied(PhotoError):
    """The photo ended two sealed processes, or took too long; other photos are not affected."""


class WorkerStopped(WorkerDied):
    """Sealed processes ended, as by the out-of-memory killer, but not all of them at work on this photo.

    The photo is not the cause: the same command tries it again.
    """


class InternalError(PhotoError):
    """A bug in phototag; the log (``logging``, name ``phototag``) holds the traceback."""


class BadInput(PhotoError, TypeError):
    """The argument cannot be analysed: neither a path nor a picture, or of a wrong type or shape."""


# --------------------------------------------------------------------------- no photo


class SetupError(PhototagError):
    """Something other than a photo is wrong; no photo can be processed until it is fixed.

    Attributes:
        name: what is wrong: the path of a file or folder, a package, a setting, or an argument.
        problem: what is wrong with it.
        remedy: what the user can do about it; empty only where ``no_remedy`` says why.
    """

    def __init__(self, name: str, problem: str, remedy: str = "") -> None:
        super().__init__(name, problem, remedy)
        self.name = name

    @property
    def message(self) -> str:
        """The name, the problem and the remedy; a run prints it after the name of the photo."""
        return f"{printable_name(self.name)}: {super().message}"

    def __str__(self) -> str:
        return self.message


class WorkerNotStarted(SetupError):
    """The sealed process cannot be started: no Python interpreter, or one without phototag."""


class ModelsMissing(SetupError):
    """The models are missing, or are not those that this version was built with."""


class PackageMissing(SetupError):
    """The optional package that a command needs, or a library of the system, is not installed."""


class BadPlugin(SetupError):
    """An addition from another package is invalid or fails."""


class BadVocabulary(SetupError):
    """A vocabulary file cannot be read, or contains unknown names."""


class BadProfiles(SetupError):
    """A file of crop profiles cannot be read, or contains an invalid profile."""


class BadCalibration(SetupError):
    """A calibration file cannot be read, or contains something else."""


class BadCorrections(SetupError):
    """A corrections file cannot be read, or contains something else."""


class StateUnusable(SetupError):
    """The state file of a catalogue cannot be used; no photo was changed."""


class CatalogueBusy(SetupError):
    """Another run is working in this folder, or in one above or below it."""


class RunUnknown(SetupError):
    """There is no such run, or nothing of it is left to undo."""


class PhotosMissing(SetupError):
    """None of the photos of a run has been found; nothing was undone."""


class NotAFolder(SetupError):
    """The path to watch is not a folder."""


class OutputNotWritable(SetupError):
    """The output cannot be written: a file, a folder, or what the command line prints."""


class BadArgument(SetupError):
    """An argument of a function is invalid; nothing was done.  ``name`` names the argument."""

    no_remedy = "the problem says what can be given instead"


class BadType(BadArgument, TypeError):
    """An argument has the wrong type."""


class UnknownOption(BadArgument, TypeError):
    """The function has no option with this name."""


class BadValue(BadArgument, ValueError):
    """An argument has the right type, but an invalid value."""


# ---------------------------------------------------------------------------- no errors


class LikelyBGR(UserWarning):
    """The face in an array is bluer than it is red: the colours are probably in OpenCV's order, see ``bgr``."""


def by_name(name: str) -> type[PhototagError]:
    """The error class with this name; ``PhotoError`` for an unknown name."""
    return _classes(PhototagError).get(name, PhotoError)


def _classes(base: type[PhototagError]) -> dict[str, type[PhototagError]]:
    found = {base.__name__: base}
    for below in base.__subclasses__():
        found |= _classes(below)
    return found
