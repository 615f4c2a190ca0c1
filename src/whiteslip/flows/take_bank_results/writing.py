"""What a batch of results changed, written at once; what paid and what failed acts in other journeys on the way."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from whiteslip.care.notices.model import Kind as NoticeKind
from whiteslip.care.notices.model import NewNotice
from whiteslip.care.notices.store import insert_notices
from whiteslip.flows.take_bank_results.batch import Batch
from whiteslip.infra import outbox
from whiteslip.infra.database import Connection
from whiteslip.kernel.actor import PROGRAM
from whiteslip.kernel.money import decimal_text
from whiteslip.money.arrears.model import FeePause
from whiteslip.money.arrears.store import pause_fees
from whiteslip.money.collections import store
from whiteslip.money.collections.model import CollectionState, Failed, Received, Try
from whiteslip.money.collections.rules import Next
from whiteslip.money.ledger.store import take_numbers
from whiteslip.money.mandates.model import Stop
from whiteslip.money.mandates.store import stop_sources
from whiteslip.money.results.model import Did
from whiteslip.money.suspense.model import Kind
from whiteslip.money.suspense.store import insert_items

UNSAID = "unsaid"
"""The reason of a reversal for which the bank gave none."""


class TakenBack(NamedTuple):
    """A repayment whose money was taken back, and the reason the bank gave."""

    customer_id: int
    repayment_id: int
    reason: str


class Acts(NamedTuple):
    """What results do in other journeys, in the same transaction.

    `repay` returns the number of each repayment, `reverse` whether each was reversed; what was not is for people.
    """

    repay: Callable[[Connection, Sequence[Received], datetime], list[int]]
    report: Callable[[Connection, Sequence[Failed], datetime], None]
    reverse: Callable[[Connection, Sequence[TakenBack], datetime], list[bool]]


def write(db: Connection, batch: Batch, acts: Acts, *, at: datetime) -> None:
    """Write everything at once."""
    on = batch.now.on
    repayments = acts.repay(db, list(batch.paid.values()), at)
    for key, repayment_id in zip(batch.paid, repayments, strict=True):
        batch.tries[key] = batch.tries[key]._replace(repayment_id=repayment_id)
    acts.report(db, batch.failed, at)
    _reverse(db, batch, acts, at=at)
    store.change_tries(db, [batch.tries[key] for key in sorted(batch.changed)])
    store.change_collections(db, {key: batch.states[key] for key in sorted(batch.moved)})
    store.insert_tries(db, _following(db, batch))
    stop_sources(db, batch.stops, on=on, at=at)
    pause_fees(db, [_pause(batch, one) for one in batch.pauses])
    numbers = take_numbers(db, len(batch.items))
    insert_items(db, batch.items, numbers, actor=PROGRAM, on=on, at=at)
    _tell(db, batch, at=at)
    _announce(db, "money.collection-returned", batch.returned, at=at)
    _announce(db, "money.collection-given-up", batch.given_up, at=at)


def _reverse(db: Connection, batch: Batch, acts: Acts, *, at: datetime) -> None:
    """Reverse what was taken back."""
    tries = [batch.tries[key] for key in batch.reversing]
    told = list(batch.reversing.values())
    taken = [
        TakenBack(one.customer_id, one.repayment_id, said.reason or UNSAID)
        for one, said in zip(tries, told, strict=True)
        if one.repayment_id is not None
    ]
    for one, said, is_done in zip(tries, told, acts.reverse(db, taken, at), strict=True):
        if not is_done:
            batch.ask(Kind.REVERSAL, said, one)
            batch.did[said.result_id] = Did.RETURNED


def _following(db: Connection, batch: Batch) -> list[Try]:
    """Number the further tries of collections that are still open; one may have been paid later in the batch."""
    steps = [
        (batch.tries[key], step)
        for key, step in batch.following.items()
        if batch.states[batch.tries[key].collection] is CollectionState.OPEN
    ]
    numbers = take_numbers(db, len(steps))
    return [_next(*step, number) for step, number in zip(steps, numbers, strict=True)]


def _next(one: Try, step: Next, number: int) -> Try:
    return Try(
        one.customer_id,
        number,
        one.collection_id,
        one.line_id,
        step.source_id,
        one.amount_minor,
        one.due_on,
        step.try_on,
        step.try_from,
        one.number + 1,
        step.slot,
    )


def _pause(batch: Batch, one: Try) -> FeePause:
    """Let late fees stand still for what was due: the failing was ours."""
    starts_on = one.due_on + timedelta(days=1)
    ends_on = starts_on + timedelta(days=batch.terms.fee_free_days)
    return FeePause(one.customer_id, one.try_id, one.line_id, None, starts_on, ends_on, "treatment")


def _tell(db: Connection, batch: Batch, *, at: datetime) -> None:
    notices = [_stopped(batch, one) for one in batch.stops]
    notices += [_unpaid(batch, one) for one in batch.given_up]
    numbers = take_numbers(db, len(notices))
    numbered = zip(notices, numbers, strict=True)
    insert_notices(db, [one._replace(notice_id=number) for one, number in numbered], at=at)


def _stopped(batch: Batch, stop: Stop) -> NewNotice:
    source = next(
        one
        for some in batch.sources.values()
        for one in some
        if (one.customer_id, one.source_id) == (stop.customer_id, stop.source_id)
    )
    return NewNotice(
        stop.customer_id,
        0,
        source.line_id,
        NoticeKind.SOURCE_STOPPED,
        (),
        batch.now.on,
        facts={"source": source.label},
    )


def _unpaid(batch: Batch, one: Try) -> NewNotice:
    return NewNotice(
        one.customer_id,
        0,
        one.line_id,
        NoticeKind.COLLECTION_FAILED,
        (),
        batch.now.on,
        facts={"amount": decimal_text(one.amount_minor), "due_on": one.due_on.isoformat()},
    )


def _announce(db: Connection, topic: str, tries: Sequence[Try], *, at: datetime) -> None:
    if tries:
        customer_ids = [one.customer_id for one in tries]
        subject_ids = [one.try_id for one in tries]
        outbox.append(db, topic, customer_ids=customer_ids, subject_ids=subject_ids, at=at)
