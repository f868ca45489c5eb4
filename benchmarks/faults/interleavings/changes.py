"""The changes that are interrupted: write, remove, undo and crop, in every container and in sidecars."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import attrs

from benchmarks.faults import seeds, unsealed
from benchmarks.faults.interleavings.stamps import Stamp, mark
from phototag.catalogue.run_log import PastWrite, PhotoKey
from phototag.catalogue.state import State
from phototag.errors import PhototagError
from phototag.metadata.containers import open_container
from phototag.metadata.picture_hash import digest
from phototag.options import UndoOptions, WriteOptions
from phototag.scene.geometry import Box

FORMATS = ("jpg", "tif", "png", "webp", "jp2")
#: A sidecar of the user's, and one that phototag makes.
SIDECARS = ("sidecar", "own sidecar")
OPERATIONS = ("write", "remove", "undo", "crop")

# What the user has written; other programs change a word of it.  The second is as long as the first.
WORDS = {
    "start": b"garden",
    "same size": b"church",
    "another": b"old garden",
    "outside": b"harbour",
}
_BOX, _PIXELS = Box(0.25, 0.25, 0.5, 0.5), (48, 48)
_ADDED = (
    b'<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title><rdf:Alt>'
    b'<rdf:li xml:lang="x-default">In the %s</rdf:li></rdf:Alt></dc:title></rdf:Description></rdf:RDF>'
)


@attrs.frozen
class Place:
    """Where an experiment takes place.

    Attributes:
        root: a folder of its own.
    """

    root: Path

    @property
    def folder(self) -> Path:
        """The folder of the photo."""
        return self.root / "photos"

    @property
    def outside(self) -> Path:
        """A folder that no change may reach."""
        return self.root / "outside"

    @property
    def state(self) -> Path:
        """The folder of the state file."""
        return self.root / "state"

    def save(self) -> dict[Path, bytes]:
        """The content of all files."""
        return {path: path.read_bytes() for path in self._all() if path.is_file()}

    def restore(self, files: dict[Path, bytes]) -> None:
        """Make all files as they were."""
        for folder in (self.folder, self.outside, self.state):
            if not folder.exists() or any(path.is_dir() for path in folder.iterdir()):
                shutil.rmtree(folder, ignore_errors=True)
                folder.mkdir(parents=True)
            for path in folder.iterdir():
                path.unlink()
        for path, data in files.items():
            path.write_bytes(data)

    def _all(self) -> Iterator[Path]:
        for folder in (self.folder, self.outside, self.state):
            yield from folder.iterdir()


@attrs.frozen
class Change:
    """A change of a photo.

    Attributes:
        operation: what is done: write, remove, undo, crop.
        form: suffix of the photo, or which kind of sidecar it has.
        subject: name of the file that other programs edit.
        mine: names of the files that the change makes, replaces or deletes.
    """

    operation: str
    form: str
    subject: str
    mine: tuple[str, ...]

    @property
    def name(self) -> str:
        """What it is called in reports."""
        edited = "" if self.subject in self.mine else f", edits of {self.subject}"
        return f"{self.operation} {self.form}{edited}"

    @property
    def photo(self) -> str:
        """Name of the photo."""
        return f"photo.{_suffix(self.form)}"

    def prepare(self, place: Place, word: bytes) -> None:
        """Put the photo there, as it is before the change; ``word`` is the user's."""
        photo = place.folder / self.photo
        sidecar_edited = self.form in SIDECARS and self.subject != self.photo
        photo.write_bytes(_photo(self.form, WORDS["start"] if sidecar_edited else word))
        beside = photo.with_name(photo.name + ".xmp")
        if self.form == "sidecar":
            own = word if sidecar_edited else WORDS["start"]
            beside.write_bytes(seeds.XMP.replace(WORDS["start"], own))
        if self.operation in {"remove", "undo"}:
            self._tagged(place, "headshot", None)
        if self.operation == "undo":
            self._tagged(place, "portrait", "headshot")
        if self.form == "own sidecar" and sidecar_edited and beside.exists():
            added = b"" if word == WORDS["start"] else _ADDED % word
            beside.write_bytes(beside.read_bytes().replace(b"</rdf:RDF>", added or b"</rdf:RDF>"))

    def make(self, place: Place, *, links: bool = False) -> None:
        """Do it; ``links`` allows files with several names."""
        photo = place.folder / self.photo
        options = WriteOptions(allow_hard_links=links)
        if self.operation == "write":
            unsealed.write(photo, seeds.order("headshot"), options)
        elif self.operation == "remove":
            unsealed.remove(photo, options)
        elif self.operation == "crop":
            unsealed.cut(photo, _BOX, _PIXELS, place.folder / self.mine[0])
        else:
            wanted = UndoOptions(state=_file(place), run=2, allow_hard_links=links)
            for outcome in unsealed.undo(wanted):
                if outcome.error is not None:
                    raise outcome.error

    def _tagged(self, place: Place, kind: str, before: str | None) -> None:
        """Write into the photo, as a run does that has a state file."""
        photo = place.folder / self.photo
        past = None if before is None else PastWrite(order=seeds.order(before))
        with State(_file(place)) as log:
            root = log.root(os.fsencode(place.folder.resolve()))
            key = PhotoKey(root, b"", os.fsencode(photo.name))
            number = log.begin([root], kind, "benchmarks")
            log.intend(number, key, digest(photo.read_bytes(), photo.name), past)
            unsealed.write(photo, seeds.order(kind))
            log.settle(number, key, changed=True)
            log.end([root], kind)


