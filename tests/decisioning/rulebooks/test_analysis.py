"""Every refusal of a book names its file, rule and cause; what can be right is not refused."""

from __future__ import annotations

import pytest
from tests.decisioning.rulebooks.random_books import body_of, rule_of

from whiteslip.decisioning.rulebooks.analysis import accept, examine
from whiteslip.decisioning.rulebooks.model import Problem
from whiteslip.decisioning.rulebooks.store import shipped
from whiteslip.kernel.errors import InvalidInput
from whiteslip.kernel.reason import ReasonCode

ALL = frozenset(ReasonCode)
EXCLUSIVE = "exclusive = true"


def causes(body: str, explained: frozenset[ReasonCode] = ALL) -> list[tuple[str, str]]:
    _, problems = examine(body, file="b.toml", explained=explained)
    assert all(problem.file == "b.toml" for problem in problems)
    return [(problem.rule, problem.cause) for problem in problems]


@pytest.mark.parametrize(
    ("rule", "cause"),
    [
        (rule_of("n1 >"), "when: a value is expected here, not the end (column 5)"),
        (rule_of("n1 > 'x'"), "when: a number is not comparable with a text (column 6)"),
        (rule_of("age > 1"), "when: 'age' is not an input of this book (column 1)"),
        (rule_of("abs(n1) > 1"), "when: there is no function 'abs' (column 1)"),
        (rule_of("n1 / 0 > 1"), "when: division by zero (column 6)"),
        (rule_of("n1 > 5 and n1 < 3"), "unreachable: its condition can never be true"),
        (rule_of("n1 > 1", outcome="step_up"), "outcome: a watch book may not step_up"),
        (rule_of("n1 > 1", outcome="ban"), "outcome: 'ban' is not one of clear, watch, step_up"),
        (
            rule_of("n1 > 1", outcome="restrict", unknown="no_match"),
            "a rule that may restrict goes to review when unknown",
        ),
        (rule_of("n1 > 1", unknown="deny"), "unknown: 'deny' is not one of review, no_match"),
        (rule_of("n1 > 1").replace("DLQ-01", "XXX-01"), "reason: 'XXX-01' is not one of"),
        (rule_of("n1 > 1").replace("['DLQ-01']", "[]"), "the outcome watch has no reason"),
        (
            rule_of("n1 > 1").replace("['DLQ-01']", str(["DLQ-01"] * 5)),
            "5 reasons, at most 4 are told",
        ),
        (rule_of("n1 > 1") + "\nwhne = 1", "'whne' is not a key known here"),
        ("id = 'r'\noutcome = 'clear'", "when is missing, a str is needed"),
        ("id = 'r'\nwhen = 'n1 > 1'", "outcome is missing"),
        ("id = 'r'\nwhen = 5\noutcome = 'clear'", "when is a int, a str is needed"),
    ],
)
def test_a_bad_rule_is_refused(rule: str, cause: str) -> None:
    found = causes(body_of(rule))

    assert {name for name, _ in found} == {"r"}
    assert found[0][1].startswith(cause)


@pytest.mark.parametrize(
    ("body", "cause"),
    [
        ("name = ", "not TOML"),
        (body_of(rule_of("b1"), head="default = 'x'"), "default: 'x' is not one of"),
        (body_of(rule_of("b1")).replace("default = 'clear'", ""), "default is missing"),
        (
            body_of(rule_of("b1"), head="default = 'watch'"),
            "the default is watch and has no reason",
        ),
        (body_of(rule_of("b1"), head="kind = 'party'"), "kind: 'party' is not one of watch"),
        (body_of(rule_of("b1"), head="kind = true"), "kind: True is not one of watch"),
        (body_of(rule_of("b1"), inputs={"b1": "date"}), "type of input b1: 'date' is not one of"),
        (body_of(rule_of("b1"), inputs={"in": "int", "b1": "bool"}), "'in' cannot name an input"),
        (body_of(rule_of("b1")).replace("version = 1", "version = true"), "version is a whole"),
        (body_of(rule_of("b1")).replace("'test'", "'T st'"), "name: 'T st' is not small letters"),
        (body_of(rule_of("b1"), head="surprise = 1"), "'surprise' is not a key known here"),
        (body_of(), "there is no rule"),
        (body_of(*(rule_of(f"n1 > {n}", f"r{n}") for n in range(63))), "63 rules, at most 62"),
    ],
)
def test_a_bad_book_is_refused(body: str, cause: str) -> None:
    found = causes(body)

    assert found[0][0] == ""
    assert found[0][1].startswith(cause)


def test_an_id_used_twice_is_refused() -> None:
    assert causes(body_of(rule_of("b1"), rule_of("b2"))) == [("r", "the id is used twice")]


