"""618 in several arms: what must hold whatever people do, each with a planted fault that is found."""

from __future__ import annotations

import json
from datetime import date, datetime
from importlib import resources
from pathlib import Path
from typing import NamedTuple

import pytest
from msgspec.structs import replace
from typer.testing import CliRunner

from whiteslip.cli import promotion as command
from whiteslip.cli.main import app
from whiteslip.flows.check_books import check_books
from whiteslip.infra.clock import FixedClock
from whiteslip.infra.database import Database
from whiteslip.infra.scratch import scratch_database
from whiteslip.kernel.calendar import ZONE
from whiteslip.world.promotion.arms import BY_NAME, NOTHING, NOTICE, SEGMENT, SILENT, WITH, Arm
from whiteslip.world.promotion.experiment import Experiment, Lived, faults, live_arm, opened
from whiteslip.world.promotion.figures import Figures, difference, mean, measure, values
from whiteslip.world.promotion.life import Ask, Life, history
from whiteslip.world.promotion.people import cast_of
from whiteslip.world.promotion.sale import Sale
from whiteslip.world.promotion.terms import Terms, shipped

PEOPLE, SEED = 90, 3
ARMS = (NOTHING, SILENT, SEGMENT, NOTICE, WITH)

KNOWN_FOR_LONG = """
    UPDATE money.line SET opened_on = '2025-01-01';
    INSERT INTO money.statement (
        customer_id, line_id, statement_on, due_on, previous_minor, charged_minor, credited_minor, balance_minor,
        credited_total_minor, minimum_minor, pay_later_minor, pay_later_minimum_minor
    )
    SELECT customer_id, line_id, day, day + 29, 0, 0, 0, 0, 0, 1, 0, 0
    FROM money.line CROSS JOIN generate_series(date '2025-05-05', date '2025-08-05', interval '1 month') AS s (at)
    CROSS JOIN LATERAL (SELECT at::date AS day) AS d
"""


def short() -> Terms:
    """A month instead of nine, in which people buy more than their lines have room for."""
    terms = shipped()
    calendar = replace(
        terms.calendar,
        opens_on=date(2026, 6, 5),
        first_due_passed_on=date(2026, 7, 4),
        ends_on=date(2026, 7, 4),
    )
    grants = replace(terms.grants, segment="line_age_days >= 150", budget_minor_a_shopper=60_000)
    baskets = replace(
        terms.baskets, wants=1.0, median_income=0.9, wants_after=1.0, after_median_income=0.7,
        after_days=(1, 9),
    )  # fmt: skip
    thinking = replace(terms.thinking, gives_up=0.1, finds_alone=0.5)
    return replace(terms, calendar=calendar, grants=grants, baskets=baskets, thinking=thinking)


class Seen(NamedTuple):
    """An experiment, and what was found after a planted fault in the book of each arm."""

    found: Experiment
    broken_books: dict[str, list[str]]
    with_refused_ways: dict[str, Figures]


@pytest.fixture(scope="module")
def seen(server_dsn: str) -> Seen:
    terms = short()
    cast = cast_of(PEOPLE, seed=SEED, terms=terms)
    broken: dict[str, list[str]] = {}
    refused: dict[str, Figures] = {}

    def plant(arm: Arm, database: Database) -> None:
        changes = (
            "UPDATE money.line SET principal_minor = principal_minor + 1",
            """UPDATE money.purchase SET status = 'declined', reasons = '[{"code": "LIM-04", "facts": {}}]',
            captured_minor = 0, released_minor = 0 WHERE order_ref LIKE '618-%-p'""",
        )
        for change in changes:
            database.write(lambda db, change=change: db.execute(change.encode()))
        broken[arm.name] = database.read(check_books).problems
        refused[arm.name] = database.read(
            lambda db: measure(db, terms, problems=(), eve="", choices={})
        )

    with scratch_database(server_dsn, "ws_test_promotion") as before:
        with opened(before) as database:
            life = history(database, cast, terms)
            database.write(lambda db: db.execute(KNOWN_FOR_LONG.encode()))
        figures = tuple(live_arm(server_dsn, before, life, arm, plant) for arm in ARMS)
    budget = terms.grants.budget_minor(PEOPLE)
    return Seen(
        Experiment(ARMS, PEOPLE, budget, (Lived(SEED, figures, 0.0),), 0.0), broken, refused
    )


def of(seen: Seen, arm: Arm) -> Figures:
    return seen.found.of(arm.name)[0]


