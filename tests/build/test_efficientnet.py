"""The content net: one file for pictures of several sizes."""

from typing import Any

import numpy as np
import onnx
import onnxruntime
import pytest

from model_build import ModelBuildError, efficientnet
from model_build.onnx_graph import same_padding
from phototag.scene import models
from phototag.vision import model_files


@pytest.fixture(scope="module")
def net() -> onnx.ModelProto:
    """The file of this installation."""
    return onnx.load(model_files.path(models.CONTENT_NET))


@pytest.mark.parametrize(("height", "width"), [(224, 224), (384, 384), (256, 320), (32, 640)])
def test_the_padding_is_that_of_tensorflow_at_each_multiple_of_32(
    net: onnx.ModelProto, height: int, width: int
) -> None:
    """The size of every map is followed, and what TensorFlow would pad there computed."""
    sides = {"picture": (height, width)}
    convolutions = 0
    for node in net.graph.node:
        size = sides.get(node.input[0], (0, 0))
        if node.op_type == "Conv":
            convolutions += 1
            values = {a.name: onnx.helper.get_attribute_value(a) for a in node.attribute}
            (kernel, _), (stride, _) = values["kernel_shape"], values["strides"]
            pads = [same_padding(side, kernel, stride) for side in size]
            assert values["pads"] == [*(pad[0] for pad in pads), *(pad[1] for pad in pads)]
            assert stride == 1 or {side % 2 for side in size} == {0}
            size = (size[0] // stride, size[1] // stride)
        sides[node.output[0]] = size
    assert (
        convolutions == 1 + 2 + 15 * 3
    )  # the stem, and 16 blocks, of which the first is not widened
    assert sides["late"] == sides["last"] == (height // 32, width // 32)


@pytest.mark.parametrize(("height", "width"), [(224, 224), (384, 384), (256, 320)])
def test_the_maps_have_a_32nd_of_the_sides(height: int, width: int) -> None:
    session: Any = onnxruntime.InferenceSession(model_files.path(models.CONTENT_NET))
    picture = np.random.default_rng(24).uniform(-1, 1, (1, 3, height, width)).astype(np.float32)
    late, last = session.run(["late", "last"], {"picture": picture})
    assert late.shape == (1, 192, height // 32, width // 32)
    assert last.shape == (1, 320, height // 32, width // 32)
    assert np.ptp(late) > 1


def test_sides_of_different_padding_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(efficientnet, "SIDES", (224, 225))
    kernels = np.ones((32, 3, 3, 3), np.float32)
    norm = dict.fromkeys(("weight", "bias", "running_mean", "running_var"), np.ones(32, np.float32))
    weights = {"_conv_stem.weight": kernels, **{f"_bn0.{key}": norm[key] for key in norm}}
    with pytest.raises(ModelBuildError, match="their padding differs"):
        efficientnet.build_efficientnet(weights)
