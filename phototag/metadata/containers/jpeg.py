"""JPEG: the segments up to the first scan.

Source: ITU T.81 annex B; XMP specification part 3, 1.1.3; Photoshop resources in APP13.
"""

from __future__ import annotations

import struct
from typing import ClassVar, Final

import attrs

from phototag.metadata import photoshop
from phototag.metadata.containers import mpf
from phototag.metadata.containers.container import Container, Rest

_XMP: Final = b"http://ns.adobe.com/xap/1.0/\0"
_EXIF: Final = b"Exif\0\0"
_PHOTOSHOP: Final = b"Photoshop 3.0\0"
_PROFILE: Final = b"ICC_PROFILE\0"
_APP0, _APP1, _APP2, _APP11, _APP13, _SOS, _EOI = 0xE0, 0xE1, 0xE2, 0xEB, 0xED, 0xDA, 0xD9
_ADOBE, _COMMENT = 0xEE, 0xFE  # Adobe's segment gives the colour encoding
_METADATA: Final = frozenset({*range(0xE0, 0xF0), _COMMENT}) - {_ADOBE}
_MARK: Final = 0xFF
_LENGTH_BYTES: Final = 2
_JUMBF: Final = b"JP"  # identifies the boxes of ISO/IEC 19566-5 in a segment
_C2PA: Final = b"c2pa"  # begins the type of the manifest store's box
_FIRST_BYTES_OF_BOX: Final = 64
_FIRST_BYTES_OF_SCAN: Final = 1024
_PAYLOAD: Final = 65533


@attrs.frozen
class Segment:
    """A marker and its payload, without the length."""

    marker: int
    payload: bytes

    def is_(self, marker: int, signature: bytes) -> bool:
        """Whether it has this marker and signature."""
        return self.marker == marker and self.payload.startswith(signature)

    def __bytes__(self) -> bytes:
        return struct.pack(">BBH", 0xFF, self.marker, len(self.payload) + 2) + self.payload


