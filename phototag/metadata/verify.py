"""The last check before a file is replaced: is the new content what it should be?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import attrs

from phototag.metadata import exiv2, iim, ledger
from phototag.metadata.containers import Container, same
from phototag.metadata.draft import Draft
from phototag.metadata.properties.table import PROPERTIES, WORD_BAGS
from phototag.metadata.xmp.names import PHOTOTAG
from phototag.metadata.xmp.packet import Packet


@attrs.frozen
class Foreign:
    """The metadata in a file that are not phototag's.

    Attributes:
        xmp: values by property.
        iptc: datasets and keywords, texts decoded.
        made: whether phototag created the IPTC block.
    """

    xmp: Mapping[str, object]
    iptc: Sequence[object]
    made: bool


def foreign(draft: Draft, *, made: bool = False) -> Foreign:
    """Return what phototag must not change in a file.

    Args:
        draft: the metadata as stored in the file.
        made: whether phototag created the IPTC block, whatever the ledger says: it is removed with the last
            word.
    """
    made = made or draft.ledger.before.iptc == ledger.NONE
    return Foreign(_foreign_xmp(draft), _foreign_iptc(draft, made=made), made)


def check(
    old: Container, before: Foreign, new: Container, intended: Draft, read_back: Draft
) -> None:
    """Compare a file with its new content, which was parsed again from its bytes.

    Args:
        old: the present file.
        before: the metadata in it that are not phototag's.
        new: the new file.
        intended: the metadata that were to be written.
        read_back: the metadata of the new content.

    Raises:
        ValueError: user data would change, or the metadata read back differ from the intended ones.
    """
    if not same(old.rest(), new.rest()):
        message = "the picture or other metadata would change"
        raise ValueError(message)
    packet, after = read_back.packet, foreign(read_back, made=before.made)
    if before.xmp != after.xmp:
        message = "XMP of other programs would change"
        raise ValueError(message)
    if before.iptc != after.iptc:
        message = "IPTC of other programs would change"
        raise ValueError(message)
    meant = () if intended.block is None else intended.block.datasets
    found = () if new.iptc is None else iim.parse(new.iptc).datasets
    if packet.values() != intended.packet.values() or found != meant:
        message = "the metadata read back are not those that were to be written"
        raise ValueError(message)
    tagged = any(name.uri == PHOTOTAG for name in packet.names())
    restored = not tagged and bool(intended.ledger.before.shape)
    _check_second_reader(old, new, packet, restored=restored)


def _foreign_xmp(draft: Draft) -> dict[str, object]:
    """All values that are not phototag's."""
    packet = draft.packet
    mixed: dict[str, Sequence[object]] = {}
    for item in PROPERTIES:
        if item.store == "xmp":
            mixed |= item.foreign(draft)
    foreign: dict[str, object] = {label: users for label, users in mixed.items() if users}
    names = {str(name): name for name in packet.names()}
    foreign |= {text: packet.get(name) for text, name in names.items() if text not in mixed}
    return foreign | {f"{name} again": texts for name, texts in packet.repeated().items()}


def _foreign_iptc(draft: Draft, *, made: bool) -> list[object]:
    """All datasets that are not phototag's, texts decoded: an encoding may have changed."""
    if draft.block is None:
        return []
    mixed = (item.foreign(draft) for item in PROPERTIES if item.store == "iim")
    frame = {iim.CHARSET, iim.KEYWORDS} | (iim.VERSIONS if made else set())
    others = iim.recoded(draft.block, "utf-8").datasets
    return [
        *filter(None, (draft.block.tail.rstrip(b"\0"),)),
        *((item.number, item.value.hex()) for item in others if item.number not in frame),
        *((label, value) for part in mixed for label, values in part.items() for value in values),
    ]


def _check_second_reader(old: Container, new: Container, packet: Packet, *, restored: bool) -> None:
    before, after = exiv2.view(old.front()), exiv2.view(new.front())
    # An error that exiv2 reports for the old file may remain, or go. Blank XMP that is restored is an error to it,
    # and so may be a structure that is restored.
    if restored and after.error and not after.foreign:
        return
    if after.error not in {"", before.error} and new.xmp is not None:
        message = f"exiv2 could no longer read it: {after.error}"
        raise ValueError(message)
    lost = {
        key
        for key in before.foreign.keys() | after.foreign.keys()
        if before.foreign.get(key) != after.foreign.get(key)
    }
    if lost and before.foreign:  # nothing: exiv2 could not open the old file at all
        message = f"exiv2 would read {', '.join(sorted(lost))} differently"
        raise ValueError(message)
    if old.xmp is not None and not before.has_xmp and not after.has_xmp:
        return  # exiv2 stops before the XMP, at a damaged colour profile for example
    for bag in WORD_BAGS:
        # exiv2 leaves out an empty text that is not in a list.
        if bag.label in after.ours and _words(after.ours[bag.label]) != _words(
            packet.texts(bag.name)
        ):
            message = f"exiv2 would read other keywords in {bag.label}"
            raise ValueError(message)


def _words(texts: Sequence[str]) -> list[str]:
    return [text for text in texts if text]