@pytest.mark.slow
def test_nothing_is_at_fault(seen: Seen) -> None:
    assert seen.found.faults == []
    assert all(one.lines == PEOPLE for one in seen.found.seeds[0].arms)


@pytest.mark.slow
def test_the_same_people_begin_every_arm_with_the_same_book(seen: Seen) -> None:
    lived = seen.found.seeds[0]
    assert len({one.eve for one in lived.arms}) == 1
    assert lived.arms[0].eve

    other = lived.arms[0]._replace(eve="another book")
    planted = seen.found._replace(seeds=(lived._replace(arms=(other, *lived.arms[1:])),))
    assert planted.faults == [f"seed {SEED}: the arms did not begin with the same book"]


def test_a_seed_draws_the_same_people_and_another_seed_others() -> None:
    terms = short()
    first, again, other = (cast_of(40, seed=seed, terms=terms) for seed in (1, 1, 2))

    assert first.basket.tolist() == again.basket.tolist() != other.basket.tolist()
    assert first.dice["way"].tolist() == again.dice["way"].tolist() != other.dice["way"].tolist()
    assert first.rng(1, 9).random() == again.rng(1, 9).random() != first.rng(1, 10).random()


@pytest.mark.slow
def test_the_budget_binds_and_is_never_exceeded(seen: Seen) -> None:
    for arm in (SILENT, SEGMENT, NOTICE, WITH):
        one = of(seen, arm)
        assert 0 < one.granted_minor <= seen.found.budget_minor
        assert one.granted_lines < PEOPLE, "it was not enough for everybody"
    assert of(seen, NOTHING).granted_minor == 0

    over = of(seen, WITH)._replace(granted_minor=seen.found.budget_minor + 1)
    assert len(list(faults(WITH, over, budget_minor=seen.found.budget_minor))) == 1


@pytest.mark.slow
def test_everybody_was_told_before_the_return_where_it_is_announced(seen: Seen) -> None:
    assert (of(seen, NOTICE).returned_untold, of(seen, WITH).returned_untold) == (0, 0)
    silent = of(seen, SILENT)
    assert silent.returned_untold == silent.granted_lines > 0, "without notices nobody is told"

    (fault,) = faults(WITH, of(seen, WITH)._replace(returned_untold=1), budget_minor=10**12)
    assert fault == "1 limits returned without notice"


@pytest.mark.slow
def test_every_way_that_was_offered_and_taken_was_granted(seen: Seen) -> None:
    one, planted = of(seen, WITH), seen.with_refused_ways["with"]

    assert one.ways_asked > of(seen, NOTHING).ways_asked
    assert one.ways_asked == one.ways_sold > 0
    assert planted.ways_refused_for["LIM-04"] > 0
    assert one.ways_refused_for == {}
    assert all(of(seen, arm).ways_beyond_limit == 0 for arm in ARMS)
    assert planted.ways_beyond_limit > 0
    found = list(faults(WITH, planted, budget_minor=10**12))
    assert "did not fit" in found[0]
    assert "were not granted" in found[1]


@pytest.mark.slow
def test_the_books_of_every_arm_agree(seen: Seen) -> None:
    for arm in ARMS:
        assert of(seen, arm).problems == ()
        assert seen.broken_books[arm.name], "a planted fen is found"


@pytest.mark.slow
def test_the_arms_differ_in_what_they_are_to_differ_in(seen: Seen) -> None:
    assert of(seen, WITH).plans_sold > 0
    assert all(of(seen, arm).plans_sold == 0 for arm in ARMS if not arm.plans)
    assert of(seen, WITH).orders_sold >= of(seen, NOTHING).orders_sold

    untold, told = of(seen, SEGMENT), of(seen, NOTICE)
    assert (untold.granted_lines, untold.granted_minor) == (told.granted_lines, told.granted_minor)
    assert untold.choices["saw it gone"] > told.choices.get("saw it gone", 0)
    assert untold.sold_minor == told.sold_minor, "nothing differs before the notice"


def one(**more: int) -> Figures:
    numbers = dict.fromkeys(Figures._fields[:-4], 0) | {"lines": 100} | more
    return Figures(**numbers, ways_refused_for={}, problems=(), eve="", choices={})


