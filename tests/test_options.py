"""Options: one definition, of which keyword arguments, command line and fingerprint are made."""

from __future__ import annotations

import inspect
import shutil
import threading
from pathlib import Path
from typing import Any

import attrs
import pytest
from click.testing import CliRunner

import phototag
from phototag import errors
from phototag.analysis.keywords.claims import Vocabulary
from phototag.catalogue.checking import CheckOptions
from phototag.catalogue.options_fingerprint import settings_of
from phototag.cli import main
from phototag.cli.checking import check
from phototag.cli.deciding import decide
from phototag.cli.tagging import remove, tag, undo, watch
from phototag.criteria import calibration
from phototag.criteria.personal import Offsets
from phototag.gallery import build
from phototag.options import (
    CatalogueOptions,
    DecideOptions,
    GalleryOptions,
    Limits,
    RemoveOptions,
    Setting,
    TagOptions,
    UndoOptions,
    WatchOptions,
    WriteOptions,
    part,
    settings,
)
from phototag.worker.pool import Pool
from phototag.worker.requests import Request

#: Another value than the default, for every option that decides what is written.
OTHER: dict[str, Any] = {
    "signed": "skip",
    "iptc": "never",
    "sidecar": "always",
    "keywords": "full",
    "vocabulary": Vocabulary(root="mine"),
    "min_confidence": 0.9,
    "lightroom_crop": "casting_8x10",
    "faces": True,
    "profiles": (),
    "pairs": True,
    "calibration": Offsets(kind=1.0).moved(calibration.default()),
}
#: And for those that do not.
PASSING: dict[str, Any] = {
    "dry_run": True,
    "allow_hard_links": True,
    "allow_new_owner": True,
    "mtime": "keep",
    "force": True,
    "corrections": {"0": phototag.Kind.OTHER},  # noted for each picture
    "workers": 2,
    "limits": Limits(seconds=1),
    "stop": threading.Event(),
    "state": "state.sqlite3",
    "wait": True,
    "follow_links": True,
    "failed": True,
    "forget": ("a.jpg",),
}


def test_every_option_decides_or_passes() -> None:
    assert set(OTHER) | set(PASSING) == set(settings(CatalogueOptions))
    assert {name for name, s in settings(CatalogueOptions).items() if s.decides} == set(OTHER)


@pytest.mark.parametrize("name", OTHER)
def test_an_option_that_decides_gives_another_fingerprint(name: str) -> None:
    assert settings_of(CatalogueOptions(**{name: OTHER[name]})) != settings_of(CatalogueOptions())


@pytest.mark.parametrize("name", PASSING)
def test_one_that_passes_gives_the_same(name: str) -> None:
    assert settings_of(CatalogueOptions(**{name: PASSING[name]})) == settings_of(CatalogueOptions())


def test_the_order_of_choices_does_not_matter() -> None:
    there = CatalogueOptions(min_confidence={"kind": 0.5, "cropping": 0.2})
    back = CatalogueOptions(min_confidence={"cropping": 0.2, "kind": 0.5})
    assert settings_of(there) == settings_of(back)
    words = {("shot", "face"): "close", ("kind", "headshot"): "head"}
    turned = dict(reversed(words.items()))
    assert settings_of(CatalogueOptions(vocabulary=Vocabulary(words=words))) == settings_of(
        CatalogueOptions(vocabulary=Vocabulary(words=turned))
    )


def test_the_same_thresholds_in_another_order_change_nothing(
    portrait_jpg: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder := tmp_path / "photos").mkdir()
    shutil.move(portrait_jpg, folder / "a.jpg")
    first, second = ["kind=.5", "cropping=.2"], ["cropping=.2", "kind=.5"]

    submit = Pool.submit
    asked: list[str] = []

    def noted(self: Pool, request: Request[Any]) -> Any:
        asked.append(type(request).__name__)
        return submit(self, request)

    monkeypatch.setattr(Pool, "submit", noted)

    def run(thresholds: list[str]) -> list[str]:
        asked.clear()
        given = [word for value in thresholds for word in ("--min-confidence", value)]
        state = ["--state", str(tmp_path / "state.sqlite3"), "--json"]
        done = CliRunner().invoke(main, ["tag", str(folder), *given, *state])
        assert done.exit_code == 0, done.output
        return asked

    assert run(first) == ["Identify", "Write"]
    before = (folder / "a.jpg").read_bytes(), (folder / "a.jpg").stat().st_mtime_ns
    assert run(second) == []
    assert ((folder / "a.jpg").read_bytes(), (folder / "a.jpg").stat().st_mtime_ns) == before


@pytest.mark.parametrize(
    ("command", "cls"),
    [
        (tag, CatalogueOptions),
        (decide, DecideOptions),
        (watch, WatchOptions),
        (undo, UndoOptions),
        (remove, RemoveOptions),
        (check, CheckOptions),
    ],
)
def test_the_command_line_offers_every_option(command: Any, cls: type[Any]) -> None:
    offered = {parameter.name: parameter for parameter in command.params}
    fields = {**attrs.fields_dict(cls), **attrs.fields_dict(Limits)}
    wanted = {name for name, field in fields.items() if Setting.of(field).kind != "internal"}
    assert wanted <= set(offered)
    for name in wanted:
        assert offered[name].help == Setting.of(fields[name]).help


@pytest.mark.parametrize(
    ("function", "cls"),
    [
        (phototag.tag, TagOptions),
        (phototag.write, TagOptions),
        (phototag.tag_catalogue, CatalogueOptions),
        (phototag.decide_catalogue, DecideOptions),
        (phototag.watch_catalogue, WatchOptions),
        (phototag.undo, UndoOptions),
        (phototag.remove_catalogue, RemoveOptions),
        (phototag.check_catalogue, CheckOptions),
        (build, GalleryOptions),
    ],
)
def test_functions_say_which_options_they_take(function: Any, cls: type[Any]) -> None:
    names = list(inspect.signature(function).parameters)
    assert names[-len(settings(cls)) :] == list(settings(cls))
    assert function.__doc__


def test_an_unknown_option_is_named_with_the_nearest() -> None:
    with pytest.raises(errors.UnknownOption, match=r"keyword: .*did you mean keywords"):
        phototag.tag("a.jpg", keyword="full")  # type: ignore[call-arg]


def test_options_of_another_class_keep_their_values() -> None:
    options = CatalogueOptions(iptc="never", workers=3, dry_run=True)
    assert part(options, WriteOptions) == WriteOptions(iptc="never", dry_run=True)
