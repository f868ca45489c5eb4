"""phototag's saved searches in a database that the real digiKam has made: nothing of the user's is touched."""

from __future__ import annotations

import contextlib
import resource
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import attrs
import pytest
from digikam_searches import change, configure, copies, dump, names, piece, placed
from PIL import Image

import commands
import phototag
import processes
from phototag.analysis.keywords.vocabulary import Vocabulary
from phototag.catalogue.database import default_folder
from phototag.errors import OutputNotWritable
from phototag.integrations import setting_up, table
from phototag.integrations.digikam import reread, rows, settings
from phototag.integrations.placing import Standing
from phototag.integrations.ready_made import COLLECTIONS
from phototag.integrations.setting_up import Deed

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("digikam")]

WRITTEN = {
    "phototag: Headshots", "phototag: Portraits", "phototag: Headshots, casual",
    "phototag: Portraits of one person", "phototag: Half-length",
}  # fmt: skip


def test_what_is_written_is_taken_back_to_the_last_row(database: Path) -> None:
    before = dump(database)
    assert piece().standing(None) is Standing.ABSENT
    entry = placed()
    assert names(database) == WRITTEN
    assert piece().standing(entry) is Standing.CURRENT
    copy = rows.first_copy(str(database))
    assert dump(copy) == before
    assert str(copy) in entry.note
    assert copy.stat().st_mode & 0o777 == 0o600
    changed = database.stat().st_mtime_ns
    assert placed(entry) == attrs.evolve(entry, said=entry.said.partition("; a copy")[0])
    assert database.stat().st_mtime_ns == changed
    assert entry.take_back()
    assert dump(database) == before
    assert copies() == []
    assert entry.take_back()


def test_filters_without_a_known_keyword_wait_until_digikam_knows_it(database: Path) -> None:
    first = placed()
    left_out = {f"phototag: {one.title}" for one in COLLECTIONS} - WRITTEN
    assert all(f'"{name}"' in first.note for name in left_out)
    change(
        database,
        "INSERT INTO Tags (pid, name) SELECT id, 'group' FROM Tags WHERE name = 'people'",
    )
    assert piece().standing(first) is Standing.OLDER
    second = placed(first)
    assert names(database) == WRITTEN | {"phototag: Groups"}
    assert second.take_back()
    assert names(database) == set()


def test_tags_of_the_same_name_elsewhere_are_not_searched_for(database: Path) -> None:
    """``Styles/headshot`` and a ``headshot`` at the top have other numbers."""
    change(database, "INSERT INTO Tags (pid, name) VALUES (0, 'headshot')")
    entry = placed()
    (row,) = (row for row in entry.rows if row.name == "phototag: Headshots")
    with contextlib.closing(sqlite3.connect(database)) as sql:
        tags = dict(
            sql.execute(
                "SELECT t.id, p.name FROM Tags t LEFT JOIN Tags p ON p.id = t.pid WHERE t.name = 'headshot'"
            )
        )
    assert len(tags) == 3
    assert [tags[number] for number in tags if f"<listitem>{number}<" in row.query] == ["kind"]


def test_a_tag_with_another_number_gets_a_new_search(database: Path) -> None:
    """As when the user deletes a tag, and digiKam reads it again."""
    first = placed()
    change(database, "UPDATE Tags SET id = 4321 WHERE name = 'portrait'")
    assert piece().standing(first) is Standing.OLDER
    second = placed(first)
    assert {row.name for row in second.rows} == WRITTEN
    assert sum("<listitem>4321<" in row.query for row in second.rows) == 2
    assert second.take_back()
    assert names(database) == set()


@pytest.mark.parametrize("type_", [2, 1])
def test_a_search_of_the_users_with_the_same_name_stays(database: Path, type_: int) -> None:
    change(
        database,
        "INSERT INTO Searches (id, type, name, query) VALUES (77, ?, 'phototag: Headshots', 'own')",
        type_,
    )
    before = dump(database)
    entry = placed()
    assert 'other searches with these names: "phototag: Headshots"' in entry.note
    assert "phototag: Headshots" not in {row.name for row in entry.rows}
    assert entry.take_back()
    assert dump(database) == before


