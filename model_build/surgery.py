"""Changes to a TensorFlow Lite model that let the Tasks API of mediapipe 1.x load it.

A ``.tflite`` file is a flatbuffer. It is unpacked into objects, changed and packed again by the
code that the flatbuffer compiler generated from the official schemas; that code comes in the same
mediapipe wheel as the model.
"""

from __future__ import annotations

import zipimport
from dataclasses import dataclass
from importlib.util import module_from_spec
from typing import TYPE_CHECKING, Any, Final

import flatbuffers
import numpy as np

from model_build.face_mesh import HEADS, OUTPUT_SIZE, PRESENCE, merge_indices

if TYPE_CHECKING:
    from pathlib import Path
    from types import ModuleType

_SCHEMA_FOLDER: Final = "mediapipe/tasks/metadata"
_MODEL_IDENTIFIER: Final = b"TFL3"
_METADATA_IDENTIFIER: Final = b"M001"
_METADATA_NAME: Final = b"TFLITE_METADATA"


@dataclass(frozen=True)
class Schemas:
    """The generated object interfaces of the model schema and of its metadata schema."""

    model: ModuleType
    metadata: ModuleType

    @classmethod
    def from_wheel(cls, wheel: Path) -> Schemas:
        """Load the two modules out of the mediapipe wheel, and nothing else of it.

        Importing the package itself would run mediapipe, whose native part need not even fit
        this platform.
        """
        importer = zipimport.zipimporter(f"{wheel}/{_SCHEMA_FOLDER}")
        return cls(
            model=_load(importer, "schema_py_generated"),
            metadata=_load(importer, "metadata_schema_py_generated"),
        )


def _load(importer: zipimport.zipimporter, name: str) -> ModuleType:
    spec = importer.find_spec(name)
    if spec is None or spec.loader is None:
        message = f"{importer.archive} has no {_SCHEMA_FOLDER}/{name}.py"
        raise ImportError(message)
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class _AlignedBuilder(flatbuffers.Builder):  # type: ignore[misc]  # flatbuffers has no types
    """Starts every vector of bytes at a multiple of 16.

    The schema demands that of the weights (``force_align: 16``), which the generated Python code
    does not know; the interpreter reads them in place and counts on it.
    """

    def StartVector(self, elemSize: int, numElems: int, alignment: int) -> int:  # noqa: N802, N803
        """Begin a vector; the names are those of flatbuffers."""
        start: int = super().StartVector(elemSize, numElems, 16 if elemSize == 1 else alignment)
        return start


def _pack(objects: Any, identifier: bytes, size: int = 1024) -> bytes:
    builder = _AlignedBuilder(size)
    builder.Finish(objects.Pack(builder), identifier)
    return bytes(builder.Output())


def merge_face_mesh(data: bytes, name: str, schemas: Schemas) -> bytes:
    """Give the attention mesh the two outputs that the Tasks API wants, and its metadata.

    The model has seven outputs: 468 points, finer positions of lips, eyes and irises, and the
    presence of a face. The older wheel merges them outside of the model. Here CONCATENATION and
    GATHER do it inside, so that the outputs become 478 points (x, y, z each) and the presence.

    The metadata tell that the input is an RGB picture divided by 255. The older wheel leaves that to
    the graphs around the model; the Tasks API refuses a model that does not say it.
    """
    model = schemas.model.ModelT.InitFromPackedBuf(data)
    graph = _Graph(model, schemas.model)
    joined = graph.tensor("all_heads", [1, 1, 1, sum(HEADS.values())])
    pick = graph.constant("pick", np.array(merge_indices(), "<i4"))
    landmarks = graph.tensor("landmarks", [1, 1, 1, OUTPUT_SIZE])
    graph.operator("CONCATENATION", "Concatenation", [graph.find(head) for head in HEADS], joined)
    graph.operator("GATHER", "Gather", [joined, pick], landmarks)
    graph.set_outputs([landmarks, graph.find(PRESENCE)])
    _set_metadata(model, name, schemas)
    return _pack(model, _MODEL_IDENTIFIER, len(data))


