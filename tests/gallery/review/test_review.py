"""What is decided in a review is saved, written into the photos and shown, and can be undone."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import commands
import phototag
from phototag.analysis.decisions.decision import NOTHING, Decision
from phototag.catalogue.state import State
from phototag.criteria.verdict import Kind
from reviewing import Client, review

Read = Callable[[Path], dict[str, Any]]

pytestmark = pytest.mark.slow

CROP = [0.1, 0.05, 0.5, 0.625]


@pytest.fixture
def client(photos: Path, state: Path) -> Iterator[Client]:
    with review(photos, state=state) as client:
        yield client


def decide(client: Client, *numbers: int, **said: object) -> Any:
    return client.post("/api/decide", photos=list(numbers), said=said)


def keywords(read: Read, photos: Path) -> list[str]:
    return list(read(photos / "portrait.jpg")["Subject"])


def test_the_photos_and_their_pictures(client: Client) -> None:
    numbers = client.numbers()
    assert set(numbers) == {"portrait.jpg", "copy.jpg", "headshot.jpg", "cat.jpg"}
    for size in ("thumb", "large"):
        reply = client.ask(f"/{size}/{numbers['cat.jpg']}?token={client.token}")
        assert reply.headers["content-type"] == "image/webp"
        assert reply.content[8:12] == b"WEBP"


def test_a_photo_that_cannot_be_read_is_named(photos: Path, state: Path) -> None:
    (photos / "broken.jpg").write_text("no photo")
    with review(photos, state=state) as client:
        client.loaded()
        (failure,) = client.get("/api/photos")["failures"]
    assert failure.partition(": ")[0] == str(photos / "broken.jpg")
    assert "\n" not in failure


def test_a_decision_is_written_into_all_copies(client: Client, photos: Path, read: Read) -> None:
    numbers = client.numbers()
    answer = decide(client, numbers["portrait.jpg"], kind="headshot", expression="serious")
    both = {str(numbers[name]) for name in ("portrait.jpg", "copy.jpg")}
    assert set(answer["rows"]) == both
    assert all(row[6] == "headshot" for row in answer["rows"].values())
    events = client.written()
    assert {str(event["photo"]) for event in events if event.get("written")} == both
    for path in (photos / "portrait.jpg", photos / "deep" / "copy.jpg"):
        found = read(path)
        assert found["Kind"] == "headshot"
        assert found["Subject"] == ["headshot"]
    assert "Kind" not in read(photos / "cat.jpg")
    rows = client.loaded()
    assert rows[numbers["copy.jpg"]] == answer["rows"][str(numbers["copy.jpg"])]
    assert client.end()[1].splitlines()[-1] == "2 photos decided, 2 written."


def test_a_crop_is_written_as_it_was_drawn(client: Client, photos: Path, exiftool: str) -> None:
    import json
    import subprocess

    number = client.numbers()["portrait.jpg"]
    client.post("/api/decide", photos=[number], said={"crop:casting_8x10": CROP})
    assert all("problem" not in event for event in client.written())
    command = [exiftool, "-j", "-struct", "-XMP-iptcExt:ImageRegion", str(photos / "portrait.jpg")]
    found = json.loads(subprocess.run(command, check=True, capture_output=True, timeout=60).stdout)
    regions = {region["RId"]: region["RegionBoundary"] for region in found[0]["ImageRegion"]}
    drawn = regions["phototag-crop-casting_8x10"]
    assert [drawn[side] for side in ("RbX", "RbY", "RbW", "RbH")] == pytest.approx(CROP, abs=0.01)


def test_undo_and_redo_put_back_each_photos_own_decision(
    client: Client, photos: Path, read: Read
) -> None:
    numbers = client.numbers()
    portrait, headshot = numbers["portrait.jpg"], numbers["headshot.jpg"]
    assert client.ask("/api/undo", "POST", {}).status == 409
    decide(client, portrait, kind="other")
    second = decide(client, portrait, headshot, kind="headshot")
    client.written()
    undone = client.post("/api/undo")
    assert undone["change"] == second["change"]
    assert sorted(undone["photos"]) == sorted([portrait, headshot, numbers["copy.jpg"]])
    assert undone["rows"][str(portrait)][6] == "other"
    client.written()
    assert read(photos / "portrait.jpg")["Kind"] == "other"
    assert read(photos / "deep" / "copy.jpg")["Kind"] == "other"
    client.post("/api/undo")
    client.written()
    assert read(photos / "portrait.jpg")["Kind"] == "portrait"
    assert client.ask("/api/undo", "POST", {}).status == 409
    client.post("/api/redo")
    client.post("/api/redo")
    assert client.ask("/api/redo", "POST", {}).status == 409
    client.written()
    assert read(photos / "portrait.jpg")["Kind"] == "headshot"
    client.post("/api/undo")
    decide(client, numbers["cat.jpg"], kind="portrait")
    assert client.ask("/api/redo", "POST", {}).status == 409  # another way was taken


def test_what_is_forgotten_holds_no_longer(
    client: Client, photos: Path, state: Path, read: Read
) -> None:
    number = client.numbers()["portrait.jpg"]
    decide(client, number, kind="headshot", shot="half_body")
    decide(client, number, kind=None)
    client.written()
    client.end()
    with State(state) as stored:
        (decision,) = stored.decisions().values()
    assert decision.words() == {"shot": "half_body"}
    assert read(photos / "portrait.jpg")["Kind"] == "portrait"
    done = commands.run("tag", photos, "--state", state)
    assert done.returncode == 0, done.stderr
    assert read(photos / "portrait.jpg")["Kind"] == "portrait"


def test_one_run_of_the_log_for_one_review_which_keeps_the_keywords_there(
    photos: Path, state: Path, read: Read
) -> None:
    phototag.tag(photos / "portrait.jpg", keywords="standard")
    before = set(keywords(read, photos))
    assert len(before) > 1
    with review(photos, state=state) as client:
        numbers = client.numbers()
        decide(client, numbers["portrait.jpg"], kind="headshot")
        decide(client, numbers["cat.jpg"], kind="portrait")
        client.written()
        assert client.end()[0] == 0
    assert set(keywords(read, photos)) == {"headshot", *before} - {"portrait"}
    listed = commands.run("undo", "--list", "--state", state).stdout.splitlines()
    assert len(listed) == 1
    done = commands.run("undo", "--state", state)
    assert done.returncode == 0, done.stderr
    assert set(keywords(read, photos)) == before
    assert "Kind" not in read(photos / "cat.jpg")
    with State(state) as stored:
        assert stored.decisions() == {}


def test_the_next_run_finds_nothing_to_do(client: Client, photos: Path, state: Path) -> None:
    decide(client, *client.numbers().values(), kind="portrait")
    client.written()
    client.end()
    before = {path: path.stat().st_mtime_ns for path in photos.rglob("*.jpg")}
    done = commands.run("tag", photos, "--state", state)
    assert done.returncode == 0, done.stderr
    assert {path: path.stat().st_mtime_ns for path in photos.rglob("*.jpg")} == before


def test_seen_and_left_is_kept_beside_decisions(client: Client, photos: Path, state: Path) -> None:
    numbers = client.numbers()
    before = (photos / "portrait.jpg").read_bytes()
    answer = client.post("/api/decide", photos=[numbers["portrait.jpg"]], left=True)
    assert set(answer["rows"]) == {str(numbers["portrait.jpg"]), str(numbers["copy.jpg"])}
    client.post("/api/decide", photos=[numbers["cat.jpg"]], left=True)
    client.post("/api/undo")
    said = client.end()[1].splitlines()[-1]
    assert said == "0 photos decided, 2 seen and left, 0 written."
    assert (photos / "portrait.jpg").read_bytes() == before
    with State(state) as stored:
        (left,) = stored.left().values()
        assert left.kind is Kind.PORTRAIT
        assert left.environment is not None
        assert stored.decisions() == {}


def test_questions_are_of_the_photos_near_the_own_line(client: Client) -> None:
    numbers = client.numbers()
    first = client.get("/api/next")["photos"]
    assert set(first) == {
        numbers["headshot.jpg"],
        min(numbers["portrait.jpg"], numbers["copy.jpg"]),
    }
    assert client.get("/api/next?count=1")["photos"] == first[:1]
    decide(client, first[0], kind="headshot")
    assert client.get("/api/next")["photos"] == first[1:]
    client.post("/api/decide", photos=first[1:], left=True)
    assert client.get("/api/next")["photos"] == []
    client.post("/api/undo")
    assert client.get("/api/next")["photos"] == first[1:]


def test_the_place_survives_a_restart(photos: Path, state: Path) -> None:
    place = {"kind": "portrait", "at": 3, "text": "\u00fc\ud83d"}
    with review(photos, state=state) as client:
        assert client.get("/api/place") == {}
        assert client.ask("/api/place", "PUT", place).status == 200
        client.end()
    with review(f"{photos}/", state=state) as client:
        assert client.get("/api/place") == place
        client.end()
    with review(photos / "deep", state=state) as client:
        assert client.get("/api/place") == {}


def test_the_word_in_a_photo_is_shown(photos: Path, state: Path, tmp_path: Path) -> None:
    """It was decided on another computer."""
    with review(photos, state=state) as client:
        decide(client, client.numbers()["portrait.jpg"], kind="other")
        client.written()
        client.end()
    elsewhere = tmp_path / "elsewhere.sqlite3"
    with review(photos, state=elsewhere) as client:
        kinds = {row[3]: row[6] for row in client.loaded()}
        assert kinds["portrait.jpg"] == "other"
        decide(client, client.numbers()["portrait.jpg"], shot="half_body")
        client.written()
        client.end()
    with State(elsewhere) as stored:
        (decision,) = stored.decisions().values()
    assert decision.words() == {"kind": "other", "shot": "half_body"}


def test_single_photos_are_reviewed_alone(photos: Path, state: Path, read: Read) -> None:
    with review(photos / "portrait.jpg", photos / "cat.jpg", state=state) as client:
        numbers = client.numbers()
        assert list(numbers) == ["portrait.jpg", "cat.jpg"]
        decide(client, 1, kind="headshot")
        client.written()
        client.end()
    assert read(photos / "cat.jpg")["Kind"] == "headshot"
    assert "Kind" not in read(photos / "portrait.jpg")


def test_a_dry_run_saves_and_writes_nothing(photos: Path, state: Path) -> None:
    before = (photos / "cat.jpg").read_bytes()
    with review(photos, state=state, options=("--dry-run",)) as client:
        number = client.numbers()["cat.jpg"]
        assert decide(client, number, kind="headshot")["rows"][str(number)][6] == "headshot"
        assert "dry run" in client.written()[0]["problem"]
        code, said = client.end()
    last = "1 photo decided; nothing is saved: this was a dry run."
    assert (code, said.splitlines()[-1]) == (0, last)
    assert (photos / "cat.jpg").read_bytes() == before
    with State(state) as stored:
        assert stored.decisions() == {}
        assert stored.unwritten() == set()


def test_the_options_of_tag_hold(photos: Path, state: Path) -> None:
    options = ("--sidecar", "always", "--keywords", "full")
    before = (photos / "cat.jpg").read_bytes()
    with review(photos, state=state, options=options) as client:
        decide(client, client.numbers()["cat.jpg"], kind="headshot")
        client.written()
        client.end()
    assert (photos / "cat.jpg").read_bytes() == before
    assert "headshot" in (photos / "cat.jpg.xmp").read_text("utf-8")


def test_adopting_and_deciding_in_one_run(state: Path) -> None:
    """What was decided in the run holds, whatever a photo says."""
    from phototag.catalogue.current_run import CurrentRun
    from phototag.options import CatalogueOptions
    from phototag.worker.pool import Pool

    there = Decision(kind=Kind.OTHER)
    with State(state) as stored, Pool() as pool:
        run = CurrentRun([], CatalogueOptions(), "review", stored, pool)
        run.see("a", there)
        assert run.decision("a") == there
        assert stored.decisions() == {}
        run.decide({"a": NOTHING})
        assert run.adopt("a", there) == NOTHING
        assert run.decision("a") == NOTHING


def test_a_copy_that_comes_later(photos: Path, state: Path, read: Read) -> None:
    for number in range(12):
        shutil.copy(photos / "cat.jpg", photos / "deep" / f"z{number}.jpg")
    with review(photos, state=state) as client:
        while not client.get("/api/photos")["photos"]:
            pass
        decide(client, 0, kind="portrait")  # the cat is the first
        client.loaded()
        client.written()
        client.end()
    copies = sorted((photos / "deep").glob("z*.jpg"))
    assert [read(path)["Kind"] for path in copies] == ["portrait"] * 12
