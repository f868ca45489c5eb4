"""The seal: after real work in every format, the process that opens pictures can do nothing else."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
import sys
import sysconfig
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

import attrs
import pytest
from escapes import ESCAPES, Try
from PIL import Image

import phototag
from phototag import errors
from phototag.files.content import Content
from phototag.options import Limits, TagOptions
from phototag.worker import start
from phototag.worker.requests import GivenFile, Versions
from phototag.worker.seal import Seal
from phototag.worker.sealed import landlock
from raw_photo import dng

pytestmark = [
    pytest.mark.skipif(
        not sys.platform.startswith("linux") or not landlock.version(),
        reason="this system has no Landlock: the seal cannot hold",
    ),
    pytest.mark.usefixtures("without_coverage"),
]

_HERE: Final = Path(__file__).parent
#: The command of a sealed process that also tries to get out.
SEALED: Final = start._COMMAND.replace(
    "main(int(sys.argv[2]))",
    f"sys.path.append({str(_HERE)!r}); from escapes import TESTED; main(int(sys.argv[2]), TESTED)",
)
UNSEALED: Final = SEALED.replace(
    "from phototag.worker.sealed.child",
    "from phototag.worker.seal import Seal; from phototag.worker.sealed import lock; "
    "lock.close = lambda: Seal(why_not='a test'); from phototag.worker.sealed.child",
)
FORMATS: Final = ("jpg", "png", "tif", "webp", "gif", "bmp", "jp2", "avif", "heic", "dng")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, astronaut: Image.Image) -> Path:
    made = tmp_path_factory.mktemp("seal")
    for suffix in FORMATS:
        if suffix == "dng":
            pytest.importorskip("rawpy")
            (made / "a.dng").write_bytes(dng(astronaut))
            continue
        if suffix == "heic":
            heif = pytest.importorskip("pillow_heif")
            heif.register_heif_opener()
        astronaut.save(made / f"a.{suffix}")
    return made


@attrs.frozen
class Prison:
    """A process that works on pictures, and what it tries to reach."""

    analyzer: phototag.Analyzer
    folder: Path
    port: int

    def tries(self, kind: str) -> str:
        """What the system replied; empty if it got out."""
        for name in ("secret.txt", "victim.txt"):
            (self.folder / name).write_text("secret", encoding="ascii")
        handle = os.open(self.folder / "a.jpg", os.O_RDONLY)
        request = Try(
            files=(GivenFile("photo.jpg", Content(handle=handle)),), kind=kind,
            folder=str(self.folder), port=self.port, parent=os.getpid(),
        )  # fmt: skip
        try:
            answer: str = self.analyzer._pool.submit(request)
            return answer
        finally:
            os.close(handle)


def _listening(stack: list[socket.socket], family: socket.AddressFamily, address: object) -> None:
    one = socket.socket(family)
    one.bind(address)  # type: ignore[arg-type]  # each family has its own
    one.listen()
    stack.append(one)


@contextlib.contextmanager
def at_work(command: str, folder: Path, work: Path, formats: Iterable[str]) -> Iterator[Prison]:
    """A process started by this command, after everything was done in these formats."""
    with contextlib.ExitStack() as stack, pytest.MonkeyPatch.context() as patched:
        port = listening(stack, socket.AF_INET, ("127.0.0.1", 0)).getsockname()[1]
        listening(stack, socket.AF_UNIX, str(work / "socket"))
        listening(stack, socket.AF_UNIX, f"\0phototag-test-{port}")
        patched.setattr(start, "_COMMAND", command)
        patched.setenv("ANYBODYS_SECRET", "secret")
        if command == UNSEALED:  # as it was before there was a seal
            patched.setattr(start, "child_environment", lambda: dict(os.environ))
        analyzer = stack.enter_context(phototag.Analyzer())
        for suffix in formats:
            works(analyzer, Path(shutil.copy(folder / f"a.{suffix}", work)))
        yield Prison(analyzer, work, port)


def listening(
    stack: contextlib.ExitStack, family: socket.AddressFamily, address: str | tuple[str, int]
) -> socket.socket:
    made = stack.enter_context(socket.socket(family))
    made.bind(address)
    made.listen()
    return made


@pytest.fixture(scope="module")
def sealed(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Prison]:
    with at_work(SEALED, folder, tmp_path_factory.mktemp("sealed"), FORMATS) as prison:
        yield prison


def works(analyzer: phototag.Analyzer, path: Path) -> None:
    """Everything that is done with a picture is done with this one."""
    analysis = analyzer.analyze(path)
    assert analysis.kind == "portrait", path
    assert analyzer.tag(path, TagOptions(faces=True)).error is None
    record = analyzer.read(path)
    assert record is not None
    assert record.kind == "portrait"
    analyzer.draw(path, analysis, path.with_name(f"{path.name}.png"))
    if path.suffix != ".dng":  # negatives are developed first
        target = path.with_name(f"{path.name}.crop.jpg")
        assert analyzer.crop(path, analysis.crops[0].profile, target)[0] == str(target)
    assert analyzer.remove(path).changed
    if path.suffix == ".jpg" and shutil.which("jpegtran"):
        try:
            analyzer.crop(path, "casting_8x10", path.with_name("lossless.jpg"), lossless=True)
        except errors.WriteRefused as refused:
            assert "would move the crop" in str(refused)  # noqa: PT017 - what it may say


@pytest.mark.parametrize("kind", ESCAPES)
def test_nothing_gets_out(sealed: Prison, kind: str) -> None:
    answer = sealed.tries(kind)
    assert answer, f"{kind}: it got out"
    # An unknown command of ioctl is answered as if the file were no device.
    assert answer.startswith("PermissionError: ") or "Inappropriate ioctl" in answer, answer


def test_without_the_seal_it_does(folder: Path, tmp_path: Path) -> None:
    """The proof can fail: without a seal, only what this kernel refuses to everybody is refused."""
    with at_work(UNSEALED, folder, tmp_path, ["jpg"]) as prison:
        answers = {kind: prison.tries(kind) for kind in ESCAPES}
    out = {kind for kind, answer in answers.items() if not answer}
    assert len(out) >= 0.8 * len(ESCAPES), answers


def test_it_says_what_holds() -> None:
    with phototag.Analyzer() as analyzer:
        assert analyzer._pool.submit(Versions()).seal == Seal(files=True, calls=True)


def test_where_a_seal_is_required_nothing_is_opened_without_one(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(start, "_COMMAND", UNSEALED)
    limits = Limits(require_seal=True)
    with phototag.Analyzer(limits=limits) as analyzer, pytest.raises(errors.WorkerNotStarted) as no:
        analyzer.analyze(folder / "a.jpg")
    assert "the seal does not hold: a test" in str(no.value)
    assert no.value.remedy == "see `phototag doctor`, or leave out --require-seal"


def test_a_folder_of_modules_shows_its_modules_alone(tmp_path: Path) -> None:
    """A script's folder, which Python puts on its path, may be the folder of the photos."""
    from phototag.worker.sealed.lock import _modules

    (tmp_path / "package").mkdir()
    (tmp_path / "package" / "__init__.py").touch()
    (tmp_path / "photos").mkdir()
    for name in ("module.py", "native.so", "letter.txt", "a.jpg"):
        (tmp_path / name).touch()
    found = {Path(path).name for path in _modules(str(tmp_path))}
    assert found == {"package", "module.py", "native.so"}
    (tmp_path / "package-1.0.dist-info").mkdir()  # pip has installed into this folder
    assert list(_modules(str(tmp_path))) == [str(tmp_path)]


