"""The same people lived twice, with the downturn and without, and what the platform's records say of each."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from time import perf_counter
from typing import Any, NamedTuple

from whiteslip.flows.check_books import check_books
from whiteslip.infra.database import Connection, Database
from whiteslip.infra.scratch import scratch_database, unsynced
from whiteslip.risk.segments.model import Catalog, Judged, Level, Measure
from whiteslip.risk.tightenings.model import Effect
from whiteslip.views import segments as views
from whiteslip.world.downturn.life import SEGMENT, Downturn, life_of, people_of
from whiteslip.world.downturn.terms import Terms

Tell = Callable[[str], None]
Look = Callable[[Database], None]
MOST_MONTHS = 60
_PPM = 1_000_000


class Month(NamedTuple):
    """What was measured of the segment at a month end, and how it was judged."""

    month_end: date
    judged: dict[Measure, Judged]

    @property
    def warns(self) -> bool:
        """Whether a rate warns or is out of control."""
        return any(one.level in {Level.WARNING, Level.OUT} for one in self.judged.values())

    def rate(self, measure: Measure) -> float | None:
        """The month's own rate."""
        one = self.judged.get(measure)
        return None if one is None or one.rate_ppm is None else one.rate_ppm / _PPM


class Event(NamedTuple):
    """A step of a tightening, as it is kept."""

    on: date
    tightening_id: int
    command: str
    actor: str
    note: str
    facts: dict[str, Any]


class Lived(NamedTuple):
    """What the records say of a book: months, tightenings step by step, what was expected and the effect."""

    name: str
    people: int
    in_segment: int
    months: tuple[Month, ...]
    events: tuple[Event, ...]
    expected: dict[str, Any] | None
    effect: Effect | None
    problems: tuple[str, ...]

    def first(self, command: str) -> Event | None:
        """The first step of a kind."""
        return next((one for one in self.events if one.command == command), None)


class Story(NamedTuple):
    """Both books of a seed, and when the downturn began."""

    seed: int
    begins_on: date
    hit: Lived
    calm: Lived | None
    seconds: float
    least_lines: int

    @property
    def warned_on(self) -> date | None:
        """The first month end after the beginning at which the segment warned."""
        ends = (one.month_end for one in self.hit.months if one.warns)
        return next((end for end in ends if end >= self.begins_on), None)

    @property
    def doubled_on(self) -> date | None:
        """The first month end at which twice as many were 30 days late as without the downturn.

        Where the calm book was not lived, the months before stand in its place. Fewer lines than `least_lines` are no
        doubling: one person more would be.
        """
        for month in self.hit.months:
            one = month.judged.get(Measure.THIRTY_PLUS)
            if one is None or month.month_end < self.begins_on or one.hits < self.least_lines:
                continue
            usual = self._without(month.month_end)
            if usual is not None and one.hits >= 2 * usual * one.out_of:
                return month.month_end
        return None

    def _without(self, month_end: date) -> float | None:
        """The share 30 days late that would have been."""
        if self.calm is None:
            return self.usual_rate
        found = {month.month_end: month.rate(Measure.THIRTY_PLUS) for month in self.calm.months}
        return found.get(month_end)

    @property
    def usual_rate(self) -> float | None:
        """The share 30 days late over the months before the downturn, pooled."""
        before = [
            month.judged[Measure.THIRTY_PLUS]
            for month in self.hit.months
            if month.month_end < self.begins_on and Measure.THIRTY_PLUS in month.judged
        ]
        out_of = sum(one.out_of for one in before)
        return sum(one.hits for one in before) / out_of if out_of else None

    @property
    def faults(self) -> list[str]:
        """What speaks against the platform, whatever people do."""
        return [*_faults(self)]


def _faults(story: Story) -> Iterator[str]:
    for lived in (story.hit, story.calm):
        if lived is not None:
            yield from (f"{lived.name}: {problem}" for problem in lived.problems)
    warned, doubled = story.warned_on, story.doubled_on
    if warned is None:
        yield "the downturn was not warned of"
    elif doubled is not None and warned >= doubled:
        yield f"warned at {warned}, when twice as many were 30 days late already"
    if story.hit.first("propose") is None:
        yield "nothing was proposed"
    elif story.hit.first("lift") is None:
        yield "what was tightened was not lifted"
    if story.calm is not None and (proposed := story.calm.first("propose")):
        yield f"without a downturn a tightening was proposed on {proposed.on}"


