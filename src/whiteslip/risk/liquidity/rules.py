"""When a forecast can be made, and what it comes to."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from whiteslip.kernel.money import Minor
from whiteslip.kernel.rate import WHOLE_PPM
from whiteslip.money.funding import rules as funding
from whiteslip.money.funding.model import Entry, EntryKind
from whiteslip.risk.liquidity.forecasting import Passing, Position, forecast, least_under
from whiteslip.risk.liquidity.history import Told, record_of, weeks_known
from whiteslip.risk.liquidity.model import Asked, Counted, Forecast, Terms, Valve, ValveTerms, Why


def unknown(on: date, why: Why, terms: Terms) -> Forecast:
    """Return a forecast of which nothing is known but why."""
    return Forecast(on, terms.version, why, None, None, None)


def missing(entries: Sequence[Entry], terms: Terms, *, on: date, closing: bool) -> Why | None:
    """Say what people have not told or the book has not closed yet, before anything is read of it."""
    if closing:
        return Why.NOT_CLOSED
    cash = funding.standing(entries, EntryKind.CASH, on=on)
    if cash is None:
        return Why.NO_CASH
    if on - cash.from_on > timedelta(days=terms.cash_days):
        return Why.OLD_CASH
    return Why.NO_FLOOR if funding.standing(entries, EntryKind.FLOOR, on=on) is None else None


def forecast_from(
    told: Told,
    entries: Sequence[Entry],
    terms: Terms,
    passing: Passing | None,
    stage_shares: Sequence[float] = (),
) -> Forecast:
    """Forecast from a closed day of which nothing is missing but, perhaps, history; and the least under each stage."""
    on = told.on
    if weeks_known(told, terms) < terms.least_weeks:
        return unknown(on, Why.NO_HISTORY, terms)
    record = record_of(told, terms)
    cash = funding.standing(entries, EntryKind.CASH, on=on)
    floor = funding.standing(entries, EntryKind.FLOOR, on=on)
    if cash is None or floor is None or not record.at_risk.any() or not record.captured.any():
        return unknown(on, Why.NO_HISTORY, terms)
    cash_minor = funding.position(
        cash, told.cash_days, on=on, settlement_days=terms.settlement_days
    )
    ahead = [on + timedelta(days=n + 1) for n in range(terms.horizon_days)]
    position = Position(on, cash_minor, funding.committed(entries, ahead), told.cash_days)
    days = forecast(record, position, terms, passing)
    least = least_under(record, position, terms, (1.0, *stage_shares))
    return Forecast(on, terms.version, None, cash_minor, floor.amount_minor, days, least)


def stage_shares(valve: ValveTerms, asked: Sequence[Asked]) -> tuple[float, ...]:
    """Return which share of amounts each stage lets through; one of a segment only is counted on for nothing."""
    return tuple(
        1.0
        if stage.segment or not one.asked_minor
        else stage.share_ppm / WHOLE_PPM * one.passes_minor / one.asked_minor
        for stage, one in zip(valve.stages, asked, strict=True)
    )


def passing_of(acting: Valve | None, counts: Sequence[Counted]) -> Passing | None:
    """Estimate which share of amounts a valve lets through: as it did, or as its stage says before anything came."""
    if acting is None or acting.until_on is None:
        return None
    mine = [one for one in counts if one.valve_id == acting.valve_id and one.acted]
    asked, refused = sum(one.asked_minor for one in mine), sum(one.refused_minor for one in mine)
    share = 1 - refused / asked if asked else acting.share_ppm / WHOLE_PPM
    return Passing(share, acting.until_on)


def refused_by_day(counts: Sequence[Counted]) -> dict[date, Minor]:
    """Sum what valves that acted refused by day: it was asked for, and would have been bought."""
    refused: dict[date, Minor] = {}
    for one in counts:
        if one.acted:
            refused[one.counted_on] = refused.get(one.counted_on, 0) + one.refused_minor
    return refused
