"""Statements are found by name, run, and refused when they are not what was promised."""

from __future__ import annotations

from pathlib import Path

import pytest

from whiteslip.infra.database import Connection
from whiteslip.infra.sql import Sql
from whiteslip.kernel.errors import InvariantBroken

FILES = {
    "count_up": "-- Count from 1.\n-- Twice.\n\n"
    "SELECT i AS number FROM generate_series(1, %(n)s) i",
    "touch": "UPDATE thing SET size = size + %(by)s;\n",
    "gather": "SELECT array_agg(i) AS numbers FROM generate_series(1, %(n)s) AS i",
    "remainder": "SELECT 7 %% 4 AS rest -- why\n",
}


@pytest.fixture
def sql(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Sql:
    package = f"package_{abs(hash(request.node.name))}"
    folder = tmp_path / package / "sql"
    folder.mkdir(parents=True)
    (tmp_path / package / "__init__.py").write_text("")
    (folder / "notes.txt").write_text("not a statement")
    for name, text in FILES.items():
        (folder / f"{name}.sql").write_text(text)
    monkeypatch.syspath_prepend(str(tmp_path))
    return Sql(package)


def test_rows_are_named(sql: Sql, db: Connection) -> None:
    assert [row.number for row in sql.many(db, "count_up", n=3)] == [1, 2, 3]
    assert sql.many(db, "count_up", n=0) == []


def test_one_is_exactly_one(sql: Sql, db: Connection) -> None:
    assert sql.one(db, "count_up", n=1).number == 1
    for wrong in (0, 2):
        with pytest.raises(InvariantBroken, match=f"count_up returned {wrong} rows"):
            sql.one(db, "count_up", n=wrong)


def test_columns_come_as_numpy(sql: Sql, db: Connection) -> None:
    assert sql.columns(db, "gather", n=3)["numbers"].tolist() == [1, 2, 3]
    assert sql.columns(db, "gather", n=0)["numbers"].tolist() == []


def test_maybe_is_at_most_one(sql: Sql, db: Connection) -> None:
    assert sql.maybe(db, "count_up", n=0) is None
    assert sql.maybe(db, "count_up", n=1).number == 1  # pyright: ignore[reportOptionalMemberAccess]
    with pytest.raises(InvariantBroken, match="at most one"):
        sql.maybe(db, "count_up", n=2)


def test_run_counts_rows(sql: Sql, db: Connection) -> None:
    db.execute("CREATE TABLE thing AS SELECT 1 AS size FROM generate_series(1, 3)")

    assert sql.run(db, "touch", by=5) == 3


def test_a_percent_sign_is_written_twice(sql: Sql, db: Connection) -> None:
    assert sql.one(db, "remainder").rest == 3


def test_statements_are_prepared(sql: Sql, db: Connection) -> None:
    sql.many(db, "count_up", n=3)

    assert db.execute("SELECT count(*) FROM pg_prepared_statements").fetchone() == (1,)


def test_enums_come_back_as_text(db: Connection, sql: Sql, tmp_path: Path) -> None:
    db.execute("CREATE TYPE mood AS ENUM ('well')")
    (tmp_path / sql.package / "sql" / "feel.sql").write_text("SELECT 'well'::mood AS mood")

    assert sql.one(db, "feel").mood == "well"


def test_comments_document_and_are_not_sent(sql: Sql) -> None:
    assert sql.text("count_up").startswith("SELECT i")
    assert sql.about("count_up") == "Count from 1.\nTwice."
    assert sql.names() == ("count_up", "gather", "remainder", "touch")


def test_an_unknown_name_says_what_there_is(sql: Sql, db: Connection) -> None:
    with pytest.raises(
        InvariantBroken, match=r"no statement 'cuont_up'; it has: count_up, gather, rem"
    ):
        sql.many(db, "cuont_up")


def test_a_package_without_statements() -> None:
    assert Sql("whiteslip.kernel").names() == ()
    with pytest.raises(InvariantBroken):
        Sql(None)
