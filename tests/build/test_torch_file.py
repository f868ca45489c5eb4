"""Files of PyTorch's old form, written by hand, and what the reader refuses."""

import collections
import io
import os
import pickle
import struct
from typing import Any

import numpy as np
import pytest

from model_build import ModelBuildError
from model_build.torch_file import read_weights

MAGIC = 0x1950A86A20F9469CFC6C


class Named:
    """Stands for a name of PyTorch, which is not installed."""

    def __init__(self, module: str, name: str) -> None:
        self.module, self.name = module, name


_Writer: Any = pickle._Pickler  # the one in Python can be taught


class Pickler(_Writer):  # type: ignore[misc]
    """Writes ``Named`` as a global and storages by their number."""

    def persistent_id(self, obj: object) -> object:
        if isinstance(obj, tuple) and obj[:1] == ("storage",):
            return obj
        return None

    def save_global_name(self, obj: Named) -> None:
        self.write(pickle.GLOBAL + f"{obj.module}\n{obj.name}\n".encode())

    def save(self, obj: object, save_persistent_id: bool = True) -> None:
        if isinstance(obj, Named):
            self.save_global_name(obj)
        elif isinstance(obj, Call):
            self.save(obj.what)
            self.save(obj.arguments)
            self.write(pickle.REDUCE)
        else:
            super().save(obj, save_persistent_id)


class Call:
    """A call that the pickle asks for."""

    def __init__(self, what: Named, *arguments: object) -> None:
        self.what, self.arguments = what, arguments


def pickled(value: object) -> bytes:
    stream = io.BytesIO()
    Pickler(stream, 2).dump(value)
    return stream.getvalue()


def saved(tensors: object, storages: dict[str, bytes], counts: dict[str, int]) -> bytes:
    """A whole file."""
    parts = [pickled(MAGIC), pickled(1001), pickled({"little_endian": True}), pickled(tensors)]
    parts.append(pickled(sorted(storages)))
    parts += [struct.pack("<q", counts[key]) + storages[key] for key in sorted(storages)]
    return b"".join(parts)


def tensor(key: str, kind: str, count: int, *, offset: int, shape: object, strides: object) -> Call:
    storage = ("storage", Named("torch", kind), key, "cpu", count, None)
    return Call(Named("torch._utils", "_rebuild_tensor_v2"), storage, offset, shape, strides)


def example() -> bytes:
    numbers = np.arange(12, dtype="<f4")
    steps = np.array([7], "<i8")
    tensors = {
        "rows": tensor("0", "FloatStorage", 12, offset=0, shape=(3, 4), strides=(4, 1)),
        "turned": tensor("0", "FloatStorage", 12, offset=4, shape=(4, 2), strides=(1, 4)),
        "steps": tensor("1", "LongStorage", 1, offset=0, shape=(), strides=()),
    }
    storages = {"0": numbers.tobytes(), "1": steps.tobytes()}
    return saved(tensors, storages, {"0": 12, "1": 1})


def test_tensors_come_out_with_their_shapes_offsets_and_strides() -> None:
    found = read_weights(example())
    numbers = np.arange(12, dtype=np.float32)
    np.testing.assert_array_equal(found["rows"], numbers.reshape(3, 4))
    np.testing.assert_array_equal(found["turned"], numbers[4:].reshape(2, 4).T)
    assert found["steps"] == 7
    assert found["turned"].flags.c_contiguous


def test_a_file_that_ends_early_is_refused() -> None:
    with pytest.raises(ModelBuildError, match="cut off in storage 1"):
        read_weights(example()[:-1])


def test_another_kind_of_file_is_refused() -> None:
    with pytest.raises(ModelBuildError, match="not a file of weights"):
        read_weights(pickle.dumps(collections.OrderedDict()))


def test_nothing_else_is_ever_called() -> None:
    evil = saved({"weights": Call(Named(os.name, "system"), "true")}, {}, {})
    with pytest.raises(ModelBuildError, match=r"no use for posix\.system"):
        read_weights(evil)
