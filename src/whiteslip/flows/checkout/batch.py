"""A batch of purchases on its way: what each is judged by, what is held on each line, what is decided."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Final, NamedTuple

from whiteslip.decisioning.decisions.judging import Judged, judge_each, judge_rows
from whiteslip.decisioning.decisions.model import ScoreSeen
from whiteslip.decisioning.habits.facts import CheckoutFacts, facts_of
from whiteslip.decisioning.habits.model import Asking, Background, Habit
from whiteslip.decisioning.habits.rules import after
from whiteslip.decisioning.habits.rules import facts_of as habit_facts_of
from whiteslip.decisioning.habits.store import terms as habit_terms
from whiteslip.decisioning.rulebooks.experiment import is_challenged
from whiteslip.decisioning.rulebooks.model import RuleBook
from whiteslip.decisioning.rulebooks.store import Running
from whiteslip.flows.checkout.own_caps import NO_CAPS, OwnCaps
from whiteslip.flows.checkout.valve import OPEN, ValveGate
from whiteslip.kernel.calendar import ZONE
from whiteslip.kernel.errors import Unavailable, WhiteslipError
from whiteslip.kernel.reason import Fact, Reason, ReasonCode, at_most
from whiteslip.kernel.verdict import Outcome as BookOutcome
from whiteslip.money.disclosures.model import Disclosure
from whiteslip.money.lines import rules as line_rules
from whiteslip.money.lines.model import RESTRICTED_LEVEL, STEP_UP_LEVEL, Line, LineKey
from whiteslip.money.merchants.model import OTHER
from whiteslip.money.merchants.store import category_of
from whiteslip.money.products.model import Product
from whiteslip.money.purchases import rules
from whiteslip.money.purchases.model import (
    Authorized,
    Declined,
    Outcome,
    PurchaseRequest,
    Referred,
    Standing,
)

_NO_PLACE = -1
_BUSY = Unavailable("the line is busy: repeat the request")


class Known(NamedTuple):
    """What is read before a batch is judged; `habits` only of those who ask more than once."""

    standings: list[Standing]
    backgrounds: list[Background]
    terms: dict[int, Product]
    habits: dict[int, Habit]
    own_caps: OwnCaps = NO_CAPS


class Looks(NamedTuple):
    """What a purchase is compared with; a measurement leaves out what it wants to know the cost of."""

    at_habits: bool = True
    at_network: bool = True


EVERYWHERE: Final = Looks()


def _books(running: Running, customer_ids: Sequence[int]) -> list[RuleBook]:
    """Say which version judges whom."""
    challenger = running.challenger
    if challenger is None:
        return [running.live] * len(customer_ids)
    challenged = is_challenged(
        customer_ids,
        name=challenger.name,
        version=challenger.version,
        share_ppm=running.share_ppm,
    )
    return [challenger if one else running.live for one in challenged.tolist()]


def _asking(request: PurchaseRequest) -> Asking:
    return Asking(request.amount_minor, request.merchant_id, request.device, request.address)


class Restricted(NamedTuple):
    """A request a restriction of at least some level stopped; the reasons are still to be read."""

    place: int
    key: LineKey
    least_level: int
    in_plan: bool


@dataclass(slots=True)
class Batch:
    """A batch on its way: what is to be held on each line, and what is decided for each request."""

    requests: Sequence[PurchaseRequest]
    running: Running
    at: datetime
    looks: Looks = EVERYWHERE
    on: date = date.min
    keys: list[LineKey] = field(init=False)
    askings: list[Asking] = field(init=False)
    outcomes: list[Outcome | WhiteslipError] = field(init=False)
    books: list[RuleBook] = field(init=False)
    backgrounds: dict[int, Background] = field(default_factory=dict[int, Background])
    facts: list[CheckoutFacts | None] = field(init=False)
    judged: list[Judged | None] = field(init=False)
    hold_days: list[int] = field(init=False)
    capped: list[Reason | None] = field(init=False)
    repeated: frozenset[int] = field(init=False)
    wanted: dict[LineKey, int] = field(default_factory=dict[LineKey, int])
    approved: dict[LineKey, list[int]] = field(default_factory=dict[LineKey, list[int]])
    scores: dict[int, ScoreSeen] = field(default_factory=dict[int, ScoreSeen])
    restricted: list[Restricted] = field(default_factory=list[Restricted])
    on_relief: list[int] = field(default_factory=list[int])
    terms: dict[int, Product] = field(default_factory=dict[int, Product])
    told: dict[int, Disclosure] = field(default_factory=dict[int, Disclosure])
    own_caps: OwnCaps = NO_CAPS
    valve: ValveGate = field(default_factory=lambda: ValveGate(OPEN))

    def __post_init__(self) -> None:
        self.keys = [LineKey(one.customer_id, one.line_id) for one in self.requests]
        self.askings = [_asking(one) for one in self.requests]
        self.outcomes = [_BUSY] * len(self.requests)
        self.books = _books(self.running, [one.customer_id for one in self.requests])
        self.facts = [None] * len(self.requests)
        self.judged = [None] * len(self.requests)
        self.hold_days = [0] * len(self.requests)
        self.capped = [None] * len(self.requests)
        times = Counter(request.customer_id for request in self.requests)
        self.repeated = frozenset(one for one, count in times.items() if count > 1)

    def learn_categories(self, waiting: Sequence[int], standings: Sequence[Standing]) -> None:
        """Take in what the shops sell."""
        for index, standing in zip(waiting, standings, strict=True):
            if standing.merchant_category not in {None, OTHER}:
                category = category_of(standing.merchant_category)
                self.askings[index] = self.askings[index]._replace(category=category)

    def judge(self, waiting: Sequence[int], known: Known) -> None:
        """Judge what waits, one after the other on each line, against what its line has left by then."""
        self.wanted, self.approved = {}, {}
        self.terms |= known.terms
        self.own_caps = self.own_caps.joined(known.own_caps)
        self.backgrounds |= zip(waiting, known.backgrounds, strict=True)
        found = [standing.line for standing in known.standings]
        self._judge_by_book(waiting, found, known)
        self.valve.on = self.on
        earlier = _Earlier(self, known.habits)
        for place, index in enumerate(waiting):
            standing, line, request = known.standings[place], found[place], self.requests[index]
            product = known.terms.get(standing.product_id)
            error = rules.mistake(request, standing, product, at=self.at)
            if error or product is None or line is None:
                self.outcomes[index] = error or _BUSY
                continue
            if request.plan_months:
                self.told[index] = rules.told_of(request, standing, product)
            if request.customer_id in self.repeated:
                self._judge_again(index, line, earlier.background(index, known.backgrounds[place]))
            taken = self._granted_to(request.customer_id, but=index) if known.own_caps.caps else 0
            self.capped[index] = known.own_caps.against(
                place, request, taken_minor=taken, at=self.at
            )
            self._decide(index, line, standing.number, product.hold_days)

    def _judge_by_book(
        self, waiting: Sequence[int], found: Sequence[Line | None], known: Known
    ) -> None:
        """Judge by the book, in one sweep, everybody who asks once."""
        self.on, hour = known.standings[0].current_on, self.at.astimezone(ZONE).hour
        terms = habit_terms()
        places: list[int] = []
        rows: list[CheckoutFacts] = []
        for index, line, background in zip(waiting, found, known.backgrounds, strict=True):
            request = self.requests[index]
            if line is not None and request.customer_id not in self.repeated:
                row = facts_of(
                    request,
                    line,
                    background,
                    self.askings[index].category,
                    terms,
                    taken_minor=0,
                    on=self.on,
                    hour=hour,
                )
                places.append(index)
                rows.append(row)
                self.facts[index] = row
        books = [self.books[index] for index in places]
        for index, one in zip(places, judge_each(books, CheckoutFacts._fields, rows), strict=True):
            self.judged[index] = one

    def _judge_again(self, index: int, line: Line, background: Background) -> None:
        """Judge by the book who asks more than once, with what was asked before in this batch."""
        self.facts[index] = row = facts_of(
            self.requests[index],
            line,
            background,
            self.askings[index].category,
            habit_terms(),
            taken_minor=self.wanted.get(self.keys[index], 0),
            on=self.on,
            hour=self.at.astimezone(ZONE).hour,
        )
        (self.judged[index],) = judge_rows(self.books[index], CheckoutFacts._fields, [row])

    def _decide(self, index: int, line: Line, number: int, hold_days: int) -> None:
        amount, judged, key = (
            self.requests[index].amount_minor,
            self.judged[index],
            self.keys[index],
        )
        taken = self.wanted.get(key, 0)
        allowed = judged is not None and judged.verdict.outcome < BookOutcome.RESTRICT
        allowed = allowed and self.capped[index] is None
        in_plan, verified = self.requests[index].plan_months > 0, self.requests[index].is_verified
        may_hold = line_rules.may_hold(line, taken + amount, in_plan=in_plan)
        if judged is None or not allowed or not may_hold:
            self._decline(index, line, taken, number)
        elif valve := self.valve.against(index, self.requests[index], self.facts[index]):
            self.outcomes[index] = Declined(
                line.customer_id, number, line.line_id, amount, (valve,),
                max(0, line.available_minor - taken),
            )  # fmt: skip
        elif judged.verdict.outcome >= BookOutcome.STEP_UP:
            self._refer(index, line, taken, number, judged)
        elif not verified and line_rules.needs_verification(line):
            self.restricted.append(Restricted(index, key, STEP_UP_LEVEL, in_plan))
            self._refer(index, line, taken, number, judged)
        else:
            self.wanted[key] = taken + amount
            self.approved.setdefault(key, []).append(index)
            self.hold_days[index] = hold_days
            self.outcomes[index] = Authorized(
                line.customer_id,
                number,
                line.line_id,
                amount,
                line.available_minor - taken - amount,
                self.on + timedelta(days=hold_days),
            )

    def settle(self, held: set[tuple[int, int]]) -> list[int]:
        """Keep the approvals whose hold was taken; return the others, to be judged again."""
        lost = [key for key in self.approved if key not in held]
        waiting = sorted(index for key in lost for index in self.approved[key])
        for index in waiting:
            self.outcomes[index] = _BUSY
        self.valve.forget(waiting)
        return waiting

    def in_plan(self, key: LineKey) -> bool:
        """Tell whether anything approved on a line is to be paid in installments."""
        return any(self.requests[index].plan_months for index in self.approved[key])

    def is_within_caps(self, request: PurchaseRequest) -> bool:
        """Tell whether a request, made after this batch, is within the caps its person set."""
        if request.customer_id not in self.own_caps.caps:
            return True
        taken = self._granted_to(request.customer_id)
        return self.own_caps.against(_NO_PLACE, request, taken_minor=taken, at=self.at) is None

    def _granted_to(self, customer_id: int, *, but: int = _NO_PLACE) -> int:
        """Sum what is granted to a person in this batch so far, apart from one request."""
        return sum(
            outcome.amount_minor
            for index, outcome in enumerate(self.outcomes)
            if isinstance(outcome, Authorized)
            and outcome.customer_id == customer_id
            and index != but
        )

    def _refer(self, index: int, line: Line, taken: int, number: int, judged: Judged) -> None:
        stepping_up = judged.verdict.outcome <= BookOutcome.STEP_UP
        self.outcomes[index] = Referred(
            line.customer_id,
            number,
            line.line_id,
            self.requests[index].amount_minor,
            _reasons(judged, self.facts[index]),
            max(0, line.available_minor - taken),
            "verification" if stepping_up else "review",
        )

    def _decline(self, index: int, line: Line, taken: int, number: int) -> None:
        amount, judged = self.requests[index].amount_minor, self.judged[index]
        in_plan = self.requests[index].plan_months > 0
        seen = line._replace(held_minor=line.held_minor + taken)
        if line_rules.is_restricting(seen, amount, in_plan=in_plan):
            one = Restricted(index, self.keys[index], RESTRICTED_LEVEL, in_plan)
            self.restricted.append(one)
        if line.credit_barred:
            self.on_relief.append(index)
        forbidden = judged is not None and judged.verdict.outcome >= BookOutcome.RESTRICT
        own = self.capped[index]
        reasons = at_most(
            *(() if own is None else (own,)),
            *(_reasons(judged, self.facts[index]) if judged and forbidden else ()),
            *line_rules.refusals(seen, amount),
        )
        self.outcomes[index] = Declined(
            line.customer_id,
            number,
            line.line_id,
            amount,
            reasons,
            max(0, seen.available_minor),
        )


def _reasons(judged: Judged, facts: CheckoutFacts | None) -> tuple[Reason, ...]:
    """Give the reasons of a verdict the facts their texts may name; of a share of a share, none is told."""
    named: dict[ReasonCode, dict[str, Fact]] = {}
    if facts is not None and facts.days_past_due > 0:
        named[ReasonCode.OVERDUE] = {"days": facts.days_past_due}
    if facts is not None and facts.utilization_after is not None and facts.level < RESTRICTED_LEVEL:
        named[ReasonCode.HIGH_UTILIZATION] = {"percent": round(facts.utilization_after * 100)}
    return tuple(Reason(code, named.get(code, {})) for code in judged.verdict.reasons)


class _Earlier:
    """The habits of those who ask more than once, brought forward request by request."""

    def __init__(self, batch: Batch, kept: dict[int, Habit]) -> None:
        self._batch = batch
        self._habits: dict[int, Habit | None] = {one: kept.get(one) for one in batch.repeated}
        self._ahead: dict[int, list[int]] = {one: [] for one in batch.repeated}
        for index in reversed(range(len(batch.requests))):
            if (customer_id := batch.requests[index].customer_id) in batch.repeated:
                self._ahead[customer_id].append(index)

    def background(self, index: int, known: Background) -> Background:
        """Compare a request with the habit as the requests before it in the batch leave it."""
        request, at = self._batch.requests[index], self._batch.at
        ahead = self._ahead[request.customer_id]
        while ahead and ahead[-1] < index:
            before = ahead.pop()
            authorized = isinstance(outcome := self._batch.outcomes[before], Authorized)
            if not isinstance(outcome, WhiteslipError) and before not in self._batch.valve.refused:
                self._habits[request.customer_id] = after(
                    self._habits[request.customer_id],
                    self._batch.askings[before],
                    at=at,
                    authorized=authorized,
                )
        facts = habit_facts_of(
            self._habits[request.customer_id], self._batch.askings[index], habit_terms(), at=at
        )
        return known.with_habit(facts).alone_if_known()
