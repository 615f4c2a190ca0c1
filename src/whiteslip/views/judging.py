"""Judging and scoring facts outside of any journey: for measurements, back-tests and explanations."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from numpy.typing import NDArray

from whiteslip.decisioning.rulebooks import rules
from whiteslip.decisioning.rulebooks.chunks import Column
from whiteslip.decisioning.rulebooks.model import RuleBook
from whiteslip.decisioning.rulebooks.rules import Verdicts
from whiteslip.decisioning.scorecards import rules as scorecards
from whiteslip.decisioning.scorecards.model import Scorecard
from whiteslip.decisioning.scorecards.rules import Score, Scores
from whiteslip.kernel.verdict import Verdict

__all__ = ["Score", "Scores", "Verdicts", "judge", "judge_columns", "score", "score_columns"]


def judge(book: RuleBook, facts: Mapping[str, object]) -> Verdict:
    """Judge one set of facts, as checkout does; a fact of a wrong type is `InvalidInput`."""
    return rules.judge(book, facts)


def judge_columns(
    book: RuleBook, columns: Mapping[str, Column], *, rows: int | None = None
) -> Verdicts:
    """Judge many rows at once; `rows` is needed only where no column tells how many there are."""
    return rules.judge_columns(book, columns, rows=rows)


def score(card: Scorecard, facts: Mapping[str, object]) -> Score:
    """Score one set of facts, with the points each variable lost and the reasons to tell."""
    return scorecards.score(card, facts)


def score_columns(card: Scorecard, columns: Mapping[str, NDArray[Any]]) -> Scores:
    """Score many rows at once."""
    return scorecards.score_columns(card, columns)
