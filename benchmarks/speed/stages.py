"""How fast: every stage, the whole, the floor under it, and what else a user would take; one run.

Times are medians of interleaved repetitions: everything that is compared is run once, then everything once
more, so that a slow moment of the machine falls on all alike.  The *floor* is what no photo can do without:
the reduced decode, one pass of the face detector at 320 px, one mesh, one mask, called straight in one process.
"""

from __future__ import annotations

import importlib.metadata
import io
import json
import os
import statistics
import subprocess
import sys
import time
import venv
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import attrs
import numpy as np
import psutil
from PIL import Image

import phototag
from benchmarks.photos import labelled
from benchmarks.speed.floor import Floor
from benchmarks.speed.service import service
from benchmarks.speed.tagging import tagging
from benchmarks.speed.writes import writes
from phototag.vision import content, decoding, face_search, skin, surroundings
from phototag.vision.detector import MASK_SIDE, Detector
from phototag.vision.figures import figure
from phototag.vision.yunet import Detection

ROUNDS = 9
EACH = 5  # photos of every kind
SIZES = {"12 MP": 12e6, "24 MP": 24e6}
CALM = "24 MP, calm"  # headshots without the noise of a sensor: the decoder has less to do
MS = 1000.0
GROUP = 5  # people
PREVIEW = 1620  # px, long side of the previews that many cameras store behind the picture
NOISE = 3.5  # 8-bit levels
PARTS = ("analysis", "writes", "tagging", "service")

AUTOCROP = """
import json, sys, time, statistics, cv2
from autocrop import Cropper
cropper, rows = Cropper(), {}
for path in sys.argv[1:]:
    whole, small = [], []
    picture = cv2.imread(path)
    scale = 1024 / max(picture.shape[:2])
    reduced = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    for _ in range(5):
        start = time.perf_counter(); cropper.crop(path); whole.append(time.perf_counter() - start)
        start = time.perf_counter(); cropper.crop(reduced); small.append(time.perf_counter() - start)
    rows[path] = [statistics.median(whole) * 1000, statistics.median(small) * 1000]
print(json.dumps(rows))
"""


@attrs.frozen
class Sample:
    """A photo of a known kind and size; ``preview`` is where in the file a camera's preview lies."""

    kind: str
    size: str
    path: Path
    preview: slice | None = None


