"""What happens to a photo while phototag changes it: another program edits it, a process is killed, a call fails."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO, Final

import attrs

from benchmarks.faults.interleavings.changes import Prepared
from benchmarks.faults.interleavings.stamps import Stamp

#: Of calls that fail.
ERRORS: Final = {"EIO": errno.EIO, "EACCES": errno.EACCES}
KILL: Final = "killed"
#: Another program has opened it for writing, and writes when the change has ended.
HELD: Final = "open elsewhere, written later"
NARROW: Final = 0o600
_LABEL: Final = ("user.xdg.comment", b"the best of them")


@attrs.frozen
class Trace:
    """What another program has found and made.

    Attributes:
        kind: of the edit.
        where: the call before which it happened.
        found: the content of the subject before the edit; None if there was none.
        made: its content afterwards; None if there is none, or a link.
        stamp: what else belongs to what was made.
        moved: where what was found is now, if it has been moved or has another name.
        inode: of the file that was made.
        file: open for writing, until the change has ended.
    """

    kind: str
    where: str
    found: bytes | None
    made: bytes | None
    stamp: Stamp | None = None
    moved: str = ""
    inode: int = 0
    file: BinaryIO | None = None

    def finish(self) -> Trace:
        """Let a program that has the file open write into it, and close it."""
        if self.file is None or self.made is None:
            return self
        with self.file as file:
            file.write(self.made)
            file.truncate()
            file.flush()
            return attrs.evolve(self, stamp=Stamp.of(Path(f"/proc/self/fd/{file.fileno()}")))


Edit = Callable[[Prepared, bytes | None], tuple[bytes | None, str] | None]


def happen(prepared: Prepared, kind: str, where: str) -> Trace | None:
    """Let another program edit the subject now; None if it has nothing to edit."""
    path = prepared.subject
    found = None if path.is_symlink() or not path.exists() else path.read_bytes()
    if kind == HELD:
        made = prepared.known("another", found)
        if found is None or made is None:
            return None
        return Trace(kind, where, found, made, file=path.open("r+b"))
    done = EDITS[kind](prepared, found)
    if done is None:
        return None
    made, moved = done
    if made is None:
        return Trace(kind, where, found, None, moved=moved)
    return Trace(kind, where, found, made, Stamp.of(path), moved, path.lstat().st_ino)


def _rewrite(prepared: Prepared, found: bytes | None) -> tuple[bytes | None, str] | None:
    made = prepared.known("another", found)
    if found is None or made is None:
        return None
    _in_place(prepared.subject, made)
    return made, ""


def _rewrite_unseen(prepared: Prepared, found: bytes | None) -> tuple[bytes | None, str] | None:
    """In place, with the same size and the same time."""
    made = prepared.known("same size", found)
    if made is None:
        return None
    times = prepared.subject.stat()
    _in_place(prepared.subject, made)
    os.utime(prepared.subject, ns=(times.st_atime_ns, times.st_mtime_ns))
    return made, ""


def _replace(prepared: Prepared, found: bytes | None) -> tuple[bytes | None, str] | None:
    """As careful programs save; where there is no such file, it is created."""
    made = prepared.known("another", found)
    if made is None:
        return None
    saved = prepared.subject.with_name("saved.tmp")
    saved.write_bytes(made)
    saved.replace(prepared.subject)
    return made, ""


def _rename(prepared: Prepared, found: bytes | None) -> tuple[bytes | None, str] | None:
    if found is None:
        return None
    target = _free(prepared.subject, "moved")
    prepared.subject.rename(target)
    return None, target.name


def _link(prepared: Prepared, found: bytes | None) -> tuple[bytes | None, str] | None:
    """Put a symbolic link to a file elsewhere in its place."""
    moved = ""
    if found is not None:
        target = _free(prepared.subject, "aside")
        prepared.subject.rename(target)
        moved = target.name
    elif os.path.lexists(prepared.subject):
        return None
    prepared.subject.symlink_to(prepared.other_file)
    return None, moved


def _hard_link(prepared: Prepared, found: bytes | None) -> tuple[bytes | None, str] | None:
    """Give it a second name."""
    if found is None:
        return None
    target = _free(prepared.subject, "second")
    target.hardlink_to(prepared.subject)
    return found, target.name


def _hard_link_over(prepared: Prepared, _: bytes | None) -> tuple[bytes | None, str] | None:
    """Put a second name of a file elsewhere in its place."""
    if prepared.subject.is_symlink():
        return None
    saved = prepared.subject.with_name("saved.tmp")
    saved.hardlink_to(prepared.other_file)
    saved.replace(prepared.subject)
    return prepared.other_file.read_bytes(), ""


def _delete(prepared: Prepared, found: bytes | None) -> tuple[bytes | None, str] | None:
    if found is None:
        return None
    prepared.subject.unlink()
    return None, ""


def _label(prepared: Prepared, found: bytes | None) -> tuple[bytes | None, str] | None:
    """Give it a comment, as file managers do: an extended attribute."""
    if found is None:
        return None
    try:
        os.setxattr(prepared.subject, *_LABEL)
    except OSError:  # a disk without them
        return None
    return found, ""


def _narrow(prepared: Prepared, found: bytes | None) -> tuple[bytes | None, str] | None:
    """Take permissions away."""
    if found is None:
        return None
    prepared.subject.chmod(NARROW)
    return found, ""


#: The edits of other programs, by what the documentation calls them.
EDITS: Final[dict[str, Edit]] = {
    "rewritten in place": _rewrite,
    "in place, same size and time": _rewrite_unseen,
    "replaced": _replace,
    "renamed": _rename,
    "replaced by a link": _link,
    "given a second name": _hard_link,
    "replaced by a hard link": _hard_link_over,
    "deleted": _delete,
    "labelled": _label,
    "permissions narrowed": _narrow,
}
#: Those that leave the content as it is.
ATTRIBUTES: Final = frozenset({"labelled", "permissions narrowed"})
#: Those after which one file has two names.
HARD_LINKS: Final = frozenset({"given a second name", "replaced by a hard link"})


def _in_place(path: Path, data: bytes) -> None:
    with path.open("r+b") as file:
        file.write(data)
        file.truncate()


def _free(path: Path, word: str) -> Path:
    """A name that nobody has, in the same folder."""
    names = (path.with_name(f"{word}-{number}{path.suffix}") for number in range(9))
    return next(name for name in names if not os.path.lexists(name))
