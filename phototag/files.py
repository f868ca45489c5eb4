"""Reading a file whole, and knowing later whether it is still the same."""

from __future__ import annotations

import os
import stat

import attrs

from phototag import errors


@attrs.frozen
class FileState:
    """What a file looks like from outside; it changes with every ordinary write.

    Attributes:
        size: bytes.
        mtime_ns: modification time, ns since 1970.
    """

    size: int
    mtime_ns: int

    @classmethod
    def of(cls, status: os.stat_result) -> FileState:
        """The state in what ``os.stat`` says."""
        return cls(status.st_size, status.st_mtime_ns)


def read(path: str, name: str) -> tuple[bytes, os.stat_result]:
    """A regular file's bytes, and its status when they were read.

    Args:
        path: of the file; bytes that are no text are escaped in it.
        name: the path as the user gave it, for errors.

    Raises:
        PhotoNotFound: there is none.
        PhotoNotReadable: a folder, something else that is no file, no permission, a failing disk.
    """
    try:
        mode = os.stat(path).st_mode  # noqa: PTH116 - a path that is not UTF-8 stays as it is
        if stat.S_ISDIR(mode):
            raise errors.PhotoNotReadable(name, "this is a folder", "name the photos in it")
        if not stat.S_ISREG(mode):  # a FIFO would block for ever
            raise errors.PhotoNotReadable(name, "this is not a regular file")
        with open(path, "rb") as file:  # noqa: PTH123
            status = os.fstat(file.fileno())
            return file.read(), status
    except (FileNotFoundError, NotADirectoryError) as error:
        raise errors.PhotoNotFound(name, "there is no such file", "check the name") from error
    except PermissionError as error:
        raise errors.PhotoNotReadable(
            name, "no permission to read it", "give yourself read permission"
        ) from error
    except (OSError, ValueError) as error:
        reason = (error.strerror if isinstance(error, OSError) else None) or str(error)
        raise errors.PhotoNotReadable(name, f"cannot be read ({reason})") from error
