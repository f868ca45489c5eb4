"""Photoshop image resources: the structure in which JPEG (and Photoshop itself) stores the IPTC block.

Everything that is not the IPTC block or a digest of it is kept byte for byte, including padding, and bytes
behind the last resource.

Source: Adobe Photoshop File Formats Specification, "Image Resources Section".
"""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

import attrs

from phototag.metadata.containers import shape as shapes
from phototag.metadata.refusals import Unclear

IPTC: Final = 0x0404
IPTC_DIGEST: Final = 0x0425
DIGEST_BYTES: Final = 16
# Photoshop's, PhotoDeluxe's, PictureWindow's and ImageReady's resources.
_SIGNATURES: Final = {b"8BIM", b"PHUT", b"DCSR", b"AgHg", b"MeSa"}
_IPTC_HEAD: Final = b"8BIM" + struct.pack(">H", IPTC)
_MOST_FILLING: Final = 8  # bytes
_PADDING: Final = "padding"  # in ``Container.shape``: unusual padding behind the IPTC block


@attrs.frozen
class Resource:
    """One resource; ``head`` contains signature, number and name as stored, ``padding`` what follows the value."""

    head: bytes
    value: bytes
    padding: bytes = b""

    @property
    def number(self) -> int:
        """The number that gives the type of the resource."""
        return int.from_bytes(self.head[4:6], "big")

    @property
    def is_digest(self) -> bool:
        """Whether it is a digest of the IPTC block."""
        return self.number == IPTC_DIGEST

    @property
    def value_at(self) -> int:
        """Offset of the value in the resource."""
        return len(self.head) + 4

    def with_value(self, value: bytes, padding: bytes | None = None) -> Resource:
        """The resource with another value, padded to an even length unless another padding is given."""
        return Resource(self.head, value, bytes(len(value) % 2) if padding is None else padding)

    def __bytes__(self) -> bytes:
        return self.head + struct.pack(">I", len(self.value)) + self.value + self.padding


@attrs.frozen
class Section:
    """The resources of a file, and the bytes behind them that are none."""

    resources: tuple[Resource, ...] = ()
    tail: bytes = b""

    def __bytes__(self) -> bytes:
        return b"".join(map(bytes, self.resources)) + self.tail

    @property
    def iptc_blocks(self) -> tuple[bytes, ...]:
        """The IPTC blocks: one, if the file is as it should be."""
        return tuple(item.value for item in self.resources if item.number == IPTC)

    @property
    def digests(self) -> tuple[bytes, ...]:
        """The digests of the IPTC block."""
        return tuple(item.value for item in self.resources if item.is_digest)


def parse(data: bytes) -> Section:
    """Parse the resources of a section, up to the first bytes that are no resource.

    Raises:
        Unclear: these bytes hide an IPTC block.
    """
    found: list[Resource] = []
    position = 0
    while (item := _resource(data, position)) is not None:
        found.append(item)
        position += len(bytes(item))
    tail = data[position:]
    if _IPTC_HEAD in tail:
        raise Unclear("its Photoshop resources are damaged before or in the IPTC block")
    return Section(tuple(found), tail)


def _resource(data: bytes, position: int) -> Resource | None:
    name_at = position + 6
    if data[position : position + 4] not in _SIGNATURES or name_at >= len(data):
        return None
    length_at = name_at + (data[name_at] + 2) // 2 * 2
    start = length_at + 4
    if start > len(data):
        return None
    (length,) = struct.unpack_from(">I", data, length_at)
    end = start + length
    if end > len(data):
        return None
    # The last one may lack its padding.
    return Resource(data[position:length_at], data[start:end], data[end : end + length % 2])


def iptc_of(section: Section) -> bytes | None:
    """The IPTC block.

    Raises:
        Unclear: there are two; programs differ in which one they use.
    """
    blocks = section.iptc_blocks
    if len(blocks) > 1:
        raise Unclear("it contains two IPTC blocks, and programs differ in which one they read")
    return blocks[0] if blocks else None