class _Graph:
    """The only subgraph of a model, and what can be appended to it."""

    def __init__(self, model: Any, schema: ModuleType) -> None:
        self._model = model
        self._schema = schema
        (self._graph,) = model.subgraphs

    def find(self, name: str) -> int:
        """The index of the tensor of this name."""
        names = [tensor.name for tensor in self._graph.tensors]
        return names.index(name.encode())

    def tensor(self, name: str, shape: list[int]) -> int:
        """Append a tensor of 32-bit floats that an operator fills; return its index."""
        return self._append(name, shape, self._schema.TensorType.FLOAT32, buffer=0)

    def constant(self, name: str, values: np.ndarray[Any, np.dtype[np.int32]]) -> int:
        """Append a tensor of constant 32-bit integers; return its index."""
        buffer = _append_buffer(self._model, values.tobytes(), self._schema)
        return self._append(name, list(values.shape), self._schema.TensorType.INT32, buffer)

    def operator(self, code: str, options: str, inputs: list[int], output: int) -> None:
        """Append a built-in operator that works along the last of four axes."""
        operator_code = self._schema.OperatorCodeT()
        operator_code.builtinCode = getattr(self._schema.BuiltinOperator, code)
        operator_code.deprecatedBuiltinCode = operator_code.builtinCode
        operator_code.version = 1
        self._model.operatorCodes.append(operator_code)

        operator = self._schema.OperatorT()
        operator.opcodeIndex = len(self._model.operatorCodes) - 1
        operator.inputs = inputs
        operator.outputs = [output]
        operator.builtinOptionsType = getattr(self._schema.BuiltinOptions, f"{options}Options")
        operator.builtinOptions = getattr(self._schema, f"{options}OptionsT")()
        operator.builtinOptions.axis = 3
        self._graph.operators.append(operator)

    def set_outputs(self, tensors: list[int]) -> None:
        """Replace the outputs of the graph."""
        self._graph.outputs = tensors

    def _append(self, name: str, shape: list[int], kind: int, buffer: int) -> int:
        tensor = self._schema.TensorT()
        tensor.name = name
        tensor.shape = shape
        tensor.type = kind
        tensor.buffer = buffer
        self._graph.tensors.append(tensor)
        return len(self._graph.tensors) - 1


def _append_buffer(model: Any, data: bytes, schema: ModuleType) -> int:
    buffer = schema.BufferT()
    buffer.data = np.frombuffer(data, np.uint8)
    model.buffers.append(buffer)
    return len(model.buffers) - 1


def _set_metadata(model: Any, name: str, schemas: Schemas) -> None:
    """Write the metadata into the model, in place of any that it has."""
    data = _image_metadata(name, schemas.metadata)
    model.metadata = model.metadata or []
    for entry in model.metadata:
        if entry.name == _METADATA_NAME:
            model.buffers[entry.buffer].data = np.frombuffer(data, np.uint8)
            return
    entry = schemas.model.MetadataT()
    entry.name = _METADATA_NAME
    entry.buffer = _append_buffer(model, data, schemas.model)
    model.metadata.append(entry)


def _image_metadata(name: str, schema: ModuleType) -> bytes:
    """Metadata of a model with one RGB picture as its input, normalised to 0..1."""
    normalisation = schema.ProcessUnitT()
    normalisation.optionsType = schema.ProcessUnitOptions.NormalizationOptions
    normalisation.options = schema.NormalizationOptionsT()
    normalisation.options.mean = [0.0]
    normalisation.options.std = [255.0]

    image = schema.TensorMetadataT()
    image.name = "image"
    image.content = schema.ContentT()
    image.content.contentPropertiesType = schema.ContentProperties.ImageProperties
    image.content.contentProperties = schema.ImagePropertiesT()
    image.content.contentProperties.colorSpace = schema.ColorSpaceType.RGB
    image.processUnits = [normalisation]

    graph = schema.SubGraphMetadataT()
    graph.inputTensorMetadata = [image]

    metadata = schema.ModelMetadataT()
    metadata.name = name
    metadata.subgraphMetadata = [graph]
    metadata.minParserVersion = "1.0.0"
    return _pack(metadata, _METADATA_IDENTIFIER)
