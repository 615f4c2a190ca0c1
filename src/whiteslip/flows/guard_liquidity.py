"""Guard liquidity: forecast cash from a closed day, let valves lapse, and propose one where the book calls for it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from functools import partial
from typing import Final, NamedTuple

from whiteslip.infra import business_day, outbox
from whiteslip.infra.database import Connection, Database
from whiteslip.kernel.actor import PROGRAM
from whiteslip.money.funding import rules as funding
from whiteslip.money.funding.model import EntryKind
from whiteslip.money.funding.store import list_entries
from whiteslip.risk.liquidity import life, rules, store
from whiteslip.risk.liquidity.life import Command, Move
from whiteslip.risk.liquidity.model import Forecast, Stage, State, Terms, Valve, ValveTerms
from whiteslip.risk.signals.model import Color
from whiteslip.risk.signals.store import find_past

_NOBODY: Final = 0
_WEEK: Final = 7


class ValveReport(NamedTuple):
    """What a night did with valves: the stage needed, what was proposed, and what lapsed."""

    on: date
    needed: int
    proposed: Valve | None
    lapsed: tuple[Valve, ...]


def forecast_liquidity(
    database: Database,
    *,
    at: datetime,
    terms: Terms | None = None,
    valve: ValveTerms | None = None,
) -> Forecast:
    """Forecast cash from the last closed day and keep it; a day that is known is not forecast again.

    What is missing (cash, a floor, history, the end of a day) makes it unknown, with why.
    """
    known = terms or store.terms()
    on = database.read(business_day.read).closed_on
    kept = database.read(partial(store.list_forecasts, until=on, most=1))
    if kept and kept[0].forecast_on == on and kept[0].why is None:
        return kept[0]
    made = database.read(lambda db: _forecast(db, known, valve or store.valve_terms(), on=on))
    database.write(lambda db: _keep(db, made, at=at))
    return made


def _forecast(db: Connection, terms: Terms, valve: ValveTerms, *, on: date) -> Forecast:
    entries = list_entries(db)
    why = rules.missing(entries, terms, on=on, closing=business_day.read(db).closing)
    if why is not None:
        return rules.unknown(on, why, terms)
    cash = funding.standing(entries, EntryKind.CASH, on=on)
    since = on if cash is None else cash.from_on
    told = store.read_told(db, terms, on=on, since=since)
    live = store.list_valves(db, most=_LIVE)
    acting = next((one for one in live if one.state is State.ACTING), None)
    first = on - timedelta(days=terms.history_weeks * _WEEK)
    passing = rules.passing_of(acting, store.sum_counts(db, from_on=first, until=on))
    recent = on - timedelta(days=terms.pace_weeks * _WEEK)
    asked = store.sum_asked(db, valve, after=recent, until=on)
    return rules.forecast_from(told, entries, terms, passing, rules.stage_shares(valve, asked))


_LIVE: Final = 20
"""So many of the newest valves hold every one that is not over: three at most are, and each new one is newer."""


def _keep(db: Connection, made: Forecast, *, at: datetime) -> None:
    store.insert_forecast(db, made, at=at)


def propose_valve(
    database: Database, *, at: datetime, terms: ValveTerms | None = None
) -> ValveReport:
    """Let lapse what is over, and propose the stage that the last forecast and the red indicators call for.

    What acts is never made tighter here: two people release what is proposed.
    """
    known = terms or store.valve_terms()
    return database.write(lambda db: _propose(db, known, at=at))


def _propose(db: Connection, terms: ValveTerms, *, at: datetime) -> ValveReport:
    day = business_day.today(db)
    on = day.current_on
    live = store.lock_valves(db)
    lapses = [
        life.lapse(one, why) for one in live if (why := life.is_over(one, terms, on=on)) is not None
    ]
    over = {move.after.valve_id for move in lapses}
    left = [one for one in live if one.valve_id not in over]
    forecasts = store.list_forecasts(db, until=day.closed_on, most=1)
    forecast = next((one for one in forecasts if one.forecast_on == day.closed_on), None)
    red = [name for name, past in find_past(db, on=on).items() if past.color is Color.RED]
    acting = next((one.stage for one in left if one.state is State.ACTING), 0)
    by_cash = life.needed_by_cash(terms, forecast, acting=acting)
    needed = life.needed_stage(by_cash, terms, red)
    stage = life.to_propose(terms, left, needed=needed, on=on)
    proposal = None
    if stage is not None:
        milder = [one for one in left if one.state is State.PROPOSED]
        lapses += [life.lapse(one, f"{stage.name} is proposed in its place") for one in milder]
        proposal = _proposal(db, terms, stage, _why(forecast, red), on=on)
    store.move_valves(db, [*lapses, *([proposal] if proposal else [])], at=at)
    _announce(db, lapses, proposal, at=at)
    return ValveReport(
        on, needed, proposal.after if proposal else None, tuple(move.after for move in lapses)
    )


def _proposal(db: Connection, terms: ValveTerms, stage: Stage, why: str, *, on: date) -> Move:
    number = 1 + terms.stages.index(stage)
    after = Valve(
        store.new_number(db), number, 1, State.PROPOSED, stage.days, stage.share_ppm, stage.most_minor,
        stage.plans, stage.segment, on, None, why,
    )  # fmt: skip
    return Move(after, Command.PROPOSE, PROGRAM, why)


def _why(forecast: Forecast | None, red: Sequence[str]) -> str:
    """Say what a proposal rests on."""
    said: list[str] = []
    if forecast is not None and forecast.stage_coverages_ppm:
        percents = [f"{one // 10_000} %" for one in forecast.stage_coverages_ppm]
        said.append(
            f"least cash expected from {forecast.forecast_on}, of the floor: {percents[0]} open,"
            f" {', '.join(percents[1:])} by stage"
        )
    if red:
        said.append(f"red: {', '.join(sorted(red))}")
    return "; ".join(said)


def _announce(
    db: Connection, lapses: Sequence[Move], proposal: Move | None, *, at: datetime
) -> None:
    told = {"risk.valve-lapsed": lapses, "risk.valve-proposed": [proposal] if proposal else []}
    for topic, moves in told.items():
        if moves:
            numbers = [move.after.valve_id for move in moves]
            nobody = [_NOBODY] * len(numbers)
            outbox.append(db, topic, customer_ids=nobody, subject_ids=numbers, at=at)