def run(
    server_dsn: str,
    *,
    seed: int,
    people: int,
    terms: Terms,
    catalog: Catalog,
    with_calm: bool = True,
    tell: Tell | None = None,
    look: Look | None = None,
) -> Story:
    """Live a seed with the downturn, and without; `look` sees the first book before it is dropped."""
    started = perf_counter()
    world = _World(server_dsn, seed, people, terms, catalog, tell or _quiet)
    usual, trade = people_of(people, seed=seed, terms=terms, is_hit=False)
    with scratch_database(server_dsn, f"downturn_{seed}_before") as before:
        with _opened(before) as database:
            life = life_of(database, usual, terms)
            book = Downturn(life, terms, catalog, is_hit=False, trade=trade)
            world.tell(f"{people:,} people live until {terms.calendar.begins_on}")
            book.begin()
        hit = _live(world, before, book, is_hit=True, look=look)
        calm = _live(world, before, book, is_hit=False, look=None) if with_calm else None
    seconds = round(perf_counter() - started, 1)
    return Story(seed, terms.calendar.begins_on, hit, calm, seconds, terms.people.least_lines)


class _World(NamedTuple):
    """What both books of a seed have in common."""

    server_dsn: str
    seed: int
    people: int
    terms: Terms
    catalog: Catalog
    tell: Tell


def _live(world: _World, before: str, book: Downturn, *, is_hit: bool, look: Look | None) -> Lived:
    """Live on from the eve in a copy of the book, and read its records."""
    name, calendar = "downturn" if is_hit else "calm", world.terms.calendar
    cast, trade = people_of(world.people, seed=world.seed, terms=world.terms, is_hit=is_hit)
    prefix = f"downturn_{world.seed}_{name}"
    with (
        scratch_database(world.server_dsn, prefix, copy_of=before) as dsn,
        _opened(dsn) as database,
    ):
        mine = book.moved_to(database, cast, is_hit=is_hit)
        for first, until in _months(calendar.begins_on, calendar.ends_on):
            mine.live(first, until)
            world.tell(f"{name}: {world.people:,} people have lived until {until}")
        found = database.read(
            lambda db: _read(db, name, world.people, int(trade.sum()), world.catalog)
        )
        if look is not None:
            look(database)
    return found


def _read(db: Connection, name: str, people: int, in_segment: int, catalog: Catalog) -> Lived:
    """Read everything from the platform's records."""
    judged = views.history(db, SEGMENT, most=MOST_MONTHS, chosen=catalog)
    months: dict[date, dict[Measure, Judged]] = {}
    for one in sorted(judged, key=lambda one: one.month_end):
        months.setdefault(one.month_end, {})[one.measure] = one
    shown = [
        views.show(db, one.tightening_id, chosen=catalog)
        for one in reversed(views.latest(db, most=100))
    ]
    events = [
        Event(
            step.happened_on,
            view.tightening.tightening_id,
            step.command,
            step.actor,
            step.note,
            step.facts,
        )
        for view in shown
        for step in view.steps
    ]
    first = shown[0] if shown else None
    return Lived(
        name,
        people,
        in_segment,
        tuple(Month(*pair) for pair in months.items()),
        tuple(events),
        None if first is None else dict(first.tightening.evidence["expected"]),
        None if first is None else first.effect,
        tuple(check_books(db).problems),
    )


def _months(first: date, until: date) -> Sequence[tuple[date, date]]:
    """Cut days into months, for progress."""
    parts: list[tuple[date, date]] = []
    while first < until:
        after = date(first.year + first.month // 12, first.month % 12 + 1, 1)
        parts.append((first, min(after, until)))
        first = parts[-1][1]
    return parts


def _quiet(message: str) -> None:
    """Say nothing."""


@contextmanager
def _opened(dsn: str) -> Generator[Database]:
    with Database(
        unsynced(dsn), max_size=4, statement_timeout_ms=0, application_name="whiteslip downturn"
    ) as database:
        yield database
