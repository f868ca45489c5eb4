"""Arrays: which ones are pictures, what to do with the others, and those in OpenCV's order of colours."""

from __future__ import annotations

import sys
import warnings
from pathlib import Path
from typing import Any

import attrs
import numpy as np
import pytest
from PIL import Image

import phototag
from phototag import errors
from phototag.analysis.result import evaluate
from phototag.worker import arrays
from scenes import face, scene

RGB = np.dtype(np.uint8)


@pytest.fixture(scope="module")
def rgb(astronaut: Image.Image) -> Any:
    return np.asarray(astronaut)


# ----------------------------------------------------------------------------- shapes and types


def test_grey_and_opacity_are_taken(astronaut: Image.Image, rgb: Any) -> None:
    grey = np.asarray(astronaut.convert("L"))
    opaque = np.asarray(astronaut.convert("RGBA"))
    with phototag.Analyzer(workers=1) as analyzer:
        flat, solid, colour = (analyzer.analyze(array) for array in (grey, opaque, rgb))
    assert flat.kind is solid.kind is colour.kind
    assert flat.retouching.colour == "bw"
    assert solid == colour


def test_what_shines_through_is_white(rgb: Any) -> None:
    """Where a picture is transparent, its colours do not count."""
    hidden = np.dstack([rgb, np.zeros(rgb.shape[:2], np.uint8)])
    assert phototag.analyze(hidden).kind is phototag.Kind.OTHER


def test_strides_do_not_matter(rgb: Any) -> None:
    turned = np.asfortranarray(rgb)
    assert not turned.flags.c_contiguous
    assert phototag.analyze(turned) == phototag.analyze(rgb)


UINT8 = np.uint8
WRONG: list[tuple[Any, str]] = [
    (np.zeros(50, UINT8), "pass height x width x 3 RGB values of type uint8"),
    (np.array(5, UINT8), "pass height x width x 3 RGB values of type uint8"),
    (np.zeros((50, 50, 5), UINT8), "pass height x width x 3 RGB values of type uint8"),
    (np.zeros((50, 50, 2), UINT8), "pass height x width x 3 RGB values of type uint8"),
    (np.zeros((0, 50, 3), UINT8), "pass an array that has pixels"),
    (np.zeros((50, 50, 1), UINT8), "array[..., 0]"),
    (np.zeros((3, 50, 50), UINT8), "array.transpose(1, 2, 0)"),
    (np.zeros((2, 50, 50, 3), UINT8), "pass one picture at a time, or all of them to analyze_many"),
    (np.zeros((50, 50, 3)), "(array * 255).clip(0, 255).astype('uint8')"),
    (np.full((50, 50, 3), 200.0, np.float32), ": array.clip(0, 255).astype('uint8')"),
    (np.zeros((50, 50, 3), np.uint16), "(array // 257).astype('uint8')"),
    (np.zeros((50, 50, 3), np.int64), ": array.clip(0, 255).astype('uint8')"),
    (np.zeros((50, 50), bool), "array.astype('uint8') * 255"),
    (np.zeros((50, 50), complex), "pass height x width x 3 RGB values of type uint8"),
    (np.full((50, 50), "a"), "pass height x width x 3 RGB values of type uint8"),
]  # fmt: skip


@pytest.mark.parametrize(("array", "remedy"), WRONG, ids=lambda one: str(getattr(one, "shape", "")))
def test_another_shape_or_type_is_refused_with_what_to_do(array: Any, remedy: str) -> None:
    with pytest.raises(errors.BadInput) as caught:
        phototag.analyze(array)
    assert (caught.value.photo, remedy in caught.value.remedy) == ("<array>", True)
    assert str(array.shape) in caught.value.problem
    assert str(array.dtype) in caught.value.problem


@pytest.mark.parametrize("number", [7, 8, 9, 10, 11, 5, 6])
def test_what_the_remedy_says_gives_a_picture(number: int, rgb: Any) -> None:
    """Each expression in a remedy is evaluated, and its array is taken."""
    wrong, remedy = WRONG[number]
    if "analyze_many" in remedy:
        (array,) = wrong[:1]
    else:
        array = eval(remedy.removeprefix(": "), {"array": wrong})
    assert arrays.checked(array, bgr=False) is array


def test_a_picture_without_enough_pixels_names_the_remedy() -> None:
    with pytest.raises(errors.PhotoTooSmall, match="use a larger version"):
        phototag.analyze(np.zeros((4, 4, 3), UINT8))


# ----------------------------------------------------------------------------- order of colours


