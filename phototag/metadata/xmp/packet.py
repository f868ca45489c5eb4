"""An XMP packet: reads its properties, changes some, leaves everything else unchanged."""

from __future__ import annotations

import functools
from typing import Final

from phototag.metadata.refusals import Unclear
from phototag.metadata.xmp import encoding, tree, values
from phototag.metadata.xmp.names import META, PHOTOTAG, RDF, Name
from phototag.metadata.xmp.tree import Element, Leaf
from phototag.metadata.xmp.values import Array, Text, Value

_BOM: Final = "\ufeff"
# Padding that lets other programs change the packet in place, as the XMP specification recommends.
_PADDING: Final = ("\n" + " " * 99) * 20 + "\n"
EMPTY: Final = (
    f'<?xpacket begin="{_BOM}" id="W5M0MpCehiHzreSzNTczkc9d"?>'
    f'<x:xmpmeta xmlns:x="{META}" x:xmptk="phototag">'
    f'<rdf:RDF xmlns:rdf="{RDF}"></rdf:RDF></x:xmpmeta>'
    f'{_PADDING}<?xpacket end="w"?>'
).encode()
_AROUND: Final = b"\0 \t\r\n"
_ABOUT: Final = Name(RDF, "about")


class Packet:
    """The properties of one XMP packet, changeable.

    Raises:
        ValueError: the bytes are not XMP.
    """

    def __init__(self, data: bytes | None) -> None:
        """Parse a packet; None starts an empty one."""
        data = EMPTY if data is None else data
        self._encoding = encoding.of(data)
        source = encoding.recoded(data, self._encoding, encoding.UTF8)
        packet = source.strip(_AROUND)
        start = source.find(packet)
        self._lead, self._trail = source[:start], source[start + len(packet) :]
        self._top = tree.parse(packet)
        self._rdf = self._find_rdf()
        self._elements: dict[Name, tuple[Element, Element]] = {}
        self._attributes: dict[Name, tuple[Element, str]] = {}
        # Further values of properties that are there twice, which the XMP data model forbids.
        self._repeated: dict[Name, list[Value]] = {}
        # Cache of values read, until they change: reading takes most of the time of a write.
        self._values: dict[Name, Value] = {}
        for description in self._rdf.elements:
            self._index(description)

    @functools.cached_property
    def _prefixes(self) -> dict[str, str]:
        """The file's own prefixes, by namespace: exiv2 does not read a namespace with two."""
        return values.prefixes(self._rdf)

    def _find_rdf(self) -> Element:
        found = [element for element in self._top if isinstance(element, Element)]
        while found and found[0].name != (RDF, "RDF"):
            found = found[0].elements
        if not found:
            message = "it contains no rdf:RDF"
            raise ValueError(message)
        return found[0]

    def _index(self, description: Element) -> None:
        for literal, name in _property_attributes(description):
            if name in self:
                self._repeat(name, Text(description.attributes[literal]))
            else:
                self._attributes[name] = description, literal
        for element in description.elements:
            if element.name in self:
                self._repeat(element.name, values.read_value(element))
            else:
                self._elements[element.name] = description, element

    def _repeat(self, name: Name, value: Value) -> None:
        self._repeated.setdefault(name, []).append(value)

    def _refuse_if_repeated(self, name: Name) -> None:
        """Refuse to change a property of which nobody can say which value counts."""
        if name in self._repeated:
            message = f"its XMP contains {name} twice"
            raise ValueError(message)

    def __contains__(self, name: Name) -> bool:
        return name in self._elements or name in self._attributes

    def names(self) -> set[Name]:
        """The names of all properties."""
        return {*self._elements, *self._attributes}

    def get(self, name: Name) -> Value | None:
        """The property's value; None if missing."""
        if name in self._attributes:
            description, literal = self._attributes[name]
            return Text(description.attributes[literal])
        if name not in self._elements:
            return None
        if name not in self._values:
            self._values[name] = values.read_value(self._elements[name][1])
        return self._values[name]

    def items(self, name: Name) -> tuple[Value, ...]:
        """The items of an array; a simple value counts as an array of one."""
        value = self.get(name)
        if value is None:
            return ()
        return value.items if isinstance(value, Array) else (value,)

    def texts(self, name: Name) -> tuple[str, ...]:
        """The texts of an array; an item that is not a text gives an empty text."""
        return tuple(item.text if isinstance(item, Text) else "" for item in self.items(name))

    def text(self, name: Name) -> str:
        """The text of a simple value, or the default of language alternatives."""
        return values.default_text(self.get(name))

    def put(self, name: Name, value: Value | None) -> None:
        """Set a whole property; None deletes it.  Setting the same value changes nothing.

        Raises:
            ValueError: it is there twice.
        """
        if self.get(name) == value:
            return
        self._refuse_if_repeated(name)
        if value is None:
            self._delete(name)
            return
        description, place = self._place(name)
        self._declare(description, name)
        element = values.build(name, value, description.scope, self._prefixes)
        self._forget(name)
        description.children.insert(place, element)
        self._elements[name] = description, element
        self._values[name] = value

    def _place(self, name: Name) -> tuple[Element, int]:
        """The description for a property, and the place among its children: where it is, or at the end of phototag's."""
        if name in self._elements:
            description, element = self._elements[name]
            return description, description.children.index(element)
        if name in self._attributes:
            description = self._attributes[name][0]
        else:
            description = self._own_description()
        return description, len(description.children)

    def splice(self, name: Name, drop: set[int], extra: tuple[Value, ...]) -> None:
        """Change single items of an array; the others keep their place, form and qualifiers.

        Args:
            name: the property; if missing, it is created as a Bag.
            drop: positions of the items to remove.
            extra: items to append.
        """
        if not drop and not extra:
            return
        self._refuse_if_repeated(name)
        before = self.get(name)
        kept = tuple(v for i, v in enumerate(self.items(name)) if i not in drop)
        kind = before.kind if isinstance(before, Array) else "Bag"
        after = Array(kind, (*kept, *extra))
        array = values.array_of(self._elements[name][1]) if name in self._elements else None
        if array is None:
            self.put(name, after)
            return
        self._values[name] = after
        dropped = {item for at, item in enumerate(array.elements) if at in drop}
        children = [child for child in array.children if child not in dropped]
        # New items go after the last one, before the white space that follows it.
        items = [at for at, child in enumerate(children) if isinstance(child, Element)]
        end = items[-1] + 1 if items else 0
        children[end:end] = [values.build_item(v, array.scope, self._prefixes) for v in extra]
        array.children[:] = children

    def replace_item(self, name: Name, position: int, value: Value) -> None:
        """Change one item of an array; setting the same value changes nothing."""
        before = self.get(name)
        if not isinstance(before, Array) or before.items[position] == value:
            return
        items = (*before.items[:position], value, *before.items[position + 1 :])
        after = Array(before.kind, items)
        array = values.array_of(self._elements[name][1])
        if array is None:  # it is new
            self.put(name, after)
            return
        self._values[name] = after
        old = array.elements[position]
        new = values.build_item(value, array.scope, self._prefixes)
        array.children[array.children.index(old)] = new

    def _forget(self, name: Name) -> Element | None:
        """Take out a property; return the description that it was in."""
        self._values.pop(name, None)
        if name in self._attributes:
            description, literal = self._attributes.pop(name)
            description.delete_attribute(literal)
            return description
        if name in self._elements:
            description, element = self._elements.pop(name)
            description.children.remove(element)
            return description
        return None

    def _delete(self, name: Name) -> None:
        description = self._forget(name)
        # A description without properties is meaningless; one that phototag created must not remain.
        if (
            description is not None
            and not description.elements
            and not _property_attributes(description)
        ):
            self._rdf.children.remove(description)

    def _own_description(self) -> Element:
        """The description that holds phototag's properties: an existing one, or a new one."""
        for description in self._rdf.elements:
            if description.attributes.get("xmlns:phototag") == PHOTOTAG:
                return description
        about = next((e.attribute(_ABOUT) for e in self._rdf.elements), None)
        attributes = {"rdf:about": about or "", "xmlns:phototag": PHOTOTAG}
        scope = {**self._rdf.scope, "phototag": PHOTOTAG}
        if scope.get("rdf") != RDF:
            attributes["xmlns:rdf"] = scope["rdf"] = RDF
        description = Element.new(Name(RDF, "Description"), "rdf:Description", attributes, scope)
        self._rdf.children.append(description)
        return description

    def _declare(self, description: Element, name: Name) -> None:
        """Declare a property's namespace once, around all of phototag's properties that use it."""
        prefix = self._prefixes.get(name.uri) or name.qualified.partition(":")[0]
        if prefix not in description.scope:
            description.set_attribute(f"xmlns:{prefix}", name.uri)
            description.scope = {**description.scope, prefix: name.uri}

    def values(self) -> dict[Name, Value]:
        """All properties."""
        found = {name: self.get(name) for name in self.names()}
        return {name: value for name, value in found.items() if value is not None}

    def says_the_same(self, other: Packet) -> bool:
        """Whether the properties are equal; a text counts as a list of one."""
        mine, theirs = self.values(), other.values()
        return mine.keys() == theirs.keys() and all(
            value == theirs[name] or self.items(name) == other.items(name)
            for name, value in mine.items()
        )

    def repeated(self) -> dict[Name, list[Value]]:
        """Further values of properties that are there twice."""
        return self._repeated

    def fitted(self, limit: int | None, form: str) -> bytes:
        """The packet within the size that a format allows, without padding if necessary.

        Raises:
            ValueError: it is larger even without padding.
        """
        data = self.to_bytes()
        if limit is not None and len(data) > limit:
            data = self.to_bytes(padding=False)
            if len(data) > limit:
                message = f"the XMP would have {len(data)} bytes; {form} allows {limit}"
                raise Unclear(message)
        return data

    def to_bytes(self, *, padding: bool = True) -> bytes:
        """The packet in its encoding.

        Args:
            padding: keep the white space around its parts, which lets other programs change it in place.
        """
        parts = [tree.serialise(node) for node in self._top if padding or not _is_space(node)]
        packet = b"".join((self._lead, *parts, self._trail) if padding else parts)
        return encoding.recoded(packet, encoding.UTF8, self._encoding)


def _is_space(node: Element | Leaf) -> bool:
    return isinstance(node, Leaf) and not node.literal.strip(_AROUND)


def _property_attributes(description: Element) -> list[tuple[str, Name]]:
    """Literal and resolved names of the properties written as attributes."""
    return [
        (literal, name)
        for literal, name in description.named_attributes()
        if name.uri not in {RDF, ""}
    ]
