"""A simulated world: made-up people live through days by the same flows the API uses, batch by batch."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Generator, Iterable, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from itertools import count
from time import perf_counter
from typing import NamedTuple, TypeAlias, TypeVar

import numpy as np

from whiteslip.flows.capture import Captured, CaptureRequest, capture
from whiteslip.flows.change_limits import TemporaryLimit, grant_temporary_limits
from whiteslip.flows.checkout import (
    Authorized,
    Declined,
    PurchaseRequest,
    Referred,
    checkout,
)
from whiteslip.flows.end_of_day import end_of_day
from whiteslip.flows.found_book import found_book
from whiteslip.flows.open_lines import NewCustomer, NewLine, OpenedLine, join, open_lines
from whiteslip.flows.open_merchants import NewMerchant, open_merchants
from whiteslip.flows.pay_out_credit import PayoutRequest, pay_out_credit
from whiteslip.flows.refund import Refunded, refund
from whiteslip.flows.repay import Repaid, RepaymentRequest, repay
from whiteslip.flows.void import void
from whiteslip.infra.clock import FixedClock
from whiteslip.infra.database import Connection, Database
from whiteslip.infra.sql import Sql
from whiteslip.kernel.calendar import ZONE
from whiteslip.kernel.errors import WhiteslipError
from whiteslip.world.habits import Habits
from whiteslip.world.parcels import Parcels
from whiteslip.world.shoppers import Bools, Ints, Promotion, Shoppers, draw, terms
from whiteslip.world.staff import release_runs
from whiteslip.world.taken import fine
from whiteslip.world.wallets import Wallets, read_wallets

__all__ = ["Result", "World", "simulate"]

sql = Sql(__package__)

T = TypeVar("T")
Day: TypeAlias = Callable[[Database, date, FixedClock], None]
"""What else happens on a day, before it is closed."""

_ONE_DAY = timedelta(days=1)
_GRANTED_DAYS_BEFORE = 3
_PAYS_OUT = 0.05
_METHODS = ("wallet", "card", "bank transfer")
_MORNING, _NOON, _EVENING, _CLOSING = time(9, 30), time(12, 40), time(20, 15), time(23, 59, 30)


CheckoutAnswer: TypeAlias = Authorized | Declined | Referred | WhiteslipError


class Result(NamedTuple):
    """What became of a world, in counts; `seconds_by_phase` tells where its time went."""

    shoppers: int
    days: int
    seed: int
    purchases: int
    verifications: int
    referred: int
    declined: dict[str, int]
    captures: int
    voids: int
    refunds: int
    repayments: int
    payouts: int
    temporary_limits: int
    statements: int
    overdue_lines: int
    warned: int
    restricted: int
    suspended: int
    restored: int
    seconds: float
    seconds_by_phase: dict[str, float]


@dataclass(slots=True)
class World:
    """The world under way on one database; `customers` and `lines` are zero for who has not joined."""

    database: Database
    shoppers: Shoppers
    habits: Habits
    rng: np.random.Generator
    clock: FixedClock
    seed: int
    merchants: dict[int, list[int]] = field(default_factory=dict[int, list[int]])
    customers: Ints = field(init=False)
    lines: Ints = field(init=False)
    parcels: Parcels = field(init=False)
    counts: Counter[str] = field(default_factory=Counter[str])
    declined: Counter[str] = field(default_factory=Counter[str])
    seconds: defaultdict[str, float] = field(default_factory=lambda: defaultdict[str, float](float))
    orders: count[int] = field(default_factory=lambda: count(1))

    def __post_init__(self) -> None:
        self.customers = np.zeros(len(self.shoppers), np.int64)
        self.lines = np.zeros(len(self.shoppers), np.int64)
        self.parcels = Parcels(self.habits.terms, self.rng)

    def begin(self, on: date) -> None:
        """Found the book and open the shops."""
        self._at(on, time(0, 1))
        self.database.write(lambda db: found_book(db, on=on, at=self.clock.now()))
        shops = [NewMerchant(shop.name, shop.fee_ppm, shop.category) for shop in terms().shops]
        self.know_shops(self._flow("open", shops, open_merchants))

    def know_shops(self, ids: Sequence[int]) -> None:
        """Learn where each category is bought, from the shops' ids in the order of the terms."""
        known = terms()
        for number, each in enumerate(known.categories):
            self.merchants[number] = [
                merchant_id
                for merchant_id, shop in zip(ids, known.shops, strict=True)
                if shop.category == each.name
            ]

    def live(self, day: int, on: date, also: Day | None) -> None:
        """Live through one day and close it."""
        self.spend(day, on)
        if also:
            also(self.database, on, self.clock)
        self._at(on, _CLOSING)
        with self._phase("end of day"):
            end_of_day(self.database, at=self.clock.now())
            release_runs(self.database, at=self.clock.now())

    def spend(self, day: int, on: date) -> None:
        """Live through one day: join, pay, buy, have things delivered, and send them back."""
        self._at(on, _MORNING)
        self._join(day)
        self.habits.live(day, on)
        wallets = self._look()
        self._grant(wallets, on)
        self._pay(wallets, on)
        self._at(on, _NOON)
        self._buy(wallets, on)
        self._deliver(on)
        self._at(on, _EVENING)
        self._send_back(on)

    @property
    def joined(self) -> Bools:
        """Tell who has joined."""
        return self.customers > 0

    def _join(self, day: int) -> None:
        who = [int(index) for index in np.flatnonzero(self.shoppers.joins == day)]
        people = [self.shoppers.people[index] for index in who]
        new = [
            NewCustomer(f"world-{self.seed}-{index + 1}", person.name, person.language)
            for index, person in zip(who, people, strict=True)
        ]
        ids = self._flow("open", new, join)
        asked = [
            NewLine(
                customer_id,
                int(self.shoppers.limit[index]),
                int(self.shoppers.statement_day[index]),
            )
            for index, customer_id in zip(who, ids, strict=True)
        ]
        opened = _all(OpenedLine, self._flow("open", asked, open_lines))
        self.customers[who] = ids
        self.lines[who] = [line.line_id for line in opened]

    def _look(self) -> Wallets:
        with self._phase("look"):
            everybody, columns = self.database.read(read_wallets)
        everyone = len(self.shoppers)
        by_customer = np.argsort(self.customers, kind="stable")
        by_customer = by_customer[np.count_nonzero(self.customers == 0) :]
        mine = np.isin(everybody, self.customers[by_customer], assume_unique=True)
        found: list[Ints] = []
        for column in columns:
            values = np.zeros(everyone, np.int64)
            values[by_customer] = column[mine]
            found.append(values)
        return Wallets(*found)

    def _grant(self, wallets: Wallets, on: date) -> None:
        for promotion in self.habits.terms.promotions:
            first, last = promotion.days_in(on.year)
            if on == first - _GRANTED_DAYS_BEFORE * _ONE_DAY:
                self._grant_for(promotion, wallets, last + _ONE_DAY)

    def _grant_for(self, promotion: Promotion, wallets: Wallets, ends_on: date) -> None:
        granted = self.habits.grants(wallets, self.joined, promotion)
        asked = [
            TemporaryLimit(*self._line(who), int(amount), ends_on)
            for who, amount in zip(granted.who, granted.amounts, strict=True)
            if amount > 0
        ]
        answers = self._flow("grant", asked, grant_temporary_limits)
        self.counts["temporary_limits"] += len(fine(answers))

    def _pay(self, wallets: Wallets, on: date) -> None:
        paid = self.habits.payments(wallets, on)
        method = self.rng.choice(len(_METHODS), len(paid.who), p=(0.6, 0.3, 0.1))
        asked = [
            RepaymentRequest(*self._line(who), int(amount), _METHODS[how])
            for who, amount, how in zip(paid.who, paid.amounts, method, strict=True)
        ]
        repaid = _all(Repaid, self._flow("repay", asked, repay))
        self.counts["repayments"] += len(repaid)
        self._read_again(wallets, paid.who, repaid)
        wishes = self.rng.random(len(self.shoppers)) < _PAYS_OUT
        payouts = [
            PayoutRequest(*self._line(who), None)
            for who in np.flatnonzero(wishes & (wallets.credit > 0))
        ]
        self.counts["payouts"] += len(fine(self._flow("repay", payouts, pay_out_credit)))

    def _read_again(self, wallets: Wallets, who: Ints, repaid: Sequence[Repaid]) -> None:
        """Let those whom a repayment restored know that they may buy again."""
        restored = who[[each.restored for each in repaid]] if repaid else who
        wallets.level[restored] = 0
        self.counts["restored_by_paying"] += len(restored)

    def _buy(self, wallets: Wallets, on: date) -> None:
        wishes = self.habits.wishes(wallets, self.joined, on)
        shop = self.rng.integers(0, 1_000, len(wishes.who))
        asked = [
            PurchaseRequest(
                *self._line(who),
                self._shop(int(category), int(number)),
                int(amount),
                int(months) if amount >= 10_000 else 0,
                f"W{next(self.orders):07d}",
                device=1 + int(who),
                address=1 + int(who),
            )
            for who, category, amount, months, number in zip(*wishes, shop, strict=True)
        ]
        answers = self._verified(asked, self._flow("checkout", asked, checkout))
        self.counts["purchases"] += self.parcels.ship(answers, wishes.category, on=on)
        for answer in answers:
            if isinstance(answer, Declined):
                self.declined[str(answer.reasons[0].code)] += 1

    def _verified(
        self, asked: list[PurchaseRequest], answers: list[CheckoutAnswer]
    ) -> list[CheckoutAnswer]:
        """Let everybody who is asked for a second factor give it and ask again."""
        places = [
            place
            for place, answer in enumerate(answers)
            if isinstance(answer, Referred) and answer.needs == "verification"
        ]
        again = [
            asked[place]._replace(is_verified=True, order_ref=f"W{next(self.orders):07d}")
            for place in places
        ]
        self.counts["verifications"] += len(places)
        for place, answer in zip(places, self._flow("checkout", again, checkout), strict=True):
            answers[place] = answer
        self.counts["referred"] += sum(isinstance(answer, Referred) for answer in answers)
        return answers

    def _deliver(self, on: date) -> None:
        parcels = self.parcels.to_capture(on)
        asked = [
            CaptureRequest(*parcel[:2], None, parcel.amount_minor, parcel.final)
            for parcel in parcels
        ]
        captured = _all(Captured, self._flow("capture", asked, capture))
        self.counts["captures"] += len(captured)
        self.parcels.took(parcels, [each.captured_minor for each in captured], on=on)

    def _send_back(self, on: date) -> None:
        voids = self._flow("void", self.parcels.to_void(on), void)
        self.counts["voids"] += len(fine(voids))
        refunded = self._flow("refund", self.parcels.to_refund(on), refund)
        self.counts["refunds"] += len(_all(Refunded, refunded))

    def _flow(
        self,
        phase: str,
        asked: Sequence[T],
        flow: Callable[..., list[_A]],
    ) -> list[_A]:
        """Put one batch through a flow in one transaction."""
        if not asked:
            return []
        with self._phase(phase):
            at = self.clock.now()
            return self.database.write(lambda db: flow(db, asked, at=at))

    def _line(self, who: int | np.int64) -> tuple[int, int]:
        return int(self.customers[who]), int(self.lines[who])

    def _shop(self, category: int, number: int) -> int:
        shops = self.merchants[category]
        return shops[number % len(shops)]

    def _at(self, on: date, when: time) -> None:
        self.clock.move_to(datetime.combine(on, when, ZONE))

    @contextmanager
    def _phase(self, name: str) -> Generator[None]:
        started = perf_counter()
        yield
        self.seconds[name] += perf_counter() - started


