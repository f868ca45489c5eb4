"""Graph models of TensorFlow.js as they are read, and what the reader refuses."""

import json
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import graph_models
from model_build import ModelBuildError
from model_build.tfjs import read_graph_model

WEIGHTS: dict[str, NDArray[Any]] = {
    "half": np.array([[0.5, -2, 65504]], np.float16),
    "single": np.array([1e-7, 3.25], np.float32),
    "axes": np.array([1, 2], np.int32),
}


def described(**changes: Any) -> bytes:
    """The description of one array of weights, with something else in it."""
    entry = {"name": "w", "shape": [2], "dtype": "float32", **changes}
    model = {"modelTopology": {"node": []}, "weightsManifest": [{"weights": [entry]}]}
    return json.dumps(model).encode()


def test_weights_come_out_in_their_stored_types() -> None:
    found = read_graph_model(*graph_models.files([], WEIGHTS)).weights
    assert {name: values.dtype for name, values in found.items()} == {
        "half": np.float16,
        "single": np.float32,
        "axes": np.int32,
    }
    for name, values in WEIGHTS.items():
        np.testing.assert_array_equal(found[name], values)


def test_attributes_of_every_form() -> None:
    attributes = {
        "T": {"type": "DT_FLOAT"},
        "epsilon": {"f": 0.5},
        "flag": {"b": True},
        "number": {"i": "7"},
        "padding": {"s": graph_models.text("SAME")},
        "fused_ops": {"list": {"s": [graph_models.text("BiasAdd"), graph_models.text("Relu")]}},
        "strides": {"list": {"i": ["1", "2", "2", "1"]}},
        "explicit_paddings": {"list": {}},
        "shape": {"shape": {"dim": [{"size": "-1"}, {"size": "64"}]}},
    }
    node = graph_models.node("Conv2D", ["x", "w"], attributes)
    found = read_graph_model(*graph_models.files([node], {})).nodes["y"]
    assert (found.kind, found.inputs) == ("Conv2D", ("x", "w"))
    assert found.attributes == {
        "T": "DT_FLOAT",
        "epsilon": 0.5,
        "flag": True,
        "number": 7,
        "padding": "SAME",
        "fused_ops": ["BiasAdd", "Relu"],
        "strides": [1, 2, 2, 1],
        "explicit_paddings": [],
        "shape": [-1, 64],
    }


@pytest.mark.parametrize("value", [{"func": {}}, {"list": {"f": [1.0]}}])
def test_an_attribute_of_an_unknown_form_is_refused(value: dict[str, Any]) -> None:
    node = graph_models.node("Relu", ["x"], {"strange": value})
    with pytest.raises(ModelBuildError, match="the attribute strange is of an unknown form"):
        read_graph_model(*graph_models.files([node], {}))


@pytest.mark.parametrize(
    "changes",
    [
        {"dtype": "complex64"},
        {"quantization": {"dtype": "uint8", "scale": 0.1, "min": -1}},
        {"quantization": {"dtype": "float16", "original_dtype": "int32"}, "dtype": "int32"},
        {"quantization": {"dtype": "float16", "original_dtype": "float32", "scale": 2}},
    ],
)
def test_weights_of_an_unknown_form_are_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(ModelBuildError, match="the weights w are stored in an unknown form"):
        read_graph_model(described(**changes), bytes(8))


@pytest.mark.parametrize(
    ("size", "message"), [(7, "cut off in w"), (9, "has 1 bytes too many"), (8, "")]
)
def test_the_file_of_weights_must_have_its_size(size: int, message: str) -> None:
    if message:
        with pytest.raises(ModelBuildError, match=message):
            read_graph_model(described(), bytes(size))
    else:
        assert read_graph_model(described(), bytes(size)).weights["w"].tolist() == [0, 0]
