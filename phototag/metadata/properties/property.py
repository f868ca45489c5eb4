"""The interface of a property: its present values, the wanted ones, applying them, and foreign values."""

from __future__ import annotations

import abc
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import ClassVar, Literal, Self

import attrs

from phototag.metadata.draft import Draft
from phototag.metadata.record import WriteOrder
from phototag.metadata.xmp.names import exiv2_key
from phototag.metadata.xmp.values import Text, Value
from phototag.options import WriteOptions


@attrs.frozen(kw_only=True)
class Wanted:
    """The values that phototag wants in a property; by default none.

    Attributes:
        values: by the text under which the ledger records each.
        claimed: the keywords that phototag wrote last time. One of these that is missing now was deleted by
            the user. Copies of the user's words are not among them: they are removed together with their
            originals.
        force: restore values that the user has deleted.
        unwelcome: words, in the form of ``fold``, that the user has deleted in another property.
        copies: those of the values that are the user's words in another property.
        size: width and height of the stored picture in px, for properties that include them.
    """

    values: Sequence[tuple[str, Value]] = ()
    claimed: Collection[str] = ()
    force: bool = False
    unwelcome: Collection[str] = ()
    copies: Collection[str] = ()
    size: tuple[int, int] = (0, 0)

    @classmethod
    def words(
        cls,
        words: Iterable[str],
        claimed: Collection[str],
        *,
        force: bool,
        unwelcome: Collection[str] = (),
        copies: Collection[str] = (),
    ) -> Self:
        """Values that are plain texts."""
        values = [(word, Text(word)) for word in words]
        return cls(values=values, claimed=claimed, force=force, unwelcome=unwelcome, copies=copies)

    @property
    def names(self) -> list[str]:
        """The texts under which the ledger records the values."""
        return [name for name, _ in self.values]


@attrs.frozen(kw_only=True)
class Property(abc.ABC):
    """A property of a photo's metadata, or a group of them, that phototag writes.

    Attributes:
        label: its readable name, also used in the ledger.
        why: the reason for writing it.
        content: description of its content.
        kind: the form of the value.
        written: when it is written.
        store: ``xmp``, or ``iim`` for the IPTC-IIM block.
    """

    label: str
    why: str
    content: ClassVar[str]
    kind: ClassVar[str] = "Bag"
    store: ClassVar[Literal["xmp", "iim"]] = "xmp"

    @property
    def form(self) -> str:
        """The form of the value, for the documentation."""
        return self.kind

    @property
    def written(self) -> str:
        """When it is written, for the documentation."""
        return "always"

    @property
    def exiv2(self) -> tuple[str, ...]:
        """The prefixes of the keys that exiv2 uses for it."""
        return (exiv2_key(self.label),)

    @abc.abstractmethod
    def present(self, draft: Draft) -> tuple[str, ...]:
        """The values in the photo, as the ledger would record them."""

    @abc.abstractmethod
    def wanted(self, draft: Draft, order: WriteOrder, options: WriteOptions) -> Wanted:
        """The values that an order asks for.  The properties before this one in the table are already applied."""

    @abc.abstractmethod
    def apply(self, draft: Draft, wanted: Wanted) -> None:
        """Apply the wanted values and log the changes in the draft; ``Wanted()`` removes all of phototag's."""

    @abc.abstractmethod
    def foreign(self, draft: Draft) -> Mapping[str, Sequence[object]]:
        """What must not change: the values that are not phototag's, by the name of each property present."""
