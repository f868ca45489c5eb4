"""Checks the arguments of a caller: their types, and whether their values are allowed."""

from __future__ import annotations

import enum
import functools
import math
import os
import types
import typing
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, TypeVar

import attrs

from phototag.errors import BadInput, BadType, BadValue, UnknownOption, printable_name
from phototag.files import opening

T = TypeVar("T")


@attrs.frozen
class Number:
    """Used as an annotation: a number in a range, including both ends.

    Attributes:
        least: lowest value.
        most: highest value.
        kind: ``float``, or ``int`` for whole numbers.
        words: what may stand for a number.
    """

    least: float
    most: float = math.inf
    kind: type = float
    words: tuple[str, ...] = ()

    @classmethod
    def of(cls, hint: Any, least: float, most: float | None = None) -> Number:
        """The values that fit an annotation: ``int`` or ``float``, and the words of a ``Literal`` beside it."""
        kinds = (hint, *typing.get_args(hint))
        words = [
            word
            for kind in kinds
            if typing.get_origin(kind) is typing.Literal
            for word in typing.get_args(kind)
        ]
        kind = int if int in kinds else float
        return cls(least, math.inf if most is None else most, kind, tuple(words))

    def check(self, name: str, value: Any) -> None:
        """Refuse a number outside the range, an infinite one, and an unknown word, with ``BadValue``."""
        if isinstance(value, str):
            if value not in self.words:
                raise BadValue(
                    name, f"it must be {self._wanted}, not {printable_name(repr(value))}"
                )
        elif not self.least <= value <= self.most or math.isinf(value):
            raise BadValue(name, f"it must be {self._wanted}, not {value:g}")

    @property
    def _wanted(self) -> str:
        numbers = f"between {self.least:g} and {self.most:g}"
        if math.isinf(self.most):
            numbers = f"{self.least:g} or more"
        return " or ".join([*self.words, numbers])


def Whole(least: int, most: float = math.inf, *words: str) -> Number:  # noqa: N802 - used like a type
    """Used as an annotation: a whole number in a range, or one of these words."""
    return Number(least, most, int, words)


_NAMES: Final = {bool: "True or False", int: "a whole number", float: "a number", str: "a text"}


def check(**arguments: tuple[object, Any]) -> None:
    """Refuse arguments of the wrong type; each is passed as its value and its annotation.

    An annotation is a class, an enum, ``Literal``, ``X | None``, ``Mapping[str, X]``, ``Sequence[X]``,
    ``tuple``, or a range: ``Number`` or ``Whole``.  True and False are not numbers.

    Raises:
        BadType: an argument is of another type.
        BadValue: it is outside its range, or not one of the values of a ``Literal`` or an enum.
    """
    for name, (value, hint) in arguments.items():
        _check(name, value, hint)


def check_fields(instance: object) -> None:
    """Refuse an attrs object with a field that does not fit its annotation; raises as ``check`` does."""
    cls: Any = type(instance)
    for name, hint in _hints(cls).items():
        _check(name, getattr(instance, name), hint)


@functools.cache
def _hints(cls: type[Any]) -> dict[str, Any]:
    """The annotations of a class; they are texts, and compiling them takes most of the time of a check."""
    return typing.get_type_hints(cls)


def check_options(given: Iterable[str], known: Iterable[str]) -> None:
    """Refuse options that a function does not have, with ``UnknownOption``."""
    names = sorted(known)
    for name in given:
        if name not in names:
            problem = f"there is no such option; available options: {', '.join(names)}"
            raise UnknownOption(name, problem, _closest(name, names))


def one_of(name: str, value: object, values: Iterable[T]) -> T:
    """The value that equals an argument; if none does, ``BadValue`` lists the values."""
    choices = {str(choice): choice for choice in values}
    for choice in choices.values():
        if choice == value:
            return choice
    problem = f"it must be one of {', '.join(choices)}, not {printable_name(repr(value))}"
    raise BadValue(name, problem, _closest(str(value), choices))


def check_several(name: str, items: object) -> None:
    """Refuse a single photo where several are expected (a path would be read letter by letter); ``BadType``."""
    one = (str, bytes, bytearray, memoryview, os.PathLike)
    if isinstance(items, one) or not isinstance(items, Iterable):
        problem = f"it must be a list of photos or another iterable, not {type(items).__name__}"
        raise BadType(name, problem, "put a single photo into a list")


def path(name: str, given: Any) -> str:
    """The path in an argument, as text; ``BadType`` or ``BadValue`` if it is not a path."""
    try:
        return opening.path_of(given)
    except BadInput as error:
        wrong = BadValue if isinstance(given, (str, os.PathLike)) else BadType
        problem = f"{error.photo}: {error.problem}"
        raise wrong(name, problem, "pass the path of a file") from None


def _closest(name: str, known: Iterable[str]) -> str:
    import difflib  # noqa: PLC0415 - only for an error

    found = difflib.get_close_matches(name, list(known), n=1)
    return f"did you mean {found[0]}?" if found else ""


def _check(name: str, value: object, hint: Any) -> None:
    kind, parts = typing.get_origin(hint) or hint, typing.get_args(hint)
    if kind in {typing.Union, types.UnionType}:  # of a type and None
        if value is not None:
            _check(name, value, parts[0])
    elif isinstance(kind, Number):
        if not (isinstance(value, str) and kind.words):
            _check(name, value, kind.kind)
        kind.check(name, value)
    elif kind is typing.Literal:
        one_of(name, value, parts)
    elif issubclass(kind, enum.Enum) and isinstance(value, str) and not isinstance(value, kind):
        listed = ", ".join(f"{kind.__name__}.{member.name}" for member in kind)
        raise BadValue(name, f"it must be one of {listed}, not {printable_name(repr(value))}")
    elif not _is(value, kind):
        wanted = _NAMES.get(kind, f"of type {kind.__name__}")
        raise BadType(name, f"it must be {wanted}, not {type(value).__name__}")
    else:
        _check_parts(name, value, parts)


def _is(value: object, kind: type) -> bool:
    """Whether a value has this type; an int counts as a float, True does not count as a number."""
    if isinstance(value, bool):
        return kind in {bool, object}
    return isinstance(value, (int, float) if kind is float else kind)


def _check_parts(name: str, value: object, parts: tuple[Any, ...]) -> None:
    """Refuse a mapping, a sequence or a tuple with a wrong element."""
    if not parts:
        return
    if isinstance(value, Mapping):
        for key, item in value.items():
            _check(f"{name}[{key!r}]", item, parts[1])
    elif isinstance(value, Sequence):
        hints = parts if len(parts) > 1 and parts[1] is not ... else parts[:1] * len(value)
        if len(value) != len(hints):
            raise BadValue(name, f"it must have {len(hints)} items, not {len(value)}")
        for number, (item, hint) in enumerate(zip(value, hints, strict=True)):
            _check(f"{name}[{number}]", item, hint)
