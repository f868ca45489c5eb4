"""The ledger: a file that says what phototag has placed for which application, so that all of it can be taken back.

An entry is saved before its piece is written, and again afterwards: whenever phototag is ended, the next call knows
what may be there.
"""

from __future__ import annotations

import contextlib
import functools
import json
import os
from collections.abc import Iterator
from operator import attrgetter
from pathlib import Path
from typing import Any, Final

import attrs
from cattrs.preconf.json import JsonConverter, make_converter
from cattrs.strategies import configure_tagged_union, include_subclasses
from filelock import FileLock, Timeout

from phototag.catalogue.database import default_folder
from phototag.errors import CatalogueBusy, OutputNotWritable, StateUnusable
from phototag.files import private
from phototag.files.new_file import new_file
from phototag.integrations import disk
from phototag.integrations.placing import Key, Placed

SCHEMA: Final = 1
WHAT: Final = "phototag integrations"
_MARK: Final = f'"what": "{WHAT}"'.encode()
_PATIENCE: Final = 10  # s; a call takes a fraction of a second
_ANEW: Final = (
    "rename this file, then run `phototag integrate` again for each application: what is still as phototag writes it "
    "is entered anew"
)


@attrs.frozen(kw_only=True)
class Entry:
    """Something that was placed.

    Attributes:
        placed: what, and how to take it back.
        applications: names of those that need it: it is taken back with the last of them.
        mount: where the disk was mounted on which it was placed.
    """

    placed: Placed
    applications: tuple[str, ...]
    mount: str = ""


@attrs.frozen(kw_only=True)
class Installed:
    """An application that was set up.

    Attributes:
        version: of the phototag that did it.
        folder: that the user has chosen for its files; None for the usual one.
        vocabulary: with which photos are tagged: an absolute path, or a name; None for phototag's own keywords.
    """

    version: str
    folder: str | None = None
    vocabulary: str | None = None


@attrs.frozen(kw_only=True)
class Ledger:
    """All that was placed.

    Attributes:
        applications: those that were set up, by their names.
        entries: what was placed for them.
        folders: that were made for it.
    """

    applications: dict[str, Installed] = attrs.Factory(dict)
    entries: tuple[Entry, ...] = ()
    folders: tuple[str, ...] = ()

    def placed(self, key: Key) -> Placed | None:
        """The entry with a key, for whichever application."""
        return next((one.placed for one in self.entries if one.placed.key == key), None)

    def of(self, application: str) -> list[Placed]:
        """What was placed for an application."""
        return [one.placed for one in self.entries if application in one.applications]

    def others(self, key: Key, application: str) -> tuple[str, ...]:
        """The other applications for which this was placed, too."""
        found = (one for one in self.entries if one.placed.key == key)
        return tuple(name for one in found for name in one.applications if name != application)

    def with_entry(self, placed: Placed, application: str) -> Ledger:
        """The ledger with an entry for an application, instead of an earlier one."""
        names = (*self.others(placed.key, application), application)
        kept = (one for one in self.entries if one.placed.key != placed.key)
        entry = Entry(placed=placed, applications=names, mount=disk.mount_of(placed.path))
        return attrs.evolve(self, entries=(*kept, entry))

    def without(self, key: Key, application: str) -> Ledger:
        """The ledger without an application's entry; those of others stay."""
        kept = []
        for one in self.entries:
            names = tuple(name for name in one.applications if name != application)
            if one.placed.key != key:
                kept.append(one)
            elif names:
                kept.append(attrs.evolve(one, applications=names))
        return attrs.evolve(self, entries=tuple(kept))

    def with_application(self, name: str, installed: Installed | None) -> Ledger:
        """The ledger with an application, or without it."""
        others = {key: value for key, value in self.applications.items() if key != name}
        return attrs.evolve(
            self, applications=others if installed is None else {**others, name: installed}
        )

    def with_folders(self, folders: list[str]) -> Ledger:
        """The ledger with folders that are about to be made."""
        return attrs.evolve(self, folders=tuple(dict.fromkeys((*self.folders, *folders))))

    def refuse_if_away(self, placed: Placed) -> None:
        """Refuse to take for gone what lies on a disk that is not connected.

        It is gone if the disk is there and the file is not. The disk is there if the folder is in which phototag has begun
        to make its own, and if it is mounted where it was.

        Raises:
            OutputNotWritable: the file is not there, nor is its disk, as far as can be told.
        """
        if os.path.lexists(placed.path):
            return
        ground = next(one for one in Path(placed.path).parents if str(one) not in self.folders)
        if not ground.exists():
            problem = f"{ground} is not there, so nothing in it could be taken back"
            remedy = "connect its disk, or make this folder if you have deleted it, then run the same command again"
            raise OutputNotWritable(placed.path, problem, remedy)
        mount = next((one.mount for one in self.entries if one.placed.key == placed.key), "")
        if mount and mount != disk.mount_of(placed.path):
            problem = f"its disk is not connected at {mount}, so nothing on it could be taken back"
            remedy = "connect it, then run the same command again"
            raise OutputNotWritable(placed.path, problem, remedy)

    def without_empty_folders(self) -> Ledger:
        """Delete the folders that were made and are empty again; the ledger without them."""
        needed = {above for one in self.entries for above in Path(one.placed.path).parents}
        kept = []
        for folder in sorted(self.folders, key=len, reverse=True):  # the innermost first
            with contextlib.suppress(OSError):
                Path(folder).rmdir()
            if Path(folder).is_dir() or Path(folder) in needed:  # of a disk that is not connected
                kept.append(folder)
        return attrs.evolve(self, folders=tuple(reversed(kept)))


