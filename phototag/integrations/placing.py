"""Pieces: what an application loads. Each is placed once, and can be taken back from the ledger's entry alone."""

from __future__ import annotations

import abc
import enum
import hashlib
import os
from typing import ClassVar, Final

import attrs

from phototag.errors import OutputNotWritable
from phototag.integrations import disk

_GONE: Final = "undo the change or delete it, then run the same command again"
_CODE: Final = 12  # hexadecimal digits
#: What identifies a piece and its entry: its kind, its path and more where a path has several.
Key = tuple[str, ...]


class Standing(enum.StrEnum):
    """How a piece stands on the disk."""

    ABSENT = enum.auto()
    CURRENT = enum.auto()  # as it is wanted
    OLDER = enum.auto()  # phototag's, of an earlier version or another installation
    FOREIGN = enum.auto()  # somebody else's, or phototag's and changed since


@attrs.frozen(kw_only=True)
class Named:
    """What a piece and its entry in the ledger have in common: what they are called, by which they find each other.

    Attributes:
        path: of the file that is written.
    """

    kind: ClassVar[str] = ""
    path: str

    @property
    def key(self) -> Key:
        """What identifies it: the same for a piece and its entry."""
        return self.kind, self.path

    @property
    def what(self) -> str:
        """What of the file it is, in words; empty for the whole file."""
        return ""


@attrs.frozen(kw_only=True)
class Placed(Named, abc.ABC):
    """The entry in the ledger of something that was placed, or that was about to be when phototag was ended.

    Subclasses have fields that cattrs turns into JSON and back, and a ``kind`` that no other has.
    """

    @property
    def note(self) -> str:
        """What the user should know about it, in a sentence; empty for nothing."""
        return ""

    def left(self) -> str:
        """What ``take_back`` has left, and what to do about it, in a sentence."""
        return f"it has been changed since phototag wrote it; {_GONE}"

    @abc.abstractmethod
    def take_back(self) -> bool:
        """Take back exactly what was placed; called only while its disk is connected.

        Returns:
            Whether nothing of it is there any more; False if it has been changed since, and was left.

        Raises:
            OutputNotWritable: it cannot be taken back now.
        """


@attrs.frozen(kw_only=True)
class Piece(Named, abc.ABC):
    """Something that an application loads."""

    @abc.abstractmethod
    def standing(self, placed: Placed | None) -> Standing:
        """How it stands on the disk.

        Args:
            placed: its entry in the ledger, with the same key.

        Raises:
            OutputNotWritable: it cannot be told, or a link has its name.
        """

    @abc.abstractmethod
    def plan(self, placed: Placed | None) -> Placed:
        """The entry with which it is placed. It is saved before anything is written.

        From it, all can be taken back at any moment from now on: nothing placed yet, the version of an earlier entry,
        or the one that is wanted.

        Args:
            placed: its entry so far.
        """

    @abc.abstractmethod
    def place(self, plan: Placed) -> Placed:
        """Write it, unless it is there as it is wanted.

        Args:
            plan: what ``plan`` has given.

        Returns:
            The entry from now on.

        Raises:
            OutputNotWritable: somebody else's stands there, or it cannot be written.
        """


def foreign(path: str, what: str = "") -> OutputNotWritable:
    """The error for a piece in whose place something of somebody else stands."""
    if what:
        return OutputNotWritable(path, f"{what} is not as phototag wrote it", "undo the change")
    return OutputNotWritable(
        path,
        "this file is not phototag's, or has been changed since phototag wrote it",
        "rename it, or delete it if you do not need it, then run the same command again",
    )


# ----------------------------------------------------------------------------------- whole files


@attrs.frozen(kw_only=True)
class PlacedFile(Placed):
    """A whole file.

    Attributes:
        digests: of the contents that phototag has written there, or was about to: SHA-256.
    """

    kind: ClassVar[str] = "file"
    digests: tuple[str, ...]

    def take_back(self) -> bool:
        """Delete the file if it is as phototag wrote it."""
        content = disk.read(self.path)
        if content is None:
            return True
        if digest(content) not in self.digests:
            return False
        disk.change(self.path, content, None)
        return True


