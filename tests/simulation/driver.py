"""A book driven by commands, next to one independent oracle a line; everything is compared after each step."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from hashlib import blake2b
from typing import Any, NamedTuple, TypeVar, cast

from tests.builders import Book, founded, noon
from tests.simulation.explained import unexplained
from tests.simulation.invariants import Broken, Use, broken, fingerprint, overspent, uses
from tests.simulation.remembering import RememberingOracle, unbilled_plans
from tests.simulation.replayed import unlike_lines

from whiteslip.decisioning.decisions.store import read_decisions
from whiteslip.flows.capture import Captured, CaptureRequest, capture
from whiteslip.flows.change_limits import (
    LimitChange,
    LimitSet,
    TemporaryLimit,
    change_limits,
    grant_temporary_limits,
)
from whiteslip.flows.charge_off import Claim, decide_charge_offs, propose_charge_offs
from whiteslip.flows.checkout import checkout
from whiteslip.flows.correct_repayments import (
    BackDating,
    CorrectionDone,
    Reversal,
    back_date,
    reverse,
)
from whiteslip.flows.end_of_day import end_of_day
from whiteslip.flows.grant_purchases import CaseRuling, Ruled, Word, rule_on_purchases
from whiteslip.flows.pay_out_credit import PaidOut, PayoutRequest, pay_out_credit
from whiteslip.flows.recover import Recovered, RecoveryRequest, recover
from whiteslip.flows.refund import Refunded, RefundRequest, refund
from whiteslip.flows.repay import Repaid, RepaymentRequest, repay
from whiteslip.flows.restrict import lift, restrict
from whiteslip.flows.settle_early import Settled, SettleRequest, settle_early
from whiteslip.flows.split_statement import SplitDone, SplitRequest, split_statements
from whiteslip.flows.void import Voided, VoidRequest, void
from whiteslip.flows.write_off import WriteOffDecision, decide_write_offs, propose_write_offs
from whiteslip.infra import business_day
from whiteslip.infra.database import Connection, Database
from whiteslip.infra.idempotency import Call, Response, once
from whiteslip.kernel.errors import Conflict, InvalidInput, NotFound, WhiteslipError
from whiteslip.kernel.ids import OwnedId
from whiteslip.kernel.verdict import Outcome
from whiteslip.money.lines.model import STEP_UP_LEVEL, LineKey
from whiteslip.money.products import store as products
from whiteslip.money.purchases.model import Authorized, Declined, PurchaseRequest, Referred
from whiteslip.money.purchases.store import read_waiting
from whiteslip.world.oracle import LineOracle, OracleRefusal, OracleTerms
from whiteslip.world.oracle_model import statement_after

Q = TypeVar("Q")
ONE_DAY = timedelta(days=1)
CALLER = 7
Flow = Callable[..., list[Any]]

ODD = """
name = "odd"
version = 1
effective_on = 2000-01-01
currency = "CNY"
rounding = "half_even"
due_days = 45
hold_days = 2
minimum_ppm = 333_333
revolving_fee_ppm = 650
late_fee_ppm = 111
grace_days = 3
annual_cap_ppm = 240_000
cap_basis = "simple"
line_cap_minor = 20_000_000
plan_minimum_minor = 5_000
allocation = ["late_fee", "fee", "principal"]

