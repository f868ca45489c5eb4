"""Reads the weights in a file that PyTorch saved, without PyTorch.

Only the form of PyTorch 1.0 to 1.5 (before files were zip archives): five pickles - a magic
number, the version, the machine, the dictionary of tensors, the keys of their storages - and then
the storages, each a count and its raw numbers.  Only the four names that such a file of weights
needs are ever looked up, so that unpickling runs no code of others.
"""

from __future__ import annotations

import collections
import io
import pickle
import struct
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from model_build import ModelBuildError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Tensor = NDArray[np.float32] | NDArray[np.int64]

_MAGIC: Final = 0x1950A86A20F9469CFC6C
_KINDS: Final = {"FloatStorage": np.dtype("<f4"), "LongStorage": np.dtype("<i8")}


class _Storage:
    """Numbers that are filled in at the end of the file; tensors are made of them later."""

    def __init__(self, kind: np.dtype[Any], count: int) -> None:
        self.kind, self.count = kind, count
        self.numbers: NDArray[Any] = np.empty(0, kind)


def _tensor(
    storage: _Storage, offset: int, shape: tuple[int, ...], strides: tuple[int, ...], *_: object
) -> tuple[_Storage, int, tuple[int, ...], tuple[int, ...]]:
    """What the pickle calls to make a tensor: kept as it is until the storages are read."""
    return storage, offset, shape, strides


class _Unpickler(pickle.Unpickler):
    """Knows tensors, storages and ordered dictionaries, and nothing else."""

    def __init__(self, stream: io.BytesIO) -> None:
        super().__init__(stream)
        self.storages: dict[str, _Storage] = {}

    def find_class(self, module: str, name: str) -> Any:
        """Look up one of the names that a file of weights may use."""
        if (module, name) == ("torch._utils", "_rebuild_tensor_v2"):
            return _tensor
        if (module, name) == ("collections", "OrderedDict"):
            return collections.OrderedDict
        if module == "torch" and name in _KINDS:
            return _KINDS[name]
        raise ModelBuildError(f"a file of weights has no use for {module}.{name}")

    def persistent_load(self, pid: tuple[Any, ...]) -> _Storage:
        """Return the storage that a tensor refers to."""
        _, kind, key, _, count, _ = pid
        return self.storages.setdefault(key, _Storage(kind, count))


def read_weights(data: bytes) -> dict[str, Tensor]:
    """The tensors of a file by their names.

    Raises:
        ModelBuildError: the file has another form, or is cut off.
    """
    stream = io.BytesIO(data)
    if _Unpickler(stream).load() != _MAGIC:
        raise ModelBuildError("not a file of weights of PyTorch 1.0 to 1.5")
    for _ in ("version", "machine"):
        _Unpickler(stream).load()
    unpickler = _Unpickler(stream)
    tensors = unpickler.load()
    for key in _Unpickler(stream).load():
        storage = unpickler.storages[key]
        (count,) = struct.unpack("<q", stream.read(8))
        raw = stream.read(count * storage.kind.itemsize)
        if count != storage.count or len(raw) != count * storage.kind.itemsize:
            raise ModelBuildError(f"the file of weights is cut off in storage {key}")
        storage.numbers = np.frombuffer(raw, storage.kind)
    return {name: _shaped(*parts) for name, parts in tensors.items()}


def _shaped(
    storage: _Storage, offset: int, shape: tuple[int, ...], strides: tuple[int, ...]
) -> Tensor:
    """The part of a storage that is a tensor, in the order of C."""
    width = storage.kind.itemsize
    view = np.lib.stride_tricks.as_strided(
        storage.numbers[offset:], shape, [stride * width for stride in strides]
    )
    return np.ascontiguousarray(view)
