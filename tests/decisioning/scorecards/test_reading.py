"""A card is written and read without loss; whatever is wrong in it is named with its place."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.decisioning.scorecards.random_cards import random_card
from tests.decisioning.scorecards.test_rules import CARD

from whiteslip.decisioning.scorecards.reading import read
from whiteslip.decisioning.scorecards.writing import write
from whiteslip.kernel.errors import InvalidInput

Change = Callable[[dict[str, Any]], object]


@given(seed=st.integers(0, 2**32))
def test_what_is_written_is_read_to_the_last_digit(seed: int) -> None:
    card = random_card(seed)
    text = write(card)

    assert read(text, file="card.json") == card
    assert write(read(text, file="card.json")) == text


def test_a_bin_is_a_line() -> None:
    lines = [line for line in write(CARD).splitlines() if '"points"' in line]

    assert len(lines) == 3 + 1 + 1 + 2 + 1 + 1
    assert "零工" in write(CARD)


def at(table: Any, *path: str | int) -> Any:
    for step in path:
        table = table[step]
    return table


def put(value: object, *path: str | int) -> Change:
    return lambda table: at(table, *path[:-1]).__setitem__(path[-1], value)


def drop(*path: str | int) -> Change:
    return lambda table: at(table, *path[:-1]).pop(path[-1])


USAGE, JOB = ("variables", 0), ("variables", 1)


@pytest.mark.parametrize(
    ("change", "cause"),
    [
        (put("other 9", "format"), "format: 'other 9' is not 'whiteslip scorecard 1'"),
        (drop("pdo"), "the card: pdo is missing"),
        (put(0, "pdo"), "pdo: 0.0 is not above 0"),
        (put(1e999, "base_odds"), "base_odds: inf is not a finite number|Infinity"),
        (put("50", "base_odds"), "base_odds: '50' is not a finite number"),
        (put(True, "intercept"), "intercept: True is not a finite number"),
        (put(10**400, "intercept"), "intercept: 1000.* is not a finite number"),
        (put(0, "version"), "version: 0 is not a whole number from 1"),
        (put(1.5, "version"), "version: 1.5 is not a whole number from 1"),
        (put("", "name"), "name: '' is not a text"),
        (put([], "variables"), "variables: there is none"),
        (put({}, "variables"), "variables: is not a list"),
        (put(7, "variables", 0), r"variables\[0\]: is not an object"),
        (put(1, "extra"), "the card: 'extra' is not a key known here"),
        (put("text", *USAGE, "kind"), r"variables\[0\].kind: 'text' is not number or category"),
        (put("job", *USAGE, "name"), "variables: the name 'job' stands twice"),
        (put("CAP-99", *USAGE, "reason"), r"variables\[0\].reason: 'CAP-99' is no reason code"),
        (drop(*USAGE, "missing"), r"variables\[0\]: missing is missing"),
        (put([], *USAGE, "bins"), r"variables\[0\].bins: there is none"),
        (drop(*USAGE, "bins", 1), r"variables\[0\].bins: each bin must begin where"),
        (put(0.5, *USAGE, "bins", 0, "from"), r"bins: the first is from null"),
        (put(None, *USAGE, "bins", 0, "to"), r"bins: each bin must begin where"),
        (put("a", *USAGE, "bins", 2, "points"), r"variables\[0\].bins\[2\].points: 'a' is not"),
        (put(101, *USAGE, "bins", 1, "bads"), r"bins\[1\].bads: 101 of 100 rows is too many"),
        (put(-1, *USAGE, "missing", "count"), r"missing.count: -1 is not a whole number from 0"),
        (put([], *JOB, "groups", 0, "labels"), r"groups\[0\].labels: there is none"),
        (put(["odd"], *JOB, "groups", 0, "labels"), "groups: the label 'odd' stands twice"),
        (put([3], *JOB, "groups", 0, "labels"), r"groups\[0\].labels\[0\]: 3 is not a text"),
        (put(["\ud800"], *JOB, "groups", 0, "labels"), r"labels\[0\]: .* is not a text"),
        (drop(*JOB, "other", "woe"), r"variables\[1\].other: woe is missing"),
    ],
)
def test_a_wrong_field_is_named_with_its_place(change: Change, cause: str) -> None:
    table = json.loads(write(CARD))
    change(table)

    with pytest.raises(InvalidInput, match=cause) as refused:
        read(json.dumps(table), file="card.json")
    assert str(refused.value).startswith("card.json: ")
    assert refused.value.where == "card.json"


def test_descending_bins_are_refused() -> None:
    text = write(CARD).replace("0.5", "0.95")

    with pytest.raises(InvalidInput, match="the bins must ascend"):
        read(text, file="card.json")


def test_two_specials_of_one_value_are_refused() -> None:
    table = json.loads(write(CARD))
    specials = table["variables"][0]["specials"]
    specials.append(specials[0])

    with pytest.raises(InvalidInput, match=r"specials: the value -1.0 stands twice"):
        read(json.dumps(table), file="card.json")


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        ("", "not JSON"),
        ("{", "not JSON"),
        ("[]", "the card: is not an object"),
        ("null", "the card: is not an object"),
        ('{"pdo": NaN}', "not JSON: NaN is no number"),
        ('{"pdo": 1, "pdo": 2}', "'pdo' stands twice"),
        ("[" * 100_000, "not JSON"),
    ],
)
def test_what_is_no_card_is_refused(text: str, cause: str) -> None:
    with pytest.raises(InvalidInput, match=cause):
        read(text, file="card.json")


def test_many_problems_are_told_together_but_not_without_end() -> None:
    table = json.loads(write(CARD))
    table["variables"] = [7] * 100

    with pytest.raises(InvalidInput, match=r"variables\[3\]: is not an object.*and \d+ more"):
        read(json.dumps(table), file="card.json")