[[plan]]
months = 3
monthly_fee_ppm = 7_777
"""
"""A product whose numbers differ from the shipped ones in every respect."""


class Told(NamedTuple):
    """A command that was given, under its keys, and what was answered."""

    kind: str
    calls: tuple[Call, ...]
    requests: tuple[Any, ...]
    responses: tuple[Response, ...]


class Bought(NamedTuple):
    """A purchase that was asked for, approved or declined."""

    line: LineKey
    purchase_id: int
    merchant_id: int


class Interrupted(Exception):
    """End of day stops here."""


FLOWS: dict[str, Flow] = {
    "checkout": checkout,
    "rule": rule_on_purchases,
    "capture": capture,
    "void": void,
    "refund": refund,
    "repay": repay,
    "settle early": settle_early,
    "split statement": split_statements,
    "propose charge-off": propose_charge_offs,
    "decide charge-off": decide_charge_offs,
    "recover": recover,
    "reverse": reverse,
    "back date": back_date,
    "propose write-off": propose_write_offs,
    "decide write-off": decide_write_offs,
    "pay out credit": pay_out_credit,
    "change limits": change_limits,
    "grant temporary limits": grant_temporary_limits,
    "restrict": restrict,
    "lift": lift,
}
EFFECTS = {
    "checkout": "SELECT count(*) FROM money.purchase",
    "rule": "SELECT count(*) FROM money.purchase_ruling",
    "capture": "SELECT count(*) FROM money.capture",
    "refund": "SELECT count(*) FROM money.refund",
    "repay": (
        "SELECT count(*) FROM money.repayment WHERE method <> 'court' AND (customer_id, repayment_id)"
        " NOT IN (SELECT customer_id, repayment_id FROM money.payoff"
        " UNION ALL SELECT customer_id, repayment_id FROM money.correction WHERE kind = 'back_dated')"
    ),
    "reverse": "SELECT count(*) FROM money.correction WHERE kind = 'reversed'",
    "back date": "SELECT count(*) FROM money.correction WHERE kind = 'back_dated'",
    "settle early": "SELECT count(*) FROM money.payoff",
    "split statement": "SELECT count(*) FROM money.statement_split",
    "propose charge-off": "SELECT count(*) FROM money.charge_off",
    "decide charge-off": "SELECT count(*) FROM money.charge_off WHERE decided_by IS NOT NULL",
    "decide write-off": "SELECT count(*) FROM money.charge_off WHERE state = 'written_off'",
    "pay out credit": "SELECT count(*) FROM money.credit_payout",
    "change limits": "SELECT count(*) FROM money.limit_change",
    "grant temporary limits": "SELECT count(*) FROM money.temporary_limit",
    "restrict": "SELECT count(*) FROM risk.restriction WHERE book = 'manual'",
}
"""What each kind of command leaves, one row an accepted request."""


def digest(request: object) -> bytes:
    """Hash a request as an edge would."""
    return blake2b(repr(request).encode(), digest_size=16).digest()


def give(
    database: Database, kind: str, requests: Sequence[Any], calls: Sequence[Call], *, at: datetime
) -> tuple[list[Any], list[Response]]:
    """Give a command under its idempotency keys; returns fresh answers (empty on replay) and responses."""
    answers: list[Any] = []

    def work(db: Connection) -> list[Response]:
        def act(fresh: Sequence[int]) -> list[Response]:
            answers[:] = FLOWS[kind](db, [requests[index] for index in fresh], at=at)
            return [
                Response(400 if isinstance(one, WhiteslipError) else 201, repr(one).encode())
                for one in answers
            ]

        return once(db, calls, act, at=at)

    return answers, database.write(work)


class Simulation:
    """One book, its oracles, and the journal of all commands given."""

    def __init__(
        self, database: Database, *, on: date, terms_changed: dict[str, Any] | None = None
    ) -> None:
        self.database = database
        self.book: Book = founded(database, on=on, range_size=2)
        database.write(lambda db: products.publish(db, ODD))
        self.today = on
        self.closed_ranges: set[int] | None = None
        self.oracles: dict[LineKey, RememberingOracle] = {}
        self.lines: list[LineKey] = []
        self.shops: list[int] = []
        self.bought: list[Bought] = []
        self.journal: list[Told] = []
        self.accepted: Counter[str] = Counter()
        self.counts: Counter[str] = Counter()
        self._terms_changed = terms_changed or {}
        self._keys = 0
        self._ticks = 0
        self._unaged: set[int] = set()
        self._unbilled: dict[LineKey, Counter[date]] = {}
        self.repaid: dict[OwnedId, tuple[LineKey, int]] = {}
        self._corrected: dict[LineKey, set[date]] = {}

    # What there is

    def open_shop(self, fee_ppm: int) -> int:
        """Open a shop."""
        self.shops.append(self.book.shop(fee_ppm=fee_ppm))
        return self.shops[-1]

    def open_line(
        self, limit_minor: int, statement_day: int, *, product: str, owner: int | None
    ) -> LineKey:
        """Open a line with its oracle; `owner` is somebody who has one already."""
        key = self.book.line(
            limit_minor, statement_day=statement_day, customer_id=owner, product=product
        )
        live = self.database.read(lambda db: products.live(db, product))
        terms: dict[str, Any] = {
            "due_days": live.due_days,
            "minimum_ppm": live.minimum_ppm,
            "revolving_fee_ppm": live.revolving_fee_ppm,
            "late_fee_ppm": live.late_fee_ppm,
            "grace_days": live.grace_days,
            "hold_days": live.hold_days,
            "smallest_plan_minor": live.plan_minimum_minor,
            "plan_fees_ppm": {plan.months: plan.monthly_fee_ppm for plan in live.plans},
            **self._terms_changed,
        }
        self.oracles[key] = RememberingOracle(
            limit_minor, statement_day, self.today, OracleTerms(**terms)
        )
        self.lines.append(key)
        return key

    def levels(self) -> dict[LineKey, int]:
        """The restriction level of every line."""
        rows = self.database.read(
            lambda db: db.execute(
                "SELECT customer_id, line_id, restriction_level FROM money.line"
            ).fetchall()
        )
        return {LineKey(customer_id, line_id): level for customer_id, line_id, level in rows}

    @contextmanager
    def _as_of_today(self, key: LineKey) -> Generator[LineOracle]:
        """Let an oracle that has not closed yesterday yet do what happens on the current date."""
        oracle = self.oracles[key]
        reached, oracle.day = oracle.day, self.today
        try:
            yield oracle
        finally:
            oracle.day = reached
            if reached != self.today:
                oracle.grant_temporary_limit(0, self.today)  # so that it does not skip the day

    def _now(self) -> datetime:
        """A moment of the current date, later than any before."""
        self._ticks += 1
        return noon(self.today) + timedelta(seconds=self._ticks)

    # Commands

    def command(self, kind: str, requests: Sequence[Any]) -> list[Any]:
        """Give a batch of one kind, check its answers against the oracles, then check everything."""
        calls: list[Call] = []
        for request in requests:
            self._keys += 1
            calls.append(Call(CALLER, f"key-{self._keys}", digest(request)))
        before = self.database.read(uses)
        levels = self.levels()
        answers, responses = give(self.database, kind, requests, calls, at=self._now())
        self.journal.append(Told(kind, tuple(calls), tuple(requests), tuple(responses)))
        self.counts[kind] += len(requests)
        for request, answer in zip(requests, answers, strict=True):
            refused = isinstance(answer, WhiteslipError)
            self.accepted[kind] += not refused
            self.counts[f"{kind}: refused"] += refused
            assert not refused or isinstance(answer, Conflict | NotFound | InvalidInput), answer
            _EXPECTED[kind](self, request, answer, levels)
        self.check(None if kind == "reverse" else before)  # a debt comes back above any limit
        return answers

    def replay(self, told: Told) -> None:
        """Repeat a command under its keys: the same bytes come back and nothing happens."""
        before = self.database.read(fingerprint)
        answers, responses = give(
            self.database, told.kind, told.requests, told.calls, at=self._now()
        )
        assert answers == []
        assert tuple(responses) == told.responses
        assert self.database.read(fingerprint) == before
        self.counts["replay"] += len(told.calls)

    def misuse(self, told: Told) -> None:
        """Use a key again for something else: refused, and nothing happens."""
        before = self.database.read(fingerprint)
        other = [call._replace(request_hash=b"\0" * 16) for call in told.calls]
        answers, responses = give(self.database, told.kind, told.requests, other, at=self._now())
        assert answers == []
        assert {response.status for response in responses} == {422}
        assert self.database.read(fingerprint) == before
        self.counts["misused key"] += len(told.calls)

    def close_days(self, days: int) -> None:
        """Run end of day so many times, finishing one that was interrupted first.

        Of a long stretch every fourth day is checked, and the last.
        """
        for left in range(days, 0, -1):
            before = self.database.read(uses)
            closing = self.today - ONE_DAY if self.closed_ranges is not None else self.today
            end_of_day(self.database, at=noon(closing), workers=1)
            for oracle in self.oracles.values():
                if oracle.day == closing:
                    oracle.close_day(closing)
            before_that = self.closed_ranges or set()
            self._unaged = {one for one in self._unaged if one // 2 in before_that}
            self.today, self.closed_ranges = closing + ONE_DAY, None
            self.counts["end of day"] += 1
            if left % 4 == 1:
                self.check(before)

    def interrupt_day(self, after_ranges: int) -> None:
        """Begin an end of day that stops after some ranges; the day stays open."""
        if self.closed_ranges is not None:
            return
        before = self.database.read(uses)
        closing = self.today

        def stop(done: int, todo: int) -> None:
            if done >= after_ranges:
                raise Interrupted

        try:
            end_of_day(self.database, at=noon(closing), workers=1, progress=stop)
        except Interrupted:
            self.counts["end of day: interrupted"] += 1
        self.today = closing + ONE_DAY
        closed, finished = self.database.read(lambda db: _closed_ranges(db, closing))
        for key, oracle in self.oracles.items():
            if key.customer_id // 2 in closed:
                oracle.close_day(closing)
                self._unaged.discard(key.customer_id)
        self.closed_ranges = None if finished else closed
        self.check(before)

    # What each kind of answer must be

    def expect_checkout(
        self, request: PurchaseRequest, answer: Any, levels: dict[LineKey, int]
    ) -> None:
        """Approve exactly what the oracle has room for and the book allows; name mistakes as mistakes."""
        key = LineKey(request.customer_id, request.line_id)
        if isinstance(answer, WhiteslipError):
            assert self._mistake(key, request) is type(answer), answer
            return
        assert self._mistake(key, request) is None
        self.bought.append(Bought(key, answer.purchase_id, request.merchant_id))
        with self._as_of_today(key) as oracle:
            room = request.amount_minor <= oracle.available_at(levels[key])
            outcome = self._verdict(answer)
            if room and outcome >= Outcome.STEP_UP:
                stopped = Declined if outcome >= Outcome.RESTRICT else Referred
                assert isinstance(answer, stopped), answer
                self.counts[f"checkout: {outcome.label}"] += 1
                return
            if room and levels[key] >= STEP_UP_LEVEL and not request.is_verified:
                assert isinstance(answer, Referred), answer
                assert answer.needs == "verification"
                self.counts["checkout: verify"] += 1
                return
            approved = oracle.authorize(
                answer.purchase_id,
                request.amount_minor,
                plan_months=request.plan_months,
                level=levels[key],
            )
            if isinstance(answer, Authorized):
                assert approved
                assert answer.available_minor == oracle.available_at(levels[key])
                assert answer.expires_on == oracle.purchases[answer.purchase_id].expires_on
                return
        assert isinstance(answer, Declined)
        assert not approved
        assert 1 <= len(answer.reasons) <= 4
        self.counts["checkout: declined"] += 1

    def _verdict(self, answer: Authorized | Declined | Referred) -> Outcome:
        """What the checkout book said, as kept."""
        id_ = OwnedId(answer.customer_id, answer.purchase_id)
        return self.database.read(lambda db: read_decisions(db, [id_]))[id_].outcome

    def _mistake(self, key: LineKey, request: PurchaseRequest) -> type[WhiteslipError] | None:
        if key not in self.oracles or request.merchant_id not in self.shops:
            return NotFound
        terms = self.oracles[key].terms
        months = request.plan_months
        bad_plan = months and (
            months not in terms.plan_fees_ppm or request.amount_minor < terms.smallest_plan_minor
        )
        return InvalidInput if request.amount_minor <= 0 or bad_plan else None

    def _line_of(self, customer_id: int, purchase_id: int, merchant_id: int | None) -> Any:
        for one in self.bought:
            if (one.line.customer_id, one.purchase_id) == (customer_id, purchase_id):
                return one.line if merchant_id in (None, one.merchant_id) else None
        return None

    def expect_capture(self, request: CaptureRequest, answer: Any, _: Any) -> None:
        """Capture what the oracle captures, into the same installments."""
        key = self._line_of(request.customer_id, request.purchase_id, request.merchant_id)
        if key is None:
            assert isinstance(answer, NotFound)
            return
        with self._as_of_today(key) as oracle:
            try:
                amount = oracle.capture(
                    request.purchase_id, request.amount_minor, final=request.final
                )
            except OracleRefusal:
                assert isinstance(answer, Conflict | InvalidInput), answer
                return
        assert isinstance(answer, Captured), answer
        after = oracle.purchases[request.purchase_id]
        assert (answer.amount_minor, answer.captured_minor) == (amount, after.captured)
        assert answer.status == after.status
        assert sum(row.principal_minor for row in answer.installments) == amount

    def expect_rule(self, request: CaseRuling, answer: Any, levels: dict[LineKey, int]) -> None:
        """Grant exactly what the oracle has room for, on its day; what waits for nobody is not ruled on."""
        if isinstance(answer, WhiteslipError):
            id_ = OwnedId(request.customer_id, request.purchase_ids[0])
            one = self.database.read(lambda db: read_waiting(db, [id_])).get(id_)
            if one and one.is_for_a_person and request.word is Word.GRANTED and not one.later_id:
                with self._as_of_today(one.line) as oracle:
                    assert oracle.available_at(levels[one.line]) < one.amount_minor, answer
            return
        (ruled,) = answer
        assert isinstance(ruled, Ruled)
        assert ruled.word is request.word
        self.counts[f"rule: {ruled.word}"] += 1
        if ruled.word is Word.GRANTED:
            key = ruled.waiting.line
            with self._as_of_today(key) as oracle:
                assert oracle.authorize(
                    ruled.waiting.purchase_id,
                    ruled.waiting.amount_minor,
                    plan_months=ruled.waiting.plan_months,
                    level=levels[key],
                )
                expires_on = oracle.purchases[ruled.waiting.purchase_id].expires_on
            assert ruled.expires_on == expires_on

    def expect_void(self, request: VoidRequest, answer: Any, _: Any) -> None:
        """Release what the oracle releases."""
        key = self._line_of(request.customer_id, request.purchase_id, request.merchant_id)
        if key is None:
            assert isinstance(answer, NotFound)
            return
        try:
            released = self.oracles[key].void(request.purchase_id)
        except OracleRefusal:
            assert isinstance(answer, Conflict), answer
            return
        assert isinstance(answer, Voided), answer
        assert answer.released_minor == released
        assert answer.status == self.oracles[key].purchases[request.purchase_id].status

    def expect_refund(self, request: RefundRequest, answer: Any, _: Any) -> None:
        """Send to the credit balance what the oracle sends there."""
        key = self._line_of(request.customer_id, request.purchase_id, request.merchant_id)
        if key is None:
            assert isinstance(answer, NotFound)
            return
        ahead = unbilled_plans(self.oracles[key])
        try:
            credit = self.oracles[key].refund(request.purchase_id, request.amount_minor)
        except OracleRefusal:
            assert isinstance(answer, Conflict | InvalidInput), answer
            return
        assert isinstance(answer, Refunded), answer
        assert (answer.credit_minor, answer.offset_minor) == (credit, request.amount_minor - credit)
        self._unaged.add(key.customer_id)
        ahead.subtract(unbilled_plans(self.oracles[key]))
        self._unbilled.setdefault(key, Counter()).update(ahead)

    def expect_repay(self, request: RepaymentRequest, answer: Any, _: Any) -> None:
        """Allocate what the oracle allocates."""
        key = LineKey(request.customer_id, request.line_id)
        if key not in self.oracles or request.amount_minor <= 0:
            assert isinstance(answer, NotFound if key not in self.oracles else InvalidInput)
            return
        credit = self.oracles[key].repay(request.amount_minor)
        assert isinstance(answer, Repaid), answer
        self._remember(key, answer.repayment_id)
        assert answer.credit_minor == credit
        assert answer.allocated_minor == request.amount_minor - credit

    def expect_settle(self, request: SettleRequest, answer: Any, _: Any) -> None:
        """Settle for what the oracle settles for; what was quoted of it and is owed is never refused."""
        key = LineKey(request.customer_id, request.line_id)
        if key not in self.oracles:
            assert isinstance(answer, NotFound)
            return
        if isinstance(answer, WhiteslipError):
            return
        assert isinstance(answer, Settled), answer
        payoff = answer.payoff
        ours = (payoff.principal_minor, payoff.fee_minor, payoff.late_fee_minor)
        assert self.oracles[key].settle_early(request.wish) == (*ours, payoff.dropped_minor)
        assert sum(ours) == request.amount_minor
        self._remember(key, answer.repayment_id)

    def _remember(self, key: LineKey, repayment_id: int) -> None:
        """Remember which of the things told to an oracle a repayment was."""
        place = len(self.oracles[key].told) - 1
        self.repaid[OwnedId(key.customer_id, repayment_id)] = key, place

    def expect_reversal(self, request: Reversal, answer: Any, _: Any) -> None:
        """Be as if the money had never come."""
        id_ = OwnedId(request.customer_id, request.repayment_id)
        if id_ not in self.repaid:
            assert isinstance(answer, NotFound | Conflict), answer
            return
        assert isinstance(answer, CorrectionDone), answer
        key, place = self.repaid.pop(id_)
        for other, (its, later) in self.repaid.items():
            if its == key and later > place:
                self.repaid[other] = its, later - 1
        self._live_again(key, self.oracles[key].without(place))

    def expect_back_dating(self, request: BackDating, answer: Any, _: Any) -> None:
        """Be as if the money had come on the day it counts from."""
        if isinstance(answer, WhiteslipError):
            return
        key = LineKey(request.customer_id, request.line_id)
        oracle = self.oracles[key]
        again = oracle.with_repayment(request.value_on, request.amount_minor)
        place = next(
            at
            for at, (old, new) in enumerate(zip(oracle.told, again.told, strict=False))
            if old.name != new.name
        )
        for other, (its, later) in self.repaid.items():
            if its == key and later >= place:
                self.repaid[other] = its, later + 1
        self.repaid[OwnedId(key.customer_id, answer.repayment_id)] = key, place
        self._live_again(key, again)

    def _live_again(self, key: LineKey, again: RememberingOracle) -> None:
        """Go on from another life; what the next statement charges and credits for it is the book's to say."""
        again.day = self.oracles[key].day
        self.oracles[key] = again
        on = statement_after(again.day, again.statement_day)
        self._corrected.setdefault(key, set()).add(on)
        said = self._unbilled.get(key, Counter())
        self._unbilled[key] = Counter(
            {day: amount for day, amount in said.items() if day <= again.day}
            | {day: amount for day, amount in again.unbilled.items() if day > again.day}
        )
        self._unaged.discard(key.customer_id)

    def expect_split(self, request: SplitRequest, answer: Any, _: Any) -> None:
        """Split off what the oracle splits off."""
        if isinstance(answer, WhiteslipError):
            return
        assert isinstance(answer, SplitDone), answer
        oracle = self.oracles[LineKey(request.customer_id, request.line_id)]
        assert oracle.days_past_due(oracle.day) == 0
        assert oracle.split_statement(request.months) == answer.split.principal_minor
        asked = oracle.statements[-1].minimum_minor
        assert answer.split.after.minimum_minor == asked

    def expect_charge_off(self, _: Any, answer: Any, __: Any) -> None:
        """Give up what the oracle gives up."""
        assert isinstance(answer, Claim), answer
        given_up = (answer.principal_minor, answer.fee_minor, answer.late_fee_minor)
        assert self.oracles[LineKey(answer.customer_id, answer.line_id)].charge_off() == given_up

    def expect_recovery(self, request: RecoveryRequest, answer: Any, _: Any) -> None:
        """Take in what the oracle takes in."""
        oracle = self.oracles[LineKey(request.customer_id, request.line_id)]
        if isinstance(answer, WhiteslipError):
            assert not any(oracle.claim)
            return
        assert isinstance(answer, Recovered)
        ours = (answer.recovery.recovered_minor, answer.recovery.credit_minor)
        assert oracle.recover(request.amount_minor, request.cost_minor) == ours

    def expect_write_off(self, _: WriteOffDecision, answer: Any, __: Any) -> None:
        """Write off what the oracle has left."""
        assert isinstance(answer, Claim), answer
        key = LineKey(answer.customer_id, answer.line_id)
        assert self.oracles[key].write_off() == answer.written_off_minor

    def expect_payout(self, request: PayoutRequest, answer: Any, _: Any) -> None:
        """Pay out what the oracle pays out."""
        key = LineKey(request.customer_id, request.line_id)
        if key not in self.oracles:
            assert isinstance(answer, NotFound)
            return
        try:
            amount = self.oracles[key].pay_out_credit(request.amount_minor)
        except OracleRefusal:
            assert isinstance(answer, Conflict | InvalidInput), answer
            return
        assert isinstance(answer, PaidOut), answer
        assert answer.amount_minor == amount
        assert answer.credit_minor == self.oracles[key].credit_minor

    def expect_limit(self, request: LimitChange, answer: Any, levels: dict[LineKey, int]) -> None:
        """Set the limit."""
        key = LineKey(request.customer_id, request.line_id)
        if isinstance(answer, WhiteslipError):
            known = self.oracles.get(key)
            assert known is None or request.fixed_limit_minor in {known.limit_minor, -1}
            return
        assert isinstance(answer, LimitSet)
        self.oracles[key].change_limit(request.fixed_limit_minor)
        assert answer.available_minor == self.oracles[key].available_at(levels[key])

    def expect_grant(
        self, request: TemporaryLimit, answer: Any, levels: dict[LineKey, int]
    ) -> None:
        """Add the temporary limit."""
        key = LineKey(request.customer_id, request.line_id)
        if isinstance(answer, WhiteslipError):
            assert (
                key not in self.oracles
                or request.amount_minor <= 0
                or request.ends_on <= self.today
            )
            return
        self.oracles[key].grant_temporary_limit(request.amount_minor, request.ends_on)
        assert answer.available_minor == self.oracles[key].available_at(levels[key])

    def expect_nothing(self, _request: Any, _answer: Any, _levels: Any) -> None:
        """The oracles know no restrictions; the invariants do."""

    # What must hold

    def check(self, before: dict[int, Use] | None) -> None:
        """Hold the whole book against its invariants and its oracles."""
        self.counts["steps checked"] += 1
        now = self.database.read(uses) if before is None else before
        wrong = self.database.read(lambda db: self.wrong(db, now))
        assert not wrong, "\n".join(f"{one.fact}: {one.row}" for one in wrong)

    def wrong(self, db: Connection, before: dict[int, Use]) -> list[Broken]:
        """Find everything that is not as it must be."""
        day = business_day.read(db)
        found = broken(db) + overspent(before, uses(db))
        if day.current_on != self.today or day.closing != (self.closed_ranges is not None):
            found.append(Broken("the book is on the day it should be", tuple(day)))
        for kind, query in EFFECTS.items():
            row = db.execute(query.encode()).fetchone()
            if row is None or row[0] != self.accepted[kind]:
                found.append(Broken("a key acts once", (kind, row, self.accepted[kind])))
        found += [Broken("a life lived again is the book's", one) for one in unlike_lines(db)]
        found += [Broken("every row is explained", one) for one in unexplained(db)]
        for key, oracle in self.oracles.items():
            masked = self._corrected.get(key, set())
            ours = _seen(db, key, masked, aged=key.customer_id not in self._unaged)
            theirs = _foreseen(
                oracle,
                self._unbilled.get(key, Counter()),
                masked,
                aged=key.customer_id not in self._unaged,
            )
            found.extend(
                Broken(
                    f"line {key}: {name} is what the oracle says", _unlike(ours[name], theirs[name])
                )
                for name in ours
                if ours[name] != theirs[name]
            )
        return found


