"""Verdicts: the strictest outcome, the reasons told, doubt that leads to review, and bad facts."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from tests.decisioning.rulebooks.random_books import book_of, rule_of

from whiteslip.decisioning.rulebooks.chunks import Column
from whiteslip.decisioning.rulebooks.model import RuleBook
from whiteslip.decisioning.rulebooks.reading import read
from whiteslip.decisioning.rulebooks.rules import judge, judge_columns
from whiteslip.decisioning.rulebooks.statement import compile_statement
from whiteslip.decisioning.rulebooks.store import shipped
from whiteslip.kernel.errors import InvalidInput
from whiteslip.kernel.reason import ReasonCode
from whiteslip.kernel.verdict import Outcome, Verdict

R = ReasonCode


def rule(when: str, name: str, outcome: str, *reasons: str, unknown: str = "review") -> str:
    text = rule_of(when, name, outcome, unknown)
    return text.replace("['DLQ-01']", str(list(reasons)))


def test_all_that_fired_is_kept_and_the_strictest_wins() -> None:
    book = book_of(
        rule("n1 > 1", "small", "watch", "DLQ-01", "DLQ-02"),
        rule("n1 > 9", "never", "suspend", "FRD-01"),
        rule("n1 > 2", "large", "restrict", "CAP-01", "DLQ-01"),
        rule("n1 > 3", "also", "restrict", "CAP-02"),
        rule("n1 > 0", "fine", "clear", "SYS-01"),
    )

    verdict = judge(book, {"n1": 5, "not read": object()})

    assert verdict == Verdict(
        outcome=Outcome.RESTRICT,
        reasons=(R.DEFAULT_LIKELY, R.OVERDUE, R.HIGH_UTILIZATION, R.REPEATEDLY_LATE),
        fired=book.mask("small", "large", "also", "fine"),
        unknown=0,
        book="test",
        version=1,
    )


def test_at_most_four_reasons_are_told() -> None:
    codes = ("DLQ-01", "DLQ-02", "DLQ-03")
    book = book_of(
        rule("b1", "one", "watch", *codes), rule("b1", "two", "suspend", "CAP-01", "CAP-02")
    )

    told = judge(book, {"b1": True}).reasons

    assert told == (R.DEFAULT_LIKELY, R.HIGH_UTILIZATION, R.OVERDUE, R.REPEATEDLY_LATE)


def test_nothing_fired_is_the_default_with_its_reasons() -> None:
    head = "default = 'watch'\ndefault_reasons = ['EXT-04']"
    book = book_of(rule("b1", "one", "suspend", "DLQ-01"), head=head)

    verdict = judge(book, {"b1": False})

    assert (verdict.outcome, verdict.reasons) == (Outcome.WATCH, (R.THIN_FILE,))
    assert judge_columns(book, {"b1": Column(np.array([False]))})[0] == verdict


@pytest.mark.parametrize(
    ("outcome", "unknown", "expected"),
    [
        ("suspend", "review", Outcome.REVIEW),
        ("restrict", "review", Outcome.REVIEW),
        ("watch", "review", Outcome.REVIEW),
        ("clear", "review", Outcome.REVIEW),
        ("review", "no_match", Outcome.CLEAR),
        ("watch", "no_match", Outcome.CLEAR),
    ],
)
def test_doubt_leads_to_review_unless_the_rule_says_otherwise(
    outcome: str, unknown: str, expected: Outcome
) -> None:
    book = book_of(rule("n1 > 1", "one", outcome, "DLQ-01", unknown=unknown))

    verdict = judge(book, {})

    assert verdict.outcome is expected
    assert verdict.reasons == ((R.DATA_MISSING,) if expected else ())
    assert (verdict.fired, verdict.unknown) == (0, 1)


def test_a_certain_suspension_stands_beside_a_doubt() -> None:
    book = book_of(
        rule("n1 > 1", "doubt", "restrict", "CAP-01"), rule("b1", "sure", "suspend", "DLQ-01")
    )

    verdict = judge(book, {"b1": True})

    assert verdict.outcome is Outcome.SUSPEND
    assert verdict.reasons == (R.OVERDUE, R.DATA_MISSING)


@pytest.mark.parametrize(
    ("name", "fact"),
    [
        ("n1", "12"),
        ("n1", True),
        ("n1", 1.5),
        ("m1", 0.5),
        ("r1", "0.9"),
        ("b1", 1),
        ("b1", "yes"),
        ("t1", 5),
    ],
)
def test_a_fact_of_the_wrong_type_is_refused_by_name(name: str, fact: object) -> None:
    book = book_of(rule("b1", "one", "watch", "DLQ-01"))

    with pytest.raises(InvalidInput, match=f"input '{name}' is ") as caught:
        judge(book, {name: fact})
    assert caught.value.where == name
    with pytest.raises(InvalidInput, match=f"input '{name}' is "):
        judge_columns(book, {name: Column(np.array([fact]))})
    with pytest.raises(InvalidInput, match=f"input '{name}' is "):
        judge_columns(book, {name: Column(np.array([fact, None], object))})


def test_columns_of_different_lengths_are_refused() -> None:
    book = book_of(rule("b1", "one", "watch", "DLQ-01"))
    two, three = np.zeros(2, np.bool_), np.zeros(3, np.bool_)

    for columns in ({"b1": Column(two), "b2": Column(three)}, {"b1": Column(two, three)}):
        with pytest.raises(InvalidInput, match="differ in length"):
            judge_columns(book, columns)
    with pytest.raises(InvalidInput, match="columns hold 2 rows, not 3"):
        judge_columns(book, {"b1": Column(two)}, rows=3)


def test_rows_without_any_column_are_unknown() -> None:
    book = book_of(
        *(rule(f"{name} is missing", name, "watch", "DLQ-01") for name in ("n1", "b1", "t1")),
        rule("b1 or t1 = 'x' or n1 > 1", "any", "watch", "DLQ-01"),
    )

    verdicts = judge_columns(book, {}, rows=3)

    assert len(verdicts) == 3
    assert list(verdicts) == [judge(book, {})] * 3
    assert len(judge_columns(book, {})) == 0


def test_sixty_two_rules_fit_the_masks() -> None:
    book = book_of(*(rule(f"n1 >= {n}", f"r{n}", "watch", "DLQ-01") for n in range(62)))

    assert judge(book, {"n1": 61}).fired == 2**62 - 1
    assert judge_columns(book, {"n1": Column(np.array([61, 0]))}).fired.tolist() == [2**62 - 1, 1]
    assert "4611686018427387904::bigint" not in compile_statement(book, row="r").fired_mask
    assert "2305843009213693952::bigint" in compile_statement(book, row="r").fired_mask


@pytest.mark.parametrize("row", ["", "R", "r; --", 'r"', "1r"])
def test_a_row_alias_is_a_plain_name(row: str) -> None:
    with pytest.raises(InvalidInput, match="cannot name"):
        compile_statement(book_of(rule("b1", "one", "watch", "DLQ-01")), row=row)


def test_a_statement_has_no_percent_sign() -> None:
    book = book_of(rule("t1 = '100%' or t1 in ('%(x)s', '{y}')", "one", "watch", "DLQ-01"))

    assert not set("%{}") & set(compile_statement(book, row="r").select_list)


HARMLESS: dict[str, Any] = {
    "restriction_level": 0,
    "failed_debits_60d": 0,
    "uncollected_60d_minor": 0,
    "reliefs_broken_12m": 0,
    "default_probability": 0.05,
    "odd_purchases_7d": 0,
    "suspected_purchases_7d": 0,
}
"""What the watch book sees of most people beside arrears and use; a bureau told nothing."""


@pytest.fixture(scope="module")
def watch() -> RuleBook:
    book, problems = read(shipped("watch"), file="watch.toml")
    assert book is not None, problems
    return book


@pytest.mark.parametrize(
    ("facts", "outcome", "reasons"),
    [
        ((0, 0, 0.2), Outcome.CLEAR, ()),
        ((1, 1, 0.2), Outcome.WATCH, (R.OVERDUE,)),
        ((14, 14, 0.2), Outcome.WATCH, (R.OVERDUE,)),
        ((15, 15, 0.2), Outcome.RESTRICT, (R.OVERDUE, R.REPEATEDLY_LATE)),
        ((29, 29, 0.2), Outcome.RESTRICT, (R.OVERDUE, R.REPEATEDLY_LATE)),
        ((30, 30, 0.2), Outcome.SUSPEND, (R.OVERDUE, R.REPEATEDLY_LATE)),
        ((0, 15, 0.2), Outcome.WATCH, (R.REPEATEDLY_LATE,)),
        ((0, 45, 0.2), Outcome.RESTRICT, (R.REPEATEDLY_LATE,)),
        ((0, 0, 0.95), Outcome.WATCH, (R.HIGH_UTILIZATION,)),
        ((0, 0, None), Outcome.CLEAR, ()),
        ((None, 0, 0.2), Outcome.REVIEW, (R.DATA_MISSING,)),
        ((0, None, 0.2), Outcome.REVIEW, (R.DATA_MISSING,)),
        ((30, None, None), Outcome.SUSPEND, (R.OVERDUE, R.DATA_MISSING)),
    ],
)
def test_the_watch_book_at_its_thresholds(
    watch: RuleBook, facts: tuple[Any, ...], outcome: Outcome, reasons: tuple[R, ...]
) -> None:
    names = ("days_past_due", "late_days_12m", "utilization")

    verdict = judge(watch, {**HARMLESS, **dict(zip(names, facts, strict=True))})

    assert (verdict.outcome, verdict.reasons) == (outcome, reasons)


@pytest.mark.parametrize("level", range(6))
def test_without_a_score_the_watch_book_doubts_only_what_is_restricted(
    watch: RuleBook, level: int
) -> None:
    facts = {**HARMLESS, "days_past_due": 0, "late_days_12m": 0, "utilization": 0.2}

    known = judge(watch, {**facts, "restriction_level": level})
    missing = judge(watch, {**facts, "restriction_level": level, "default_probability": None})

    assert known.outcome is Outcome.CLEAR
    doubted = (Outcome.REVIEW, (R.DATA_MISSING,))
    assert (missing.outcome, missing.reasons) == (doubted if level >= 3 else (Outcome.CLEAR, ()))
