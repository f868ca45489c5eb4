"""From a photo's blocks and a record to the new blocks. Nothing here touches a file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import attrs

from phototag.keywords.claims import Keywords
from phototag.metadata import (
    derived,
    elsewhere,
    faces,
    iim,
    iptc,
    ledger,
    lightroom,
    mapping,
    regions,
    statement,
)
from phototag.metadata.derived import present
from phototag.metadata.elsewhere import Elsewhere
from phototag.metadata.iim import Iim
from phototag.metadata.ledger import Ledger
from phototag.metadata.mapping import Row
from phototag.metadata.merge import Entry, Merged, fold, folded, merge, ours
from phototag.metadata.record import Record
from phototag.metadata.xmp.names import Name
from phototag.metadata.xmp.packet import Packet
from phototag.metadata.xmp.values import Text, Value
from phototag.options import WriteOptions
from phototag.scene.geometry import Box


@attrs.define
class Draft:
    """A photo's metadata while it is being changed.

    Attributes:
        packet: the XMP.
        block: the IPTC-IIM block; None for none.
        takes_iptc: an IPTC block can be written into the file.
        orientation: from Exif, 1..8.
        beside: it is a sidecar.
        ledger: of earlier writes.
        added: values added so far, by property.
        removed: values of ours removed so far.
        declined: values of ours that stay out.
        entries: the new ledger.
        before: all XMP as it was.
        elsewhere: keywords in blocks that phototag reads and never writes.
        derived: positions of words that other programs have made of phototag's, by property.
        left_out: values of ours that there is no room for.
    """

    packet: Packet
    block: Iim | None
    takes_iptc: bool
    orientation: int
    ledger: Ledger
    added: dict[str, tuple[str, ...]] = attrs.Factory(dict)
    removed: dict[str, tuple[str, ...]] = attrs.Factory(dict)
    declined: dict[str, tuple[str, ...]] = attrs.Factory(dict)
    beside: bool = False
    entries: dict[str, Entry] = attrs.Factory(dict)
    before: Mapping[Name, Value] = attrs.Factory(dict)
    elsewhere: Elsewhere = attrs.Factory(Elsewhere)
    left_out: dict[str, tuple[str, ...]] = attrs.Factory(dict)
    derived: Mapping[str, frozenset[int]] = attrs.field(init=False, factory=dict)

    def __attrs_post_init__(self) -> None:
        claimed = statement.keywords(self.packet)
        self._derive(claimed)
        originals = _users(self, mapping.IPTC_KEYWORDS)
        if not (originals or self.elsewhere.iptc or self.elsewhere.windows):
            self._release(claimed)

    def _release(self, claimed: Keywords) -> None:
        """Leave copies to the user where the words that they were copied from are gone."""
        label, mine = mapping.SUBJECT.label, folded(claimed.flat)
        entry = self.ledger.entry(label)
        kept = attrs.evolve(entry, added=tuple(w for w in entry.added if fold(w) in mine))
        if kept != entry:
            entries = {**self.ledger.entries, label: kept}
            self.ledger = attrs.evolve(self.ledger, entries=entries)

    def _derive(self, claimed: Keywords) -> None:
        self.derived = derived.positions(self.packet, self.block, self.ledger, claimed)

    def adopt(self, other: Draft) -> None:
        """Take for phototag's what another program has copied here from another file of the photo.

        darktable makes a sidecar with all keywords of a photo and without phototag's record of them.
        """
        claimed = statement.keywords(other.packet)
        entries = derived.adopted(self.packet, other.ledger, claimed)
        self.ledger = attrs.evolve(self.ledger, entries=entries)
        self._derive(claimed)

    def remember(self, **before: str) -> None:
        """Note in the ledger how a part of the file was before the first write."""
        self.ledger = attrs.evolve(self.ledger, before=attrs.evolve(self.ledger.before, **before))

    def note(self, row: Row, there: Sequence[str], merged: Merged, entry: Entry) -> None:
        """Keep account of what happened to a property."""
        taken = tuple(there[at] for at in sorted(merged.drop))
        for account, values in (
            (self.added, merged.extra),
            (self.removed, taken),
            (self.declined, merged.declined),
            (self.left_out, merged.left_out),
        ):
            if values:
                account[row.label] = values
        self.entries[row.label] = entry


def tag(draft: Draft, record: Record, options: WriteOptions) -> None:
    """Make the record's words, regions and statement the ones in the photo."""
    before = statement.read(draft.packet, draft.orientation)
    claimed = before.keywords if before else Keywords()
    words = record.keywords
    for row in mapping.ROWS:
        if row.content == "regions":
            _regions(draft, row, record, options)
            continue
        if row.content == "faces":
            _faces(draft, row, record, options)
            continue
        wanted: Sequence[str] = ()
        if row is mapping.SUBJECT:
            wanted = _subject(draft, words)
        elif row is mapping.IPTC_KEYWORDS:
            wanted = _iptc(draft, words, options)
        elif row.content == "hierarchical":
            wanted = _hierarchy(draft, row, words)
        elif row.content == "scene":
            wanted = words.scene
        vocabulary = {
            "flat": (*claimed.flat, *map(iim.cut, claimed.flat)),
            "hierarchical": _levels(row, claimed.hierarchical),
            "scene": claimed.scene,
        }[row.content]
        _words(draft, row, wanted, vocabulary, force=options.force)
    _lightroom(draft, record.lightroom)
    # A crop without its region says nothing: what there is no room for is not stated, either.
    placed = {regions.identifier(item) for item in draft.packet.items(mapping.REGIONS.name)}
    crops = tuple(c for c in record.crops if regions.region_id(c.profile) in placed)
    _state(draft, attrs.evolve(record, crops=crops), before)
    ledger.write(draft.packet, Ledger(draft.entries, draft.ledger.before))


