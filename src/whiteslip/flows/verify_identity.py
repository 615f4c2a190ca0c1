"""Verify identity: a person has shown who they are; what was restricted for doubt of that is cured, or looked at."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from whiteslip.care.notices.restrictions import notices_of
from whiteslip.care.notices.store import insert_notices
from whiteslip.infra import business_day, outbox
from whiteslip.infra.database import Connection
from whiteslip.kernel.errors import WhiteslipError
from whiteslip.risk.suspensions import rules, store
from whiteslip.risk.suspensions.model import Standing
from whiteslip.risk.suspensions.ways import Cure
from whiteslip.risk.watching.store import keep_verifications


class Verification(NamedTuple):
    """A second factor or a document of a person was checked, by whom and how."""

    customer_id: int
    method: str
    actor: str


class Verified(NamedTuple):
    """How many restrictions that cured, and how many now wait for a person's look."""

    customer_id: int
    cured: int
    waiting: int


def verify_identity(
    db: Connection, verifications: Sequence[Verification], *, at: datetime
) -> list[Verified]:
    """Take verifications, in order; one that cures nothing is as good as any, and ends what was odd before it."""
    keep_verifications(
        db, [one[:3] for one in verifications], on=business_day.today(db).current_on, at=at
    )
    return [_one(db, one, at=at) for one in verifications]


def _one(db: Connection, verification: Verification, *, at: datetime) -> Verified:
    on = business_day.today(db).current_on
    owner = verification.customer_id
    ids = store.of_customers(db, [owner], cures=(Cure.VERIFY, Cure.PERSON))
    standing = store.read(db, ids).values()
    steps = [
        step
        for one in standing
        if (step := rules.on_verification(one, verification.actor, verification.method))
    ]
    taken = store.take_steps(db, steps, on=on, at=at)
    insert_notices(db, notices_of(taken.changes), at=at)
    moved = [one for one in taken.answers if not isinstance(one, WhiteslipError)]
    outbox.append(db, "risk.identity-verified", customer_ids=[owner], subject_ids=[owner], at=at)
    return Verified(owner, *_counted(moved))


def _counted(moved: Sequence[Standing]) -> tuple[int, int]:
    cured = sum(one.cure is Cure.VERIFY for one in moved)
    return cured, len(moved) - cured
