"""The two nets for people as they come out of the npm package."""

import hashlib
import json
import tarfile
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
import pytest
from numpy.typing import NDArray

from model_build import ModelBuildError, people_nets, sources
from model_build.tfjs import GraphModel, Node, read_graph_model
from phototag.scene import models
from phototag.vision import model_files

pytestmark = [pytest.mark.slow, pytest.mark.network]

Outputs = dict[str, NDArray[np.float32]]


@pytest.fixture(scope="module")
def package(source_folder: Path) -> Path:
    return source_folder / sources.HUMAN.filename


def run(model: bytes, image: NDArray[Any]) -> Outputs:
    session: Any = onnxruntime.InferenceSession(model)
    names = [output.name for output in session.get_outputs()]
    return dict(zip(names, session.run(names, {"image": image}), strict=True))


def test_the_bytes_are_those_of_the_table_twice(package: Path) -> None:
    for name, build, net in (
        ("movenet-lightning", people_nets.build_movenet, models.MOVENET),
        ("emotion", people_nets.build_expression, models.EXPRESSION_NET),
    ):
        files = [build(people_nets.read_package(package, name)) for _ in range(2)]
        assert [hashlib.sha256(data).hexdigest() for data in files] == [models.MODELS[net]] * 2


def test_movenet_takes_pixels_and_gives_four_maps() -> None:
    picture = np.random.default_rng(24).integers(0, 256, (1, 192, 192, 3), dtype=np.uint8)
    found = run(model_files.path(models.MOVENET).read_bytes(), picture)
    assert {name: maps.shape for name, maps in found.items()} == {
        "heatmap": (1, 17, 48, 48),
        "centre": (1, 1, 48, 48),
        "regress": (1, 34, 48, 48),
        "offset": (1, 34, 48, 48),
    }
    for name in ("heatmap", "centre"):
        assert 0 <= found[name].min() < found[name].max() <= 1
    turned = run(model_files.path(models.MOVENET).read_bytes(), np.flip(picture, 3))
    assert np.abs(turned["regress"] - found["regress"]).max() > 0.1  # colours have an order


def test_weights_of_movenet_are_stored_as_in_the_package(package: Path) -> None:
    weights = people_nets.read_package(package, "movenet-lightning").weights.values()
    stored = onnx.load(model_files.path(models.MOVENET)).graph.initializer
    floats = [onnx.numpy_helper.to_array(tensor) for tensor in stored]
    half = [values for values in floats if values.dtype == np.float16]
    there = {values.tobytes() for values in weights if values.ndim == 1}
    biases = [values for values in half if values.ndim == 1]
    assert len(biases) == 67
    assert {values.tobytes() for values in biases} <= there
    # Of single precision are the bounds 0 and 6 of activations, and the factors of enlargements.
    single = [values for values in floats if values.dtype == np.float32]
    assert {tuple(values.ravel()) for values in single} == {(0,), (6,), (1, 1, 2, 2)}


def evaluated(model: GraphModel, image: NDArray[Any]) -> NDArray[Any]:
    """The scores of the net for expressions, node by node in TensorFlow's order of axes."""
    known: dict[str, NDArray[Any]] = {"input_1": image.astype(np.float64)}

    def value(name: str) -> NDArray[Any]:
        if name in model.weights:
            return model.weights[name].astype(np.float64)
        if name not in known:
            node = model.nodes[name]
            known[name] = computed(node, [value(source) for source in node.inputs])
        return known[name]

    return value("Identity")


def computed(node: Node, inputs: list[NDArray[Any]]) -> NDArray[Any]:
    source = inputs[0]
    result: NDArray[Any]
    match node.kind:
        case "_FusedConv2D":
            parts = windows(node, source, inputs[1].shape[0], 0)
            result = np.einsum("nyxijc,ijco->nyxo", parts, inputs[1], optimize=True) + inputs[2]
            if node.attributes["fused_ops"] == ["BiasAdd", "Relu"]:
                result = np.maximum(result, 0)
        case "DepthwiseConv2dNative":
            result = np.einsum("nyxijc,ijc->nyxc", windows(node, source, 3, 0), inputs[1][..., 0])
        case "MaxPool":
            result = windows(node, source, 3, -np.inf).max(axis=(3, 4))
        case "Softmax":
            powers = np.exp(source - source.max(axis=1, keepdims=True))
            result = powers / powers.sum(axis=1, keepdims=True)
        case "AddV2":
            result = source + inputs[1]
        case "Mean":
            result = source.mean(axis=(1, 2))
        case "Relu":
            result = np.maximum(source, 0)
        case kind:
            assert kind == "Identity"
            result = source
    return result


def windows(node: Node, source: NDArray[Any], kernel: int, fill: float) -> NDArray[Any]:
    stride = node.attributes["strides"][1]  # type: ignore[index]
    assert isinstance(stride, int)
    if node.attributes["padding"] == "SAME":
        side = source.shape[1]
        total = max(kernel - (side % stride or stride), 0)
        pad = (total // 2, total - total // 2)
        source = np.pad(source, [(0, 0), pad, pad, (0, 0)], constant_values=fill)
    views = np.lib.stride_tricks.sliding_window_view(source, (kernel, kernel), axis=(1, 2))
    return views[:, ::stride, ::stride].transpose(0, 1, 2, 4, 5, 3)


def test_scores_of_expressions_are_those_of_the_graph_in_numpy(package: Path) -> None:
    random = np.random.default_rng(24).uniform(-1, 1, (2, 64, 64, 1)).astype(np.float32)
    faces = np.concatenate([np.ones_like(random[:1]), random])
    model = people_nets.read_package(package, "emotion")
    expected = evaluated(model, faces)
    found = run(model_files.path(models.EXPRESSION_NET).read_bytes(), faces.transpose(0, 3, 1, 2))
    assert expected.shape == (3, 7)
    assert np.ptp(expected, axis=0).max() > 0.01  # the faces differ
    np.testing.assert_allclose(found["scores"], expected, atol=1e-6)


def test_a_package_with_another_net_is_refused(package: Path) -> None:
    with tarfile.open(package) as archive:
        file = archive.extractfile("package/models/emotion.json")
        weights = archive.extractfile("package/models/emotion.bin")
        assert file
        assert weights
        description = json.loads(file.read())
        numbers = weights.read()
    for node in description["modelTopology"]["node"]:
        if node["op"] == "Relu":
            node["op"] = "LeakyRelu"
    changed = read_graph_model(json.dumps(description).encode(), numbers)
    with pytest.raises(ModelBuildError, match=r"\(LeakyRelu\): a kind of node that is not"):
        people_nets.build_expression(changed)
