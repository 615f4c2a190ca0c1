"""What an arm saw of what was planted: recall, precision, time, money, and how honest people fared."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from math import nan
from statistics import median
from typing import Final, NamedTuple

from whiteslip.world.shoppers import terms as population
from whiteslip.world.threats.cast import Cast
from whiteslip.world.threats.labels import FRAUD, GROUPS, LIFE, Episode, Kind
from whiteslip.world.threats.records import Order, RaisedRing, Records, Stop

INDICATOR: Final = "roll_to_overdue"
"""By which a downturn is to be seen."""
WITHIN_TRIES: Final = 3
RESTRICTING: Final = 3
_SAME_ALARM: Final = timedelta(days=7)
_DAY_HOURS: Final = 24.0
_ONE_RING: Final = 0.5
_AFTERMATH_DAYS: Final = 30
"""So long after a theft what stops the owner is taken to come of it."""
_WARNED: Final = ("orange", "red")


class Seen(NamedTuple):
    """How one kind of fraud was seen.

    `seen` are episodes that were stopped or laid before a person, `in_time` those of them within three tries (of a
    ring: by its last day), `alarms` what was held up as this kind and `true_alarms` those that were fraud.
    `tries` and `days` until then are medians. `lost_minor` is what left by episodes of the kind.
    """

    episodes: int
    seen: int
    in_time: int
    alarms: int
    true_alarms: int
    tries: float
    days: float
    tried_minor: int
    lost_minor: int

    @property
    def recall(self) -> float:
        """The share of episodes that were seen."""
        return _share(self.seen, self.episodes)

    @property
    def recall_in_time(self) -> float:
        """The share of episodes that were seen in time."""
        return _share(self.in_time, self.episodes)

    @property
    def precision(self) -> float:
        """The share of alarms that were fraud."""
        return _share(self.true_alarms, self.alarms)


class Fared(NamedTuple):
    """How honest people fared in what may look odd, each episode once.

    `asked` gave a code at once, `referred` waited for a person, `stopped` were held up by more than a code that comes
    (those who waited for a person are among them), `restricted` lost the use of their line; `back_in_a_day` are of the
    stopped.
    """

    episodes: int
    asked: int
    referred: int
    stopped: int
    restricted: int
    back_in_a_day: int
    hours: float

    @property
    def stopped_share(self) -> float:
        """The share of episodes in which somebody was stopped."""
        return _share(self.stopped, self.episodes)


class Grouped(NamedTuple):
    """How honest groups that share things fared: how many there are, were shown as a ring, and lost a line to that."""

    groups: int
    shown: int
    restricted: int


class Orders(NamedTuple):
    """Honest orders, on ordinary days or in a sale."""

    orders: int
    asked: int
    stopped: int
    stopped_people: int


class Downturn(NamedTuple):
    """Days from its beginning to the first orange or red of the indicator, and how many such days there were before."""

    days: float
    early: int


class Figures(NamedTuple):
    """One arm of one seed."""

    seen: dict[str, Seen]
    fared: dict[str, Fared]
    grouped: dict[str, Grouped]
    everyday: Orders
    sale: Orders
    downturn: Downturn
    restricted_honest: int
    restricted_days: float
    problems: tuple[str, ...]

    @property
    def lost_minor(self) -> int:
        """What left by fraud of any kind."""
        return sum(one.lost_minor for one in self.seen.values())


def measure(cast: Cast, records: Records) -> Figures:
    """Join the records with the labels."""
    hit = _befallen(cast)
    guilty = {who for who, one in hit.items() if one.kind is not Kind.TAKEOVER}
    honest = [
        one for one in records.orders if one.who not in guilty and not _of_fraud(cast, hit, one)
    ]
    stops = _by_person(stop for stop in records.stops if stop.who not in hit)
    lasting = [one for some in stops.values() for one in some if one.level >= RESTRICTING]
    ended = [(one.lifted - one.since).days for one in lasting if one.lifted is not None]
    return Figures(
        seen={
            Kind.RING: _rings(cast, records),
            Kind.TAKEOVER: _tried(cast, records, Kind.TAKEOVER),
            Kind.CASH_OUT: _tried(cast, records, Kind.CASH_OUT),
        },
        fared={kind: _fared(cast, kind, honest, stops) for kind in LIFE},
        grouped={kind: _grouped(cast, records, kind, stops) for kind in GROUPS},
        everyday=_orders(cast, records, honest, in_sale=False),
        sale=_orders(cast, records, honest, in_sale=True),
        downturn=_downturn(cast, records),
        restricted_honest=len({one.who for one in lasting}),
        restricted_days=float(median(ended)) if ended else nan,
        problems=records.problems,
    )


# Fraud


def _rings(cast: Cast, records: Records) -> Seen:
    """A raised ring is true if half of its members are of one planted ring; a planted one is seen if half of it is."""
    planted = [one for one in cast.labels.episodes if one.kind is Kind.RING]
    rings = _told_apart(records.rings)
    true = [ring for ring in rings if any(_same(ring, one) for one in planted)]
    days: list[float] = []
    in_time = 0
    for one in planted:
        found = [ring.on for ring in true if len(ring.members & set(one.who)) * 2 >= len(one.who)]
        if found:
            days.append(_days(cast, one.first, min(found)))
            in_time += days[-1] <= one.last - one.first
    tried, lost = _money(cast, records, Kind.RING)
    return Seen(
        len(planted), len(days), in_time, len(rings), len(true), nan,
        median(days) if days else nan, tried, lost,
    )  # fmt: skip


def _told_apart(rings: Sequence[RaisedRing]) -> list[RaisedRing]:
    """Keep the first of rings that are one over time: those with half of all their members in common."""
    kept: list[RaisedRing] = []
    for ring in sorted(rings, key=lambda one: one.on):
        shared = (len(ring.members & one.members) / len(ring.members | one.members) for one in kept)
        if all(share < _ONE_RING for share in shared):
            kept.append(ring)
    return kept


def _same(ring: RaisedRing, planted: Episode) -> bool:
    return len(ring.members & set(planted.who)) * 2 >= len(ring.members)


def _tried(cast: Cast, records: Records, kind: Kind) -> Seen:
    """Go through the tries of each episode up to the first that was stopped, and through all alarms of the kind."""
    by_episode: defaultdict[int, list[Order]] = defaultdict(list)
    for order in records.orders:
        place = cast.labels.orders.get(order.ref)
        if place is not None and cast.labels.episodes[place].kind is kind:
            by_episode[place].append(order)
    tries: list[int] = []
    days: list[float] = []
    for some in by_episode.values():
        first = next((n for n, one in enumerate(some, 1) if one.was_stopped), None)
        if first is not None:
            tries.append(first)
            days.append((some[first - 1].asked_at - some[0].asked_at) / timedelta(days=1))
    alarms, true = _alarms(cast, records, kind)
    tried, lost = _money(cast, records, kind)
    return Seen(
        len(by_episode), len(tries), sum(one <= WITHIN_TRIES for one in tries), alarms, true,
        median(tries) if tries else nan, median(days) if days else nan, tried, lost,
    )  # fmt: skip


def _alarms(cast: Cast, records: Records, kind: Kind) -> tuple[int, int]:
    """Count alarms of a kind, those of a person's orders of a week being one, and those with a fraud in them."""
    by_person: defaultdict[int, list[list[Order]]] = defaultdict(list)
    for order in records.orders:
        if not order.was_stopped or order.looks_like_cash_out != (kind is Kind.CASH_OUT):
            continue
        groups = by_person[order.who]
        if groups and order.asked_at - groups[-1][0].asked_at <= _SAME_ALARM:
            groups[-1].append(order)
        else:
            groups.append([order])
    every = [group for groups in by_person.values() for group in groups]
    hit = _befallen(cast)
    true = sum(any(_of_fraud(cast, hit, one) for one in group) for group in every)
    return len(every), true


