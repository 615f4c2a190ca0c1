"""The days of a planted world in one arm: people, thieves and reviewers act on a book of their own by its flows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from itertools import count
from time import perf_counter
from typing import TypeAlias, TypeVar

import numpy as np

from whiteslip.flows.capture import Captured, CaptureRequest, capture
from whiteslip.flows.checkout import Authorized, Declined, PurchaseRequest, Referred, checkout
from whiteslip.flows.end_of_day import end_of_day
from whiteslip.flows.found_book import found_book
from whiteslip.flows.grant_purchases import OwnedId, lapse_purchases, open_purchase_cases
from whiteslip.flows.lock_line import LockRequest, lock_lines
from whiteslip.flows.open_merchants import NewMerchant, open_merchants
from whiteslip.flows.repay import Repaid, RepaymentRequest, repay
from whiteslip.flows.verify_identity import Verification, verify_identity
from whiteslip.flows.warn_early import warn_early
from whiteslip.flows.watch_customers import watch_customers
from whiteslip.flows.weave_network import weave_network
from whiteslip.infra.clock import FixedClock
from whiteslip.infra.database import Database
from whiteslip.infra.sql import Sql
from whiteslip.kernel.calendar import ZONE
from whiteslip.kernel.errors import InvariantBroken, WhiteslipError
from whiteslip.world.habits import Habits
from whiteslip.world.shoppers import Bools, Ints
from whiteslip.world.shoppers import terms as population
from whiteslip.world.staff import release_runs
from whiteslip.world.taken import fine, of_kind
from whiteslip.world.threats.arms import Arm, shut_eyes
from whiteslip.world.threats.cast import Cast
from whiteslip.world.threats.desk import Desk
from whiteslip.world.threats.joining import join_people
from whiteslip.world.threats.labels import Hand
from whiteslip.world.threats.ordinary import Ordinary
from whiteslip.world.threats.plan import ORDINARY, Intent
from whiteslip.world.wallets import Wallets, read_wallets

sql = Sql(__package__)

T = TypeVar("T")
A = TypeVar("A")
Answer: TypeAlias = Authorized | Declined | Referred

_PAYING, _ANSWERING, _COMING_BACK = 1, 3, 4
_DAWN, _PACKING, _CLOSING = time(0, 1), time(23, 50), time(23, 59, 30)
_METHOD = "bank transfer"
_FRONT = "home"
"""What a conniving shop says it sells."""
_LEAST_MINOR = 500
_LEAST_PLAN_MINOR = 10_000
_LAPSES_AT_ONCE = 5_000
_ONE_DAY = timedelta(days=1)


@dataclass(slots=True)
class Life:
    """A book and the people in it, as of a day; `device` and `address` are what each uses now."""

    database: Database
    cast: Cast
    arm: Arm
    clock: FixedClock = field(init=False)
    habits: Habits = field(init=False)
    ordinary: Ordinary = field(init=False)
    desk: Desk = field(init=False)
    customers: Ints = field(init=False)
    lines: Ints = field(init=False)
    device: Ints = field(init=False)
    address: Ints = field(init=False)
    available: Ints = field(init=False)
    shops: list[int] = field(default_factory=list[int])
    stops: defaultdict[int, int] = field(default_factory=lambda: defaultdict[int, int](int))
    sold_to: set[int] = field(default_factory=set[int])
    over: set[int] = field(default_factory=set[int])
    shipped: list[OwnedId] = field(default_factory=list[OwnedId])
    verifies: defaultdict[int, list[int]] = field(
        default_factory=lambda: defaultdict[int, list[int]](list)
    )
    unlocks: defaultdict[int, list[int]] = field(
        default_factory=lambda: defaultdict[int, list[int]](list)
    )
    seen: set[OwnedId] = field(default_factory=set[OwnedId])
    orders: count[int] = field(default_factory=lambda: count(1))
    seconds: defaultdict[str, float] = field(default_factory=lambda: defaultdict[str, float](float))

    def __post_init__(self) -> None:
        cast = self.cast
        self.habits = Habits(cast.shoppers, population(), cast.rng(_PAYING), keeps_plans=True)
        self.ordinary = Ordinary(cast)
        self.desk = Desk(cast.terms.desk, cast.labels, seed=cast.seed)
        self.customers = np.zeros(len(cast), np.int64)
        self.lines = np.zeros(len(cast), np.int64)
        self.available = np.zeros(len(cast), np.int64)
        self.device, self.address = cast.plan.device.copy(), cast.plan.address.copy()
        self.clock = FixedClock(datetime.combine(cast.terms.calendar.opens_on, _DAWN, ZONE))

    @property
    def joined(self) -> Bools:
        """Tell who has joined."""
        return self.customers > 0

    def begin(self) -> None:
        """Found the book, open the shops, and shut the eyes that this arm does not have."""
        on = self.cast.terms.calendar.opens_on
        self._at(on, 0)
        self.database.write(lambda db: found_book(db, on=on, at=self.clock.now()))
        known, town = population(), self.cast.plan.town
        fees = {shop.category: shop.fee_ppm for shop in known.shops}
        new = [
            NewMerchant(f"{category} {place + 1}", fees[category], category)
            for category in town.categories
            for place in range(town.shops_a_category)
        ]
        new += [
            NewMerchant(f"{_FRONT} {town.shops_a_category + n + 1}", fees[_FRONT], _FRONT)
            for n in range(town.conniving)
        ]
        self.shops = self._flow("open", new, open_merchants)
        if not self.arm.book:
            shut_eyes(self.database, at=self.clock.now())

    def live(self, day: int) -> None:
        """Live through one day and close it."""
        on = self.cast.terms.calendar.opens_on + day * _ONE_DAY
        self._at(on, 1)
        self._change(day)
        self._join(day)
        wallets = self._look()
        self._pay(wallets, day, on)
        self._come_back(day, on)
        self._buy(wallets, day, on)
        self._at(on, _PACKING.hour * 60 + _PACKING.minute)
        self._ship()
        self._close(on)

    def _change(self, day: int) -> None:
        for one in self.cast.plan.changes[day]:
            if one.device:
                self.device[one.who] = one.device
            if one.address:
                self.address[one.who] = one.address

    def _join(self, day: int) -> None:
        who = np.flatnonzero(self.cast.shoppers.joins == day)
        if not len(who):
            return
        with self._phase("join"):
            joined = join_people(self.database, self.cast, who, first=day == 0, at=self.clock.now())
        self.customers[who] = [one.customer_id for one in joined]
        self.lines[who] = [one.line_id for one in joined]
        for place, one in zip(who.tolist(), joined, strict=True):
            self.desk.place[one.customer_id] = place
            self.desk.line[one.customer_id] = one.line_id

    def _look(self) -> Wallets:
        """Read what each sees in the app, by place."""
        with self._phase("look"):
            everybody, columns = self.database.read(read_wallets)
        order = np.argsort(self.customers, kind="stable")[np.count_nonzero(~self.joined) :]
        if not np.array_equal(everybody, self.customers[order]):
            raise InvariantBroken("a planted world has its own people and nobody else")
        found: list[Ints] = []
        for column in columns:
            values = np.zeros(len(self.cast), np.int64)
            values[order] = column
            found.append(values)
        wallets = Wallets(*found)
        self.available = wallets.available
        return wallets

    def _pay(self, wallets: Wallets, day: int, on: date) -> None:
        """Earn, live, and pay what is due; who has quit sees no bill any more."""
        quit_ = self.cast.plan.quits <= day
        for bill in (wallets.billed, wallets.overdue, wallets.payable, wallets.minimum):
            bill[quit_] = 0
        self.habits.live(day, on)
        self.habits.rng = self.cast.rng(_PAYING, day)
        paid = self.habits.payments(wallets, on)
        asked = [
            RepaymentRequest(*self._line(who), amount, _METHOD)
            for who, amount in zip(paid.who.tolist(), paid.amounts.tolist(), strict=True)
        ]
        of_kind(Repaid, self._flow("repay", asked, repay))

    # Coming back

    def _come_back(self, day: int, on: date) -> None:
        """Let people whose line was stopped show who they are, and owners who saw a theft lock their line."""
        self._plan_verifications(day, on)
        rng = self.cast.rng(_COMING_BACK, day)
        for who in self.verifies.pop(day, ()):
            self._write(verify_identity, Verification(int(self.customers[who]), "document", "shop"))
        for who in self.unlocks.pop(day, ()):
            self._lock(who, locked=False)
        low, high = self.cast.terms.desk.reaches_owner_days
        for sight in self.cast.plan.sights[day]:
            self.over.add(sight.episode)
            if sight.episode in self.sold_to:
                self._lock(sight.who, locked=True)
                self.unlocks[day + 1 + int(rng.integers(low, high + 1))].append(sight.who)

    def _plan_verifications(self, day: int, on: date) -> None:
        rows = self.database.read(lambda db: sql.many(db, "list_to_verify", since=on - _ONE_DAY))
        desk, rng = self.cast.terms.desk, self.cast.rng(_COMING_BACK, day + 100_000)
        low, high = desk.reaches_owner_days
        for row in rows:
            one = OwnedId(row.customer_id, row.restriction_id)
            if one in self.seen:
                continue
            self.seen.add(one)
            who, after = self.desk.place[one.customer_id], int(rng.integers(low, high + 1))
            drawn = rng.random()
            if who in self.cast.plan.criminals and drawn >= desk.criminal_verifies:
                continue
            self.verifies[day + after].append(who)
        self.verifies[day] = list(dict.fromkeys(self.verifies[day]))

    def _lock(self, who: int, *, locked: bool) -> None:
        self._write(lock_lines, LockRequest(*self._line(who), locked, not locked, "shop"))

    # Buying

    def _buy(self, wallets: Wallets, day: int, on: date) -> None:
        """Try all purchases of the day in the order of their minutes; reviewers work between them."""
        with self._phase("wish"):
            wished = self.ordinary.intents(wallets, self.device, self.address, day=day, on=on)
        by_minute: defaultdict[int, list[Intent]] = defaultdict(list)
        for one in (*wished, *self.cast.plan.intents[day]):
            by_minute[one.minute].append(one)
        desk = self.cast.terms.desk
        staffed = set(range(desk.opens, desk.closes, 60)) | {desk.closes}
        for minute in sorted(by_minute.keys() | staffed):
            self._at(on, minute)
            if minute in staffed:
                with self._phase("desk"):
                    self.desk.turn(self.database, day=day, at=self.clock.now())
            self._try(by_minute.get(minute, ()), on, minute)

    def _try(self, intents: Sequence[Intent], on: date, minute: int) -> None:
        tried: list[Intent] = []
        asked: list[PurchaseRequest] = []
        for one in intents:
            request = self._request(one)
            if request is not None:
                tried.append(one)
                asked.append(request)
                if one.episode != ORDINARY:
                    self.cast.labels.orders[request.order_ref] = one.episode
        if not asked:
            return
        answers = fine(self._flow("checkout", asked, checkout))
        self._at(on, min(minute + self.cast.terms.answers.minute, 23 * 60 + 49))
        self._answer(tried, asked, answers)
        self._see(tried, answers)

    def _request(self, one: Intent) -> PurchaseRequest | None:
        """Turn an intent into a request; nothing of what is planted goes along."""
        who = one.who
        if not self.customers[who] or one.episode in self.over:
            return None
        amount = one.amount_minor or int(self.available[who] * one.share)
        amount = amount // one.step_minor * one.step_minor
        if amount < _LEAST_MINOR:
            return None
        return PurchaseRequest(
            *self._line(who),
            self.shops[one.shop],
            amount,
            one.months if amount >= _LEAST_PLAN_MINOR else 0,
            f"W{next(self.orders):09d}",
            one.device or int(self.device[who]),
            one.address or int(self.address[who]),
        )

    def _answer(
        self,
        tried: Sequence[Intent],
        asked: Sequence[PurchaseRequest],
        answers: list[Answer],
    ) -> None:
        """Let whoever is asked for a code give it, if they can, and ask again for the same order."""
        again = [
            place
            for place, answer in enumerate(answers)
            if isinstance(answer, Referred)
            and answer.needs == "verification"
            and self._passes(tried[place], asked[place].order_ref)
        ]
        verified = [asked[place]._replace(is_verified=True) for place in again]
        for place, answer in zip(
            again, fine(self._flow("checkout", verified, checkout)), strict=True
        ):
            answers[place] = answer

    def _passes(self, one: Intent, order_ref: str) -> bool:
        if one.episode in self.cast.plan.passes:
            return self.cast.plan.passes[one.episode]
        if one.hand is Hand.THIEF:
            raise InvariantBroken("a thief has an answer of their own")
        drawn = self.cast.rng(_ANSWERING, int(order_ref[1:])).random()
        return bool(drawn < self.cast.terms.answers.owner_passes)

    def _see(self, tried: Sequence[Intent], answers: Sequence[Answer]) -> None:
        """Take what was sold, count what was stopped, and lay before people what waits for them."""
        referred: list[OwnedId] = []
        for one, answer in zip(tried, answers, strict=True):
            self.available[one.who] = max(0, answer.available_minor)
            if isinstance(answer, Authorized):
                self.shipped.append(OwnedId(*answer[:2]))
                self.sold_to.add(one.episode)
                continue
            self._count_stop(one.episode)
            if isinstance(answer, Referred):
                referred.append(OwnedId(*answer[:2]))
        if referred:
            at, owners = self.clock.now(), {one.customer_id for one in referred}
            with self._phase("watch"):
                self.database.write(lambda db: watch_customers(db, owners, at=at))
                self.database.write(lambda db: open_purchase_cases(db, referred, at=at))

    def _count_stop(self, episode: int) -> None:
        self.stops[episode] += 1
        if self.stops[episode] >= self.cast.plan.gives_up.get(episode, self.stops[episode] + 1):
            self.over.add(episode)

    # Closing

    def _ship(self) -> None:
        """Capture everything sold today, and what reviewers granted."""
        ids = [*self.shipped, *self.desk.granted]
        self.shipped, self.desk.granted = [], []
        asked = [CaptureRequest(*one, None, None, final=True) for one in ids]
        of_kind(Captured, self._flow("capture", asked, capture))

    def _close(self, on: date) -> None:
        self.clock.move_to(datetime.combine(on, _CLOSING, ZONE))
        at = self.clock.now()
        with self._phase("end of day"):
            end_of_day(self.database, at=at)
            release_runs(self.database, at=at)
        with self._phase("night"):
            self.database.write(lambda db: lapse_purchases(db, most=_LAPSES_AT_ONCE, at=at))
            if self.arm.network:
                self.database.write(lambda db: weave_network(db, at=at))
            if self.arm.network or self.arm.book:
                warn_early(self.database, at=at)

    def _flow(self, phase: str, asked: Sequence[T], flow: Callable[..., list[A]]) -> list[A]:
        """Put one batch through a flow in one transaction."""
        if not asked:
            return []
        at = self.clock.now()
        with self._phase(phase):
            return self.database.write(lambda db: flow(db, asked, at=at))

    def _write(self, flow: Callable[..., list[A]], request: object) -> None:
        for answer in self._flow("come back", [request], flow):
            if isinstance(answer, WhiteslipError):
                raise answer

    def _line(self, who: int) -> tuple[int, int]:
        return int(self.customers[who]), int(self.lines[who])

    def _at(self, on: date, minute: int) -> None:
        self.clock.move_to(datetime.combine(on, time(minute // 60, minute % 60), ZONE))

    @contextmanager
    def _phase(self, name: str) -> Generator[None]:
        started = perf_counter()
        yield
        self.seconds[name] += perf_counter() - started
