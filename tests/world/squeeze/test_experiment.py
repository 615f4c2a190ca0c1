"""A short squeeze in its arms: what must hold whatever people do, each with a planted fault that is found."""

from __future__ import annotations

import json
from datetime import date
from importlib import resources
from itertools import pairwise
from typing import Any, NamedTuple

import pytest
from msgspec.structs import replace

from whiteslip.cli import squeeze as command
from whiteslip.flows.repay import RepaymentRequest, repay
from whiteslip.infra.scratch import scratch_database
from whiteslip.kernel.errors import Conflict, InvalidInput
from whiteslip.risk.liquidity.store import terms as forecast_terms
from whiteslip.world.promotion.experiment import opened
from whiteslip.world.promotion.life import Ask
from whiteslip.world.promotion.people import cast_of
from whiteslip.world.promotion.terms import shipped as people_terms
from whiteslip.world.squeeze.experiment import Experiment, Lived, faults, live_arm, measured
from whiteslip.world.squeeze.figures import Figures, Night
from whiteslip.world.squeeze.life import Arm, Squeeze, begin
from whiteslip.world.squeeze.terms import Calendar, Terms, read, shipped

PEOPLE, SEED = 60, 2
FORECASTING = forecast_terms()._replace(history_weeks=3, least_weeks=2, pace_weeks=1, paths=40)


def short() -> Terms:
    """Five weeks instead of seven months, too few for anything to be due: what is bought is gone."""
    calendar = Calendar(
        opens_on=date(2026, 3, 2),
        funds_on=date(2026, 3, 22),
        squeeze_on=date(2026, 3, 25),
        calm_on=date(2026, 4, 1),
        ends_on=date(2026, 4, 5),
    )
    terms = shipped()
    funds = replace(
        terms.funds, cash_minor_a_shopper=45_000, committed_minor_a_shopper=1, floor_minor_a_shopper=15_000
    )  # fmt: skip
    wave = replace(terms.wave, a_day=0.3)
    return replace(terms, calendar=calendar, funds=funds, wave=wave)


class Seen(NamedTuple):
    """A seed in its arms, and the arm with the valve again after each planted fault."""

    lived: Lived
    leaking: Figures
    unpaying: Figures


@pytest.fixture(scope="module")
def seen(server_dsn: str) -> Seen:
    terms, planted = short(), dict[str, Figures]()
    cast = cast_of(PEOPLE, seed=SEED, terms=people_terms())

    def plant(squeeze: Squeeze) -> None:
        if squeeze.arm is not Arm.WITH:
            return
        life = squeeze.life
        who = int(life.look().available.argmax())

        def refuse(_db: Any, asked: list[RepaymentRequest], **_at: Any) -> list[Conflict]:
            return [Conflict("not while the valve acts") for _ in asked]

        life.repays = refuse
        life.flow(repay, [RepaymentRequest(*life.line(who), 100, "bank")])
        planted["unpaying"] = measured(life.database, squeeze)
        life.paying = life.paid
        life.database.write(
            lambda db: db.execute("UPDATE risk.valve_state SET acting = NULL").rowcount
        )
        life.buy([Ask(who, 1_000, 0, "one-too-many")])
        planted["leaking"] = measured(life.database, squeeze)

    with scratch_database(server_dsn, "squeeze_test") as before:
        with opened(before) as database:
            life = begin(database, cast, terms)
        arms = tuple(
            live_arm(server_dsn, before, life, (arm, terms), plant, forecasting=FORECASTING)
            for arm in Arm
        )
    return Seen(Lived(SEED, arms), planted["leaking"], planted["unpaying"])


def figures(seen: Seen, arm: Arm) -> Figures:
    return next(one for one in seen.lived.arms if one.arm is arm)


def test_the_valve_holds_cash_above_the_floor_and_without_it_there_is_too_little(
    seen: Seen,
) -> None:
    without, with_ = figures(seen, Arm.WITHOUT), figures(seen, Arm.WITH)

    assert list(faults(seen.lived)) == []
    assert without.days_below > 0
    assert with_.days_below == 0
    assert with_.refused > 0
    assert without.refused == 0


def test_stages_come_one_by_one(seen: Seen) -> None:
    stages = [night.stage for night in figures(seen, Arm.WITH).nights]

    assert max(stages) == 3
    assert all(after - before <= 1 for before, after in pairwise(stages))


def test_control_one_purchase_too_many_is_found(seen: Seen) -> None:
    assert figures(seen, Arm.WITH).got_through == 0
    assert seen.leaking.got_through == 1
    lived = seen.lived._replace(arms=(seen.leaking,))
    assert any("1 purchases got through" in fault for fault in faults(lived))


def test_control_a_repayment_that_is_refused_is_found(seen: Seen) -> None:
    assert seen.unpaying.paying == seen.unpaying.paid + 1
    lived = seen.lived._replace(arms=(seen.unpaying,))
    assert any("1 repayments were refused" in fault for fault in faults(lived))


def test_control_every_other_fault_is_named(seen: Seen) -> None:
    without, rehearsed, with_ = seen.lived.arms
    low = with_._replace(nights=(Night(date(2026, 4, 1), 0, 3),))
    high = without._replace(nights=(Night(date(2026, 4, 1), 10**12, 0),))
    planted = {
        "ended below the floor": (without, rehearsed, low),
        "there was no squeeze": (high, rehearsed._replace(nights=high.nights), with_),
        "only rehearsed changed": (without, rehearsed._replace(nights=with_.nights), with_),
        "did not begin with the same book": (without, rehearsed, with_._replace(eve="other")),
        "without: a line is wrong": (without._replace(problems=("a line is wrong",)), with_),
    }
    for words, arms in planted.items():
        assert any(words in fault for fault in faults(seen.lived._replace(arms=arms))), words


def test_forecasts_are_held_against_what_came(seen: Seen) -> None:
    scores = figures(seen, Arm.WITHOUT).scores

    next_day = [one for one in scores if one.days_ahead == 1]
    assert sum(one.forecasts for one in next_day) > 5
    assert all(0 <= one.inside <= one.forecasts for one in scores)


def test_the_report_shows_the_arms_and_the_data_holds_all(
    seen: Seen, capsys: pytest.CaptureFixture[str]
) -> None:
    found = Experiment(PEOPLE, (seen.lived,), 1.0)

    html = command.render(found, short())
    data = json.loads(json.dumps(command.as_data(found), default=str))
    command.show(found)

    assert "without the valve" in html
    assert "<svg" in html
    assert data["seeds"][0]["arms"]["with"]["days_below"] == 0
    assert "60 people" in capsys.readouterr().out
    _, rows = command.side_by_side(found)
    assert [row[0] for row in rows] == [f"{SEED} without", f"{SEED} rehearsed", f"{SEED} with"]


@pytest.mark.parametrize(
    ("old", "new", "where"),
    [
        ("squeeze_on = 2026-05-11", "squeeze_on = 2026-07-11", "calendar"),
        ("a_day          = 0.05", "a_day = 1.5", "wave.a_day"),
        ("version = 1", "version = 1\nodd = 1", "odd"),
    ],
)
def test_assumptions_that_do_not_fit_are_named(old: str, new: str, where: str) -> None:
    text = (resources.files("whiteslip.world.squeeze") / "data" / "squeeze.toml").read_text("utf-8")
    assert old in text

    with pytest.raises(InvalidInput) as refused:
        read(text.replace(old, new, 1))

    assert refused.value.where is not None
    assert where in refused.value.where
