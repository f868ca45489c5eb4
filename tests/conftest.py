"""Pictures that every test may use, and what to skip where something is not installed."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings
from PIL import Image

from phototag.cli.sample_photos import HEADSHOT
from samples import SAMPLES

PHOTOS = os.environ.get("PHOTOTAG_PHOTOS", "")  # a folder with labels.jsonl and its photos

# How long an example takes depends on what else the machine does.
settings.register_profile("phototag", deadline=None)
settings.load_profile("phototag")


@pytest.fixture(scope="session", autouse=True)
def own_state(tmp_path_factory: pytest.TempPathFactory) -> None:
    """State files and locks of the tests lie in a folder of their own, in every process."""
    os.environ["XDG_STATE_HOME"] = str(tmp_path_factory.mktemp("state"))
    os.environ["XDG_CONFIG_HOME"] = str(tmp_path_factory.mktemp("config"))


@pytest.fixture(scope="session", autouse=True)
def terminal() -> None:
    """Signals do what they do in a terminal: a shell's background jobs ignore Ctrl-C, and those of ``nohup`` a hang-up."""
    if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    if signal.getsignal(signal.SIGHUP) == signal.SIG_IGN:
        signal.signal(signal.SIGHUP, signal.SIG_DFL)


@pytest.fixture(scope="session", autouse=True)
def nets_closed() -> Iterator[None]:
    """Nets that were loaded into this process are closed here: when Python ends, mediapipe cannot do it any more."""
    yield
    handlers = sys.modules.get("phototag.worker.sealed.handlers")
    if handlers is not None:
        handlers._detector.cache_clear()


@pytest.fixture(scope="module")
def without_coverage() -> Iterator[None]:
    """Sealed processes as a user has them: coverage, for which the rule makes an exception, does not measure them."""
    with pytest.MonkeyPatch.context() as patched:
        for name in ("COVERAGE_PROCESS_START", "COVERAGE_PROCESS_CONFIG"):
            patched.delenv(name, raising=False)
        yield


@pytest.fixture(scope="session")
def exiftool() -> str:
    program = shutil.which("exiftool")
    if program is None:
        pytest.skip("exiftool, the independent reader, is not installed")
    return program


@pytest.fixture(scope="session")
def astronaut() -> Image.Image:
    """512 x 512: one person, half-length, smiling at the camera."""
    with Image.open(SAMPLES / "astronaut.png") as image:
        return image.convert("RGB")


@pytest.fixture(scope="session")
def headshot(astronaut: Image.Image) -> Image.Image:
    """200 x 250 cut from the astronaut: head and shoulders."""
    return astronaut.crop(HEADSHOT)


@pytest.fixture
def portrait_jpg(astronaut: Image.Image, tmp_path: Path) -> Path:
    path = tmp_path / "portrait.jpg"
    astronaut.save(path, quality=95)
    return path


@pytest.fixture
def headshot_jpg(headshot: Image.Image, tmp_path: Path) -> Path:
    path = tmp_path / "headshot.jpg"
    headshot.save(path, quality=95)
    return path


@pytest.fixture(scope="session")
def built_docs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the built documentation; warnings are errors.  For tests of the group ``docs`` alone."""
    pytest.importorskip("sphinx", reason="Sphinx is not installed")
    out, docs = tmp_path_factory.mktemp("site"), Path(__file__).parents[1] / "docs"
    command = [sys.executable, "-m", "sphinx", "-q", "-W", "--keep-going", str(docs), str(out)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    return out


@pytest.fixture(scope="session")
def labelled() -> list[tuple[Path, dict[str, object]]]:
    """Labelled photographs; they are not part of the project."""
    if not PHOTOS:
        pytest.skip("no labelled photographs: PHOTOTAG_PHOTOS names no folder")
    folder = Path(PHOTOS)
    rows = (folder / "labels.jsonl").read_text(encoding="utf-8").splitlines()
    return [(folder / label["file"], label) for label in map(json.loads, rows)]


@pytest.fixture
def update(request: pytest.FixtureRequest) -> bool:
    """Whether golden files are written anew."""
    return bool(request.config.getoption("--update-golden"))


def pytest_xdist_auto_num_workers() -> int:
    """One process more than there are cores: many tests wait for a program, a screen or a clock."""
    return (os.cpu_count() or 1) + 1


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--update-golden",
        action="store_true",
        help="write the golden files anew from what is found; look at the difference before you keep it",
    )
