"""The photo's keywords in XMP, flat and hierarchical, and in the IPTC block; each takes account of the others."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence
from typing import ClassVar, Final, Literal

import attrs

from phototag.errors import printable_name
from phototag.keywords.claims import Keywords
from phototag.metadata import elsewhere, iim, iptc, ledger
from phototag.metadata.draft import Draft
from phototag.metadata.merge import LedgerEntry, Merged, fold, folded
from phototag.metadata.properties.bag import FlatWords, WordBag
from phototag.metadata.record import WriteOrder
from phototag.metadata.xmp.names import Name
from phototag.options import WriteOptions

# : Labels of the three properties that phototag creates if they are missing.
SUBJECT: Final = "dc:subject"
HIERARCHY: Final = "lr:hierarchicalSubject"
IPTC_KEYWORDS: Final = "IPTC:Keywords"
#: What divides the levels in the hierarchical properties. digiKam 7.9 reads ``a|b`` as two levels in one of them,
#: and ``AC/DC`` as two in another and as ``AC\\DC`` in the first.
SEPARATORS: Final = ("|", "/")


@attrs.frozen(kw_only=True)
class Subject(FlatWords):
    """The keywords."""

    label: str = SUBJECT
    why: str = "every application reads these keywords"

    def words(self, draft: Draft, order: WriteOrder, options: WriteOptions) -> Sequence[str]:
        """Phototag's words, and the user's words that are only in IPTC: many programs read only XMP if present."""
        del options
        flat = order.record.keywords.flat
        if not flat:
            return ()
        users = draft.users(self.label, self.present(draft))
        in_iptc = (*users_in_iptc(draft), *draft.elsewhere.iptc)
        # Programs read Windows' field only if there is no other.
        hidden = () if in_iptc or self.existed(draft) else draft.elsewhere.windows
        if draft.outranked:
            hidden = ()
        return (*iptc.missing(in_iptc, users), *iptc.missing(hidden, users), *flat)

    @property
    def is_read_by_all(self) -> bool:
        """The baseline of all programs."""
        return True

    def levels_above(self, levels: Sequence[str]) -> Iterable[str]:
        """Each level is a keyword."""
        return levels


@attrs.frozen(kw_only=True)
class HierarchicalWords(WordBag):
    """Hierarchical keywords.

    Attributes:
        separator: text between the levels.
    """

    content = "hierarchical"
    separator: str = "|"

    def claims(self, words: Keywords) -> tuple[str, ...]:
        """The hierarchical words."""
        return words.hierarchical

    def spelled(self, word: str) -> str:
        """The word with the separator of this property."""
        return word.replace("|", self.separator)

    def words(self, draft: Draft, order: WriteOrder, options: WriteOptions) -> Sequence[str]:
        """Phototag's paths, and each flat word of the user that is not yet a level of one of the user's paths.

        A word such as ``AC/DC`` or ``a|b`` would become two levels here: where phototag would have to create
        the property, which hides the flat words, it does not.
        """
        del options
        words = order.record.keywords
        if not words.hierarchical:
            return ()
        claimed = folded(words.flat) & folded(draft.entries[SUBJECT].added)
        flat = [
            word
            for word in draft.packet.texts(Name.of(SUBJECT))
            if word.strip() and fold(word) not in claimed
        ]
        divided = {word for word in flat if any(separator in word for separator in SEPARATORS)}
        if divided and not self.existed(draft):
            names = ", ".join(map(printable_name, sorted(divided)))
            draft.notes.append(
                f"no hierarchical keywords were added: other programs would divide {names}"
            )
            return ()
        hidden: Sequence[str] = ()
        if not self.only_where_present and not draft.outranked:
            # If this property is new, it hides the fields that applications have read so far.
            hidden = elsewhere.paths(draft.packet)
        paths = (*draft.users(self.label, self.present(draft)), *hidden)
        levels = folded(level for path in paths for level in path.split(self.separator))
        alone = (word for word in flat if fold(word) not in levels and word not in divided)
        return (*map(self.spelled, words.hierarchical), *hidden, *alone)

    def levels_above(self, levels: Sequence[str]) -> Iterable[str]:
        """Each level with the levels above it."""
        return itertools.accumulate(levels, lambda above, level: f"{above}{self.separator}{level}")

    @property
    def copied_from(self) -> str:
        """The hierarchical property that phototag creates."""
        return HIERARCHY


@attrs.frozen(kw_only=True)
class IptcKeywords(FlatWords):
    """All keywords again, in the IPTC block."""

    label: str = IPTC_KEYWORDS
    why: str = "for viewers that read only this older block; contains all keywords"
    store: ClassVar[Literal["xmp", "iim"]] = "iim"

    @property
    def form(self) -> str:
        """A repeated dataset."""
        return "repeated"

    @property
    def exiv2(self) -> tuple[str, ...]:
        """Keys of the application record."""
        return ("Iptc.Application2.Keywords",)

    def spelled(self, word: str) -> str:
        """The word, cut to the length that IPTC allows."""
        return iim.cut(word)

    def present(self, draft: Draft) -> tuple[str, ...]:
        """The keywords in the block."""
        return draft.block.keywords if draft.block else ()

    def words(self, draft: Draft, order: WriteOrder, options: WriteOptions) -> Sequence[str]:
        """All keywords of the photo, cut to the length that IPTC allows."""
        created = draft.ledger.before.iptc == ledger.NONE
        exists = draft.block is not None and not created
        if not draft.takes_iptc or options.iptc == "never" or not order.record.keywords.flat:
            return ()
        if options.iptc == "auto" and not exists:
            return ()
        return [self.spelled(w) for w in draft.packet.texts(Name.of(SUBJECT)) if w.strip()]

    def put(self, draft: Draft, merged: Merged, entry: LedgerEntry) -> LedgerEntry:
        """Change the block; when phototag's last word is removed, it is again as it was before phototag."""
        del entry
        draft.block, before = iptc.changed(draft.block, merged, draft.ledger.before.iptc)
        if not merged.entry.added:
            draft.block, before = iptc.restored(draft.block, before), ""
        draft.remember(iptc=before)
        return merged.entry

    def foreign(self, draft: Draft) -> Mapping[str, Sequence[object]]:
        """The user's keywords."""
        return {self.label: list(users_in_iptc(draft))}

    def levels_above(self, levels: Sequence[str]) -> Iterable[str]:
        """Each level is a keyword."""
        return map(self.spelled, levels)


def users_in_iptc(draft: Draft) -> tuple[str, ...]:
    """The keywords of the IPTC block that are the user's."""
    return draft.users(IPTC_KEYWORDS, draft.block.keywords if draft.block else ())
