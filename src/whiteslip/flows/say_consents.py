"""Say consents: people give and withdraw them, by purpose and recipient, and what was said is never changed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from whiteslip.care.notices.restrictions import notices_of
from whiteslip.care.notices.store import insert_notices
from whiteslip.care.privacy import rules, store
from whiteslip.care.privacy.model import ConsentCommand, ConsentRequest, ConsentState
from whiteslip.credit.customers.store import existing
from whiteslip.infra import business_day, outbox
from whiteslip.infra.database import Connection
from whiteslip.kernel.errors import NotFound, WhiteslipError
from whiteslip.kernel.reason import ReasonCode
from whiteslip.money.ledger.store import take_numbers
from whiteslip.money.lines.model import LineKey
from whiteslip.money.lines.store import find_lines
from whiteslip.risk.suspensions import store as suspensions
from whiteslip.risk.suspensions.life import Command
from whiteslip.risk.suspensions.model import NewRestriction, Step
from whiteslip.risk.suspensions.rules import imposed_apart

__all__ = ["ConsentCommand", "ConsentRequest", "ConsentSaid", "say_consents"]


_BOOK = "consent"
_LEVEL = 4


class ConsentSaid(NamedTuple):
    """A consent as it stands now; `restricts` says that the service cannot go on without it."""

    customer_id: int
    consent_id: int
    purpose: str
    recipient: str
    state: ConsentState
    restricts: bool


def say_consents(
    db: Connection, requests: Sequence[ConsentRequest], *, actor: str, at: datetime
) -> list[ConsentSaid | WhiteslipError]:
    """Keep what people say, in order. A necessary one that is withdrawn suspends the person's lines, with CON-01."""
    known = existing(db, {one.customer_id for one in requests})
    store.bar_people(db, known)
    stands = {
        (one.customer_id, one.purpose, one.recipient): one.state
        for one in store.read_consents(db, known)
    }
    numbers = take_numbers(db, len(requests))
    answers: list[ConsentSaid | WhiteslipError] = []
    kept: list[tuple[ConsentRequest, int]] = []
    for request, number in zip(requests, numbers, strict=True):
        key = (request.customer_id, request.purpose, request.recipient)
        if request.customer_id not in known:
            answers.append(NotFound(f"there is no customer {request.customer_id}"))
            continue
        after = rules.move(request, stands.get(key, ConsentState.NONE), store.terms(), at=at)
        if isinstance(after, WhiteslipError):
            answers.append(after)
            continue
        stands[key] = after
        kept.append((request, number))
        necessary = store.terms().purposes[request.purpose].necessary
        restricts = necessary and after is ConsentState.WITHDRAWN
        answers.append(ConsentSaid(key[0], number, *key[1:], after, restricts))
    store.append_consents(
        db, [one for one, _ in kept], [number for _, number in kept], actor=actor, at=at
    )
    said = [one for one in answers if isinstance(one, ConsentSaid)]
    necessary = [one for one in said if store.terms().purposes[one.purpose].necessary]
    for one in necessary:
        _follow(db, one, actor=actor, at=at)
    _announce(db, necessary, at=at)
    return answers


def _follow(db: Connection, said: ConsentSaid, *, actor: str, at: datetime) -> None:
    """Suspend the lines of who withdraws what the service cannot do without; giving it again restores them at once."""
    on = business_day.today(db).current_on
    rule_id = f"{said.purpose}:{said.recipient}"
    for key in find_lines(db, [said.customer_id]):
        found = suspensions.standing_of(db, key, book=_BOOK, rule_id=rule_id)
        if said.state is ConsentState.WITHDRAWN and found is None:
            new = _suspension(db, key, rule_id)
            changes = suspensions.impose_at_once(db, [new], on=on, at=at, actor=actor)
        elif said.state is ConsentState.GIVEN and found is not None:
            step = Step(key.customer_id, found, Command.LIFT, actor)
            changes = suspensions.take_steps(db, [step], on=on, at=at).changes
        else:
            continue
        insert_notices(db, notices_of(changes), at=at)


def _suspension(db: Connection, key: LineKey, rule_id: str) -> NewRestriction:
    own, notice = take_numbers(db, 2)
    by, code = (_BOOK, rule_id), ReasonCode.CONSENT
    return imposed_apart(key, (own, notice), suspensions.ways(), level=_LEVEL, by=by, code=code)


def _announce(db: Connection, necessary: Sequence[ConsentSaid], *, at: datetime) -> None:
    for topic, state in (
        ("care.consent-withdrawn", ConsentState.WITHDRAWN),
        ("care.consent-given", ConsentState.GIVEN),
    ):
        told = [one for one in necessary if one.state is state]
        if told:
            outbox.append(
                db,
                topic,
                customer_ids=[one.customer_id for one in told],
                subject_ids=[one.consent_id for one in told],
                at=at,
            )
