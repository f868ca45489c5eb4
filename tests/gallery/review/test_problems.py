"""What cannot be written is kept and told; what is not understood changes nothing; a stop loses nothing."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageOps

import commands
from phototag.catalogue.lock import locked
from phototag.catalogue.state import State
from phototag.criteria.verdict import Kind
from phototag.gallery.build import KIND, SAID
from phototag.gallery.review.session import JUDGED_AT_ONCE
from reviewing import Client, review
from samples import SAMPLES

Read = Callable[[Path], dict[str, Any]]

pytestmark = pytest.mark.slow
MANY = 50
KEYWORDS = 12  # their place in a row


def decide(client: Client, *numbers: int, **said: object) -> Any:
    return client.post("/api/decide", photos=list(numbers), said=said)


def test_a_photo_that_cannot_be_written_is_kept_in_the_state(
    photos: Path, state: Path, read: Read
) -> None:
    cat = photos / "cat.jpg"
    cat.chmod(0o444)
    with review(photos, state=state) as client:
        number = client.numbers()["cat.jpg"]
        decide(client, number, kind="portrait")
        (event,) = client.written()
        assert event["photo"] == number
        assert "\n" not in event["problem"]
        assert "unchanged" in event["problem"]
        code, said = client.end()
    assert code == 1
    assert "1 photo decided, 0 written, 1 not written.\n1 photo could not be written: " in said
    assert "(the file is unchanged)" in said.splitlines()[-1]
    assert "Kind" not in read(cat)
    with State(state) as stored:
        (decision,) = stored.decisions().values()
        assert decision.kind is Kind.PORTRAIT
    cat.chmod(0o644)
    with review(photos, state=state) as client:  # which tries it again
        assert client.loaded()[number][6] == "portrait"
        assert client.written()[0] == {"photo": number, "written": True}
        code, said = client.end()
    assert (code, said.splitlines()[-1]) == (0, "0 photos decided, 1 written.")
    assert read(cat)["Kind"] == "portrait"
    with State(state) as stored:
        assert stored.unwritten() == set()


def test_a_photo_that_was_deleted_and_one_that_another_program_changed(
    photos: Path, state: Path, exiftool: str, read: Read
) -> None:
    with review(photos, state=state) as client:
        numbers = client.numbers()
        (photos / "headshot.jpg").unlink()
        rate = [
            exiftool,
            "-q",
            "-overwrite_original",
            "-XMP-dc:Subject=Mine",
            str(photos / "cat.jpg"),
        ]
        subprocess.run(rate, check=True, timeout=60)
        decide(client, numbers["headshot.jpg"], numbers["cat.jpg"], kind="portrait")
        events = {event["photo"]: event for event in client.written()}
        client.end()
    assert events[numbers["headshot.jpg"]]["problem"]
    assert events[numbers["cat.jpg"]]["written"]
    assert sorted(read(photos / "cat.jpg")["Subject"]) == ["Mine", "portrait"]


def test_it_waits_for_another_run_on_the_same_folders(photos: Path, state: Path) -> None:
    with review(photos, state=state) as client:
        number = client.numbers()["cat.jpg"]
        with locked([str(photos.resolve())]):
            decide(client, number, kind="portrait")
            time.sleep(2)
            found = client.get("/api/photos")
            assert found["photos"][number][6] == "portrait"
        assert client.written() == [{"photo": number, "written": True}]
        client.end()


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory, analysed: Path) -> Iterator[Client]:
    folder = tmp_path_factory.mktemp("refused")
    with Image.open(SAMPLES / "chelsea.png") as cat:
        cat.convert("RGB").save(folder / "cat.jpg")
    state = shutil.copy(analysed, folder.parent / "refused.sqlite3")
    with review(folder, state=Path(state)) as client:
        client.loaded()
        yield client


A_HEADSHOT = {"kind": "headshot"}
REFUSED: list[tuple[str, str, object, int]] = [
    ("POST", "/api/decide", b"{", 400),
    ("POST", "/api/decide", b"[" * 100_000, 400),
    ("POST", "/api/decide", [], 400),
    ("POST", "/api/decide", {}, 400),
    ("POST", "/api/decide", {"photos": [], "said": A_HEADSHOT}, 400),
    ("POST", "/api/decide", {"photos": [0]}, 400),
    ("POST", "/api/decide", {"photos": [True], "said": A_HEADSHOT}, 400),
    ("POST", "/api/decide", {"photos": ["0"], "said": A_HEADSHOT}, 400),
    ("POST", "/api/decide", {"photos": [0], "said": {}}, 400),
    ("POST", "/api/decide", {"photos": [0], "said": {"kind": "selfie"}}, 400),
    ("POST", "/api/decide", {"photos": [0], "said": {"kind": "a\nb"}}, 400),
    ("POST", "/api/decide", {"photos": [0], "said": {"kind": 1}}, 400),
    ("POST", "/api/decide", {"photos": [0], "said": {"rating": "5"}}, 400),
    ("POST", "/api/decide", {"photos": [0], "said": {"crop:none": [0, 0, 1, 1]}}, 400),
    ("POST", "/api/decide", {"photos": [0], "said": {"crop:linkedin": [0, 0, 1]}}, 400),
    ("POST", "/api/decide", {"photos": [0], "said": {"crop:linkedin": [0, 0, 2, 1]}}, 400),
    ("POST", "/api/decide", {"photos": [0], "said": {"crop:linkedin": [0.5, 0, 0.6, 1]}}, 400),
    ("POST", "/api/decide", {"photos": [0], "said": {"crop:linkedin": [0, 0, 0, 1]}}, 400),
    ("POST", "/api/decide", {"photos": [0], "said": {"crop:linkedin": "0 0 1 1"}}, 400),
    ("POST", "/api/decide", {"photos": [0], "said": A_HEADSHOT, "left": True}, 400),
    ("POST", "/api/decide", {"photos": [0], "left": False}, 400),
    ("POST", "/api/decide", b'{"photos": [0], "said": {"crop:linkedin": [NaN, 0, 1, 1]}}', 400),
    ("POST", "/api/decide", b'{"photos": [0], "said": ' + b" " * 2**20 + b"{}}", 400),
    ("POST", "/api/decide", {"photos": [0, 1], "said": A_HEADSHOT}, 404),
    ("POST", "/api/decide", {"photos": [-1], "said": A_HEADSHOT}, 404),
    ("POST", "/api/decide", {"photos": [10**40], "said": A_HEADSHOT}, 404),
    ("GET", "/thumb/1?token=TOKEN", None, 404),
    ("GET", "/large/99999999999999999999?token=TOKEN", None, 404),
    ("GET", "/nowhere?token=TOKEN", None, 404),
    ("GET", "/api/decide", None, 405),
    ("GET", "/api/photos?from=-1", None, 400),
    ("GET", "/api/events?after=x", None, 400),
    ("PUT", "/api/place", {"text": "x" * 65536}, 400),
    ("PUT", "/api/place", b'{"at": NaN}', 400),
    ("PUT", "/api/place", [], 400),
]


@pytest.mark.parametrize(("method", "path", "body", "status"), REFUSED, ids=range(len(REFUSED)))
def test_what_is_not_understood_is_refused_in_one_line(
    client: Client, method: str, path: str, body: object, status: int
) -> None:
    reply = client.ask(path.replace("TOKEN", client.token), method, body)
    assert reply.status == status
    error = reply.json["error"]
    assert error
    assert len(error.splitlines()) == 1
    assert client.ask("/api/undo", "POST", {}).status == 409  # nothing was decided


@pytest.fixture
def many(tmp_path: Path) -> Path:
    """Small pictures, each another one."""
    (folder := tmp_path / "many").mkdir()
    with Image.open(SAMPLES / "chelsea.png") as cat:
        small = cat.convert("RGB").resize((160, 106))
    for number in range(MANY):
        ImageOps.expand(small, number, (9, 9, 9)).save(folder / f"{number:02}.jpg")
    return folder


def test_a_decision_about_many_is_answered_at_once_and_judged_while_it_is_written(
    many: Path, state: Path, read: Read
) -> None:
    with review(many, state=state, options=("--workers", "1")) as client:
        before = client.loaded()
        answer = decide(client, *range(MANY), kind="headshot", shot="face")
        words = {"kind": "headshot", "shot": "face"}
        at_once, later = set(answer["rows"]), set(answer["said"])
        assert (len(at_once), len(at_once | later)) == (JUDGED_AT_ONCE, MANY)
        assert all(row[SAID] == words for row in answer["rows"].values())
        assert all(said == [words, False] for said in answer["said"].values())
        # A page that is loaded now has it as well.
        assert {(row[KIND], row[SAID]["shot"]) for row in client.loaded()} == {("headshot", "face")}
        rows: dict[str, list[Any]] = {}
        last, waiting = 0, True
        while waiting:
            found = client.get(f"/api/events?after={last}")
            last, waiting = found["last"], found["waiting"]
            rows |= found["rows"]
        assert later <= set(rows)
        assert [row[KEYWORDS] for row in client.loaded()] == [
            (rows.get(str(at)) or answer["rows"][str(at)])[KEYWORDS] for at in range(MANY)
        ]
        assert all("phototag|kind|headshot" in row[KEYWORDS] for row in rows.values())
        undone = client.post("/api/undo")
        assert len(undone["photos"]) == MANY
        assert all(said == [{}, False] for said in undone["said"].values())
        client.written()
        assert client.loaded() == before


def test_many_photos_are_left_as_they_are_at_once(many: Path, state: Path) -> None:
    with review(many, state=state, options=("--workers", "1")) as client:
        before = client.loaded()
        decide(client, 0, kind="headshot")
        answer = client.post("/api/decide", photos=list(range(MANY)), left=True)
        assert all(said == [{}, True] for said in answer["said"].values())
        after = client.loaded()
        assert [row[:-1] for row in after[1:]] == [row[:-1] for row in before[1:]]
        assert [row[-1] for row in after] == [1] * MANY
    with State(state) as stored:
        left = [found.words() for found in stored.left().values()]
    kinds = sorted(row[KIND] for row in before)  # what phototag says, of the first one, too
    assert sorted(words["kind"] for words in left) == kinds


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_a_stop_in_the_middle_of_many_writes_loses_nothing(
    many: Path, state: Path, exiftool: str, how: signal.Signals
) -> None:
    def kinds() -> list[str]:
        command = [exiftool, "-j", "-XMP-phototag:Kind", str(many)]
        done = subprocess.run(command, check=True, capture_output=True, text=True, timeout=60)
        return [found.get("Kind", "") for found in json.loads(done.stdout)]

    with review(many, state=state, options=("--workers", "1")) as client:
        assert len(client.loaded()) == MANY
        decide(client, *range(MANY), kind="headshot")
        while client.get("/api/events?after=0")["last"] < 5:
            pass
        client.process.send_signal(how)
        _, said = client.process.communicate(timeout=60)
    written = kinds().count("headshot")
    assert 5 <= written < MANY
    with State(state) as stored:
        assert len(stored.decisions()) == MANY
        left = len(stored.unwritten())
    assert MANY - written <= left <= MANY - written + 2  # killed between the write and the note
    if how != signal.SIGKILL:
        assert left == MANY - written
        assert f"{left} {'photo is' if left == 1 else 'photos are'} not written yet" in said
    if how == signal.SIGTERM:  # the other way to go on
        done = commands.run("tag", many, "--state", state)
        assert done.returncode == 0, done.stderr
    else:
        with review(many, state=state) as client:
            assert [row[6] for row in client.loaded()] == ["headshot"] * MANY
            assert all(event.get("written") for event in client.written())
            client.end()
        with State(state) as stored:
            assert stored.unwritten() == set()
    assert kinds() == ["headshot"] * MANY
