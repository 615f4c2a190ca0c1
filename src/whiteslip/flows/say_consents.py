"""Say consents: people give and withdraw them, by purpose and recipient, and what was said is never changed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from whiteslip.care.privacy import rules, store
from whiteslip.care.privacy.model import ConsentCommand, ConsentRequest, ConsentState
from whiteslip.credit.customers.store import existing
from whiteslip.infra import outbox
from whiteslip.infra.database import Connection
from whiteslip.kernel.errors import NotFound, WhiteslipError
from whiteslip.money.ledger.store import take_numbers

__all__ = ["ConsentCommand", "ConsentRequest", "ConsentSaid", "say_consents"]


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
    """Keep what people say, in order. A necessary consent that is withdrawn is told as `care.consent-withdrawn`."""
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
    _announce(db, [one for one in answers if isinstance(one, ConsentSaid)], at=at)
    return answers


def _announce(db: Connection, said: Sequence[ConsentSaid], *, at: datetime) -> None:
    necessary = [one for one in said if store.terms().purposes[one.purpose].necessary]
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
