"""JPEG: the segments up to the first scan.

Bytes between segments, which no reader needs but some cameras write, stay where they are.

Source: ITU T.81 annex B; XMP specification part 3, 1.1.3; Photoshop resources in APP13.
"""

from __future__ import annotations

import itertools
import re
import struct
from collections.abc import Iterator
from typing import ClassVar, Final

import attrs

from phototag.metadata import iim, photoshop
from phototag.metadata.containers import mpf
from phototag.metadata.containers import shape as shapes
from phototag.metadata.containers.container import Container, Rest
from phototag.metadata.refusals import Unclear

_XMP: Final = b"http://ns.adobe.com/xap/1.0/\0"
_EXIF: Final = b"Exif\0\0"
_PHOTOSHOP: Final = b"Photoshop 3.0\0"
# Photoshop 2.5 had another signature, followed by eight bytes; exiv2 does not read such resources.
_OLD_PHOTOSHOP: Final = b"Adobe_Photoshop2.5:"
_OLD_HEAD: Final = len(_OLD_PHOTOSHOP) + 8
_PROFILE: Final = b"ICC_PROFILE\0"
_APP0, _APP1, _APP2, _APP11, _APP13, _SOS, _EOI = 0xE0, 0xE1, 0xE2, 0xEB, 0xED, 0xDA, 0xD9
_ADOBE, _COMMENT = 0xEE, 0xFE  # Adobe's segment gives the colour encoding
_METADATA: Final = frozenset({*range(0xE0, 0xF0), _COMMENT}) - {_ADOBE}
# A marker that has a length, or ends the segments. Before it, every reader skips fill bytes, stray bytes and
# markers without a length.
_MARKER: Final = re.compile(rb"\xff(?=[\x02-\xcf\xd9-\xfe])")
_STOPS_EXIV2: Final = re.compile(rb"\xff[\0\1]")
_LENGTH_BYTES: Final = 2
_JUMBF: Final = b"JP"  # identifies the boxes of ISO/IEC 19566-5 in a segment
_C2PA: Final = b"c2pa"  # begins the type of the manifest store's box
_FIRST_BYTES_OF_BOX: Final = 64
_FIRST_BYTES_OF_SCAN: Final = 1024
_PAYLOAD: Final = 65533
_MOST_RESOURCES: Final = _PAYLOAD - len(_PHOTOSHOP)  # bytes in one segment
_SIZES: Final = "photoshop"  # in ``Jpeg.shape``: how a section is split


@attrs.frozen
class Segment:
    """A marker and its payload, without the length; ``lead`` is what stands before the marker."""

    marker: int
    payload: bytes
    lead: bytes = b""

    def is_(self, marker: int, signature: bytes) -> bool:
        """Whether it has this marker and signature."""
        return self.marker == marker and self.payload.startswith(signature)

    @property
    def bare(self) -> bytes:
        """The segment without what stands before it."""
        return struct.pack(">BBH", 0xFF, self.marker, len(self.payload) + 2) + self.payload

    def __bytes__(self) -> bytes:
        return self.lead + self.bare


