"""What nodes of TensorFlow become in ONNX, against the same computed by loops over numpy arrays."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import onnx
import onnxruntime
import pytest
from numpy.typing import NDArray

import graph_models
from graph_models import FLOAT, fused, window
from model_build import ModelBuildError
from model_build.onnx_graph import OnnxGraph
from model_build.tfjs import read_graph_model
from model_build.tfjs_to_onnx import Converter

Array = NDArray[Any]
RESIZE = {**FLOAT, "align_corners": {"b": False}, "half_pixel_centers": {"b": True}}
MEAN = {**FLOAT, "Tidx": {"type": "DT_INT32"}, "keep_dims": {"b": False}}


def random(*shape: int) -> Array:
    return np.random.default_rng(24).normal(0, 2, shape).astype(np.float32)


def converted(
    node: dict[str, Any], weights: Mapping[str, Array], shape: tuple[int, int, int]
) -> bytes:
    """A net of one node, from height x width x channels."""
    model = read_graph_model(*graph_models.files([node], weights))
    graph = OnnxGraph("one")
    height, width, channels = shape
    turned = (1, channels, height, width)
    converter = Converter(model, graph)
    converter.take("x", (graph.input("x", turned), turned))
    graph.output("out", *converter.tensor("y"))
    return graph.to_bytes()


def run(node: dict[str, Any], weights: Mapping[str, Array], picture: Array) -> Array:
    """What the net makes of a picture; both have TensorFlow's order of axes."""
    session: Any = onnxruntime.InferenceSession(converted(node, weights, picture.shape))
    assert session.get_outputs()[0].shape[0] == 1
    (found,) = session.run(None, {"x": picture.transpose(2, 0, 1)[None]})
    assert list(found.shape) == session.get_outputs()[0].shape
    return np.moveaxis(found[0], 0, -1)


