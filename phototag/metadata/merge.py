"""Three-way merge of words: those that phototag wrote last time, the present ones, the wanted ones."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Collection, Iterable, Sequence

import attrs


@attrs.frozen
class LedgerEntry:
    """What the ledger records about one property.

    Attributes:
        added: the values that phototag has added.
        declined: phototag's values that the user has deleted and that must not come back.
        created: whether phototag created the property.
    """

    added: tuple[str, ...] = ()
    declined: tuple[str, ...] = ()
    created: bool = False


@attrs.frozen
class Merged:
    """The changes to a list of words.

    Attributes:
        drop: positions to remove, all of them words of phototag.
        extra: words to append.
        kept: positions of words of phototag that stay.
        entry: the ledger's new entry.
        declined: wanted words that are not written because the user deleted them.
        left_out: wanted values that do not fit.
    """

    drop: frozenset[int]
    extra: tuple[str, ...]
    kept: frozenset[int]
    entry: LedgerEntry
    declined: tuple[str, ...]
    left_out: tuple[str, ...] = ()


def fold(word: str) -> str:
    """A normal form in which two spellings of the same keyword are equal."""
    return unicodedata.normalize("NFC", word).casefold().strip()


def folded(words: Iterable[str]) -> set[str]:
    """All words in the normal form of ``fold``."""
    return {fold(word) for word in words}


def ours(there: Sequence[str], added: Collection[str]) -> dict[int, str]:
    """Positions of the words that phototag added and that are unchanged since.

    A word whose spelling has changed since then is the user's. Another composition of its characters does not
    count as another spelling, unless the word is also there as phototag wrote it.
    """
    if not added or not there:
        return {}
    exact = Counter(added)
    found: dict[int, str] = {}
    for position, word in enumerate(there):
        if exact[word] > 0:
            exact[word] -= 1
            found[position] = word
    if len(found) in {len(there), len(added)}:  # nearly always: nothing is left to be found
        return found
    composed = Counter(_composed(word) for word in exact.elements())
    for position, word in enumerate(there):
        if position not in found and composed[_composed(word)] > 0:
            composed[_composed(word)] -= 1
            found[position] = word
    return found


def _composed(word: str) -> str:
    return unicodedata.normalize("NFC", word)


def _by_key(wanted: Iterable[str], copies: Collection[str]) -> dict[str, str]:
    """The wanted words by what makes them one word: the spelling of a copy, the normal form of phototag's."""
    copied = folded(copies)
    found: dict[str, str] = {}
    for word in wanted:
        if word in copies:
            found[word] = word
        elif fold(word) not in copied:
            found.setdefault(fold(word), word)
    return found


def merge(
    there: Sequence[str],
    wanted: Iterable[str],
    entry: LedgerEntry,
    *,
    vocabulary: Collection[str] = (),
    force: bool = False,
    derived: Collection[int] = (),
    unwelcome: Collection[str] = (),
    copies: Collection[str] = (),
    most: int | None = None,
) -> Merged:
    """Merge the words of one property.

    Args:
        there: the present words in the photo.
        wanted: the words that phototag wants.
        entry: the ledger's present entry.
        vocabulary: the keywords that phototag wrote last time, without the copies of the user's words.
            Deleting such a copy together with its original does not count as declining it.
        force: restore words that the user has deleted.
        derived: positions of words that other programs have derived from phototag's; they are removed.
        unwelcome: wanted words, in the form of ``fold``, that the user has deleted in another property; phototag's
            are removed here, too.
        copies: those of the wanted words that are the user's in another property. Applications tell ``Garden`` from
            ``garden``, so each spelling is repeated, and the user's spelling wins against phototag's.
        most: most values that the property may have, including the user's; the last wanted ones are left out.
    """
    wishes = _by_key(wanted, copies)
    asked = folded(wishes.values())
    present = folded(there)
    mine = ours(there, entry.added)
    claimed = folded(vocabulary) | asked
    deleted = [w for w in entry.added if fold(w) not in present and fold(w) in claimed]
    refused = {fold(w): w for w in (*entry.declined, *deleted) if fold(w) not in present}
    refused |= {key: wishes[key] for key in wishes.keys() & set(unwelcome) - set(copies)}
    if force:
        refused = {}
    gone = mine.keys() | set(derived)
    users = [word for at, word in enumerate(there) if at not in gone]
    taken = folded(users) | refused.keys()
    wishes = {key: word for key, word in wishes.items() if fold(word) not in taken}
    left_out = set() if most is None else set(list(wishes)[max(0, most - len(users)) :])
    keys = {at: word if word in copies else fold(word) for at, word in mine.items()}
    keep = {at for at, key in keys.items() if key in wishes and key not in left_out}
    kept = {keys[at] for at in keep}
    extra = tuple(word for key, word in wishes.items() if key not in kept | left_out)
    return Merged(
        drop=frozenset(gone - keep),
        extra=extra,
        kept=frozenset(keep),
        entry=LedgerEntry(
            added=(*(there[at] for at in sorted(keep)), *extra),
            declined=tuple(refused.values()),
            created=entry.created,
        ),
        declined=tuple(word for key, word in refused.items() if key in asked),
        left_out=tuple(word for key, word in wishes.items() if key in left_out),
    )
