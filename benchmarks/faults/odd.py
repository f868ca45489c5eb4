"""Odd pictures of every kind in one tree: the bad ones are reported, each once; all others are analysed."""

from __future__ import annotations

import io
import itertools
import json
import os
import resource
import socket
import struct
import subprocess
import sys
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import attrs
import numpy as np
from PIL import Image

from benchmarks.faults import seeds
from phototag.metadata.containers import open_container

MEMORY = 1500  # MB that a worker may take
SHARED = 200  # MB of libraries, which the system counts as well
SECONDS = 60


@attrs.frozen
class Odd:
    """A file and what must become of it.

    Attributes:
        name: in the folder; bytes that are no text are escaped.
        make: puts it at a path.
        bad: whether it must be reported; None where either is right, but once at most.
        photo: whether it counts as a photo at all.
    """

    name: str
    make: Callable[[str], None]
    bad: bool | None
    photo: bool = True


def _file(data: bytes) -> Callable[[str], None]:
    def put(path: str) -> None:
        Path(path).write_bytes(data)

    return put


def _saved(image: Image.Image, form: str, **options: Any) -> bytes:
    made = io.BytesIO()
    image.copy().save(made, form, **options)  # a saved picture remembers how
    return made.getvalue()


def truncated(count: int) -> Iterator[Odd]:
    """Files that end too early, at every kind of place."""
    for suffix in ("jpg", "png", "tif", "webp", "gif", "bmp"):
        data = seeds.photo(suffix)
        for n in range(count):
            length = n * (len(data) - 1) // count
            # What is cut off at the very end may be missed by no decoder.
            bad = True if length < len(data) // 2 else None
            yield Odd(f"cut {n}.{suffix}", _file(data[:length]), bad)


def formats() -> Iterator[Odd]:
    """Ways of storing pixels that are rare, and right."""
    picture = seeds.picture(128)
    grey = picture.convert("L")
    deep = Image.fromarray(np.asarray(grey).astype(np.uint16) * 257)
    good = {
        "cmyk.jpg": _saved(picture.convert("CMYK"), "JPEG"),
        "grey.jpg": _saved(grey, "JPEG"),
        "progressive.jpg": _saved(picture, "JPEG", progressive=True),
        "deep.png": _saved(deep, "PNG"),
        "deep.tif": _saved(deep, "TIFF"),
        "float.tif": _saved(Image.fromarray(np.asarray(grey, np.float32) / 255), "TIFF"),
        "bit.png": _saved(picture.convert("1"), "PNG"),
        "bit.tif": _saved(picture.convert("1"), "TIFF"),
        "palette.png": _saved(picture.convert("P"), "PNG"),
        "alpha.png": _saved(picture.convert("RGBA"), "PNG"),
        "alpha.webp": _saved(picture.convert("RGBA"), "WEBP"),
        "lab.tif": _saved(picture.convert("LAB"), "TIFF"),
        "animated.gif": _saved(picture, "GIF", save_all=True, append_images=[grey.copy()] * 3),
        "animated.webp": _saved(picture, "WEBP", save_all=True, append_images=[grey.copy()] * 3),
        "animated.png": _saved(picture, "PNG", save_all=True, append_images=[grey.copy()] * 3),
        "pages.tif": _saved(picture, "TIFF", save_all=True, append_images=[grey.copy()] * 3),
        "packed.tif": _saved(picture, "TIFF", compression="tiff_lzw"),
        "really.png": seeds.photo("jpg"),  # the content counts, not the name
        "really.jpg": seeds.photo("webp"),
        "UPPER.JPG": seeds.photo("jpg"),
    }
    for name, data in good.items():
        yield Odd(name, _file(data), bad=False)
    for orientation in range(10):
        exif = Image.Exif()
        exif[0x0112] = orientation
        data = _saved(picture, "JPEG", exif=exif)
        yield Odd(f"turned {orientation}.jpg", _file(data), bad=False)
    for side in (1, 15):
        yield Odd(f"{side} px.png", _file(_saved(picture.resize((side, side)), "PNG")), bad=True)
    yield Odd("narrow.png", _file(_saved(picture.resize((2000, 3)), "PNG")), bad=True)


def bombs() -> Iterator[Odd]:
    """Small files that would take much."""
    yield Odd("900 MP.png", _file(_png(30_000, 30_000)), bad=True)
    # Within the limit of pixels; with its four channels it needs more memory than a worker gets here.
    yield Odd("225 MP.png", _file(_png(15_000, 15_000, channels=4)), bad=True)
    yield Odd("widest.jpg", _file(_jpeg_of(65_535, 65_535)), bad=True)
    yield Odd("chain.tif", _file(_chain(20_000)), bad=None)
    yield Odd("circle.tif", _file(_circle()), bad=None)
    huge = (
        b'<x:xmpmeta xmlns:x="adobe:ns:meta/">'
        b'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="" '
        b'xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:subject><rdf:Bag>%s</rdf:Bag></dc:subject>'
        b"</rdf:Description></rdf:RDF></x:xmpmeta>"
    )
    many = huge % b"".join(b"<rdf:li>word %d</rdf:li>" % n for n in range(1_000_000))
    some = huge % b"".join(b"<rdf:li>word %d</rdf:li>" % n for n in range(20_000))
    entities = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">' + b"".join(
        b'<!ENTITY %c "%s">' % (98 + n, b"&%c;" % (97 + n) * 10) for n in range(9)
    )
    deep = b"<a>" * 100_000 + b"</a>" * 100_000
    png = open_container(seeds.photo("png"), "png")
    yield Odd("million keywords.png", _file(png.replaced(many, None)), bad=True)
    yield Odd("many keywords.png", _file(png.replaced(some, None)), bad=False)
    yield Odd("entities.png", _file(png.replaced(entities + b"]><x>&j;</x>", None)), bad=True)
    yield Odd("deep.xmp.png", _file(png.replaced(deep, None)), bad=True)


