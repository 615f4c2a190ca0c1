"""What weighed in a score, of a card and of trees; what is no longer so, or was missing, is not told."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from tests.decisioning.rulebooks.random_books import book_of, rule_of

from whiteslip.decisioning.features.store import declarations
from whiteslip.decisioning.models import challenger
from whiteslip.decisioning.models.model import Evidence
from whiteslip.decisioning.samples.model import NumberColumn, Sample
from whiteslip.decisioning.scorecards.model import Bin, NumberVariable, Scorecard
from whiteslip.kernel.reason import ReasonCode
from whiteslip.risk.watching import rules
from whiteslip.risk.watching.factors import explain
from whiteslip.risk.watching.model import Explained

KEY = (7, 9)
GOOD, BAD, WORSE = Bin(10.0, 0.5, 1, 0), Bin(-15.0, -0.7, 1, 1), Bin(-40.0, -2.0, 1, 1)
CARD = Scorecard(
    "behavior", 1, "", 600, 20, 50, 3.0,
    (
        NumberVariable("utilization", (0.5,), (GOOD, BAD), (), BAD, 1.0, ReasonCode.HIGH_UTILIZATION),
        NumberVariable("days_past_due", (1,), (GOOD, WORSE), (), BAD, 1.0, ReasonCode.OVERDUE),
    ),
)  # fmt: skip
RULE = book_of(
    rule_of("default_probability >= 0.3", "likely", "restrict").replace("DLQ-01", "CAP-01"),
    inputs={"default_probability": "ratio", "days_past_due": "int"},
).rules[0]


def explained(facts: dict[str, Any]) -> Explained:
    evidence = Evidence(1, None, facts)
    return explain(CARD, {KEY: evidence}, declarations().features)[KEY]


@pytest.mark.parametrize(
    ("seen", "days", "told"),
    [
        ({"utilization": 0.9, "days_past_due": 4}, 5, ["DLQ-01", "CAP-02"]),
        ({"utilization": 0.9, "days_past_due": 4}, 0, ["CAP-02"]),
        ({"utilization": 0.1, "days_past_due": 4}, 0, ["CAP-01"]),
        ({"utilization": 0.1, "days_past_due": 0}, 0, ["CAP-01"]),
        ({"utilization": None, "days_past_due": None}, 0, ["CAP-01"]),
        ({"utilization": None, "days_past_due": 4}, 4, ["DLQ-01"]),
    ],
)
def test_a_card_tells_what_lost_points_and_still_holds(
    seen: dict[str, Any], days: int, told: list[str]
) -> None:
    facts = {"days_past_due": days, "default_probability": 0.4}

    reasons = rules.reasons(RULE, facts, explained(seen))

    assert [reason.code for reason in reasons] == told
    for reason in reasons:
        if reason.code is ReasonCode.OVERDUE:
            assert reason.facts == {"days": days}


def test_trees_tell_what_raised_the_risk() -> None:
    rng = np.random.default_rng(5)
    late, used = rng.integers(0, 60, 3000).astype(float), rng.random(3000)
    is_bad = rng.random(3000) < np.where(late > 30, 0.7, 0.05)
    columns = (NumberColumn("late_days_12m", late), NumberColumn("utilization", used))
    told = {"late_days_12m": ReasonCode.REPEATEDLY_LATE, "utilization": ReasonCode.HIGH_UTILIZATION}
    trees = replace(
        challenger.fit(Sample(columns, is_bad), settings=challenger.Settings(1), reasons=told),
        name="behavior",
    )
    facts = {"late_days_12m": 50.0, "utilization": 0.5}

    found = explain(trees, {KEY: Evidence(1, None, facts)}, declarations().features)[KEY]

    assert found.lost[0][0] is ReasonCode.REPEATEDLY_LATE
    assert found.seen.value > 0.3
    assert found.seen.facts == facts


def test_trees_over_what_is_no_feature_any_more_explain_nothing() -> None:
    rng = np.random.default_rng(5)
    shoe = rng.random(600)
    sample = Sample((NumberColumn("shoe_size", shoe),), rng.random(600) < shoe)
    trees = challenger.fit(sample, settings=challenger.Settings(1))

    facts = {"shoe_size": 0.5}
    assert explain(trees, {KEY: Evidence(1, None, facts)}, declarations().features) == {}
