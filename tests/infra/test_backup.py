"""A backup comes back whole, or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest

from whiteslip.infra.backup import back_up, restore
from whiteslip.infra.database import connect
from whiteslip.kernel.errors import Conflict, InvalidInput, Unavailable


def silent(_message: str) -> None:
    pass


@pytest.fixture
def filled(empty_dsn: str) -> str:
    with connect(empty_dsn) as db:
        db.execute("CREATE SCHEMA money")
        db.execute("CREATE TABLE money.line (id bigint PRIMARY KEY, owner text)")
        db.execute(
            "INSERT INTO money.line SELECT i, '白条' || i FROM generate_series(1, 1000) AS i"
        )
    return empty_dsn


def content(dsn: str) -> object:
    with connect(dsn) as db:
        return db.execute(
            "SELECT count(*), md5(string_agg(line::text, ',' ORDER BY id)) FROM money.line AS line"
        ).fetchone()


def test_there_and_back(filled: str, dsn_to_fill: str, tmp_path: Path) -> None:
    told: list[str] = []
    file = tmp_path / "book.backup"

    assert back_up(filled, file, progress=told.append) == file.stat().st_size
    assert restore(dsn_to_fill, file, progress=silent) == 1

    assert content(dsn_to_fill) == content(filled)
    assert any("money.line" in line for line in told)
    assert list(tmp_path.iterdir()) == [file]
    assert file.stat().st_mode & 0o077 == 0


def test_nothing_is_overwritten_unasked(filled: str, tmp_path: Path) -> None:
    file = tmp_path / "book.backup"
    file.write_text("precious")

    with pytest.raises(Conflict, match="exists"):
        back_up(filled, file, progress=silent)
    assert file.read_text() == "precious"

    back_up(filled, file, overwrite=True, progress=silent)
    before = content(filled)
    with pytest.raises(Conflict, match="not empty"):
        restore(filled, file, progress=silent)
    with connect(filled) as db:
        db.execute("DELETE FROM money.line WHERE id > 10")

    restore(filled, file, overwrite=True, progress=silent)

    assert content(filled) == before


@pytest.mark.parametrize("kept_percent", [60, 90, 99])
def test_a_torn_backup_changes_nothing(
    filled: str, dsn_to_fill: str, tmp_path: Path, kept_percent: int
) -> None:
    with connect(filled) as db:
        db.execute("CREATE TABLE money.zero AS SELECT md5(i::text) FROM generate_series(1, 999) i")
    file = tmp_path / "book.backup"
    back_up(filled, file, progress=silent)
    whole = file.read_bytes()
    file.write_bytes(whole[: len(whole) * kept_percent // 100])

    with pytest.raises(Unavailable, match="nothing was changed"):
        restore(dsn_to_fill, file, progress=silent)

    with connect(dsn_to_fill) as db:
        found = db.execute("SELECT count(*) FROM pg_namespace WHERE nspname = 'money'")
        assert found.fetchone() == (0,)


def test_what_is_not_a_backup_is_refused(empty_dsn: str, tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="cannot be read"):
        restore(empty_dsn, tmp_path / "none", progress=silent)
    (tmp_path / "text").write_text("hello")
    with pytest.raises(InvalidInput, match="is not a backup"):
        restore(empty_dsn, tmp_path / "text", progress=silent)
    with pytest.raises(InvalidInput, match="no folder"):
        back_up(empty_dsn, tmp_path / "none" / "file", progress=silent)


def test_a_failed_backup_leaves_no_file(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match=r"no backup was made: .*failed"):
        back_up("host=127.0.0.1 port=1 dbname=x", tmp_path / "file", progress=silent)
    assert list(tmp_path.iterdir()) == []