def with_iptc(
    section: Section, iptc: bytes | None, shape: Mapping[str, str] | None = None
) -> Section:
    """Return the section with another IPTC block; without one for None.

    Args:
        section: the section with at most one block.
        iptc: the new block.
        shape: what ``shape_of`` gave before phototag's first write; only if it may be restored.
    """
    old = iptc_of(section)
    new = iter(renewed(section.digests, old, iptc, shape or {}))
    padding = shapes.from_hex(shape[_PADDING])[:1] if shape and _PADDING in shape else None
    changed = []
    for item in section.resources:
        if item.number == IPTC:
            if iptc is not None:
                changed.append(item.with_value(iptc, padding if len(iptc) % 2 else None))
        elif item.is_digest:
            value = next(new)
            changed.append(item if value == item.value else item.with_value(value))
        else:
            changed.append(item)
    if old is None and iptc is not None:
        changed.insert(0, Resource(_IPTC_HEAD + bytes(2), b"").with_value(iptc))
    return attrs.evolve(section, resources=tuple(changed))


def shape_of(section: Section) -> dict[str, str]:
    """What a later removal must restore; see ``containers.shape``."""
    blocks = section.iptc_blocks
    found = digest_shape(section.digests, blocks[0] if blocks else None)
    for item in section.resources:
        if item.number == IPTC and item.padding != bytes(len(item.value) % 2):
            found[_PADDING] = item.padding.hex()
    return found


def neutral(section: Section) -> list[bytes]:
    """Everything that ``with_iptc`` never changes."""
    blocks = section.iptc_blocks
    iptc = blocks[0] if blocks else None
    return [
        item.head + (b"" if item.is_digest and may_change(item.value, iptc) else item.value)
        for item in section.resources
        if item.number != IPTC
    ] + [section.tail]


# --------------------------------------------------------------------------- digests


def digest_shape(digests: Sequence[bytes], iptc: bytes | None) -> dict[str, str]:
    """The digests that cannot be computed again from the block that they belong to.

    These are the digests in a file without a block, and those of a block that ends in zeros: they may be of
    the block with or without its padding.
    """
    unsure = iptc is None or iptc.endswith(b"\0")
    known = unsure and any(may_change(value, iptc) for value in digests)
    return {shapes.DIGEST: ",".join(value.hex() for value in digests)} if known else {}


def renewed(
    digests: Sequence[bytes],
    old: bytes | None,
    new: bytes | None,
    shape: Mapping[str, str],
    filling: int = 0,
) -> list[bytes]:
    """The digests for a new block.

    A digest that matches the old block is renewed, and so is every digest in a file without a block: programs
    take XMP for out of date if it differs. A digest that does not match its block stays: it shows that a
    program without XMP support has changed the IPTC, which is still true.

    Args:
        digests: the present digests.
        old: the old block as stored.
        new: the new block.
        shape: the digests before phototag's first write, if they may be restored.
        filling: how many zeros the new block is padded with when it is stored.
    """
    before = [shapes.from_hex(text) for text in shape.get(shapes.DIGEST, "").split(",") if text]
    if len(before) != len(digests):
        before = []
    if new is None:
        return before or list(digests)
    found = []
    for at, value in enumerate(digests):
        if not may_change(value, old):
            found.append(value)
        elif before and is_right(before[at], new + bytes(filling)):
            found.append(before[at])
        else:
            zeros = 0 if old is None else _zeros_left_out(value, old)
            found.append(digest(_without(new, zeros) if zeros else new + bytes(filling)))
    return found


def _zeros_left_out(value: bytes, iptc: bytes) -> int:
    """How many zeros at the end of a block are not in its digest."""
    return next(zeros for zeros, form in enumerate(_forms(iptc)) if digest(form) == value)


def may_change(value: bytes, iptc: bytes | None) -> bool:
    """Whether a digest follows the block: it matches the block, or there is none."""
    return iptc is None or is_right(value, iptc)


def is_right(value: bytes, iptc: bytes) -> bool:
    """Whether this digest matches this IPTC block, with or without its padding."""
    return value in map(digest, _forms(iptc))


def _without(iptc: bytes, most: int) -> bytes:
    """The block without the zeros at its end, but no more than so many."""
    return iptc[: max(len(iptc.rstrip(b"\0")), len(iptc) - most)]


def _forms(iptc: bytes) -> Iterator[bytes]:
    """A block as stored, and without the zeros that pad it to an even length, or to a multiple of four."""
    yield iptc
    for zeros in range(1, _MOST_FILLING + 1):
        if not iptc.endswith(bytes(zeros)):
            return
        yield iptc[:-zeros]


def digest(iptc: bytes) -> bytes:
    """Photoshop's checksum of an IPTC block."""
    return hashlib.md5(iptc, usedforsecurity=False).digest()
