"""Random scorecards, random rows around their boundaries, and the three ways to score them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from random import Random
from typing import Any, LiteralString, TypeAlias, cast

import numpy as np
import psycopg
from numpy.typing import NDArray

from whiteslip.decisioning.samples.model import CategoryColumn, Column, NumberColumn
from whiteslip.decisioning.scorecards.model import (
    Bin,
    CategoryVariable,
    Group,
    NumberVariable,
    Scorecard,
    Special,
    Variable,
)
from whiteslip.decisioning.scorecards.rules import score, score_columns
from whiteslip.decisioning.scorecards.statement import compile_statement
from whiteslip.kernel.reason import ReasonCode

Rows: TypeAlias = Mapping[str, Sequence[Any]]
Answer: TypeAlias = tuple[float, float]
"""Points, probability."""
Evaluate: TypeAlias = Callable[[Scorecard, Rows], list[Answer]]

NAN, INF = float("nan"), float("inf")
NAMES = ["income", "PAY_0", "default.payment", "年龄", 'o"dd', "50%", "a\\b", "%(x)s", "U&", "x y"]
LABELS = ["A11", "gold", "o'brien", "50%", "白条", "", "a\\b", "{x}", "%(n)s", " A11", "a", "A"]
NUMBERS = [-7.0, -1.0, -0.0, 0.0, 0.1, 0.30000000000000004, 0.5, 1.0, 3.0, 1e9, 99999999.0, 1e300]


def bin_of(points: float, *, woe: float = 0.0, count: int = 100, bads: int = 10) -> Bin:
    return Bin(points, woe, count, bads)


def card_of(*variables: Variable, intercept: float = 1.5, base_odds: float = 50.0) -> Scorecard:
    return Scorecard("test", 3, "测试 card", 600.0, 20.0, base_odds, intercept, variables)


def random_card(seed: int) -> Scorecard:
    random = Random(seed)
    names = random.sample(NAMES, random.randint(1, len(NAMES)))
    variables = [
        random_number(random, name) if random.random() < 0.6 else random_category(random, name)
        for name in names
    ]
    steep = random.choice([1.0, 1.0, 100.0, 5_000.0])
    return card_of(
        *variables, intercept=random.gauss(0, 2) * steep, base_odds=random.choice([1.0, 0.02, 50.0])
    )


def random_number(random: Random, name: str) -> NumberVariable:
    many = random.random() < 0.1
    pool = [random.uniform(-5, 5) for _ in range(60)] if many else NUMBERS
    cuts = sorted(set(random.sample(pool, random.randint(0, len(pool) // 2))))
    cuts = [cut + 0.0 for cut in cuts]
    specials = sorted({value + 0.0 for value in random.sample(NUMBERS, random.randint(0, 3))})
    return NumberVariable(
        name=name,
        cuts=tuple(cuts),
        bins=tuple(random_bin(random) for _ in range(len(cuts) + 1)),
        specials=tuple(Special(value, random_bin(random)) for value in specials),
        missing=random_bin(random),
        coefficient=random.random(),
        reason=random.choice([None, *ReasonCode]),
    )


def random_category(random: Random, name: str) -> CategoryVariable:
    labels = random.sample(LABELS, random.randint(0, len(LABELS) - 2))
    groups: list[Group] = []
    while labels:
        size = random.randint(1, len(labels))
        groups.append(Group(tuple(labels[:size]), random_bin(random)))
        labels = labels[size:]
    return CategoryVariable(
        name=name,
        groups=tuple(groups),
        other=random_bin(random),
        missing=random_bin(random),
        coefficient=random.random(),
        reason=random.choice([None, *ReasonCode]),
    )


def random_bin(random: Random) -> Bin:
    count = random.randint(0, 1_000)
    points = random.choice([0.0, random.gauss(0, 30), random.gauss(0, 1e-3)])
    return Bin(points, random.gauss(0, 1), count, random.randint(0, count))


def random_rows(card: Scorecard, seed: int, count: int) -> Rows:
    random = Random(seed)
    return {
        variable.name: [
            None if random.random() < 0.1 else random_value(random, variable) for _ in range(count)
        ]
        for variable in card.variables
    }


def random_value(random: Random, variable: Variable) -> object:
    if isinstance(variable, CategoryVariable):
        return random.choice(LABELS)
    near = [*NUMBERS, *variable.cuts]
    value = random.choice([*near, *near, NAN, INF, -INF, random.gauss(0, 3)])
    return random.choice([value, value, float(np.nextafter(value, INF))])


def by_scalar(card: Scorecard, rows: Rows) -> list[Answer]:
    names = list(rows)
    scores = [
        score(card, dict(zip(names, row, strict=True))) for row in zip(*rows.values(), strict=True)
    ]
    return [(each.points, each.probability) for each in scores]


def by_columns(card: Scorecard, rows: Rows) -> list[Answer]:
    found = score_columns(card, columns_of(card, rows))
    return list(zip(found.points.tolist(), found.probability.tolist(), strict=True))


def columns_of(card: Scorecard, rows: Rows) -> dict[str, NDArray[Any] | Column]:
    """Every variable in one of the forms a caller may use, by its place."""
    columns: dict[str, NDArray[Any] | Column] = {}
    for place, variable in enumerate(card.variables):
        name, values = variable.name, rows[variable.name]
        if isinstance(variable, NumberVariable):
            numbers = np.array([NAN if value is None else value for value in values])
            forms: list[NDArray[Any] | Column] = [
                numbers,
                NumberColumn(name, numbers),
                np.array(values, object),
            ]
        else:
            labels = tuple(sorted({value for value in values if value is not None} | {"A"}))
            codes = [-1 if value is None else labels.index(value) for value in values]
            column = CategoryColumn(name, np.array(codes, np.int32), labels)
            forms = [column, np.array(values, object)]
        columns[name] = forms[place % len(forms)]
    return columns


def by_sql(db: psycopg.Connection[Any]) -> Evaluate:
    def evaluate(card: Scorecard, rows: Rows) -> list[Answer]:
        statement = compile_statement(card, row="r")
        kinds = [
            "float8" if isinstance(variable, NumberVariable) else "text"
            for variable in card.variables
        ]
        arrays = ", ".join(f"%(p{place})s::{kind}[]" for place, kind in enumerate(kinds))
        quoted = ", ".join('"' + name.replace("%", "%%").replace('"', '""') + '"' for name in rows)
        query = (
            f"SELECT {statement.select_list} FROM unnest({arrays}) WITH ORDINALITY"
            f" AS r ({quoted}, place) ORDER BY r.place"
        )
        params = {f"p{place}": list(values) for place, values in enumerate(rows.values())}
        return db.execute(cast(LiteralString, query), params).fetchall()

    return evaluate
