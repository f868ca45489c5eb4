"""What may be left of a photo after an interleaving; everything else is a sentence that says what is wrong."""

from __future__ import annotations

import contextlib
import stat
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import attrs

from benchmarks.faults.calls import REFUSED
from benchmarks.faults.interleavings.changes import Prepared
from benchmarks.faults.interleavings.events import ATTRIBUTES, HARD_LINKS, Trace
from benchmarks.faults.interleavings.stamps import TIME_NS, Stamp
from phototag.catalogue.walk import find
from phototag.errors import PhototagError, RunUnknown
from phototag.files.temporary import PREFIX

SECOND_NS, HOUR_NS = 10**9, 3600 * 10**9
OLD, NEW, OTHERS, GONE, ASIDE = "old", "new", "other's", "moved or deleted", "both kept"


@attrs.define
class Verdict:
    """What is left.

    Attributes:
        state: of the subject, right after the interleaving.
        wrong: what must not be.
    """

    state: str = ""
    wrong: list[str] = attrs.Factory(list)


@attrs.define
class _Folder:
    """All files at one moment; links are empty."""

    files: dict[str, bytes]
    links: set[str]

    @classmethod
    def of(cls, folder: Path) -> _Folder:
        files, links = {}, set()
        for path in folder.iterdir():
            if path.is_symlink():
                links.add(path.name)
            elif stat.S_ISREG(path.lstat().st_mode):
                files[path.name] = path.read_bytes()
        return cls(files, links)


