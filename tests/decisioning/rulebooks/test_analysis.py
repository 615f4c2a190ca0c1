"""Every refusal of a book names its file, rule and cause; what can be right is not refused."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.decisioning.rulebooks.random_books import body_of, book_of, rule_of

from whiteslip.decisioning.rulebooks.analysis import accept, examine, not_supplied, warnings
from whiteslip.decisioning.rulebooks.model import InputType, Problem
from whiteslip.decisioning.rulebooks.rules import judge
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

    with pytest.raises(
        InvalidInput, match=r"b\.toml:20, rule one: when: .*\nb\.toml:26, rule two: when: "
    ):
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
    rules = rule_of(one, "one"), rule_of(other, "two").replace("DLQ-01", "DLQ-02")

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


@pytest.mark.parametrize("name", ["watch", "checkout", "application", "limits"])
def test_the_shipped_books_are_accepted(name: str) -> None:
    book = accept(shipped(name), file=f"{name}.toml", explained=ALL)

    assert book.name == name
    assert all(rule.why for rule in book.rules)
    assert warnings(book, file=f"{name}.toml") == ()


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        (
            body_of(rule_of("utilisation > 1"), inputs={"utilization": "ratio"}),
            (
                "b.toml:11, rule r: when: 'utilisation' is not an input of this book;"
                " did you mean 'utilization'? (column 1)"
            ),
        ),
        (
            body_of(rule_of("b1", outcome="suspnd")),
            (
                "b.toml:21, rule r: outcome: 'suspnd' is not one of clear, watch, step_up, reduce, review,"
                " restrict, suspend; did you mean 'suspend'?"
            ),
        ),
        (
            body_of(rule_of("b1"), rule_of("b2", "x") + "\nreason = 'DLQ-01'"),
            "b.toml:30, rule x: 'reason' is not a key known here; did you mean 'reasons'?",
        ),
        (
            body_of(rule_of("b1"), inputs={"b1": "bol"}),
            (
                "b.toml:8: type of input b1: 'bol' is not one of int, money, ratio, bool, text;"
                " did you mean 'bool'?"
            ),
        ),
        (
            body_of(rule_of("b1")).replace("'clear'", "'cler'"),
            (
                "b.toml:5: default: 'cler' is not one of clear, watch, step_up, reduce, review, restrict,"
                " suspend; did you mean 'clear'?"
            ),
        ),
        (
            body_of(rule_of("n1 > 5 and n1 < 3")),
            "b.toml:18, rule r: unreachable: its condition can never be true",
        ),
        (body_of(rule_of("b1"), rule_of("b2")), "b.toml:25, rule r: the id is used twice"),
        (body_of(rule_of("n1 >= 1", "a"), rule_of("n1 > 1", "b")), "b.toml:24, rule b: dead: "),
        (
            body_of(rule_of("b1")).replace("[inputs]", "[inputs]\n'Age' = { type = 'int' }"),
            "b.toml:8: 'Age' cannot name an input",
        ),
    ],
)
def test_a_problem_names_its_line_and_what_was_meant(body: str, problem: str) -> None:
    _, problems = examine(body, file="b.toml", explained=ALL)

    assert str(problems[0]).startswith(problem)


def test_a_book_laid_out_otherwise_has_no_lines() -> None:
    body = "name='t'\nversion=1\nkind='watch'\ndescription=''\ndefault='clear'\ninputs={}\n"
    rule = "rule=[{id='r',when='n1 > 1',outcome='clear'}]"

    _, problems = examine(body + rule, file="b.toml", explained=ALL)

    assert str(problems[0]) == "b.toml, rule r: when: 'n1' is not an input of this book (column 1)"


@pytest.mark.parametrize(
    "when",
    [
        "n1 / (n2 - n2) > 1",
        "n1 / (n2 * 0) > 1",
        "n1 / (0 / n2) in (1, 2)",
        "m1 / (n2 - n2) + m2 > 5",
        "b1 and n1 / (n2 - n2 + 0 * r1) > 1",
        "n1 / (n2 - n2) is missing",
        "not (b1 or n1 / (r1 - r1) < 2)",
    ],
)
def test_what_is_always_unknown_is_refused(when: str) -> None:
    cause = "always unknown: it divides by what is always zero"

    assert causes(body_of(rule_of(when))) == [("r", cause)]


@pytest.mark.parametrize("when", ["n1 / (n2 - r1) > 1", "n1 / (n2 * n2) > 1", "0 * n1 / n2 > -1"])
def test_what_may_be_known_is_left_alone(when: str) -> None:
    assert causes(body_of(rule_of(when))) == []


@pytest.mark.parametrize(
    ("one", "other", "dead"),
    [
        (rule_of("n1 >= 3", "a"), rule_of("n1 >= 5", "b"), ("b", "a")),
        (rule_of("n1 >= 5", "a"), rule_of("n1 >= 3", "b"), ("a", "b")),
        (rule_of("n1 >= 3", "a"), rule_of("not (n1 < 3)", "b"), ("b", "a")),
        (rule_of("n1 >= 3", "a", "suspend"), rule_of("n1 >= 5", "b"), ("b", "a")),
        (rule_of("t1 in ('a', 'b')", "a"), rule_of("t1 = 'a'", "b"), ("b", "a")),
        (
            rule_of("n1 >= 3", "a"),
            rule_of("n1 >= 5 and b1", "b", unknown="no_match"),
            ("b", "a"),
        ),
    ],
)
def test_a_rule_that_never_adds_anything_is_dead(
    one: str, other: str, dead: tuple[str, str]
) -> None:
    rule, by = dead
    cause = f"dead: rule {by} holds whenever it does and says as much"

    assert causes(body_of(one, other)) == [(rule, cause)]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (rule_of("n1 >= 3", "a"), rule_of("n1 >= 5", "b", "restrict")),
        (rule_of("n1 >= 3", "a"), rule_of("n1 >= 5", "b").replace("DLQ-01", "DLQ-02")),
        (rule_of("n1 >= 3", "a"), rule_of("n2 >= 5", "b")),
        (rule_of("n1 >= 3", "a", unknown="no_match"), rule_of("n1 >= 5", "b")),
        (rule_of("n1 >= 3", "a"), rule_of("n1 >= 5 or n1 is missing", "b")),
        (rule_of("n1 > n2", "a"), rule_of("n1 > n2 and b1", "b")),
    ],
)
def test_a_rule_that_may_add_something_is_left_alone(one: str, other: str) -> None:
    assert causes(body_of(one, other)) == []


def simple_rules(seed: int) -> list[str]:
    """Rules of few inputs, so that some of them hold whenever another one does."""
    random = Random(seed)
    rules: list[str] = []
    for number in range(random.randint(2, 8)):
        when = random.choice(["n1 {} {}", "not (n1 {} {})", "n1 {} {} and b1", "b1 or n1 {} {}"])
        when = when.format(random.choice(["<", "<=", ">", ">=", "="]), random.randint(0, 3))
        outcome = random.choice(["watch", "reduce", "review", "restrict"])
        lenient = outcome != "restrict" and random.random() < 0.5
        rule = rule_of(when, f"r{number}", outcome, "no_match" if lenient else "review")
        rules.append(rule.replace("DLQ-01", random.choice(["DLQ-01", "DLQ-01", "DLQ-02"])))
    return rules


@settings(max_examples=150, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_without_its_dead_rules_a_book_says_the_same(seed: int) -> None:
    rules = simple_rules(seed)
    dead = {rule for rule, cause in causes(body_of(*rules)) if cause.startswith("dead: ")}
    kept = [rule for rule in rules if rule.split("'")[1] not in dead]
    whole, rest = book_of(*rules), book_of(*kept)

    for n1 in (None, -1, 0, 1, 2, 3, 4):
        for b1 in (None, True, False):
            one, other = (judge(book, {"n1": n1, "b1": b1}) for book in (whole, rest))
            assert (one.outcome, set(one.reasons)) == (other.outcome, set(other.reasons))


def test_control_random_rules_are_dead_often_enough() -> None:
    found = [cause for seed in range(60) for _, cause in causes(body_of(*simple_rules(seed)))]

    assert sum(cause.startswith("dead: ") for cause in found) > 20


def test_what_only_looks_like_a_mistake_is_a_warning() -> None:
    book = book_of(
        rule_of("n1 >= 3", "a"),
        rule_of("n1 >= 5 and b1", "b"),
        inputs={"n1": "int", "b1": "bool", "age": "int"},
    )

    assert [str(each) for each in warnings(book, file="b.toml")] == [
        "b.toml:10: no rule reads the input 'age'",
        "b.toml:17, rule b: adds nothing but its doubt: rule a holds whenever it does and says as much",
    ]
    assert causes(book.body) == []


def test_an_input_nobody_supplies_is_named() -> None:
    book = book_of(rule_of("late_day > 1"), inputs={"late_day": "int", "b1": "bool"})
    cause = "it is given b1, late_days; did you mean 'late_days'?"
    supplied = {"late_days": InputType.INT, "b1": InputType.RATIO}

    assert [str(each) for each in not_supplied(book, supplied, file="b.toml")] == [
        f"b.toml:8: no fact 'late_day' is supplied to a watch book; {cause}",
        "b.toml:9: input 'b1' is bool, but the fact supplied by that name is ratio",
    ]


@pytest.mark.parametrize("outcome", ["step_up", "restrict", "suspend"])
def test_a_limits_book_restricts_nobody(outcome: str) -> None:
    found = causes(body_of(rule_of("b1", outcome=outcome), head="kind = 'limits'"))

    assert found == [("r", f"outcome: a limits book may not {outcome}")]


def test_a_kind_may_use_its_own_outcomes_alone() -> None:
    body = body_of(rule_of("n1 > 1", outcome="step_up"))

    assert causes(body.replace("'watch'", "'limits'")) != []
    assert ("r", "outcome: a limits book may not step_up") in causes(
        body.replace("kind = 'watch'", "kind = 'limits'")
    )
