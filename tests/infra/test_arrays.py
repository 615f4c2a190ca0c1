"""Columns come back from PostgreSQL as they were sent."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any, LiteralString

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from whiteslip.infra import arrays
from whiteslip.infra.arrays import Column
from whiteslip.infra.database import Connection
from whiteslip.kernel.errors import InvalidInput, InvariantBroken

on_one_connection = settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


def some(elements: st.SearchStrategy[Any]) -> st.SearchStrategy[list[Any]]:
    return st.lists(st.none() | elements, max_size=30)


def back(db: Connection, column: Column, kind: str) -> list[Any]:
    query = f"SELECT %(sent)b::{kind}[]".encode()
    row = db.execute(query, {"sent": column}, binary=True).fetchone()
    assert row is not None
    return row[0]


INSTANTS = st.datetimes(
    datetime(1, 1, 2),  # noqa: DTZ001
    datetime(9999, 12, 30),  # noqa: DTZ001
    timezones=st.sampled_from([UTC]),
)
TEXTS = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=20)
KINDS: list[tuple[str, Callable[[Any], Column], st.SearchStrategy[Any]]] = [
    ("bigint", arrays.bigints, st.integers(-(2**63), 2**63 - 1)),
    ("integer", arrays.ints, st.integers(-(2**31), 2**31 - 1)),
    ("smallint", arrays.smallints, st.integers(-(2**15), 2**15 - 1)),
    ("float8", arrays.floats, st.floats(allow_nan=False)),
    ("boolean", arrays.bools, st.booleans()),
    ("date", arrays.dates, st.dates()),
    ("timestamptz", arrays.timestamps, INSTANTS),
    ("text", arrays.texts, TEXTS),
    ("bytea", arrays.bytes_list, st.binary(max_size=20)),
]


@pytest.mark.parametrize(("kind", "send", "elements"), KINDS, ids=[kind[0] for kind in KINDS])
def test_every_kind_comes_back_with_its_nulls(
    db: Connection, kind: str, send: Callable[[Any], Column], elements: st.SearchStrategy[Any]
) -> None:
    @on_one_connection
    @given(values=some(elements))
    def comes_back(values: list[Any]) -> None:
        column = send(values)
        assert back(db, column, kind) == values
        assert len(column) == len(values)

    comes_back()


def test_json_comes_back_and_none_is_null(db: Connection) -> None:
    sent = arrays.jsons(['{"名": 1}', b"[1, 2]", None, "null"])

    assert back(db, sent, "jsonb") == [{"名": 1}, [1, 2], None, None]
    found = db.execute("SELECT (%s::jsonb[])[3] IS NULL, (%s::jsonb[])[4] IS NULL", (sent, sent))
    assert found.fetchone() == (True, False)


@pytest.mark.parametrize("dtype", [np.int8, np.int32, np.int64, np.uint32, ">i8"])
def test_numpy_columns_of_any_integer_type(db: Connection, dtype: Any) -> None:
    assert back(db, arrays.bigints(np.array([1, 2, 120], dtype=dtype)), "bigint") == [1, 2, 120]


def test_slices_and_masked_columns(db: Connection) -> None:
    values = np.arange(10, dtype=np.int64)
    masked = np.ma.masked_array(values[:3], mask=[False, True, False])

    assert back(db, arrays.bigints(values[::-3]), "bigint") == [9, 6, 3, 0]
    assert back(db, arrays.bigints(masked), "bigint") == [0, None, 2]
    assert back(db, arrays.ints(masked), "integer") == [0, None, 2]
    assert back(db, arrays.bigints(values[:0]), "bigint") == []


def test_numpy_times(db: Connection) -> None:
    days = np.array(["2024-02-29", "NaT", "1969-12-31"], dtype="datetime64[D]")
    instants = np.array(["2024-02-29T01:02:03.000004", "NaT"], dtype="datetime64[us]")

    assert back(db, arrays.dates(days), "date") == [date(2024, 2, 29), None, date(1969, 12, 31)]
    expected = datetime(2024, 2, 29, 1, 2, 3, 4, tzinfo=UTC)
    assert back(db, arrays.timestamps(instants), "timestamptz") == [expected, None]
    aware = expected.astimezone(tz=None) + timedelta(0)
    assert back(db, arrays.timestamps([aware]), "timestamptz") == [expected]


def test_columns_unnest_side_by_side(db: Connection) -> None:
    count = 10_000
    numbers = np.arange(count)
    found = db.execute(
        "SELECT count(*), sum(a), count(b) FROM unnest(%(a)b::bigint[], %(b)b::text[]) AS r (a, b)",
        {"a": arrays.bigints(numbers), "b": arrays.texts(["x", None] * (count // 2))},
    ).fetchone()

    assert found == (count, int(numbers.sum()), count // 2)


def test_columns_are_read_as_numpy(db: Connection) -> None:
    query = """
        SELECT array_agg(i) AS ids, array_agg(i::int % 7) AS small, array_agg(i > 2) AS flags,
            array_agg(i / 2.0::float8) AS scores, array_agg('2024-02-28'::date + i::int) AS days,
            array_agg('1999-12-31 23:59:59.999999Z'::timestamptz) AS instants,
            array_agg(i) FILTER (WHERE i > 9) AS none, '{}'::bigint[] AS empty
        FROM generate_series(1::bigint, 3) AS i
    """
    read = arrays.read(db.cursor(binary=True).execute(query))

    assert read["ids"].tolist() == [1, 2, 3]
    assert read["ids"].dtype == read["small"].dtype == np.int64
    assert read["flags"].tolist() == [False, False, True]
    assert read["scores"].tolist() == [0.5, 1.0, 1.5]
    assert read["days"].tolist() == [date(2024, 2, 29), date(2024, 3, 1), date(2024, 3, 2)]
    assert read["instants"][0] == np.datetime64("1999-12-31T23:59:59.999999")
    assert len(read["none"]) == len(read["empty"]) == 0


@pytest.mark.parametrize(
    "query",
    [
        "SELECT '{1,NULL}'::int[] AS x",
        "SELECT '{{1},{2}}'::int[] AS x",
        "SELECT '{a}'::text[] AS x",
        "SELECT '{1}'::int[] AS x FROM generate_series(1, 2)",
    ],
)
def test_what_is_no_column_is_refused(db: Connection, query: LiteralString) -> None:
    with pytest.raises(InvariantBroken):
        arrays.read(db.cursor(binary=True).execute(query))


WRONG: list[tuple[Callable[[Any], Column], Any]] = [
    (arrays.bigints, [1.5]),
    (arrays.bigints, ["1"]),
    (arrays.bigints, [2**63]),
    (arrays.bigints, np.array([1.0])),
    (arrays.bigints, np.array([2**63], dtype=np.uint64)),
    (arrays.bigints, np.zeros((2, 2), dtype=np.int64)),
    (arrays.ints, [2**31]),
    (arrays.smallints, [-(2**15) - 1]),
    (arrays.bools, [1, 0]),
    (arrays.floats, ["1"]),
    (arrays.dates, [datetime(2024, 1, 1, tzinfo=UTC)]),
    (arrays.dates, ["2024-01-01"]),
    (arrays.dates, np.array([1])),
    (arrays.timestamps, [datetime(2024, 1, 1)]),  # noqa: DTZ001
    (arrays.timestamps, [date(2024, 1, 1)]),
    (arrays.texts, ["a\0b"]),
    (arrays.texts, ["\ud800"]),
    (arrays.texts, [1]),
]


@pytest.mark.parametrize(("send", "values"), WRONG)
def test_what_cannot_be_stored_exactly_is_refused(
    send: Callable[[Any], Column], values: Any
) -> None:
    with pytest.raises(InvalidInput):
        send(values)