@attrs.frozen
class Judge:
    """Judges one interleaving.

    Attributes:
        prepared: the change.
        traces: what other programs have done, in order.
        said: what the change said in the end, as ``tracer.run`` returns it.
        killed: whether it was killed before it could say anything.
    """

    prepared: Prepared
    traces: Sequence[Trace]
    said: dict[str, str]
    killed: bool = False

    @property
    def _start(self) -> bytes | None:
        return self.prepared.versions["start"]

    @property
    def _new(self) -> bytes | None:
        return self.prepared.after(self._start)[self.prepared.change.subject]

    def verdict(self) -> Verdict:
        """Look at everything, let the next run put it right, and look again."""
        found = _Folder.of(self.prepared.place.folder)
        now = found.files.get(self.prepared.change.subject)
        verdict = Verdict(self._state(found, now))
        verdict.wrong += self._said(now)
        verdict.wrong += self._elsewhere()
        verdict.wrong += self._unknown(found)
        verdict.wrong += self._stamps(now)
        if not self.killed:
            verdict.wrong += self._survivors(found, now, set(found.files))
            verdict.wrong += self._places(found, now)
        verdict.wrong += self._next(found)
        return verdict

    def _state(self, found: _Folder, now: bytes | None) -> str:
        subject = self.prepared.change.subject
        kept = {name for name in found.files if ".kept-" in name and name in self.said["text"]}
        made = [t.made for t in self.traces if t.kind not in ATTRIBUTES | {"given a second name"}]
        if kept:
            return ASIDE
        if subject in found.links or (now is not None and now in made):
            return OTHERS
        if now is None and self.traces and self.traces[-1].kind in {"deleted", "renamed"}:
            return GONE
        if now == self._new:
            return NEW
        if now == self._start:
            return OLD
        return OTHERS if now is not None else GONE

    # ------------------------------------------------------------------ what was said

    def _said(self, now: bytes | None) -> Iterator[str]:
        kind = self.said["type"]
        if (kind == "dead") is not self.killed:
            yield "it ended without a word, and nobody has killed it"
        if kind.startswith("raw "):
            yield f"not one of phototag's errors: {self.said['text']}"
        if self._start == self._new or any(trace.found != self._start for trace in self.traces):
            return
        if kind in REFUSED and now == self._new and (now is not None or not self.traces):
            yield f"{kind}: {self.said['text']}, but the new content is there"
        edited = [t for t in self.traces if t.made is not None and t.made != t.found]
        if not kind and edited and now == edited[-1].made != self._new:
            yield "it said that it was done, but only the other program's content is there"
        if not kind and not self.traces and now != self._new:
            yield "it said that it was done, but the new content is not there"

    # ------------------------------------------------------------------ contents

    def _due(self) -> list[bytes]:
        """What other programs have made and have not themselves overwritten, moved or deleted later."""
        due: list[bytes] = []
        for trace in self.traces:
            for content in list(due):
                if trace.found in {content, *self._changed(content)}:
                    due.remove(content)
            if trace.made is not None and trace.kind not in ATTRIBUTES | HARD_LINKS:
                due.append(trace.made)
        return due

    def _changed(self, content: bytes) -> set[bytes | None]:
        """What the change makes of a content."""
        if not self.prepared.is_whole(content):
            return set()
        return {self.prepared.after(content)[self.prepared.change.subject]}

    def _survivors(self, found: _Folder, now: bytes | None, reported: set[str]) -> Iterator[str]:
        """Everybody's edits are there: in their place, or in a file that was named."""
        subject = self.prepared.change.subject
        beside = {found.files[name] for name in reported if name in found.files and name != subject}
        for content in self._due():
            if now != content and now not in self._changed(content) and content not in beside:
                yield "what another program wrote is gone"
        for trace in self.traces:
            allowed = {trace.found}
            if trace.found is not None and self.prepared.change.operation == "undo":
                allowed |= self._changed(trace.found)  # it looks for photos that have been moved
            if trace.moved and found.files.get(trace.moved) not in allowed:
                yield f"what another program moved to {trace.moved} is not there as it was"

    def _places(self, found: _Folder, now: bytes | None) -> Iterator[str]:
        """What another program has deleted, moved or put there last is as it has left it."""
        subject = self.prepared.change.subject
        last = self.traces[-1] if self.traces else None
        if last is None or self._due():
            return
        fresh = self.prepared.after(None)[subject]
        if last.kind in {"deleted", "renamed"} and now not in {None, fresh}:
            yield f"another program has {last.kind} it, and it is there again"
        if last.kind == "replaced by a link" and subject not in found.links:
            yield "another program has put a link there, which is gone"
        if (
            last.kind == "replaced by a hard link"
            and self.prepared.subject.lstat().st_ino != last.inode
        ):
            yield "another program has put a hard link there, which is gone"

    def _unknown(self, found: _Folder) -> Iterator[str]:
        """Every file is one that somebody has made, and whole."""
        change, prepared = self.prepared.change, self.prepared
        known = {path.name for path in prepared.start if path.parent == prepared.place.folder}
        known |= {change.subject, *change.mine, *(trace.moved for trace in self.traces)}
        for name, content in found.files.items():
            if name.startswith(PREFIX):
                continue
            if name not in known and not self._is_told(name):
                yield f"{name} is there, and nobody has named it"
            if name == change.subject and not prepared.is_whole(content):
                yield f"{name} is none of the versions that somebody has made"
            if name in change.mine and name != change.subject:
                versions = {after[name] for after in map(prepared.after, prepared.contents())}
                start = prepared.start.get(prepared.place.folder / name)
                if content not in versions | {start}:
                    yield f"{name} is none of the versions that somebody has made"
        for path, content in prepared.start.items():
            changed = path.name in {change.subject, *change.mine}
            there = path.parent == prepared.place.folder and not changed
            if there and found.files.get(path.name) != content:
                yield f"{path.name}, which is no part of the change, is another"

    def _is_told(self, name: str) -> bool:
        """Whether the user learns of a file: an error names it, or it lies beside the photo for all to see."""
        beside = name.startswith(f"{self.prepared.change.subject}.kept-")
        return name in self.said["text"] or (self.killed and beside)

    def _elsewhere(self) -> Iterator[str]:
        """Nothing outside the folder has changed, unless a link to it was followed from the beginning."""
        prepared, path = self.prepared, self.prepared.other_file
        content = prepared.start[path]
        linked = any(trace.kind == "replaced by a link" for trace in self.traces)
        now = path.read_bytes() if path.exists() else None
        if now != content and not (linked and now in self._changed(content)):
            yield "a file outside the folder has changed"
        elif now == content and Stamp.of(path) != prepared.stamps[path] and not self._labelled():
            yield "owner, permissions, attributes or time of a file outside the folder have changed"

    def _labelled(self) -> bool:
        return any(trace.kind in ATTRIBUTES for trace in self.traces)

    def _stamps(self, now: bytes | None) -> Iterator[str]:
        """Owner, permissions, access list, attributes and times are as promised."""
        path = self.prepared.subject
        if now is None:
            return
        stamp, last = Stamp.of(path), self.traces[-1] if self.traces else None
        made = [t.stamp for t in self.traces if t.stamp is not None and now == t.made]
        if last is not None and last.stamp is not None and last.kind in ATTRIBUTES:
            if differs := stamp.differences(last.stamp, time=False):
                yield f"{last.kind} by another program, but: {differs}"
        elif made:
            if stamp not in made:
                yield f"not as the other program has left it: {stamp.differences(made[-1])}"
        else:
            yield from self._as_before(now, stamp)

    def _as_before(self, now: bytes, stamp: Stamp) -> Iterator[str]:
        """What was there before, from the user or another program, is kept with the new content."""
        read = (t.stamp for t in reversed(self.traces) if t.made and now in self._changed(t.made))
        before = next(read, self.prepared.stamps.get(self.prepared.subject))
        fresh = now == self.prepared.after(None)[self.prepared.change.subject]
        if before is None or (fresh and self.traces):
            yield from self._as_its_photo(stamp)
            return
        if differs := stamp.differences(before, time=False):
            yield f"not as before: {differs}"
        if now == self._start and stamp.mtime_ns != TIME_NS:
            yield "the content is the old one, the time is not"
        if now == self._new != self._start and not self._is_later(stamp, before):
            yield "the content is new, the time is not"

    def _is_later(self, stamp: Stamp, before: Stamp) -> bool:
        """Whether a changed file has a new time: a photo without a date a second later, a sidecar the present."""
        if self.prepared.subject.suffix == ".xmp":
            return 0 <= time.time_ns() - stamp.mtime_ns < HOUR_NS
        return stamp.mtime_ns == before.mtime_ns + SECOND_NS

    def _as_its_photo(self, stamp: Stamp) -> Iterator[str]:
        """A new file may be opened by those who may open the photo, and nobody else."""
        prepared = self.prepared
        photo = prepared.stamps[prepared.place.folder / prepared.change.photo]
        more = stamp.mode & ~(photo.mode | stat.S_IWUSR)
        if more:
            yield f"the new file gives more than its photo: {stamp.differences(photo, time=False)}"

    # ------------------------------------------------------------------ the next run

    def _next(self, before: _Folder) -> Iterator[str]:
        """The next run deletes what was left behind or reports it, and does what is to be done."""
        prepared, subject = self.prepared, self.prepared.change.subject
        folder = prepared.place.folder
        warned = {f.name for f in find(str(folder), clean=True) if f.warning}
        ended: type[PhototagError] | None = None
        if subject not in before.links:
            try:
                prepared.change.make(prepared.place, links=True)
            except PhototagError as error:
                ended = type(error)
        after = _Folder.of(folder)
        now, then = after.files.get(subject), before.files.get(subject)
        for name in after.files.keys() | after.links:
            if name.startswith(PREFIX) and name not in warned:
                yield f"{name} is still there after the next run"
        kept = {name for name in after.files if self._is_told(name)} | warned
        yield from self._survivors(after, now, kept)
        yield from self._elsewhere()
        with contextlib.suppress(KeyError):
            wanted = prepared.after(then)[subject]
            if (
                subject not in before.links
                and now != wanted
                and not (ended is RunUnknown and now == then)
            ):
                yield f"the next run does not lead to the right content ({ended})"
