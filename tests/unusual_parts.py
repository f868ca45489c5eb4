"""Parts of unusual photos: XMP, IPTC with every form of padding, Photoshop's resources."""

from __future__ import annotations

import hashlib
import io
import itertools
import struct
from collections.abc import Iterator
from typing import Final

from PIL import Image

XMP_HEADER: Final = b"http://ns.adobe.com/xap/1.0/\0"
PS: Final = b"Photoshop 3.0\0"
OLD_PS: Final = b"Adobe_Photoshop2.5:" + bytes(8)
BLANKS: Final = {
    "empty": b"",
    "spaces": b" " * 17,
    "zeros": bytes(40),
    "lines": b"\n" * 3000,
    "wrapper": b'<?xpacket begin="\xef\xbb\xbf" id="W5M0MpCehiHzreSzNTczkc9d"?>\n   <?xpacket end="w"?>',
    "element": b'<x:xmpmeta xmlns:x="adobe:ns:meta/" x:xmptk="a/b"> </x:xmpmeta>',
}
PACKET: Final = (
    b'<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/">'
    b'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about=""'
    b' xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:subject><rdf:Bag><rdf:li>wedding</rdf:li>'
    b"</rdf:Bag></dc:subject></rdf:Description></rdf:RDF></x:xmpmeta>"
    b'<?xpacket end="w"?>'
)

Files = dict[str, bytes]


def picture(form: str, **options: object) -> bytes:
    """A small grey picture."""
    stream = io.BytesIO()
    image = Image.radial_gradient("L").convert("RGB").resize((96, 64))
    image.save(stream, form, **options)
    return stream.getvalue()


# --------------------------------------------------------------------------- IPTC


def dataset(record: int, number: int, value: bytes) -> bytes:
    return struct.pack(">BBBH", 0x1C, record, number, len(value)) + value


def extended(record: int, number: int, value: bytes, width: int) -> bytes:
    head = struct.pack(">BBBH", 0x1C, record, number, 0x8000 | width)
    return head + len(value).to_bytes(width, "big") + value


VERSION: Final = dataset(2, 0, b"\0\2")
MARIA: Final = VERSION + dataset(2, 80, b"Maria")
LATIN: Final = VERSION + dataset(2, 80, "Käthe".encode("latin-1")) + dataset(2, 25, b"Gr\xfc\xdfe")
IPTC: Final = {
    "plain": MARIA,
    "keyword": MARIA + dataset(2, 25, b"party"),
    "even": VERSION + dataset(2, 80, b"Mario0"),
    "empty last": MARIA + dataset(2, 122, b""),
    "empty first": VERSION + dataset(2, 5, b""),
    "only empty": dataset(2, 5, b""),
    "extended": VERSION + extended(2, 80, b"Maria", 4) + extended(2, 120, b"x" * 300, 2),
    "latin": LATIN,
    "latin extended": VERSION + extended(2, 80, "Käthe".encode("latin-1"), 3),
    "escape": dataset(1, 90, b"\x1b.A") + LATIN,
    "empty escape": dataset(1, 90, b"") + LATIN,
    "marked": dataset(1, 90, b"\x1b%G") + VERSION + dataset(2, 80, "Käthe".encode()),
    "zero at the end": VERSION + dataset(2, 200, b"\0\1\0\0"),
    "nothing": b"",
}
TAILS: Final = {
    "": b"", "pad1": b"\0", "pad2": bytes(2), "pad3": bytes(3), "pad6": bytes(6), "rest": b"abcdefgh",
    "cut": b"\x1c\x02\x5a\0\x20Rome",
}  # fmt: skip


def blocks() -> Iterator[tuple[str, bytes]]:
    for (name, block), (ending, tail) in itertools.product(IPTC.items(), TAILS.items()):
        yield f"{name} {ending}".strip(), block + tail


def resource(
    number: int, value: bytes, *, name: bytes = b"", padding: bytes | None = None
) -> bytes:
    title = bytes([len(name)]) + name
    title += bytes(len(title) % 2)
    padding = bytes(len(value) % 2) if padding is None else padding
    return (
        b"8BIM"
        + struct.pack(">H", number)
        + title
        + struct.pack(">I", len(value))
        + value
        + padding
    )


def digest(value: bytes) -> bytes:
    return resource(0x425, hashlib.md5(value).digest())
