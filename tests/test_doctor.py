"""What ``phototag doctor`` says of installations that are not well."""

from __future__ import annotations

import base64
import ctypes
import hashlib
import sys
from pathlib import Path

import pytest

from phototag.cli import examination, opencv
from phototag.errors import PackageMissing
from phototag.worker.sealed import child

COMMON = ("cv2/__init__.py", "cv2/version.py", "cv2/cv2.abi3.so")


def install(place: Path, name: str, version: str, *more: str) -> None:
    """Unpack a package as pip does: over whatever lies in the folder, with a list of its files."""
    record = []
    for file in (*COMMON, *more):
        content = f"{file} of {name} {version}".encode()
        place.joinpath(file).parent.mkdir(parents=True, exist_ok=True)
        place.joinpath(file).write_bytes(content)
        digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).decode().rstrip("=")
        record.append(f"{file},sha256={digest},{len(content)}\n")
    about = place / f"{name.replace('-', '_')}-{version}.dist-info"
    about.mkdir()
    (about / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
    (about / "RECORD").write_text("".join(record) + f"{about.name}/RECORD,,\n")


def said(place: Path) -> tuple[str, bool]:
    return opencv.examine([str(place)])


def test_one_opencv_is_complete_and_unchanged(tmp_path: Path) -> None:
    install(tmp_path, "opencv-contrib-python", "5.0.0.93")
    assert said(tmp_path) == ("opencv-contrib-python 5.0.0.93, complete and unchanged", True)


@pytest.mark.parametrize(
    ("packages", "told"),
    [
        pytest.param(
            [("opencv-python-headless", "4.12.0.88", "cv2/data/more.xml"), ("opencv-contrib-python", "5.0.0.93")],
            "complete and unchanged; beside it opencv-python-headless 4.12.0.88",
            id="before",
        ),
        pytest.param(
            [("opencv-contrib-python", "5.0.0.93", "cv2/aruco.pyi"), ("opencv-python", "5.0.0.93")],
            "beside it opencv-python 5.0.0.93, which shares its folder",
            id="later, the same version",
        ),
    ],
)  # fmt: skip
def test_another_opencv_that_has_changed_nothing_does_no_harm_and_is_named(
    packages: list[tuple[str, ...]], told: str, tmp_path: Path
) -> None:
    for name, version, *more in packages:
        install(tmp_path, name, version, *more)
    text, fine = said(tmp_path)
    assert fine
    assert told in text


def test_another_version_installed_later_is_told_with_the_remedy(tmp_path: Path) -> None:
    install(tmp_path, "opencv-contrib-python", "5.0.0.93")
    install(tmp_path, "opencv-python", "4.12.0.88")
    text, fine = said(tmp_path)
    assert not fine
    assert "beside it opencv-python 4.12.0.88" in text
    assert "in the same folder: 3 files are missing or changed" in text
    assert "pip install --force-reinstall --no-deps opencv-contrib-python==5.0.0.93" in text


def test_files_that_another_package_took_along_when_it_was_removed_are_told(tmp_path: Path) -> None:
    install(tmp_path, "opencv-contrib-python", "5.0.0.93")
    (tmp_path / "cv2" / "cv2.abi3.so").unlink()
    text, fine = said(tmp_path)
    assert not fine
    assert "1 file is missing or changed (cv2/cv2.abi3.so)" in text
    assert "--force-reinstall" in text


def test_a_file_that_is_missing_is_told_though_another_package_has_the_same_version(
    tmp_path: Path,
) -> None:
    install(tmp_path, "opencv-contrib-python", "5.0.0.93")
    install(tmp_path, "opencv-python-headless", "5.0.0.93")
    (tmp_path / "cv2" / "cv2.abi3.so").unlink()
    text, fine = said(tmp_path)
    assert not fine
    assert "cv2/cv2.abi3.so" in text


def test_a_missing_opencv_is_told_with_the_versions_that_phototag_takes(tmp_path: Path) -> None:
    install(tmp_path, "opencv-python", "5.0.0.93")
    text, fine = said(tmp_path)
    assert not fine
    assert text.startswith("opencv-contrib-python is missing; beside it opencv-python 5.0.0.93: ")
    assert "pip install --force-reinstall 'opencv-contrib-python" in text


def test_a_package_without_a_list_of_its_files_is_believed(tmp_path: Path) -> None:
    install(tmp_path, "opencv-contrib-python", "5.0.0.93")
    (tmp_path / "opencv_contrib_python-5.0.0.93.dist-info" / "RECORD").unlink()
    text, fine = said(tmp_path)
    assert fine
    assert "no list of its files" in text


def test_the_opencv_of_this_installation_is_told() -> None:
    (line,) = [line for line in examination.examine() if line.text.startswith("opencv")]
    assert line.fine


@pytest.mark.skipif(sys.platform != "linux", reason="other systems bring these libraries")
def test_a_library_that_the_system_lacks_is_named_with_what_to_install() -> None:
    with pytest.raises(OSError, match="cannot open shared object file") as caught:
        ctypes.CDLL("libphototag-has-none.so.1")
    told = child._trouble(caught.value, "a.jpg")
    assert isinstance(told, PackageMissing)
    assert told.name == "libphototag-has-none.so.1"
    assert "apt install libgl1 libegl1 libgles2" in told.remedy
