"""Keep agreements: publish a version, tell the owners of lines of it, and take their acceptance."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import NamedTuple

from whiteslip.care.appeals.store import terms as appeal_terms
from whiteslip.care.contacts.store import policy as contact_policy
from whiteslip.care.notices.model import Kind, NewNotice
from whiteslip.care.notices.rules import citable
from whiteslip.care.notices.store import insert_notices
from whiteslip.credit.agreements import store
from whiteslip.credit.agreements.model import (
    Acceptance,
    Agreement,
    Announcement,
    How,
    Name,
    Subject,
)
from whiteslip.credit.agreements.reading import read
from whiteslip.credit.agreements.rules import broken_promises, check_version, effective_on
from whiteslip.credit.campaigns.store import guards as campaign_guards
from whiteslip.credit.limits.store import policy as limit_policy
from whiteslip.infra import business_day, outbox
from whiteslip.infra.database import Connection
from whiteslip.kernel.actor import actor_of
from whiteslip.kernel.errors import Conflict, NotFound, WhiteslipError
from whiteslip.kernel.reason import Fact
from whiteslip.money.chargeoffs.store import terms as charge_off_terms
from whiteslip.money.ledger.store import take_numbers
from whiteslip.money.lines.model import Line, LineKey
from whiteslip.money.lines.store import take_turns

__all__ = ["AcceptRequest", "Accepted", "Told", "accept", "announce", "promises_kept", "publish"]

BEGINNING = LineKey(0, 0)
"""Before every line."""


class AcceptRequest(NamedTuple):
    """The owner of a line accepts a version of the credit agreement; `actor` is who tells."""

    customer_id: int
    line_id: int
    version: int
    actor: str


class Accepted(NamedTuple):
    """A version that binds a line from its day on; accepting again answers what was said first."""

    customer_id: int
    line_id: int
    version: int
    accepted_on: date
    accepted_at: datetime


class Told(NamedTuple):
    """How many owners were told, and the key to go on after; None when all were gone over."""

    lines: int
    after: LineKey | None


def publish(db: Connection, text: str, *, by: str, at: datetime) -> Agreement:
    """Publish the next version; one that promises what the policies in force do not keep is a conflict."""
    if broken := broken_promises(read(text), promises_kept()):
        raise Conflict(f"the policies in force do not keep {', '.join(broken)}")
    on = business_day.today(db).current_on
    return store.publish(db, text, citable=citable(), by=actor_of(by), on=on, at=at)


def promises_kept() -> dict[str, int]:
    """Say what the policies in force keep of the figures an agreement may promise."""
    appeals, limits = appeal_terms(), limit_policy()
    return {
        "limit_cut_days": limits.notice_days,
        "decided_cut_days": limits.decided_notice_days,
        "temporary_limit_days": campaign_guards().ending_notice_days,
        "appeal_days": max(due.working_days or 0 for due in appeals.dues.values()),
        "human_decision_days": appeals.human.working_days or 0,
        "messages_a_day": contact_policy().most_a_day,
        "charge_off_days": charge_off_terms().propose_after_days,
    }


def accept(
    db: Connection, requests: Sequence[AcceptRequest], *, at: datetime
) -> list[Accepted | WhiteslipError]:
    """Accept the version in force for lines, in order; another version is a mistake that names the one in force."""
    on = business_day.today(db).current_on
    live = store.live(db, Name.CREDIT)
    turns = take_turns(db, (LineKey(*request[:2]) for request in requests))
    mistakes = [_mistake(request, live, turns) for request in requests]
    right = [one for one, wrong in zip(requests, mistakes, strict=True) if wrong is None]
    before = store.read_acceptances(db, (request[:2] for request in right))
    said_first = {
        one[:2]: Acceptance(*one[:2], Subject.LINE, live.agreement_id, on, at, How.LATER, one.actor)
        for one in reversed(right)
        if live.agreement_id not in {old.agreement_id for old in before.get(one[:2], ())}
    }
    new = list(said_first.values())
    if store.insert_acceptances(db, new):
        outbox.append(
            db,
            "credit.agreement-accepted",
            customer_ids=[one.customer_id for one in new],
            subject_ids=[one.subject_id for one in new],
            at=at,
        )
    said = store.read_acceptances(db, (request[:2] for request in right))
    return [
        wrong or _accepted(request, live, said[request[:2]])
        for request, wrong in zip(requests, mistakes, strict=True)
    ]


def announce(
    db: Connection, *, after: LineKey = BEGINNING, most: int = 5_000, at: datetime
) -> Told:
    """Tell owners of lines after a key of the newest version, once: when it takes effect, or that it waits for them.

    A line whose owner has not accepted what needs accepting stays under its version, whatever came later.
    """
    on = business_day.today(db).current_on
    versions = [one.agreement for one in store.published(db) if one.agreement.name is Name.CREDIT]
    if len(versions) < 2:
        return Told(0, None)
    untold = store.find_untold(db, versions[-1], after=after, most=most)
    bound = store.read_binding(db, untold, on=on)
    numbers = take_numbers(db, len(untold))
    announced = [
        Announcement(
            *key,
            versions[-1].agreement_id,
            number,
            effective_on(bound[key].version if key in bound else 0, versions, on=on),
        )
        for key, number in zip(untold, numbers, strict=True)
    ]
    fresh = store.insert_announcements(db, announced, on=on)
    told = [one for one in announced if LineKey(*one[:2]) in fresh]
    insert_notices(db, [_notice(one, versions[-1], on=on) for one in told], at=at)
    if told:
        outbox.append(
            db,
            "credit.agreement-announced",
            customer_ids=[one.customer_id for one in told],
            subject_ids=[one.line_id for one in told],
            at=at,
        )
    return Told(len(told), untold[-1] if len(untold) == most else None)


def _mistake(
    request: AcceptRequest, live: Agreement, turns: Mapping[LineKey, Line]
) -> WhiteslipError | None:
    if LineKey(*request[:2]) not in turns:
        return NotFound(f"customer {request.customer_id} has no line {request.line_id}")
    return check_version(request.version, live, where="version")


def _accepted(request: AcceptRequest, live: Agreement, said: Sequence[Acceptance]) -> Accepted:
    (one,) = [old for old in said if old.agreement_id == live.agreement_id]
    return Accepted(*request[:2], live.version, one.accepted_on, one.accepted_at)


def _notice(announced: Announcement, agreement: Agreement, *, on: date) -> NewNotice:
    facts: dict[str, Fact] = {"version": agreement.version}
    for name in ("title", "changes"):
        words = getattr(agreement, name)
        facts |= {f"{name}_zh": words.zh, f"{name}_en": words.en} if words else {}
    if announced.effective_on is not None:
        facts["date"] = announced.effective_on.isoformat()
    return NewNotice(
        customer_id=announced.customer_id,
        notice_id=announced.notice_id,
        line_id=announced.line_id,
        kind=Kind.AGREEMENT_OFFERED if announced.effective_on is None else Kind.AGREEMENT_CHANGING,
        reasons=(),
        noticed_on=on,
        facts=facts,
    )