def samples(
    photos: Path, work: Path, sizes: Sequence[str] = (*SIZES, CALM)
) -> list[Sample]:  # fmt: skip
    """Photos of every kind, made as large as cameras make them."""
    kinds: dict[str, Callable[[labelled.Label], bool]] = {
        "headshot": lambda label: label.kind == "headshot",
        "half-body": lambda label: label.shot == "half_body" and label.subjects == 1,
        "full-body": lambda label: label.shot == "full_body" and label.subjects == 1,
        "group": lambda label: label.subjects >= GROUP and label.kind == "portrait",
        "no person": lambda label: label.kind == "other",
    }
    found = []
    labels = labelled.load(photos)
    for kind, fits in kinds.items():
        fitting = [label for label in labels if label.sure and fits(label)]
        chosen = fitting[:: len(fitting) // EACH][:EACH]  # from all sources
        for label in chosen:
            with Image.open(photos / label.file) as image:
                rgb = image.convert("RGB")
            for size in sizes:
                if size == CALM and kind != "headshot":
                    continue
                path = work / f"{kind} {size} {Path(label.file).stem}.jpg"
                large = enlarged(rgb, SIZES[size[:5]], 0 if size == CALM else NOISE)
                large.save(path, quality=92)
                found.append(Sample(kind, size, path))
    return found


def enlarged(rgb: Image.Image, pixels: float, level: float = NOISE) -> Image.Image:
    """The picture with so many pixels, and with the noise of a sensor.

    Without it a 12 MP file would have 0.7 MB; with it it has 2.7, as a camera's of a calm subject.
    """
    scale = (pixels / (rgb.width * rgb.height)) ** 0.5
    large = rgb.resize((round(rgb.width * scale), round(rgb.height * scale)))
    noise = np.random.default_rng(8).normal(0, level, (large.height, large.width, 1))
    return Image.fromarray(np.clip(np.asarray(large) + noise, 0, 255).astype(np.uint8))


def others(photos: Path, work: Path) -> list[Sample]:
    """The first headshot in other formats."""
    from pillow_heif import register_heif_opener  # noqa: PLC0415

    register_heif_opener()
    label = next(x for x in labelled.load(photos) if x.sure and x.kind == "headshot")
    with Image.open(photos / label.file) as image:
        rgb = image.convert("RGB")
    made = [with_preview(rgb, work / "24 MP with a preview.jpg")]
    for name, pixels, suffix, options in (
        ("24 MP progressive", 24e6, "jpg", {"quality": 92, "progressive": True}),
        ("12 MP PNG", 12e6, "png", {"compress_level": 3}),
        ("12 MP TIFF", 12e6, "tif", {}),
        ("12 MP WebP", 12e6, "webp", {"quality": 85}),
        ("12 MP HEIC", 12e6, "heic", {"quality": 80}),
    ):
        path = work / f"{name}.{suffix}"
        enlarged(rgb, pixels).save(path, None, **options)
        made.append(Sample("headshot", name, path))
    return made


def with_preview(rgb: Image.Image, path: Path) -> Sample:
    """The picture with 24 MP and a preview behind it, as a JPEG of several pictures (MPF)."""
    large = enlarged(rgb, SIZES["24 MP"])
    small = large.copy()
    small.thumbnail((PREVIEW, PREVIEW), Image.Resampling.BOX)
    stream = io.BytesIO()
    small.save(stream, "JPEG", quality=90)
    with Image.open(stream) as preview:
        large.save(path, "MPO", save_all=True, append_images=[preview], quality=92)
    begin = path.read_bytes().rindex(b"\xff\xd8\xff")
    return Sample("headshot", path.stem, path, slice(begin, None))


def interleaved(work: Mapping[str, Callable[[], object]], rounds: int = ROUNDS) -> dict[str, float]:
    """Median ms of each piece of work, all taken in turns."""
    times: dict[str, list[float]] = {name: [] for name in work}
    for name in work:
        work[name]()
    for _ in range(rounds):
        for name, piece in work.items():
            start = time.perf_counter()
            piece()
            times[name].append((time.perf_counter() - start) * MS)
    return {name: round(statistics.median(found), 2) for name, found in times.items()}


def stages(observer: Detector, sample: Sample) -> dict[str, float]:
    """Every stage of one photo, called alone."""
    net = observer._nets
    data = sample.path.read_bytes()
    picture = decoding.decode("x", data)
    rgb, small = picture.rgb, decoding.shrink(picture.rgb, MASK_SIDE)
    mask, maps, bodies = net.person(small), net.content(small), net.bodies(small)
    figures = tuple(map(figure, bodies.people))

    def search() -> list[Detection]:
        return face_search.find(net, rgb, figures, net.faces_at(rgb, face_search.FIRST))

    faces = search()
    lab = surroundings.to_lab(small[::2, ::2])
    corners = None
    work: dict[str, Callable[[], object]] = {
        "decode": lambda: decoding.decode("x", data),
        "faces": search,
        "mask": lambda: net.person(small),
        "content": lambda: net.content(small),
        "colours": lambda: surroundings.colour_measures(surroundings.to_lab(small[::2, ::2])),
        "surroundings": lambda: surroundings.surroundings_measures(
            small, lab, mask, corners, content.around_people(maps, mask)
        ),
        "body": lambda: net.bodies(small),
        "body, mirrored, too": lambda: net.bodies_exactly(small, net.bodies(small)),
    }
    if faces:
        mesh = net.mesh(rgb, faces[0])
        work["mesh"] = lambda: net.mesh(rgb, faces[0])
        work["expression"] = lambda: net.expression(rgb, faces[0])
        work["mouth"] = lambda: net.mouth(rgb, faces[0])
        if mesh is not None:
            work["skin"] = lambda: skin.measure(rgb, mesh)
    return interleaved(work)


def whole(observer: Detector, found: Sequence[Sample]) -> list[dict[str, Any]]:
    """Each photo against the floor: in one process, by one worker, by single calls; and on all cores."""
    floor = Floor(observer)
    rows = []
    with phototag.Analyzer(workers=1) as analyzer, phototag.Analyzer() as every_core:
        for sample in found:
            path = sample.path
            work: dict[str, Callable[[], object]] = {
                "floor": lambda path=path: floor(path, "opencv"),  # type: ignore[misc]
                "floor, our detector": lambda path=path: floor(path, "ours"),  # type: ignore[misc]
                "look": lambda path=path: observer.look(  # type: ignore[misc]
                    decoding.decode("x", path.read_bytes())
                ),
                "analyze": lambda path=path: analyzer.analyze(path),  # type: ignore[misc]
                "many of 8": lambda path=path: list(analyzer.analyze_many([path] * 8)),  # type: ignore[misc]
                "all cores": lambda path=path: list(every_core.analyze_many([path] * 16)),  # type: ignore[misc]
            }
            if sample.preview is not None:
                work["floor by the preview"] = lambda path=path, part=sample.preview: floor(  # type: ignore[misc]
                    path, "opencv", part
                )
            times = interleaved(work)
            times["analyze_many"] = round(times.pop("many of 8") / 8, 2)
            times["all cores"] = round(times["all cores"] / 16, 2)
            rows.append({"kind": sample.kind, "size": sample.size, **times})
    return rows


def ratios(rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Medians by kind and size, and what they are to the floor."""
    found = []
    for kind, size in dict.fromkeys((row["kind"], row["size"]) for row in rows):
        same = [row for row in rows if (row["kind"], row["size"]) == (kind, size)]
        middle = {
            name: round(statistics.median(row[name] for row in same), 1)
            for name in same[0] if name not in {"kind", "size"}
        }  # fmt: skip
        ratio = statistics.median(row["analyze_many"] / row["floor"] for row in same)
        strict = statistics.median(row["analyze_many"] / row["floor, our detector"] for row in same)
        found.append(
            {"kind": kind, "size": size, **middle, "x floor": round(ratio, 2),
             "x floor, our detector": round(strict, 2)}
        )  # fmt: skip
    return found


def autocrop(
    found: Sequence[Sample], rows: Sequence[Mapping[str, Any]], work: Path
) -> dict[str, dict[str, float]]:
    """Autocrop 2.0 in an environment of its own: crops faces, tells and writes nothing."""
    home = work / "autocrop"
    venv.create(home, with_pip=True)
    python = home / "bin" / "python"
    subprocess.run([python, "-m", "pip", "install", "-q", "autocrop==2.0.0"], check=True)
    peer = {}
    for size in ("24 MP", CALM):
        chosen = [str(s.path) for s in found if (s.kind, s.size) == ("headshot", size)]
        done = subprocess.run(
            [python, "-c", AUTOCROP, *chosen], capture_output=True, text=True, check=True
        )
        times = json.loads(done.stdout.splitlines()[-1]).values()
        whole, reduced = (statistics.median(row[n] for row in times) for n in (0, 1))
        ours = next(r for r in rows if (r["kind"], r["size"]) == ("headshot", size))
        peer[size] = {
            "full size ms": round(whole, 1),
            "pre-reduced array ms": round(reduced, 1),
            "times as fast": round(whole / ours["analyze_many"], 1),
            "times as fast, all cores": round(whole / ours["all cores"], 1),
        }
    return peer


def starts() -> dict[str, float]:
    """Ms from nothing: the interpreter, the import, ``--version``, the first analysis; memory."""
    python = sys.executable
    first = (
        "import sys, time; start = time.perf_counter(); import phototag;"
        "phototag.analyze(sys.argv[1]); print(time.perf_counter() - start)"
    )
    import skimage  # noqa: PLC0415

    picture = str(Path(skimage.__path__[0], "data", "astronaut.png"))
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": ""}

    def run(*arguments: str) -> None:
        subprocess.run([python, *arguments], check=True, capture_output=True, env=environment)

    found = interleaved(
        {
            "python -c pass": lambda: run("-c", "pass"),
            "import phototag": lambda: run("-c", "import phototag"),
            "phototag --version": lambda: run("-m", "phototag", "--version"),
            "first analyze": lambda: run("-c", first, picture),
        },
        rounds=9,
    )
    with phototag.Analyzer() as analyzer:
        for _ in range(20):
            analyzer.analyze(picture)
        time.sleep(0.1)  # after so many it gives free memory back
        (child,) = psutil.Process().children()
        found["worker MB"] = round(child.memory_info().rss / 2**20)
    return found


def measure(
    photos: Path, work: Path, say: Callable[[str], None], parts: Sequence[str] = PARTS, count: int = 0
) -> dict[str, Any]:  # fmt: skip
    """Everything, or some parts of it, in one run; ``count`` photos are tagged."""
    found = samples(photos, work, (*SIZES, CALM) if "analysis" in parts else ("12 MP",))
    every: dict[str, Any] = {"machine": machine()}
    if "analysis" in parts:
        every |= _analysis(photos, found, work, say)
    sources = [sample.path for sample in found if sample.size == "12 MP"]
    if "writes" in parts:
        every["writes"] = writes(sources[:6], work)
        say(str(every["writes"]))
    if "tagging" in parts:
        every["tagging"] = tagging(sources, work, say, count)
        say(str(every["tagging"]))
    if "service" in parts:
        every["service"] = service(sources, say)
    return every


def _analysis(
    photos: Path, found: Sequence[Sample], work: Path, say: Callable[[str], None]
) -> dict[str, Any]:
    """Stages, whole analyses, autocrop, and the start."""
    observer = Detector()
    every: dict[str, Any] = {}
    firsts = [next(s for s in found if s.kind == kind) for kind in ("headshot", "full-body")]
    every["stages"] = [{"kind": s.kind, "size": s.size, **stages(observer, s)} for s in firsts]
    say(json.dumps(every["stages"], indent=1))
    every["whole"] = ratios(whole(observer, [*found, *others(photos, work)]))
    for row in every["whole"]:
        say(str(row))
    every["autocrop"] = autocrop(found, every["whole"], work)
    say(str(every["autocrop"]))
    every["starts"] = starts()
    say(str(every["starts"]))
    return every


def machine() -> dict[str, Any]:
    """What it was measured on."""
    import platform  # noqa: PLC0415

    model = next(
        (line.split(":")[1].strip() for line in Path("/proc/cpuinfo").read_text("utf-8").splitlines()
         if line.startswith("model name")), platform.processor(),
    )  # fmt: skip
    versions = {
        name: importlib.metadata.version(name)
        for name in ("mediapipe", "onnxruntime", "opencv-contrib-python", "pillow", "pyexiv2")
    }
    return {
        "processor": model, "cores": os.cpu_count(), "python": platform.python_version(), **versions,
    }  # fmt: skip
