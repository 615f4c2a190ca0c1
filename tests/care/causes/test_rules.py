"""What speaks for which cause, and tables that cannot be right."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whiteslip.care.causes import rules, store
from whiteslip.care.causes.model import Cause, Source
from whiteslip.care.hardship.model import Form
from whiteslip.kernel.errors import InvalidInput


@pytest.mark.parametrize(
    ("facts", "cause"),
    [
        ({}, Cause.UNKNOWN),
        ({"income_change_12m": -0.5}, Cause.INCOME_SHOCK),
        ({"income_change_12m": -0.29, "income_variation_12m": 0.6}, Cause.SEASONAL_INCOME),
        ({"income_monthly_minor": 100, "limit_minor": 300}, Cause.OVER_GRANTING),
        ({"income_monthly_minor": 0, "limit_minor": 300}, Cause.UNKNOWN),
        ({"spend_trend_90d": 3.0, "minimum_only_streak": 4}, Cause.OVER_SPENDING),
        ({"segment_default_rate": 0.1}, Cause.DOWNTURN),
        ({"debit_failed": True, "income_change_12m": -0.5}, Cause.TECHNICAL),
        ({"is_disputed": True, "debit_failed": True}, Cause.DISPUTE),
        ({"times_late_12m": 0, "utilization": 0.1}, Cause.FORGOT),
        ({"times_late_12m": 4, "utilization": 0.1}, Cause.UNKNOWN),
    ],
)
def test_causes_by_hand(facts: dict[str, Any], cause: Cause) -> None:
    assert rules.attribute(store.table(), rules.with_derived(facts)).cause is cause


values = st.one_of(st.none(), st.floats(-10, 10), st.booleans())


@given(facts=st.dictionaries(st.sampled_from(sorted(rules.FACTS)), values))
def test_what_is_unknown_never_speaks(facts: dict[str, Any]) -> None:
    found = rules.attribute(store.table(), facts)
    known = {name: value for name, value in facts.items() if value is not None}

    assert found == rules.attribute(store.table(), known)
    assert 0 <= found.confidence_pct <= 100
    assert all(facts[name] == value for name, value in found.evidence.items())
    assert (found.cause is Cause.UNKNOWN) == (found.confidence_pct == 0)


def test_late_fees_do_not_stop_on_the_customers_word_alone() -> None:
    treatment = store.treatments()[Cause.TECHNICAL]

    assert rules.fee_free_days(treatment, Source.ASKED) == 0
    assert rules.fee_free_days(treatment, Source.STAFF) == treatment.fee_free_days > 0


GOOD = 'enough_points = 3\n[[evidence]]\ncause = "forgot"\nfact = "utilization"\nat_most = 1\npoints = 5\n'


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('"forgot"', '"lazy"'),
        ('"utilization"', '"sex"'),
        ("at_most = 1\n", ""),
        ("at_most = 1", 'at_most = "1"'),
        ("points = 5", "points = 0"),
        ("enough_points = 3", "enough = 3"),
        ("[[evidence]]", "[evidence]"),
        ("points = 5", "points = "),
    ],
)
def test_evidence_that_cannot_be_right_is_refused(before: str, after: str) -> None:
    assert rules.read_table(GOOD).enough_points == 3
    with pytest.raises(InvalidInput):
        rules.read_table(GOOD.replace(before, after, 1))


TREATED = "".join(
    f'[{cause}]\noffers = ["promise"]\nquiet_days = 1\nfee_free_days = 0\nfeedback = "none"\n'
    f'education = "x"\n'
    for cause in Cause
)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('["promise"]', '["grace"]'),
        ('["promise"]', '"promise"'),
        ("quiet_days = 1", "quiet_days = 91"),
        ('feedback = "none"', 'feedback = "all"'),
        ('education = "x"', 'education = ""'),
        ("[forgot]", "[lazy]"),
    ],
)
def test_treatments_that_cannot_be_right_are_refused(before: str, after: str) -> None:
    assert set(rules.read_treatments(TREATED, forms=list(Form))) == set(Cause)
    with pytest.raises(InvalidInput):
        rules.read_treatments(TREATED.replace(before, after, 1), forms=list(Form))