class Jpeg(Container):
    """A JPEG file.

    Raises:
        ValueError: the file ends before the first scan.
        Unclear: it contains two XMP packets, or damaged IPTC.
    """

    format = "JPEG"
    holds_iptc: bool = True
    xmp_limit: ClassVar[int | None] = _PAYLOAD - len(_XMP)

    def __init__(self, data: bytes) -> None:
        super().__init__(data)
        self._segments: list[Segment] = []
        self._end = 2
        for segment, self._end in _segments(data):
            self._segments.append(segment)
        places = [i for i, s in enumerate(self._segments) if s.is_(_APP1, _XMP)]
        packets = [i for i in places if not self._is_blank(i)]
        # exiv2 reads the first one, even if it is blank.
        if len(packets) > 1 or places[:1] != packets[:1] != []:
            raise Unclear("it contains two XMP packets, and programs differ in which one they read")
        self._place = next(iter(packets or places), None)
        # One section may be split over several segments.
        boxes = [s.payload[len(_PHOTOSHOP) :] for s in self._segments if s.is_(_APP13, _PHOTOSHOP)]
        self._sizes = [len(box) for box in boxes]
        self._section = photoshop.parse(b"".join(boxes))
        old = (s.payload[_OLD_HEAD:] for s in self._segments if s.is_(_APP13, _OLD_PHOTOSHOP))
        self._blocks = [block for box in old for block in photoshop.parse(box).iptc_blocks]
        # Programs differ in which of several blocks they read, so none of them is changed.
        self.holds_iptc = not self._blocks and len(self._section.iptc_blocks) < 2  # noqa: PLR2004 - several
        if not self.holds_iptc:
            self._blocks += self._section.iptc_blocks

    def _is_blank(self, place: int) -> bool:
        return shapes.is_blank(self._segments[place].payload[len(_XMP) :])

    @property
    def _scan(self) -> memoryview:
        """From the first scan to the end of the file: nearly the whole file, so it is not copied."""
        return memoryview(self._data)[self._end :]

    @property
    def xmp(self) -> bytes | None:
        """The XMP packet."""
        if self._place is None or self._is_blank(self._place):
            return None
        return self._segments[self._place].payload[len(_XMP) :]

    @property
    def iptc(self) -> bytes | None:
        """The IPTC-IIM block, if there is only one."""
        return photoshop.iptc_of(self._section) if self.holds_iptc else None

    @property
    def foreign_iptc(self) -> bytes | None:
        """The datasets of several IPTC blocks, or of one that Photoshop 2.5 has written, as UTF-8."""
        if self.holds_iptc:
            return None
        blocks = (iim.recoded(iim.parse(block), "utf-8") for block in self._blocks)
        return b"".join(iim.serialise(attrs.evolve(block, tail=b"")) for block in blocks)

    @property
    def iptc_digest(self) -> bytes | None:
        """Photoshop's digest of the IPTC block."""
        return next(iter(self._section.digests), None)

    @property
    def exif(self) -> bytes | None:
        """The Exif data as a TIFF structure."""
        found = (s.payload[len(_EXIF) :] for s in self._segments if s.is_(_APP1, _EXIF))
        return next(found, None)

    @property
    def signed(self) -> bool:
        """Whether it contains a C2PA manifest (C2PA specification 2.1, A.3.1)."""
        return any(
            s.is_(_APP11, _JUMBF) and _C2PA in s.payload[:_FIRST_BYTES_OF_BOX]
            for s in self._segments
        )

    @property
    def shape(self) -> str:
        """A blank segment for XMP, digests of IPTC, and how Photoshop's section is split."""
        found: dict[str, str] = {}
        if self._place is not None and self._is_blank(self._place):
            found[shapes.BLANK] = shapes.packed(self._segments[self._place].payload[len(_XMP) :])
        if self.holds_iptc:
            found |= photoshop.shape_of(self._section)
        if len(self._sizes) > 1 or self._sizes == [0]:
            found[_SIZES] = ",".join(map(str, self._sizes))
        return shapes.joined(found)

    def replaced(self, xmp: bytes | None, iptc: bytes | None, shape: str = "") -> bytes:
        """Return the file with these blocks in place of its own; see ``Container``."""
        before = shapes.parts(shape)
        segments = list(self._segments)
        if xmp != self.xmp:
            content = shapes.blank(before) if xmp is None else xmp
            segments = _with_xmp(segments, content, self._place)
        if iptc != self.iptc:
            section = photoshop.with_iptc(self._section, iptc, before)
            segments = _with_section(segments, bytes(section), before.get(_SIZES, ""))
        segments = [
            attrs.evolve(s, payload=mpf.shifted(s.payload, *self._shift(segments, i)))
            if s.is_(_APP2, mpf.SIGNATURE)
            else s
            for i, s in enumerate(segments)
        ]
        return self._join(segments)

    def _join(self, segments: list[Segment]) -> bytes:
        return b"".join((b"\xff\xd8", *map(bytes, segments), self._scan))

    def with_exif_and_profile(self, exif: bytes | None, source: Jpeg) -> bytes:
        """Return the file with this Exif block and the colour profile of another JPEG.

        Args:
            exif: the block with its ``Exif`` signature; None for none.
            source: the JPEG with the profile.
        """
        blocks = [] if exif is None else [Segment(_APP1, exif)]
        profile = (s for s in source._segments if s.is_(_APP2, _PROFILE))
        blocks += [Segment(s.marker, s.payload) for s in profile]
        at = max((i for i, s in enumerate(self._segments) if s.marker == _APP0), default=-1) + 1
        return self._join([*self._segments[:at], *blocks, *self._segments[at:]])

    def _shift(self, segments: list[Segment], at: int) -> tuple[int, int]:
        """The number of bytes by which the head has grown after the segment ``at``, and in total."""
        old_at = next(i for i, s in enumerate(self._segments) if s.is_(_APP2, mpf.SIGNATURE))
        old, new = ([len(bytes(s)) for s in some] for some in (self._segments, segments))
        return sum(new[at:]) - sum(old[old_at:]), sum(new) - sum(old)

    def picture(self) -> Rest:
        """Tables, frame and scans."""
        decoded = (s.bare for s in self._segments if s.marker not in _METADATA)
        return (*decoded, self._scan)

    def front(self) -> bytes:
        """The part of the file that readers of metadata need: up to the first scan."""
        return self._data[: self._end + _FIRST_BYTES_OF_SCAN] + b"\xff\xd9"

    def rest(self) -> Rest:
        """Everything except the XMP packet and the IPTC block."""
        others = [
            mpf.neutral(s.bare) if s.is_(_APP2, mpf.SIGNATURE) else s.bare
            for i, s in enumerate(self._segments)
            if i != self._place and not s.is_(_APP13, _PHOTOSHOP)
        ]
        leads = b"".join(s.lead for s in self._segments)
        return (*others, *photoshop.neutral(self._section), leads, self._scan)