@attrs.frozen(kw_only=True)
class OwnFile(Piece):
    """A whole file of phototag's. Folders that are made for it are deleted with the last file in them.

    Attributes:
        content: its bytes.
        executable: whether the file may be run.
    """

    kind: ClassVar[str] = PlacedFile.kind
    content: bytes
    executable: bool = False

    def standing(self, placed: Placed | None) -> Standing:
        """How it stands on the disk; a file of the same bytes is taken for phototag's."""
        content = disk.read(self.path)
        if content is None:
            return Standing.ABSENT
        if content == self.content:
            return Standing.CURRENT
        known = placed.digests if isinstance(placed, PlacedFile) else ()
        return Standing.OLDER if digest(content) in known else Standing.FOREIGN

    def plan(self, placed: Placed | None) -> PlacedFile:
        """The entry with the contents that may be there."""
        known = placed.digests if isinstance(placed, PlacedFile) else ()
        found = dict.fromkeys((*known, digest(self.content)))
        return PlacedFile(path=self.path, digests=tuple(found))

    def place(self, plan: Placed) -> PlacedFile:
        """Write the file."""
        standing = self.standing(plan)
        if standing is Standing.FOREIGN:
            raise foreign(self.path)
        if standing is Standing.ABSENT:
            disk.make(self.path, self.content, executable=self.executable)
        elif standing is Standing.OLDER:
            before = disk.read(self.path)
            if before is None or digest(before) not in self.plan(plan).digests:
                raise foreign(self.path)
            disk.change(self.path, before, self.content)
        return PlacedFile(path=self.path, digests=(digest(self.content),))


def digest(content: bytes) -> str:
    """SHA-256 in hexadecimal digits."""
    return hashlib.sha256(content).hexdigest()


def code(text: str) -> str:
    """A short name for a long one, such as a path: enough to tell one person's files apart."""
    return digest(os.fsencode(text))[:_CODE]


# ----------------------------------------------------------------------------------- single lines

_ENDS: Final = (b"\r\n", b"\n")


@attrs.frozen(kw_only=True)
class _Line(Named):
    """A line; a file may have several.

    Attributes:
        line: the text, without its end.
    """

    kind: ClassVar[str] = "line"
    line: str

    @property
    def key(self) -> Key:
        """The line is part of it."""
        return self.kind, self.path, self.line

    @property
    def what(self) -> str:
        """The line in words."""
        return f"the line {self.line}"


@attrs.frozen(kw_only=True)
class PlacedLine(_Line, Placed):
    """A line in a file.

    Attributes:
        made: whether phototag made the file.
        joined: whether the line before had no end, and got one.
    """

    made: bool
    joined: bool

    def take_back(self) -> bool:
        """Take the line out of the file, and delete the file if phototag made it and nothing is left in it."""
        content = disk.read(self.path)
        if content is None:
            return True
        after = self._without(content)
        if after != content:
            disk.change(self.path, content, None if self.made and not after else after)
        return True

    def _without(self, content: bytes) -> bytes:
        lines = content.splitlines(keepends=True)
        places = [at for at, line in enumerate(lines) if _text(line) == self.line.encode()]
        if not places:
            return content
        at = places[-1]
        if self.joined and at and at == len(lines) - 1:
            lines[at - 1] = lines[at - 1].rstrip(b"\r\n")
        return b"".join([*lines[:at], *lines[at + 1 :]])


@attrs.frozen(kw_only=True)
class OwnLine(_Line, Piece):
    """A line at the end of a file that belongs to the user or to a program."""

    def standing(self, placed: Placed | None) -> Standing:  # noqa: ARG002 - a line is there or not
        """Whether the line is in the file, whoever wrote it."""
        content = disk.read(self.path)
        return Standing.CURRENT if _has(content, self.line) else Standing.ABSENT

    def plan(self, placed: Placed | None) -> PlacedLine:
        """The entry with what the file is now."""
        content = disk.read(self.path)
        if isinstance(placed, PlacedLine) and (content is not None or placed.made):
            return placed
        joined = bool(content) and not _has(content, self.line) and not _ended(content)
        return PlacedLine(path=self.path, line=self.line, made=content is None, joined=joined)

    def place(self, plan: Placed) -> PlacedLine:
        """Add the line to the file."""
        content = disk.read(self.path)
        made = isinstance(plan, PlacedLine) and plan.made
        if content is None:
            disk.make(self.path, self.line.encode() + b"\n")
            return PlacedLine(path=self.path, line=self.line, made=True, joined=False)
        if _has(content, self.line):
            joined = isinstance(plan, PlacedLine) and plan.joined
            return PlacedLine(path=self.path, line=self.line, made=made, joined=joined)
        end = next((end for end in _ENDS if end in content), b"\n")
        joint = b"" if _ended(content) else end
        disk.change(self.path, content, content + joint + self.line.encode() + end)
        return PlacedLine(path=self.path, line=self.line, made=made, joined=bool(joint))


def _has(content: bytes | None, line: str) -> bool:
    return any(_text(one) == line.encode() for one in (content or b"").splitlines())


def _ended(content: bytes | None) -> bool:
    return not content or content.endswith((b"\n", b"\r"))


def _text(line: bytes) -> bytes:
    return line.rstrip(b"\r\n")
