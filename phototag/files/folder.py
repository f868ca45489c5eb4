"""Folders by descriptor: a name is looked up in the folder that was opened, whatever its own path leads to by now.

Somebody else who may rename things above a photo could otherwise have phototag, and with it root, work on files
elsewhere. Where the system has no such descriptors (Windows), a folder is its path: ``Folder`` alone decides.
"""

from __future__ import annotations

import contextlib
import errno
import os
import stat
from typing import Final

import attrs

# What a folder needs: all of it on Linux, macOS and the BSDs.
_CALLS: Final = {os.open, os.stat, os.unlink, os.link, os.rename, os.access}
_BY_HANDLE: Final = hasattr(os, "O_DIRECTORY") and os.supports_dir_fd >= _CALLS
_FOLDER: Final = (
    os.O_RDONLY
    | getattr(os, "O_DIRECTORY", 0)
    | getattr(os, "O_NOFOLLOW", 0)
    | getattr(os, "O_CLOEXEC", 0)
)
_PASSING: Final = getattr(os, "O_PATH", 0)  # Linux: needs no permission to list the folder
_MOST_LINKS: Final = 40  # in one path, as in Linux itself
_ROOT: Final = 0  # the user


@attrs.frozen(eq=False)
class Folder:
    """An open folder.

    Attributes:
        path: its path when it was opened, with all links resolved.
        handle: its descriptor; None where the system takes only paths.
    """

    path: str
    handle: int | None = None

    @classmethod
    def of(cls, path: str) -> Folder:
        """Open a folder; the caller closes it.

        Raises:
            OSError: it does not exist or cannot be opened.
        """
        real = os.path.realpath(path)
        return cls(real, os.open(real, _FOLDER) if _BY_HANDLE else None)

    def at(self, name: str) -> str:
        """What a system call is given for a file, together with ``dir_fd=folder.handle``."""
        return name if self.handle is not None else self.path_of(name)

    def path_of(self, name: str) -> str:
        """The path of a file, for messages."""
        return os.path.join(self.path, name)

    def open(self, name: str, flags: int, mode: int = 0o600) -> int:
        """Open a file; a link is not followed."""
        flags |= getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0)
        return os.open(self.at(name), flags, mode, dir_fd=self.handle)

    def stat(self, name: str) -> os.stat_result:
        """The status of a file, or of a link itself."""
        return os.stat(self.at(name), dir_fd=self.handle, follow_symlinks=False)

    @property
    def owner(self) -> int:
        """The user who owns the folder."""
        return os.stat(self.path if self.handle is None else self.handle).st_uid

    def stat_behind(self, name: str) -> os.stat_result:
        """The status of a file, or of what a link leads to."""
        return os.stat(self.at(name), dir_fd=self.handle)

    def leads_to(self, name: str, status: os.stat_result) -> bool:
        """Whether a name is that of a certain file."""
        try:
            return os.path.samestat(self.stat(name), status)
        except FileNotFoundError:
            return False

    def has(self, name: str) -> bool:
        """Whether there is anything of this name."""
        try:
            self.stat(name)
        except FileNotFoundError:
            return False
        return True

    def is_writable(self, name: str) -> bool:
        """Whether this user may write into a file."""
        return os.access(self.at(name), os.W_OK, dir_fd=self.handle)

    def names(self) -> list[str]:
        """The names of all files and folders in it."""
        handle = self.handle
        if handle is None:
            return os.listdir(self.path)
        # A descriptor has one place in the listing for all who use it; one that only passes cannot list.
        listed = os.open(".", _FOLDER, dir_fd=handle)
        try:
            return os.listdir(listed)
        finally:
            os.close(listed)

    def unlink(self, name: str) -> None:
        """Delete a file or a link."""
        os.unlink(self.at(name), dir_fd=self.handle)

    def put_over(self, name: str, target: str) -> None:
        """Rename a file, over one that is there."""
        here = self.handle
        os.replace(self.at(name), self.at(target), src_dir_fd=here, dst_dir_fd=here)

    def sync(self) -> None:
        """Make changed names durable; Windows has no such operation and does not need it."""
        if self.handle is not None:
            os.fsync(self.handle)

    def close(self) -> None:
        """Close the descriptor."""
        if self.handle is not None:
            with contextlib.suppress(OSError):
                os.close(self.handle)


