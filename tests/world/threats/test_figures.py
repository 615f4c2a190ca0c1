"""What is counted as seen, as an alarm, as stopped and as back, on records made by hand."""

from __future__ import annotations

from datetime import datetime, timedelta
from math import inf, isnan, nan

import pytest
from tests.world.threats.worlds import dense

from whiteslip.kernel.calendar import ZONE
from whiteslip.world.threats.arms import OFF, ON
from whiteslip.world.threats.cast import Cast, cast_of
from whiteslip.world.threats.experiment import Experiment, Lived, World, interval
from whiteslip.world.threats.figures import Figures, measure
from whiteslip.world.threats.labels import Episode, Kind, Labels
from whiteslip.world.threats.records import Order, RaisedRing, Records, Stop
from whiteslip.world.threats.telling import precision, recall, saved_minor, tables

OPENS = dense().calendar.opens_on
NOON = datetime(OPENS.year, OPENS.month, OPENS.day, 12, tzinfo=ZONE)
EPISODES = (
    Episode(Kind.RING, (1, 2, 3, 4), 2, 20),
    Episode(Kind.TAKEOVER, (5,), 5, 6),
    Episode(Kind.TAKEOVER, (6,), 5, 6),
    Episode(Kind.CASH_OUT, (7,), 8, 9),
    Episode(Kind.NEW_PHONE, (10,), 3, 17),
    Episode(Kind.NEW_PHONE, (11,), 3, 17),
    Episode(Kind.FAMILY, (20, 21, 22, 23), 0, 59),
    Episode(Kind.DOWNTURN, (30,), 30, 50),
)


def order(who: int, ref: str, day: int, **more: object) -> Order:
    plain = Order(
        who, ref, NOON + timedelta(days=day), 10_000, 10_000, False, False, False, None, None
    )
    return plain._replace(**more)


def held(who: int, ref: str, day: int, **more: object) -> Order:
    return order(who, ref, day, **{"captured_minor": 0, "was_met": True, **more})


def people() -> Cast:
    drawn = cast_of(60, days=60, seed=1, terms=dense())
    labels = Labels(EPISODES, {"T1": 1, "T2": 1, "T3": 1, "U1": 2, "U2": 2, "C1": 3})
    return Cast(
        drawn.seed, 60, drawn.terms, drawn.plan, labels, drawn.taste, drawn.favorite, drawn.second,
        drawn.looks,
    )  # fmt: skip


ORDERS = (
    order(5, "T1", 5),
    held(5, "T2", 5),
    held(5, "T3", 5),
    order(6, "U1", 5),
    order(6, "U2", 5),
    held(7, "C1", 8, looks_like_cash_out=True, went_to_a_person=True),
    order(10, "A1", 4, was_met=True),
    held(11, "B1", 4, next_sold_at=NOON + timedelta(days=4, hours=3)),
    held(40, "B2", 4),
    order(5, "own", 20, was_met=True, captured_minor=0),
)
RINGS = (
    RaisedRing(frozenset({1, 2, 3}), OPENS + timedelta(days=10), 0.7, "confirm"),
    RaisedRing(frozenset({1, 2, 3, 4}), OPENS + timedelta(days=12), 0.8, "confirm"),
    RaisedRing(frozenset({20, 21, 22, 23}), OPENS + timedelta(days=3), 0.6, "dismiss"),
)


def measured(**more: object) -> Figures:
    records = Records(ORDERS, {NOON.date(): 100}, (), RINGS, {}, ())._replace(**more)
    return measure(people(), records)


def test_a_ring_is_seen_once_however_often_it_is_shown() -> None:
    ring = measured().seen[Kind.RING]

    assert (ring.episodes, ring.seen, ring.in_time, ring.days) == (1, 1, 1, 8.0)
    assert (ring.alarms, ring.true_alarms) == (2, 1)
    late = RINGS[0]._replace(on=OPENS + timedelta(days=40))
    assert measured(rings=(late,)).seen[Kind.RING].recall_in_time == 0


def test_a_takeover_is_seen_at_the_first_try_that_is_stopped() -> None:
    found = measured().seen[Kind.TAKEOVER]

    assert (found.episodes, found.seen, found.in_time, found.tries) == (2, 1, 1, 2)
    assert found.lost_minor == 3 * 10_000
    tries = [order(5, f"T{n}", 5) for n in range(4)]
    labels = people().labels.orders
    assert labels["T1"] == 1
    assert measured(orders=tuple(tries[1:])).seen[Kind.TAKEOVER].seen == 0