def _state(draft: Draft, record: Record, before: Record | None) -> None:
    """State the record; a newer version that says the same is no reason to write."""
    statement.write(draft.packet, record)
    after = statement.read(draft.packet, draft.orientation)
    if before and after and attrs.evolve(after, software=before.software) == before:
        statement.write(draft.packet, attrs.evolve(record, software=before.software))


def take_back(draft: Draft) -> None:
    """Take out everything that phototag wrote."""
    for row in mapping.ROWS:
        if row.content == "regions":
            _regions(draft, row, None, WriteOptions())
        elif row.content == "faces":
            _faces(draft, row, None, WriteOptions())
        else:
            _words(draft, row, (), (), force=False)
    _lightroom(draft, None)
    statement.erase(draft.packet)


def _words(
    draft: Draft, row: Row, wanted: Sequence[str], vocabulary: Sequence[str], *, force: bool
) -> None:
    entry = draft.ledger.entry(row.label)
    there = present(row, draft.packet, draft.block)
    merged = merge(
        there,
        wanted,
        entry,
        vocabulary=vocabulary,
        force=force,
        derived=draft.derived.get(row.label, ()),
    )
    if row.store == "iim":
        draft.block, before = iptc.changed(draft.block, merged, draft.ledger.before.iptc)
        if not merged.entry.added:
            # Nothing of ours is in there (any more): back to how it was.
            draft.block, before = iptc.restored(draft.block, before), ""
        draft.remember(iptc=before)
        draft.note(row, there, merged, merged.entry)
    else:
        extra = tuple(Text(word) for word in merged.extra)
        created = _splice(draft.packet, row, merged, extra, entry)
        draft.note(row, there, merged, attrs.evolve(merged.entry, created=created))


def _splice(
    packet: Packet, row: Row, merged: Merged, extra: tuple[Value, ...], entry: Entry
) -> bool:
    """Change an array; whether it is there because of phototag."""
    created = entry.created or (bool(extra) and row.name not in packet)
    packet.splice(row.name, set(merged.drop), extra)
    if created and not packet.items(row.name):
        packet.put(row.name, None)
        return False
    return created


def _regions(draft: Draft, row: Row, record: Record | None, options: WriteOptions) -> None:
    crops = record.crops if record else ()
    wanted = {
        regions.region_id(crop.profile): regions.from_crop(crop, draft.orientation)
        for crop in crops
    }
    entry = draft.ledger.entry(row.label)
    there = [regions.identifier(item) for item in draft.packet.items(row.name)]
    merged = _merged_structures(there, wanted, entry, options)
    for at in merged.kept:
        # A region of ours whose rectangle has changed is written anew, at its place.
        draft.packet.replace_item(row.name, at, wanted[there[at]])
    extra = tuple(wanted[key] for key in merged.extra)
    created = _splice(draft.packet, row, merged, extra, entry)
    draft.note(row, there, merged, attrs.evolve(merged.entry, created=created))


def _merged_structures(
    there: Sequence[str], wanted: Mapping[str, Value], entry: Entry, options: WriteOptions
) -> Merged:
    """Merge the structures of an array by their identifiers, as many as it may hold."""
    return merge(
        there,
        wanted,
        entry,
        vocabulary=entry.added,
        force=options.force,
        most=mapping.MOST_STRUCTURES,
    )


