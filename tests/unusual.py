"""Photos as some cameras and programs write them: intact, but not as the usual ones.  Each is made byte by byte."""

from __future__ import annotations

import itertools
import struct
import zlib
from typing import Final

from unusual_parts import (
    BLANKS,
    LATIN,
    MARIA,
    OLD_PS,
    PACKET,
    PS,
    XMP_HEADER,
    Files,
    blocks,
    dataset,
    digest,
    picture,
    resource,
)

# --------------------------------------------------------------------------- JPEG


def segment(marker: int, payload: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, len(payload) + 2) + payload


def jpeg(*inserted: bytes) -> bytes:
    """A JPEG with this behind its JFIF segment."""
    plain = picture("JPEG")
    at = 4 + int.from_bytes(plain[4:6], "big")
    return plain[:at] + b"".join(inserted) + plain[at:]


def photoshop(*parts: bytes) -> bytes:
    return segment(0xED, PS + b"".join(parts))


def jpegs() -> Files:
    xmp = segment(0xE1, XMP_HEADER + PACKET)
    iptc = resource(0x404, MARIA)
    long = resource(0x3F3, b"x" * 70000)
    made = {
        "stray": jpeg(b"\0\0"),
        "stray before and behind": jpeg(b"\0", xmp, b"\1\2\3", photoshop(iptc), bytes(20)),
        "fill": jpeg(b"\xff\xff\xff", photoshop(iptc), b"\xff"),
        "fill before xmp": jpeg(b"\xff" * 9, segment(0xE1, XMP_HEADER + b"  "), b"\xff\xff", xmp[:0]),
        "restart markers": jpeg(b"\xff\xd0\xff\xd1"),
        "zero markers": jpeg(b"\0\xff\0\0"),
        "stray and blank": jpeg(b"\0\0\0", segment(0xE1, XMP_HEADER), b"\0"),
        "blank and xmp": jpeg(segment(0xE1, XMP_HEADER), xmp),
        "xmp and blank": jpeg(xmp, segment(0xE1, XMP_HEADER + b" ")),
        "two blank": jpeg(segment(0xE1, XMP_HEADER), segment(0xE1, XMP_HEADER + b" ")),
        "photoshop without resources": jpeg(photoshop()),
        "two photoshop without resources": jpeg(photoshop(), photoshop()),
        "photoshop zeros": jpeg(photoshop(bytes(7))),
        "photoshop tail": jpeg(photoshop(iptc, bytes(3))),
        "photoshop garbage": jpeg(photoshop(iptc, b"garbage behind")),
        "photoshop only garbage": jpeg(photoshop(b"garbage")),
        "photoshop odd padding": jpeg(photoshop(resource(0x404, MARIA, padding=b"x"), resource(0x3ED, b"abc", padding=b"y"))),
        "photoshop no padding": jpeg(photoshop(resource(0x404, MARIA, padding=b""))),
        "photoshop names": jpeg(photoshop(resource(0x404, MARIA, name=b"IPTC"), resource(0x3ED, b"abc", name=b"ab"))),
        "photoshop split": jpeg(photoshop((long + iptc)[:65000]), photoshop((long + iptc)[65000:])),
        "photoshop split full": jpeg(photoshop((long + iptc)[:65519]), photoshop((long + iptc)[65519:])),
        "photoshop split before iptc": jpeg(photoshop(resource(0x3ED, b"abcd")), photoshop(iptc)),
        "photoshop apart": jpeg(photoshop(resource(0x3ED, b"abcd")), segment(0xFE, b"comment"), photoshop(iptc)),
        "photoshop full": jpeg(photoshop(resource(0x3F3, b"x" * 65450))),
        "photoshop 2.5": jpeg(segment(0xED, OLD_PS + resource(0x3ED, b"abcd"))),
        "photoshop 2.5 with iptc": jpeg(segment(0xED, OLD_PS + iptc)),
        "photoshop 2.5 and 3": jpeg(segment(0xED, OLD_PS + iptc), photoshop(resource(0x404, LATIN))),
        "two iptc": jpeg(photoshop(iptc, resource(0x404, LATIN))),
        "adobe cm": jpeg(segment(0xED, b"Adobe_CM\0\1")),
        "digest of nothing": jpeg(photoshop(digest(b""))),
        "digest of something": jpeg(photoshop(digest(b"gone"), resource(0x3ED, b"abcd"))),
        "two digests of nothing": jpeg(photoshop(digest(b""), digest(b"gone"))),
        "stale digest": jpeg(photoshop(iptc, digest(b"another"))),
        "digest before": jpeg(photoshop(digest(MARIA), iptc)),
        "short digest": jpeg(photoshop(resource(0x425, b"abc"))),
        "extended xmp": jpeg(xmp, segment(0xE1, b"http://ns.adobe.com/xmp/extension/\0" + b"A" * 32 + struct.pack(">II", 4, 0) + b"<a/>")),
        "trailing data": jpeg() + b"\0\1 a video",
        "trailing jpeg": jpeg() + jpeg(xmp),
        "xmp behind the tables": picture("JPEG").replace(b"\xff\xc0", xmp + b"\xff\xc0", 1),
    }  # fmt: skip
    made |= {f"blank {name}": jpeg(segment(0xE1, XMP_HEADER + b)) for name, b in BLANKS.items()}
    for name, block in blocks():
        made[f"iptc {name}"] = jpeg(photoshop(resource(0x404, block)))
        made[f"iptc {name} digest"] = jpeg(photoshop(resource(0x404, block), digest(block)))
        bare = block.rstrip(b"\0")
        if len(block) - 4 < len(bare) < len(block):
            made[f"iptc {name} digest without padding"] = jpeg(
                photoshop(resource(0x404, block), digest(bare))
            )
    return made