def test_alarms_of_a_week_are_one_and_true_if_a_fraud_is_behind_them() -> None:
    found = measured().seen

    takeovers, cash_outs = found[Kind.TAKEOVER], found[Kind.CASH_OUT]
    assert (takeovers.alarms, takeovers.true_alarms) == (4, 2)
    assert (cash_outs.alarms, cash_outs.true_alarms) == (1, 1)


def test_a_code_that_comes_at_once_stops_nobody() -> None:
    found = measured().fared[Kind.NEW_PHONE]

    assert (found.episodes, found.asked, found.stopped) == (2, 1, 1)
    assert (found.back_in_a_day, found.hours) == (1, 3.0)
    never = ORDERS[7]._replace(next_sold_at=None)
    gone = measured(orders=(never,)).fared[Kind.NEW_PHONE]
    assert (gone.back_in_a_day, gone.hours) == (0, inf)


def test_control_with_nothing_recorded_nothing_is_seen() -> None:
    blind = measured(orders=(), rings=())

    assert [one.seen for one in blind.seen.values()] == [0, 0, 0]
    assert isnan(blind.seen[Kind.RING].precision)
    assert blind.seen[Kind.RING].recall == 0


def test_a_family_shown_as_a_ring_is_counted_and_what_it_lost() -> None:
    family = measured().grouped[Kind.FAMILY]
    assert (family.groups, family.shown, family.restricted) == (1, 1, 0)

    stop = Stop(21, 4, OPENS + timedelta(days=4), OPENS + timedelta(days=6))
    hurt = measured(stops=(stop,))
    assert hurt.grouped[Kind.FAMILY].restricted == 1
    assert (hurt.restricted_honest, hurt.restricted_days) == (1, 2.0)


def test_a_downturn_is_seen_on_the_first_orange_day_after_it_began() -> None:
    colors = {
        OPENS + timedelta(days=20): "orange",
        OPENS + timedelta(days=34): "yellow",
        OPENS + timedelta(days=37): "red",
    }
    found = measured(colors=colors).downturn

    assert (found.days, found.early) == (7.0, 1)


def test_intervals_are_students_and_one_seed_has_none() -> None:
    found = interval([2.0, 3.0, 4.0])

    assert found.high - found.mean == pytest.approx(4.3027 / 3**0.5, abs=1e-3)
    assert interval([5.0]).mean == 5
    assert isnan(interval([5.0]).low)
    assert interval([nan, 4.0, 4.0]).mean == 4
    assert isnan(interval([nan]).mean)


def test_the_interval_of_a_share_ends_where_shares_end() -> None:
    lived = (
        Lived(1, "on", measured(), 1.0, {}),
        Lived(2, "on", measured(orders=ORDERS[3:5], rings=RINGS), 1.0, {}),
    )
    found = Experiment(World(60, 60), (ON,), (1, 2), lived, (), 1.0)

    seen = tables(found)[0].rows[1][2]
    assert seen == "25.0 (0.0 to 100.0)"


def test_seeds_that_thresholds_were_chosen_on_are_left_out() -> None:
    blind, seeing = measured(orders=ORDERS[3:5], rings=()), measured()
    lived = tuple(
        Lived(seed, arm, figures, 1.0, {})
        for seed in (1, 2, 3)
        for arm, figures in (("on", blind if seed == 1 else seeing), ("off", blind))
    )
    found = Experiment(World(60, 60), (ON, OFF), (1, 2, 3), lived, (1,), 1.0)

    assert recall(found.of("on"), Kind.RING).mean == 1.0
    assert precision(found.of("on"), Kind.RING).mean == 0.5
    assert recall(found._replace(tuned=()).of("on"), Kind.RING).mean == pytest.approx(2 / 3)
    assert saved_minor(found, Kind.TAKEOVER).mean == -10_000
    told = {each.title: each for each in tables(found)}
    assert told["What was seen, on"].rows[0][:3] == ("ring", "2 of 2", "100.0 (100.0 to 100.0)")
    assert told["What was seen, on"].rows[1][1] == "2 of 4"
    assert "Honest groups" in told
    assert found.faults == []
    broken = lived[0]._replace(figures=blind._replace(problems=("a fen is missing",)))
    assert found._replace(lived=(broken,)).faults == ["seed 1, on: a fen is missing"]