def _befallen(cast: Cast) -> dict[int, Episode]:
    return {who: one for one in cast.labels.episodes if one.kind in FRAUD for who in one.who}


def _of_fraud(cast: Cast, hit: dict[int, Episode], order: Order) -> bool:
    """Tell whether an order is of a fraud or of its aftermath: who was just robbed is not stopped for nothing."""
    episode = hit.get(order.who)
    if episode is None:
        return False
    on = order.asked_at.date()
    if episode.kind is Kind.TAKEOVER and on > _date(cast, episode.last + _AFTERMATH_DAYS):
        return False
    return on >= _date(cast, episode.first)


def _money(cast: Cast, records: Records, kind: Kind) -> tuple[int, int]:
    orders = [one for one in records.orders if cast.labels.kind_of(one.ref) is kind]
    return sum(one.amount_minor for one in orders), sum(one.captured_minor for one in orders)


# Honest people


def _fared(cast: Cast, kind: Kind, honest: Sequence[Order], stops: dict[int, list[Stop]]) -> Fared:
    of_person: defaultdict[int, list[Order]] = defaultdict(list)
    for order in honest:
        if order.was_met:
            of_person[order.who].append(order)
    episodes = [one for one in cast.labels.episodes if one.kind is kind]
    asked = referred = stopped = restricted = back = 0
    hours: list[float] = []
    for one in episodes:
        first, last = _date(cast, one.first), _date(cast, one.last)
        met = [o for who in one.who for o in of_person[who] if first <= o.asked_at.date() <= last]
        held = [order for order in met if order.was_stopped]
        asked += any(order.was_asked for order in met)
        referred += any(order.went_to_a_person for order in met)
        stopped += bool(held)
        restricted += any(
            stop.level >= RESTRICTING and first <= stop.since <= last
            for who in one.who
            for stop in stops.get(who, ())
        )
        if held:
            away = max(_hours(order) for order in held)
            back += away <= _DAY_HOURS
            hours.append(away)
    middle = median(hours) if hours else nan
    return Fared(len(episodes), asked, referred, stopped, restricted, back, middle)


