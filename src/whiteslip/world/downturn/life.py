"""Living through it: people, their trade's index, the nights in which the platform judges, and the staff who answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from functools import partial

import numpy as np
from msgspec.structs import replace as replaced

from whiteslip.decisioning.features.model import OutsideFact
from whiteslip.flows.judge_segments import SegmentsReport, judge_segments
from whiteslip.flows.record_macro import NewValue, record_macro
from whiteslip.flows.record_outside_facts import record_outside_facts
from whiteslip.flows.tighten_segments import (
    Command,
    Saying,
    advance_tightenings,
    say_of_tightenings,
)
from whiteslip.infra.clock import FixedClock
from whiteslip.infra.database import Database
from whiteslip.kernel.calendar import ZONE
from whiteslip.kernel.errors import InvariantBroken, WhiteslipError
from whiteslip.risk.segments.model import Catalog
from whiteslip.risk.tightenings.model import State
from whiteslip.views import segments as views
from whiteslip.world.downturn.terms import Terms
from whiteslip.world.habits import Habits
from whiteslip.world.promotion import terms as ordinary
from whiteslip.world.promotion.life import Life
from whiteslip.world.promotion.people import Cast, cast_of
from whiteslip.world.shoppers import Bools, Floats, Ints
from whiteslip.world.staff import PEOPLE
from whiteslip.world.wallets import Wallets

SEGMENT = "self_employed"
SERIES = "services_index"
_TRADE, _HIT = 11, 12
_MICRO = 1_000_000
_MORNING = time(9)
_SOURCE = "the simulated bureau of statistics"


@dataclass(slots=True)
class Downturn:
    """A book under way; `trade` says who is self-employed, by place."""

    life: Life
    terms: Terms
    catalog: Catalog
    is_hit: bool
    trade: Bools
    months: list[SegmentsReport] = field(default_factory=list[SegmentsReport])

    def live(self, first: date, until: date) -> None:
        """Live the days from one up to but without another."""
        for day in range((until - first).days):
            on = first + timedelta(days=day)
            self.life.live(on, errand=self._errand)
            self._night(on)

    def begin(self) -> None:
        """Found the book, let everybody join, and live until the downturn would begin."""
        calendar = self.terms.calendar
        self.life.begin()
        self.live(calendar.opens_on, calendar.begins_on)

    def moved_to(self, database: Database, cast: Cast, *, is_hit: bool) -> Downturn:
        """Go on in a copy of the book, with incomes as they are from now on."""
        life = self.life.moved_to(database, self.life.terms)
        life.cast = cast
        life.habits = mindful(life.habits)
        life.habits.shoppers = cast.shoppers
        return Downturn(life, self.terms, self.catalog, is_hit, self.trade)

    def _errand(self, _wallets: Wallets, on: date) -> None:
        """Noon: what people are is told from time to time, and the staff answer what waits for them."""
        since = (on - self.terms.calendar.opens_on).days
        if since % self.terms.people.retold_days == 0:
            self._tell(on)
        self._answer()

    def _night(self, on: date) -> None:
        """A month that closed is published and judged; every night tightenings are moved."""
        at, database = self.life.clock.now(), self.life.database
        if (on + timedelta(days=1)).day == 1:
            self._publish(on)
            self.months.append(judge_segments(database, at=at, chosen=self.catalog))
        advance_tightenings(database, at=at, chosen=self.catalog)

    def _tell(self, on: date) -> None:
        at = self.life.clock.now()
        facts = [
            OutsideFact(
                int(owner),
                "employment",
                "self_employed" if trades else "employed",
                on,
                on,
                "the person",
            )
            for owner, trades in zip(self.life.customers, self.trade, strict=True)
        ]
        self.life.database.write(lambda db: record_outside_facts(db, facts, at=at))

    def _publish(self, on: date) -> None:
        """Publish the month that ends, and correct the one before."""
        index, at = self.terms.index, self.life.clock.now()
        before = on.replace(day=1) - timedelta(days=1)
        learned = [NewValue(SERIES, on, _micro(self._index(on)), on)]
        if before >= self.terms.calendar.opens_on:
            corrected = _micro(self._index(before) - index.revised_by)
            learned.append(NewValue(SERIES, before, corrected, on))
        write = partial(record_macro, learned=learned, source=_SOURCE, by="Mia", at=at)
        self.life.database.write(write)

    def _index(self, on: date) -> float:
        calendar, index = self.terms.calendar, self.terms.index
        fallen = self.is_hit and calendar.begins_on <= on.replace(day=1) < calendar.over_on
        return index.fallen if fallen else index.usual

    def _answer(self) -> None:
        """Two people release what was proposed, and let it end when it passed, or go on when it did not."""
        database, at = self.life.database, self.life.clock.now()
        for one in database.read(lambda db: views.latest(db, most=5)):
            if one.state not in {State.PROPOSED, State.LIFTING}:
                continue
            number = one.tightening_id
            shown = database.read(partial(views.show, tightening_id=number, chosen=self.catalog))
            command, note = _word(one.state, shown.steps)
            asked = [Saying(number, command, by, note) for by in PEOPLE]
            say = partial(say_of_tightenings, requests=asked, at=at, chosen=self.catalog)
            for answer in database.write(say):
                if isinstance(answer, WhiteslipError):
                    raise InvariantBroken(f"the staff asked for what cannot be: {answer}")


def _word(state: State, steps: Sequence[views.StepView]) -> tuple[Command, str]:
    """What both of the staff say of a tightening, by its last question."""
    if state is State.PROPOSED:
        return Command.RELEASE, "looked at the rates and the index"
    asked = [step for step in steps if step.command == Command.ASK_END][-1]
    if asked.note == "passed":
        return Command.LIFT, "the flows are calm again"
    return Command.KEEP, "the flows are not calm yet"


def people_of(count: int, *, seed: int, terms: Terms, is_hit: bool) -> tuple[Cast, Bools]:
    """Draw the people of a seed, and who of them is self-employed; the downturn changes incomes and nothing else."""
    calendar = terms.calendar
    cast = cast_of(count, seed=seed, terms=_ordinary(terms))
    trade = cast.rng(_TRADE).random(count) < terms.people.self_employed
    if not is_hit:
        return cast, trade
    rng, hit = cast.rng(_HIT), terms.hit
    struck = trade & (rng.random(count) < hit.struck)
    begins = (calendar.begins_on - calendar.opens_on).days + rng.integers(0, hit.within_days, count)
    lasts = rng.integers(hit.lasts_days[0], hit.lasts_days[1] + 1, count)
    latest = (calendar.over_on - calendar.opens_on).days
    kept = rng.uniform(*hit.kept, count)
    changed = _struck(
        cast,
        np.where(struck, begins, cast.shoppers.shock_from),
        np.where(struck, np.minimum(begins + lasts, latest), cast.shoppers.shock_until),
        np.where(struck, kept, cast.shoppers.shock_kept),
    )
    return changed, trade


def _struck(cast: Cast, begins: Ints, until: Ints, kept: Floats) -> Cast:
    """Return the same people with other shocks."""
    shoppers = replace(cast.shoppers, shock_from=begins, shock_until=until, shock_kept=kept)
    return replace(cast, shoppers=shoppers)


def mindful(habits: Habits) -> Habits:
    """Let people not forget what is due tomorrow because the next statement came today.

    After February that happens to everybody: a statement is due 29 days later, the next one comes after 28.
    """
    habits.keeps_plans = True
    return habits


def life_of(database: Database, cast: Cast, terms: Terms) -> Life:
    """Make the book of some people; nothing has happened in it yet."""
    chosen = _ordinary(terms)
    life = Life(
        database,
        cast,
        chosen,
        FixedClock(datetime.combine(terms.calendar.opens_on, _MORNING, ZONE)),
    )
    life.habits = mindful(life.habits)
    return life


def _ordinary(terms: Terms) -> ordinary.Terms:
    """The ordinary days of the 618 experiment, in this calendar and without a sale."""
    shipped, calendar = ordinary.shipped(), terms.calendar
    ends = calendar.ends_on
    days = ordinary.Calendar(calendar.opens_on, ends, ends, ends, ends, ends, ends)
    return replaced(shipped, calendar=days)


def _micro(figure: float) -> int:
    return round(figure * 10) * (_MICRO // 10)