def test_an_array_of_opencv_gives_the_same_as_the_photo(portrait_jpg: Path) -> None:
    import cv2

    array = cv2.imread(str(portrait_jpg))
    assert array is not None
    with Image.open(portrait_jpg) as image:
        same = np.asarray(image)
    with_opacity = cv2.cvtColor(array, cv2.COLOR_BGR2BGRA)
    with phototag.Analyzer(workers=1) as analyzer:
        expected = analyzer.analyze(same)
        assert analyzer.analyze(array, bgr=True) == expected
        assert analyzer.analyze(with_opacity, bgr=True) == expected
        assert analyzer.detect(array, bgr=True) == expected.scene
        (outcome,) = analyzer.analyze_many([array], bgr=True)
    assert outcome.analysis == expected
    assert phototag.analyze(array, bgr=True) == expected


def test_what_opencv_gives_for_a_missing_file_is_explained(tmp_path: Path) -> None:
    import cv2

    with pytest.raises(errors.BadInput, match=r"None is what cv2\.imread gives"):
        phototag.analyze(cv2.imread(str(tmp_path / "missing.jpg")), bgr=True)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


def test_only_an_array_has_another_order(portrait_jpg: Path) -> None:
    with Image.open(portrait_jpg) as image:
        for other in (portrait_jpg, str(portrait_jpg), portrait_jpg.read_bytes(), image):
            with pytest.raises(errors.BadValue, match="leave out bgr"):
                phototag.analyze(other, bgr=True)
    with pytest.raises(errors.BadType, match="bgr"):
        phototag.analyze(np.zeros((50, 50, 3), UINT8), bgr=1)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


def test_a_blue_face_is_warned_of_where_the_call_is(rgb: Any) -> None:
    with pytest.warns(errors.LikelyBGR, match="bgr=True") as caught:
        phototag.analyze(rgb[..., ::-1])
    assert caught[0].filename == __file__


def test_nothing_is_warned_of_without_need(
    astronaut: Image.Image, rgb: Any, portrait_jpg: Path
) -> None:
    grey = np.asarray(astronaut.convert("L"))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        phototag.analyze(rgb)
        phototag.analyze(rgb[..., ::-1], bgr=True)
        phototag.analyze(grey)
        phototag.analyze(np.dstack([grey] * 3))
        phototag.analyze(portrait_jpg)
        phototag.analyze(np.full((200, 200, 3), (20, 40, 200), UINT8))  # nobody


def test_the_face_is_looked_at_where_it_lies_in_a_picture_on_its_side() -> None:
    """The boxes of a scene are those of the picture turned upright; the array is not turned."""
    seen = scene(face(0.5, top=0.0))
    seen = attrs.evolve(seen, image=attrs.evolve(seen.image, turn=90))
    analysis = evaluate("<array>", seen)
    assert seen.main_face is not None
    box = seen.main_face.box.turned(90)
    array = np.full((1000, 1000, 3), (200, 150, 100), UINT8)
    array[int(box.y * 1000) : int(box.bottom * 1000), int(box.x * 1000) : int(box.right * 1000)] = (
        100, 150, 200,
    )  # fmt: skip
    with pytest.warns(errors.LikelyBGR):
        arrays.warn_if_bgr(array, analysis)


@pytest.mark.slow
@pytest.mark.xdist_group("labelled")
@pytest.mark.timeout(900)
def test_swapped_colours_are_noticed_on_labelled_photos(
    labelled: list[tuple[Path, dict[str, Any]]],
) -> None:
    """Of every tenth photo: of those with a face, 9 of 10 swapped ones, and at most 3 of 100 others."""
    told = {False: [0, 0], True: [0, 0]}
    with phototag.Analyzer(workers=2) as analyzer:
        for path, _ in labelled[::10]:
            with Image.open(path) as image:
                array = np.asarray(image.convert("RGB"))
            for swapped, counted in told.items():
                with warnings.catch_warnings(record=True) as caught:
                    warnings.simplefilter("always")
                    result = analyzer.analyze(array[..., ::-1] if swapped else array)
                if result.subjects.count and result.scene and result.scene.main_face:
                    counted[0] += 1
                    counted[1] += len(caught)
    assert min(told[False][0], told[True][0]) > 80
    assert told[True][1] / told[True][0] >= 0.9
    assert told[False][1] / told[False][0] <= 0.03


def test_numpy_is_not_imported_for_other_pictures() -> None:
    import subprocess

    code = "import sys, phototag.api; assert 'numpy' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)