_A = TypeVar("_A")


def simulate(
    database: Database,
    *,
    shoppers: int,
    days: int,
    seed: int,
    start: date,
    progress: Callable[[int, int], None] | None = None,
    also: Day | None = None,
) -> Result:
    """Found an empty book and let so many people live in it; the same seed gives the same book.

    The book must be empty: a founded one is a conflict. `also` acts on every day before it is closed.
    """
    started = perf_counter()
    people = draw(shoppers, days=days, seed=seed)
    habits = Habits(people, terms(), np.random.default_rng([seed, 2]))
    clock = FixedClock(datetime.combine(start, _MORNING, ZONE))
    world = World(database, people, habits, np.random.default_rng([seed, 3]), clock, seed)
    world.begin(start)
    for day in range(days):
        world.live(day, start + day * _ONE_DAY, also)
        if progress:
            progress(day + 1, days)
    return database.read(lambda db: _told(db, world, days, perf_counter() - started))


def _told(db: Connection, world: World, days: int, seconds: float) -> Result:
    outcomes = sql.one(db, "count_outcomes")
    counted = (
        "purchases",
        "verifications",
        "referred",
        "captures",
        "voids",
        "refunds",
        "repayments",
        "payouts",
    )
    return Result(
        shoppers=len(world.shoppers),
        days=days,
        seed=world.seed,
        declined=dict(sorted(world.declined.items())),
        temporary_limits=world.counts["temporary_limits"],
        **{name: world.counts[name] for name in counted},
        **outcomes._asdict(),
        seconds=round(seconds, 2),
        seconds_by_phase={name: round(spent, 2) for name, spent in world.seconds.items()},
    )


def _all(kind: type[T], answers: Iterable[T | WhiteslipError]) -> list[T]:
    return [answer for answer in fine(answers) if isinstance(answer, kind)]
