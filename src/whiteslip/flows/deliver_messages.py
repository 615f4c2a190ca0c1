"""Deliver: take messages that are due, ask the contact policy again, and keep what came; the worker sends."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple, TypeAlias

from whiteslip.care.contacts import store as contacts
from whiteslip.care.messages import rules, store
from whiteslip.care.messages.model import Begin, DueMessage, Move, NewAnswer, Outcome, Patience
from whiteslip.gateways.messages.model import Accepted, Answer, Delivered, Letter
from whiteslip.infra import business_day, outbox
from whiteslip.infra.database import Connection
from whiteslip.kernel import ids
from whiteslip.kernel.ids import OwnedId


class Sending(NamedTuple):
    """A message that is ours to send now, as it was before the attempt."""

    due: DueMessage
    letter: Letter


class Taken(NamedTuple):
    """What was due: what is to be sent, and how many wait on or have ended."""

    sending: list[Sending]
    others: int


Answered: TypeAlias = tuple[Sending, Answer]


def take_due_messages(
    db: Connection, *, most: int, at: datetime, patience: Patience | None = None
) -> Taken:
    """Look at no more than so many messages that are due and begin an attempt of each that may be sent now.

    What is taken is leased: if no answer is kept within the lease, it is due again, under the same name.
    """
    chosen = patience or store.patience()
    on = business_day.read(db).current_on
    due = store.take_due_messages(db, most=most, on=on, at=at) if most > 0 else []
    if not due:
        return Taken([], 0)
    points = [OwnedId(one.customer_id, one.contact_id) for one in due]
    attempts = store.find_attempts(db, points, at=at)
    leased_until = at + timedelta(seconds=chosen.lease_s)
    sending: list[Sending] = []
    moves: list[Move] = []
    for one, point in zip(due, points, strict=True):
        earlier = attempts.setdefault(point, [])
        step = rules.weigh(contacts.policy(), chosen, one, at=at, attempts=earlier)
        moves.append(rules.begun(one, step, leased_until=leased_until))
        if isinstance(step, Begin):
            earlier.append(at)
            sending.append(Sending(one, _letter(chosen, one, step.until)))
    store.move_messages(db, moves, at=at)
    return Taken(sending, len(due) - len(sending))


def keep_answers(
    db: Connection, answered: Sequence[Answered], *, at: datetime, patience: Patience | None = None
) -> None:
    """Keep what came of attempts; one that comes twice, or after its message was taken again, changes nothing."""
    chosen = patience or store.patience()
    outcomes = [(sending.due, _outcome(answer)) for sending, answer in answered]
    answers = [NewAnswer(due.key, due.tries + 1, outcome) for due, outcome in outcomes]
    store.insert_answers(db, answers, at=at)
    moves = {due.key: rules.kept(chosen, due, outcome, at=at) for due, outcome in outcomes}
    done = store.move_messages(db, list(moves.values()), at=at)
    _announce(db, [moves[key] for key in sorted(done)], at=at)


def _announce(db: Connection, moves: Sequence[Move], *, at: datetime) -> None:
    for status in ("sent", "failed"):
        keys = [move.key for move in moves if move.after == status]
        if keys:
            outbox.append(
                db,
                f"care.message-{status}",
                customer_ids=[key.customer_id for key in keys],
                subject_ids=[key.notice_id for key in keys],
                at=at,
            )


def _letter(patience: Patience, due: DueMessage, until: datetime | None) -> Letter:
    return Letter(
        reference=ids.write("msg", *due.key),
        channel=due.channel,
        to=due.address,
        text=rules.text_of(patience, due),
        until=until,
    )


def _outcome(answer: Answer) -> Outcome:
    if isinstance(answer, Delivered):
        return Outcome.DELIVERED
    if isinstance(answer, Accepted):
        return Outcome.ACCEPTED
    return Outcome(answer.failure.value)