def every() -> Iterator[Change]:
    """All changes."""
    for operation in OPERATIONS:
        for form in (*FORMATS, *SIDECARS):
            photo = f"photo.{_suffix(form)}"
            if operation != "crop":
                mine = photo if form in FORMATS else photo + ".xmp"
                yield Change(operation, form, mine, (mine,))
                if form == "own sidecar":
                    yield Change(operation, form, photo, (mine,))
            elif form != "own sidecar":
                target = f"crop.{form if form in {'png', 'webp'} else 'jpg'}"
                yield Change(operation, form, target, (target,))
                yield Change(operation, form, photo, (target,))


@attrs.define
class Prepared:
    """A change with all that is known about it beforehand.

    Attributes:
        change: the change.
        place: where.
        start: all files before the change.
        stamps: what belongs to them and is not their content.
        versions: the subject by whose it is; None where there is no such file.
    """

    change: Change
    place: Place
    start: dict[Path, bytes]
    versions: dict[str, bytes | None]
    stamps: dict[Path, Stamp] = attrs.Factory(dict)
    _after: dict[bytes | None, dict[str, bytes | None]] = attrs.Factory(dict)
    _same_size: dict[bytes, bytes] = attrs.Factory(dict)

    @classmethod
    def of(cls, change: Change, root: Path) -> Prepared:
        """Prepare a change in an empty folder."""
        place = Place(root)
        versions: dict[str, bytes | None] = {}
        start: dict[Path, bytes] = {}
        for name, word in reversed(WORDS.items()):  # the last one stays
            place.restore({})
            change.prepare(place, word)
            versions[name] = _read(place.folder / change.subject)
            start = place.save()
        # Where the subject is yet to be made, something else lies outside.
        elsewhere = versions["outside"] or b"somebody's file"
        versions["outside"] = elsewhere
        start[place.outside / f"file{Path(change.subject).suffix}"] = elsewhere
        made = cls(change, place, start, versions)
        made.restore()
        change.make(place)  # undisturbed, it is done
        made._explore()
        made._same_size |= made._pairs()
        return made

    @property
    def subject(self) -> Path:
        """The file that other programs edit."""
        return self.place.folder / self.change.subject

    @property
    def other_file(self) -> Path:
        """The file outside."""
        return self.place.outside / f"file{self.subject.suffix}"

    def restore(self) -> None:
        """Make everything as it is before the change."""
        self.place.restore(self.start)
        for path in self.start:
            if path.parent != self.place.state:
                mark(path)
                self.stamps[path] = Stamp.of(path)

    def after(self, subject: bytes | None) -> dict[str, bytes | None]:
        """The photo's files after an undisturbed change of this content.

        Raises:
            KeyError: nobody has made such a content.
        """
        return self._after[subject]

    def is_whole(self, content: bytes | None) -> bool:
        """Whether somebody has made this content of the subject."""
        return content in self._after

    def contents(self) -> list[bytes | None]:
        """All contents of the subject that somebody may have made."""
        return list(self._after)

    def _explore(self) -> None:
        """Make the change of every content, and of what comes out."""
        waiting = [None, *self.versions.values()]
        while waiting:
            subject = waiting.pop()
            if subject in self._after:
                continue
            self.restore()
            self.subject.unlink(missing_ok=True)
            if subject is not None:
                self.subject.write_bytes(subject)
            with contextlib.suppress(PhototagError):
                self.change.make(self.place)
            names = {self.change.subject, *self.change.mine}
            self._after[subject] = {name: _read(self.place.folder / name) for name in names}
            waiting.append(self._after[subject][self.change.subject])

    def known(self, kind: str, found: bytes | None) -> bytes | None:
        """What another program makes of what it has found; None if there is no such version."""
        if kind == "another":
            return self.versions[kind] or b"somebody's file"
        return None if found is None else self._same_size.get(found)

    def _pairs(self) -> dict[bytes, bytes]:
        """What becomes of the start and of the changed subject in an edit that keeps the size."""
        start, other = self.versions["start"], self.versions["same size"]
        if start is None or other is None:
            return {}
        new, changed = (self.after(each)[self.change.subject] for each in (start, other))
        return {
            old: made
            for old, made in ((start, other), (new, changed))
            if old and made and old != made and len(old) == len(made)
        }


def _photo(form: str, word: bytes) -> bytes:
    suffix = _suffix(form)
    data = seeds.photo(suffix)
    if form not in FORMATS:  # a GIF, with a comment before its last byte
        return data[:-1] + b"\x21\xfe" + bytes([len(word)]) + word + b"\0" + data[-1:]
    container = open_container(data, suffix)
    return container.replaced(
        seeds.XMP.replace(WORDS["start"], word), seeds.IPTC if container.holds_iptc else None
    )


def _suffix(form: str) -> str:
    return form if form in FORMATS else "gif"


def _file(place: Place) -> Path:
    return place.state / "state.db"


def _read(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None
