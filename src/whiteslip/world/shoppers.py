"""Made-up people as columns: what they earn, how they pay and what befalls them, drawn from one seed."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import resources
from typing import Any, NamedTuple, TypeAlias

import numpy as np

from whiteslip.kernel.errors import InvalidInput

Ints: TypeAlias = "np.ndarray[Any, np.dtype[np.int64]]"
Floats: TypeAlias = "np.ndarray[Any, np.dtype[np.float64]]"
Bools: TypeAlias = "np.ndarray[Any, np.dtype[np.bool_]]"

NEVER = 1_000_000
"""A day no simulation reaches."""
_LATE_JOINERS_BY = 0.6


class Payer(NamedTuple):
    """How some people pay: all or the minimum, so many days from statement, due date or payday."""

    name: str
    pays_all: bool
    counts_from: str
    days: tuple[int, int]
    misses: float


class Category(NamedTuple):
    """What some purchases are: their size, how often they are sent back, and their weekly rhythm."""

    name: str
    weight: float
    median_minor: int
    sigma: float
    refunds: float
    weekdays: tuple[float, ...]


class Shop(NamedTuple):
    """A merchant and the category it sells."""

    name: str
    category: str
    fee_ppm: int


class Promotion(NamedTuple):
    """Days on which people buy more, first and last as (month, day), and the limit granted for them."""

    name: str
    first: tuple[int, int]
    last: tuple[int, int]
    factor: float
    granted_to: float
    grant_share: float

    def days_in(self, year: int) -> tuple[date, date]:
        """Return its first and last day in a year."""
        return date(year, *self.first), date(year, *self.last)


class Terms(NamedTuple):
    """The population as written in data/shoppers.toml."""

    tables: dict[str, Any]
    payers: tuple[Payer, ...]
    payer_shares: tuple[float, ...]
    categories: tuple[Category, ...]
    shops: tuple[Shop, ...]
    promotions: tuple[Promotion, ...]


class Person(NamedTuple):
    """A name and the language its owner reads."""

    name: str
    language: str


@dataclass(frozen=True, slots=True)
class Shoppers:
    """One row a person; amounts in minor units, days counted from the first of the simulation."""

    people: tuple[Person, ...]
    joins: Ints
    payer: Ints
    income: Ints
    payday: Ints
    savings: Ints
    living: Ints
    limit: Ints
    statement_day: Ints
    purchases_a_day: Floats
    spending_scale: Floats
    plan_taste: Floats
    shock_from: Ints
    shock_until: Ints
    shock_kept: Floats

    def __len__(self) -> int:
        return len(self.people)

    def earned(self, day: int, day_of_month: int) -> Ints:
        """Return what each is paid on a day; a shock leaves a part of it."""
        struck = (self.shock_from <= day) & (day < self.shock_until)
        paid = np.where(struck, self.income * self.shock_kept, self.income)
        return np.where(self.payday == day_of_month, paid, 0).astype(np.int64)


@cache
def terms() -> Terms:
    """Read the population that comes with the program."""
    text = (resources.files("whiteslip.world") / "data" / "shoppers.toml").read_text("utf-8")
    tables = tomllib.loads(text)
    return Terms(
        tables,
        tuple(
            Payer(row["name"], row["pays"] == "all", row["from"], tuple(row["days"]), row["misses"])
            for row in tables["payer"]
        ),
        tuple(row["share"] for row in tables["payer"]),
        tuple(
            Category(**row)._replace(weekdays=tuple(row["weekdays"])) for row in tables["category"]
        ),
        tuple(Shop(**row) for row in tables["merchant"]),
        tuple(_promotion(row) for row in tables["promotion"]),
    )


def draw(count: int, *, days: int, seed: int) -> Shoppers:
    """Draw so many people; the same seed draws the same people."""
    if not 1 <= count <= 1_000_000 or days < 1:
        raise InvalidInput("a world has 1 to 1,000,000 shoppers and at least one day")
    rng = np.random.default_rng([seed, 1])
    known = terms()
    tables = known.tables
    income = _incomes(rng, count, tables["income"])
    purchases = _between(rng, tables["habits"]["purchases_a_month"], count) / 30
    shock_from, shock_until = _shocks(rng, count, days, tables["shocks"])
    return Shoppers(
        people=_people(rng, count, tables["names"]),
        joins=_joins(rng, count, days, tables["habits"]["joins_later"]),
        payer=rng.choice(len(known.payers), count, p=known.payer_shares),
        income=income,
        payday=rng.choice(tables["income"]["paydays"], count),
        savings=_share(rng, income, tables["income"]["savings_months"]),
        living=_share(rng, income, tables["income"]["living_share"]) // 30,
        limit=_limits(rng, income, tables["limit"]),
        statement_day=rng.integers(1, 29, count),
        purchases_a_day=purchases,
        spending_scale=_scale(rng, income, purchases, known),
        plan_taste=_between(rng, tables["habits"]["plan_tastes"], count),
        shock_from=shock_from,
        shock_until=shock_until,
        shock_kept=_between(rng, tables["shocks"]["income_kept"], count),
    )


def _promotion(row: dict[str, Any]) -> Promotion:
    first, last = (tuple(int(part) for part in row[key].split("-")) for key in ("from", "to"))
    return Promotion(
        row["name"],
        (first[0], first[1]),
        (last[0], last[1]),
        row["factor"],
        row["granted_to"],
        row["grant_share"],
    )


def _incomes(rng: np.random.Generator, count: int, table: dict[str, Any]) -> Ints:
    drawn = table["median_minor"] * np.exp(rng.normal(0, table["sigma"], count))
    return (np.maximum(drawn, table["least_minor"]) // 10_000 * 10_000).astype(np.int64)


def _between(rng: np.random.Generator, bounds: list[float], count: int) -> Floats:
    low, high = bounds
    return rng.uniform(low, high, count)


def _share(rng: np.random.Generator, income: Ints, bounds: list[float]) -> Ints:
    return (income * _between(rng, bounds, len(income))).astype(np.int64)


def _limits(rng: np.random.Generator, income: Ints, table: dict[str, Any]) -> Ints:
    step = table["step_minor"]
    wished = _share(rng, income, table["months_of_income"]) // step * step
    return np.clip(wished, table["least_minor"], table["most_minor"])


def _joins(rng: np.random.Generator, count: int, days: int, later: float) -> Ints:
    late = rng.random(count) < later
    return np.where(late, rng.integers(0, max(1, int(days * _LATE_JOINERS_BY)), count), 0)


def _shocks(
    rng: np.random.Generator, count: int, days: int, table: dict[str, Any]
) -> tuple[Ints, Ints]:
    struck = rng.random(count) < table["chance_a_year"] * days / 365
    begins = np.where(struck, rng.integers(0, days, count), NEVER)
    return begins, begins + _between(rng, table["days"], count).astype(np.int64)


def _scale(rng: np.random.Generator, income: Ints, purchases: Floats, known: Terms) -> Floats:
    """Size purchases so that a month's come to the share of income a person spends on credit."""
    habits = known.tables["habits"]
    share = _between(rng, habits["share_of_income"], len(income))
    over = rng.random(len(income)) < habits["overspenders"]
    share *= np.where(over, _between(rng, habits["overspending"], len(income)), 1.0)
    usual = sum(
        each.weight * each.median_minor * np.exp(each.sigma**2 / 2) for each in known.categories
    )
    return income * share / (purchases * 30 * usual)


def _people(rng: np.random.Generator, count: int, table: dict[str, Any]) -> tuple[Person, ...]:
    english = rng.random(count) < table["english_share"]
    family, given = rng.integers(0, 2**31, (2, count))
    return tuple(
        _person(table, in_english=bool(other), family=int(first), given=int(second))
        for other, first, second in zip(english, family, given, strict=True)
    )


def _person(table: dict[str, Any], *, in_english: bool, family: int, given: int) -> Person:
    if in_english:
        first = table["given_en"][given % len(table["given_en"])]
        return Person(f"{first} {table['family_en'][family % len(table['family_en'])]}", "en")
    last = table["family_zh"][family % len(table["family_zh"])]
    return Person(last + table["given_zh"][given % len(table["given_zh"])], "zh")
