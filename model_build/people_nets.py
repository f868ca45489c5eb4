"""The two nets that come from the npm package ``@vladmandic/human``, as ONNX files.

Their pictures and outputs are described where the nets are used, in ``phototag/vision``.
"""

from __future__ import annotations

import tarfile
from typing import TYPE_CHECKING, Final

from onnx import TensorProto

from model_build.onnx_graph import OnnxGraph
from model_build.tfjs import GraphModel, read_graph_model
from model_build.tfjs_to_onnx import Converter

if TYPE_CHECKING:
    from pathlib import Path

_FOLDER: Final = "package/models"

MOVENET_SIDE: Final = 192  # px, of the square picture that it wants
_MOVENET_INPUT: Final = "StatefulPartitionedCall/stack"  # the picture at its size, as floats
# What follows these four maps picks one person; that is done in numpy, where it can be tested.
_MOVENET_OUTPUTS: Final = {
    "heatmap": "StatefulPartitionedCall/Sigmoid",
    "centre": "StatefulPartitionedCall/Sigmoid_1",
    "regress": "StatefulPartitionedCall/kpt_regress_0/conv2d_6/BiasAdd",
    "offset": "StatefulPartitionedCall/kpt_offset_0/conv2d_7/BiasAdd",
}

EXPRESSION_SIDE: Final = 64  # px, of the square grey picture that it wants


def read_package(package: Path, name: str) -> GraphModel:
    """One net of the package; nothing is unpacked onto the disk."""
    with tarfile.open(package) as archive:
        files = [archive.extractfile(f"{_FOLDER}/{name}.{ending}") for ending in ("json", "bin")]
        description, weights = (file.read() for file in files if file)
    return read_graph_model(description, weights)


def build_movenet(model: GraphModel) -> bytes:
    """The ONNX file of MoveNet Lightning, from 1 x 192 x 192 x 3 (RGB, 0 to 255) to four maps."""
    graph = OnnxGraph("movenet_lightning")
    image = graph.input("image", [1, MOVENET_SIDE, MOVENET_SIDE, 3], TensorProto.UINT8)
    turned = graph.node("Transpose", [image], "image.turned", perm=[0, 3, 1, 2])
    floats = graph.node("Cast", [turned], "image.floats", to=TensorProto.FLOAT)
    converter = Converter(model, graph)
    converter.take(_MOVENET_INPUT, (floats, (1, 3, MOVENET_SIDE, MOVENET_SIDE)))
    for name, node in _MOVENET_OUTPUTS.items():
        graph.output(name, *converter.tensor(node))
    return graph.to_bytes()


def build_expression(model: GraphModel) -> bytes:
    """The ONNX file of the net for expressions, from N x 1 x 64 x 64 (grey, -1 to 1) to N x 7."""
    graph = OnnxGraph("expression")
    shape = ("batch", 1, EXPRESSION_SIDE, EXPRESSION_SIDE)
    converter = Converter(model, graph)
    converter.take("input_1", (graph.input("image", shape), shape))
    graph.output("scores", *converter.tensor("Identity"))
    return graph.to_bytes()
