"""The one shape of a property: what stands there, what is wanted, make it so, what is somebody else's."""

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
    """What is to stand in a property because of phototag; by default nothing.

    Attributes:
        values: each with the text by which the ledger remembers it.
        claimed: what phototag claimed last time. Of these, what is gone was deleted by the user; a copy
            of the user's words is not among them, and goes when its original goes.
        force: bring back what the user has deleted.
        size: width and height of the stored picture in px, where a property states them.
    """

    values: Sequence[tuple[str, Value]] = ()
    claimed: Collection[str] = ()
    force: bool = False
    size: tuple[int, int] = (0, 0)

    @classmethod
    def words(cls, words: Iterable[str], claimed: Collection[str], *, force: bool) -> Self:
        """Plain texts."""
        return cls(values=[(word, Text(word)) for word in words], claimed=claimed, force=force)

    @property
    def names(self) -> list[str]:
        """The texts by which the ledger remembers the values."""
        return [name for name, _ in self.values]


@attrs.frozen(kw_only=True)
class Property(abc.ABC):
    """A property of a photo's metadata, or a group of them, that phototag writes.

    Attributes:
        label: its name for people and in the ledger.
        why: the reason to write it.
        content: what goes in.
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
        """How the keys begin under which exiv2 knows it."""
        return (exiv2_key(self.label),)

    @abc.abstractmethod
    def present(self, draft: Draft) -> tuple[str, ...]:
        """What stands in the photo, as the ledger would remember it."""

    @abc.abstractmethod
    def wanted(self, draft: Draft, order: WriteOrder, options: WriteOptions) -> Wanted:
        """What an order asks for. The properties before this one in the table are applied already."""

    @abc.abstractmethod
    def apply(self, draft: Draft, wanted: Wanted) -> None:
        """Make it so, and keep account of it in the draft; ``Wanted()`` takes out all that is phototag's."""

    @abc.abstractmethod
    def foreign(self, draft: Draft) -> Mapping[str, Sequence[object]]:
        """What must not change: by the name of each property that stands there, the values of others."""