def _grouped(cast: Cast, records: Records, kind: Kind, stops: dict[int, list[Stop]]) -> Grouped:
    groups = [one for one in cast.labels.episodes if one.kind is kind]
    shown = [one for one in groups if any(_same(ring, one) for ring in records.rings)]
    restricted = [
        one
        for one in shown
        if any(stop.level >= RESTRICTING for who in one.who for stop in stops.get(who, ()))
    ]
    return Grouped(len(groups), len(shown), len(restricted))


def _hours(order: Order) -> float:
    return float("inf") if order.hours_away is None else order.hours_away


def _orders(cast: Cast, records: Records, honest: Sequence[Order], *, in_sale: bool) -> Orders:
    met = [one for one in honest if one.was_met and _in_sale(one.asked_at.date()) is in_sale]
    of_fraud: defaultdict[date, int] = defaultdict(int)
    for one in records.orders:
        of_fraud[one.asked_at.date()] += cast.labels.is_fraud(one.ref)
    total = sum(
        orders - of_fraud[day]
        for day, orders in records.orders_a_day.items()
        if _in_sale(day) is in_sale
    )
    stopped = [one for one in met if one.was_stopped]
    people = len({one.who for one in stopped})
    return Orders(total, sum(one.was_asked for one in met), len(stopped), people)


def _in_sale(day: date) -> bool:
    spans = (each.days_in(day.year) for each in population().promotions)
    return any(first <= day <= last for first, last in spans)


def _downturn(cast: Cast, records: Records) -> Downturn:
    (one,) = (each for each in cast.labels.episodes if each.kind is Kind.DOWNTURN)
    begins = _date(cast, one.first)
    warned = [day for day, color in records.colors.items() if color in _WARNED]
    after = [(day - begins).days for day in warned if day >= begins]
    return Downturn(float(min(after)) if after else nan, sum(day < begins for day in warned))


def _by_person(stops: Iterable[Stop]) -> dict[int, list[Stop]]:
    found: defaultdict[int, list[Stop]] = defaultdict(list)
    for one in stops:
        found[one.who].append(one)
    return found


def _date(cast: Cast, day: int) -> date:
    return cast.terms.calendar.opens_on + timedelta(days=day)


def _days(cast: Cast, first: int, on: date) -> float:
    return float((on - _date(cast, first)).days)


def _share(part: int, whole: int) -> float:
    return part / whole if whole else nan
