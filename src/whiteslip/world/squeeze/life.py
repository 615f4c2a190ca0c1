"""A squeeze in one arm: people buy ahead and pay as ever, nights forecast, and two people do as the arm says."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Any, Final, TypeVar

import numpy as np
from msgspec.structs import replace

from whiteslip.flows.checkout import Declined
from whiteslip.flows.enter_funds import EntryKind, NewEntry, enter_funds
from whiteslip.flows.govern_valve import Command, ValveStep, govern_valve
from whiteslip.flows.guard_liquidity import forecast_liquidity, propose_valve
from whiteslip.flows.repay import Repaid, repay
from whiteslip.flows.warn_early import warn_early
from whiteslip.infra.clock import FixedClock
from whiteslip.infra.database import Connection, Database
from whiteslip.kernel.calendar import ZONE
from whiteslip.kernel.reason import ReasonCode
from whiteslip.money.purchases.model import Way
from whiteslip.risk.liquidity.model import State, ValveTerms
from whiteslip.risk.liquidity.model import Terms as ForecastTerms
from whiteslip.views.liquidity import stood, valve_terms, valves
from whiteslip.world.promotion.life import Answer, Ask, Life
from whiteslip.world.promotion.people import Cast
from whiteslip.world.promotion.terms import shipped as people_terms
from whiteslip.world.squeeze.terms import Terms
from whiteslip.world.staff import PEOPLE
from whiteslip.world.taken import fine
from whiteslip.world.wallets import Wallets

A = TypeVar("A")
_NEWEST: Final = 5
_WAVE: Final = 31
_LENDER: Final = "the lender who leaves"
_LONG: Final = timedelta(days=365)
_LEAST_MINOR: Final = 1_000
Flow = Callable[..., list[Any]]


class Arm(StrEnum):
    """What two people do with a stage that is proposed."""

    WITHOUT = "without"
    REHEARSED = "rehearsed"
    WITH = "with"


@dataclass(slots=True)
class SqueezeLife(Life):
    """A book that counts the repayments people make and those it takes, and what the valve refused them."""

    repays: Flow = repay
    paying: int = 0
    paid: int = 0
    asked_minor: int = 0
    refused: int = 0
    refused_minor: int = 0
    sold_minor: int = 0

    def flow(self, flow: Callable[..., list[A]], asked: Sequence[Any]) -> list[A]:
        """Put one batch through a flow; of repayments only those that were taken come back."""
        is_repaying = flow is repay
        answers = super(SqueezeLife, self).flow(self.repays if is_repaying else flow, asked)
        if not is_repaying:
            return answers
        self.paying += len(asked)
        taken = [one for one in answers if isinstance(one, Repaid)]
        self.paid += len(taken)
        return taken

    def buy(self, asks: Sequence[Ask], *, shop: int | None = None) -> list[Answer]:
        """Ask for credit, and count what the valve refused."""
        answers = super(SqueezeLife, self).buy(asks, shop=shop)
        for ask, answer in zip(asks, answers, strict=True):
            self.asked_minor += ask.amount_minor
            if is_valve(answer):
                self.refused += 1
                self.refused_minor += ask.amount_minor
        return answers


def is_valve(answer: Answer) -> bool:
    """Tell whether the valve refused, and nothing else."""
    return isinstance(answer, Declined) and any(
        one.code is ReasonCode.PURCHASES_LIMITED for one in answer.reasons
    )


def by_cash_alone() -> ValveTerms:
    """Return the shipped stages, called for by cash and by no indicator of credit: a squeeze is not one of those."""
    return valve_terms()._replace(red_indicators=())


@dataclass(slots=True)
class Squeeze:
    """An arm under way."""

    life: SqueezeLife
    arm: Arm
    terms: Terms
    valve: ValveTerms = field(default_factory=by_cash_alone)
    forecasting: ForecastTerms | None = None
    acting: dict[date, int] = field(default_factory=dict[date, int])

    def run(self) -> None:
        """Live from the day funds were entered to the end."""
        calendar = self.terms.calendar
        for day in range((calendar.ends_on - calendar.funds_on).days - 1):
            on = calendar.funds_on + timedelta(days=day + 1)
            self.life.live(on, errand=self._errand)
            self._guard()
            self.acting[on] = self._acts()

    def _guard(self) -> None:
        """Do the night's work, and what people do the next morning before anybody buys."""
        life = self.life
        at = life.clock.now()
        forecast_liquidity(life.database, at=at, terms=self.forecasting, valve=self.valve)
        warn_early(life.database, at=at)
        report = propose_valve(life.database, at=at, terms=self.valve)
        if report.proposed is None or self.arm is Arm.WITHOUT:
            return
        command = Command.RELEASE if self.arm is Arm.WITH else Command.REHEARSE
        people = PEOPLE if self.arm is Arm.WITH else PEOPLE[:1]
        for by in people:
            step = ValveStep(report.proposed.valve_id, command, by, "the forecast says so")
            life.database.write(lambda db, step=step: fine([govern_valve(db, step, at=at)])[0])

    def _acts(self) -> int:
        """Return the stage that acts on the day that has begun, 0 for none."""
        found = self.life.read(lambda db: valves(db, most=_NEWEST))
        return next((one.valve.stage for one in found if one.valve.state is State.ACTING), 0)

    def _errand(self, wallets: Wallets, on: date) -> None:
        calendar, funds = self.terms.calendar, self.terms.funds
        if (on - calendar.funds_on).days % funds.told_every_days == 0:
            self._tell_cash()
        if on == calendar.squeeze_on - timedelta(days=funds.known_days_before):
            self._lender_leaves()
        if calendar.squeeze_on <= on < calendar.calm_on:
            self._buy_ahead(wallets, (on - calendar.squeeze_on).days)

    def _lender_leaves(self) -> None:
        calendar, people = self.terms.calendar, len(self.life.cast)
        amount = self.terms.funds.committed_minor_a_shopper * people
        one = NewEntry(
            EntryKind.COMMITMENT, amount, calendar.funds_on, PEOPLE[0], "they wrote", _LENDER,
            calendar.squeeze_on,
        )  # fmt: skip
        self._enter([one])

    def _tell_cash(self) -> None:
        """Enter what the bank says the account held last night; here it says what the book does."""
        last = self.life.read(stood)[-1]
        self._enter(
            [NewEntry(EntryKind.CASH, last.cash_minor, last.day, PEOPLE[0], "the bank's figure")]
        )

    def _enter(self, entries: Sequence[NewEntry]) -> None:
        enter(self.life.database, entries, at=self.life.clock.now())

    def _buy_ahead(self, wallets: Wallets, day: int) -> None:
        """Ask for more than usual; who is offered less takes it or leaves."""
        life, wave = self.life, self.terms.wave
        rng = life.cast.rng(_WAVE, day)
        drawn, plan, retry = rng.random((3, len(life.cast)))
        size = np.exp(wave.sigma * rng.standard_normal(len(life.cast)))
        wants = (life.cast.shoppers.income * wave.median_income * size).astype(np.int64)
        comes = (drawn < wave.a_day) & (wants >= _LEAST_MINOR) & (wants <= wallets.available)
        asks = [
            Ask(
                who,
                int(wants[who]),
                self._months(int(wants[who]), float(plan[who])),
                f"w-{who}-{day}",
            )
            for who in np.flatnonzero(comes & ~life.walked).tolist()
        ]
        again: list[Ask] = []
        for ask, answer in zip(asks, life.buy(asks), strict=True):
            if is_valve(answer) and retry[ask.who] < wave.retry_share:
                again += _taken(ask, answer)
        life.buy(again)

    def _months(self, amount_minor: int, drawn: float) -> int:
        wave = self.terms.wave
        least = people_terms().baskets.least_minor
        return wave.plan_months if drawn < wave.plan_share and amount_minor >= least else 0


