"""The JSON Schema (2020-12) of a result's JSON, made from the types themselves."""

from __future__ import annotations

import collections.abc
import enum
import types
import typing
from typing import Any, get_args, get_origin, get_type_hints

import attrs

from phototag.analysis.keywords.claims import Keywords
from phototag.criteria import CRITERIA, Finding, Findings
from phototag.criteria.verdict import Grade, Kind, Verdict
from phototag.crops import DPI, Crop, Refusal
from phototag.scene.geometry import Box
from phototag.version import SCHEMA

_PLAIN: dict[Any, dict[str, Any]] = {
    str: {"type": "string"},
    int: {"type": "integer"},
    float: {"type": "number"},
    bool: {"type": "boolean"},
    type(None): {"type": "null"},
    Box: {"type": "array", "items": {"type": "number"}, "minItems": 4, "maxItems": 4},
}


def result() -> dict[str, Any]:
    """The schema of one line of ``phototag analyze --json``: of an analysis, or of a failure."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "phototag's result for one photo",
        "oneOf": [analysis(), failure()],
    }


def failure() -> dict[str, Any]:
    """The schema of the line of a photo that failed."""
    text = _PLAIN[str]
    fault = _object({"type": text, "message": text})
    return _object({"schema": {"const": SCHEMA}, "path": text, "error": fault})


def analysis() -> dict[str, Any]:
    """The schema of ``Analysis.to_dict()``.

    Any version may add keys; unknown ones are therefore allowed everywhere.
    """
    hints = get_type_hints(Findings)
    text, version = _PLAIN[str], {"const": SCHEMA}
    inches = {"type": "array", "items": _PLAIN[float], "minItems": 2, "maxItems": 2}
    return _object(
        {
            "schema": version,
            "path": text,
            "kind": _of(Kind),
            "confidence": _PLAIN[float],
            "grade": _of(Grade | None),
            "verdict": _of(Verdict),
            "criteria": _object({name: _finding(hints[name]) for name in CRITERIA}),
            "crops": {
                "type": "array",
                "items": _class(Crop, inches=_object({str(dpi): inches for dpi in DPI})),
            },
            "refusals": {"type": "array", "items": _of(Refusal)},
            "keywords": _of(Keywords),
            "decision": {"type": "object", "additionalProperties": text},
            "software": text,
            "models": text,
            "calibration": text,
        }
    )


def _object(properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "required": list(properties), "properties": properties}


def _class(kind: type, **more: dict[str, Any]) -> dict[str, Any]:
    hints = get_type_hints(kind)
    return _object({field.name: _of(hints[field.name]) for field in attrs.fields(kind)} | more)


def _finding(kind: type[Finding]) -> dict[str, Any]:
    value = typing.cast("property", vars(kind)["value"]).fget
    return _class(kind, value=_of(get_type_hints(value)["return"]))


def _of(kind: Any) -> dict[str, Any]:
    """The schema of a type."""
    origin, arguments = get_origin(kind), get_args(kind)
    if kind in _PLAIN:
        found = _PLAIN[kind]
    elif origin in {typing.Union, types.UnionType}:
        found = {"anyOf": [_of(one) for one in arguments]}
    elif origin is tuple and arguments[1:] == (...,):
        found = {"type": "array", "items": _of(arguments[0])}
    elif origin is tuple:
        count = len(arguments)
        items = [_of(one) for one in arguments]
        found = {"type": "array", "prefixItems": items, "minItems": count, "maxItems": count}
    elif origin in {dict, collections.abc.Mapping}:
        found = {"type": "object", "additionalProperties": _of(arguments[1])}
    elif issubclass(kind, enum.Enum):
        found = {"enum": [member.value for member in kind]}
    else:
        found = _class(kind)
    return found