def _segments(data: bytes) -> Iterator[tuple[Segment, int]]:
    """The segments up to the first scan, each with the offset of its end."""
    position = 2
    while (found := _MARKER.search(data, position)) is not None:
        at = found.start()
        if data[at + 1] in {_SOS, _EOI}:
            return
        size = int.from_bytes(data[at + 2 : at + 4], "big")
        end = at + 2 + size
        if size < _LENGTH_BYTES or end > len(data):
            message = f"the JPEG ends inside a segment at byte {at}"
            raise ValueError(message)
        yield Segment(data[at + 1], data[at + 4 : end], data[position:at]), end
        position = end
    message = f"the JPEG ends at byte {len(data)}, before its picture"
    raise ValueError(message)


def _with_xmp(segments: list[Segment], xmp: bytes | None, place: int | None) -> list[Segment]:
    """The segments with this packet at its old place, or after JFIF and Exif."""
    if xmp is not None and len(xmp) > _PAYLOAD - len(_XMP):
        raise Unclear(f"an XMP packet of {len(xmp)} bytes does not fit into a JPEG")
    new = [] if xmp is None else [Segment(_APP1, _XMP + xmp)]
    return _put(segments, new, [] if place is None else [place], _heads(segments))


def _with_section(segments: list[Segment], content: bytes, sizes: str) -> list[Segment]:
    """The segments with this content of Photoshop's section, at its old place or after JFIF, Exif and XMP.

    Args:
        segments: the present segments.
        content: the section.
        sizes: how a section of this length was split before phototag's first write; empty if not known.
    """
    old = [i for i, s in enumerate(segments) if s.is_(_APP13, _PHOTOSHOP)]
    split = [int(size) for size in sizes.split(",") if size.isdecimal()]
    if sum(split) != len(content) or max(split, default=0) > _MOST_RESOURCES:
        # The segments before the last one keep their size.
        kept = [len(segments[i].payload) - len(_PHOTOSHOP) for i in old[:-1]]
        rest = max(0, len(content) - sum(kept))
        more = [_MOST_RESOURCES] * -(-rest // _MOST_RESOURCES)
        split = [*kept, *more] if content else []
    ends = list(itertools.accumulate(split))
    new = [
        Segment(_APP13, _PHOTOSHOP + content[end - size : end])
        for size, end in zip(split, ends, strict=True)
    ]
    xmp = [i for i, s in enumerate(segments) if s.is_(_APP1, _XMP)]
    return _put(segments, new, old, max([_heads(segments) - 1, *xmp]) + 1)


def _heads(segments: list[Segment]) -> int:
    """The position after JFIF and Exif.

    It is before all other segments: the offsets in a multi-picture index are relative to its own position.
    """
    heads = [i for i, s in enumerate(segments) if s.marker == _APP0 or s.is_(_APP1, _EXIF)]
    return max(heads, default=-1) + 1


def _put(segments: list[Segment], new: list[Segment], old: list[int], at: int) -> list[Segment]:
    """The segments with the new ones at the places of old ones; those without an old one follow the last.

    Args:
        segments: the present segments.
        new: the new ones.
        old: the positions of those that they replace.
        at: the position of the first new one if there are no old ones.
    """
    made: list[Segment] = []
    waiting, lead = list(new), b""
    for i, segment in enumerate(segments):
        if not old and i == at and waiting:
            # After stray bytes: what they follow, as some programs report it, stays the same. But exiv2 stops
            # at a marker without a length.
            bare = segment.lead if _STOPS_EXIV2.search(segment.lead) is None else b""
            made += [attrs.evolve(waiting[0], lead=bare), *waiting[1:]]
            made.append(attrs.evolve(segment, lead=segment.lead[len(bare) :]))
            waiting = []
        elif i in old:
            here = waiting[:1] if i != old[-1] else waiting
            waiting = waiting[len(here) :]
            if here:
                here[0] = attrs.evolve(here[0], lead=lead + segment.lead)
                lead = b""
            else:
                lead += segment.lead  # stray bytes stay, even without the segment that they precede
            made += here
        else:
            made.append(attrs.evolve(segment, lead=lead + segment.lead) if lead else segment)
            lead = b""
    return made + waiting
