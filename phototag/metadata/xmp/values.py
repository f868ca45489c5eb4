"""XMP values as data (text, arrays, structures), converted from RDF/XML and back.

RDF/XML can write the same value in several ways; here they are equal.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping
from typing import Final, Literal

import attrs

from phototag.metadata.xmp.names import RDF, XML, Name, prefix_of
from phototag.metadata.xmp.tree import Element, escaped, spelled

ArrayKind = Literal["Bag", "Seq", "Alt"]

_ARRAYS: Final[dict[Name, ArrayKind]] = {
    Name(RDF, "Bag"): "Bag",
    Name(RDF, "Seq"): "Seq",
    Name(RDF, "Alt"): "Alt",
}
_ITEM: Final = Name(RDF, "li")
_LANG: Final = Name(XML, "lang")
_RESOURCE: Final = Name(RDF, "resource")
_DESCRIPTION: Final = Name(RDF, "Description")
_PARSE_TYPE: Final = Name(RDF, "parseType")


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
    inner = element.elements
    if not inner and not element.attributes:  # most values
        return Text(element.text)
    for child in inner:
        if (kind := _ARRAYS.get(child.name)) is not None:
            return Array(kind, tuple(map(read_value, child.elements)))
    fields: dict[Name, Value] = {}
    _read_fields(element, inner, fields)
    if fields or element.attribute(_PARSE_TYPE) == "Resource":
        return Struct(fields)
    if any(child.name == _DESCRIPTION for child in inner):
        return Struct({})
    resource = element.attribute(_RESOURCE)
    if resource is not None:
        return Text(resource, uri=True)
    return Text(element.text, lang=element.attribute(_LANG) or "")


def _read_fields(element: Element, inner: Iterable[Element], fields: dict[Name, Value]) -> None:
    for literal, name in element.names.items():
        if name.uri not in {RDF, XML, ""}:
            fields[name] = Text(element.attributes[literal])
    for child in inner:
        if child.name == _DESCRIPTION:
            _read_fields(child, child.elements, fields)
        else:
            fields[child.name] = read_value(child)


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
    """Build the element of a property, declaring namespaces that ``scope`` lacks.

    Args:
        name: name of the property.
        value: its value.
        scope: namespaces declared around it, by prefix.
        own: the packet's own prefixes, by namespace.

    Raises:
        ValueError: the name, or that of a field in the value, has no namespace.
    """
    own = own or {}
    tag = _tag(name, scope, own)
    return Element(name, tag, {}, scope, source=_source(tag, name.uri, value, scope, own).encode())


def build_item(
    value: Value, scope: Mapping[str, str], own: Mapping[str, str] | None = None
) -> Element:
    """Build an item of an array; arguments as for ``build``."""
    source = _source("rdf:li", RDF, value, scope, own or {})
    return Element(_ITEM, "rdf:li", {}, scope, source=source.encode())


def _tag(name: Name, scope: Mapping[str, str], own: Mapping[str, str]) -> str:
    """A name with the prefix for its namespace: the packet's own one, the usual one, or a new one."""
    if not name.uri:
        message = f"{name.local} has no namespace"
        raise ValueError(message)
    known = own.get(name.uri) or prefix_of(name.uri)
    prefix = known or next(new for n in itertools.count(1) if (new := f"ns{n}") not in scope)
    return f"{prefix}:{name.local}"


def _source(
    tag: str, uri: str, value: Value, scope: Mapping[str, str], own: Mapping[str, str]
) -> str:
    """An element as text."""
    attributes = ""
    for prefix, space in ((tag.partition(":")[0], uri), ("rdf", RDF)):
        if scope.get(prefix) != space:
            scope = {**scope, prefix: space}
            attributes += spelled(f"xmlns:{prefix}", space)
    if isinstance(value, Text):
        if value.lang:
            attributes += spelled("xml:lang", value.lang)
        if value.uri:
            return f"<{tag}{attributes}{spelled('rdf:resource', value.text)}/>"
        return f"<{tag}{attributes}>{escaped(value.text)}</{tag}>"
    if isinstance(value, Array):
        inside = "".join([_source("rdf:li", RDF, item, scope, own) for item in value.items])
        array = f"rdf:{value.kind}"
        inside = f"<{array}>{inside}</{array}>" if inside else f"<{array}/>"
        return f"<{tag}{attributes}>{inside}</{tag}>"
    attributes += ' rdf:parseType="Resource"'
    inside = "".join(
        [
            _source(_tag(field, scope, own), field.uri, content, scope, own)
            for field, content in value.fields.items()
        ]
    )
    return f"<{tag}{attributes}>{inside}</{tag}>" if inside else f"<{tag}{attributes}/>"


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