def _faces(draft: Draft, row: Row, record: Record | None, options: WriteOptions) -> None:
    entry = draft.ledger.entry(row.label)
    regions = faces.items(draft.packet)
    there = [faces.identifier(region) for region in regions]
    mine = ours(there, entry.added)
    users = [region for at, region in enumerate(regions) if at not in mine]
    wanted = faces.wanted(record.faces, draft.orientation, users) if record else {}
    merged = _merged_structures(there, wanted, entry, options)
    if merged.drop or merged.extra:
        kept = tuple(region for at, region in enumerate(regions) if at not in merged.drop)
        size = record.size if record else (0, 0)
        faces.put(draft.packet, (*kept, *(wanted[key] for key in merged.extra)), size)
    draft.note(row, there, merged, merged.entry)


def _lightroom(draft: Draft, box: Box | None) -> None:
    """A crop that Lightroom applies: in sidecars alone."""
    before = draft.ledger.entry(lightroom.LABEL).added
    if not draft.beside and not before:
        return
    wanted = lightroom.settings(box, draft.orientation) if box and draft.beside else None
    added = lightroom.changed(draft.packet, wanted, before)
    draft.entries[lightroom.LABEL] = Entry(added=added)
    if added and not before:
        draft.added[lightroom.LABEL] = added
    if before and not added:
        draft.removed[lightroom.LABEL] = before


def _users(draft: Draft, row: Row) -> tuple[str, ...]:
    """The words of a property that are the user's."""
    there = present(row, draft.packet, draft.block)
    mine = ours(there, draft.ledger.entry(row.label).added).keys() | draft.derived.get(
        row.label, ()
    )
    return tuple(word for at, word in enumerate(there) if at not in mine)


def _existed(draft: Draft, row: Row) -> bool:
    """Whether the photo had a property before phototag came."""
    return row.name in draft.packet and not draft.ledger.entry(row.label).created


def _outranked(draft: Draft) -> bool:
    """Whether applications read a hierarchy of the user's, and no field that is further down."""
    return any(_existed(draft, row) for row in mapping.HIERARCHIES)


def _subject(draft: Draft, words: Keywords) -> Sequence[str]:
    """Our words, and those that the user has in IPTC only: many programs stop reading at XMP."""
    if not words.flat:
        return ()
    users = _users(draft, mapping.SUBJECT)
    in_iptc = (*_users(draft, mapping.IPTC_KEYWORDS), *draft.elsewhere.iptc)
    # Windows' field is the last one that is read.
    hidden = () if in_iptc or _existed(draft, mapping.SUBJECT) else draft.elsewhere.windows
    if _outranked(draft):
        hidden = ()
    return (*iptc.missing(in_iptc, users), *iptc.missing(hidden, users), *words.flat)


def _hierarchy(draft: Draft, row: Row, words: Keywords) -> Sequence[str]:
    """Our paths, and each flat word of the user that is no level of a path of the user's yet."""
    if not words.hierarchical or (row.only_where_present and row.name not in draft.packet):
        return ()
    hidden: Sequence[str] = ()
    if row is mapping.HIERARCHY and not _outranked(draft):
        hidden = elsewhere.paths(draft.packet)
    paths = (*_users(draft, row), *hidden)
    levels = folded(level for path in paths for level in path.split(row.separator))
    claimed = folded(words.flat) & folded(draft.entries[mapping.SUBJECT.label].added)
    alone = [
        word
        for word in draft.packet.texts(mapping.SUBJECT.name)
        if word.strip() and fold(word) not in levels and fold(word) not in claimed
    ]
    return (*_levels(row, words.hierarchical), *hidden, *alone)


def _iptc(draft: Draft, words: Keywords, options: WriteOptions) -> Sequence[str]:
    """All keywords of the photo, cut to what IPTC takes."""
    created = draft.ledger.before.iptc == ledger.NONE
    exists = draft.block is not None and not created
    if not draft.takes_iptc or options.iptc == "never" or not words.flat:
        return ()
    if options.iptc == "auto" and not exists:
        return ()
    return [iim.cut(w) for w in draft.packet.texts(mapping.SUBJECT.name) if w.strip()]


def _levels(row: Row, paths: Sequence[str]) -> tuple[str, ...]:
    """Hierarchical words with the row's separator."""
    return tuple(path.replace("|", row.separator) for path in paths)