# --------------------------------------------------------------------------- TIFF

Entry = tuple[int, int, int, "int | bytes"]


def tiff(
    *more: Entry,
    endian: str = "<",
    order: str = "sorted",
    odd: int = 0,
    last: bool = False,
    pages: int = 1,
) -> bytes:
    """A TIFF of 32 x 32 px.

    Args:
        more: further entries of the first directory: tag, type, count, and the number or the bytes of the value.
        endian: ``<`` or ``>``.
        order: of the entries: ``sorted``, ``reversed`` or ``rotated``.
        odd: bytes before the first value, to make offsets odd.
        last: whether the first directory is at the end of the file.
        pages: how many directories there are.
    """
    pixels = bytes(range(256)) * 12
    head = b"II*\0" if endian == "<" else b"MM\0*"
    base: list[Entry] = [
        (256, 4, 1, 32), (257, 4, 1, 32), (258, 3, 3, struct.pack(f"{endian}3H", 8, 8, 8)), (259, 4, 1, 1),
        (262, 4, 1, 2), (273, 4, 1, pixels), (277, 4, 1, 3), (278, 4, 1, 32), (279, 4, 1, len(pixels)),
    ]  # fmt: skip
    entries = sorted((*base, *more), key=lambda entry: entry[0])
    if order == "reversed":
        entries.reverse()
    if order == "rotated":
        entries = [*entries[1:], entries[0]]
    size = 2 + 12 * len(entries) + 4
    others = [sorted(base)] * (pages - 1)
    at = 8 if last else 8 + size
    body = b"\x55" * odd
    rows, following = b"", 0
    directories = []
    for directory in (entries, *others):
        rows = b""
        for tag, form, count, value in directory:
            content = value
            if isinstance(value, bytes) and len(value) > 4:
                content = at + len(body)
                body += value
            if isinstance(content, bytes):
                rows += struct.pack(f"{endian}HHI", tag, form, count) + content.ljust(4, b"\0")
            else:
                rows += struct.pack(f"{endian}HHII", tag, form, count, content)
        directories.append(struct.pack(f"{endian}H", len(directory)) + rows)
    for rows in reversed(directories[1:]):
        body += rows + struct.pack(f"{endian}I", following)
        following = at + len(body) - len(rows) - 4
    first = directories[0] + struct.pack(f"{endian}I", following)
    if last:
        return head + struct.pack(f"{endian}I", at + len(body)) + body + first
    return head + struct.pack(f"{endian}I", 8) + first + body