class Jpeg(Container):
    """A JPEG file.

    Raises:
        ValueError: the segments cannot be parsed up to the first scan.
    """

    format = "JPEG"
    holds_iptc = True
    xmp_limit: ClassVar[int | None] = _PAYLOAD - len(_XMP)

    def __init__(self, data: bytes) -> None:
        super().__init__(data)
        self._segments: list[Segment] = []
        position = 2
        while True:
            # A marker may be preceded by any number of fill bytes.
            while data[position : position + 2] == b"\xff\xff":
                position += 1
            if position + 4 > len(data) or data[position] != _MARK:
                message = f"the JPEG structure is broken at byte {position}"
                raise ValueError(message)
            marker, size = struct.unpack_from(">BH", data, position + 1)
            if marker in {_SOS, _EOI}:
                break
            end = position + 2 + size
            if size < _LENGTH_BYTES or end > len(data):
                message = f"the JPEG ends inside a segment at byte {position}"
                raise ValueError(message)
            self._segments.append(Segment(marker, data[position + 4 : end]))
            position = end
        self._end = position
        packets = [s for s in self._segments if s.is_(_APP1, _XMP)]
        if len(packets) > 1:
            message = "it contains two XMP packets"
            raise ValueError(message)
        self._xmp = packets[0] if packets else None
        boxes = [s.payload for s in self._segments if s.is_(_APP13, _PHOTOSHOP)]
        # One section may be split over several segments.
        self._resources = photoshop.parse(b"".join(box[len(_PHOTOSHOP) :] for box in boxes))

    @property
    def _scan(self) -> memoryview:
        """From the first scan to the end of the file: nearly the whole file, so it is not copied."""
        return memoryview(self._data)[self._end :]

    @property
    def xmp(self) -> bytes | None:
        """The XMP packet."""
        return self._xmp.payload[len(_XMP) :] if self._xmp else None

    @property
    def iptc(self) -> bytes | None:
        """The IPTC-IIM block."""
        return photoshop.iptc_of(self._resources)

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

    def replaced(self, xmp: bytes | None, iptc: bytes | None, shape: str = "") -> bytes:
        """Return the file with these blocks in place of its own; see ``Container``."""
        del shape
        segments = list(self._segments)
        if iptc != self.iptc:
            resources = photoshop.with_iptc(self._resources, iptc)
            segments = self._put(segments, _APP13, _PHOTOSHOP, photoshop.serialise(resources))
        if xmp != self.xmp:
            if xmp is not None and len(xmp) > _PAYLOAD - len(_XMP):
                message = f"an XMP packet of {len(xmp)} bytes does not fit into a JPEG"
                raise ValueError(message)
            segments = self._put(segments, _APP1, _XMP, xmp or b"")
        segments = [
            Segment(s.marker, mpf.shifted(s.payload, *self._shift(segments, i)))
            if s.is_(_APP2, mpf.SIGNATURE)
            else s
            for i, s in enumerate(segments)
        ]
        return b"".join((b"\xff\xd8", *map(bytes, segments), self._scan))

    def with_exif_and_profile(self, exif: bytes | None, source: Jpeg) -> bytes:
        """Return the file with this Exif block and the colour profile of another JPEG.

        Args:
            exif: the block with its ``Exif`` signature; None for none.
            source: the JPEG with the profile.
        """
        blocks = [] if exif is None else [Segment(_APP1, exif)]
        blocks += [s for s in source._segments if s.is_(_APP2, _PROFILE)]
        at = max((i for i, s in enumerate(self._segments) if s.marker == _APP0), default=-1) + 1
        segments = [*self._segments[:at], *blocks, *self._segments[at:]]
        return b"".join((b"\xff\xd8", *map(bytes, segments), self._scan))

    def _shift(self, segments: list[Segment], at: int) -> tuple[int, int]:
        """The number of bytes by which the head has grown after the segment ``at``, and in total."""
        old_at = next(i for i, s in enumerate(self._segments) if s.is_(_APP2, mpf.SIGNATURE))
        old, new = ([len(bytes(s)) for s in some] for some in (self._segments, segments))
        return sum(new[at:]) - sum(old[old_at:]), sum(new) - sum(old)

    @staticmethod
    def _put(
        segments: list[Segment], marker: int, signature: bytes, content: bytes
    ) -> list[Segment]:
        """The segments with this content at its old place, or after JFIF and Exif."""
        chunk = _PAYLOAD - len(signature)
        new = [
            Segment(marker, signature + content[start : start + chunk])
            for start in range(0, len(content), chunk)
        ]
        old = [i for i, s in enumerate(segments) if s.is_(marker, signature)]
        if old:
            at = old[0]
        else:
            # Before all other segments: the offsets in a multi-picture index are relative to its own
            # position.
            heads = [i for i, s in enumerate(segments) if s.marker == _APP0 or s.is_(_APP1, _EXIF)]
            xmp = [i for i, s in enumerate(segments) if s.is_(_APP1, _XMP)]
            before = heads + xmp if marker == _APP13 else heads
            at = max(before, default=-1) + 1
        kept = [s for s in segments if not s.is_(marker, signature)]
        return kept[:at] + new + kept[at:]

    def picture(self) -> Rest:
        """Tables, frame and scans."""
        decoded = (bytes(s) for s in self._segments if s.marker not in _METADATA)
        return (*decoded, self._scan)

    def front(self) -> bytes:
        """The part of the file that readers of metadata need: up to the first scan."""
        return self._data[: self._end + _FIRST_BYTES_OF_SCAN] + b"\xff\xd9"

    def rest(self) -> Rest:
        """Everything except the XMP packet and the IPTC block."""
        ours = ((_APP1, _XMP), (_APP13, _PHOTOSHOP))
        others = [
            mpf.neutral(bytes(s)) if s.is_(_APP2, mpf.SIGNATURE) else bytes(s)
            for s in self._segments
            if not any(s.is_(*which) for which in ours)
        ]
        resources = [
            item.head + (b"" if photoshop.digest_is_right(item, self.iptc) else item.value)
            for item in self._resources
            if item.number != photoshop.IPTC
        ]
        return (*others, *resources, self._scan)
