"""The models as they come out of what they are made of, and the containers they are put into."""

import hashlib
import io
import struct
import subprocess
import sys
import zipfile
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

pytest.importorskip("flatbuffers")

from model_build import bundle, face_mesh, sources, surgery
from phototag.scene import models

ROOT = Path(bundle.__file__).parent.parent


def offsets(archive: bytes) -> dict[str, int]:
    """Where the data of each member of a zip file starts."""
    found = {}
    for member in zipfile.ZipFile(io.BytesIO(archive)).infolist():
        name, extra = struct.unpack_from("<HH", archive, member.header_offset + 26)
        found[member.filename] = member.header_offset + 30 + name + extra
    return found


@pytest.mark.parametrize("size", [0, 1, 63, 64, 1000])
def test_members_are_stored_at_multiples_of_64(size: int) -> None:
    members = {"a": b"x" * size, "another name": b"y" * 7, "third": b""}
    archive = bundle.aligned_zip(members)
    found = zipfile.ZipFile(io.BytesIO(archive))
    assert {name: found.read(name) for name in found.namelist()} == members
    assert {start % 64 for start in offsets(archive).values()} == {0}
    assert {member.compress_type for member in found.infolist()} == {zipfile.ZIP_STORED}


def test_the_zip_is_the_same_everywhere() -> None:
    """Fixed bytes: neither the clock nor the platform nor the version of Python may show."""
    digest = hashlib.sha256(bundle.aligned_zip({"name": b"data"})).hexdigest()
    assert digest == "3ae184be1c13662656a4647f72aa64393422f95d9224b381f254b7df1c786e2c"


def test_merged_mesh_takes_each_number_from_one_place() -> None:
    indices = face_mesh.merge_indices()
    assert len(indices) == 478 * 3
    assert all(0 <= index < sum(face_mesh.HEADS.values()) for index in indices)


def test_merged_mesh_takes_depth_from_the_mesh() -> None:
    depths = face_mesh.merge_indices()[2::3]
    assert depths[:468] == list(range(2, 468 * 3, 3))
    assert set(depths[468:]) == {3 * 159 + 2, 3 * 386 + 2}


def test_merged_mesh_takes_lips_from_their_head() -> None:
    indices = face_mesh.merge_indices()
    start = 468 * 3
    last_of_lips = face_mesh.LIPS[-1]
    assert indices[3 * 61 : 3 * 61 + 2] == [start, start + 1]
    assert indices[3 * last_of_lips : 3 * last_of_lips + 2] == [start + 158, start + 159]


def test_points_of_a_head_are_distinct() -> None:
    for points, count in ((face_mesh.LEFT_EYE, 71), (face_mesh.RIGHT_EYE, 71)):
        assert len(set(points)) == count
    assert len(set(face_mesh.LIPS)) == 80


@pytest.fixture(scope="module")
def built(source_folder: Path) -> dict[str, bytes]:
    """The six files, made once."""
    return bundle.build_models(source_folder)


@pytest.mark.slow
@pytest.mark.network
class TestRealModels:
    def test_digests_are_those_of_the_table(self, built: dict[str, bytes]) -> None:
        found = {name: hashlib.sha256(data).hexdigest() for name, data in built.items()}
        assert found == models.MODELS

    def test_another_process_makes_the_same_bytes(
        self, built: dict[str, bytes], source_folder: Path
    ) -> None:
        code = (
            "import hashlib, pathlib, sys; from model_build.bundle import build_models\n"
            "for name, data in sorted(build_models(pathlib.Path(sys.argv[1])).items()):\n"
            "    print(name, hashlib.sha256(data).hexdigest())\n"
        )
        command = [sys.executable, "-c", code, str(source_folder)]
        output = subprocess.run(
            command, cwd=ROOT, capture_output=True, text=True, check=True, timeout=60
        )
        again = dict(line.split() for line in output.stdout.splitlines())
        assert again == {name: hashlib.sha256(data).hexdigest() for name, data in built.items()}

    def test_weights_lie_at_multiples_of_16(
        self, built: dict[str, bytes], source_folder: Path
    ) -> None:
        schema = surgery.Schemas.from_wheel(source_folder / sources.MEDIAPIPE.filename).model
        data = zipfile.ZipFile(io.BytesIO(built[models.FACE_LANDMARKER])).read(
            "face_landmarks_detector.tflite"
        )
        starts = weight_offsets(data, schema)
        assert len(starts) > 100
        assert {start % 16 for start in starts} == {0}

    def test_the_weights_keep_their_values(
        self, built: dict[str, bytes], source_folder: Path
    ) -> None:
        wheel = source_folder / sources.MEDIAPIPE.filename
        schema = surgery.Schemas.from_wheel(wheel).model
        old = zipfile.ZipFile(wheel).read(
            "mediapipe/modules/face_landmark/face_landmark_with_attention.tflite"
        )
        new = zipfile.ZipFile(io.BytesIO(built[models.FACE_LANDMARKER])).read(
            "face_landmarks_detector.tflite"
        )
        before = schema.ModelT.InitFromPackedBuf(old)
        after = schema.ModelT.InitFromPackedBuf(new)
        metadata = {entry.buffer for entry in before.metadata}
        assert len(after.buffers) == len(before.buffers) + 1
        for number, (a, b) in enumerate(zip(before.buffers, after.buffers, strict=False)):
            if number not in metadata:
                np.testing.assert_array_equal(a.data, b.data)


def weight_offsets(data: bytes, schema: ModuleType) -> list[int]:
    """Where the contents of each buffer start, from the start of the model."""
    base = np.frombuffer(data, np.uint8).__array_interface__["data"][0]
    model = schema.Model.GetRootAs(data)
    buffers = [model.Buffers(i) for i in range(model.BuffersLength())]
    return [
        buffer.DataAsNumpy().__array_interface__["data"][0] - base
        for buffer in buffers
        if buffer.DataLength()
    ]
