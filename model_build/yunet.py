"""YuNet for pictures of any size: the file of the OpenCV model zoo is written down for 640 x 640."""

from __future__ import annotations

import onnx


def any_size(model: bytes) -> bytes:
    """The same net, with open height and width.

    The net is convolutional; only its description names sizes. ONNX Runtime keeps to the description.
    """
    net = onnx.load_model_from_string(model)
    height, width = net.graph.input[0].type.tensor_type.shape.dim[2:]
    height.dim_param, width.dim_param = "height", "width"
    for output in net.graph.output:
        output.type.tensor_type.shape.dim[1].dim_param = f"anchors of {output.name}"
    del net.graph.value_info[:]  # sizes of what lies between
    return bytes(net.SerializeToString(deterministic=True))
