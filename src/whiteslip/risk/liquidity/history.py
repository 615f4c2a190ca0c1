"""The book's own record as arrays: how dues were paid, and what was asked for, captured and refunded."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from whiteslip.money.funding.model import CashDay
from whiteslip.risk.liquidity.model import Class, Terms

Floats: TypeAlias = NDArray[np.float64]
Ints: TypeAlias = NDArray[np.int64]
Dates: TypeAlias = NDArray[np.datetime64]

WEEK = 7
HOLD_DAYS = 31
"""A hold older than this is of the last age; products let it stand for no longer."""
REFUND_DAYS = 60
"""A refund later than this after its capture counts as of this day."""
_REVOLVES_DAYS = 30


class DueFlows(NamedTuple):
    """By class, due date and day: what dues came to, what was paid of them, settled otherwise, and began to revolve."""

    classes: Ints
    due_ons: Dates
    days: Dates
    came_minor: Ints
    paid_minor: Ints
    gone_minor: Ints
    rolled_minor: Ints


class HoldFlows(NamedTuple):
    """By day of authorization and day: what was authorized, captured, and is held still."""

    authorized_ons: Dates
    days: Dates
    authorized_minor: Ints
    captured_minor: Ints
    held_minor: Ints


class RefundFlows(NamedTuple):
    """By day of the first capture and day: what was refunded."""

    captured_ons: Dates
    days: Dates
    refunded_minor: Ints


class Told(NamedTuple):
    """All that is read of the book for a forecast from a closed day.

    `first_on` is the first day it closed, `refused_minor` is what a valve refused by day.
    """

    on: date
    first_on: date
    dues: DueFlows
    holds: HoldFlows
    refunds: RefundFlows
    cash_days: Sequence[CashDay]
    refused_minor: dict[date, int]


@dataclass(frozen=True, slots=True)
class Record:
    """What was seen in whole weeks that end with the day forecast from; the first axis is days, then class and offset.

    An offset is a place in `offsets`, the days a day lies after the due date. `now` is what stands unpaid after the
    last day by class and by the offset it has the day after, `later` by class and day of the forecast what has its
    first offset then. `came` is what dues came to. All in minor units.
    """

    offsets: Ints
    at_risk: Floats
    paid: Floats
    gone: Floats
    rolled: Floats
    came: Floats
    now: Floats
    later: Floats
    bank: Floats
    captured: Floats
    merchant_fee: float
    asked: Floats
    capture_curve: Floats
    held_by_age: Floats
    refund_curve: Floats

    @property
    def weeks(self) -> int:
        """How many weeks were seen."""
        return len(self.bank) // WEEK


def weeks_known(told: Told, terms: Terms) -> int:
    """Return how many whole weeks of the book can be looked at."""
    return min(terms.history_weeks, ((told.on - told.first_on).days + 1) // WEEK)


def record_of(told: Told, terms: Terms) -> Record:
    """Lay what was read out as arrays."""
    days = weeks_known(told, terms) * WEEK
    first = told.on - timedelta(days=days - 1)
    offsets = np.arange(terms.buckets[0], terms.buckets[-1] + 1)
    dues = _dues(told, first, days, offsets, terms.horizon_days)
    cash = {one.day: one for one in told.cash_days}
    every = [cash.get(first + timedelta(days=n)) for n in range(days)]
    sold = np.array([0 if one is None else one.captured_minor for one in every], np.float64)
    kept = sum(one.merchant_fee_minor for one in every if one is not None)
    authorized, curve, held = _holds(told, first, days)
    refused = [told.refused_minor.get(first + timedelta(days=n), 0) for n in range(days)]
    return Record(
        offsets=offsets,
        **dues,
        bank=np.array([0 if one is None else one.bank_minor for one in every], np.float64),
        captured=sold,
        merchant_fee=kept / sold.sum() if sold.sum() else 0.0,
        asked=authorized + np.array(refused, np.float64),
        capture_curve=curve,
        held_by_age=held,
        refund_curve=_refunds(told, first, sold),
    )


def _dues(told: Told, first: date, days: int, offsets: Ints, horizon: int) -> dict[str, Floats]:
    flows = told.dues
    day = (flows.days - np.datetime64(first)).astype(np.int64)
    due = (flows.due_ons - np.datetime64(first)).astype(np.int64)
    keys, cohort = np.unique(
        np.stack([flows.classes.astype(np.int64), due]), axis=1, return_inverse=True
    )
    cohort = np.ravel(cohort)
    classes, due_days = keys
    daily = np.zeros((4, len(classes), days + 1))
    place = np.clip(day + 1, 0, days)
    sums = (flows.came_minor, flows.paid_minor, flows.gone_minor, flows.rolled_minor)
    for row, amounts in enumerate(sums):
        np.add.at(daily[row], (cohort, place), amounts)
    came, paid, gone, rolled = daily
    unpaid = np.maximum(0, np.cumsum(came - paid - gone - rolled, axis=1))
    shape = (days, len(Class), len(offsets))
    found = {name: np.zeros(shape) for name in ("at_risk", "paid", "gone", "rolled", "came")}
    seen = {
        "at_risk": unpaid[:, :-1],
        "paid": paid[:, 1:],
        "gone": gone[:, 1:],
        "rolled": rolled[:, 1:],
    }
    for n in range(days):
        at = _places(n - due_days, classes, offsets)
        for name, amounts in seen.items():
            np.add.at(found[name][n], (classes, at), amounts[:, n])
        np.add.at(
            found["came"][n], (classes, _places(n + 1 - due_days, classes, offsets)), came[:, n + 1]
        )
    now, later = np.zeros(shape[1:]), np.zeros((len(Class), horizon + 1))
    after = days - due_days
    far = np.where(classes == Class.REVOLVING, 0, np.maximum(0, offsets[0] - after))
    near = far == 0
    np.add.at(now, (classes[near], _places(after, classes, offsets)[near]), unpaid[near, -1])
    comes = ~near & (far <= horizon)
    np.add.at(later, (classes[comes], far[comes]), unpaid[comes, -1])
    return {**found, "now": now, "later": later}


def _places(offset: Ints, classes: Ints, offsets: Ints) -> Ints:
    """Return the places of offsets; what revolves is due every month, so it is at most a month before its date."""
    monthly = np.where(offset < 0, -((-offset) % _REVOLVES_DAYS), offset)
    of_class = np.where(classes == Class.REVOLVING, monthly, offset)
    return np.clip(of_class, offsets[0], offsets[-1]) - offsets[0]


def _holds(told: Told, first: date, days: int) -> tuple[Floats, Floats, Floats]:
    """Return what was authorized by day, which share of it is captured by age, and what is held by age."""
    flows = told.holds
    from_first = (flows.authorized_ons - np.datetime64(first)).astype(np.int64)
    age = np.clip((flows.days - flows.authorized_ons).astype(np.int64), 0, HOLD_DAYS)
    inside = from_first >= 0
    authorized = np.zeros(days)
    np.add.at(authorized, from_first[inside], flows.authorized_minor[inside])
    captured = np.zeros(HOLD_DAYS + 1)
    np.add.at(captured, age[inside], flows.captured_minor[inside])
    # Of each age only what was authorized long enough ago to reach it could be captured.
    reached = np.cumsum(authorized)[::-1][: HOLD_DAYS + 1]
    reached = np.pad(reached, (0, HOLD_DAYS + 1 - len(reached)))
    curve = np.divide(captured, reached, out=np.zeros_like(captured), where=reached > 0)
    held = np.zeros(HOLD_DAYS + 1)
    old = np.clip((np.datetime64(told.on) - flows.authorized_ons).astype(np.int64), 0, HOLD_DAYS)
    np.add.at(held, old, flows.held_minor)
    return authorized, np.minimum(curve, 1.0), held


def _refunds(told: Told, first: date, sold: Floats) -> Floats:
    """Return which share of what is captured comes back so many days after."""
    flows = told.refunds
    from_first = (flows.captured_ons - np.datetime64(first)).astype(np.int64)
    lag = np.clip((flows.days - flows.captured_ons).astype(np.int64), 0, REFUND_DAYS)
    inside = from_first >= 0
    refunded = np.zeros(REFUND_DAYS + 1)
    np.add.at(refunded, lag[inside], flows.refunded_minor[inside])
    reached = np.cumsum(sold)[::-1][: REFUND_DAYS + 1]
    reached = np.pad(reached, (0, REFUND_DAYS + 1 - len(reached)))
    return np.minimum(
        1.0, np.divide(refunded, reached, out=np.zeros_like(refunded), where=reached > 0)
    )
