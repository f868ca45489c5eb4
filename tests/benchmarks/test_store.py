"""The store: a photo is looked at once, until it or what looks at it changes."""

from __future__ import annotations

import os
from pathlib import Path
from typing import ClassVar, Self

import attrs
import pytest

from benchmarks.photos import store
from benchmarks.photos.labelled import Label
from phototag.analyzer import Analyzer
from phototag.errors import NotAPhoto
from phototag.scene.measures import SCENE_VERSION, Scene
from scenes import face, scene

NAMES = ("a.jpg", "b.jpg", "c.jpg")


class Eyes:
    """Stands in for the sealed processes: draws a scene and remembers what it was shown."""

    shown: ClassVar[list[str]] = []

    def __init__(self, workers: int) -> None:
        assert workers == 1

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def detect(self, photo: Path) -> Scene:
        self.shown.append(photo.name)
        content = photo.read_text(encoding="utf-8") if photo.exists() else ""
        if not content:
            raise NotAPhoto(photo.name, "it is empty")
        return scene(face(float(content)))


class Bench:
    """A folder of photos, and a store."""

    def __init__(self, folder: Path, label: Label) -> None:
        self.folder = folder
        self.store = folder / "cache" / "scenes.jsonl"
        self.labels = [attrs.evolve(label, file=name) for name in NAMES]
        for name in NAMES:
            self.put(name, "0.5")
        self.told: list[str] = []

    def put(self, name: str, content: str, mtime: int = 1_000_000_000) -> None:
        (self.folder / name).write_text(content, encoding="utf-8")
        os.utime(self.folder / name, ns=(mtime, mtime))

    def see(self, *, refresh: bool = False) -> dict[str, Scene]:
        Eyes.shown.clear()
        self.told.clear()
        return store.scenes(
            self.folder, self.labels, 1, refresh, store=self.store, tell=self.told.append
        )


@pytest.fixture
def bench(label: Label, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bench:
    monkeypatch.setattr(store, "Analyzer", Eyes)
    return Bench(tmp_path, label)


def test_everything_is_seen_once(bench: Bench) -> None:
    first = bench.see()
    assert sorted(Eyes.shown) == list(NAMES)
    again = bench.see()
    assert Eyes.shown == []
    assert bench.told == []
    assert again == first
    assert list(again) == list(NAMES)
    assert again["a.jpg"] == scene(face(0.5))


@pytest.mark.parametrize(("content", "mtime"), [("0.25", 1_000_000_000), ("0.4", 1_000_000_001)])
def test_a_changed_photo_is_seen_again(bench: Bench, content: str, mtime: int) -> None:
    bench.see()
    bench.put("b.jpg", content, mtime)  # of another size, or of the same and later
    seen = bench.see()
    assert Eyes.shown == ["b.jpg"]
    assert seen["b.jpg"] == scene(face(float(content)))
    assert len(bench.store.read_text(encoding="utf-8").splitlines()) == len(NAMES)


def test_refresh_sees_everything_again(bench: Bench) -> None:
    bench.see()
    bench.see(refresh=True)
    assert sorted(Eyes.shown) == list(NAMES)


def test_another_version_of_the_scene(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    bench.see()
    monkeypatch.setattr(store, "SCENE_VERSION", SCENE_VERSION + 1)
    bench.see()
    assert sorted(Eyes.shown) == list(NAMES)


def test_with_other_models_every_photo_is_seen_again(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench.see()
    monkeypatch.setattr("phototag.scene.models.identity", lambda: "others")
    bench.see()
    assert sorted(Eyes.shown) == list(NAMES)


def test_a_failure_is_told_and_tried_again(bench: Bench) -> None:
    bench.put("b.jpg", "")
    seen = bench.see()
    assert list(seen) == ["a.jpg", "c.jpg"]
    assert "FAILED b.jpg: it is empty" in bench.told
    bench.see()
    assert Eyes.shown == ["b.jpg"]
    assert "FAILED b.jpg: it is empty" in bench.told


def test_a_photo_that_is_not_there_fails_like_any_other(bench: Bench) -> None:
    (bench.folder / "c.jpg").unlink()
    assert list(bench.see()) == ["a.jpg", "b.jpg"]
    assert any(sentence.startswith("FAILED c.jpg") for sentence in bench.told)


def test_a_line_that_was_cut_off_is_seen_again(bench: Bench) -> None:
    first = bench.see()
    text = bench.store.read_text(encoding="utf-8")
    bench.store.write_text(text[:-100], encoding="utf-8")
    assert bench.see() == first
    assert len(Eyes.shown) == 1


def test_a_line_of_another_shape_is_seen_again(bench: Bench) -> None:
    bench.see()
    text = bench.store.read_text(encoding="utf-8")
    bench.store.write_text(text.replace('"chroma"', '"colourfulness"', 1), encoding="utf-8")
    bench.see()
    assert len(Eyes.shown) == 1


def test_rows_leave_out_what_failed(bench: Bench) -> None:
    bench.put("b.jpg", "")
    assert [label.file for label, _ in store.rows(bench.labels, bench.see())] == ["a.jpg", "c.jpg"]


def test_each_folder_has_a_store_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "here").mkdir()
    here, there = store.default_store(tmp_path / "here"), store.default_store(tmp_path / "there")
    assert here != there
    assert here == store.default_store(tmp_path / "there" / ".." / "here")


@pytest.mark.slow
def test_seeing_gives_what_analysing_gives(portrait_jpg: Path, tmp_path: Path) -> None:
    text = tmp_path / "text.jpg"
    text.write_text("no photo", encoding="utf-8")
    with Analyzer() as analyzer:
        assert analyzer.detect(portrait_jpg) == analyzer.analyze(portrait_jpg).scene
        with pytest.raises(NotAPhoto):
            analyzer.detect(text)