def _taken(ask: Ask, answer: Answer) -> list[Ask]:
    """Take what is offered besides: paying later, or less."""
    if not isinstance(answer, Declined):
        return []
    for other in answer.other_ways:
        if other.way in {Way.PAY_LATER, Way.SMALLER_AMOUNT} and not other.needs_verification:
            return [Ask(ask.who, other.credit_minor, other.plan_months, f"{ask.ref}-again")]
    return []


def begin(database: Database, cast: Cast, terms: Terms) -> SqueezeLife:
    """Live from the opening of the book to the close of the day funds are entered for, and enter them."""
    calendar, funds, people = terms.calendar, terms.funds, len(cast)
    life = life_in(database, cast, calendar.opens_on)
    life.begin()
    for day in range((calendar.funds_on - calendar.opens_on).days + 1):
        life.live(calendar.opens_on + timedelta(days=day))
    on = calendar.funds_on
    entries = [
        NewEntry(EntryKind.CASH, funds.cash_minor_a_shopper * people, on, PEOPLE[0], "the bank's figure"),
        NewEntry(EntryKind.FLOOR, funds.floor_minor_a_shopper * people, on, PEOPLE[0], "two days of sales"),
        NewEntry(
            EntryKind.COMMITMENT, funds.committed_minor_a_shopper * people, on, PEOPLE[0], "signed", _LENDER,
            on + _LONG,
        ),
    ]  # fmt: skip
    enter(database, entries, at=life.clock.now())
    return life


def life_in(database: Database, cast: Cast, opens_on: date) -> SqueezeLife:
    """Return a book of these people that opens on a day."""
    known = people_terms()
    calendar = replace(known.calendar, opens_on=opens_on)
    first = datetime.combine(opens_on, time(9, 30), ZONE)
    return SqueezeLife(database, cast, replace(known, calendar=calendar), FixedClock(first))


def copied(life: SqueezeLife, database: Database) -> SqueezeLife:
    """Go on in a copy of the book: the same people with the same money."""
    plain = life.moved_to(database, life.terms)
    other = SqueezeLife(database, life.cast, life.terms, plain.clock)
    for name in ("customers", "lines", "shops", "stopped", "walked", "days_late", "habits"):
        setattr(other, name, getattr(plain, name))
    return other


def enter(database: Database, entries: Sequence[NewEntry], *, at: datetime) -> None:
    """Enter funds; these people make no mistakes."""

    def work(db: Connection) -> None:
        fine(enter_funds(db, entries, at=at))

    database.write(work)