def tiff_iptc(block: bytes, kind: int, of: bytes | None = None, **options: object) -> bytes:
    """A TIFF with an IPTC block of this type, and Photoshop's digest of some bytes."""
    filled = block + bytes(-len(block) % 4) if kind == 4 else block
    entries: list[Entry] = [(33723, kind, len(filled) // (4 if kind == 4 else 1), filled)]
    if of is not None:
        entries.append((34377, 1, len(digest(of)), digest(of)))
    return tiff(*entries, **options)  # type: ignore[arg-type]


def tiffs() -> Files:
    made: Files = {}
    text = (270, 2, 6, b"hello\0")
    xmp = (700, 1, len(PACKET), PACKET)
    for endian, order, odd, last, pages in itertools.product(
        "<>", ("sorted", "reversed", "rotated"), (0, 1), (False, True), (1, 3)
    ):
        made[f"{endian} {order} {odd} {last} {pages}"] = tiff(
            text,
            (33723, 7, len(MARIA), MARIA),
            endian=endian,
            order=order,
            odd=odd,
            last=last,
            pages=pages,
        )
    made |= {
        "twice": tiff(text, text),
        "twice with another value": tiff(text, (270, 2, 6, b"world\0")),
        "small xmp": tiff((700, 1, 2, b"  ")),
        "zeros behind": tiff() + bytes(3),
        "text behind": tiff() + b"trailing text",
        "digest of nothing": tiff((34377, 1, 28, digest(b""))),
        "digest of something": tiff((34377, 1, 28, digest(b"gone"))),
        "loop of directories": tiff((34665, 4, 1, 8)),
        "broken directory": tiff((34665, 4, 1, 4_000_000)),
        "xmp and iptc at the end": tiff(text)
        and tiff(xmp, (33723, 1, len(MARIA), MARIA), last=True),
    }
    for kind in (1, 7, 2):
        made[f"xmp of type {kind}"] = tiff((700, kind, len(PACKET), PACKET))
        for name, blank in BLANKS.items():
            made[f"blank {name} of type {kind}"] = tiff((700, kind, len(blank), blank))
    for kind, (name, block) in itertools.product((1, 2, 4, 7), blocks()):
        filled = block + bytes(-len(block) % 4) if kind == 4 else block
        made[f"iptc {kind} {name}"] = tiff_iptc(block, kind)
        made[f"iptc {kind} {name} digest"] = tiff_iptc(block, kind, filled)
        if len(filled.rstrip(b"\0")) > len(filled) - 4:
            made[f"iptc {kind} {name} digest of bare"] = tiff_iptc(
                block, kind, filled.rstrip(b"\0"), endian=">"
            )
    return made


# --------------------------------------------------------------------------- PNG


def chunk(kind: bytes, content: bytes) -> bytes:
    return (
        struct.pack(">I", len(content))
        + kind
        + content
        + struct.pack(">I", zlib.crc32(kind + content))
    )


def png(*chunks: bytes, end: bytes = b"") -> bytes:
    """A PNG with chunks behind its header, and before its end."""
    data = picture("PNG")
    return data[:33] + b"".join(chunks) + data[33:-12] + end + data[-12:]


def profile(kind: bytes, name: bytes, content: bytes, *, level: int = 6, width: int = 72) -> bytes:
    """A chunk with a profile in the form of ImageMagick."""
    digits = content.hex().encode()
    lines = b"\n".join(digits[at : at + width] for at in range(0, len(digits), width))
    text = b"\n%b\n%8d\n%b\n" % (name, len(content), lines)
    body = b"\0" + zlib.compress(text, level) if kind == b"zTXt" else text
    return chunk(kind, b"Raw profile type " + name + b"\0" + body)


def pngs() -> Files:
    key = b"XML:com.adobe.xmp\0"
    made = {
        "compressed": png(chunk(b"iTXt", key + b"\1\0\0\0" + zlib.compress(PACKET, 3))),
        "with a language": png(chunk(b"iTXt", key + b"\0\0en\0XMP\0" + PACKET)),
        "wrong checksum": png(chunk(b"iTXt", key + bytes(4) + PACKET)[:-1] + b"x"),
        "behind the picture": png(end=chunk(b"iTXt", key + bytes(4) + PACKET)),
        "compressed blank": png(chunk(b"iTXt", key + b"\1\0\0\0" + zlib.compress(b"   "))),
        "trailing data": png() + b"trailing",
        "exif profile": png(profile(b"zTXt", b"exif", b"\x91\x92\x93")),
        "exif profile not hexadecimal": png(
            chunk(b"tEXt", b"Raw profile type exif\0\nexif\n   3\nxyz\n")
        ),
        "exif profile not compressed": png(chunk(b"zTXt", b"Raw profile type exif\0\0abc")),
        "iptc profile": png(
            profile(b"zTXt", b"iptc", resource(0x404, MARIA + dataset(2, 25, b"party")))
        ),
        "iptc profile not hexadecimal": png(
            chunk(b"tEXt", b"Raw profile type iptc\0\niptc\n   3\nxyz\n")
        ),
        "blank profile": png(profile(b"tEXt", b"xmp", b"  ")),
    }
    for kind, level, width in itertools.product((b"zTXt", b"tEXt"), (1, 9), (72, 80)):
        made[f"xmp profile {kind.decode()} {level} {width}"] = png(
            profile(kind, b"xmp", PACKET, level=level, width=width)
        )
    for name, blank in BLANKS.items():
        made[f"blank {name}"] = png(chunk(b"iTXt", key + bytes(4) + blank))
    return made


# --------------------------------------------------------------------------- WebP


def riff(*chunks: bytes, off: int = 0, behind: bytes = b"") -> bytes:
    body = b"WEBP" + b"".join(chunks)
    return b"RIFF" + struct.pack("<I", len(body) + off) + body + behind


def webp_chunk(kind: bytes, content: bytes, padding: bytes | None = None) -> bytes:
    padding = bytes(len(content) % 2) if padding is None else padding
    return kind + struct.pack("<I", len(content)) + content + padding


def webps() -> Files:
    simple = picture("WEBP", quality=60)
    lossless = picture("WEBP", lossless=True)
    content = simple[20:]
    size = int.from_bytes(simple[16:20], "little")
    vp8 = webp_chunk(b"VP8 ", content[:size])
    odd = webp_chunk(b"VP8 ", content[:size].ljust(size + 1 + size % 2, b"\0"), b"")

    def header(flags: int) -> bytes:
        return webp_chunk(
            b"VP8X",
            bytes([flags, 0, 0, 0]) + (95).to_bytes(3, "little") + (63).to_bytes(3, "little"),
        )

    xmp, foreign = webp_chunk(b"XMP ", PACKET), webp_chunk(b"abcd", b"xyz", b"\x07")
    made = {
        "simple": simple,
        "lossless": lossless,
        "simple behind": simple + b"trailing",
        "odd": riff(odd, b"\0"),
        "odd padding": riff(odd, b"\x09"),
        "odd no padding": riff(odd),
        "odd no padding counted": riff(odd, off=1),
        "odd padding not counted": riff(odd, off=0, behind=b"\0"),
        "odd padding not counted and behind": riff(odd, behind=b"\0trailing"),
        "odd no padding, behind": riff(odd, behind=b"trailing"),
        "one too long": riff(vp8, off=1),
        "bytes in the file": riff(vp8, b"abc"),
        "xmp": riff(header(4), vp8, xmp),
        "xmp without flag": riff(header(0), vp8, xmp),
        "flag without xmp": riff(header(4), vp8),
        "xmp first": riff(header(4), xmp, vp8),
        "xmp odd padding": riff(header(4), webp_chunk(b"XMP ", PACKET + b" " * (1 - len(PACKET) % 2), b"\x05"), vp8),
        "foreign": riff(header(0), foreign, vp8, foreign),
        "extended": riff(header(0), vp8),
        "exif": riff(header(8), vp8, webp_chunk(b"EXIF", b"Exif\0\0II*\0\x08\0\0\0\0\0\0\0\0\0")),
    }  # fmt: skip
    for name, blank in BLANKS.items():
        made[f"blank {name}"] = riff(header(4), vp8, webp_chunk(b"XMP ", blank))
        made[f"blank {name} without flag"] = riff(header(0), webp_chunk(b"XMP ", blank), vp8)
    return made


# --------------------------------------------------------------------------- JPEG 2000


def jp2s() -> Files:
    plain = picture("JPEG2000")
    uuid = bytes.fromhex("BE7ACFCB97A942E89C71999491E3AFAC")
    at = plain.index(b"jp2c") - 4
    length = int.from_bytes(plain[at : at + 4], "big") or len(plain) - at

    def box(content: bytes) -> bytes:
        return struct.pack(">I4s", 24 + len(content), b"uuid") + uuid + content

    def with_box(inserted: bytes) -> bytes:
        return plain[:at] + inserted + plain[at:]

    long = struct.pack(">I4sQ", 1, b"uuid", 32 + len(PACKET)) + uuid + PACKET
    made = {
        "long header": with_box(long),
        "xmp": with_box(box(PACKET)),
        "stream to the end": plain[:at] + bytes(4) + plain[at + 4 :],
        "xmp behind": plain[:at] + struct.pack(">I", length) + plain[at + 4 :] + box(PACKET),
        "trailing": plain[:at] + struct.pack(">I", length) + plain[at + 4 :] + b"\0\0\0",
    }
    return made | {f"blank {name}": with_box(box(blank)) for name, blank in BLANKS.items()}


# Files of each kind, by suffix and name.
KINDS: Final = {"jpg": jpegs, "tif": tiffs, "png": pngs, "webp": webps, "jp2": jp2s}
