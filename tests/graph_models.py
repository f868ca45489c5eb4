"""Graph models of TensorFlow.js, written by hand for the tests."""

import base64
import json
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

FLOAT = {"T": {"type": "DT_FLOAT"}}


def text(value: str) -> str:
    return base64.b64encode(value.encode()).decode()


def window(padding: str, stride: int) -> dict[str, Any]:
    """The attributes that convolutions and poolings share."""
    return {
        **FLOAT,
        "data_format": {"s": text("NHWC")},
        "padding": {"s": text(padding)},
        "strides": {"list": {"i": ["1", str(stride), str(stride), "1"]}},
    }


def fused(*activations: str) -> dict[str, Any]:
    """The attributes of a convolution with what follows it in the same node."""
    return {"fused_ops": {"list": {"s": [text(name) for name in ("BiasAdd", *activations)]}}}


def node(kind: str, inputs: Sequence[str], attributes: Mapping[str, Any]) -> dict[str, Any]:
    """The node `y`."""
    return {"name": "y", "op": kind, "input": list(inputs), "attr": dict(attributes)}


def files(
    nodes: Sequence[dict[str, Any]], weights: Mapping[str, NDArray[Any]]
) -> tuple[bytes, bytes]:
    """The description and the weights of a net; float16 is stored as the converter of TensorFlow.js does."""
    manifest: list[dict[str, Any]] = []
    for name, values in weights.items():
        entry: dict[str, Any] = {
            "name": name,
            "shape": list(values.shape),
            "dtype": values.dtype.name,
        }
        if values.dtype == np.float16:
            entry["dtype"] = "float32"
            entry["quantization"] = {"dtype": "float16", "original_dtype": "float32"}
        manifest.append(entry)
    model = {
        "modelTopology": {"node": list(nodes)},
        "weightsManifest": [{"paths": ["net.bin"], "weights": manifest}],
    }
    return json.dumps(model).encode(), b"".join(values.tobytes() for values in weights.values())
