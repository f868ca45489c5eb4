"""XMP values as data (text, arrays, structures), converted from RDF/XML and back.

RDF/XML can write the same value in several ways; here they are equal.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from typing import Final, Literal

import attrs

from phototag.metadata.xmp.names import RDF, XML, Name, prefix_of
from phototag.metadata.xmp.tree import Element, Leaf

ArrayKind = Literal["Bag", "Seq", "Alt"]

_ARRAYS: Final[dict[Name, ArrayKind]] = {
    Name(RDF, "Bag"): "Bag",
    Name(RDF, "Seq"): "Seq",
    Name(RDF, "Alt"): "Alt",
}
_LANG: Final = Name(XML, "lang")
_RESOURCE: Final = Name(RDF, "resource")
_DESCRIPTION: Final = Name(RDF, "Description")


@attrs.frozen
class Text:
    """A simple value; ``lang`` is set in language alternatives, ``uri`` for a resource."""

    text: str
    lang: str = ""
    uri: bool = False


@attrs.frozen
class Array:
    """Bag: unordered.  Seq: ordered.  Alt: alternatives, the first is the default."""

    kind: ArrayKind
    items: tuple[Value, ...]

    @property
    def texts(self) -> tuple[str, ...]:
        """The texts of the simple items."""
        return tuple(item.text for item in self.items if isinstance(item, Text))


@attrs.frozen
class Struct:
    """Unordered fields: compared as a mapping."""

    fields: Mapping[Name, Value]

    def get(self, name: str) -> Value | None:
        """The field ``prefix:local``."""
        return self.fields.get(Name.of(name))

    def text(self, name: str) -> str:
        """The text of the field ``prefix:local``; empty if it is missing or not a text."""
        value = self.get(name)
        return value.text if isinstance(value, Text) else ""


Value = Text | Array | Struct


def array_of(element: Element) -> Element | None:
    """The rdf:Bag, rdf:Seq or rdf:Alt inside a property's element."""
    return next((child for child in element.elements if child.name in _ARRAYS), None)


def read_value(element: Element) -> Value:
    """The value of a property element, a structure's field or an array's item."""
    if not element.attributes and not element.elements:  # most values
        return Text(element.text)
    array = array_of(element)
    if array is not None:
        items = tuple(read_value(item) for item in array.elements)
        return Array(_ARRAYS[array.name], items)
    fields = dict(_fields(element))
    if fields or element.attribute(Name(RDF, "parseType")) == "Resource":
        return Struct(fields)
    if any(child.name == _DESCRIPTION for child in element.elements):
        return Struct({})
    resource = element.attribute(_RESOURCE)
    if resource is not None:
        return Text(resource, uri=True)
    return Text(element.text, lang=element.attribute(_LANG) or "")


def _fields(element: Element) -> Iterator[tuple[Name, Value]]:
    for literal, name in element.named_attributes():
        if name.uri not in {RDF, XML, ""}:
            yield name, Text(element.attributes[literal])
    for child in element.elements:
        if child.name == _DESCRIPTION:
            yield from _fields(child)
        else:
            yield child.name, read_value(child)


def prefixes(top: Element) -> dict[str, str]:
    """The first prefix declared for each namespace, around an element and inside it."""
    found: dict[str, str] = {}
    for prefix, uri in top.scope.items():
        if prefix:
            found.setdefault(uri, prefix)
    waiting = [top]
    while waiting:
        element = waiting.pop()
        for literal, text in element.attributes.items():
            if literal.startswith("xmlns:"):
                found.setdefault(text, literal.removeprefix("xmlns:"))
        waiting += reversed(element.elements)
    return found


def build(
    name: Name, value: Value, scope: Mapping[str, str], own: Mapping[str, str] | None = None
) -> Element:
    """Build the element of a property or field, declaring namespaces that ``scope`` lacks.

    Args:
        name: name of the property.
        value: its value.
        scope: namespaces declared around it, by prefix.
        own: the packet's own prefixes, by namespace.

    Raises:
        ValueError: the name has no namespace.
    """
    own = own or {}
    return _element(f"{_prefix(name, scope, own)}:{name.local}", name, value, scope, own)


def _prefix(name: Name, scope: Mapping[str, str], own: Mapping[str, str]) -> str:
    """The prefix for a name's namespace: the packet's own one, the usual one, or a new one."""
    if not name.uri:
        message = f"{name.local} has no namespace"
        raise ValueError(message)
    known = own.get(name.uri) or prefix_of(name.uri)
    return known or next(new for n in itertools.count(1) if (new := f"ns{n}") not in scope)


def build_item(
    value: Value, scope: Mapping[str, str], own: Mapping[str, str] | None = None
) -> Element:
    """Build an item of an array; arguments as for ``build``."""
    return _element("rdf:li", Name(RDF, "li"), value, scope, own or {})


def _element(
    tag: str, name: Name, value: Value, scope: Mapping[str, str], own: Mapping[str, str]
) -> Element:
    attributes: dict[str, str] = {}
    inner = dict(scope)
    for prefix, uri in ((tag.partition(":")[0], name.uri), ("rdf", RDF)):
        if inner.get(prefix) != uri:
            attributes[f"xmlns:{prefix}"] = inner[prefix] = uri
    element = Element(name, tag, attributes, inner)
    if isinstance(value, Text):
        if value.lang:
            attributes["xml:lang"] = value.lang
        if value.uri:
            attributes["rdf:resource"] = value.text
        else:
            element.children.append(Leaf.of(value.text))
    elif isinstance(value, Array):
        array = Element(Name(RDF, value.kind), f"rdf:{value.kind}", {}, inner)
        array.children.extend(build_item(item, inner, own) for item in value.items)
        element.children.append(array)
    else:
        attributes["rdf:parseType"] = "Resource"
        element.children.extend(
            build(field, content, inner, own) for field, content in value.fields.items()
        )
    return element


def bag(*texts: str) -> Array:
    """A Bag of texts."""
    return Array("Bag", tuple(Text(text) for text in texts))


def lang_alt(text: str) -> Array:
    """One text for all languages."""
    return Array("Alt", (Text(text, lang="x-default"),))


def default_text(value: Value | None) -> str:
    """The default of language alternatives, or a plain text; empty if it is neither."""
    if isinstance(value, Text):
        return value.text
    return value.texts[0] if isinstance(value, Array) and value.texts else ""
