"""What the rule language accepts, what it means, and where it says a condition is wrong."""

from __future__ import annotations

import pytest
from tests.decisioning.rulebooks.random_books import TYPED, book_of, rule_of

from whiteslip.decisioning.rulebooks.language import DEEPEST, parse
from whiteslip.decisioning.rulebooks.model import (
    Arithmetic,
    Compare,
    Constant,
    Every,
    Fact,
    Holds,
    IsMissing,
    Not,
    OneOf,
    Predicate,
    Some,
)
from whiteslip.decisioning.rulebooks.rules import judge
from whiteslip.decisioning.rulebooks.tokens import MOST_TOKENS, WhenError

N1, M1, B1, T1 = (Fact(TYPED[name]) for name in ("n1", "m1", "b1", "t1"))


def over(number: float) -> Compare:
    return Compare(">", N1, Constant(number))


@pytest.mark.parametrize(
    ("when", "tree"),
    [
        ("n1 > 5", over(5.0)),
        ("  n1\n >\t5 ", over(5.0)),
        ("n1 > 1_000.5", over(1000.5)),
        ("n1 > .5", over(0.5)),
        ("n1 > -2", over(-2.0)),
        ("n1 > 2 + 3 * 4", over(14.0)),
        ("n1 > (2 + 3) * 4", over(20.0)),
        ("n1 > 10 - 3 - 2", over(5.0)),
        ("n1 == 3", Compare("=", N1, Constant(3.0))),
        ("3 < n1", Compare("<", Constant(3.0), N1)),
        ("b1", Holds(B1)),
        ("(b1)", Holds(B1)),
        ("b1 = false", Not(Holds(B1))),
        ("true = b1", Holds(B1)),
        ("not not b1", Not(Not(Holds(B1)))),
        ("b1 or b1 and n1 > 5", Some((Holds(B1), Every((Holds(B1), over(5.0)))))),
        ("not b1 and b1", Every((Not(Holds(B1)), Holds(B1)))),
        ("n1 is missing", IsMissing(N1)),
        ("n1 is not missing", Not(IsMissing(N1))),
        ("t1 in ('a', \"it's\")", OneOf(T1, (Constant("a"), Constant("it's")))),
        ("n1 not in (1, -2)", Not(OneOf(N1, (Constant(1.0), Constant(-2.0))))),
        (
            "m1 between 1 and 2 or b1",
            Some(
                (
                    Every((Compare(">=", M1, Constant(1.0)), Compare("<=", M1, Constant(2.0)))),
                    Holds(B1),
                )
            ),
        ),
        ("m1 - m1 >= 0", Compare(">=", Arithmetic("-", M1, M1), Constant(0.0))),
        ("-m1 >= 0", Compare(">=", Arithmetic("*", Constant(-1.0), M1), Constant(0.0))),
    ],
)
def test_conditions_become_trees(when: str, tree: Predicate) -> None:
    assert parse(when, TYPED) == tree


@pytest.mark.parametrize(
    ("when", "column", "cause"),
    [
        ("", 1, "a value is expected here, not the end"),
        ("n1 >", 5, "a value is expected here, not the end"),
        ("n1 > 5 n2", 8, "'n2' is not expected here"),
        ("n1 > 5 and", 11, "a value is expected"),
        ("(n1 > 5", 8, "')' is expected here, not the end"),
        ("n1 in (1", 9, "')' is expected"),
        ("n1 between 1 or 2", 14, "'and' is expected here, not 'or'"),
        ("n1 is 5", 7, "'missing' is expected here, not '5'"),
        ("n1 > 5; drop", 7, "';' has no meaning here"),
        ("t1 = 'open", 6, "the text has no closing quote"),
        ("n1 > 5x", 6, "this is not a number"),
        ("n1 > 1.2.3", 6, "this is not a number"),
        ("n1 > 9007199254740992", 6, "less than 2^53"),
        ("age > 18", 1, "'age' is not an input of this book"),
        ("n1 > abs(n2)", 6, "there is no function 'abs'"),
        ("n1 > 'five'", 6, "a number is not comparable with a text"),
        ("t1 = 5", 6, "a text is not comparable with a written number"),
        ("t1 in ('a', 5)", 13, "a text is not comparable with a written number"),
        ("b1 in (true)", 8, "a list holds written numbers or texts"),
        ("n1 in (n2)", 8, "a list holds written numbers or texts"),
        ("t1 < 'a'", 1, "a text has no order"),
        ("b1 < true", 1, "a yes or no has no order"),
        ("m1 > n1", 6, "an amount of money is not comparable with a number"),
        ("m1 + n1 > 5", 1, "an amount of money + a number has no meaning"),
        ("m1 * m2 > 5", 1, "an amount of money * an amount of money has no meaning"),
        ("n1 / m1 > 5", 1, "a number / an amount of money has no meaning"),
        ("n1", 1, "a condition is needed here, not a number"),
        ("t1 or b1", 1, "a condition is needed here, not a text"),
        ("true", 1, "a condition is needed here, not a yes or no"),
        ("1 < 2", 1, "it names no input"),
        ("5 is missing", 1, "only a value with an input can be missing"),
        ("(n1 > 5) is missing", 1, "only a value with an input can be missing"),
        ("(n1 > 5) = true", 12, "a condition is not comparable"),
        ("(n1 > 5) + 1 > 2", 1, "a number is needed here, not a condition"),
        ("t1 + 1 > 2", 1, "a number is needed here, not a text"),
        ("-b1", 2, "a number is needed here, not a yes or no"),
        ("n1 / 0 > 1", 6, "division by zero"),
        ("n1 / (2 - 2) > 1", 6, "division by zero"),
        ("1 in (1, 2)", 1, "only a value with an input can be one of a list"),
        (" * ".join(["r1"] * 6) + " > 1", 1, "can leave the range of a number"),
        ("(" * (DEEPEST + 1) + "b1" + ")" * (DEEPEST + 1), 42, "nested more than 40 deep"),
        ("not " * (DEEPEST + 1) + "b1", 165, "nested more than 40 deep"),
        ("b1" + " or b1" * MOST_TOKENS, 1201, "longer than 400 words"),
    ],
)
def test_what_cannot_be_accepted_names_cause_and_column(when: str, column: int, cause: str) -> None:
    with pytest.raises(WhenError) as caught:
        parse(when, TYPED)

    assert cause in caught.value.cause
    assert caught.value.column == column
    assert str(caught.value) == f"{caught.value.cause} (column {column})"


def test_the_longest_condition_is_judged_without_exhausting_the_stack() -> None:
    book = book_of(rule_of(" + ".join(["n1"] * 190) + " > 5"))

    assert judge(book, {"n1": 1}).fired == 1


def test_money_divides_and_scales() -> None:
    for when in ("m1 / m2 > 0.5", "m1 > m2 * 10", "m1 / n1 > m2", "m1 > 3 * m2 + 100"):
        assert parse(when, TYPED)
