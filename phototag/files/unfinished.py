"""A new file that has no name until it is finished: a killed process leaves nothing of it behind."""

from __future__ import annotations

import contextlib
import errno
import os
from typing import TYPE_CHECKING, Final

from phototag.files import attributes, private, temporary
from phototag.files.content import Content
from phototag.files.rename_exchange import move

if TYPE_CHECKING:
    from collections.abc import Iterator

    from phototag.files.folder import Folder

_OPEN: Final = "/proc/self/fd"  # Linux: the open files of this process, as links
# Some network disks make files without names that can never get one; some systems allow it to the owner alone.
_NO_FIRST_NAME: Final = {
    errno.EINVAL, errno.EMLINK, errno.ENOENT, errno.ENOSYS, errno.EOPNOTSUPP, errno.EPERM, errno.EXDEV,
}  # fmt: skip


class Unfinished:
    """An open new file; where the system or the disk has none without names, it has a temporary one.

    Nobody but its owner may read it, whatever access list new files inherit from the folder.

    Attributes:
        handle: its descriptor, for reading and writing.
    """

    def __init__(self, folder: Folder) -> None:
        self._folder = folder
        self._name: str | None = None
        self._open = True
        try:
            self.handle: int = self._nameless()
        except (
            AttributeError,
            OSError,
        ):  # another system, or a disk that has no files without names
            self.handle, self._name = temporary.make(folder)
        self._made = os.fstat(self.handle)
        try:
            attributes.remove_inherited_access(self.handle)
        except BaseException:
            self.discard()
            raise

    def _nameless(self) -> int:
        folder = self._folder.handle
        handle = os.open(".", os.O_TMPFILE | os.O_RDWR | os.O_CLOEXEC, private.FILE, dir_fd=folder)
        try:
            os.readlink(f"{_OPEN}/{handle}")  # without /proc it could get no name later
        except BaseException:
            os.close(handle)
            raise
        return handle

    @property
    def path(self) -> str:
        """Its temporary path, for systems that cannot do something by descriptor; empty if it has none."""
        return "" if self._name is None else self._folder.path_of(self._name)

    def status(self, name: str) -> os.stat_result:
        """Its present status; ``name`` is its name by now."""
        return os.fstat(self.handle) if self._open else self._folder.stat(name)

    def is_at(self, name: str) -> bool:
        """Whether a name is this file's: anybody with write access to the folder may have changed that."""
        return self._folder.leads_to(name, self._made)

    @property
    def is_lost(self) -> bool:
        """Whether its temporary name is not this file's any more."""
        return self._name is not None and not self.is_at(self._name)

    def name_it(self, name: str) -> None:
        """Give it another name.

        Raises:
            FileExistsError: something has this name.
            OSError: a disk error.
        """
        folder = self._folder
        if os.name == "nt":  # which renames no open file
            self.close()
        if self._name is None and not self._link(name):
            self._copy()
        if self._name is not None:
            move(folder, self._name, name)
        self._name = name

    def _link(self, name: str) -> bool:
        """Give a file without a name its first one; False where the disk cannot do this."""
        link, folder = f"{_OPEN}/{self.handle}", self._folder.handle
        try:
            # Python follows links only with a descriptor of a folder.
            os.link(link, name, dst_dir_fd=folder, follow_symlinks=True)
        except OSError as error:
            if error.errno not in _NO_FIRST_NAME:
                raise
            return False
        return True

    def _copy(self) -> None:
        """Become a file with a temporary name."""
        handle, name = temporary.make(self._folder)
        old, self.handle, self._name = self.handle, handle, name
        self._made = os.fstat(handle)
        try:
            attributes.remove_inherited_access(handle)
            Content(handle=old).write_to(handle)
            attributes.copy(old, handle, self.path, time=attributes.FileTime.KEPT)
            os.fsync(handle)
        finally:
            os.close(old)

    def close(self) -> None:
        """Close the descriptor."""
        if self._open:
            self._open = False
            os.close(self.handle)

    def discard(self) -> None:
        """Close it, and delete it if it still has its temporary name."""
        with contextlib.suppress(OSError):
            if self._name is not None and self.is_at(self._name):
                self._folder.unlink(self._name)
        with contextlib.suppress(OSError):
            self.close()


@contextlib.contextmanager
def unfinished(folder: Folder) -> Iterator[Unfinished]:
    """Make a new file in a folder; after an error, it is gone.

    Raises:
        OSError: no file can be made there.
    """
    made = Unfinished(folder)
    try:
        yield made
    except BaseException:
        made.discard()
        raise
    finally:
        with contextlib.suppress(OSError):
            made.close()
