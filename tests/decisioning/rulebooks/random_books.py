"""Random rule books and random facts around their boundaries, and the three ways to judge them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from random import Random
from typing import Any, LiteralString, TypeAlias, cast

import numpy as np
import psycopg

from whiteslip.decisioning.rulebooks.chunks import Column
from whiteslip.decisioning.rulebooks.language import parse
from whiteslip.decisioning.rulebooks.model import Input, InputType, RuleBook
from whiteslip.decisioning.rulebooks.reading import read
from whiteslip.decisioning.rulebooks.rules import judge, judge_columns
from whiteslip.decisioning.rulebooks.statement import compile_statement
from whiteslip.decisioning.rulebooks.tokens import WhenError

Rows: TypeAlias = Mapping[str, Sequence[Any]]
Answer: TypeAlias = tuple[int, int, int]
"""Outcome, fired, unknown."""
Evaluate: TypeAlias = Callable[[RuleBook, Rows], list[Answer]]

NAN = float("nan")
INPUTS = {
    "n1": "int",
    "n2": "int",
    "m1": "money",
    "m2": "money",
    "r1": "ratio",
    "r2": "ratio",
    "b1": "bool",
    "b2": "bool",
    "t1": "text",
    "t2": "text",
}
TYPED = {name: Input(name, InputType(kind)) for name, kind in INPUTS.items()}
TEXTS = ["gold", "o'brien", "50%", "白条", "", "a\\b", "{x}", "%(n1)s"]
VALUES: Mapping[str, list[Any]] = {
    "int": [-2, -1, 0, 1, 2, 3, 2**53, -(2**53) - 1],
    "money": [0, 100, 250, 50_000, 2**53 - 1],
    "ratio": [0.0, -0.0, 0.1, 0.2, 0.30000000000000004, 0.5, 1.0, -3.5, NAN, float("inf")],
    "bool": [True, False],
    "text": TEXTS,
}
SQL_TYPE = {"int": "bigint", "money": "bigint", "ratio": "float8", "bool": "bool", "text": "text"}
OUTCOMES = ["clear", "watch", "reduce", "review", "restrict", "suspend"]


def book_of(*rules: str, inputs: Mapping[str, str] = INPUTS, head: str = "") -> RuleBook:
    """A watch book of rules written as TOML lines; it must be readable."""
    book, problems = read(body_of(*rules, inputs=inputs, head=head), file="test.toml")
    assert book is not None, problems
    return book


def body_of(*rules: str, inputs: Mapping[str, str] = INPUTS, head: str = "") -> str:
    top = ["name = 'test'", "version = 1", "description = ''"]
    top += [line for line in ("kind = 'watch'", "default = 'clear'") if line[:4] not in head]
    typed = [f"{name} = {{ type = '{kind}' }}" for name, kind in inputs.items()]
    return "\n".join((*top, head, "[inputs]", *typed, *(f"[[rule]]\n{rule}" for rule in rules)))


def rule_of(when: str, rule: str = "r", outcome: str = "watch", unknown: str = "review") -> str:
    return (
        f"id = '{rule}'\nwhen = '''{when}'''\noutcome = '{outcome}'\n"
        f"reasons = ['DLQ-01']\nunknown = '{unknown}'"
    )


def random_book(seed: int) -> RuleBook:
    random = Random(seed)
    rules: list[str] = []
    for number in range(random.randint(1, 14)):
        outcome = random.choice(OUTCOMES)
        lenient = outcome not in ("restrict", "suspend") and random.random() < 0.5
        unknown = "no_match" if lenient else "review"
        rules.append(rule_of(random_when(random), f"r{number}", outcome, unknown))
    default = random.choice(["clear", "clear", "watch"])
    return book_of(*rules, head=f"default = '{default}'\ndefault_reasons = ['DLQ-01']")


def random_when(random: Random) -> str:
    while True:
        when = _condition(random, random.randint(0, 3))
        try:
            parse(when, TYPED)
        except WhenError:
            continue
        return when


def random_rows(seed: int, count: int, *, missing: float | None = None) -> Rows:
    random = Random(seed)
    if missing is None:
        missing = random.choice([0.0, 0.1, 0.5])
    return {
        name: [
            None if random.random() < missing else random.choice(VALUES[kind]) for _ in range(count)
        ]
        for name, kind in INPUTS.items()
    }


def by_scalar(book: RuleBook, rows: Rows) -> list[Answer]:
    names = list(rows)
    verdicts = [
        judge(book, dict(zip(names, row, strict=True))) for row in zip(*rows.values(), strict=True)
    ]
    return [(int(each.outcome), each.fired, each.unknown) for each in verdicts]


def by_columns(book: RuleBook, rows: Rows) -> list[Answer]:
    found = judge_columns(book, columns_of(rows))
    masks = found.outcome.tolist(), found.fired.tolist(), found.unknown.tolist()
    return list(zip(*masks, strict=True))


def by_sql(db: psycopg.Connection[Any]) -> Evaluate:
    def evaluate(book: RuleBook, rows: Rows) -> list[Answer]:
        arrays = ", ".join(f"%({name})s::{SQL_TYPE[INPUTS[name]]}[]" for name in rows)
        query = (
            f"SELECT {compile_statement(book, row='r').select_list}"
            f" FROM unnest({arrays}) WITH ORDINALITY AS r ({', '.join(rows)}, place)"
            " ORDER BY r.place"
        )
        params = {name: list(values) for name, values in rows.items()}
        found = db.execute(cast(LiteralString, query), params).fetchall()
        return [(outcome, fired, unknown) for fired, unknown, outcome in found]

    return evaluate


def columns_of(rows: Rows) -> dict[str, Column]:
    """Each second input in the other form a caller may use: NaN or None inside the values."""
    columns: dict[str, Column] = {}
    for name, values in rows.items():
        missing = np.array([value is None for value in values], np.bool_)
        match INPUTS[name], name[-1]:
            case ("int" | "money", "1"):
                columns[name] = Column(np.array([v or 0 for v in values], np.int64), missing)
            case ("int" | "money" | "ratio", _):
                columns[name] = Column(np.array(values, np.float64))
            case ("bool", "1"):
                columns[name] = Column(np.array([bool(v) for v in values]), missing)
            case ("text", "1"):
                columns[name] = Column(
                    np.array(["gold" if v is None else v for v in values]), missing
                )
            case _:
                columns[name] = Column(np.array(values, object))
    return columns


def _condition(random: Random, depth: int) -> str:
    if depth == 0:
        return _relation(random)
    match random.randint(0, 3):
        case 0:
            return f"not ({_condition(random, depth - 1)})"
        case 1:
            return f"({_condition(random, depth - 1)}) or {_condition(random, depth - 1)}"
        case 2:
            return f"({_condition(random, depth - 1)}) and ({_condition(random, depth - 1)})"
        case _:
            return _relation(random)


def _relation(random: Random) -> str:
    kind = random.choice(["number", "number", "money", "text", "bool"])
    sign = random.choice(["<", "<=", ">", ">=", "=", "!="])
    inverted = random.choice(["", "not "])
    match kind:
        case "bool":
            choices = ["b1", "not b2", "b1 = b2", "b1 != true", "b2 = false", "b1 is missing"]
            return random.choice(choices)
        case "text":
            name, texts = random.choice(["t1", "t2"]), random.sample(TEXTS, 2)
            quoted = [f'"{text}"' for text in texts]
            choices = [f"{name} = {quoted[0]}", f"{quoted[1]} != {name}", "t1 = t2", "t1 != t2"]
            choices += [f"{name} {inverted}in ({', '.join(quoted)})", f"{name} is not missing"]
            return random.choice(choices)
        case _:
            left, right = (_number(random, kind, random.randint(0, 2)) for _ in range(2))
            third = _number(random, kind, 0)
            choices = [f"{left} {sign} {right}"] * 3
            choices += [f"{left} {inverted}between {right} and {third}"]
            choices += [f"{left} is {inverted}missing", f"{left} {inverted}in (0, 1, 100, 0.3)"]
            return random.choice(choices)


def _number(random: Random, kind: str, depth: int) -> str:
    if depth == 0:
        facts = ["m1", "m2"] if kind == "money" else ["n1", "n2", "r1", "r2"]
        written = ["0", "1", "2", "100", "250", "0.1", ".5", "-1", "0.3", "1_000"]
        return random.choice([*facts, *facts, random.choice(written)])
    inner = _number(random, kind, depth - 1)
    if kind == "money":
        return random.choice([f"({inner} + m2)", f"{inner} * 2", f"{inner} / n1", f"-{inner}"])
    sign = random.choice(["+", "-", "*", "/"])
    other = _number(random, kind, 0)
    return random.choice([f"({inner} {sign} {other})", f"{inner} {sign} {other}", "m1 / m2"])