def _unlike(ours: Any, theirs: Any) -> tuple[Any, Any]:
    """Of lists, only what the other has not."""
    if not isinstance(ours, list):
        return ours, theirs
    mine, other = cast("list[Any]", ours), cast("list[Any]", theirs)
    return [one for one in mine if one not in other], [one for one in other if one not in mine]


_EXPECTED: dict[str, Callable[[Simulation, Any, Any, dict[LineKey, int]], None]] = {
    "checkout": Simulation.expect_checkout,
    "rule": Simulation.expect_rule,
    "capture": Simulation.expect_capture,
    "void": Simulation.expect_void,
    "refund": Simulation.expect_refund,
    "repay": Simulation.expect_repay,
    "settle early": Simulation.expect_settle,
    "split statement": Simulation.expect_split,
    "propose charge-off": Simulation.expect_nothing,
    "decide charge-off": Simulation.expect_charge_off,
    "recover": Simulation.expect_recovery,
    "reverse": Simulation.expect_reversal,
    "back date": Simulation.expect_back_dating,
    "propose write-off": Simulation.expect_nothing,
    "decide write-off": Simulation.expect_write_off,
    "pay out credit": Simulation.expect_payout,
    "change limits": Simulation.expect_limit,
    "grant temporary limits": Simulation.expect_grant,
    "restrict": Simulation.expect_nothing,
    "lift": Simulation.expect_nothing,
}

