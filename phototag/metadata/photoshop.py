"""Photoshop image resources: the structure in which JPEG (and Photoshop itself) stores the IPTC block.

Source: Adobe Photoshop File Formats Specification, "Image Resources Section".
"""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Iterator
from typing import Final

import attrs

IPTC: Final = 0x0404
IPTC_DIGEST: Final = 0x0425
_MOST_FILLING: Final = 3  # bytes


@attrs.frozen
class Resource:
    """One resource; ``head`` contains signature, number and name as stored."""

    head: bytes
    value: bytes

    @property
    def number(self) -> int:
        """The number that gives the type of the resource."""
        return int.from_bytes(self.head[4:6], "big")


def parse(data: bytes) -> tuple[Resource, ...]:
    """Parse the resources of a section.

    Raises:
        ValueError: the section is damaged.
    """
    found = []
    position = 0
    while data[position:].strip(b"\0"):
        name_at = position + 6
        length_at = name_at + (data[name_at] + 2) // 2 * 2 if name_at < len(data) else len(data)
        value_at = length_at + 4
        if value_at > len(data):
            message = "the Photoshop resources end inside an entry"
            raise ValueError(message)
        (length,) = struct.unpack_from(">I", data, length_at)
        if value_at + length > len(data):
            message = "the Photoshop resources end inside an entry"
            raise ValueError(message)
        found.append(Resource(data[position:length_at], data[value_at : value_at + length]))
        position = value_at + length + length % 2
    return tuple(found)


def serialise(resources: tuple[Resource, ...]) -> bytes:
    """The bytes of a section."""
    return b"".join(
        item.head + struct.pack(">I", len(item.value)) + item.value + b"\0" * (len(item.value) % 2)
        for item in resources
    )


def iptc_of(resources: tuple[Resource, ...]) -> bytes | None:
    """The IPTC block.

    Raises:
        ValueError: there are two; programs differ in which one they use.
    """
    blocks = [item.value for item in resources if item.number == IPTC]
    if len(blocks) > 1:
        message = "it contains two IPTC blocks"
        raise ValueError(message)
    return blocks[0] if blocks else None


def with_iptc(resources: tuple[Resource, ...], iptc: bytes | None) -> tuple[Resource, ...]:
    """Return the resources with another IPTC block; without one for None.

    A digest that matched the old block is renewed. A digest that did not match stays: it shows that a program
    without XMP support has changed the IPTC, which is still true.
    """
    old = iptc_of(resources)
    changed = []
    for item in resources:
        if item.number == IPTC:
            if iptc is not None:
                changed.append(attrs.evolve(item, value=iptc))
        elif item.number == IPTC_DIGEST and iptc is not None and digest_is_right(item, old):
            changed.append(attrs.evolve(item, value=renewed(item, old, iptc, iptc)))
        else:
            changed.append(item)
    if old is None and iptc is not None:
        changed.insert(0, Resource(struct.pack(">4sHH", b"8BIM", IPTC, 0), iptc))
    return tuple(changed)


def digest_is_right(item: Resource, iptc: bytes | None) -> bool:
    """Whether this digest resource matches this IPTC block, with or without its padding."""
    return iptc is not None and item.value in map(digest, _forms(iptc))


def renewed(item: Resource, old: bytes | None, iptc: bytes, stored: bytes) -> bytes:
    """Return the digest resource for a new block.

    Args:
        item: a digest that matches the old block.
        old: the old block as stored.
        iptc: the new block.
        stored: the new block with its padding in the file.
    """
    return digest(stored if item.value == digest(old or b"") else iptc)


def _forms(iptc: bytes) -> Iterator[bytes]:
    """A block as stored, and without the zeros that pad it to a multiple of four."""
    yield iptc
    for zeros in range(1, _MOST_FILLING + 1):
        if not iptc.endswith(bytes(zeros)):
            return
        yield iptc[:-zeros]


def digest(iptc: bytes) -> bytes:
    """Photoshop's checksum of an IPTC block."""
    return hashlib.md5(iptc, usedforsecurity=False).digest()
