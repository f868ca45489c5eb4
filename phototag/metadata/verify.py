"""The last look before a file is replaced: is the new content what it should be?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import attrs

from phototag.metadata import exiv2, faces, iim, ledger, lightroom
from phototag.metadata.containers import Container, same
from phototag.metadata.mapping import FACES, IPTC_KEYWORDS, REGIONS, ROWS
from phototag.metadata.merge import ours
from phototag.metadata.plan import Draft
from phototag.metadata.regions import identifier
from phototag.metadata.xmp.names import PHOTOTAG
from phototag.metadata.xmp.packet import Packet
from phototag.metadata.xmp.values import Value


@attrs.frozen
class Foreign:
    """The metadata of a file that are not phototag's.

    Attributes:
        xmp: values by property.
        iptc: datasets, texts decoded.
        made: phototag has made the IPTC block.
    """

    xmp: Mapping[str, object]
    iptc: Sequence[tuple[tuple[int, int], str]]
    made: bool


def foreign(draft: Draft, *, made: bool = False) -> Foreign:
    """What phototag must not change in a file.

    Args:
        draft: its metadata, as they stand in the file.
        made: phototag has made the IPTC block, whatever the ledger says: it goes with the last word.
    """
    made = made or draft.ledger.before.iptc == ledger.NONE
    return Foreign(_foreign_xmp(draft), _foreign_iptc(draft, made=made), made)


def check(
    old: Container, before: Foreign, new: Container, intended: Draft, read_back: Draft
) -> None:
    """Compare a file as it is with its new content, which was taken apart afresh.

    Args:
        old: the file as it is.
        before: what is not phototag's in it.
        new: the file as it is to be.
        intended: the metadata that were to be written.
        read_back: the metadata of the new content.

    Raises:
        ValueError: something of the user's would change, or the metadata do not read back as
            they were meant.
    """
    if not same(old.rest(), new.rest()):
        message = "the picture or other metadata would change"
        raise ValueError(message)
    packet, after = read_back.packet, foreign(read_back, made=before.made)
    if before.xmp != after.xmp:
        message = "other XMP would change"
        raise ValueError(message)
    if before.iptc != after.iptc:
        message = "other IPTC would change"
        raise ValueError(message)
    meant = () if intended.block is None else intended.block.datasets
    found = () if new.iptc is None else iim.parse(new.iptc).datasets
    if packet.values() != intended.packet.values() or found != meant:
        message = "the metadata read back differently"
        raise ValueError(message)
    _check_second_reader(old.front(), new.front(), packet)


def _foreign_xmp(draft: Draft) -> dict[str, object]:
    """All values that are not phototag's."""
    packet, written = draft.packet, draft.ledger
    mixed = {row.name: row for row in ROWS if row.store == "xmp"}
    crop = lightroom.mine(packet, written.entry(lightroom.LABEL).added)
    foreign: dict[str, object] = {
        str(name): packet.get(name)
        for name in packet.names()
        if name.uri != PHOTOTAG and name not in mixed and name not in crop
    }
    for name, row in mixed.items():
        items = packet.items(name)
        if row is FACES:
            items = faces.items(packet)
            texts = [faces.identifier(item) for item in items]
        elif row is REGIONS:
            texts = [identifier(item) for item in items]
        else:
            texts = list(packet.texts(name))
        mine = ours(texts, written.entry(row.label).added).keys() | draft.derived.get(row.label, ())
        users: list[Value] = [item for at, item in enumerate(items) if at not in mine]
        if users:
            foreign[row.label] = users
    return foreign


def _foreign_iptc(draft: Draft, *, made: bool) -> list[tuple[tuple[int, int], str]]:
    """All datasets that are not phototag's, texts decoded: an encoding may have changed."""
    block, written, label = draft.block, draft.ledger, IPTC_KEYWORDS.label
    if block is None:
        return []
    mine = ours(block.keywords, written.entry(label).added).keys() | draft.derived.get(label, ())
    words = [word for at, word in enumerate(block.keywords) if at not in mine]
    frame = {iim.CHARSET, iim.KEYWORDS} | ({iim.VERSION} if made else set())
    others = iim.recoded(block, "utf-8").datasets
    return [
        *((item.number, item.value.hex()) for item in others if item.number not in frame),
        *((iim.KEYWORDS, word) for word in words),
    ]


def _check_second_reader(old: bytes, new: bytes, packet: Packet) -> None:
    before, after = exiv2.view(old), exiv2.view(new)
    # What exiv2 cannot read at all it must not read differently; our own checks stand then.
    if before.error != after.error:
        message = f"exiv2 could not read it any more: {after.error or before.error}"
        raise ValueError(message)
    lost = {
        key
        for key in before.foreign.keys() | after.foreign.keys()
        if before.foreign.get(key) != after.foreign.get(key)
    }
    if lost:
        message = f"exiv2 would read {', '.join(sorted(lost))} differently"
        raise ValueError(message)
    for row in ROWS:
        if row.exiv2 in after.ours and after.ours[row.exiv2] != packet.texts(row.name):
            message = f"exiv2 would read other words in {row.label}"
            raise ValueError(message)
