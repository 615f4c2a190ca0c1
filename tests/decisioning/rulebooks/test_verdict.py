"""Outcomes are ordered and named; a verdict tells at most four reasons."""

from __future__ import annotations

import pytest

from whiteslip.kernel.errors import InvalidInput
from whiteslip.kernel.reason import ReasonCode
from whiteslip.kernel.verdict import Outcome, Verdict


def test_outcomes_stand_from_clear_to_suspend() -> None:
    labels = ["clear", "watch", "step_up", "reduce", "review", "restrict", "suspend"]

    assert [outcome.label for outcome in sorted(Outcome)] == labels
    assert [Outcome.from_label(label) for label in labels] == list(Outcome)
    assert [int(outcome) for outcome in Outcome] == list(range(7))


@pytest.mark.parametrize("label", ["CLEAR", "ban", ""])
def test_an_unknown_label_is_refused(label: str) -> None:
    with pytest.raises(InvalidInput, match="is not an outcome"):
        Outcome.from_label(label)


def test_five_reasons_are_too_many() -> None:
    with pytest.raises(InvalidInput, match="at most 4"):
        Verdict(Outcome.WATCH, tuple(ReasonCode)[:5], 1, 0, "watch", 1)
