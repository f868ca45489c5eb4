"""Turns the convolutional nets of TensorFlow.js into ONNX.

TensorFlow's maps are height x width x channels, ONNX's are channels x height x width: weights are
turned here, and maps never.  Each kind of node has a table of the attributes it may have; a kind
or an attribute that is not there raises an error, because a net that is nearly right gives
results that look right.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, TypeAlias

import numpy as np

from model_build import ModelBuildError
from model_build.onnx_graph import same_padding

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from numpy.typing import NDArray

    from model_build.onnx_graph import OnnxGraph
    from model_build.tfjs import GraphModel, Node

Tensor: TypeAlias = tuple[str, tuple[int | str, ...]]
"""The name in the ONNX graph, and the shape there."""

_READ: Final = object()  # in a table of attributes: has several values, which the code reads
_FLOAT: Final = {"T": "DT_FLOAT"}
_WINDOW: Final = {**_FLOAT, "data_format": "NHWC", "padding": _READ, "strides": _READ}
_CONVOLUTION: Final = {
    **_WINDOW,
    "dilations": [1, 1, 1, 1],
    "explicit_paddings": [],
    "use_cudnn_on_gpu": True,
}
_FUSED: Final = {**_CONVOLUTION, "fused_ops": _READ, "num_args": 1, "epsilon": 0}
_ATTRIBUTES: Final[Mapping[str, Mapping[str, object]]] = {
    "AddV2": _FLOAT,
    "DepthwiseConv2dNative": _CONVOLUTION,
    "FusedDepthwiseConv2dNative": _FUSED,
    "Identity": _FLOAT,
    "MaxPool": {**_WINDOW, "ksize": _READ},
    "Mean": {**_FLOAT, "Tidx": "DT_INT32", "keep_dims": False},
    "Mul": _FLOAT,
    "Relu": _FLOAT,
    "Relu6": _FLOAT,
    "ResizeBilinear": {**_FLOAT, "align_corners": False, "half_pixel_centers": True},
    "Sigmoid": _FLOAT,
    "Softmax": _FLOAT,
    "Sub": _FLOAT,
    "_FusedConv2D": _FUSED,
}
_MAP_AXES: Final = 4  # picture, channels, height, width


class Converter:
    """Adds the nodes that outputs need to an ONNX graph, from the inputs on."""

    def __init__(self, model: GraphModel, graph: OnnxGraph) -> None:
        self._model = model
        self._graph = graph
        self._done: dict[str, Tensor] = {}
        # The names of TensorFlow are so long that they would take 100 kB in the file.
        self._names = {
            name: f"{node.kind.strip('_').lower()}_{number}"
            for number, (name, node) in enumerate(model.nodes.items())
        }

    def take(self, name: str, tensor: Tensor) -> None:
        """Let a tensor of the ONNX graph stand for a node, whatever comes before that node."""
        self._done[name] = tensor

    def tensor(self, name: str) -> Tensor:
        """What a node becomes, with all that it needs.

        Raises:
            ModelBuildError: a kind of node, or an attribute, is not known here.
        """
        if name not in self._done:
            node = self._model.nodes.get(name)
            if node is None:
                raise ModelBuildError(f"the graph has no node {name}")
            self._done[name] = self._convert(node)
        return self._done[name]

    def _convert(self, node: Node) -> Tensor:
        _check(node)
        convert: Callable[[Node], Tensor] = {
            "AddV2": self._arithmetic,
            "DepthwiseConv2dNative": self._convolution,
            "FusedDepthwiseConv2dNative": self._convolution,
            "Identity": self._identity,
            "MaxPool": self._pooling,
            "Mean": self._mean,
            "Mul": self._arithmetic,
            "Relu": self._activation,
            "Relu6": self._activation,
            "ResizeBilinear": self._resize,
            "Sigmoid": self._activation,
            "Softmax": self._softmax,
            "Sub": self._arithmetic,
            "_FusedConv2D": self._convolution,
        }[node.kind]
        return convert(node)

    def _identity(self, node: Node) -> Tensor:
        (source,) = node.inputs
        return self.tensor(source)

    def _convolution(self, node: Node) -> Tensor:
        source, shape = self.tensor(node.inputs[0])
        weights = self._weights(node, 1)
        height, width, channels, count = weights.shape
        if channels != shape[1]:
            raise _unknown(node, f"{channels} channels in, of {shape[1]}")
        depthwise = "Depthwise" in node.kind
        if depthwise:  # each channel has its own kernels
            weights, count = weights.transpose(2, 3, 0, 1), channels * count
            weights = weights.reshape(count, 1, height, width)
        else:
            weights = weights.transpose(3, 2, 0, 1)
        window, sides = _window(node, shape, (height, width))
        target = self._names[node.name]
        inputs = [source, self._graph.constant(f"{target}.weight", weights)]
        fused = list(_names(node, "fused_ops"))
        if fused[:1] == ["BiasAdd"]:
            fused.pop(0)
            inputs.append(self._graph.constant(f"{target}.bias", self._weights(node, 2)))
        if len(inputs) != len(node.inputs):
            raise _unknown(node, f"{len(node.inputs)} inputs")
        group = channels if depthwise else 1
        name = self._graph.node("Conv", inputs, target, group=group, **window)
        for kind in fused:
            name = self._activate(node, kind, name, f"{target}.{kind}")
        return name, (shape[0], count, *sides)

    def _pooling(self, node: Node) -> Tensor:
        (source, shape) = self.tensor(*node.inputs)
        picture, *kernel, channel = _numbers(node, "ksize")
        if picture != 1 or channel != 1:
            raise _unknown(node, "pooling over pictures or channels")
        # What ONNX pads is no candidate for the maximum, as in TensorFlow.
        window, sides = _window(node, shape, kernel)
        name = self._graph.node("MaxPool", [source], self._names[node.name], **window)
        return name, (*shape[:2], *sides)

    def _arithmetic(self, node: Node) -> Tensor:
        first, second = node.inputs
        source, shape = self.tensor(first)
        if second in self._model.weights:
            constant = self._model.weights[second]
            if constant.ndim and constant.shape != (1, 1, 1, shape[1]):
                raise _unknown(node, f"a constant of the shape {constant.shape}")
            if constant.ndim:
                constant = constant.transpose(0, 3, 1, 2)
            other = self._graph.constant(f"{self._names[node.name]}.constant", constant)
        else:
            other, other_shape = self.tensor(second)
            if other_shape != shape:
                raise _unknown(node, f"the shapes {shape} and {other_shape}")
        kind = node.kind.removesuffix("V2")
        return self._graph.node(kind, [source, other], self._names[node.name]), shape

    def _resize(self, node: Node) -> Tensor:
        if "half_pixel_centers" not in node.attributes:  # false by default
            raise _unknown(node, "pixels that are measured at their corners")
        source, shape = self.tensor(node.inputs[0])
        sides = [int(side) for side in self._weights(node, 1)]
        times = [_whole_times(node, side, old) for side, old in zip(sides, shape[2:], strict=True)]
        scales = np.array([1, 1, *times], np.float32)
        inputs = [source, "", self._graph.constant(f"{self._names[node.name]}.scales", scales)]
        name = self._graph.node(
            "Resize",
            inputs,
            self._names[node.name],
            mode="linear",
            coordinate_transformation_mode="half_pixel",
        )
        return name, (*shape[:2], *sides)

    def _mean(self, node: Node) -> Tensor:
        source, shape = self.tensor(node.inputs[0])
        axes = self._weights(node, 1).tolist()
        if axes != [1, 2] or len(shape) != _MAP_AXES:
            raise _unknown(node, f"the mean over the axes {axes} of {shape}")
        name = self._graph.node(
            "ReduceMean", [source], self._names[node.name], axes=[2, 3], keepdims=0
        )
        return name, shape[:2]

    def _softmax(self, node: Node) -> Tensor:
        (source, shape) = self.tensor(*node.inputs)
        if len(shape) == _MAP_AXES:  # the last axis there is another one here
            raise _unknown(node, "softmax over the channels of a map")
        return self._graph.node("Softmax", [source], self._names[node.name], axis=-1), shape

    def _activation(self, node: Node) -> Tensor:
        (source, shape) = self.tensor(*node.inputs)
        return self._activate(node, node.kind, source, self._names[node.name]), shape

    def _activate(self, node: Node, kind: str, source: str, target: str) -> str:
        if kind in {"Relu", "Sigmoid"}:
            return self._graph.node(kind, [source], target)
        if kind != "Relu6":
            raise _unknown(node, f"the activation {kind}")
        bounds = [
            self._graph.constant(f"{target}.{name}", np.array(value, np.float32))
            for name, value in (("least", 0), ("most", 6))
        ]
        return self._graph.node("Clip", [source, *bounds], target)

    def _weights(self, node: Node, number: int) -> NDArray[Any]:
        """The weights that are one of the inputs of a node."""
        if number >= len(node.inputs) or node.inputs[number] not in self._model.weights:
            raise _unknown(node, f"no weights as its input {number}")
        return self._model.weights[node.inputs[number]]


def _check(node: Node) -> None:
    """Refuse a node of an unknown kind, or with an attribute that is not in the table."""
    table = _ATTRIBUTES.get(node.kind)
    if table is None:
        raise _unknown(node, "a kind of node that is not converted")
    for key, value in node.attributes.items():
        wanted = table.get(key)
        if wanted is not _READ and wanted != value:
            raise _unknown(node, f"{key} = {value!r}")


def _window(
    node: Node, shape: Sequence[int | str], kernel: Sequence[int]
) -> tuple[dict[str, list[int]], list[int]]:
    """The attributes of a convolution or a pooling in ONNX, and the sides of what it gives."""
    picture, *strides, channel = _numbers(node, "strides")
    padding = node.attributes.get("padding")
    if picture != 1 or channel != 1 or padding not in {"SAME", "VALID"}:
        raise _unknown(node, f"strides {strides} and padding {padding!r}")
    before, after, sides = [], [], []
    for side, size, stride in zip(shape[2:], kernel, strides, strict=True):
        assert isinstance(side, int)  # only the number of pictures is open
        first, last = same_padding(side, size, stride) if padding == "SAME" else (0, 0)
        before.append(first)
        after.append(last)
        sides.append((side + first + last - size) // stride + 1)
    pads = before + after
    return {"kernel_shape": list(kernel), "strides": strides, "pads": pads}, sides


def _whole_times(node: Node, side: int, old: int | str) -> int:
    """How many times larger a side becomes; ONNX and TensorFlow agree where it is a whole number."""
    assert isinstance(old, int)
    if side % old:
        raise _unknown(node, f"a side of {old} becomes {side}")
    return side // old


def _numbers(node: Node, key: str) -> list[int]:
    values = node.attributes.get(key)
    if not isinstance(values, list) or len(values) != _MAP_AXES:
        raise _unknown(node, f"{key} = {values!r}")
    return [int(value) for value in values]


def _names(node: Node, key: str) -> list[str]:
    values = node.attributes.get(key, [])
    if not isinstance(values, list):
        raise _unknown(node, f"{key} = {values!r}")
    return [str(value) for value in values]


def _unknown(node: Node, what: str) -> ModelBuildError:
    """The error for what the code above has no rule for."""
    return ModelBuildError(f"cannot convert {node.name} ({node.kind}): {what}")