def test_a_reason_without_text_is_refused() -> None:
    found = causes(body_of(rule_of("b1")), ALL - {ReasonCode.OVERDUE, ReasonCode.DATA_MISSING})

    assert found == [
        ("r", "reason DLQ-01 has no text for customers"),
        ("r", "reason SYS-02 has no text for customers"),
    ]


def test_all_problems_are_told_at_once() -> None:
    body = body_of(rule_of("n1 >", "one"), rule_of("n9 > 1", "two"))

    with pytest.raises(InvalidInput, match=r"rule one: when: .*\nb\.toml, rule two: when: "):
        accept(body, file="b.toml", explained=ALL)
    assert str(Problem("b.toml", "", "empty")) == "b.toml: empty"


@pytest.mark.parametrize(
    "when",
    [
        "n1 > 5 and n1 < 6",
        "n1 >= 5.5 and n1 < 6",
        "n1 = 1.5",
        "n1 in (1.5, 2.5)",
        "n1 = 1 and n1 = 2",
        "n1 = 1 and n1 != 1",
        "n1 = 7 and 5 > n1",
        "n1 between 3 and 2",
        "r1 > 0.5 and not (r1 > 0.5)",
        "r1 >= 1 and r1 <= 1 and r1 != 1",
        "n1 is missing and n1 > 3",
        "n1 is missing and n1 > n2",
        "n1 is missing and n1 is not missing",
        "b1 and not b1",
        "b1 = true and b1 = false",
        "t1 = 'a' and t1 = 'b'",
        "t1 in ('a', 'b') and t1 not in ('b', 'a')",
        "n1 > n2 and n1 <= n2",
        "not (n1 < 3 or n1 >= 3)",
        "(n1 > 5 or n1 < 0) and n1 between 1 and 4",
        "n1 / n2 is missing and n1 / n2 is not missing",
    ],
)
def test_what_can_never_be_true_is_unreachable(when: str) -> None:
    assert causes(body_of(rule_of(when))) == [("r", "unreachable: its condition can never be true")]


@pytest.mark.parametrize(
    "when",
    [
        "r1 > 5 and r1 < 6",
        "n1 > 5 and n1 < 7",
        "n1 >= 5 and n1 <= 5",
        "n1 is missing or n1 > 3",
        "n1 > 3 or n1 <= 3",
        "n1 > n2 and n2 > 3",
        "n1 + 1 > n1",
        "t1 = 'a' or t1 = 'b'",
        "n1 / n2 is missing and n1 > 3",
        " and ".join(f"(n1 > {n} or n2 > {n})" for n in range(12)),
    ],
)
def test_what_may_be_true_is_left_alone(when: str) -> None:
    assert causes(body_of(rule_of(when))) == []


@pytest.mark.parametrize(
    ("one", "other", "cause"),
    [
        ("n1 >= 5", "n1 >= 3", "overlaps rule one, but the book is exclusive"),
        ("n1 >= 3", "n1 >= 5", "unreachable: rule one holds whenever it does"),
        ("n1 >= 3", "n1 = 3", "unreachable: rule one holds whenever it does"),
        ("n1 >= 3", "b1", "overlaps rule one, but the book is exclusive"),
        ("n1 > n2", "n1 > 5", "overlaps rule one, but the book is exclusive"),
        ("n1 is missing", "n2 > 5", "overlaps rule one, but the book is exclusive"),
        (
            " and ".join(f"(n1 > {n} or n2 > {n})" for n in range(12)),
            "b1",
            "too complex to prove that it never meets rule one",
        ),
    ],
)
def test_an_exclusive_book_has_no_overlap(one: str, other: str, cause: str) -> None:
    rules = rule_of(one, "one"), rule_of(other, "two")

    assert causes(body_of(*rules, head=EXCLUSIVE)) == [("two", cause)]
    assert causes(body_of(*rules)) == []


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("n1 >= 5", "n1 < 5"),
        ("n1 >= 5", "n1 between 3 and 4"),
        ("n1 is missing", "n1 > 2"),
        ("b1 and n1 > 1", "not b1"),
        ("t1 = 'a'", "t1 in ('b', 'c')"),
        ("n1 > n2", "n1 <= n2"),
    ],
)
def test_an_exclusive_book_of_disjoint_rules_is_accepted(one: str, other: str) -> None:
    body = body_of(rule_of(one, "one"), rule_of(other, "two"), head=EXCLUSIVE)

    assert causes(body) == []


@pytest.mark.parametrize("name", ["watch", "checkout"])
def test_the_shipped_books_are_accepted(name: str) -> None:
    book = accept(shipped(name), file=f"{name}.toml", explained=ALL)

    assert book.name == name
    assert all(rule.why for rule in book.rules)
