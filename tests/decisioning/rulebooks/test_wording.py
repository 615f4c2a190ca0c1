"""Conditions written as text again, brought into one form, compared and explained."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.decisioning.rulebooks.random_books import (
    TYPED,
    book_of,
    by_scalar,
    random_book,
    random_rows,
    random_when,
    rule_of,
)

from whiteslip.decisioning.rulebooks.comparison import diff
from whiteslip.decisioning.rulebooks.explanation import explain
from whiteslip.decisioning.rulebooks.language import parse
from whiteslip.decisioning.rulebooks.rules import judge
from whiteslip.decisioning.rulebooks.wording import normalize, text_of
from whiteslip.kernel.errors import InvalidInput

SEEDS = st.integers(0, 2**32)
of_many = settings(max_examples=80, deadline=None)


@of_many
@given(seed=SEEDS)
def test_what_is_written_reads_back_as_the_same_tree(seed: int) -> None:
    tree = parse(random_when(Random(seed)), TYPED)

    assert parse(text_of(tree), TYPED) == tree


@of_many
@given(seed=SEEDS)
def test_the_one_form_means_the_same_on_every_row(seed: int) -> None:
    when = random_when(Random(seed))
    plain = normalize(parse(when, TYPED))
    rows = random_rows(seed, 200)

    assert by_scalar(book_of(rule_of(text_of(plain))), rows) == by_scalar(
        book_of(rule_of(when)), rows
    )
    assert normalize(plain) == plain


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("n1 > 5", "5 < n1"),
        ("n1 > 5", "not (n1 <= 5)"),
        ("n1 > 5 and b1", "b1 and n1 > 5.0"),
        ("n1 > 5 and (b1 and b2)", "(n1 > 5 and b1) and b2"),
        ("not (b1 or n1 > 5)", "n1 <= 5 and not b1"),
        ("n1 between 1 and 3", "n1 >= 1 and n1 <= 3"),
        ("t1 in ('a', 'b')", "t1 in ('b', 'a', 'b')"),
        ("t1 in ('a')", "t1 = 'a'"),
        ("b1 or b1", "b1"),
        ("n1 > n2", "n2 < n1"),
        ("n1 > 1000", "n1 > 1_000"),
    ],
)
def test_what_means_the_same_does_not_differ(one: str, other: str) -> None:
    assert diff(book_of(rule_of(one)), book_of(rule_of(other))) == ()


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("n1 > 5", "n1 >= 5"),
        ("n1 > n2", "n1 < n2"),
        ("b1 and b2", "b1 or b2"),
        ("not b1", "b1"),
        ("n1 - n2 > 5", "n2 - n1 > 5"),
        ("n1 is missing", "n1 is not missing"),
        ("t1 not in ('a', 'b')", "t1 in ('a', 'b')"),
        ("(b1 and b2) or n1 > 5", "b1 and (b2 or n1 > 5)"),
    ],
)
def test_what_means_something_else_differs(one: str, other: str) -> None:
    (difference,) = diff(book_of(rule_of(one)), book_of(rule_of(other)))

    assert (difference.part, difference.what) == ("rule r", "when")


def test_every_kind_of_difference_is_told() -> None:
    rules = (rule_of("n1 > 1", "a"), rule_of("n1 > 2", "b"), rule_of("b1", "c"))
    old = book_of(*rules, inputs={"n1": "int", "b1": "bool", "gone": "text"})
    changed = rule_of("n1 > 3", "a", "reduce", "no_match").replace("DLQ-01", "DLQ-02")
    new = book_of(
        rule_of("b1", "c"),
        changed,
        rule_of("new_one", "d"),
        inputs={"n1": "ratio", "b1": "bool", "new_one": "bool"},
        head="default = 'watch'\ndefault_reasons = ['EXT-04']",
    )

    assert [str(each) for each in diff(old, new)] == [
        "~ book: default clear → watch EXT-04",
        "~ book: order of rules a, c → c, a",
        "~ input n1: type int → ratio",
        "- input gone: text",
        "+ input new_one: bool",
        "~ rule a: when n1 > 1 → n1 > 3",
        "~ rule a: outcome watch → reduce",
        "~ rule a: reasons DLQ-01 → DLQ-02",
        "~ rule a: unknown review → no match",
        "- rule b: when n1 > 2: watch for DLQ-01, review when unknown",
        "+ rule d: when new_one: watch for DLQ-01, review when unknown",
    ]
    assert diff(new, new) == ()


@of_many
@given(seed=SEEDS)
def test_an_explanation_says_what_the_verdict_says(seed: int) -> None:
    book, rows = random_book(seed), random_rows(seed, 5)
    for values in zip(*rows.values(), strict=True):
        facts = dict(zip(rows, values, strict=True))
        found, verdict = explain(book, facts), judge(book, facts)

        assert found.verdict == verdict
        for index, rule in enumerate(found.rules):
            assert (rule.truth is True) == bool(verdict.fired >> index & 1)
            assert (rule.truth is None) == bool(verdict.unknown >> index & 1)
            assert rule.steps[0].truth is rule.truth


def test_an_explanation_shows_each_step_with_its_values() -> None:
    book = book_of(
        rule_of("m1 > m2 * 2 and (b1 or not (n1 in (1, 2)))", "sum", "restrict"),
        rule_of("t1 = 'gold'", "text", "watch", "no_match"),
    )

    found = explain(book, {"m1": 500, "m2": 100, "n1": None, "b1": False, "t1": "50%"})

    rule, text = found.rules
    assert (rule.truth, rule.lacking, rule.says) == (None, ("n1",), "review")
    assert [(step.depth, step.text, step.truth, step.seen) for step in rule.steps] == [
        (0, "m1 > m2 * 2 and (b1 or n1 not in (1, 2))", None, ()),
        (1, "m1 > m2 * 2", True, ("m1 = 500", "m2 = 100", "m2 * 2 = 200")),
        (1, "b1 or n1 not in (1, 2)", None, ()),
        (2, "b1", False, ("b1 is false",)),
        (2, "n1 not in (1, 2)", None, ("n1 is missing",)),
    ]
    assert (text.truth, text.says, text.steps[0].seen) == (False, "", ("t1 = '50%'",))


def test_a_division_by_zero_is_shown_as_missing() -> None:
    found = explain(book_of(rule_of("n1 / n2 > 1")), {"n1": 3, "n2": 0})

    assert found.rules[0].steps[0].seen == ("n1 = 3", "n2 = 0", "n1 / n2 is missing")
    assert found.rules[0].lacking == ()


def test_a_fact_of_a_wrong_type_is_refused() -> None:
    with pytest.raises(InvalidInput, match="input 'n1' is int"):
        explain(book_of(rule_of("n1 > 1")), {"n1": "three"})
