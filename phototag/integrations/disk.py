"""Files of other programs, read whole and changed in one step, never through a link."""

from __future__ import annotations

import contextlib
import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from phototag.errors import OutputNotWritable, PhotoError, PhototagError, WriteUncertain
from phototag.files import attributes, private
from phototag.files.content import Content
from phototag.files.folder import Folder
from phototag.files.original import Original, open_original
from phototag.files.replace import replace
from phototag.files.unfinished import unfinished

_RUNNABLE: Final = 0o700  # by its owner alone, as all that phototag makes


def xdg(variable: str, usual: str) -> Path:
    """A folder of the XDG Base Directory Specification, which wants absolute paths and has others ignored.

    Args:
        variable: ``XDG_DATA_HOME`` or another one.
        usual: where it is unless the variable says so: a path below the home folder.
    """
    named = Path(os.environ.get(variable) or ".")
    return named if named.is_absolute() else Path.home() / usual


def read(path: str) -> bytes | None:
    """What stands in a file; None if there is none.

    Raises:
        OutputNotWritable: it is a link, a folder or a special file, or cannot be read.
    """
    if not _is_file(path):
        return None
    with _told(path), _opened(path) as original:
        return original.content.read()


def make(path: str, content: bytes, *, executable: bool = False) -> None:
    """Make a file and the folders above it, for their owner alone.

    Args:
        path: of a file that does not exist.
        content: what is written into it.
        executable: whether it may be run.

    Raises:
        OutputNotWritable: something has this name by now, or it cannot be written.
    """
    above, name = os.path.split(path)
    with _told(path):
        private.make_folder(above)
        folder = Folder.of(above)
        try:
            with unfinished(folder) as made:
                Content(content).write_to(made.handle)
                if executable:
                    attributes.set_mode(made.handle, made.path, _RUNNABLE)
                os.fsync(made.handle)
                made.name_it(name)
            folder.sync()
        finally:
            folder.close()


def change(path: str, before: bytes, after: bytes | None) -> None:
    """Replace a file, or delete it.

    Args:
        path: of a file.
        before: what stands in it.
        after: what shall stand in it; None: it is deleted.

    Raises:
        OutputNotWritable: something else stands in it by now, or it cannot be written.
    """
    with _told(path), _opened(path, write=True) as original:
        if original.content.read() != before:
            raise OutputNotWritable(path, "another program changed it in the meantime", "try again")
        replace(original, None if after is None else Content(after), allow_empty=True)


def missing_folders(path: str) -> list[str]:
    """The folders above a file that do not exist, the outermost first."""
    return [str(above) for above in reversed(Path(path).parents) if not above.exists()]


def mount_of(path: str) -> str:
    """Where the disk is mounted on which a file lies, or would lie; empty if there is no such disk now."""
    real = Path(os.path.realpath(path))
    return next((str(above) for above in (real, *real.parents) if os.path.ismount(above)), "")


def _is_file(path: str) -> bool:
    """Whether there is a file; raises ``OutputNotWritable`` for anything else."""
    with _told(path):
        try:
            mode = Path(path).lstat().st_mode
        except (FileNotFoundError, NotADirectoryError):
            return False
    if stat.S_ISLNK(mode):
        raise OutputNotWritable(
            path, "this is a link, and phototag writes through none", "replace it by a file"
        )
    if not stat.S_ISREG(mode):
        raise OutputNotWritable(path, "this is not a file", "rename it, or delete it")
    return True


@contextlib.contextmanager
def _opened(path: str, *, write: bool = False) -> Iterator[Original]:
    """The file itself, and not what a link leads to that has its name by now."""
    above, name = os.path.split(path)
    with open_original(path, write=write) as original:
        if original.path != os.path.join(os.path.realpath(above), name):
            raise OutputNotWritable(path, "this is a link", "try again")
        yield original


@contextlib.contextmanager
def _told(path: str) -> Iterator[None]:
    """Turn errors of the system, and those about photos, into ``OutputNotWritable``."""
    try:
        yield
    except WriteUncertain as error:
        raise OutputNotWritable(path, error.problem, error.remedy) from error
    except PhotoError as error:
        raise OutputNotWritable(
            path, f"{error.problem}; the file is unchanged", error.remedy
        ) from error
    except PhototagError:
        raise
    except FileExistsError as error:
        problem = "another program created it in the meantime"
        raise OutputNotWritable(path, problem, "try again") from error
    except OSError as error:
        problem = f"it cannot be written ({error.strerror or error})"
        raise OutputNotWritable(
            path, problem, "make its folder writable, then try again"
        ) from error
