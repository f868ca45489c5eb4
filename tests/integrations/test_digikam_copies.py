"""The copies of digiKam's database, and a database that is not there."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from digikam_searches import change, configure, copies, dump, placed

from phototag.integrations import setting_up, table
from phototag.integrations.digikam import rows
from phototag.integrations.setting_up import Deed

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("digikam")]


def test_the_copy_without_anything_of_phototags_stays_until_all_is_taken_back(
    database: Path,
) -> None:
    """A later change has a copy of its own; searches that were left keep both."""
    before = dump(database)
    first = placed()
    changed = dump(database)
    change(
        database,
        "INSERT INTO Tags (pid, name) SELECT id, 'group' FROM Tags WHERE name = 'people'",
    )
    with_tag = dump(database)
    second = placed(first)
    assert str(rows.last_copy(str(database))) in second.note
    assert dump(rows.first_copy(str(database))) == before
    assert dump(rows.last_copy(str(database))) == with_tag != changed
    change(database, "UPDATE Searches SET query = 'own' WHERE name = 'phototag: Groups'")
    assert not second.take_back()
    assert dump(rows.first_copy(str(database))) == before
    assert "copies of the database stay" in second.left()
    change(database, "DELETE FROM Searches WHERE name = 'phototag: Groups'")
    assert second.take_back()
    assert copies() == []


def test_two_databases_have_copies_of_their_own(database: Path, tmp_path: Path) -> None:
    before, other = dump(database), tmp_path / "other" / "digikam4.db"
    placed()
    other.parent.mkdir()
    shutil.copy(database, other)
    change(other, "DELETE FROM Searches")
    configure(tmp_path, f"Database Type=QSQLITE\nDatabase Name={other.parent}\n")
    entry = placed()
    assert entry.take_back()
    assert copies() == [rows.first_copy(str(database))]
    assert dump(copies()[0]) == before


@pytest.mark.usefixtures("home")
def test_searches_on_a_disk_that_is_not_connected_are_not_taken_for_taken_back(
    database: Path,
) -> None:
    before, digikam = dump(database), table.by_name("digikam")
    setting_up.integrate(digikam)
    away = database.parent.rename(database.parent.with_name("away"))
    searches, _ = setting_up.take_back(digikam)
    assert searches.deed is Deed.FAILED
    assert f"{database.parent} is not there" in searches.note
    away.rename(database.parent)
    (searches,) = setting_up.take_back(digikam)
    assert searches.deed is Deed.TAKEN_BACK
    assert dump(database) == before
