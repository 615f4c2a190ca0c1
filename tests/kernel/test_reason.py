"""Reasons are codes from one catalog, each with the facts its text needs."""

from __future__ import annotations

import re
from dataclasses import FrozenInstanceError

import pytest

from whiteslip.kernel.reason import MOST_REASONS, Reason, ReasonCode


def test_every_code_is_a_family_and_a_number() -> None:
    assert all(re.fullmatch(r"[A-Z]{3}-\d{2}", code) for code in ReasonCode)


def test_codes_are_never_reused() -> None:
    assert len({code.value for code in ReasonCode}) == len(ReasonCode.__members__)


def test_a_code_survives_storage() -> None:
    assert all(ReasonCode(str(code)) is code for code in ReasonCode)


def test_a_reason_carries_the_facts_of_its_text() -> None:
    assert Reason(ReasonCode.OVERDUE, {"days": 12}).facts["days"] == 12
    assert dict(Reason(ReasonCode.OWN_LOCK).facts) == {}


def test_a_reason_cannot_be_changed_afterward() -> None:
    reason = Reason(ReasonCode.OVERDUE)

    with pytest.raises(FrozenInstanceError):
        reason.code = ReasonCode.BURST  # pyright: ignore[reportAttributeAccessIssue]
    with pytest.raises(TypeError):
        reason.facts["days"] = 1  # pyright: ignore[reportIndexIssue]


def test_a_person_is_told_a_few_reasons_only() -> None:
    assert MOST_REASONS == 4
