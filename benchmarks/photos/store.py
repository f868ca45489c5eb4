"""What phototag saw in the photographs, kept between runs: looking takes minutes, judging none.

The store holds measures of photographs of real people.  It lies in the user's cache folder and is
never part of the project.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import platformdirs

from benchmarks.photos import labelled
from benchmarks.photos.labelled import Label
from phototag.analysis.decisions.corrections_file import load as decisions_of
from phototag.analyzer import Analyzer
from phototag.errors import PhototagError
from phototag.scene import models, serialization
from phototag.scene.measures import SCENE_VERSION, Scene

Key = tuple[str, int, int, int, str]  # name, bytes, mtime in ns, SCENE_VERSION, models
Row = tuple[Label, Scene]


def scenes(
    folder: Path,
    labels: Sequence[Label],
    workers: int = 2,
    refresh: bool = False,  # noqa: FBT001, FBT002 - the agreed interface
    *,
    store: Path | None = None,
    tell: Callable[[str], None] | None = None,
) -> dict[str, Scene]:
    """What is seen in each photo, by the name of its file, in the order of the labels.

    Args:
        folder: where the photos are.
        labels: the photos to look at.
        workers: sealed processes.
        refresh: look at every photo again.
        store: the file to keep scenes in; None = one for this folder in the user's cache.
        tell: gets a sentence for every photo that failed and for what is under way; None = stderr.

    Returns:
        The scenes; a photo that failed has none, and was told.
    """
    tell = tell or _to_stderr
    store = store or default_store(folder)
    kept = {} if refresh else _read(store)
    keys = {label.file: key(folder / label.file) for label in labels}
    wanted = [name for name in keys if keys[name] not in kept]
    if wanted:
        tell(f"looking at {len(wanted)} of {len(keys)} photos ...")
        kept |= _look(folder, {name: keys[name] for name in wanted}, workers, store, tell)
        _write(store, _current(kept, keys))
    return {name: kept[found] for name, found in keys.items() if found in kept}


def rows(labels: Sequence[Label], seen: Mapping[str, Scene]) -> list[Row]:
    """Every label with its scene; photos that failed are left out."""
    return [(label, seen[label.file]) for label in labels if label.file in seen]


def corrected(file: Path, workers: int, tell: Callable[[str], None] | None = None) -> list[Row]:
    """Photos that were set right in a gallery; those that are not found any more are told."""
    said = decisions_of(file)
    with Analyzer(workers) as analyzer:
        outcomes = analyzer.analyze_many(correction.path for correction in said)
        seen = {o.photo: o.analysis.scene for o in outcomes if o.analysis and o.analysis.scene}
    for correction in said:
        if correction.path not in seen:
            (tell or _to_stderr)(f"{correction.path}: cannot be learnt from")
    return rows(labelled.corrected(said, seen), seen)


def default_store(folder: Path) -> Path:
    """The store of this folder: folders may hold different photos of the same names."""
    name = hashlib.sha256(str(folder.resolve()).encode()).hexdigest()[:12]
    return Path(platformdirs.user_cache_dir("phototag")) / f"benchmark-scenes-{name}.jsonl"


def key(photo: Path) -> Key:
    """All that a scene depends on; a missing photo has a key, too, and fails when looked at."""
    try:
        found = photo.stat()
    except OSError:
        return (photo.name, -1, -1, SCENE_VERSION, models.identity())
    return (photo.name, found.st_size, found.st_mtime_ns, SCENE_VERSION, models.identity())


def _look(
    folder: Path,
    wanted: Mapping[str, Key],
    workers: int,
    store: Path,
    tell: Callable[[str], None],
) -> dict[Key, Scene]:
    """See photos; each is stored at once, so that a run that is broken off loses nothing."""
    seen: dict[Key, Scene] = {}
    store.parent.mkdir(parents=True, exist_ok=True)
    with (
        store.open("a", encoding="utf-8") as stream,
        Analyzer(workers) as analyzer,
        ThreadPoolExecutor(workers) as pool,
    ):
        found = pool.map(partial(_see, analyzer), (folder / name for name in wanted))
        for number, (one, scene) in enumerate(zip(wanted.values(), found, strict=True), start=1):
            if isinstance(scene, Scene):
                seen[one] = scene
                stream.write(_line(one, scene))
            else:
                tell(f"FAILED {scene}")
            if number % 100 == 0:
                tell(f"  {number} of {len(wanted)}")
    return seen


def _see(analyzer: Analyzer, photo: Path) -> Scene | PhototagError:
    """What is seen in one photo, or why nothing is.

    ``analyze_many`` judges as well, and that needs a calibration that fits the criteria: it could
    not look for the sake of making one.
    """
    try:
        return analyzer.detect(photo)
    except PhototagError as error:
        return error


def _current(kept: Mapping[Key, Scene], keys: Mapping[str, Key]) -> dict[Key, Scene]:
    """Without the scenes of photos that have changed since."""
    return {found: scene for found, scene in kept.items() if keys.get(found[0], found) == found}


def _line(found: Key, scene: Scene) -> str:
    return json.dumps({"key": found, "scene": serialization.to_json(scene)}) + "\n"


def _read(store: Path) -> dict[Key, Scene]:
    if not store.exists():
        return {}
    lines = store.read_text(encoding="utf-8").splitlines()
    return dict(pair for line in lines for pair in _stored(line))


def _stored(line: str) -> Iterator[tuple[Key, Scene]]:
    """Nothing for a line that was cut off or has another shape: that photo is seen again."""
    try:
        values: dict[str, Any] = json.loads(line)
        name, size, mtime, version, identity = values["key"]
        if (version, identity) == (SCENE_VERSION, models.identity()):
            yield (
                (name, size, mtime, version, identity),
                serialization.from_json(values["scene"], Scene),
            )
    except (ValueError, TypeError, KeyError):
        return


def _write(store: Path, kept: Mapping[Key, Scene]) -> None:
    """Replace the store in one step."""
    fresh = store.with_name(store.name + ".new")
    fresh.write_text("".join(map(_line, kept, kept.values())), encoding="utf-8")
    fresh.replace(store)


def _to_stderr(sentence: str) -> None:
    print(sentence, file=sys.stderr, flush=True)
