"""Reads TensorFlow.js graph models: a JSON file with the nodes, and a file with the weights."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import numpy as np

from model_build import ModelBuildError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

Attribute: TypeAlias = bool | float | str | list[int] | list[str]

_KINDS: Final[Mapping[str, np.dtype[Any]]] = {
    "float16": np.dtype("<f2"),
    "float32": np.dtype("<f4"),
    "int32": np.dtype("<i4"),
}


@dataclass(frozen=True)
class Node:
    """One operation of a graph."""

    name: str
    kind: str
    inputs: tuple[str, ...]
    attributes: Mapping[str, Attribute]


@dataclass(frozen=True)
class GraphModel:
    """A whole net."""

    nodes: Mapping[str, Node]
    """By their names."""
    weights: Mapping[str, NDArray[Any]]
    """By the names of the nodes that they belong to, in the type in which they are stored."""


def read_graph_model(description: bytes, weights: bytes) -> GraphModel:
    """The net of a JSON file and the file of weights that it names.

    Raises:
        ModelBuildError: something in it is not known here; nothing is guessed.
    """
    model = json.loads(description)
    nodes = [_node(node) for node in model["modelTopology"]["node"]]
    manifest = [entry for group in model["weightsManifest"] for entry in group["weights"]]
    return GraphModel({node.name: node for node in nodes}, _weights(manifest, weights))


def _node(node: dict[str, Any]) -> Node:
    name = node["name"]
    attributes = {key: _value(name, key, value) for key, value in node.get("attr", {}).items()}
    return Node(name, node["op"], tuple(node.get("input", ())), attributes)


def _value(node: str, key: str, value: dict[str, Any]) -> Attribute:
    """An attribute as a Python value; the file holds text in base64 and large integers as text."""
    ((kind, content),) = value.items()
    match kind:
        case "b" | "f" | "type":
            result: Attribute = content
        case "i":
            result = int(content)
        case "s":
            result = _text(content)
        case "shape":
            result = [int(side["size"]) for side in content.get("dim", ())]
        case "list" if set(content) <= {"i"}:
            result = [int(number) for number in content.get("i", ())]
        case "list" if set(content) == {"s"}:
            result = [_text(text) for text in content["s"]]
        case "tensor":
            result = ""  # of a constant: the numbers are in the file of weights
        case _:
            raise ModelBuildError(f"{node}: the attribute {key} is of an unknown form: {value}")
    return result


def _text(encoded: str) -> str:
    return base64.b64decode(encoded).decode()


def _weights(manifest: list[dict[str, Any]], data: bytes) -> dict[str, NDArray[Any]]:
    """Cut the file of weights into arrays; they lie one after the other."""
    found: dict[str, NDArray[Any]] = {}
    start = 0
    for entry in manifest:
        name, shape = entry["name"], entry["shape"]
        kind = _KINDS.get(_stored(entry))
        if kind is None:
            raise ModelBuildError(f"the weights {name} are stored in an unknown form: {entry}")
        count = int(np.prod(shape))
        if start + count * kind.itemsize > len(data):
            raise ModelBuildError(f"the file of weights is cut off in {name}")
        found[name] = np.frombuffer(data, kind, count, start).reshape(shape)
        start += count * kind.itemsize
    if start != len(data):
        raise ModelBuildError(f"the file of weights has {len(data) - start} bytes too many")
    return found


def _stored(entry: dict[str, Any]) -> str:
    """The type in the file; 32-bit floats may be stored as 16-bit floats, but not as integers."""
    kind: str = entry["dtype"]
    quantization = entry.get("quantization")
    if quantization is None:
        return kind
    if quantization == {"dtype": "float16", "original_dtype": kind} and kind == "float32":
        return "float16"
    return ""
