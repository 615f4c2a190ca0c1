"""Forecasting cash day by day: dues by their chance of being paid, purchases captured, refunded and settled with shops.

The interval is drawn: each path takes the weeks of the record again, with repetition, estimates its own chances and
pace from them, lets the level of what is asked for move as it did between neighboring months, and adds what the days
of drawn weeks differed from what was expected of them. No trend is carried on, and no season is known.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, NamedTuple

import numpy as np

from whiteslip.kernel.money import Minor
from whiteslip.money.funding.model import CashDay
from whiteslip.risk.liquidity.history import HOLD_DAYS, REFUND_DAYS, WEEK, Floats, Ints, Record
from whiteslip.risk.liquidity.model import Class, Days, Terms

_BACK: Final = -30
"""Where in its month a due begins to revolve again."""


class Position(NamedTuple):
    """Where cash stands after a closed day, what may be drawn on each day after it, and what was captured by day."""

    on: date
    cash_minor: Minor
    committed_minor: Sequence[Minor]
    cash_days: Sequence[CashDay]


class Passing(NamedTuple):
    """Which share of what is asked for a valve lets through, up to but without a day."""

    share: float
    until_on: date


class _Chances(NamedTuple):
    """By path, class and offset the chances of a day; by path the share that revolves after its date."""

    paid: Floats
    gone: Floats
    rolls: Floats


@dataclass(frozen=True, slots=True)
class _Draws:
    """What the paths are made of; the first path is what is expected and takes every week once."""

    chances: _Chances
    pace: Floats
    level: Floats
    weeks: Ints
    pace_weeks: Ints


def forecast(
    record: Record, position: Position, terms: Terms, passing: Passing | None = None
) -> Days:
    """Forecast the days after a closed one; the same record gives the same forecast."""
    draws = _draw(record, terms, seed=position.on.toordinal())
    as_is = _project(record, position, terms, draws, _let_through(position, terms, passing))
    opened = as_is
    if passing is not None:
        opened = _project(record, position, terms, draws, np.ones(terms.horizon_days))
    committed = np.array(position.committed_minor, np.float64)
    liquidity = as_is.cash + committed
    tail = (1 - terms.interval_ppm / 1_000_000) / 2
    low, high = np.quantile(liquidity[1:], [tail, 1 - tail], axis=0)
    low, high = np.minimum(low, liquidity[0]), np.maximum(high, liquidity[0])
    return Days(
        _whole(as_is.inflow[0]), _whole(as_is.outflow[0]), tuple(position.committed_minor),
        _whole(liquidity[0]), _whole(low), _whole(high), _whole(opened.cash[0] + committed),
    )  # fmt: skip


def least_under(
    record: Record, position: Position, terms: Terms, shares: Sequence[float]
) -> tuple[Minor, ...]:
    """Return the least liquidity expected when such a share of what is asked for is let through, for each share."""
    central = terms._replace(paths=0)
    draws = _draw(record, central, seed=position.on.toordinal())
    committed = np.array(position.committed_minor, np.float64)
    found: list[Minor] = []
    for share in shares:
        let_through = np.full(terms.horizon_days, share)
        cash = _project(record, position, central, draws, let_through).cash[0]
        found.append(int(np.rint((cash + committed).min())))
    return tuple(found)


def _whole(amounts: Floats) -> tuple[Minor, ...]:
    return tuple(int(each) for each in np.rint(amounts))


def _let_through(position: Position, terms: Terms, passing: Passing | None) -> Floats:
    share = np.ones(terms.horizon_days)
    if passing is not None:
        share[: max(0, (passing.until_on - position.on).days - 1)] = passing.share
    return share


def _draw(record: Record, terms: Terms, *, seed: int) -> _Draws:
    rng = np.random.default_rng(seed)
    paths, weeks, horizon = terms.paths + 1, record.weeks, -(-terms.horizon_days // WEEK)
    drawn = rng.multinomial(weeks, np.full(weeks, 1 / weeks), paths).astype(np.float64)
    drawn[0] = 1
    asked = record.asked.reshape(weeks, WEEK)
    recent = asked[-terms.pace_weeks :]
    picks = rng.integers(0, terms.pace_weeks, (paths, terms.pace_weeks))
    pace = recent[picks].mean(axis=1)
    pace[0] = recent.mean(axis=0)
    moves = _moves(asked.sum(axis=1), terms.pace_weeks)
    level = np.exp(rng.choice(moves, paths) * rng.choice([-1.0, 1.0], paths))
    level[0] = 1
    return _Draws(
        _chances(record, terms, drawn), pace, level,
        rng.integers(0, weeks, (paths, horizon)), rng.integers(0, terms.pace_weeks, (paths, horizon)),
    )  # fmt: skip


def _moves(weekly: Floats, width: int) -> Floats:
    """Return by how much, in logarithms, what was asked for in some weeks differed from the same number before."""
    means = np.convolve(weekly, np.full(width, 1 / width), "valid")
    before, after = means[:-width], means[width:]
    known = (before > 0) & (after > 0)
    return np.log(after[known] / before[known]) if known.any() else np.zeros(1)


def _chances(record: Record, terms: Terms, weights: Floats) -> _Chances:
    """Estimate the daily chances by class and bucket, for each path from its own weeks."""
    starts = np.searchsorted(record.offsets, terms.buckets)
    bucket = np.searchsorted(np.array(terms.buckets), record.offsets, side="right") - 1

    def pooled(daily: Floats) -> Floats:
        weekly = daily.reshape(record.weeks, WEEK, *daily.shape[1:]).sum(axis=1)
        buckets = np.add.reduceat(weekly, starts, axis=2)
        return np.einsum("pw,wcb->pcb", weights, buckets)

    at_risk, paid, gone = pooled(record.at_risk), pooled(record.paid), pooled(record.gone)
    total = np.maximum(at_risk, paid + gone)
    known = total > 0
    h_paid = np.divide(paid, total, out=np.zeros_like(paid), where=known)
    h_gone = np.divide(gone, total, out=np.zeros_like(gone), where=known)
    due = int(np.flatnonzero(np.array(terms.buckets) == 0)[0])
    left = (total - paid - gone)[:, Class.LATER, due]
    rolled = pooled(record.rolled)[:, Class.LATER, due]
    rolls = np.divide(rolled, left, out=np.zeros_like(left), where=left > 0)
    return _Chances(h_paid[:, :, bucket], h_gone[:, :, bucket], np.minimum(1.0, rolls))


class _Projected(NamedTuple):
    """By path and day."""

    inflow: Floats
    outflow: Floats
    cash: Floats


def _project(
    record: Record, position: Position, terms: Terms, draws: _Draws, let_through: Floats
) -> _Projected:
    paths, horizon = terms.paths + 1, terms.horizon_days
    chances = draws.chances
    captured = _captures(record, terms, draws, let_through)
    other, noise = _noise(record, chances, draws, horizon)
    inflow = _dues_paid(record, chances, captured, horizon) + other + noise
    sold = {one.day: one for one in position.cash_days}
    past = np.array(
        [_captured(sold, position.on, n) for n in range(REFUND_DAYS, -1, -1)], np.float64
    )
    every = np.concatenate([np.broadcast_to(past, (paths, len(past))), captured], axis=1)
    refunded = np.stack(
        [every[:, n + 1 : n + len(past) + 1] @ record.refund_curve[::-1] for n in range(horizon)],
        axis=1,
    )
    payable = (captured - refunded) * (1 - record.merchant_fee)
    lag = terms.settlement_days
    known = [sold.get(position.on - timedelta(days=n)) for n in range(lag - 1, -1, -1)]
    owed = np.array([0 if one is None else one.payable_minor for one in known], np.float64)
    outflow = np.concatenate([np.broadcast_to(owed, (paths, lag)), payable], axis=1)[:, :horizon]
    return _Projected(inflow, outflow, position.cash_minor + np.cumsum(inflow - outflow, axis=1))


def _captured(sold: dict[date, CashDay], on: date, days_before: int) -> Minor:
    one = sold.get(on - timedelta(days=days_before))
    return 0 if one is None else one.captured_minor


def _captures(record: Record, terms: Terms, draws: _Draws, let_through: Floats) -> Floats:
    """Expect what is captured: of what is held now by its age, and of what will be asked for and let through."""
    horizon, curve = terms.horizon_days, record.capture_curve
    weekdays = np.arange(horizon) % WEEK
    recent = record.asked.reshape(record.weeks, WEEK)[-terms.pace_weeks :]
    usual = recent.mean(axis=0)
    apart = np.divide(recent, usual, out=np.ones_like(recent), where=usual > 0)
    swings = apart[draws.pace_weeks].reshape(len(draws.level), -1)[:, :horizon]
    swings[0] = 1
    asked = draws.pace[:, weekdays] * draws.level[:, None] * swings * let_through
    captured = np.zeros_like(asked)
    for age, share in enumerate(curve[:horizon]):
        captured[:, age:] += asked[:, : horizon - age] * share
    still = np.maximum(1e-9, 1 - np.cumsum(curve))
    for age, held in enumerate(record.held_by_age[:HOLD_DAYS]):
        ahead = curve[age + 1 :][:horizon]
        captured[:, : len(ahead)] += held * np.minimum(1.0, ahead / still[age])
    return captured


def _noise(record: Record, chances: _Chances, draws: _Draws, horizon: int) -> tuple[float, Floats]:
    """Return what else moves the bank a day on average, and by path and day what days differ from what is expected."""
    fitted = np.einsum("dck,ck->d", record.at_risk, chances.paid[0])
    rest = record.bank - fitted
    other = float(rest.mean())
    apart = (rest - other).reshape(record.weeks, WEEK)
    noise = apart[draws.weeks].reshape(len(draws.level), -1)[:, :horizon]
    noise[0] = 0
    return other, noise


def _dues_paid(record: Record, chances: _Chances, captured: Floats, horizon: int) -> Floats:
    """Let what is owed pass from day to day: paid, settled otherwise, revolving, later; and new purchases come in."""
    due = int(np.flatnonzero(record.offsets == 0)[0])
    back = max(0, due + _BACK)
    came = record.came.sum(axis=0)
    sold = record.captured.sum()
    # What dues a purchase makes; what revolves was a due before.
    entering = came / sold if sold else np.zeros_like(came)
    entering[Class.REVOLVING] = 0
    entering[:, 0] = 0
    owed = np.broadcast_to(record.now, (len(captured), *record.now.shape)).copy()
    paid = np.zeros((len(captured), horizon))
    for day in range(horizon):
        owed[:, :, 0] += record.later[:, day]
        now = owed * chances.paid
        paid[:, day] = now.sum(axis=(1, 2))
        owed -= now + owed * chances.gone
        rolls = owed[:, Class.LATER, due] * chances.rolls
        owed[:, Class.LATER, due] -= rolls
        again = owed[:, Class.REVOLVING, due].copy()
        owed[:, Class.REVOLVING, due] = 0
        last = owed[:, :, -1].copy()
        owed[:, :, 1:] = owed[:, :, :-1]
        owed[:, :, 0] = 0
        owed[:, :, -1] += last
        owed[:, Class.REVOLVING, back] += rolls + again
        owed += captured[:, day, None, None] * entering
    return paid
