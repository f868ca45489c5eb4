"""The page as a file: whole, harmless, and without a way out."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

import phototag
from browsing import photos_of
from phototag import errors, gallery
from phototag.analysis.decisions.decision import Decision
from phototag.analysis.shapes import Layer, shapes
from phototag.catalogue.state import State
from phototag.catalogue.walk import clean_folder
from phototag.gallery.template import in_script
from phototag.metadata.picture_hash import digest
from phototag.worker.pool import Pool
from phototag.worker.requests import Detect, Identify, Request


def test_the_page_holds_all_and_connects_to_nothing(page: Path) -> None:
    text = page.read_text("utf-8")
    assert len(photos_of(page)) == 4
    assert "default-src 'none'" in text
    outside = re.findall(r"(?:https?:)?//[a-z0-9.-]+\.[a-z]{2,}", text.split("<script>gallery")[0])
    assert set(outside) <= {"http://www.w3.org"}  # the name of SVG's namespace
    assert not re.search(r"<(?:link|script|img)[^>]+(?:src|href)=\"(?!data:)", text)
    assert "1 photo failed" in text
    assert "reduced copies of 4 photos" in text


def test_names_end_no_element(page: Path) -> None:
    text = page.read_text("utf-8")
    assert "<b>you" not in text
    assert "<i>.jpg" not in text
    assert "<img src=x" not in text
    scripts = re.findall(r"<script[^>]*>", text)
    data = [f'<script id="{name}" type="application/json">' for name in ("settings", "photos")]
    assert scripts[:3] == [*data, "<script>"]
    assert in_script(["</script><!--", "&amp;"]) == (
        '["\\u003c/script\\u003e\\u003c!--","\\u0026amp;"]'
    )


def test_nothing_is_left_beside_the_page(page: Path) -> None:
    assert sorted(path.name for path in page.parent.iterdir()) == ["Pictures & <more>", "page.html"]


def test_what_a_run_has_seen_is_not_looked_at_again(
    portrait_jpg: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    state, out = tmp_path / "state.sqlite3", tmp_path / "page.html"
    (folder := tmp_path / "in").mkdir()
    portrait_jpg.rename(folder / "a.jpg")
    list(phototag.tag_catalogue(folder, state=state))
    submit = Pool.submit

    def no_look(self: Pool, request: Request[Any]) -> Any:
        assert not isinstance(request, Detect)
        assert not (isinstance(request, Identify) and request.detect)
        return submit(self, request)

    monkeypatch.setattr(Pool, "submit", no_look)
    assert gallery.build(folder, out=out, state=state) == []
    assert [row[6] for row in photos_of(out)] == ["portrait"]


def test_a_corrected_verdict_is_shown_as_such(portrait_jpg: Path, tmp_path: Path) -> None:
    state, out = tmp_path / "state.sqlite3", tmp_path / "page.html"
    picture = digest(portrait_jpg.read_bytes(), str(portrait_jpg))
    with State(state) as run_log:
        run = run_log.begin([], "", "")
        run_log.log_decisions(run, {picture: Decision(kind=phototag.Kind.HEADSHOT)})
        run_log.leave({picture: {"shot": "half_body"}})
    gallery.build(portrait_jpg, out=out, state=state)
    (row,) = photos_of(out)
    assert row[6:8] == ["headshot", 1.0]
    said, thought, confidence, people, *_, left = row[15:]
    assert (said, thought, people, left) == ({"kind": "headshot"}, "portrait", 1, 1)
    assert 0.5 < confidence < 1


def test_a_page_that_cannot_be_written(portrait_jpg: Path, tmp_path: Path) -> None:
    with pytest.raises(errors.OutputNotWritable, match="cannot be written"):
        gallery.build(portrait_jpg, out=tmp_path / "nowhere" / "page.html")
    folder, state = tmp_path / "folder.html", tmp_path / "state.sqlite3"
    folder.mkdir()
    with pytest.raises(errors.OutputNotWritable, match="this is a folder"):
        gallery.build(portrait_jpg, out=folder, state=state)
    assert not state.exists(), "no photo is looked at for a page that cannot be"
    photo = portrait_jpg.read_bytes()
    with pytest.raises(errors.OutputNotWritable, match=r"\.html"):
        gallery.build(portrait_jpg, out=portrait_jpg)
    assert portrait_jpg.read_bytes() == photo


def test_faces_head_body_and_crops_are_drawn(portrait_jpg: Path) -> None:
    analysis = phototag.analyze(portrait_jpg)
    drawn = shapes(analysis)
    assert {shape.layer for shape in drawn} == set(Layer)
    assert next(s.label for s in drawn if s.layer is Layer.FACE) == "main face"
    assert {s.name for s in drawn if s.layer is Layer.CROP} == {c.profile for c in analysis.crops}
    again = phototag.Analysis.from_dict(analysis.to_dict())
    assert {shape.layer for shape in shapes(again)} == {Layer.CROP}


def test_the_drawing_of_one_photo(portrait_jpg: Path, tmp_path: Path) -> None:
    out = tmp_path / "report.png"
    with phototag.Analyzer() as analyzer:
        analysis = analyzer.analyze(portrait_jpg)
        assert analyzer.draw(portrait_jpg, analysis, out) == str(out)
        with Image.open(out) as picture:
            assert picture.size[0] > 1400
            colours = {colour for _, colour in picture.convert("RGB").getcolors(1 << 24) or []}
        assert {(53, 224, 127), (255, 210, 63), (255, 123, 208), (110, 193, 255)} <= colours
        before = out.read_bytes()
        with pytest.raises(errors.WriteRefused, match="already exists"):
            analyzer.draw(portrait_jpg, analysis, out)
        assert out.read_bytes() == before


def test_a_page_that_a_kill_left_half_done_is_cleared_away_as_ours(
    portrait_jpg: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, names = os.replace, []

    def replace(old: str, new: str, **folders: int) -> None:
        names.append(Path(old).name)
        real(old, new, **folders)

    monkeypatch.setattr(os, "replace", replace)
    gallery.build(portrait_jpg, out=tmp_path / "page.html", state=tmp_path / "state.sqlite3")
    (name,) = names
    left = tmp_path / name.replace(f"-{os.getpid()}-", "-4194999-")  # no process has this number
    left.write_bytes(b"half a page")
    clean_folder(str(tmp_path))
    assert not left.exists()
