"""The bench of rule books: the book and its rows are sound, and the peer is compared row by row."""

from __future__ import annotations

import json
import os

import numpy as np
import pytest

from whiteslip.bench import thirty, zen_table
from whiteslip.bench.core import best, median_us, one_core
from whiteslip.bench.rules import bench_rules, compare
from whiteslip.decisioning.rulebooks.model import InputType
from whiteslip.kernel.errors import Unavailable
from whiteslip.views.judging import judge, judge_columns

ROWS = 20_000
REVIEWED = "a missing fact is taken for no match, and nobody is asked"


def test_the_book_has_thirty_rules_over_every_type_of_input() -> None:
    book = thirty.book()

    assert len(book.rules) == 30
    assert {source.type for source in book.inputs} == set(InputType)


def test_the_rows_are_the_same_each_time_and_every_rule_fires_and_is_unknown_somewhere() -> None:
    book = thirty.book()
    one, other = (judge_columns(book, thirty.columns(book, ROWS)) for _ in range(2))

    assert np.array_equal(one.fired, other.fired)
    assert np.bitwise_or.reduce(one.fired) == 2**30 - 1
    doubtful = {
        rule.id
        for index, rule in enumerate(book.rules)
        if (one.unknown >> np.uint64(index) & 1).any()
    }
    assert doubtful == {rule.id for rule in book.rules}


def test_rows_one_by_one_are_the_same_rows() -> None:
    book = thirty.book()
    columns = thirty.columns(book, 500)

    singles = [judge(book, row) for row in thirty.facts(columns, 500)]

    assert singles == list(judge_columns(book, columns))


def test_a_peer_that_collects_otherwise_is_found() -> None:
    book = thirty.book()
    columns = thirty.columns(book, 200)
    verdicts = judge_columns(book, columns)
    ours = [
        frozenset(rule.id for index, rule in enumerate(book.rules) if fired >> index & 1)
        for fired in verdicts.fired.tolist()
    ]
    known = verdicts.unknown.tolist().index(0)

    same, causes = compare(book, verdicts, ours)
    assert same["known_equal"] == same["known"] > 0
    assert {cause for _, cause in causes} <= {REVIEWED}

    ours[known] ^= {"device-farm"}
    found, causes = compare(book, verdicts, ours)
    assert found["known_equal"] == found["known"] - 1
    assert causes["device-farm", "differs"] == 1

    ours[known] ^= {"device-farm"}
    fired = next(row for row, one in enumerate(ours) if one and not verdicts.unknown[row])
    lost = min(ours[fired])
    ours[fired] -= {lost}
    _, causes = compare(book, verdicts, ours)
    assert causes[lost, "differs"] == 1


def test_the_peer_is_right_where_all_is_known_and_never_stricter_than_asked() -> None:
    pytest.importorskip("zen")

    report = bench_rules(None, rows=ROWS, tell=lambda _: None)

    told = json.loads(json.dumps(report.as_json()))
    assert report.faults == []
    assert told["peer_compared"]["known_equal"] == told["peer_compared"]["known_rows"] > 0
    assert told["peer_compared"]["milder"] > 0
    assert min(told[key] for key in ("rows_per_s", "single_us", "peer_rows_per_s")) > 0
    assert told["peer_single_us"] > 0


def test_without_the_peer_ours_is_still_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    def absent() -> None:
        raise Unavailable("zen-engine, the peer, is not installed")

    monkeypatch.setattr(zen_table, "load", absent)

    told = bench_rules(None, rows=2_000, tell=lambda _: None).as_json()

    assert told["rows_per_s"] > 0
    assert told["peer_rows_per_s"] is None
    assert "not installed" in told["notes"][0]


def test_a_measurement_is_bound_to_one_core_and_let_go() -> None:
    before = os.sched_getaffinity(0)

    with one_core() as said:
        during = os.sched_getaffinity(0)

    assert "core" in said
    assert len(during) == 1
    assert os.sched_getaffinity(0) == before


def test_the_best_of_some_rounds_is_told() -> None:
    calls: list[int] = []

    timing = best(lambda: calls.append(1), rounds=3)

    assert len(calls) == 3
    assert 0 <= timing.wall_s < 1
    assert median_us([lambda: None] * 5) < 10_000