def test_packages_that_are_links_are_read_where_they_lie(folder: Path, tmp_path: Path) -> None:
    """Whole packages are links (Nix), or each of their files (uv's ``--link-mode symlink``)."""
    there = Path(sysconfig.get_path("purelib"))
    farm = tmp_path / "environment"
    made = [sys.executable, "-m", "venv", "--without-pip", str(farm)]
    subprocess.run(made, check=True, timeout=60)
    packages = next(farm.glob("lib/python*/site-packages"))
    by_file = {"attr", "attrs", "cattrs", "numpy", "cv2", "PIL", "pillow.libs", "pyexiv2"}
    for entry in there.iterdir():
        if entry.name in by_file:
            shutil.copytree(entry, packages / entry.name, copy_function=os.symlink)
        elif entry.name not in {"__pycache__", "phototag"} and entry.suffix != ".pth":
            (packages / entry.name).symlink_to(entry)
    run = [
        str(farm / "bin" / "python"), "-c",
        ("import sys, phototag; from phototag.options import Limits\n"
        "with phototag.Analyzer(limits=Limits(require_seal=True)) as analyzer:\n"
        "    print(analyzer.analyze(sys.argv[1]).kind.value)"),
        str(folder / "a.jpg"),
    ]  # fmt: skip
    environment = os.environ | {"PYTHONPATH": str(Path(phototag.__file__).parents[1])}
    done = subprocess.run(
        run, env=environment, capture_output=True, text=True, timeout=120, check=False
    )
    assert (done.stdout, done.returncode) == ("portrait\n", 0), done.stderr


def test_a_link_to_a_module_in_a_home_does_not_open_the_home(tmp_path: Path) -> None:
    from phototag.worker.sealed.lock import _modules

    home, packages = tmp_path / "home", tmp_path / "site-packages"
    (packages / "package").mkdir(parents=True)
    home.mkdir()
    for name in ("own.py", "letter.txt", "extra.py"):
        (home / name).touch()
    (packages / "own.py").symlink_to(home / "own.py")
    (packages / "package" / "__init__.py").touch()
    (packages / "package" / "extra.py").symlink_to(home / "extra.py")
    assert set(_modules(str(packages))) == {
        str(packages), str(home / "own.py"), str(home / "extra.py"),
    }  # fmt: skip
