"""Writes ONNX files, the same bytes with every version of the onnx library."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
from onnx import ModelProto, TensorProto, checker, helper, numpy_helper

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Shape = Sequence[int | str]  # an open side has a name instead of a number

_OPSET: Final = 13  # fixed, like the next, or the bytes would change with the version of onnx
_IR: Final = 8


class OnnxGraph:
    """Collects the inputs, nodes, constants and outputs of a net, and writes it."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._nodes: list[Any] = []
        self._constants: list[Any] = []
        self._inputs: list[Any] = []
        self._outputs: list[Any] = []

    def input(self, name: str, shape: Shape, kind: int = TensorProto.FLOAT) -> str:
        """Add an input of the net; returns its name."""
        self._inputs.append(helper.make_tensor_value_info(name, kind, list(shape)))
        return name

    def node(self, kind: str, inputs: Sequence[str], output: str, **attributes: Any) -> str:
        """Add an operation; returns the name of its only output."""
        self._nodes.append(helper.make_node(kind, list(inputs), [output], **attributes))
        return output

    def constant(self, name: str, values: NDArray[Any]) -> str:
        """Add weights; returns the name of the tensor of 32-bit floats with them.

        16-bit floats stay such in the file and are widened when the net is loaded: half the
        size, the same values.
        """
        narrow = values.dtype == np.float16
        stored = f"{name}.stored" if narrow else name
        self._constants.append(numpy_helper.from_array(np.asarray(values, order="C"), stored))
        return self.node("Cast", [stored], name, to=TensorProto.FLOAT) if narrow else name

    def output(self, name: str, source: str, shape: Shape) -> None:
        """Let a tensor be an output of the net, of 32-bit floats."""
        self.node("Identity", [source], name)
        self._outputs.append(helper.make_tensor_value_info(name, TensorProto.FLOAT, list(shape)))

    def to_bytes(self) -> bytes:
        """The contents of the file, after the checks of the onnx library."""
        model: ModelProto = helper.make_model(
            helper.make_graph(
                self._nodes, self._name, self._inputs, self._outputs, self._constants
            ),
            producer_name="phototag",
            opset_imports=[helper.make_opsetid("", _OPSET)],
            ir_version=_IR,
        )
        checker.check_model(model, full_check=True)
        data: bytes = model.SerializeToString(deterministic=True)
        return data


def same_padding(side: int, kernel: int, stride: int) -> tuple[int, int]:
    """How many pixels TensorFlow's padding "SAME" adds before and after a side.

    An odd pixel goes after: an even side at stride 2 and kernel 3 gets 0 and 1.
    """
    total = max(0, (-(-side // stride) - 1) * stride + kernel - side)
    return total // 2, total - total // 2
