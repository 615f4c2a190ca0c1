"""What a finding leads to: restrictions imposed, lifted, replaced and kept, and the decision behind it."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from tests.decisioning.rulebooks.random_books import book_of, rule_of

from whiteslip.decisioning.decisions.rules import agrees, rerun
from whiteslip.decisioning.rulebooks.model import RuleBook
from whiteslip.decisioning.rulebooks.rules import judge
from whiteslip.kernel.reason import ReasonCode
from whiteslip.kernel.verdict import Outcome
from whiteslip.risk.suspensions.model import Change
from whiteslip.risk.suspensions.store import ways
from whiteslip.risk.watching import rules
from whiteslip.risk.watching.model import Finding, Watched

ON = date(2026, 3, 1)
AT = datetime(2026, 3, 1, 3, tzinfo=UTC)
INPUTS = {"days_past_due": "int", "utilization": "ratio", "income": "money"}


def rule(when: str, name: str, outcome: str, code: str, *, unknown: str = "review") -> str:
    return rule_of(when, name, outcome, unknown).replace("DLQ-01", code)


BOOK = book_of(
    rule("days_past_due >= 1", "late", "watch", "DLQ-01"),
    rule("utilization > 0.9", "full", "watch", "CAP-02", unknown="no_match"),
    rule("income < 100_000", "poor", "restrict", "CAP-03"),
    rule("income < 50_000", "look", "review", "CAP-03"),
    inputs=INPUTS,
)


def finding(book: RuleBook, *active: str, gone: tuple[str, ...] = (), **facts: Any) -> Finding:
    """A line as a statement would find it, with the restrictions of some rules active."""
    seen = tuple(facts.get(source.name) for source in book.inputs)
    verdict = judge(book, facts)
    mask = book.mask(*active)
    return Finding(
        7,
        9,
        0,
        verdict.fired,
        verdict.unknown,
        mask,
        mask,
        0,
        is_unasked=False,
        gone=gone,
        seen=seen,
    )


def led_to(found: Finding, book: RuleBook = BOOK) -> tuple[list[str], list[str]]:
    """The rules that restrict, and those that no longer do."""
    acting = rules.actions(book, [found])
    return (
        [rule.id for one in acting for rule in one.imposes],
        [rule_id for one in acting for rule_id in one.lifts],
    )


@pytest.mark.parametrize(
    ("active", "facts", "imposed", "lifted"),
    [
        ((), {"days_past_due": 3, "utilization": 0.95, "income": 200_000}, ["late", "full"], []),
        (("late",), {"days_past_due": 0, "utilization": 0.1, "income": 200_000}, [], ["late"]),
        (("late",), {"days_past_due": 3, "utilization": 0.1, "income": 200_000}, [], []),
        (
            ("late",),
            {"days_past_due": 0, "utilization": 1, "income": 1},
            ["full", "poor"],
            ["late"],
        ),
    ],
)
def test_what_fires_is_imposed_and_what_fires_no_more_is_lifted(
    active: tuple[str, ...], facts: dict[str, Any], imposed: list[str], lifted: list[str]
) -> None:
    assert led_to(finding(BOOK, *active, **facts)) == (imposed, lifted)


def test_missing_data_neither_imposes_nor_cures() -> None:
    known: dict[str, Any] = {"days_past_due": 0, "utilization": 0.1}

    assert led_to(finding(BOOK, **known)) == ([], [])
    assert led_to(finding(BOOK, "poor", **known)) == ([], [])
    assert led_to(finding(BOOK, "poor", **known, income=200_000)) == ([], ["poor"])
    assert led_to(finding(BOOK, "late", "poor", **known)) == ([], ["late"])


def test_a_rule_that_says_no_match_is_cured_by_what_is_missing() -> None:
    assert led_to(finding(BOOK, "full", days_past_due=0, income=200_000)) == ([], ["full"])


def test_a_rule_the_version_lacks_or_has_at_another_level_restricts_no_longer() -> None:
    def after(*gone: str, **changed: int | None) -> tuple[list[str], list[str]]:
        facts = {"days_past_due": 0, "utilization": 0.1, "income": 200_000, **changed}
        return led_to(finding(BOOK, gone=gone, **facts))

    assert after("other") == ([], ["other"])
    assert after("late") == ([], ["late"])
    assert after("late", days_past_due=3) == (["late"], ["late"])
    assert after("poor", income=None) == ([], [])


def test_the_decision_says_what_could_not_be_known() -> None:
    found = finding(BOOK, days_past_due=3, utilization=0.1)

    decision = rules.decide(BOOK, found, 42, on=ON, at=AT)

    assert decision.outcome is Outcome.REVIEW
    assert decision.reasons == (ReasonCode.DATA_MISSING, ReasonCode.OVERDUE)
    assert decision.facts == (3, 0.1, None)
    assert agrees(decision, rerun(decision, BOOK))


def test_everything_that_is_written_has_a_number_of_its_own() -> None:
    some = [
        finding(BOOK, days_past_due=3, utilization=1, income=1),
        finding(BOOK, "late", days_past_due=0, utilization=0.1, income=200_000),
    ]
    acting = rules.actions(BOOK, some)
    numbers = list(range(100, 100 + rules.numbers_needed(acting)))

    orders = rules.orders(BOOK, acting, numbers, ways(), proposing=False, on=ON, at=AT)

    used = [
        *orders.notice_ids,
        *(one.decision_id for one in orders.decisions),
        *(one.restriction_id for one in orders.imposed),
    ]
    assert sorted(used) == numbers
    assert {one.decision_id for one in orders.imposed} == {orders.decisions[0].decision_id}
    assert [one.decision_id for one in orders.cured] == [orders.decisions[1].decision_id]
    assert [(one.rule_id, one.level) for one in orders.imposed] == [
        ("late", 1),
        ("full", 1),
        ("poor", 3),
    ]


@pytest.mark.parametrize(
    ("code", "facts", "told"),
    [
        (ReasonCode.OVERDUE, {"days_past_due": 12, "late_days_12m": 40}, {"days": 12}),
        (ReasonCode.REPEATEDLY_LATE, {"days_past_due": 12, "late_days_12m": 40}, {"days": 40}),
        (ReasonCode.OVERDUE, {"days_past_due": 0}, {}),
        (ReasonCode.REPEATEDLY_LATE, {"days_past_due": 12}, {}),
        (ReasonCode.HIGH_UTILIZATION, {"utilization": 0.954}, {"percent": 95}),
        (ReasonCode.HIGH_UTILIZATION, {"utilization": 1}, {"percent": 100}),
        (ReasonCode.HIGH_UTILIZATION, {"utilization": None}, {}),
        (ReasonCode.UNSTABLE_INCOME, {"days_past_due": 12, "utilization": 1}, {}),
    ],
)
def test_a_text_gets_the_facts_the_book_saw(
    code: ReasonCode, facts: dict[str, Any], told: dict[str, Any]
) -> None:
    assert rules.told_facts(code, facts) == told


def test_moved_are_the_lines_that_may_no_longer_buy() -> None:
    levels = ((0, 3), (2, 4), (3, 4), (4, 0), (0, 2))
    changes = [Change(1, n, n, *level, (), ON, 0) for n, level in enumerate(levels)]

    assert Watched(BOOK, 9, changes, proposed=1).moved == 3