@attrs.frozen(eq=False)
class Place:
    """Where a file is.

    Attributes:
        folder: the open folder; the caller closes it.
        name: the file's name in it.
        owners: of the links that led there.
    """

    folder: Folder
    name: str
    owners: frozenset[int] = frozenset()

    def trusts(self, owner: int) -> bool:
        """Whether the links may lead to a file of this owner.

        A link of root's or one's own may lead anywhere. One of another user may lead to that user's files only:
        otherwise everybody could have phototag, run by somebody else, open and change files that they themselves
        may not.
        """
        return self.owners <= {_ROOT, owner, *([os.geteuid()] if hasattr(os, "geteuid") else [])}


def locate(path: str, beside: Folder | None = None) -> Place:
    """Follow a path and all links in it, and open the folder at its end.

    Args:
        path: of a file that need not exist.
        beside: the folder that a relative path begins in; by default the working folder.

    Raises:
        OSError: a folder of the path does not exist or cannot be entered, or the links are circular.
    """
    if not _BY_HANDLE or not _PASSING:  # not Linux: only the last folder is protected
        real = os.path.realpath(path if beside is None else beside.path_of(path))
        head, name = os.path.split(real)
        return Place(Folder.of(head), name)
    start = os.getcwd() if beside is None and not os.path.isabs(path) else ""
    walk = _Walk(None if os.path.isabs(path) else beside)
    try:
        name = walk.follow(os.path.join(start, path))
        return Place(walk.folder(), name, frozenset(walk.owners))
    except BaseException:
        os.close(walk.handle)
        raise


class _Walk:
    """Goes along a path from folder to folder, by their descriptors.

    Attributes:
        handle: the folder where it is.
        owners: of the links that it has followed.
    """

    def __init__(self, beside: Folder | None) -> None:
        self.handle: int = os.open("/", _FOLDER | _PASSING)
        self.owners: set[int] = set()
        self._trail: list[str] = []
        if beside is not None and beside.handle is not None:
            self._trail = [part for part in beside.path.split("/") if part]
            self._enter(os.dup(beside.handle))

    def follow(self, path: str) -> str:
        """Go to the folder of a file; return the file's name in it."""
        left = self._parts(path)
        links = 0
        while left:
            part = left.pop()
            if part == ".." or left:
                if self._passes(part):
                    continue
            elif not self._is_link(part):
                return part
            links += 1
            if links > _MOST_LINKS:
                raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), path)
            target = self._target(part)
            if target.startswith("/"):
                self._enter(os.open("/", _FOLDER | _PASSING))
                self._trail.clear()
            left += self._parts(target)
        return "."  # the path of a folder

    def folder(self) -> Folder:
        """The folder where it is, open for all that is needed."""
        path = "/" + "/".join(self._trail)
        with contextlib.suppress(
            PermissionError
        ):  # of a folder that may not be listed, this one must do
            self._enter(os.open(".", _FOLDER, dir_fd=self.handle))
        return Folder(path, self.handle)

    def _parts(self, path: str) -> list[str]:
        return [part for part in reversed(path.split("/")) if part not in {"", "."}]

    def _enter(self, handle: int) -> None:
        os.close(self.handle)
        self.handle = handle

    def _passes(self, part: str) -> bool:
        """Enter a folder; False for anything else, which may be a link."""
        try:
            self._enter(os.open(part, _FOLDER | _PASSING, dir_fd=self.handle))
        except NotADirectoryError:
            if not self._is_link(part):
                raise
            return False
        if part != "..":
            self._trail.append(part)
        elif self._trail:
            self._trail.pop()
        return True

    def _is_link(self, name: str) -> bool:
        try:
            status = os.stat(name, dir_fd=self.handle, follow_symlinks=False)
        except FileNotFoundError:
            return False
        return stat.S_ISLNK(status.st_mode)

    def _target(self, name: str) -> str:
        """Where a link leads; its owner counts from here on."""
        handle = os.open(name, _PASSING | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=self.handle)
        try:
            self.owners.add(os.fstat(handle).st_uid)
            return os.readlink("", dir_fd=handle)
        finally:
            os.close(handle)