def _png(width: int, height: int, channels: int = 0) -> bytes:
    """A PNG of one colour, of one bit or several bytes a pixel: its pixels pack a thousandfold."""
    packer = zlib.compressobj(1)
    row = bytes(1 + (width * channels or (width + 7) // 8))
    packed = b"".join(packer.compress(row) for _ in range(height)) + packer.flush()

    def chunk(kind: bytes, content: bytes) -> bytes:
        check = zlib.crc32(kind + content)
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", check)

    depth, kind = (8, 6) if channels else (1, 0)
    head = struct.pack(">IIBBBBB", width, height, depth, kind, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", packed) + chunk(b"IEND", b"")
    )


def _jpeg_of(width: int, height: int) -> bytes:
    """A small JPEG that says it is a large one."""
    data = bytearray(_saved(seeds.picture(64), "JPEG"))
    at = data.index(b"\xff\xc0") + 5
    data[at : at + 4] = struct.pack(">HH", height, width)
    return bytes(data)


def _chain(pages: int) -> bytes:
    """A TIFF with directories of nothing, one behind the other."""
    parts, at = [b"II*\0\x08\0\0\0"], 8
    for n in range(pages):
        following = at + 6 if n < pages - 1 else 0
        parts.append(struct.pack("<HI", 0, following))
        at += 6
    return b"".join(parts)


def _circle() -> bytes:
    data = bytearray(seeds.photo("tif"))
    first = struct.unpack_from("<I", data, 4)[0]
    count = struct.unpack_from("<H", data, first)[0]
    struct.pack_into("<I", data, first + 2 + 12 * count, first)
    return bytes(data)


def places() -> Iterator[Odd]:
    """Things with the names of photos that are none, and names that are no text."""
    good = seeds.photo("jpg")
    yield Odd("empty.jpg", _file(b""), bad=True)
    yield Odd("text.jpg", _file(b"hello, world\n" * 100), bad=True)
    yield Odd("zeros.png", _file(bytes(5000)), bad=True)
    yield Odd("page.jpg", _file(b"<html><body>404</body></html>"), bad=True)
    yield Odd("program.jpg", _file(b"\x7fELF" + bytes(500)), bad=True)
    yield Odd("dangling.jpg", lambda path: Path(path).symlink_to("nowhere.jpg"), bad=True)
    yield Odd("circular.jpg", lambda path: Path(path).symlink_to("circular.jpg"), bad=True)
    yield Odd("pipe.jpg", os.mkfifo, bad=None, photo=False)
    yield Odd("socket.jpg", _socket, bad=None, photo=False)
    yield Odd("folder.jpg", os.mkdir, bad=None, photo=False)
    for name in ("line\nbreak.jpg", "tab\t.jpg", "bell\a.jpg", "escape\x1b[31m.jpg", "caf\udce9.jpg",
                 "\udcff\udcfe.jpg", "quote\"'.jpg", "-rf.jpg", "percent%s.jpg", "\u202egpj.jpg",
                 "space .jpg", "人物.jpg", "e\u0301.jpg", "\U0001f600.jpg", "x" * 200 + ".jpg"):  # fmt: skip
        yield Odd(name, _file(good), bad=False)
    if os.geteuid():  # root may read everything
        yield Odd("secret.jpg", _unreadable, bad=True)


def _socket(path: str) -> None:
    with socket.socket(socket.AF_UNIX) as made:
        here = Path.cwd()
        os.chdir(Path(path).parent)  # the address of a socket is short
        made.bind(Path(path).name)
        os.chdir(here)


def _unreadable(path: str) -> None:
    _file(seeds.photo("jpg"))(path)
    Path(path).chmod(0)


def every(count: int) -> list[Odd]:
    """About so many, of all kinds."""
    rest = [*formats(), *bombs(), *places()]
    return [*rest, *itertools.islice(truncated((count - len(rest)) // 6 + 1), count - len(rest))]


def measure(work: Path, count: int, say: Callable[[str], None]) -> dict[str, Any]:
    """Tag a tree of odd pictures and compare what is reported with what must be."""
    tree = work / "tree"
    tree.mkdir()
    odd = every(count)
    for number, each in enumerate(odd):
        folder = tree / f"{number // 50:03}"
        folder.mkdir(exist_ok=True)
        each.make(f"{folder}/{each.name}")
    done = subprocess.run(
        [
            sys.executable, "-m", "phototag", "tag", str(tree), "--json", "--workers", "2",
            "--max-memory", str(MEMORY), "--timeout", str(SECONDS), "--state", str(work / "state"),
        ],
        capture_output=True, check=False,
    )  # fmt: skip
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    told: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        told.setdefault(Path(row.get("path") or row["photo"]).name, []).append(row)
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    wrong = [] if peak < MEMORY + SHARED else [f"a process took {peak:.0f} MB"]
    for each in odd:
        found = told.pop(each.name, [])
        failed = [row for row in found if row.get("error")]
        if len(found) != each.photo:
            wrong.append(f"{each.name!r}: reported {len(found)} times")
        elif each.bad is not None and each.photo and bool(failed) != each.bad:
            wrong.append(f"{each.name!r}: {failed or 'analysed'}")
    tally = {
        "files": len(odd),
        "analysed": sum(not row.get("error") for row in rows),
        "reported": sum(bool(row.get("error")) for row in rows),
        "exit": done.returncode,
        "MB of the largest process": round(peak),
        "wrong": wrong + [f"{name!r}: unknown" for name in told],
    }
    say(str(tally))
    return tally
