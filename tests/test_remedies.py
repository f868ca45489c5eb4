"""Every error says what to do about it; where none can say so, its class gives the reason."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator
from pathlib import Path

import pytest

import phototag
from phototag import errors

PACKAGE = Path(phototag.__file__).parent
CLASSES = {
    name: cls
    for name, cls in vars(errors).items()
    if inspect.isclass(cls) and issubclass(cls, errors.PhototagError)
}
FIRST = 2  # arguments before the remedy
GIVEN = (
    "error_class",
    "SetupError",
)  # the parameter of a function that raises an error of its caller's choice


def name_of(call: ast.Call) -> str:
    """``PhotoDamaged`` of ``errors.PhotoDamaged(...)`` and ``PhotoDamaged(...)``."""
    if isinstance(call.func, ast.Attribute):
        return call.func.attr
    return call.func.id if isinstance(call.func, ast.Name) else ""


def remedy_of(call: ast.Call) -> ast.expr | None:
    """The remedy that a call gives; a starred pair of problem and remedy gives one."""
    for keyword in call.keywords:
        if keyword.arg == "remedy":
            return keyword.value
    if call.args and isinstance(call.args[-1], ast.Starred):
        return call.args[-1]
    return call.args[FIRST] if len(call.args) > FIRST else None


def without(source: str) -> Iterator[tuple[int, str]]:
    """Line and class of the errors that are made without a remedy, and may not be."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and (cls := CLASSES.get(name_of(node).replace(*GIVEN))):
            remedy = remedy_of(node)
            empty = remedy is None or (isinstance(remedy, ast.Constant) and not remedy.value)
            if empty and not cls.no_remedy:
                yield node.lineno, cls.__name__


def test_whatever_raises_an_error_gives_a_remedy_or_its_class_says_why_not() -> None:
    made, missing = 0, []
    for path in sorted(PACKAGE.rglob("*.py")):
        source = path.read_text("utf-8")
        made += sum(
            isinstance(node, ast.Call) and name_of(node) in CLASSES
            for node in ast.walk(ast.parse(source))
        )
        missing += [(str(path.relative_to(PACKAGE)), *found) for found in without(source)]
    assert made > 100
    assert missing == []


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("raise PhotoDamaged(name, 'it is damaged')", ["PhotoDamaged"]),
        ("raise errors.PhotoDamaged(name, 'it is damaged', '')", ["PhotoDamaged"]),
        ("raise PhotoDamaged(name, 'it is damaged', remedy='')", ["PhotoDamaged"]),
        ("raise error_class(name, 'it cannot be read')", ["SetupError"]),
        ("raise PhotoDamaged(name, 'it is damaged', RESTORE)", []),
        ("raise PhotoTooLarge(name, *TOO_LITTLE)", []),
        ("raise BadValue(name, 'it must be 1')", []),
    ],
)
def test_an_error_without_a_remedy_is_found(source: str, found: list[str]) -> None:
    assert [name for _, name in without(source)] == found


def test_every_class_of_errors_is_made_somewhere_or_is_a_family() -> None:
    made = {
        name_of(node)
        for path in PACKAGE.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call)
    }
    families = {cls.__name__ for cls in CLASSES.values() if cls.__subclasses__()}
    assert set(CLASSES) - made - families == set()


def test_a_reason_for_no_remedy_is_inherited_and_says_what_to_think() -> None:
    reasons = {name for name, cls in CLASSES.items() if cls.no_remedy}
    assert reasons == {"BadArgument", "BadType", "BadValue", "UnknownOption", "CropRefused"}
    for name in reasons:
        assert len(CLASSES[name].no_remedy.split()) > 5