def test_searches_that_the_user_has_changed_are_left_and_named(database: Path) -> None:
    entry = placed()
    change(database, "UPDATE Searches SET query = 'own' WHERE name = 'phototag: Headshots'")
    change(database, "UPDATE Searches SET name = 'Mine' WHERE name = 'phototag: Portraits'")
    assert not entry.take_back()
    assert names(database) == {"phototag: Headshots", "Mine"}
    assert '"phototag: Headshots"' in entry.left()
    assert '"Mine"' in entry.left()
    again = placed(entry)
    assert names(database) == WRITTEN | {"Mine"}
    assert not again.take_back()
    assert names(database) == {"phototag: Headshots", "Mine"}


def test_a_number_that_another_search_has_by_now_is_left_alone(database: Path) -> None:
    entry = placed()
    change(database, "UPDATE Searches SET name = 'Mine', query = 'own', type = 1")
    before = dump(database)
    assert entry.take_back()
    assert dump(database) == before


def test_a_call_that_was_killed_before_writing_leaves_nothing(database: Path) -> None:
    """The ledger has the plan by then."""
    before = dump(database)
    plan = piece().plan(None)
    assert plan.take_back()
    assert dump(database) == before
    assert {row.name for row in placed(plan).rows} == WRITTEN


def test_the_words_of_a_vocabulary_are_looked_for(database: Path) -> None:
    words = Vocabulary(root="Styles", branches={"kind": "of"}, words={("kind", "portrait"): None})
    change(database, "INSERT INTO Tags (pid, name) SELECT id, 'of' FROM Tags WHERE name = 'Styles'")
    change(
        database, "INSERT INTO Tags (pid, name) SELECT id, 'headshot' FROM Tags WHERE name = 'of'"
    )
    searches = attrs.evolve(piece(), vocabulary=words)
    assert [row.name for row in searches.place(searches.plan(None)).rows] == ["phototag: Headshots"]


@pytest.mark.usefixtures("home")
def test_a_vocabulary_is_remembered_for_the_searches_and_the_menu(
    database: Path, tmp_path: Path
) -> None:
    words = tmp_path / "my words.toml"
    words.write_text('root = "Styles"\n[words]\nkind.portrait = false\n', encoding="utf-8")
    change(
        database, "INSERT INTO Tags (pid, name) SELECT id, 'kind' FROM Tags WHERE name = 'Styles'"
    )
    change(
        database,
        "INSERT INTO Tags (pid, name) SELECT k.id, 'headshot' FROM Tags k JOIN Tags s ON s.id = k.pid "
        "WHERE s.name = 'Styles' AND k.name = 'kind'",
    )
    for chosen in (str(words), None):
        done = setting_up.integrate(table.by_name("digikam"), vocabulary=chosen)
        assert names(database) == {"phototag: Headshots"}
        entry = Path(done[1].path).read_text(encoding="utf-8")
        assert f'desktop tag --vocabulary "{words}" %U' in entry
    assert {one.deed for one in setting_up.take_back(table.by_name("digikam"))} == {Deed.TAKEN_BACK}
    assert names(database) == set()


@pytest.mark.usefixtures("home")
def test_the_menu_tags_with_the_vocabulary(astronaut: Image.Image, tmp_path: Path) -> None:
    words = tmp_path / "my words.toml"
    words.write_text('root = "Bildart"\n', encoding="utf-8")
    photo = tmp_path / "a b.jpg"
    astronaut.save(photo)
    done = commands.run("desktop", "tag", "--vocabulary", words, photo.as_uri())
    assert done.returncode == 0, done.stderr
    record = phototag.read(photo)
    assert record is not None
    assert record.keywords.hierarchical == ("Bildart|kind|portrait",)


# -------------------------------------------------------------------------------------- refusals


@pytest.fixture
def unchanged(database: Path) -> Iterator[Path]:
    """The database, which a test must leave as it is."""
    before = dump(database)
    yield database
    assert dump(database) == before
    assert not list(default_folder().glob("*"))


