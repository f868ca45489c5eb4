"""EfficientNet-Lite0 without its classifier, as an ONNX graph that OpenCV reads.

The graph is written from the published table of its blocks, with every batch normalisation folded
into the convolution before it.  It gives two late maps instead of the 1,000 classes of ImageNet:
what phototag asks of a picture is none of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
from onnx import ModelProto, TensorProto, helper, numpy_helper

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    Weights = Mapping[str, NDArray[Any]]

SIDE: Final = 224  # px, what it was trained on
# (blocks, kernel, stride of the first, expansion, channels): table 1 of arXiv:1905.11946 without
# squeeze and excitation, with the stem and head of the Lite variant.
STAGES: Final = (
    (1, 3, 1, 1, 16),
    (2, 3, 2, 6, 24),
    (2, 5, 2, 6, 40),
    (3, 3, 2, 6, 80),
    (3, 5, 1, 6, 112),
    (4, 5, 2, 6, 192),
    (1, 3, 1, 6, 320),
)
STEM: Final = 32  # channels
OUTPUTS: Final = {"late": 14, "last": 15}  # name of a map: the block it comes from
EPSILON: Final = 1e-3  # of the batch normalisation
_OPSET: Final = 13  # fixed, like the next, or the bytes would change with the version of onnx
_IR: Final = 8


class _Graph:
    """Collects the nodes and weights of a graph as a picture runs through it."""

    def __init__(self, weights: Weights) -> None:
        self._weights = weights
        self.nodes: list[Any] = []
        self.tensors = [
            numpy_helper.from_array(np.array(bound, np.float32), name)
            for name, bound in (("zero", 0), ("six", 6))
        ]

    def convolution(
        self, source: str, name: str, norm: str, *, kernel: int, side: int, stride: int = 1
    ) -> str:
        """Add a convolution with its batch normalisation folded in; returns its output.

        Padding is that of TensorFlow ("same"): what is over goes to the right and below.
        """
        kernels, bias = self._folded(name, norm)
        wanted = (-(-side // stride) - 1) * stride + kernel - side
        before = max(0, wanted) // 2
        pads = [before, before, max(0, wanted) - before, max(0, wanted) - before]
        for part, values in (("weight", kernels), ("bias", bias)):
            self.tensors.append(numpy_helper.from_array(values, f"{name}.{part}"))
        depthwise = kernels.shape[1] == 1
        self.nodes.append(
            helper.make_node(
                "Conv",
                [source, f"{name}.weight", f"{name}.bias"],
                [name],
                kernel_shape=[kernel, kernel],
                strides=[stride, stride],
                pads=pads,
                group=kernels.shape[0] if depthwise else 1,
            )
        )
        return name

    def relu6(self, source: str) -> str:
        """Add the activation of the Lite variant."""
        target = f"{source}.relu6"
        self.nodes.append(helper.make_node("Clip", [source, "zero", "six"], [target]))
        return target

    def add(self, source: str, other: str, target: str) -> str:
        """Add the sum of two maps."""
        self.nodes.append(helper.make_node("Add", [source, other], [target]))
        return target

    def _folded(self, name: str, norm: str) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Kernels and bias that do what the convolution and the normalisation did in turn."""
        of = {
            part: self._weights[f"{norm}.{part}"].astype(np.float64)
            for part in ("weight", "bias", "running_mean", "running_var")
        }
        scale = of["weight"] / np.sqrt(of["running_var"] + EPSILON)
        kernels = self._weights[f"{name}.weight"].astype(np.float64) * scale[:, None, None, None]
        bias = of["bias"] - of["running_mean"] * scale
        return kernels.astype(np.float32), bias.astype(np.float32)


def build_efficientnet(weights: Weights) -> bytes:
    """The ONNX file of a net from 1 x 3 x 224 x 224 (RGB, (value - 127) / 128) to two maps.

    Args:
        weights: by the names that the PyTorch implementation gives them.
    """
    graph = _Graph(weights)
    source = graph.convolution("picture", "_conv_stem", "_bn0", kernel=3, side=SIDE, stride=2)
    source, side, channels, number = graph.relu6(source), SIDE // 2, STEM, 0
    outputs = []
    for blocks, kernel, first, expansion, width in STAGES:
        for block in range(blocks):
            stride = first if block == 0 else 1
            skip = source if stride == 1 and channels == width else None
            source = _block(
                graph,
                f"_blocks.{number}",
                source,
                side,
                kernel=kernel,
                stride=stride,
                expansion=expansion,
                skip=skip,
            )
            side, channels = -(-side // stride), width
            for name in (name for name, wanted in OUTPUTS.items() if wanted == number):
                graph.nodes.append(helper.make_node("Identity", [source], [name]))
                outputs.append(_value(name, channels, side))
            number += 1
    model: ModelProto = helper.make_model(
        helper.make_graph(
            graph.nodes, "efficientnet_lite0", [_value("picture", 3, SIDE)], outputs, graph.tensors
        ),
        producer_name="phototag",
        opset_imports=[helper.make_opsetid("", _OPSET)],
        ir_version=_IR,
    )
    data: bytes = model.SerializeToString(deterministic=True)
    return data


def _block(
    graph: _Graph,
    name: str,
    source: str,
    side: int,
    *,
    kernel: int,
    stride: int,
    expansion: int,
    skip: str | None,
) -> str:
    """Add an inverted residual block: wider, filtered channel by channel, narrower."""
    if expansion > 1:
        source = graph.convolution(
            source, f"{name}._expand_conv", f"{name}._bn0", kernel=1, side=side
        )
        source = graph.relu6(source)
    source = graph.convolution(
        source,
        f"{name}._depthwise_conv",
        f"{name}._bn1",
        kernel=kernel,
        side=side,
        stride=stride,
    )
    source = graph.convolution(
        graph.relu6(source),
        f"{name}._project_conv",
        f"{name}._bn2",
        kernel=1,
        side=-(-side // stride),
    )
    return graph.add(source, skip, f"{name}.sum") if skip else source


def _value(name: str, channels: int, side: int) -> Any:
    """Describe an input or output of the graph."""
    return helper.make_tensor_value_info(name, TensorProto.FLOAT, [1, channels, side, side])
