"""Damaged and hostile files through ``analyze``, ``read``, ``tag`` and ``remove``.

Bytes are changed blindly, and XMP, IPTC and Exif by their grammar.  No input may end a run, take longer than
it may, or change a file that is reported as failed; a picture must come out of a write as it went in.
"""

from __future__ import annotations

import collections
import hashlib
import random
import struct
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import attrs

from benchmarks.faults import seeds
from phototag.errors import InternalError, PhototagError, WorkerDied
from phototag.metadata.containers import open_container
from phototag.metadata.picture_hash import digest
from phototag.options import Limits, WriteOptions
from phototag.worker import single, tasks
from phototag.worker.pool import Pool
from phototag.worker.source import PhotoFile

SECONDS = 20.0  # for one operation on one small file
MARGIN = 10.0  # s more until it counts as a hang: a new sealed process loads its models
MEMORY = 1500  # MB
WITH_XMP = ("jpg", "png", "tif", "webp", "jp2")
WITH_IPTC = ("jpg", "tif")
ODD_NUMBERS = (
    0,
    1,
    2,
    0x7F,
    0x80,
    0xFF,
    0x7FFF,
    0x8000,
    0xFFFF,
    0x7FFFFFFF,
    0x80000000,
    0xFFFFFFFF,
)
NAMES = (
    "dc:subject", "dc:title", "dc:description", "lr:hierarchicalSubject", "xmp:Rating", "xmp:Label",
    "mwg-rs:Regions", "mwg-rs:RegionList", "stArea:x", "Iptc4xmpExt:ImageRegion", "digiKam:TagsList",
    "MicrosoftPhoto:LastKeywordXMP", "phototag:Ledger", "phototag:Kind", "phototag:Confidence",
    "phototag:Crops", "phototag:Before", "phototag:Added", "crs:CropTop", "crs:HasCrop", "rdf:li",
    "rdf:value", "x:odd", "nobody:knows",
)  # fmt: skip
SPACES = {
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "dc": "http://purl.org/dc/elements/1.1/",
    "xmp": "http://ns.adobe.com/xap/1.0/",
    "lr": "http://ns.adobe.com/lightroom/1.0/",
    "mwg-rs": "http://www.metadataworkinggroup.com/schemas/regions/",
    "stArea": "http://ns.adobe.com/xmp/sType/Area#",
    "Iptc4xmpExt": "http://iptc.org/std/Iptc4xmpExt/2008-02-29/",
    "digiKam": "http://www.digikam.org/ns/1.0/",
    "MicrosoftPhoto": "http://ns.microsoft.com/photo/1.0/",
    "phototag": "https://phototag.example/ns/1.0/",
    "crs": "http://ns.adobe.com/camera-raw-settings/1.0/",
    "x": "urn:x",
}
TEXTS = (
    "", " ", "Wedding", "headshot", "phototag|kind|headshot", "NaN", "-1", "1e999", "0.5", "True",
    "\u00e9\u0301\u4eba\U0001f600", "]]&gt;", "&#xD;", "&#x0;", "&amp;&lt;", "a" * 70, "|" * 9, "\u202e",
    "none", "utf-8:", "latin-1:1b2541", "x" * 5000,
)  # fmt: skip
MOST_ITEMS = 6
DEEPEST = 5


