"""EfficientNet-Lite0 without its classifier, as an ONNX graph for pictures of several sizes.

The graph is written from the published table of its blocks, with every batch normalisation folded
into the convolution before it.  It gives two late maps instead of the 1,000 classes of ImageNet:
what phototag asks of a picture is none of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from model_build import ModelBuildError
from model_build.onnx_graph import OnnxGraph, same_padding

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    Weights = Mapping[str, NDArray[Any]]

# px: what it was trained on, and a larger one. The padding of TensorFlow depends on the side of a
# map, but is the same for all multiples of 32: every convolution of stride 2 gets an even side.
SIDES: Final = (224, 384)
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


class _Net:
    """Adds the parts of the net to a graph as a picture runs through it."""

    def __init__(self, weights: Weights, graph: OnnxGraph) -> None:
        self._weights = weights
        self._graph = graph
        self._bounds = [
            graph.constant(name, np.array(bound, np.float32))
            for name, bound in (("zero", 0), ("six", 6))
        ]

    def convolution(
        self,
        source: str,
        name: str,
        norm: str,
        *,
        kernel: int,
        sides: Sequence[int],
        stride: int = 1,
    ) -> str:
        """Add a convolution with its batch normalisation folded in; returns its output."""
        kernels, bias = self._folded(name, norm)
        before, after = _padding(sides, kernel, stride)
        parts = [
            self._graph.constant(f"{name}.{part}", values)
            for part, values in (("weight", kernels), ("bias", bias))
        ]
        depthwise = kernels.shape[1] == 1
        return self._graph.node(
            "Conv",
            [source, *parts],
            name,
            kernel_shape=[kernel, kernel],
            strides=[stride, stride],
            pads=[before, before, after, after],
            group=kernels.shape[0] if depthwise else 1,
        )

    def relu6(self, source: str) -> str:
        """Add the activation of the Lite variant."""
        return self._graph.node("Clip", [source, *self._bounds], f"{source}.relu6")

    def add(self, source: str, other: str, target: str) -> str:
        """Add the sum of two maps."""
        return self._graph.node("Add", [source, other], target)

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
    """The ONNX file of a net from 1 x 3 x height x width (RGB, (value - 127) / 128) to two maps.

    Height and width are multiples of 32; the maps have a 32nd of them.

    Args:
        weights: by the names that the PyTorch implementation gives them.
    """
    graph = OnnxGraph("efficientnet_lite0")
    net = _Net(weights, graph)
    picture = graph.input("picture", (1, 3, "height", "width"))
    source = net.convolution(picture, "_conv_stem", "_bn0", kernel=3, sides=SIDES, stride=2)
    source, sides, channels, number = net.relu6(source), _divided(SIDES, 2), STEM, 0
    for blocks, kernel, first, expansion, width in STAGES:
        for block in range(blocks):
            stride = first if block == 0 else 1
            skip = source if stride == 1 and channels == width else None
            source = _block(
                net,
                f"_blocks.{number}",
                source,
                sides,
                kernel=kernel,
                stride=stride,
                expansion=expansion,
                skip=skip,
            )
            sides, channels = _divided(sides, stride), width
            for name in (name for name, wanted in OUTPUTS.items() if wanted == number):
                graph.output(name, source, (1, channels, "rows", "columns"))
            number += 1
    return graph.to_bytes()


def _block(
    net: _Net,
    name: str,
    source: str,
    sides: Sequence[int],
    *,
    kernel: int,
    stride: int,
    expansion: int,
    skip: str | None,
) -> str:
    """Add an inverted residual block: wider, filtered channel by channel, narrower."""
    if expansion > 1:
        source = net.convolution(
            source, f"{name}._expand_conv", f"{name}._bn0", kernel=1, sides=sides
        )
        source = net.relu6(source)
    source = net.convolution(
        source,
        f"{name}._depthwise_conv",
        f"{name}._bn1",
        kernel=kernel,
        sides=sides,
        stride=stride,
    )
    source = net.convolution(
        net.relu6(source),
        f"{name}._project_conv",
        f"{name}._bn2",
        kernel=1,
        sides=_divided(sides, stride),
    )
    return net.add(source, skip, f"{name}.sum") if skip else source


def _padding(sides: Sequence[int], kernel: int, stride: int) -> tuple[int, int]:
    """The padding of TensorFlow, where it is the same for all these sides of a map."""
    first, *others = {same_padding(side, kernel, stride) for side in sides}
    if others:
        raise ModelBuildError(f"one file cannot serve maps of {sides} px: their padding differs")
    return first


def _divided(sides: Sequence[int], stride: int) -> tuple[int, ...]:
    """The sides of what a convolution gives."""
    return tuple(-(-side // stride) for side in sides)
