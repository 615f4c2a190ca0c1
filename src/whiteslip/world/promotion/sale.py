"""618 in one arm: who is granted, who asks, what the refused do, who is surprised, and who complains."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import partial
from typing import NamedTuple

import numpy as np

from whiteslip.flows.change_limits import TemporaryLimit, grant_temporary_limits
from whiteslip.flows.checkout import Authorized, Declined
from whiteslip.flows.complain import Cause, Channel, NewComplaint, complain
from whiteslip.flows.quote import QuoteRequest, quote
from whiteslip.flows.review_limits import RunState, Trigger, release_run, review_limits
from whiteslip.flows.run_campaigns import Campaign, Draft, approve, draft, run_campaigns, stop
from whiteslip.infra.sql import Sql
from whiteslip.kernel.errors import InvalidInput, InvariantBroken
from whiteslip.kernel.reason import ReasonCode
from whiteslip.money.lines.model import RESTRICTED_LEVEL, LineKey
from whiteslip.views.usability import Asked, usability
from whiteslip.views.usability import Way as Open
from whiteslip.world.promotion.arms import Arm, Granting
from whiteslip.world.promotion.choices import (
    Offer,
    Refused,
    Way,
    by_oneself,
    choose,
    preferred,
    shortest_bearable,
)
from whiteslip.world.promotion.life import Answer, Ask, Life
from whiteslip.world.shoppers import Bools, Ints
from whiteslip.world.staff import PEOPLE
from whiteslip.world.wallets import Wallets

sql = Sql(__package__)

_GRANTING = 3
_REVIEWED_ON = 0
"""Limits are reviewed on Mondays: a turn that was missed on other days is caught up within its fortnight."""

_WAYS = {
    Open.PART_CREDIT: Way.PART,
    Open.SMALLER_AMOUNT: Way.LESS,
    Open.ANOTHER_METHOD: Way.OTHER,
}
"""The ways that are weighed after a refusal; who wants a plan has thought of it before asking."""


class _Told(NamedTuple):
    """Whose temporary limit is gone, and who had been told before, by place."""

    gone: Bools
    told: Bools


@dataclass(slots=True)
class Sale:
    """An arm under way; `choices` counts what people did that no record of the platform shows."""

    life: Life
    arm: Arm
    choices: Counter[str] = field(default_factory=Counter[str])
    campaign_id: int = 0
    seen: Ints = field(init=False)
    ends: _Told = field(init=False)
    upset: Bools = field(init=False)

    def __post_init__(self) -> None:
        nobody = np.zeros(len(self.life.cast), np.bool_)
        self.ends = _Told(nobody, nobody)
        self.upset = nobody.copy()
        self.seen = nobody.astype(np.int64)

    def run(self) -> None:
        """Live from the grants to the end."""
        calendar = self.life.terms.calendar
        for day in range((calendar.ends_on - calendar.grants_on).days):
            on = calendar.grants_on + timedelta(days=day)
            self.life.live(on, errand=self._errand)

    def _errand(self, wallets: Wallets, on: date) -> None:
        calendar = self.life.terms.calendar
        if on.weekday() == _REVIEWED_ON:
            self._review_limits()
        if calendar.grants_on <= on < calendar.returns_on:
            self._grant(wallets, on)
            wallets.available = self.life.look().available
            self.seen = wallets.available
        if on == calendar.returns_on:
            self.ends = self._who_was_told()
            self._see_it_gone()
        if calendar.sale_from <= on <= calendar.sale_to:
            self._shop((on - calendar.sale_from).days)
        self._shop_after(wallets, (on - calendar.returns_on).days)
        self._complain_of_restrictions(wallets)

    def _review_limits(self) -> None:
        life = self.life
        for trigger in (Trigger.LADDER, Trigger.PERIODIC):
            at = life.clock.now()
            report = review_limits(life.database, at=at, trigger=trigger)
            if report.state is RunState.STOPPED:
                for by in PEOPLE:
                    release = partial(release_run, run_id=report.run_id, by=by, at=at)
                    life.database.write(release)

    def _grant(self, wallets: Wallets, on: date) -> None:
        """Grant before and during the sale; afterward only an arm with notices goes on running campaigns."""
        calendar = self.life.terms.calendar
        match self.arm.granting:
            case Granting.BLANKET if on == calendar.grants_on:
                self._grant_to_anybody(wallets)
            case Granting.CAMPAIGN:
                if on == calendar.grants_on:
                    self._draft()
                if on <= calendar.sale_to or self.arm.notices:
                    run_campaigns(self.life.database, at=self.life.clock.now())
                if on == calendar.sale_to:
                    self._stop()
            case _:
                pass

    def _draft(self) -> None:
        life, grants, calendar = self.life, self.life.terms.grants, self.life.terms.calendar
        budget = grants.budget_minor(len(life.cast))
        asked = Draft(
            "618", grants.segment, grants.share_ppm, grants.least_minor, grants.most_minor,
            calendar.grants_on, calendar.returns_on, budget, PEOPLE[0],
        )  # fmt: skip
        at = life.clock.now()
        drafted = life.database.write(lambda db: draft(db, asked, at=at))
        if not isinstance(drafted, Campaign):
            raise drafted
        self.campaign_id = drafted.campaign_id
        approved = life.database.write(
            lambda db: approve(db, drafted.campaign_id, by=PEOPLE[1], at=at)
        )
        if not isinstance(approved, Campaign):
            raise approved

    def _stop(self) -> None:
        life = self.life
        stopped = life.database.write(
            lambda db: stop(db, self.campaign_id, by=PEOPLE[1], at=life.clock.now())
        )
        if not isinstance(stopped, Campaign):
            raise stopped

    def _grant_to_anybody(self, wallets: Wallets) -> None:
        life, grants = self.life, self.life.terms.grants
        left = grants.budget_minor(len(life.cast))
        share = life.cast.shoppers.limit * grants.share_ppm // 1_000_000
        amounts = np.clip(share, grants.least_minor, grants.most_minor)
        good = (wallets.level == 0) & (wallets.overdue == 0)
        asked: list[TemporaryLimit] = []
        for who in life.cast.rng(_GRANTING).permutation(np.flatnonzero(good)).tolist():
            left -= int(amounts[who])
            if left < 0:
                break
            ends_on = life.terms.calendar.returns_on
            asked.append(TemporaryLimit(*life.line(who), int(amounts[who]), ends_on))
        life.flow(grant_temporary_limits, asked)

    def _who_was_told(self) -> _Told:
        rows = self.life.read(lambda db: sql.many(db, "read_returned"))
        gone, told = (
            {row.customer_id for row in rows},
            {row.customer_id for row in rows if row.told},
        )
        everyone = self.life.customers
        return _Told(np.isin(everyone, list(gone)), np.isin(everyone, list(told)))

    def _shop(self, day: int) -> None:
        """Come with one's basket: think of what it costs, ask, and see what is left when refused."""
        cast = self.life.cast
        asks: list[Ask] = []
        comes = (cast.basket > 0) & (cast.basket_day == day) & ~self.life.walked
        for who in np.flatnonzero(comes).tolist():
            wants = int(cast.basket[who])
            months = 0
            if wants > cast.bearable[who]:
                months = self._plan(who, wants)
                if not months and cast.dice["gives_up"][who] < self.life.terms.thinking.gives_up:
                    self.choices["gave up before asking"] += 1
                    continue
            asks.append(Ask(who, wants, months, f"618-{who}-a"))
        self._settle(asks, self.life.buy(asks))

    def _plan(self, who: int, wants: int) -> int:
        """Let the app show plans, where it does, and take the shortest that a month bears; 0 for none."""
        cast, life = self.life.cast, self.life
        if not self.arm.plans or cast.dice["takes_plan"][who] >= cast.shoppers.plan_taste[who]:
            return 0
        key = life.line(who)
        asked = [QuoteRequest(*key, wants, months) for months in life.terms.thinking.asks_months]
        shown = life.read(lambda db: [quote(db, one) for one in asked])
        dues = [
            (one.plan_months, max(row.principal_minor + row.fee_minor for row in one.installments))
            for one in shown
        ]
        return shortest_bearable(dues, int(cast.bearable[who])) or 0

    def _settle(self, asks: Sequence[Ask], answers: Sequence[Answer]) -> None:
        """See what each refused person does; a way that is taken is another purchase."""
        again: list[Ask] = []
        refused = [pair for pair in zip(asks, answers, strict=True) if _is_refused(pair[1])]
        for ask, answer in refused:
            offer = self._choose(ask, answer)
            self.choices[f"refused: {offer.way}"] += 1
            self.life.habits.cash[ask.who] -= offer.other_minor
            if offer.credit_minor:
                ref = f"{ask.ref[:-1]}{'p' if offer.way is Way.PART else 'l'}"
                part = ask._replace(amount_minor=offer.credit_minor, ref=ref)
                again.append(self._as_offered(part, offer.plan_months))
            elif offer.way is Way.LEAVE:
                self._complain(ask.who, "refused_and_left")
        taken = self.life.buy(again)
        self.choices["ways taken"] += len(taken)
        self.choices["ways that failed"] += sum(not isinstance(one, Authorized) for one in taken)

    def _as_offered(self, ask: Ask, months: int | None) -> Ask:
        """Ask in the plan that was offered, else in the one wished for if so little can be split."""
        if months is not None:
            return ask._replace(months=months)
        return ask if self.can_split(ask) else ask._replace(months=0)

    def can_split(self, ask: Ask) -> bool:
        """Let the app show the plan for what is left of the basket: it may be too little to split."""
        if not ask.months:
            return True
        request = QuoteRequest(*self.life.line(ask.who), ask.amount_minor, ask.months)
        try:
            self.life.read(lambda db: quote(db, request))
        except InvalidInput:
            return False
        return True

    def _choose(self, ask: Ask, answer: Answer) -> Offer:
        cast, terms, life = self.life.cast, self.life.terms, self.life
        person = Refused(
            ask.amount_minor,
            int(life.habits.cash[ask.who]),
            float(cast.least_share[ask.who]),
            float(cast.dice["way"][ask.who]),
        )
        if self.arm.ways:
            return choose(person, self._offers(ask), terms.willing)
        finds = cast.dice["finds_alone"][ask.who] < terms.thinking.finds_alone
        if finds and _only_limit(answer):
            offers = by_oneself(answer.available_minor, ask.amount_minor)
            return choose(person, offers, terms.willing)
        if preferred(person.die, terms.willing) is not Way.OTHER:
            return Offer(Way.LEAVE, 0, 0)
        return choose(person, by_oneself(0, ask.amount_minor), terms.willing)

    def _offers(self, ask: Ask) -> Iterator[Offer]:
        """Ask the platform which other ways are open for what was refused."""
        life = self.life
        key, shop = LineKey(*life.line(ask.who)), life.shop_of(ask.who)
        asked, at = Asked(ask.amount_minor, shop, ask.months), life.clock.now()
        found = life.read(lambda db: usability(db, key, asked, at=at))
        if found is None:
            raise InvariantBroken(f"line {key} is gone")
        for other in found.other_ways:
            if other.way in _WAYS:
                way = _WAYS[other.way]
                yield Offer(way, other.credit_minor, other.other_minor, other.plan_months)

    def _shop_after(self, wallets: Wallets, day: int) -> None:
        """Buy once more after the limit is gone: whoever knows looks first, whoever relies on it asks."""
        life, cast = self.life, self.life.cast
        who = np.flatnonzero(
            (cast.after > 0) & (cast.after_day == day) & ~life.stopped & ~life.walked
        )
        asks: list[Ask] = []
        for one in who.tolist():
            wants, room = int(cast.after[one]), int(wallets.available[one])
            relies = wants <= self.seen[one] and not self._knows(one)
            if wants > room and not relies and cast.looks[one]:
                self.choices["looked and did not ask"] += 1
                continue
            asks.append(Ask(one, wants, 0, f"after-{one}-a"))
        answers = life.buy(asks)
        for ask, answer in zip(asks, answers, strict=True):
            relied = ask.amount_minor <= self.seen[ask.who] and not self._knows(ask.who)
            if _only_limit(answer) and relied:
                self._surprise(ask.who)
        self._settle(asks, answers)

    def _see_it_gone(self) -> None:
        """Open the app and see a lower limit than before, without having known."""
        sees = self.life.cast.dice["sees"] < self.life.terms.surprise.sees_it
        for who in np.flatnonzero(self.ends.gone & sees).tolist():
            if not self._knows(who):
                self.choices["saw it gone"] += 1
                self._complain(who, "saw_it_gone")

    def _knows(self, who: int) -> bool:
        """Tell whether a person knows that their limit is gone: they read it, remember, or nothing is."""
        dice, surprise = self.life.cast.dice, self.life.terms.surprise
        reads = bool(self.ends.told[who]) and dice["reads"][who] < surprise.reads_notice
        remembers = dice["remembers"][who] < surprise.remembers
        return bool(reads or remembers or not self.ends.gone[who])

    def _surprise(self, who: int) -> None:
        self.choices["surprised"] += 1
        self._complain(who, "surprised")
        if self.life.cast.dice["stops"][who] < self.life.terms.surprise.stops_using:
            self.life.stopped[who] = True

    def _complain_of_restrictions(self, wallets: Wallets) -> None:
        fresh = np.flatnonzero((wallets.level >= RESTRICTED_LEVEL) & ~self.upset)
        self.upset[fresh] = True
        for who in fresh.tolist():
            self._complain(who, "restricted")

    def _complain(self, who: int, why: str) -> None:
        """Complain in the app, with what happened, if the person is one to do so."""
        cast, terms = self.life.cast, self.life.terms
        chance = getattr(terms.complains, why) * cast.sensitivity[who]
        if cast.dice[why][who] >= chance:
            return
        cause = Cause.OTHER if why == "refused_and_left" else Cause.FROZEN_WITHOUT_REASON
        customer, line = self.life.line(who)
        words = getattr(terms.words, why)
        complaint = NewComplaint(customer, Channel.APP, cause, words, "the customer", line)
        of = self.life.flow(complain, [complaint])
        for answer in of:
            if isinstance(answer, Exception):
                raise answer


def _is_refused(answer: Answer) -> bool:
    return isinstance(answer, Declined)


def _only_limit(answer: Answer) -> bool:
    return isinstance(answer, Declined) and all(
        one.code is ReasonCode.LIMIT_EXCEEDED for one in answer.reasons
    )
