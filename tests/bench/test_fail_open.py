"""Nothing fails open: every faulty fact is reviewed or refused, every faulty rule refused when published."""

from __future__ import annotations

import pytest
from tests.tidy import tree

from whiteslip.bench import fail_open, zen_table
from whiteslip.bench.fail_open import CASES, DEFAULT, Case, bench_fail_open, our_answer
from whiteslip.kernel.errors import Unavailable

EXPECTED = {
    "a field is missing": ("review", "SYS-02"),
    "a field is null": ("review", "SYS-02"),
    "a text where a number belongs": ("refused", "'days_past_due' is int, a str is given"),
    "NaN": ("review", "SYS-02"),
    "infinity": ("review", "SYS-02"),
    "a text where a truth belongs": ("refused", "'identity_is_valid' is bool, a str is given"),
    "not, of what is missing": ("review", "SYS-02"),
    "unequal to what is missing": ("review", "SYS-02"),
    "a sum with a missing part": ("review", "SYS-02"),
    "division by zero": ("review", "SYS-02"),
    "a syntax error": ("refused", "a value is expected here, not '>' (column 17)"),
    "a function that does not exist": ("refused", "there is no function 'absolute'"),
    "a misspelled input": ("refused", "'days_pastdue' is not an input of this book"),
    "a number compared with a text": ("refused", "a number is not comparable with a text"),
    "a misspelled outcome": ("refused", "'supsend' is not one of clear, watch"),
    "no default": ("refused", "default is missing"),
    "a rule that can never hold": ("refused", "unreachable: its condition can never be true"),
    "rules that overlap though only one may hold": ("refused", "overlaps rule rule-1"),
}
REAL_ANSWERS = {
    "NaN": "error",
    "infinity": "error",
    "unequal to what is missing": "suspend",
    "a misspelled outcome": "supsend",
    "no default": "nothing",
    "rules that overlap though only one may hold": "watch",
}


def test_every_case_is_expected_to_do_something() -> None:
    assert {case.name for case in CASES} == set(EXPECTED)


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_ours_never_lets_a_fault_pass(case: Case) -> None:
    outcome, said = EXPECTED[case.name]

    answer = our_answer(case)

    assert answer.outcome == outcome
    assert said in answer.says


@pytest.mark.parametrize(("days", "outcome"), [(45, "suspend"), (3, "clear")])
def test_control_the_same_rule_without_a_fault_decides(days: int, outcome: str) -> None:
    sound = Case("sound", [("days_past_due >= 30", "suspend")], [], {"days_past_due": days})

    assert our_answer(sound).outcome == outcome


def test_the_peer_answers_as_the_documentation_says() -> None:
    pytest.importorskip("zen")

    report = bench_fail_open()

    found = {row.case: row.theirs.outcome for row in report.rows if row.theirs}
    assert found == {case.name: REAL_ANSWERS.get(case.name, DEFAULT) for case in CASES}
    assert report.as_json()["peer_fails_open"] == 13
    assert report.faults == []


def test_without_the_peer_its_column_is_empty(monkeypatch: pytest.MonkeyPatch) -> None:
    def absent() -> None:
        raise Unavailable("zen-engine, the peer, is not installed")

    monkeypatch.setattr(zen_table, "load", absent)

    report = bench_fail_open()

    assert "not installed" in report.peer
    assert all(row.theirs is None and not row.fails_open for row in report.rows)
    assert len(report.as_json()["cases"]) == len(fail_open.CASES)


def test_the_page_says_what_was_measured() -> None:
    page = (tree.ROOT / "docs/reference/fail-open.md").read_text("utf-8")
    rows = [line.strip("| ").split(" | ") for line in page.splitlines() if line.startswith("| ")]
    listed = {name: (ours, theirs) for name, ours, theirs in rows[1:]}

    assert listed.keys() == EXPECTED.keys()
    for case in CASES:
        ours, theirs = listed[case.name]
        answer = our_answer(case)
        how, _, said = ours.partition(": " if ": " in ours else ", ")
        assert how.startswith(answer.outcome)
        assert said in answer.says
        assert theirs.startswith(REAL_ANSWERS.get(case.name, DEFAULT))