def windows(picture: Array, kernel: int, stride: int, fill: float, same: bool) -> Array:
    """rows x columns x kernel x kernel x channels; a picture is padded as TensorFlow's guide says."""
    if same:
        pads = []
        for side in picture.shape[:2]:
            rest = side % stride
            total = max(kernel - stride if rest == 0 else kernel - rest, 0)
            pads.append((total // 2, total - total // 2))
        picture = np.pad(picture, [*pads, (0, 0)], constant_values=fill)
    rows, columns = (1 + (side - kernel) // stride for side in picture.shape[:2])
    return np.array(
        [
            [
                picture[y * stride : y * stride + kernel, x * stride : x * stride + kernel]
                for x in range(columns)
            ]
            for y in range(rows)
        ]
    )


@pytest.mark.parametrize("dtype", [np.float32, np.float16])
@pytest.mark.parametrize("side", [6, 7])
@pytest.mark.parametrize("kernel", [1, 3, 5])
@pytest.mark.parametrize("stride", [1, 2])
@pytest.mark.parametrize("padding", ["SAME", "VALID"])
def test_convolution_is_that_of_numpy(
    padding: str, stride: int, kernel: int, side: int, dtype: type
) -> None:
    picture = random(side, side + 2, 3)
    kernels: Array = random(kernel, kernel, 3, 4).astype(dtype)
    bias: Array = random(4).astype(dtype)
    node = graph_models.node(
        "_FusedConv2D", ["x", "w", "b"], {**window(padding, stride), **fused("Relu")}
    )
    found = run(node, {"w": kernels, "b": bias}, picture)
    parts = windows(picture, kernel, stride, 0, padding == "SAME")
    expected = np.einsum("yxijc,ijco->yxo", parts, kernels.astype(np.float64)) + bias
    np.testing.assert_allclose(found, np.maximum(expected, 0), atol=2e-4)


@pytest.mark.parametrize("stride", [1, 2])
def test_depthwise_convolution_is_that_of_numpy(stride: int) -> None:
    picture, kernels, bias = random(6, 8, 3), random(3, 3, 3, 2), random(6)
    attributes = {**window("SAME", stride), **fused("Relu6")}
    node = graph_models.node("FusedDepthwiseConv2dNative", ["x", "w", "b"], attributes)
    found = run(node, {"w": kernels, "b": bias}, picture)
    parts = windows(picture, 3, stride, 0, same=True)
    maps = np.einsum("yxijc,ijcm->yxcm", parts, kernels.astype(np.float64))
    expected = maps.reshape(*maps.shape[:2], 6) + bias
    np.testing.assert_allclose(found, np.clip(expected, 0, 6), atol=1e-4)
    node = graph_models.node("DepthwiseConv2dNative", ["x", "w"], window("SAME", stride))
    found = run(node, {"w": kernels}, picture)
    np.testing.assert_allclose(found, expected - bias, atol=1e-4)


@pytest.mark.parametrize("side", [6, 7])
def test_max_pooling_is_that_of_numpy(side: int) -> None:
    picture = random(side, 8, 2) - 50  # zeros at the edge would be larger
    ksize = {"ksize": {"list": {"i": ["1", "3", "3", "1"]}}}
    node = graph_models.node("MaxPool", ["x"], {**window("SAME", 2), **ksize})
    expected = windows(picture, 3, 2, -np.inf, same=True).max(axis=(2, 3))
    np.testing.assert_array_equal(run(node, {}, picture), expected)


@pytest.mark.parametrize("times", [2, 3])
def test_enlargement_draws_lines_between_pixels(times: int) -> None:
    """Between the centres of pixels values are on a line; beyond the outermost they stay."""
    picture = random(4, 5, 2)
    sides = np.array([4 * times, 5 * times], np.int32)
    found = run(
        graph_models.node("ResizeBilinear", ["x", "sides"], RESIZE), {"sides": sides}, picture
    )
    expected = picture.astype(np.float64)
    for axis in (0, 1):
        count = expected.shape[axis]
        at = (np.arange(count * times) + 0.5) / times - 0.5

        def along(line: Array, at: Array = at, count: int = count) -> Array:
            return np.interp(at, np.arange(count), line)

        expected = np.apply_along_axis(along, axis, expected)
    np.testing.assert_allclose(found, expected, atol=1e-5)


@pytest.mark.parametrize(
    ("kind", "operation"), [("AddV2", np.add), ("Mul", np.multiply), ("Sub", np.subtract)]
)
def test_arithmetic_is_that_of_numpy(kind: str, operation: np.ufunc) -> None:
    picture = random(3, 4, 2)
    found = run(graph_models.node(kind, ["x", "x"], FLOAT), {}, picture)
    np.testing.assert_array_equal(found, operation(picture, picture))
    for constant in (np.float16(1.8), np.array([0.25, -3], np.float32).reshape(1, 1, 1, 2)):
        weights = {"c": np.asarray(constant)}
        found = run(graph_models.node(kind, ["x", "c"], FLOAT), weights, picture)
        expected = operation(picture, np.asarray(constant, np.float32).reshape(-1))
        np.testing.assert_array_equal(found, expected)


def test_mean_and_activations_are_those_of_numpy() -> None:
    picture = random(3, 4, 2)
    axes = {"axes": np.array([1, 2], np.int32)}
    found = run(graph_models.node("Mean", ["x", "axes"], MEAN), axes, picture)
    np.testing.assert_allclose(found, picture.mean(axis=(0, 1)), rtol=1e-5)
    for kind, expected in {
        "Identity": picture,
        "Relu": np.maximum(picture, 0),
        "Relu6": np.clip(picture, 0, 6),
        "Sigmoid": 1 / (1 + np.exp(-picture)),
    }.items():
        found = run(graph_models.node(kind, ["x"], FLOAT), {}, picture)
        np.testing.assert_allclose(found, expected, atol=1e-6)


def test_softmax_is_over_the_means() -> None:
    picture, axes = random(3, 4, 5), {"axes": np.array([1, 2], np.int32)}
    model = read_graph_model(
        *graph_models.files(
            [
                graph_models.node("Mean", ["x", "axes"], MEAN),
                {"name": "z", "op": "Softmax", "input": ["y"], "attr": FLOAT},
            ],
            axes,
        )
    )
    graph = OnnxGraph("two")
    converter = Converter(model, graph)
    converter.take("x", (graph.input("x", (1, 5, 3, 4)), (1, 5, 3, 4)))
    graph.output("out", *converter.tensor("z"))
    session: Any = onnxruntime.InferenceSession(graph.to_bytes())
    (found,) = session.run(None, {"x": picture.transpose(2, 0, 1)[None]})
    shares = np.exp(picture.mean(axis=(0, 1)))
    np.testing.assert_allclose(found[0], shares / shares.sum(), rtol=1e-5)


ANY = {
    "w": np.ones((3, 3, 2, 2), np.float32),
    "b": np.ones(2, np.float32),
    "n": np.array([5, 8], np.int32),
}
CONVOLUTION = {**window("SAME", 1), **fused()}


@pytest.mark.parametrize(
    ("kind", "inputs", "attributes", "message"),
    [
        ("Elu", ["x"], FLOAT, "a kind of node that is not converted"),
        ("Relu", ["x"], {"T": {"type": "DT_HALF"}}, "T = 'DT_HALF'"),
        ("Relu", ["x"], {**FLOAT, "alpha": {"f": 0.1}}, "alpha = 0.1"),
        ("Relu", ["elsewhere"], FLOAT, "the graph has no node elsewhere"),
        (
            "_FusedConv2D",
            ["x", "w", "b"],
            {**CONVOLUTION, "data_format": {"s": graph_models.text("NCHW")}},
            "data_format = 'NCHW'",
        ),
        (
            "_FusedConv2D",
            ["x", "w", "b"],
            {**CONVOLUTION, "dilations": {"list": {"i": ["1", "2", "2", "1"]}}},
            "dilations",
        ),
        ("_FusedConv2D", ["x", "w", "b"], {**window("SAME", 1), **fused("Elu")}, "activation Elu"),
        ("_FusedConv2D", ["x", "w", "b"], {**window("EXPLICIT", 1), **fused()}, "'EXPLICIT'"),
        ("_FusedConv2D", ["x", "w", "b"], window("SAME", 1), "3 inputs"),
        ("_FusedConv2D", ["x", "w", "missing"], CONVOLUTION, "no weights as its input 2"),
        ("DepthwiseConv2dNative", ["x", "x"], window("SAME", 1), "no weights as its input 1"),
        ("AddV2", ["x", "w"], FLOAT, "a constant of the shape"),
        ("ResizeBilinear", ["x", "n"], RESIZE, "a side of 4 becomes 5"),
        ("ResizeBilinear", ["x", "n"], FLOAT, "at their corners"),
        ("ResizeBilinear", ["x", "n"], {**RESIZE, "align_corners": {"b": True}}, "align_corners"),
        ("Mean", ["x", "n"], MEAN, r"the mean over the axes \[5, 8\]"),
        ("Softmax", ["x"], FLOAT, "softmax over the channels of a map"),
    ],
)
def test_what_is_not_known_is_refused(
    kind: str, inputs: list[str], attributes: dict[str, Any], message: str
) -> None:
    with pytest.raises(ModelBuildError, match=message):
        converted(graph_models.node(kind, inputs, attributes), ANY, (4, 4, 2))


def test_half_floats_take_half_the_space() -> None:
    kernels = random(3, 3, 64, 64)
    node = graph_models.node("DepthwiseConv2dNative", ["x", "w"], window("SAME", 1))
    sizes = [
        len(converted(node, {"w": kernels.astype(dtype)}, (4, 4, 64)))
        for dtype in (np.float32, np.float16)
    ]
    assert sizes[0] - sizes[1] == pytest.approx(kernels.size * 2, abs=200)


def test_bounds_are_scalars() -> None:
    """ONNX wants them without axes, and its checker does not look."""
    net = onnx.load_model_from_string(
        converted(graph_models.node("Relu6", ["x"], FLOAT), {}, (4, 4, 2))
    )
    assert [list(tensor.dims) for tensor in net.graph.initializer] == [[], []]