def file() -> str:
    """The ledger's path."""
    return str(default_folder() / "integrations.json")


@contextlib.contextmanager
def locked() -> Iterator[None]:
    """Keep other calls of this user away from the ledger.

    Raises:
        CatalogueBusy: another call is at work.
        OutputNotWritable: the folder of the ledger is not writable.
    """
    name = file()
    lock = FileLock(f"{name}.lock", mode=private.FILE, is_singleton=False)
    try:
        private.make_folder(default_folder())
        lock.acquire(timeout=_PATIENCE)
    except Timeout:
        problem = "another `phototag integrate` is at work"
        raise CatalogueBusy(name, problem, "wait until it ends, then try again") from None
    except OSError as error:
        problem = f"it cannot be written ({error.strerror or error})"
        remedy = "set XDG_STATE_HOME to a folder that you can write to"
        raise OutputNotWritable(name, problem, remedy) from error
    try:
        yield
    finally:
        lock.release()


def load() -> Ledger:
    """What was placed so far.

    Raises:
        StateUnusable: the file is damaged, or of a newer phototag.
        OutputNotWritable: it cannot be read.
    """
    name = file()
    text = disk.read(name)
    if text is None:
        return Ledger()
    try:
        return _ledger(json.loads(text), name)
    except StateUnusable:
        raise
    except Exception as error:  # cattrs has many for what does not fit
        problem = "phototag's list of what it has placed in other programs is damaged"
        raise StateUnusable(name, problem, _ANEW) from error


def _ledger(found: dict[str, Any], name: str) -> Ledger:
    if found["what"] != WHAT:
        raise ValueError(found["what"])
    if int(found["schema"]) > SCHEMA:
        problem = "a newer phototag has written this list of what was placed in other programs"
        raise StateUnusable(name, problem, "use that version, or a later one")
    return _converter().structure(found, Ledger)


def save(ledger: Ledger) -> None:
    """Write the ledger, whole or not at all.

    Raises:
        OutputNotWritable: it cannot be written.
    """
    values = {"what": WHAT, "schema": SCHEMA, **_converter().unstructure(ledger)}
    with new_file(file(), _MARK) as stream:
        stream.write(json.dumps(values, indent=1).encode() + b"\n")


@functools.cache
def _converter() -> JsonConverter:
    made = make_converter(detailed_validation=False)
    tagged = functools.partial(
        configure_tagged_union, tag_name="kind", tag_generator=attrgetter("kind")
    )
    include_subclasses(Placed, made, union_strategy=tagged)
    return made
