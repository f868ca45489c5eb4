"""The photo's keywords in XMP, flat and hierarchical, and in the IPTC block; each takes account of the others."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence
from typing import ClassVar, Final, Literal

import attrs

from phototag.analysis.keywords.claims import Keywords
from phototag.errors import printable_name
from phototag.metadata import elsewhere, iim, iptc, ledger
from phototag.metadata.draft import Draft
from phototag.metadata.merge import LedgerEntry, Merged, fold, folded
from phototag.metadata.properties.bag import FlatWords, WordBag
from phototag.metadata.record import WriteOrder
from phototag.metadata.xmp.names import Name
from phototag.options import WriteOptions

#: Labels of the three properties that phototag creates if they are missing.
SUBJECT: Final = "dc:subject"
HIERARCHY: Final = "lr:hierarchicalSubject"
IPTC_KEYWORDS: Final = "IPTC:Keywords"
#: gThumb's list in XMP.
XMP_KEYWORDS: Final = "Iptc4xmpCore:Keywords"
#: What divides the levels in the hierarchical properties. digiKam 7.9 reads ``a|b`` as two levels in one of them,
#: and ``AC/DC`` as two in another and as ``AC\\DC`` in the first.
SEPARATORS: Final = ("|", "/")


@attrs.frozen(kw_only=True)
class Subject(FlatWords):
    """The keywords."""

    label: str = SUBJECT
    why: str = "every application reads these keywords"

    def copies(self, draft: Draft, order: WriteOrder, options: WriteOptions) -> Sequence[str]:
        """The user's words that are only in IPTC: many programs read only XMP if present."""
        del options
        if not order.record.keywords.flat:
            return ()
        users = draft.users(self.label, self.present(draft))
        in_iptc = _in_iptc(draft)
        # Programs read Windows' field only if there is no other.
        ignored = in_iptc or self.existed(draft) or draft.outranked
        hidden = () if ignored else draft.elsewhere.windows
        return (*iptc.missing(in_iptc, users), *iptc.missing(hidden, users))

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

    def own(self, draft: Draft, order: WriteOrder, options: WriteOptions) -> Sequence[str]:
        """Phototag's paths, unless they would hide or divide a word of the user's.

        A word such as ``AC/DC`` or ``a|b`` would become two levels here: where phototag would have to create
        the property, which hides the flat words, it does not.
        """
        del options
        divided = [] if self.existed(draft) else list(filter(_is_divided, users_flat(draft)))
        if not order.record.keywords.hierarchical or not divided:
            return tuple(map(self.spelled, order.record.keywords.hierarchical))
        draft.notes.append(
            f"no hierarchical keywords were added: other programs would divide {_names(divided)}"
        )
        return ()

    def copies(self, draft: Draft, order: WriteOrder, options: WriteOptions) -> Sequence[str]:
        """Each flat word of the user that is not yet a level of one of the user's paths."""
        del options
        flat = users_flat(draft)
        divided = any(map(_is_divided, flat)) and not self.existed(draft)
        if divided or not order.record.keywords.hierarchical:
            return ()
        hidden: Sequence[str] = ()
        if not self.only_where_present and not draft.outranked:
            # If this property is new, it hides the fields that applications have read so far.
            hidden = elsewhere.paths(draft.packet)
        paths = draft.users(self.label, self.present(draft))
        levels = folded(level for path in paths for level in path.split(self.separator))
        alone = (word for word in flat if fold(word) not in levels and not _is_divided(word))
        return (*hidden, *alone)

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

    def own(self, draft: Draft, order: WriteOrder, options: WriteOptions) -> Sequence[str]:
        """Phototag's words in ``dc:subject``, cut to the length that IPTC allows."""
        if not self._is_wanted(draft, order, options):
            return ()
        long = list(filter(_is_long, users_flat(draft)))
        if long and not users_in_iptc(draft):
            draft.notes.append(
                f"no keywords were added to IPTC, which has no room for {_names(long)}"
            )
            return ()
        users = set(users_flat(draft))
        there = draft.packet.texts(Name.of(SUBJECT))
        return [self.spelled(word) for word in there if word.strip() and word not in users]

    def copies(self, draft: Draft, order: WriteOrder, options: WriteOptions) -> Sequence[str]:
        """The user's words in ``dc:subject``.

        Applications would list the first 64 bytes of a longer word as another word, and some of them only the
        keywords of IPTC, if there are any. So a longer word is not repeated, and phototag creates no list
        that would lack one.
        """
        flat = users_flat(draft)
        lacking = any(map(_is_long, flat)) and not users_in_iptc(draft)
        if lacking or not self._is_wanted(draft, order, options):
            return ()
        return [word for word in flat if not _is_long(word)]

    def _is_wanted(self, draft: Draft, order: WriteOrder, options: WriteOptions) -> bool:
        created = draft.ledger.before.iptc == ledger.NONE
        exists = draft.block is not None and not created
        if not draft.takes_iptc or not order.record.keywords.flat:
            return False
        return options.iptc == "always" or (options.iptc == "auto" and exists)

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


def _in_iptc(draft: Draft) -> tuple[str, ...]:
    """The user's keywords in IPTC, in its block or in XMP."""
    in_xmp = draft.users(XMP_KEYWORDS, draft.packet.texts(Name.of(XMP_KEYWORDS)))
    return (*users_in_iptc(draft), *draft.elsewhere.iptc, *filter(str.strip, in_xmp))


def flat_elsewhere(draft: Draft) -> tuple[str, ...]:
    """The user's flat words in fields other than ``dc:subject``, into which they are copied."""
    return (*_in_iptc(draft), *draft.elsewhere.windows)


def users_flat(draft: Draft) -> list[str]:
    """The user's words in ``dc:subject``, also those that phototag has copied there in this write."""
    own = set(draft.entries[SUBJECT].added) - set(flat_elsewhere(draft))
    words = draft.packet.texts(Name.of(SUBJECT))
    return [word for word in words if word.strip() and word not in own]


def _is_divided(word: str) -> bool:
    return any(separator in word for separator in SEPARATORS)


def _is_long(word: str) -> bool:
    return iim.cut(word) != word


def _names(words: Iterable[str]) -> str:
    return ", ".join(map(printable_name, sorted(set(words))))