def test_a_database_that_a_program_has_open_is_refused(unchanged: Path) -> None:
    code = "import sys; file = open(sys.argv[1]); print('open', flush=True); sys.stdin.read()"
    with processes.started(
        [sys.executable, "-c", code, unchanged], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        processes.read_until(process, "open")
        with pytest.raises(OutputNotWritable, match="has it open"):
            piece().plan(None)


def test_a_digikam_with_these_settings_is_refused_before_it_opens_the_database(
    unchanged: Path, tmp_path: Path
) -> None:
    program = Path(shutil.copy(shutil.which("sleep") or "", tmp_path / "digikam"))
    with processes.started([program, "60"]):
        processes.wait_until(lambda: refusal() == "digiKam is open; nothing was changed")
    with processes.started([program, "60"], env={"XDG_CONFIG_HOME": str(tmp_path / "other")}):
        assert refusal() == ""


def test_a_digikam_that_has_ended_is_not_open_though_its_starter_has_not_noticed(
    unchanged: Path, tmp_path: Path
) -> None:
    program = Path(shutil.copy(shutil.which("true") or "", tmp_path / "digikam"))
    with processes.started([program]) as process:
        processes.wait_until(lambda: _state(process.pid) == "Z")
        assert refusal() == ""


def _state(number: int) -> str:
    return Path(f"/proc/{number}/stat").read_text("utf-8").rpartition(") ")[2][0]


def refusal() -> str:
    try:
        piece().plan(None)
    except OutputNotWritable as error:
        return error.problem
    return ""


def test_a_database_in_which_another_program_writes_is_refused(
    database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its process cannot be seen, as that of a container or of another computer."""
    plan = piece().plan(None)
    before = dump(database)
    monkeypatch.setattr(rows, "_PATIENCE", 0.1)
    with contextlib.closing(sqlite3.connect(database, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(OutputNotWritable, match="another program is writing"):
            piece().place(plan)
        other.execute("ROLLBACK")
    assert dump(database) == before


def test_nothing_is_changed_where_there_is_no_room_for_the_copy(unchanged: Path) -> None:
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    plan = piece().plan(None)
    resource.setrlimit(resource.RLIMIT_FSIZE, (unchanged.stat().st_size // 2, limits[1]))
    try:
        with pytest.raises(OutputNotWritable, match="no copy of digiKam's database can be made"):
            piece().place(plan)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)


def test_a_database_server_is_refused_with_the_reason(unchanged: Path, tmp_path: Path) -> None:
    configure(tmp_path, "Database Type=QMYSQL\nDatabase Name=digikam\n")
    with pytest.raises(OutputNotWritable, match=r"database server \(QMYSQL\)"):
        piece().plan(None)


@pytest.mark.parametrize(
    ("lines", "problem"),
    [
        (None, "digiKam was never started by you"),
        ("", "digiKam was never started by you"),
        ("Database Type=QSQLITE\nDatabase Name=", "digiKam was never started by you"),
        ("Database Type=QSQLITE\nDatabase Name=/none", "digiKam has no database here"),
    ],
)
def test_a_digikam_that_is_not_set_up_is_refused_with_what_to_do(
    unchanged: Path, tmp_path: Path, lines: str | None, problem: str
) -> None:
    if lines is None:
        settings.file().unlink()
    else:
        configure(tmp_path, lines)
    with pytest.raises(OutputNotWritable, match=problem) as told:
        piece().standing(None)
    assert told.value.remedy == settings.START_ONCE


def test_what_is_no_database_of_digikams_is_refused(unchanged: Path) -> None:
    before = unchanged.read_bytes()
    for content in (b"text" * 1000, b""):
        unchanged.write_bytes(content)
        with pytest.raises(OutputNotWritable, match="cannot be read"):
            piece().standing(None)
    unchanged.write_bytes(before)


def test_settings_are_read_as_kde_writes_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "config").mkdir()
    for value, path in (
        (f"Database Name={tmp_path}/a b", f"{tmp_path}/a b"),
        ("Database Name[$e]=${HOME}/x$$y", f"{tmp_path}/x$y"),
        ("Database Name[$e]=$HOME/c", f"{tmp_path}/c"),
        (rf"Database Name={tmp_path}/tab\there\\\x41\s", f"{tmp_path}/tab\there\\A "),
        ("Database Name=/with $HOME", "/with $HOME"),
    ):
        configure(tmp_path, f"Database Type=QSQLITE\n{value}\n")
        assert settings.database() == f"{path}/digikam4.db"
        assert not settings.reads_changed_files()
    file = tmp_path / "mine.db"
    file.touch()
    configure(tmp_path, f"Database Type=QSQLITE\nDatabase Name={file}\n")
    assert settings.database() == str(file)
    configure(tmp_path, "[Metadata Settings]\nRescan File If Modified=true\n")
    assert settings.reads_changed_files()


def test_nobody_is_asked_to_read_again_where_digikam_is_closed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("DBUS_SESSION_BUS_ADDRESS", "XDG_RUNTIME_DIR"):
        monkeypatch.delenv(name, raising=False)
    assert reread.ask() == ""