@attrs.define
class Tally:
    """What came of it.

    Attributes:
        inputs: files.
        done, refused: operations, by what is said of them.
        errors: how often each error was given.
        crashes: inputs that ended the sealed process; kept in the folder ``crashes``.
        wrong: sentences on what must not be: other errors, hangs, changed files.
    """

    inputs: int = 0
    done: int = 0
    refused: int = 0
    errors: dict[str, int] = attrs.Factory(collections.Counter)
    crashes: list[str] = attrs.Factory(list)
    wrong: list[str] = attrs.Factory(list)

    def add(self, other: Tally) -> None:
        """Count what another has counted."""
        for name in ("inputs", "done", "refused"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        for name, count in other.errors.items():
            self.errors[name] = self.errors.get(name, 0) + count
        self.crashes += other.crashes
        self.wrong += other.wrong


# --------------------------------------------------------------------------- inputs


def made(number: int, originals: dict[str, bytes]) -> tuple[str, bytes]:
    """The input of a number: suffix and content, always the same."""
    dice = random.Random(number)
    suffix = dice.choice(list(originals))
    data = originals[suffix]
    by_grammar = dice.random()
    if suffix in WITH_XMP and by_grammar < 0.5:
        try:
            container = open_container(data, suffix)
            iptc = _iptc(dice) if suffix in WITH_IPTC and dice.random() < 0.5 else container.iptc
            data = container.replaced(_xmp(dice), iptc)
        except ValueError:  # a packet that the format does not take
            data = _spoilt(data, dice, originals)
    elif suffix == "jpg" and by_grammar < 0.65:
        data = _with_exif(data, dice)
    if by_grammar >= 0.4 or dice.random() < 0.2:
        data = _spoilt(data, dice, originals)
    return suffix, data


def _spoilt(data: bytes, dice: random.Random, others: dict[str, bytes]) -> bytes:
    """A few blind changes: in some files most near the beginning, where the structure is, in some none.

    What is spoilt in its structure is refused at once; what is spoilt elsewhere gets further.
    """
    spoilt = bytearray(data)
    near = dice.choice((0.0, 0.2, 0.9))
    for _ in range(dice.choice((1, 1, 1, 2, 4, 16))):
        if not spoilt:
            break
        head = min(len(spoilt), 4096)
        at = dice.randrange(head if dice.random() < near else len(spoilt))
        length = min(len(spoilt) - at, 1 << dice.randrange(10))
        match dice.randrange(8):
            case 0:
                spoilt[at] ^= 1 << dice.randrange(8)
            case 1:
                spoilt[at] = dice.randrange(256)
            case 2:
                number = dice.choice(ODD_NUMBERS)
                code = dice.choice(("<I", ">I", "<H", ">H"))
                value = struct.pack(code, number & (0xFFFF if code[1] == "H" else 0xFFFFFFFF))
                spoilt[at : at + len(value)] = value
            case 3:
                del spoilt[at:]
            case 4:
                del spoilt[at : at + length]
            case 5:
                spoilt[at:at] = spoilt[at : at + length]
            case 6:
                spoilt[at:at] = dice.randbytes(length)
            case _:
                other = dice.choice(list(others.values()))
                start = dice.randrange(len(other))
                spoilt[at : at + length] = other[start : start + length]
    return bytes(spoilt)


def _xmp(dice: random.Random) -> bytes:
    """A packet with properties known and unknown, in all spellings, some of them wrong."""
    spaces = {name: uri for name, uri in SPACES.items() if name == "rdf" or dice.random() < 0.95}
    declared = " ".join(f'xmlns:{name}="{uri}"' for name, uri in spaces.items())
    inside = "".join(
        f'<rdf:Description rdf:about="{dice.choice(("", "uuid:1"))}">'
        f"{''.join(_property(dice, 0) for _ in range(dice.randrange(MOST_ITEMS)))}</rdf:Description>"
        for _ in range(dice.randrange(4))
    )
    packet = (
        f'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF {declared}>{inside}</rdf:RDF></x:xmpmeta>'
    )
    if dice.random() < 0.5:
        packet = (
            f'<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>{packet}<?xpacket end="w"?>'
        )
    if dice.random() < 0.1:
        packet = f'<!DOCTYPE x [<!ENTITY a "{"a" * 99}"><!ENTITY b "&a;&a;&a;">]>{packet}'
    if dice.random() < 0.1:
        cut = dice.randrange(len(packet))
        packet = packet[:cut] + packet[cut + dice.randrange(20) :]
    return packet.encode(dice.choice(("utf-8",) * 9 + ("utf-16",)), "surrogatepass")


def _property(dice: random.Random, depth: int) -> str:
    name, text = dice.choice(NAMES), dice.choice(TEXTS)
    kind = dice.randrange(8) if depth < DEEPEST else 0
    count = dice.randrange(MOST_ITEMS)
    if kind < 2:
        return f"<{name}>{text}</{name}>"
    if kind in {2, 3, 4}:
        array = dice.choice(("Bag", "Seq", "Alt", "Bag", "Odd"))
        lang = ' xml:lang="x-default"' if array == "Alt" else ""
        items = "".join(
            f"<rdf:li{lang}>{dice.choice(TEXTS)}</rdf:li>" if dice.random() < 0.7
            else f'<rdf:li rdf:parseType="Resource">{_property(dice, depth + 1)}</rdf:li>'
            for _ in range(count)
        )  # fmt: skip
        return f"<{name}><rdf:{array}>{items}</rdf:{array}></{name}>"
    inner = "".join(_property(dice, depth + 1) for _ in range(count))
    if kind == 5:
        return f'<{name} rdf:parseType="Resource">{inner}</{name}>'
    if kind == 6:
        return f'<{name}><rdf:Description xmp:Label="{text}">{inner}</rdf:Description></{name}>'
    return f'<{name} rdf:resource="{text}"/>'


def _iptc(dice: random.Random) -> bytes:
    """A block of datasets, some with lengths that are not true."""
    block = b""
    for _ in range(dice.randrange(12)):
        value = dice.choice(TEXTS).encode(dice.choice(("utf-8", "utf-16"))) or dice.randbytes(3)
        size = len(value) if dice.random() < 0.9 else dice.choice(ODD_NUMBERS) & 0xFFFF
        number = dice.choice(((1, 90), (2, 0), (2, 25), (2, 25), (2, 90), (2, 120), (9, 9)))
        if number == (1, 90):
            value = dice.choice((b"\x1b%G", b"\x1b.A", b"??"))
            size = len(value)
        block += struct.pack(">BBBH", 0x1C, *number, size) + value[:32000]
    return block + bytes(dice.randrange(4))


def _with_exif(data: bytes, dice: random.Random) -> bytes:
    """A JPEG whose Exif block has entries that are not true."""
    entries = b"".join(
        struct.pack(
            "<HHII", dice.choice((0x0112, 0x013B, 0x8769, 0x8825, 0x927C, 0x0201)),
            dice.randrange(15), dice.choice(ODD_NUMBERS), dice.choice((*ODD_NUMBERS, 8, 26)),
        )
        for _ in range(dice.randrange(8))
    )  # fmt: skip
    count = len(entries) // 12 if dice.random() < 0.8 else dice.choice(ODD_NUMBERS) & 0xFFFF
    block = b"Exif\0\0II*\0\x08\0\0\0" + struct.pack("<H", count) + entries
    block += struct.pack("<I", dice.choice((0, 8, 0xFFFFFFFF)))
    return data[:2] + b"\xff\xe1" + struct.pack(">H", len(block) + 2) + block + data[2:]


# --------------------------------------------------------------------------- running them


class Runner:
    """One pool and one folder, for one input after the other."""

    def __init__(self, folder: Path, crashes: Path) -> None:
        self._folder, self._crashes = folder, crashes
        self._originals = {suffix: seeds.photo(suffix) for suffix in seeds.FORMATS}
        self._pool = Pool(limits=Limits(seconds=SECONDS, memory=MEMORY, pixels=20_000_000))
        self.tally = Tally()

    def run(self, numbers: Sequence[int]) -> Tally:
        """Take these inputs through every operation."""
        try:
            for number in numbers:
                self._one(number)
        finally:
            self._pool.close()
        return self.tally

    def _one(self, number: int) -> None:
        self.tally.inputs += 1
        suffix, data = made(number, self._originals)
        for old in self._folder.iterdir():
            old.unlink()
        path = self._folder / f"{number}.{suffix}"
        path.write_bytes(data)
        photo = PhotoFile.of(path)
        options, pool = WriteOptions(), self._pool
        operations: dict[str, Callable[[], object]] = {
            "analyze": lambda: single.analyzed(self._pool, path, single.Rules()),
            "read": lambda: tasks.read(pool, photo),
            "tag": lambda: tasks.write(pool, photo, seeds.order("headshot"), options),
            "remove": lambda: tasks.remove(pool, photo, options),
        }
        for name, operation in operations.items():
            self._operate(
                f"{number}.{suffix} {name}", path, operation, reads=name in {"analyze", "read"}
            )

    def _operate(
        self, what: str, path: Path, operation: Callable[[], object], *, reads: bool
    ) -> None:
        before, picture = self._content(), digest(path.read_bytes(), str(path))
        start = time.monotonic()
        failed = False
        try:
            operation()
            self.tally.done += 1
        except PhototagError as error:
            failed = True
            self.tally.refused += 1
            self.tally.errors[type(error).__name__] += 1
            if isinstance(error, WorkerDied):
                self.tally.crashes.append(f"{what}: {error.problem}")
                (self._crashes / path.name).write_bytes(before[path.name])
            elif isinstance(error, InternalError):
                self.tally.wrong.append(f"{what}: {error.problem}")
        except Exception as error:  # noqa: BLE001 - all of them are what is looked for
            self.tally.wrong.append(f"{what}: {type(error).__name__}: {error}")
        if time.monotonic() - start > SECONDS + MARGIN:
            self.tally.wrong.append(f"{what}: took {time.monotonic() - start:.0f} s")
        if (failed or reads) and self._content() != before:
            self.tally.wrong.append(f"{what}: the file has changed all the same")
        if path.suffix[1:] in WITH_XMP and digest(path.read_bytes(), str(path)) != picture:
            self.tally.wrong.append(f"{what}: the picture is another")

    def _content(self) -> dict[str, bytes]:
        return {each.name: each.read_bytes() for each in self._folder.iterdir()}


def measure(
    work: Path, count: int, say: Callable[[str], None], workers: int = 2, first: int = 0
) -> dict[str, Any]:
    """Run so many inputs, as JSON values.

    Args:
        work: an empty folder; what crashed is kept in ``crashes`` there.
        count: of inputs.
        say: told how far it is.
        workers: runners side by side.
        first: number of the first input.
    """
    crashes = work / "crashes"
    crashes.mkdir()
    folders = [work / str(n) for n in range(workers)]
    for folder in folders:
        folder.mkdir()
    whole = Tally()
    numbers = range(first, first + count)
    batch = 1000
    with ThreadPoolExecutor(workers) as pool:
        for start in range(0, count, batch * workers):
            part = numbers[start : start + batch * workers]
            parts = [part[n::workers] for n in range(workers)]
            runners = [Runner(folder, crashes) for folder in folders]
            for tally in pool.map(
                lambda pair: pair[0].run(pair[1]), zip(runners, parts, strict=True)
            ):
                whole.add(tally)
            say(f"{whole.inputs} inputs, {len(whole.crashes)} crashes, {len(whole.wrong)} wrong")
    return {**attrs.asdict(whole), "seeds": _fingerprint()}


def _fingerprint() -> str:
    """Of the files that the inputs are made from."""
    found = hashlib.sha256()
    for suffix in seeds.FORMATS:
        found.update(seeds.photo(suffix))
    return found.hexdigest()[:12]
