"""Compares a file's metadata with phototag's own record and ledger in them."""

from __future__ import annotations

from typing import Final

from phototag.metadata import iim, photoshop
from phototag.metadata.draft import Draft
from phototag.metadata.merge import fold, folded
from phototag.metadata.properties import record_fields, regions
from phototag.metadata.properties.keywords import IPTC_KEYWORDS
from phototag.metadata.properties.regions import REGIONS
from phototag.metadata.properties.table import HIERARCHIES, WORD_BAGS
from phototag.metadata.record import Audit
from phototag.metadata.xmp.names import Name
from phototag.metadata.xmp.values import Struct

_CROPS: Final = Name.of("phototag:Crops")


def audit(draft: Draft) -> Audit:
    """Audit the metadata as stored in a file; ``old_digest`` is left to ``is_old``."""
    record = record_fields.read(draft.packet, draft.orientation)
    if record is None:
        return Audit(record=None)
    return Audit(record=record, lacking=_lacking(draft), unplaced=tuple(_unplaced(draft)))


def _lacking(draft: Draft) -> dict[str, tuple[str, ...]]:
    """A word that is missing everywhere was deleted by the user, and is not listed."""
    claimed = record_fields.keywords(draft.packet)
    there: set[str] = set()
    gone: dict[str, list[tuple[str, str]]] = {}
    for bag in WORD_BAGS:
        present = folded(bag.present(draft))
        added = folded(draft.ledger.entry(bag.label).added)
        for claim in bag.claims(claimed):
            word = claim.rpartition("|")[2] if bag in HIERARCHIES else claim
            spelled = bag.spelled(claim)
            if fold(spelled) in present & added:
                there.add(fold(word))
            elif fold(spelled) in added:
                gone.setdefault(bag.label, []).append((fold(word), spelled))
    found = {
        label: tuple(spelled for word, spelled in words if word in there)
        for label, words in gone.items()
    }
    return {label: words for label, words in found.items() if words}


def _unplaced(draft: Draft) -> list[str]:
    placed = {regions.identifier(region) for region in draft.packet.items(REGIONS)}
    crops = (item for item in draft.packet.items(_CROPS) if isinstance(item, Struct))
    profiles = (crop.text("phototag:Profile") for crop in crops)
    return [profile for profile in profiles if regions.region_id(profile) not in placed]


def is_old(digest: bytes | None, draft: Draft, without: Draft) -> bool:
    """Whether Photoshop's digest is that of the IPTC block without phototag's words.

    Programs that compare the two then hold the XMP for out of date. A digest that fits neither block was
    wrong before phototag, or another program has changed the IPTC since; phototag leaves it alone.

    Args:
        digest: the digest in the file; None without one.
        draft: the metadata as stored in the file.
        without: the same after phototag's part has been removed.
    """
    if digest is None or draft.block is None or not draft.ledger.entry(IPTC_KEYWORDS).added:
        return False
    now = iim.serialise(draft.block)
    before = b"" if without.block is None else iim.serialise(without.block)
    return not photoshop.is_right(digest, now) and photoshop.is_right(digest, before)
