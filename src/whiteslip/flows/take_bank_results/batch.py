"""A batch of new results: what each does to its try, one after the other, and what it leaves to people."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from whiteslip.flows.take_bank_results.causes import ASKS, FAILURES, STOPS, cause_of
from whiteslip.infra import business_day
from whiteslip.infra.database import Connection
from whiteslip.money.collections import rules, store
from whiteslip.money.collections.model import (
    CollectionKey,
    CollectionState,
    Failed,
    Received,
    Try,
    TryKey,
    TryState,
)
from whiteslip.money.collections.rules import Deed, Next
from whiteslip.money.collections.terms import Autopay, Cause, Moment, moment
from whiteslip.money.debits.model import Failure
from whiteslip.money.lines.model import LineKey
from whiteslip.money.lines.store import take_turns
from whiteslip.money.mandates.model import Source, Stop, StopReason
from whiteslip.money.mandates.store import read_sources
from whiteslip.money.results.model import Did, Outcome, Payment, Told
from whiteslip.money.results.rules import CURRENCY, came_minor, is_readable, is_said_again
from whiteslip.money.results.store import read_paid
from whiteslip.money.suspense.model import Kind, NewItem


@dataclass(slots=True)
class Batch:
    """A batch of new results: what it reads, and everything it writes."""

    bank: str
    source: str
    now: Moment
    terms: Autopay
    tries: dict[TryKey, Try]
    states: dict[CollectionKey, CollectionState]
    sources: dict[LineKey, list[Source]]
    payments: dict[str, Payment]
    did: dict[str, Did] = field(default_factory=dict[str, Did])
    paid: dict[TryKey, Received] = field(default_factory=dict[TryKey, Received])
    failed: list[Failed] = field(default_factory=list[Failed])
    stops: list[Stop] = field(default_factory=list[Stop])
    pauses: list[Try] = field(default_factory=list[Try])
    following: dict[TryKey, Next] = field(default_factory=dict[TryKey, Next])
    given_up: list[Try] = field(default_factory=list[Try])
    returned: list[Try] = field(default_factory=list[Try])
    reversing: dict[TryKey, Told] = field(default_factory=dict[TryKey, Told])
    items: list[NewItem] = field(default_factory=list[NewItem])
    changed: set[TryKey] = field(default_factory=set[TryKey])
    moved: set[CollectionKey] = field(default_factory=set[CollectionKey])

    @classmethod
    def read(
        cls, db: Connection, fresh: Sequence[Told], bank: str, source: str, *, at: datetime
    ) -> Batch:
        """Lock the lines of the results, and read their tries as they stand."""
        terms = store.terms()
        on = business_day.today(db).current_on
        keys = {key for one in fresh if (key := rules.read_reference(one.reference))}
        lines = {one.line for one in store.read_tries(db, keys).values()}
        take_turns(db, lines)
        tries = store.read_tries(db, keys)
        states = store.read_states(db, {one.collection for one in tries.values()})
        payments = read_paid(db, bank, {one.reference for one in fresh})
        now = moment(terms, on=on, at=at)
        sources = read_sources(db, lines)
        return cls(bank, source, now, terms, tries, states, sources, payments)

    def take(self, told: Told) -> None:
        """Decide what a result does; the next one sees what it did."""
        key = rules.read_reference(told.reference)
        one = self.tries.get(key) if key else None
        if not is_readable(told):
            self.ask(Kind.UNREADABLE, told, None, held_minor=came_minor(told))
        elif told.currency != CURRENCY:
            self.ask(Kind.WRONG_CURRENCY, told, one)
        elif one is None:
            self.ask(Kind.UNKNOWN_REFERENCE, told, None, held_minor=came_minor(told))
        else:
            self._act(self._deed(told, one), told, one)

    def ask(self, kind: Kind, told: Told, one: Try | None, *, held_minor: int = 0) -> None:
        """Leave a result to people; money that came is held until they know whose it is."""
        self.items.append(
            NewItem(
                kind,
                self.bank,
                told.result_id,
                told.reference,
                told.amount_minor,
                told.currency,
                told.reason,
                held_minor,
                one and one.line,
                one and one.try_id,
            )
        )
        if kind is not Kind.CHANGED:
            self.did[told.result_id] = Did.SUSPENDED if held_minor else Did.QUEUED

    def _deed(self, told: Told, one: Try) -> Deed:
        deed = rules.react(one.state, told.outcome)
        payment = self.payments.get(told.reference)
        if deed is Deed.ASK and one.state is TryState.PAID:
            return Deed.AGAIN if is_said_again(told, payment, source=self.source) else deed
        return deed

    def _act(self, deed: Deed, told: Told, one: Try) -> None:
        match deed:
            case Deed.PAY:
                self._pay(told, one)
            case Deed.FAIL:
                self._fail(told, one)
            case Deed.RETURN:
                self._return(told, one)
            case Deed.AGAIN:
                self.did[told.result_id] = Did.NOTED
            case Deed.ASK:
                self._contradict(told, one)

    def _pay(self, told: Told, one: Try) -> None:
        """Take what came, also where it is another amount than was asked for: the try keeps both."""
        source = next(each for each in self.sources[one.line] if each.source_id == one.source_id)
        self.paid[one.key] = Received(*one.line, told.amount_minor, source.kind)
        self._change(one, TryState.PAID, told, paid_minor=told.amount_minor)
        self._move(one.collection, CollectionState.PAID)
        self.did[told.result_id] = Did.PAID

    def _fail(self, told: Told, one: Try) -> None:
        cause = cause_of(told.reason)
        self._change(one, TryState.FAILED, told)
        self.did[told.result_id] = Did.FAILED
        if cause in FAILURES:
            failure = FAILURES[cause]
            self.failed.append(
                Failed(*one.line, one.amount_minor, one.due_on, failure, one.reference)
            )
        if cause in STOPS:
            self._stop(one, STOPS[cause])
        if FAILURES.get(cause) is Failure.TECHNICAL:
            self.pauses.append(one)
        if cause in ASKS:
            self.ask(ASKS[cause], told, one)
            self.did[told.result_id] = Did.FAILED
        if self.states[one.collection] is CollectionState.OPEN:
            self._follow(one, cause)

    def _follow(self, one: Try, cause: Cause) -> None:
        step = rules.after_failure(one, cause, self.sources[one.line], self.terms, now=self.now)
        if isinstance(step, Next):
            self.following[one.key] = step
            return
        self._move(one.collection, step)
        if step is CollectionState.GIVEN_UP:
            self.given_up.append(one)

    def _stop(self, one: Try, reason: StopReason) -> None:
        sources = self.sources[one.line]
        for place, source in enumerate(sources):
            if source.source_id == one.source_id and source.is_active:
                self.stops.append(Stop(one.customer_id, one.source_id, reason))
                sources[place] = source._replace(stopped_on=self.now.on, stop_reason=reason)

    def _return(self, told: Told, one: Try) -> None:
        """Note that money was taken back; another amount than came is for people, before anything is reversed."""
        self._change(one, TryState.RETURNED, told)
        self._move(one.collection, CollectionState.RETURNED)
        if told.amount_minor == one.paid_minor:
            self.reversing[one.key] = told
        else:
            self.ask(Kind.REVERSAL, told, one)
        self.returned.append(one)
        self.did[told.result_id] = Did.RETURNED

    def _contradict(self, told: Told, one: Try) -> None:
        """Do nothing; but of what is said to be returned before it was said to be paid, no payment counts later."""
        if told.outcome is Outcome.RETURNED and one.state in {TryState.PLANNED, TryState.SENT}:
            self._change(one, TryState.RETURNED, told)
            self._move(one.collection, CollectionState.WAITING)
        self.ask(Kind.CONTRADICTION, told, one)

    def _change(
        self, one: Try, state: TryState, told: Told, *, paid_minor: int | None = None
    ) -> None:
        self.tries[one.key] = one._replace(
            state=state,
            paid_minor=one.paid_minor if paid_minor is None else paid_minor,
            answered_on=told.booked_on,
            reason=told.reason or one.reason,
        )
        self.changed.add(one.key)

    def _move(self, key: CollectionKey, state: CollectionState) -> None:
        self.states[key] = state
        self.moved.add(key)
