"""Ordinary days in a book: people earn, live, buy as usual, pay what they can, and the day is closed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import NamedTuple, TypeAlias, TypeVar

import numpy as np

from whiteslip.flows.capture import Captured, CaptureRequest, capture
from whiteslip.flows.checkout import Authorized, Declined, PurchaseRequest, Referred, checkout
from whiteslip.flows.end_of_day import end_of_day
from whiteslip.flows.found_book import found_book
from whiteslip.flows.open_lines import NewCustomer, NewLine, OpenedLine, join, open_lines
from whiteslip.flows.open_merchants import NewMerchant, open_merchants
from whiteslip.flows.repay import Repaid, RepaymentRequest, repay
from whiteslip.infra.clock import FixedClock
from whiteslip.infra.database import Connection, Database
from whiteslip.kernel.calendar import ZONE
from whiteslip.kernel.errors import InvariantBroken
from whiteslip.world.habits import SUSPENDED, Habits
from whiteslip.world.promotion.people import Cast
from whiteslip.world.promotion.terms import Terms
from whiteslip.world.shoppers import Bools, Floats, Ints, terms
from whiteslip.world.staff import release_runs
from whiteslip.world.taken import fine, of_kind
from whiteslip.world.wallets import Wallets, read_wallets

T = TypeVar("T")
A = TypeVar("A")
Answer: TypeAlias = Authorized | Declined | Referred


_PAYING, _BUYING = 1, 2
_MORNING, _NOON, _EVENING, _CLOSING = time(9, 30), time(12, 40), time(20, 15), time(23, 59, 30)
_METHOD = "bank transfer"


class Ask(NamedTuple):
    """A person asks for credit; `ref` names what for, so that the records can tell orders apart."""

    who: int
    amount_minor: int
    months: int
    ref: str


@dataclass(slots=True)
class Life:
    """A book and the people in it, as of a day."""

    database: Database
    cast: Cast
    terms: Terms
    clock: FixedClock
    habits: Habits = field(init=False)
    customers: Ints = field(init=False)
    lines: Ints = field(init=False)
    shops: list[int] = field(default_factory=list[int])
    stopped: Bools = field(init=False)
    walked: Bools = field(init=False)
    days_late: Ints = field(init=False)

    def __post_init__(self) -> None:
        self.habits = Habits(self.cast.shoppers, terms(), self.cast.rng(_PAYING))
        self.stopped = np.zeros(len(self.cast), np.bool_)
        self.walked = self.stopped.copy()
        self.days_late = np.zeros(len(self.cast), np.int64)

    def begin(self) -> None:
        """Found the book, open the shops, and let everybody join."""
        on = self.terms.calendar.opens_on
        self._at(on, time(0, 1))
        self.database.write(lambda db: found_book(db, on=on, at=self.clock.now()))
        known = terms()
        self.shops = self.flow(
            open_merchants, [NewMerchant(shop.name, shop.fee_ppm) for shop in known.shops]
        )
        shoppers = self.cast.shoppers
        people = enumerate(shoppers.people, 1)
        new = [NewCustomer(f"618-{number}", one.name, one.language) for number, one in people]
        ids = self.flow(join, new)
        asked = [
            NewLine(owner, int(limit), int(day))
            for owner, limit, day in zip(ids, shoppers.limit, shoppers.statement_day, strict=True)
        ]
        opened = of_kind(OpenedLine, self.flow(open_lines, asked))
        self.customers = np.array(ids, np.int64)
        self.lines = np.array([line.line_id for line in opened], np.int64)

    def moved_to(self, database: Database, terms: Terms) -> Life:
        """Go on in a copy of the book: the same people with the same money, nothing shared with this one."""
        other = Life(database, self.cast, terms, FixedClock(self.clock.now()))
        other.customers, other.lines, other.shops = self.customers, self.lines, self.shops
        other.stopped, other.walked = self.stopped.copy(), self.walked.copy()
        other.days_late = self.days_late.copy()
        for name in ("cash", "seen", "pays_on", "then_on", "least", "then_least", "minimum"):
            setattr(other.habits, name, deepcopy(getattr(self.habits, name)))
        return other

    def live(self, on: date, *, errand: Callable[[Wallets, date], None] | None = None) -> None:
        """Live through a day and close it; the errand is done at noon, before ordinary purchases."""
        day = (on - self.terms.calendar.opens_on).days
        self._earn(day, on)
        self._at(on, _MORNING)
        wallets = self.look()
        self._at(on, _NOON)
        if errand:
            errand(wallets, on)
            wallets.available = self.look().available
        self._buy_as_usual(wallets, day)
        self._at(on, _EVENING)
        self._pay(wallets, day, on)
        self._at(on, _CLOSING)
        end_of_day(self.database, at=self.clock.now())
        release_runs(self.database, at=self.clock.now())

    def look(self) -> Wallets:
        """Read what each sees in the app; everybody has one line and joined in order."""
        everybody, columns = self.database.read(read_wallets)
        if not np.array_equal(everybody, self.customers):
            raise InvariantBroken("a book of the experiment has its own people and nobody else")
        return Wallets(*(column.copy() for column in columns))

    def buy(self, asks: Sequence[Ask], *, shop: int | None = None) -> list[Answer]:
        """Ask for credit, give the second factor where it is asked for, and take the goods."""
        answers = fine(self.flow(checkout, [self._request(ask, shop) for ask in asks]))
        again = [
            place
            for place, answer in enumerate(answers)
            if isinstance(answer, Referred) and answer.needs == "verification"
        ]
        verified = [
            self._request(asks[place], shop)._replace(
                is_verified=True, order_ref=f"{asks[place].ref}v"
            )
            for place in again
        ]
        for place, answer in zip(again, fine(self.flow(checkout, verified)), strict=True):
            answers[place] = answer
        taken = [
            CaptureRequest(answer.customer_id, answer.purchase_id, None, None, final=True)
            for answer in answers
            if isinstance(answer, Authorized)
        ]
        of_kind(Captured, self.flow(capture, taken))
        return answers

    def shop_of(self, who: int) -> int:
        """Name the shop a person goes to."""
        return self.shops[who % len(self.shops)]

    def flow(
        self,
        flow: Callable[..., list[A]],
        asked: Sequence[T],
    ) -> list[A]:
        """Put one batch through a flow in one transaction."""
        if not asked:
            return []
        at = self.clock.now()
        return self.database.write(lambda db: flow(db, asked, at=at))

    def read(self, look: Callable[[Connection], T]) -> T:
        """Read from the book."""
        return self.database.read(look)

    def line(self, who: int) -> tuple[int, int]:
        """Return a person's customer and line."""
        return int(self.customers[who]), int(self.lines[who])

    def _request(self, ask: Ask, shop: int | None) -> PurchaseRequest:
        at_shop = self.shop_of(ask.who) if shop is None else shop
        own = 1 + ask.who
        return PurchaseRequest(
            *self.line(ask.who), at_shop, ask.amount_minor, ask.months, ask.ref, own, own
        )

    def _earn(self, day: int, on: date) -> None:
        """Let go of what is above one's usual savings before payday, then earn and live."""
        shoppers, habits = self.cast.shoppers, self.habits
        paid = shoppers.payday == on.day
        habits.cash = np.where(paid, np.minimum(habits.cash, shoppers.savings), habits.cash)
        habits.live(day, on)

    def _buy_as_usual(self, wallets: Wallets, day: int) -> None:
        rng, shoppers, known = self.cast.rng(_BUYING, day), self.cast.shoppers, terms()
        everyone = len(self.cast)
        drawn, size = rng.random((2, everyone)), rng.standard_normal(everyone)
        weights = np.array([each.weight for each in known.categories])
        kind = _pick(drawn[1], weights)
        median = np.array([each.median_minor for each in known.categories])[kind]
        sigma = np.array([each.sigma for each in known.categories])[kind]
        bundle = self.terms.baskets.bundle
        scaled = median * np.exp(sigma * size) * shoppers.spending_scale * bundle
        amount = np.maximum(500, scaled).astype(np.int64)
        wants = (drawn[0] < shoppers.purchases_a_day / bundle) & ~self.stopped & ~self.walked
        fits = (amount <= wallets.available) & (wallets.level < SUSPENDED)
        who = np.flatnonzero(wants & fits)
        self.buy([Ask(int(one), int(amount[one]), 0, f"usual-{one}-{day}") for one in who])

    def _pay(self, wallets: Wallets, day: int, on: date) -> None:
        self.habits.rng = self.cast.rng(_PAYING, day)
        self._lose_heart(wallets)
        paid = self.habits.payments(wallets, on)
        asked = [
            RepaymentRequest(*self.line(int(who)), int(amount), _METHOD)
            for who, amount in zip(paid.who, paid.amounts, strict=True)
        ]
        of_kind(Repaid, self.flow(repay, asked))

    def _lose_heart(self, wallets: Wallets) -> None:
        """Let who is late and strained stop paying, the likelier the longer; who has stopped sees no bill any more."""
        walking = self.terms.walking_away
        late = wallets.overdue > 0
        self.days_late = np.where(late, self.days_late + 1, 0)
        strained = wallets.billed > walking.strained_months * self.cast.left_to_live_on
        by_now = 1 - (1 - walking.a_day) ** self.days_late
        self.walked |= late & strained & (self.cast.dice["walks"] < by_now)
        for bill in (wallets.billed, wallets.overdue, wallets.payable, wallets.minimum):
            bill[self.walked] = 0

    def _at(self, on: date, when: time) -> None:
        self.clock.move_to(datetime.combine(on, when, ZONE))


def history(database: Database, cast: Cast, terms: Terms) -> Life:
    """Live from the opening of the book to the eve of the grants: what every arm has in common."""
    first = terms.calendar.opens_on
    life = Life(database, cast, terms, FixedClock(datetime.combine(first, _MORNING, ZONE)))
    life.begin()
    for day in range((terms.calendar.grants_on - first).days):
        life.live(first + timedelta(days=day))
    return life


def _pick(drawn: Floats, weights: Floats) -> Ints:
    """Pick places by weight, one for each even draw."""
    return np.searchsorted(weights.cumsum()[:-1] / weights.sum(), drawn)