_ROWS = """
SELECT statement_on, due_on, principal_minor - paid_principal_minor, fee_minor - paid_fee_minor,
    late_fee_minor - paid_late_fee_minor, kind = 'plan', revolving,
    CASE WHEN principal_minor > paid_principal_minor THEN carried_ppm ELSE 0 END
FROM money.installment WHERE (customer_id, line_id) = (%s, %s) AND status = 'open'
"""
_STATEMENTS = """
SELECT statement_on, due_on, previous_minor, charged_minor, credited_minor, balance_minor,
    minimum_minor, pay_later_minor, pay_later_minimum_minor
FROM money.statement WHERE (customer_id, line_id) = (%s, %s) ORDER BY statement_on
"""
_LINE = """
SELECT principal_minor, held_minor, credit_minor, fixed_limit_minor, temporary_limit_minor
FROM money.line WHERE (customer_id, line_id) = (%s, %s)
"""
_ARREARS = """
SELECT since_on, oldest_due_on FROM money.arrears
WHERE (customer_id, line_id) = (%s, %s) AND ended_on IS NULL
"""


def _closed_ranges(db: Connection, day: date) -> tuple[set[int], bool]:
    """The ranges that closed a day, and whether the whole day is closed."""
    rows = db.execute("SELECT range_no FROM infra.day_range WHERE business_date = %s", (day,))
    return {row[0] for row in rows.fetchall()}, not business_day.read(db).closing


