"""What may be handed to ``analyze``, and what may not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from phototag import errors
from phototag.analyzer import Analyzer


def test_every_input_gives_the_same_answer(astronaut: Image.Image, tmp_path: Path) -> None:
    path = tmp_path / "astronaut.png"
    astronaut.save(path)
    import numpy as np

    with Analyzer() as analyzer, path.open("rb") as file:
        results = [
            analyzer.analyze(image)
            for image in (
                str(path), path, path.read_bytes(), file, np.asarray(astronaut), astronaut,
                astronaut.convert("RGBA"), Image.open(path),
            )
        ]  # fmt: skip
    assert len({result.verdict.log_odds for result in results}) == 1
    names = ["<bytes>", str(path), "<array>", "<image>", "<image>", str(path)]
    assert [result.path for result in results[2:]] == names


@pytest.mark.parametrize("wrong", [5, None, [1, 2], "", "a\0b"])
def test_what_is_no_picture_is_bad_input(wrong: object) -> None:
    with pytest.raises(errors.BadInput):
        Analyzer().analyze(wrong)  # type: ignore[arg-type]


def test_arrays_of_the_wrong_shape_or_type_are_bad_input() -> None:
    import numpy as np

    wrong: list[Any] = [np.zeros((4, 4, 3)), np.zeros(4, np.uint8), np.zeros((4, 4, 5), np.uint8)]
    for array in wrong:
        with pytest.raises(errors.BadInput, match="uint8"):
            Analyzer().analyze(array)


def test_a_text_file_object_is_bad_input(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("hello", encoding="utf-8")
    with path.open(encoding="utf-8") as file, pytest.raises(errors.BadInput, match="rb"):
        Analyzer().analyze(file)  # type: ignore[arg-type]
