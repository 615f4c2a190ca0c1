"""A prepared sample is described as it is: rows and bad rows by bin, and how groups are judged."""

from __future__ import annotations

import numpy as np

from whiteslip.decisioning.samples import describing
from whiteslip.decisioning.samples.cells import arrow
from whiteslip.decisioning.samples.model import CategoryColumn, NumberColumn
from whiteslip.decisioning.samples.preparing import prepare
from whiteslip.decisioning.samples.schema import Schema

ROWS = 200
BAD = np.arange(ROWS) % 4 == 0


def test_rows_and_bad_rows_are_counted_by_bin() -> None:
    codes = (np.arange(ROWS) % 2).astype(np.int32)
    names = describing.spread(CategoryColumn("z", codes, ("a", "b")), BAD)
    values = np.where(codes == 1, -9.0, np.arange(ROWS))
    amounts = describing.spread(NumberColumn("z", values, (-9.0,)), BAD)

    assert (names.labels, names.counts, names.bads) == (("a", "b"), (0, 0, 100, 100), (0, 0, 50, 0))
    assert amounts.specials == (-9.0,)
    assert amounts.counts[:2] == (0, 100)
    assert (sum(amounts.counts), sum(amounts.bads), amounts.bads[1]) == (ROWS, 50, 0)


def test_groups_are_compared_by_what_was_foretold_and_what_came() -> None:
    generator = np.random.default_rng(1)
    table = {
        "SEX": arrow.array(["F" if place < 80 else "M" for place in range(ROWS)]),
        "age": arrow.array([str(20 + place % 60) for place in range(ROWS)]),
        "x": arrow.array([f"{value:.3f}" for value in generator.normal(size=ROWS)]),
        "y": arrow.array(["1" if bad else "0" for bad in BAD]),
    }
    prepared = prepare(table, target="y", schema=Schema())
    probability = np.where(np.arange(ROWS) < 80, 0.9, 0.1)
    probability[:3] = 0.95

    groups = {(each.column, each.label): each for each in describing.groups(prepared, probability)}

    women, men = groups["SEX", "F"], groups["SEX", "M"]
    assert (women.rows, women.observed) == (80, 0.25)
    assert abs(women.expected - 0.9) < 0.01
    assert abs(women.riskiest - 3 / 80) < 1e-12
    assert (men.rows, men.riskiest) == (120, 0.0)
    assert abs(men.expected - 0.1) < 1e-9
    assert sum(each.rows for each in groups.values() if each.column == "age") == ROWS
    assert len([each for each in groups.values() if each.column == "age"]) == 4


def test_drift_is_seen_along_the_file() -> None:
    table = {
        "still": arrow.array([str(place % 20) for place in range(ROWS)]),
        "moved": arrow.array([str(place % 20 + 15 * (place > 100)) for place in range(ROWS)]),
        "y": arrow.array(["1" if place % 7 == 0 else "0" for place in range(ROWS)]),
    }
    prepared = prepare(table, target="y", schema=Schema())

    drifts = {each.name: each.drift for each in describing.accounts(prepared)}

    assert drifts["y"] is None
    assert drifts["still"] is not None
    assert drifts["moved"] is not None
    assert drifts["still"] < 0.05
    assert drifts["moved"] > 1