def test_differences_are_paired_and_their_interval_is_students() -> None:
    base = [one(orders_sold=count) for count in (10, 50, 90)]
    arm = [one(orders_sold=count) for count in (12, 53, 94)]

    apart = difference(arm, base, "orders sold")

    assert apart.mean == pytest.approx(3.0)
    assert apart.high - apart.mean == pytest.approx(4.3027 / 3**0.5, abs=1e-3)
    assert apart.is_clear
    assert not difference(base, base, "orders sold")._replace(low=-1, high=1).is_clear
    assert mean(arm, "orders sold") == 53
    assert not difference(arm[:1], base[:1], "orders sold").is_clear, "one seed proves nothing"


def test_measures_are_per_person_and_per_thousand() -> None:
    found = values(
        one(orders_asked=9, orders_sold=7, sold_minor=100_000, complaints=2, late_last=3)
    )

    assert (found["orders lost"], found["sold on credit"]) == (2, 10)
    assert (found["complaints"], found["late after the third due"]) == (20, 3)


@pytest.mark.slow
def test_the_command_prints_shows_and_writes(seen: Seen) -> None:
    data = command.as_data(seen.found)
    assert json.loads(json.dumps(data))["arms"]["with"]["means"]["orders sold"] > 0
    two = seen.found._replace(seeds=seen.found.seeds * 2)
    head, rows = command.apart(two, "nothing")
    assert head == ["", "silent", "segment", "notice", "with"]
    assert len(rows) == len(command.MEASURES)
    page = command.render(two)
    assert "Side by side" in page
    assert "<script" not in page
    assert "Read this first" not in page
    command.show(two)


@pytest.mark.slow
def test_the_command_runs_from_end_to_end(tmp_path: Path) -> None:
    file = resources.files("whiteslip.world.promotion") / "data" / "promotion.toml"
    text = file.read_text("utf-8").replace("opens_on     = 2026-01-05", "opens_on = 2026-06-10")
    (tmp_path / "terms.toml").write_text(text)
    asked = [
        "--seeds",
        "1",
        "--shoppers",
        "20",
        "--arms",
        "nothing,ways",
        "--until",
        "2026-06-25",
        "--json",
        "--terms",
    ]
    page = tmp_path / "report.html"

    result = CliRunner().invoke(
        app, ["simulate-sale", *asked, str(tmp_path / "terms.toml"), "--out", str(page)]
    )

    assert result.exit_code == 0, result.output
    told = json.loads(result.stdout)
    assert (told["faults"], list(told["arms"])) == ([], ["nothing", "ways"])
    assert told["arms"]["ways"]["seeds"][0]["lines"] == 20
    assert "Side by side" in page.read_text("utf-8")


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (["--arms", "with,nobody"], "'nobody' is no arm"),
        (["--vary", "willing"], "is not NAME=FACTOR"),
        (["--vary", "rain=2"], "is no table of assumptions"),
    ],
)
def test_what_cannot_be_run_is_said_before_anything_starts(given: list[str], said: str) -> None:
    result = CliRunner().invoke(app, ["simulate-sale", *given])

    assert result.exit_code != 0
    assert said in str(result.exception)


def test_every_arm_has_a_name_of_its_own() -> None:
    assert len(BY_NAME) == 7
    assert all(name == arm.label for name, arm in BY_NAME.items())


@pytest.mark.slow
def test_varied_arms_are_compared_under_their_own_assumptions(seen: Seen) -> None:
    lived = seen.found.seeds[0]
    arms = (NOTHING, WITH, NOTHING._replace(varies="willing=0"), WITH._replace(varies="willing=0"))
    figures = tuple(of(seen, arm) for arm in (NOTHING, WITH, WITH, WITH))
    found = seen.found._replace(arms=arms, seeds=(lived._replace(arms=figures),) * 2)

    head, rows = command.apart(found, "nothing")

    assert head == ["", "with", "with willing=0"]
    assert rows[0][2].startswith("+0.0 ")
    assert not rows[0][1].startswith("+0.0 ")


def test_what_is_left_of_a_basket_may_be_too_little_to_split(database: Database) -> None:
    terms = short()
    cast = cast_of(3, seed=1, terms=terms)
    life = Life(database, cast, terms, FixedClock(datetime(2026, 6, 5, 9, tzinfo=ZONE)))
    life.begin()
    sale = Sale(life, WITH)

    assert sale.can_split(Ask(0, 10_000, 3, "618-0-p"))
    assert not sale.can_split(Ask(0, 9_999, 3, "618-0-p"))
    assert sale.can_split(Ask(0, 9_999, 0, "618-0-p")), "nothing is split"
