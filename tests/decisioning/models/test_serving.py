"""Serving: what the booster says, calibrated; clear refusals; reasons that add up to the margin."""

from __future__ import annotations

from dataclasses import replace
from time import perf_counter
from typing import cast

import numpy as np
import pytest
from tests.decisioning.models.learned import WORK, learned, sample_of

from whiteslip.decisioning.models.calibrating import probability
from whiteslip.decisioning.models.encoding import matrix
from whiteslip.decisioning.models.model import Contributions
from whiteslip.decisioning.models.serving import contributions, predict, reasons
from whiteslip.decisioning.samples.model import CategoryColumn, Codes, Column, Floats, NumberColumn
from whiteslip.kernel.errors import InvalidInput
from whiteslip.kernel.reason import ReasonCode


def columns() -> dict[str, Column]:
    return {column.name: column for column in sample_of(300, seed=4).columns}


def test_columns_come_in_any_order() -> None:
    given = tuple(columns().values())

    assert predict(learned(), given[::-1]).tolist() == predict(learned(), given).tolist()
    assert predict(learned(), [column.take(np.arange(0)) for column in given]).tolist() == []


def test_rows_are_scored_the_same_alone_and_together() -> None:
    given = tuple(columns().values())
    alone = [
        predict(learned(), [each.take(np.array([row])) for each in given]) for row in range(20)
    ]

    assert predict(learned(), given)[:20].tolist() == np.concatenate(alone).tolist()


def test_predicting_takes_no_longer_than_the_booster_itself() -> None:
    sample = sample_of(60_000)
    model = learned()
    cells = np.ascontiguousarray(matrix(model.inputs, sample.columns))

    def seconds(ours: bool) -> float:
        begun = perf_counter()
        if ours:
            predict(model, sample.columns)
        else:
            model.booster.predict(cells, num_threads=1)
        return perf_counter() - begun

    pairs = [(seconds(True), seconds(False)) for _ in range(7)]
    assert min(pair[0] for pair in pairs) < 1.5 * min(pair[1] for pair in pairs)


def test_a_name_never_seen_is_read_as_missing() -> None:
    given = columns()
    work = cast("CategoryColumn", given["work"])
    new = CategoryColumn("work", np.zeros(300, dtype=np.int32), ("astronaut",))
    none = CategoryColumn("work", np.full(300, -1, dtype=np.int32), WORK)
    turned = CategoryColumn("work", np.where(work.codes < 0, -1, 2 - work.codes), WORK[::-1])

    def said(column: Column) -> list[float]:
        return predict(learned(), tuple({**given, "work": column}.values())).tolist()

    assert said(new) == said(none) != said(work)
    assert said(turned) == said(work)


def test_a_code_never_seen_is_read_as_missing_not_as_an_amount() -> None:
    given = columns()

    def said(values: Floats, *specials: float) -> list[float]:
        column = NumberColumn("used", values, specials)
        return predict(learned(), tuple({**given, "used": column}.values())).tolist()

    missing = said(np.full(300, np.nan))
    assert said(np.full(300, 99_999.0), 99_999.0) == missing
    assert said(np.full(300, np.inf), np.inf) == missing
    assert said(np.full(300, 99_999.0)) != missing


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"used": None}, "columns missing: used"),
        ({"age": NumberColumn("age", np.zeros(300))}, "columns not asked for: age"),
        ({"late": None, "x": NumberColumn("x", np.zeros(300))}, "missing: late; not asked for: x"),
        ({"x": NumberColumn("used", np.zeros(300))}, "there twice: used"),
        ({"used": NumberColumn("used", np.zeros(9))}, r"differ in length: \[9, 300\]"),
        ({"used": CategoryColumn("used", np.zeros(300, np.int32), ("a",))}, "used holds names"),
        ({"work": NumberColumn("work", np.zeros(300))}, "work holds numbers, not names"),
        ({"used": NumberColumn("used", np.full(300, np.inf))}, "used is infinite in row 0"),
        (
            {"used": NumberColumn("used", cast("Floats", np.full(300, "1")))},
            "used holds <U1, not numbers",
        ),
        (
            {"work": CategoryColumn("work", np.full(300, 3, np.int32), WORK)},
            "work has codes from 3 to 3 for 3 labels",
        ),
        (
            {"work": CategoryColumn("work", np.full(300, -2, np.int32), WORK)},
            "work has codes from -2",
        ),
        (
            {"work": CategoryColumn("work", cast("Codes", np.zeros(300)), WORK)},
            "work holds float64, not places",
        ),
    ],
)
def test_columns_that_do_not_fit_are_named(change: dict[str, Column | None], message: str) -> None:
    given = {**columns(), **change}

    with pytest.raises(InvalidInput, match=message):
        predict(learned(), [column for column in given.values() if column is not None])


def test_contributions_add_up_to_the_margin() -> None:
    given = tuple(columns().values())
    rows = np.array([5, 3, 200])

    found = contributions(learned(), given, rows=rows)

    margin = found.start + found.values.sum(axis=1)
    assert found.values.shape == (3, 4)
    assert probability(learned().calibration, margin).tolist() == pytest.approx(
        predict(learned(), given)[rows].tolist(), abs=1e-9
    )


def test_missing_is_told_from_a_special_code() -> None:
    given = columns()
    late, used = cast("NumberColumn", given["late"]), cast("NumberColumn", given["used"])

    found = contributions(learned(), tuple(given.values()), rows=np.arange(300))

    assert (late.values == -7).any()
    assert not found.missing[:, 0].any()
    assert found.missing[:, 1].tolist() == np.isnan(used.values).tolist()
    work = cast("CategoryColumn", given["work"])
    assert found.missing[:, 2].tolist() == (work.codes < 0).tolist()


def test_no_rows_have_no_contributions() -> None:
    found = contributions(learned(), tuple(columns().values()), rows=np.zeros(300, dtype=np.bool_))

    assert found.values.shape == (0, 4)
    assert reasons(learned(), found) == []


def test_reasons_are_what_raised_the_risk_most_first() -> None:
    values = np.array([[0.2, 0.5, -0.1, 9.0], [-1.0, -1.0, -1.0, 9.0], [0.1, 0.6, 0.3, 0.0]])
    missing = np.zeros((3, 4), dtype=np.bool_)
    missing[2, 1] = True
    found = Contributions(0.0, values, missing)

    assert reasons(learned(), found) == [
        (ReasonCode.HIGH_UTILIZATION, ReasonCode.REPEATEDLY_LATE),
        (),
        (ReasonCode.DATA_MISSING, ReasonCode.UNSTABLE_INCOME, ReasonCode.REPEATEDLY_LATE),
    ]


def test_inputs_of_one_reason_count_together_and_four_at_most_are_told() -> None:
    codes = (
        ReasonCode.OVERDUE,
        ReasonCode.BURST,
        ReasonCode.BURST,
        ReasonCode.THIN_FILE,
        ReasonCode.HIGH_DEBT,
        ReasonCode.IDENTITY,
    )
    source = learned().inputs[1]
    model = replace(learned(), inputs=tuple(replace(source, reason=code) for code in codes))
    values = np.array([[0.5, 0.3, 0.3, 0.1, 0.2, 0.05]])

    found = reasons(model, Contributions(0.0, values, np.zeros((1, 6), dtype=np.bool_)))

    assert found == [
        (ReasonCode.BURST, ReasonCode.OVERDUE, ReasonCode.HIGH_DEBT, ReasonCode.THIN_FILE)
    ]
