"""What became of the arms is summed from the records: who joined late, was late before or is exempt does not count."""

from __future__ import annotations

from datetime import date

import pytest
from tests.flows.segment_worlds import Command, World

from whiteslip.infra.database import Database
from whiteslip.money.lines.model import LineKey
from whiteslip.risk.tightenings import store
from whiteslip.risk.tightenings.model import Effect

END = date(2026, 8, 31)


@pytest.fixture
def world(database: Database) -> World:
    made = World(database, macro=None)
    made.months([3, 2, 3, 4, 3, 2, 3, 3, 4, 14])
    made.judge()
    for by in ("Anna", "Bo"):
        made.say(Command.RELEASE, by)
    return made


def change(world: World, query: str, *given: object) -> None:
    world.book.write(lambda db: db.execute(query.encode(), list(given)).rowcount)


def owes(world: World, key: LineKey, days: int, owed_minor: int = 10_000) -> None:
    query = "INSERT INTO money.month_end VALUES (%s, %s, %s, 0, %s, %s)"
    change(world, query, *key, owed_minor, END, days)


def effect(world: World) -> Effect:
    found = world.book.database.read(
        lambda db: store.measure_effect(db, world.tightening(), confidence_ppm=950_000)
    )
    assert found is not None
    return found


def test_nothing_is_measured_before_a_month_has_ended(world: World) -> None:
    found = world.book.database.read(
        lambda db: store.measure_effect(db, world.tightening(), confidence_ppm=950_000)
    )
    assert found is None


def test_the_arms_are_summed_from_the_records(world: World) -> None:
    tightened, held_out = sorted(world.restricted()), sorted(world.arm("held_out"))
    shop = world.book.shop()
    world.book.close_until(date(2026, 9, 1))
    for key, days in ((tightened[0], 30), (tightened[1], 29), (held_out[0], 45)):
        owes(world, key, days, 40_000)
    before = effect(world)

    assert before.month_end == END
    assert (before.touched.lines, before.held_out.lines) == (len(tightened), len(held_out))
    assert (before.touched.hits, before.held_out.hits) == (1, 1)
    assert before.touched.bad_mean == pytest.approx(40_000 / len(tightened))
    assert before.touched.bought_mean == 0.0
    assert before.thirty_plus is None  # too few held out to say

    late = "UPDATE risk.tightening_member SET days_past_due = 40 WHERE customer_id = %s"
    change(world, late, tightened[0].customer_id)
    exempt = "UPDATE risk.tightening_member SET is_exempt = TRUE WHERE customer_id = %s"
    change(world, exempt, held_out[1].customer_id)
    joined = "UPDATE risk.tightening_member SET joined_on = joined_on + 1 WHERE customer_id = %s"
    change(world, joined, held_out[0].customer_id)
    after = effect(world)

    assert (after.touched.hits, after.held_out.hits) == (0, 0)
    assert after.held_out.lines == len(held_out) - 2
    assert shop


def test_what_an_arm_bought_since_counts_what_was_captured_and_not_sent_back(world: World) -> None:
    (key,) = sorted(world.arm("held_out"))[:1]
    shop = world.book.shop()
    world.book.close_day()
    bought = world.book.buy(key, 30_000, at_shop=shop)
    world.book.refund(key.customer_id, bought, 10_000)
    world.book.close_until(date(2026, 9, 1))

    found = effect(world)

    assert found.held_out.bought_mean == pytest.approx(20_000 / found.held_out.lines)
    assert found.touched.bought_mean == 0.0


def test_control_no_spared_member_can_be_given_a_restriction(world: World) -> None:
    (key,) = sorted(world.arm("held_out"))[:1]
    query = "UPDATE risk.tightening_member SET restriction_id = 1 WHERE customer_id = %s"
    with pytest.raises(Exception, match="member_is_spared"):
        change(world, query, key.customer_id)
