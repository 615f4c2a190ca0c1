"""Collect dues: take planned tries to a bank, for what is due by now, and keep whether it has them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Final, NamedTuple

from whiteslip.gateways.bank.model import Answer, Debit, Taken
from whiteslip.infra import business_day
from whiteslip.infra.database import Connection
from whiteslip.kernel.actor import PROGRAM
from whiteslip.kernel.errors import invariant
from whiteslip.money.collections import rules, store
from whiteslip.money.collections.model import CollectionState, Try, TryKey, TryState, Unanswered
from whiteslip.money.collections.terms import moment
from whiteslip.money.ledger.store import take_numbers
from whiteslip.money.lines.model import Line, LineKey
from whiteslip.money.lines.store import take_turns
from whiteslip.money.mandates.model import Source
from whiteslip.money.mandates.store import read_sources
from whiteslip.money.results import store as results
from whiteslip.money.results.rules import CURRENCY
from whiteslip.money.schedules.model import Owed
from whiteslip.money.schedules.store import read_owed
from whiteslip.money.suspense.model import Kind, NewItem
from whiteslip.money.suspense.store import insert_items

__all__ = [
    "Handing",
    "ask_for_answers",
    "keep_answer",
    "keep_place",
    "read_place",
    "take_due_tries",
]

MOST_UNANSWERED: Final = 1000
"""So many tries without an answer are looked at at a time; nobody reads a longer list."""

read_place = results.read_place
keep_place = results.keep_place


class Handing(NamedTuple):
    """Debits to be handed to a bank together, and how many planned tries fell away because nothing is due."""

    debits: tuple[Debit, ...]
    dropped: int


def take_due_tries(
    db: Connection, *, at: datetime, most: int | None = None, whole_day: bool = False
) -> Handing:
    """Take tries whose time has come, and those a bank did not say it has; they are ours until their lease ends.

    A planned try is for what is due now, at a source that is still active; where nothing is, it is dropped. One that
    was sent before is sent as it was. While a day is being closed nothing is taken: what is due is not known then.
    `whole_day` takes what the day has, whatever hour it is.
    """
    day = business_day.today(db)
    if day.closing:
        return Handing((), 0)
    terms = store.terms()
    now = moment(terms, on=day.current_on, at=at)
    if whole_day:
        now = now._replace(hour=time.max)
    due = store.find_due_tries(db, now, at=at, most=terms.at_once if most is None else most)
    if not due:
        return Handing((), 0)
    lines = take_turns(db, due.values())
    sources = read_sources(db, lines)
    tries = store.read_tries(db, due).values()
    planned = [one for one in tries if one.state is TryState.PLANNED]
    known = _Known.read(db, planned, lines, sources, on=now.on)
    ready = [chosen for one in planned if (chosen := known.choose(one)) is not None]
    kept = {one.key for one in ready}
    _drop(db, [one for one in planned if one.key not in kept])
    until = at + terms.lease
    gone = store.send_tries(db, ready, on=now.on, leased_until=until)
    again = [one for one in tries if one.state is TryState.SENT]
    held = store.send_again(db, [one.key for one in again], leased_until=until, at=at)
    sent = [one._replace(try_on=now.on) for one in ready if one.key in gone]
    sent += [one for one in again if one.key in held]
    return Handing(tuple(_debit(one, sources[one.line]) for one in sent), len(planned) - len(ready))


def keep_answer(db: Connection, debits: Sequence[Debit], answer: Answer, *, at: datetime) -> None:
    """Keep what a bank answered to debits handed in.

    Those it has are not handed in again. Those it certainly does not have are planned anew; any other is sent again as
    it is, under the same reference, once its lease is over.
    """
    keys = [_key(one) for one in debits]
    if isinstance(answer, Taken):
        store.note_taken(db, keys, at=at)
    elif not answer.may_have:
        store.plan_anew(db, keys)


def ask_for_answers(db: Connection, *, bank: str, at: datetime) -> int:
    """Put tries on the manual queue, each once, that a bank has not answered for in time; returns how many."""
    on = business_day.today(db).current_on
    until = on - timedelta(days=store.terms().answer_days)
    late = store.find_unanswered(db, bank=bank, until=until, most=MOST_UNANSWERED)
    items = [_unanswered(one, bank) for one in late if not one.asked]
    insert_items(db, items, take_numbers(db, len(items)), actor=PROGRAM, on=on, at=at)
    return len(late)


def _unanswered(one: Unanswered, bank: str) -> NewItem:
    """No result says it, so that it is named by the reference of its debit."""
    return NewItem(
        Kind.UNANSWERED,
        bank,
        one.reference,
        one.reference,
        one.amount_minor,
        CURRENCY,
        None,
        line=one.line,
        try_id=one.try_id,
    )


class _Known(NamedTuple):
    """What is known of the lines of planned tries."""

    lines: Mapping[LineKey, Line]
    owed: Mapping[LineKey, list[Owed]]
    spared: Mapping[LineKey, Mapping[date, int]]
    sources: Mapping[LineKey, list[Source]]
    flagged: frozenset[int]

    @classmethod
    def read(
        cls,
        db: Connection,
        planned: Sequence[Try],
        lines: Mapping[LineKey, Line],
        sources: Mapping[LineKey, list[Source]],
        *,
        on: date,
    ) -> _Known:
        """Read it; the lines are locked."""
        keys = {one.line for one in planned}
        owed: dict[LineKey, list[Owed]] = {key: [] for key in keys}
        for row in read_owed(db, keys, dict.fromkeys((key.customer_id for key in keys), on)):
            owed[LineKey(row.customer_id, row.line_id)].append(row)
        spared = store.read_spared(db, {(one.line, one.due_on) for one in planned}, on=on)
        flagged = store.find_flagged(db, (key.customer_id for key in keys), on=on)
        return cls(lines, owed, spared, sources, flagged)

    def choose(self, one: Try) -> Try | None:
        """Say for how much and where a planned try is sent now; None where it is not sent any more."""
        key = one.line
        amount = rules.to_collect(
            self.owed[key],
            due_on=one.due_on,
            spared=self.spared[key],
            credit_minor=self.lines[key].credit_minor,
        )
        source_id = rules.choose_source(one, self.sources[key])
        too_small = amount < store.terms().smallest_minor
        if too_small or source_id is None or one.customer_id in self.flagged:
            return None
        return one._replace(amount_minor=amount, source_id=source_id)


def _drop(db: Connection, tries: Sequence[Try]) -> None:
    """End collections of which nothing is due any more, or that may not be asked for now."""
    store.change_tries(db, [one._replace(state=TryState.DROPPED) for one in tries])
    store.change_collections(
        db, dict.fromkeys((one.collection for one in tries), CollectionState.DROPPED)
    )


def _debit(one: Try, sources: Sequence[Source]) -> Debit:
    source = next(each for each in sources if each.source_id == one.source_id)
    return Debit(
        one.reference,
        source.mandate,
        source.account,
        source.holder,
        one.amount_minor,
        CURRENCY,
        one.try_on,
    )


def _key(debit: Debit) -> TryKey:
    key = rules.read_reference(debit.reference)
    invariant(key is not None, f"{debit.reference!r} is no reference of ours")
    return key or TryKey(0, 0)
