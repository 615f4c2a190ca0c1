"""Nobody is held to what others did: no rule may hold by links alone, and none of it takes anything away."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from whiteslip.decisioning.rulebooks.analysis import examine
from whiteslip.decisioning.rulebooks.association import OF_OTHERS, faults, needs_own_sign
from whiteslip.decisioning.rulebooks.model import RuleBook
from whiteslip.decisioning.rulebooks.reading import read
from whiteslip.decisioning.rulebooks.reads import inputs_by_rule
from whiteslip.decisioning.rulebooks.rules import judge
from whiteslip.decisioning.rulebooks.store import shipped
from whiteslip.kernel.reason import ReasonCode
from whiteslip.kernel.verdict import Outcome

BOOK = """
name = "checkout"
version = 1
kind = "checkout"
description = "For trying a rule."
default = "clear"

[inputs]
amount = {{ type = "money" }}
deviation = {{ type = "ratio" }}
pace_deviation = {{ type = "ratio" }}
line_age_days = {{ type = "int" }}
links_to_bad = {{ type = "int" }}
ring_score = {{ type = "ratio" }}

[[rule]]
id = "tried"
when = "{when}"
outcome = "{outcome}"
reasons = ["FRD-01"]
why = "To be tried."
"""


def book_of(when: str, *, outcome: str = "review") -> RuleBook:
    book, problems = read(BOOK.format(when=when, outcome=outcome), file="checkout.toml")
    assert book is not None, problems
    return book


@pytest.mark.parametrize(
    "when",
    [
        "links_to_bad >= 1 and deviation > 2",
        "ring_score > 0.5 and amount > 100 and (deviation > 2 or pace_deviation > 2)",
        "not (links_to_bad = 0 or deviation <= 2)",
        "(links_to_bad >= 1 and deviation > 2) or (ring_score > 0.5 and pace_deviation > 2)",
        "deviation > 2",
    ],
)
def test_a_rule_may_join_a_link_with_a_sign(when: str) -> None:
    assert list(faults(book_of(when))) == []


@pytest.mark.parametrize(
    "when",
    [
        "links_to_bad >= 1",
        "links_to_bad >= 1 and amount > 100000",
        "links_to_bad >= 1 and line_age_days < 30",
        "links_to_bad >= 1 or deviation > 2",
        "not (links_to_bad = 0 and deviation <= 2)",
        "(links_to_bad >= 1 and deviation > 2) or ring_score > 0.9",
        "ring_score * deviation > 1",
    ],
)
def test_control_guilt_by_association_is_not_published(when: str) -> None:
    book = book_of(when)
    _, problems = examine(book.body, file="checkout.toml", explained=tuple(ReasonCode))

    assert not needs_own_sign(book.rules[0])
    assert any("what others did alone" in one.cause for one in problems)


def test_what_others_did_takes_nothing_away() -> None:
    found = list(faults(book_of("links_to_bad >= 1 and deviation > 2", outcome="restrict")))

    assert [cause for _, cause in found] == [
        "what others did takes nothing away from anybody: at most a person looks"
    ]


ORDINARY = st.fixed_dictionaries(
    {
        "amount": st.integers(1, 150_000).map(lambda one: one * 10 + 9),
        "plan_months": st.sampled_from([0, 3]),
        "is_verified": st.booleans(),
        "hour": st.integers(7, 23),
        "limit": st.just(4_000_000),
        "utilization_after": st.floats(0.05, 0.65),
        "line_age_days": st.integers(0, 900),
        "level": st.just(0),
        "days_past_due": st.just(0),
        "default_probability": st.one_of(st.none(), st.floats(0, 0.1)),
        "requests_1h": st.integers(0, 1),
        "requests_24h": st.integers(0, 2),
        "asked_24h": st.integers(0, 50_000),
        "same_shop_24h": st.integers(0, 1),
        "purchases_before": st.integers(0, 90),
        "minutes_since_last": st.one_of(st.none(), st.integers(30, 90_000)),
        "hours_since_new_device": st.one_of(st.none(), st.integers(0, 90_000)),
        "usual_amount": st.one_of(st.none(), st.just(100_000)),
        "deviation": st.one_of(st.none(), st.floats(-4, 1.9)),
        "pace_deviation": st.one_of(st.none(), st.floats(0, 2.4)),
        "hour_share": st.one_of(st.none(), st.floats(0.2, 3)),
        "resale_share": st.one_of(st.none(), st.floats(0, 1)),
        "largest_before": st.one_of(st.none(), st.integers(1_600_000, 2_000_000)),
        "device_is_known": st.sampled_from([False, True, None]),
        "address_is_known": st.sampled_from([False, True, None]),
        "merchant_is_known": st.booleans(),
        "category_is_known": st.sampled_from([False, True, None]),
        "resells_easily": st.sampled_from([False, True, None]),
        "is_round": st.just(value=False),
        "days_since_raise": st.one_of(st.none(), st.integers(0, 400)),
    }
)
LINKED = st.fixed_dictionaries(
    {"links_to_bad": st.integers(1, 8), "ring_score": st.floats(0.1, 1.0)}
)


def _live(name: str) -> RuleBook:
    book, problems = read(shipped(name), file=f"{name}.toml")
    assert book is not None, problems
    return book


CHECKOUT = _live("checkout")


def verdict_changed(book: RuleBook, facts: Mapping[str, Any], linked: Mapping[str, Any]) -> bool:
    """Tell whether being linked alone changes what the book says of somebody."""
    without = judge(book, {**facts, "links_to_bad": 0, "ring_score": 0.0})
    found = judge(book, {**facts, **linked})
    return (found.outcome, found.fired, found.reasons) != (
        without.outcome,
        without.fired,
        without.reasons,
    )


@settings(max_examples=300)
@given(facts=ORDINARY, linked=LINKED)
def test_who_shops_as_usual_is_judged_alike_with_any_links(
    facts: dict[str, Any], linked: dict[str, Any]
) -> None:
    assert not verdict_changed(CHECKOUT, facts, linked)


@settings(max_examples=300)
@given(facts=ORDINARY, odd=st.fixed_dictionaries({"deviation": st.floats(2.01, 9)}), linked=LINKED)
def test_links_never_do_more_than_let_a_person_look(
    facts: dict[str, Any], odd: dict[str, Any], linked: dict[str, Any]
) -> None:
    facts = facts | odd
    without = judge(CHECKOUT, {**facts, "links_to_bad": 0, "ring_score": 0.0})
    found = judge(CHECKOUT, {**facts, **linked})

    assert found.outcome <= max(without.outcome, Outcome.REVIEW)


def test_control_a_rule_on_links_alone_is_seen() -> None:
    planted = shipped("checkout").replace(
        "links_to_bad >= 1 and amount >= 50000 and (deviation > 2 or pace_deviation > 2.5 or hour_share < 0.1)",
        "links_to_bad >= 1 and amount >= 50000",
    )
    book, problems = read(planted, file="checkout.toml")
    assert book is not None, problems
    facts = {"amount": 60_009, "limit": 4_000_000, "utilization_after": 0.2, "line_age_days": 9}
    known = dict.fromkeys(one.name for one in book.inputs) | facts

    assert verdict_changed(book, known, {"links_to_bad": 1, "ring_score": 0.0})
    assert [rule for rule, _ in faults(book)] == ["linked-and-unlike"]


@pytest.mark.parametrize("name", ["checkout", "application"])
def test_the_shipped_books_ask_of_links_only_with_a_sign(name: str) -> None:
    book = _live(name)
    reading = [reads for reads in inputs_by_rule(book) if reads & OF_OTHERS]

    assert list(faults(book)) == []
    assert len(reading) >= {"checkout": 3, "application": 2}[name]
