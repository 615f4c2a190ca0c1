"""A small downturn and a calm book beside it: warned, tightened, lifted, and each fault is found when it is planted."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest
from msgspec.structs import replace
from typer.testing import CliRunner

from whiteslip.cli import downturn as command
from whiteslip.cli.main import app
from whiteslip.flows.check_books import check_books
from whiteslip.infra.database import Database
from whiteslip.kernel.errors import InvalidInput
from whiteslip.risk.segments.model import Catalog, Measure
from whiteslip.risk.segments.store import catalog
from whiteslip.risk.tightenings.effects import LEAST_ARM
from whiteslip.world.downturn.experiment import Month, Story, run
from whiteslip.world.downturn.life import SEGMENT, mindful, people_of
from whiteslip.world.downturn.terms import Terms, read, shipped
from whiteslip.world.habits import EPOCH, Habits
from whiteslip.world.promotion.people import Cast
from whiteslip.world.shoppers import terms as people_terms
from whiteslip.world.wallets import Wallets

PEOPLE, SEED = 220, 5
FILE = "src/whiteslip/world/downturn/data/downturn.toml"


def short() -> Terms:
    """Ten months instead of two years, and a hard fall."""
    terms = shipped()
    calendar = replace(
        terms.calendar,
        opens_on=date(2026, 1, 6),
        begins_on=date(2026, 7, 1),
        over_on=date(2026, 9, 10),
        ends_on=date(2026, 11, 4),
    )
    hit = replace(terms.hit, struck=0.8, within_days=25, lasts_days=(50, 65), kept=(0.0, 0.1))
    people = replace(terms.people, self_employed=0.6)
    return replace(terms, calendar=calendar, hit=hit, people=people)


def impatient() -> Catalog:
    """The shipped segment, judged after three months; a flow is asked for one calm month."""
    every = catalog()
    segment = every.segments[SEGMENT]._replace(
        when="employment = 'self_employed' and line_age_days >= 60",
        least_count=30,
        measures=(Measure.ROLL_TO_OVERDUE, Measure.THIRTY_PLUS),
    )
    chart = every.chart._replace(least_baseline_months=3, lag_months=0)
    rollout = every.rollout._replace(calm_months=1, holdout_ppm=300_000)
    return every._replace(segments={SEGMENT: segment}, chart=chart, rollout=rollout)


class Seen(NamedTuple):
    """A story, and what the books said after a hold-out was touched."""

    story: Story
    broken: list[str]


@pytest.fixture(scope="module")
def seen(server_dsn: str) -> Seen:
    broken: list[str] = []

    def plant(database: Database) -> None:
        touched = b"UPDATE risk.tightening_member SET arm = 'held_out', restriction_id = NULL"
        database.write(lambda db: db.execute(touched).rowcount)
        broken.extend(database.read(check_books).problems)

    story = run(
        server_dsn, seed=SEED, people=PEOPLE, terms=short(), catalog=impatient(), look=plant
    )
    return Seen(story, broken)


@pytest.mark.slow
def test_it_is_warned_of_before_it_doubles_tightened_measured_and_lifted(seen: Seen) -> None:
    story = seen.story

    assert story.faults == []
    assert story.warned_on is not None
    assert story.doubled_on is None or story.warned_on < story.doubled_on
    commands = [one.command for one in story.hit.events if one.tightening_id == 1]
    assert commands[:4] == ["propose", "release", "release", "roll_out"]
    assert commands[-3:] == ["ask_end", "lift", "lift"]
    assert story.hit.effect is not None
    told = story.hit.effect.thirty_plus is not None
    assert told is (story.hit.effect.held_out.lines >= LEAST_ARM)
    assert story.hit.expected is not None
    assert story.hit.expected["touched"] >= story.hit.effect.touched.lines


@pytest.mark.slow
def test_control_without_a_downturn_nothing_is_warned_of_or_proposed(seen: Seen) -> None:
    calm = seen.story.calm

    assert calm is not None
    assert [month.month_end for month in calm.months if month.warns] == []
    assert calm.events == ()


@pytest.mark.slow
def test_control_a_hold_out_that_was_touched_is_found(seen: Seen) -> None:
    assert seen.broken
    assert all("nobody spared is restricted" in one for one in seen.broken)


@pytest.mark.slow
def test_control_what_speaks_against_the_platform_is_said(seen: Seen) -> None:
    story = seen.story
    calm = story.calm
    assert calm is not None

    def faults(**changes: Any) -> list[str]:
        return story._replace(hit=story.hit._replace(**changes)).faults

    deaf = tuple(Month(one.month_end, {}) for one in story.hit.months)
    assert faults(months=deaf) == ["the downturn was not warned of"]
    assert faults(events=()) == ["nothing was proposed"]
    unlifted = tuple(one for one in story.hit.events if one.command != "lift")
    assert faults(events=unlifted) == ["what was tightened was not lifted"]
    assert faults(problems=("x",)) == ["downturn: x"]
    shrill = story._replace(calm=calm._replace(events=story.hit.events[:1]))
    assert "without a downturn a tightening was proposed" in shrill.faults[0]
    assert _late(story).faults[0].startswith("warned at")


def _late(story: Story) -> Story:
    """The same months, of which the first of the downturn already doubles and the warning comes with it."""
    base = [month for month in story.hit.months if Measure.THIRTY_PLUS in month.judged][-1]
    flood = base.judged[Measure.THIRTY_PLUS]._replace(hits=90, out_of=100)
    months = tuple(
        Month(one.month_end, {**one.judged, Measure.THIRTY_PLUS: flood})
        if one.month_end >= story.begins_on
        else one
        for one in story.hit.months
    )
    return story._replace(hit=story.hit._replace(months=months))


@pytest.mark.slow
def test_the_command_shows_the_table_the_data_and_the_page(
    seen: Seen, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def lived(*_: object, **__: object) -> Story:
        return seen.story

    monkeypatch.setattr(command.experiment, "run", lived)
    page = tmp_path / "downturn.html"

    told = CliRunner().invoke(app, ["simulate-downturn", "--out", str(page)])
    data = CliRunner().invoke(app, ["simulate-downturn", "--json"])

    assert (told.exit_code, data.exit_code) == (0, 0), told.output
    assert "incomes begin to fall" in told.output
    assert "Expected:" in told.output
    shown = json.loads(data.output)
    assert shown["warned_on"] == str(seen.story.warned_on)
    assert shown["downturn"]["effect"]["held_out"]["lines"] > 0
    html = page.read_text("utf-8")
    assert html.count("<figure>") == len(command.SHOWN)
    assert "without a downturn" in html


def test_whoever_means_to_pay_tomorrow_is_not_put_off_by_todays_statement() -> None:
    cast, _ = people_of(60, seed=1, terms=short(), is_hit=False)
    today = 9_500
    owed = np.full(60, 10_000)
    wallets = Wallets(*(np.zeros(60, np.int64) for _ in Wallets.__dataclass_fields__))
    wallets.statement, wallets.due = np.full(60, today), np.full(60, today + 29)
    wallets.billed = wallets.payable = wallets.minimum = owed
    paid: list[int] = []
    for made in (habits_of(cast), mindful(habits_of(cast))):
        made.cash = np.full(60, 10**9)
        made.seen, made.pays_on = np.full(60, today - 28), np.full(60, today + 1)
        made.payments(wallets, EPOCH + timedelta(days=today))
        found = made.payments(wallets, EPOCH + timedelta(days=today + 1))
        paid.append(len(found.who))

    assert paid[1] == 60 > paid[0]  # the others show what the mindful are spared


def habits_of(cast: Cast) -> Habits:
    return Habits(cast.shoppers, people_terms(), cast.rng(1))


def test_the_downturn_changes_incomes_of_the_trade_alone_and_only_from_its_day_on() -> None:
    terms = short()
    calm, trade = people_of(300, seed=1, terms=terms, is_hit=False)
    hit, same = people_of(300, seed=1, terms=terms, is_hit=True)
    first = (terms.calendar.begins_on - terms.calendar.opens_on).days
    changed = hit.shoppers.shock_from != calm.shoppers.shock_from

    assert (trade == same).all()
    assert 0.6 < changed[trade].mean() < 0.95
    assert not changed[~trade].any()
    assert (hit.shoppers.shock_from[changed] >= first).all()
    assert (hit.shoppers.income == calm.shoppers.income).all()


@pytest.mark.parametrize(
    ("old", "new", "where"),
    [
        ("over_on   = 2026-07-01", "over_on = 2026-01-01", "calendar"),
        ("kept          = [0.0, 0.3]", "kept = [0.3, 0.0]", "hit"),
        ("struck        = 0.45", "struck = 1.45", "hit.struck"),
    ],
)
def test_assumptions_that_contradict_themselves_are_refused(old: str, new: str, where: str) -> None:
    text = Path(FILE).read_text("utf-8")
    assert old in text
    with pytest.raises(InvalidInput) as caught:
        read(text.replace(old, new))
    assert caught.value.where == where
