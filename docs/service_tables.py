"""Tables of the page about the service, made from the tables in the code."""

from __future__ import annotations

import inspect
import re
import typing

import attrs

from pages import filled, measured, table
from phototag.integrations.service.messages import Code, Details
from phototag.integrations.service.methods import METHODS
from phototag.options.setting import Checked, settings


def methods() -> str:
    """Every method, with its parameters, those that may be left out in brackets."""
    return table(
        ("method", "parameters", "what it does", "result"),
        (
            (f"`{method.name}`", _parameters(method.params), method.does, method.result)
            for method in METHODS
        ),
    )


def _parameters(cls: type) -> str:
    names = (
        f"`{field.name}`" if field.default is attrs.NOTHING else f"(`{field.name}`)"
        for field in attrs.fields(cls)
    )
    return ", ".join(names) or "none"


def parameters() -> str:
    """What each parameter means, and the options that each method takes."""
    methods_of: dict[tuple[str, str], list[str]] = {}
    for method in METHODS:
        for name, text in _described(method.params).items():
            row = (f"`{name}`", f"{text}{_options(method.params, name)}")
            methods_of.setdefault(row, []).append(f"`{method.name}`")
    return table(
        ("parameter", "of", "meaning"),
        ((name, ", ".join(of), text) for (name, text), of in methods_of.items()),
    )


def _options(cls: type, name: str) -> str:
    kind = typing.get_type_hints(cls)[name]
    if not (isinstance(kind, type) and issubclass(kind, Checked)):
        return ""
    known = [option for option, found in settings(kind).items() if found.kind != "internal"]
    return f" ({', '.join(f'`{option}`' for option in sorted(known))})"


def codes() -> str:
    """The codes of errors."""
    return table(("code", "meaning"), ((f"`{code.value}`", code.meaning) for code in Code))


def details() -> str:
    """What ``data`` of an error holds."""
    said = _described(Details)
    return table(("key", "meaning"), ((f"`{name}`", text) for name, text in said.items()))


def measured_service() -> str:
    """The last results of ``benchmarks speed --part service``."""
    found = measured("speed.json", "measured")["service"]
    starts = {
        "ready": found["ready ms"],
        "first": found["first answer ms"],
        "later": found["first answer of a service that waits ms"],
        "shown": found["show ms"],
    }
    return filled("service", {**found, **starts, "single": found["one by one"]})


def _described(cls: type) -> dict[str, str]:
    """The fields of a class and of those that it is made of, in order, with what the docstrings say of them."""
    texts: dict[str, str] = {}
    for base in reversed(cls.__mro__):
        found = re.findall(
            r"^    (\w+): ((?:.|\n(?=      ))+)", inspect.getdoc(base) or "", re.MULTILINE
        )
        texts |= {name: " ".join(words.replace("``", "`").split()) for name, words in found}
    return {field.name: texts[field.name] for field in attrs.fields(cls)}
