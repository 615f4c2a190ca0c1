"""Set caps: people cap what they buy on credit; what tightens counts at once, what loosens after a delay."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from whiteslip.care.budgeting import rules, store
from whiteslip.care.budgeting.model import Cap, CapChange, CapKind, CapRequest
from whiteslip.credit.customers.store import existing
from whiteslip.infra import outbox
from whiteslip.infra.database import Connection
from whiteslip.kernel.errors import NotFound, WhiteslipError
from whiteslip.money.ledger.store import take_numbers

__all__ = ["CapKind", "CapRequest", "CapSet", "set_caps"]


class CapSet(NamedTuple):
    """A change of a cap taken in; it counts from `effective_at` on."""

    change: CapChange
    at_once: bool


def set_caps(
    db: Connection, requests: Sequence[CapRequest], *, actor: str, at: datetime
) -> list[CapSet | WhiteslipError]:
    """Change caps, in order; each is held against what its person's caps are when it is asked."""
    customers = {one.customer_id for one in requests}
    known = existing(db, customers)
    store.bar_people(db, known)
    caps = store.caps_of(db, known, at=at)
    now = {(owner, cap.kind): cap for owner, held in caps.items() for cap in held}
    numbers = iter(take_numbers(db, len(requests)))
    answers: list[CapSet | WhiteslipError] = []
    changes: list[CapChange] = []
    for request in requests:
        if request.customer_id not in known:
            answers.append(NotFound(f"there is no customer {request.customer_id}"))
        elif wrong := rules.mistake(request, store.terms().caps):
            answers.append(wrong)
        else:
            held = now.get((request.customer_id, request.kind))
            made = rules.change(request, held, store.terms().caps, change_id=next(numbers), at=at)
            changes.append(made)
            if made.effective_at == at:
                _note(now, made)
            answers.append(CapSet(made, at_once=made.effective_at == at))
    store.append_caps(db, changes, [actor] * len(changes))
    if changes:
        outbox.append(
            db,
            "care.cap-changed",
            customer_ids=[one.customer_id for one in changes],
            subject_ids=[one.change_id for one in changes],
            at=at,
        )
    return answers


def _note(now: dict[tuple[int, CapKind], Cap], made: CapChange) -> None:
    if made.amount_minor is None:
        now.pop((made.customer_id, made.kind), None)
    else:
        now[made.customer_id, made.kind] = Cap(made.kind, made.amount_minor, made.wait_hours)
