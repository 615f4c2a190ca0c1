"""What people told of their months reaches no feature, no score and no rule book."""

from __future__ import annotations

import re
from collections.abc import Iterable

import pytest
from tests.tidy import tree
from tests.tidy.tree import Source

JUDGING = ("kernel", "gateways", "money", "decisioning", "credit", "risk")
"""All that a decision about a person can come from."""
OWN = re.compile(r"care\s*\.\s*\"?(?:budget|cap_change|lesson_told|budget_warning)\b")
IMPORT = re.compile(r"whiteslip\.care\b|care\.budgeting")


def reaching(sources: Iterable[Source]) -> list[str]:
    """Name the files in which a decision could learn of a budget: features, habits, samples, books, cards."""
    return [
        source.path
        for source in sources
        if source.inside[:1]
        and source.inside[0] in JUDGING
        and (OWN.search(source.text) or IMPORT.search(source.text))
    ]


def test_no_decision_reads_what_was_told_for_advice() -> None:
    sources = [file for kind in (".sql", ".py", ".toml") for file in tree.sources(kind)]
    looked_at = {source.inside[0] for source in sources if source.inside[:1]}

    assert set(JUDGING) <= looked_at
    assert any("features/sql" in source.path for source in sources)
    assert any("rulebooks/data" in source.path for source in sources)
    assert reaching(sources) == []


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (
            "decisioning/features/sql/compute_budgets.sql",
            "SELECT budget.income_minor FROM care.budget",
        ),
        ("decisioning/rulebooks/data/watch.toml", 'from = "care.budget_warning"'),
        ("credit/limits/store.py", "from whiteslip.care.budgeting.store import read_budgets"),
        ("risk/suspensions/sql/see_caps.sql", 'SELECT 1 FROM care."cap_change"'),
    ],
)
def test_control_a_decision_that_looks_is_found(path: str, text: str) -> None:
    planted = Source(f"{tree.PACKAGE}/{path}", text)

    assert reaching([planted]) == [planted.path]


def test_care_itself_may_read_it() -> None:
    assert reaching([Source(f"{tree.PACKAGE}/care/budgeting/sql/a_b.sql", "care.budget")]) == []