def _masked(statement: tuple[Any, ...], masked: set[date]) -> tuple[Any, ...]:
    """Leave out what a statement charges and credits for a correction since the one before."""
    return (*statement[:3], 0, 0, *statement[5:]) if statement[0] in masked else statement


def _seen(db: Connection, key: LineKey, masked: set[date], *, aged: bool) -> dict[str, Any]:
    seen: dict[str, Any] = {
        "balances": db.execute(_LINE, key).fetchone(),
        "rows": sorted(db.execute(_ROWS, key).fetchall()),
        "statements": [
            _masked(tuple(row), masked) for row in db.execute(_STATEMENTS, key).fetchall()
        ],
    }
    if aged:
        seen["arrears"] = db.execute(_ARREARS, key).fetchone()
    return seen


def _foreseen(
    oracle: LineOracle, unbilled: Counter[date], masked: set[date], *, aged: bool
) -> dict[str, Any]:
    """What the oracle says; what was refunded before any statement showed it is neither charged nor credited."""
    foreseen: dict[str, Any] = {
        "balances": (
            oracle.principal_minor,
            oracle.held_minor,
            oracle.credit_minor,
            oracle.limit_minor,
            oracle.temporary_limit_minor,
        ),
        "rows": sorted(
            (
                row.statement_on,
                row.due_on,
                row.principal,
                row.fee,
                row.late_fee,
                row.plan,
                row.revolving,
                row.carried_ppm if row.principal else 0,
            )
            for row in oracle.rows
        ),
        "statements": [
            _masked(
                tuple(
                    one._replace(
                        charged_minor=one.charged_minor - unbilled[one.statement_on],
                        credited_minor=one.credited_minor - unbilled[one.statement_on],
                    )
                ),
                masked,
            )
            for one in oracle.statements
        ],
    }
    if aged:
        since, oldest = oracle.since_on, oracle.oldest_due_on
        foreseen["arrears"] = None if since is None or oldest is None else (since, oldest)
    return foreseen
