"""Run campaigns: people draft, approve and stop them; each day they start, grant within their budget, and end."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from functools import partial
from typing import NamedTuple

import numpy as np

from whiteslip.care.notices.model import Kind, NewNotice
from whiteslip.care.notices.store import insert_notices
from whiteslip.credit.campaigns import rules, segment, store
from whiteslip.credit.campaigns.model import Campaign, Candidate, Command, Draft, Grant, Status
from whiteslip.credit.limits import store as limits
from whiteslip.credit.limits.store import Known
from whiteslip.credit.limits.tiers import tier_of
from whiteslip.decisioning.features import store as features
from whiteslip.decisioning.rulebooks.model import BookKind, InputType
from whiteslip.decisioning.rulebooks.store import supplied
from whiteslip.infra import business_day, outbox
from whiteslip.infra.database import Connection, Database
from whiteslip.kernel.actor import PROGRAM, actor_of
from whiteslip.kernel.errors import WhiteslipError
from whiteslip.kernel.money import decimal_text
from whiteslip.kernel.reason import Reason, ReasonCode
from whiteslip.money.ledger.store import last_customer, take_numbers
from whiteslip.money.lines.model import LineKey
from whiteslip.money.lines.store import grant_temporary_limits, take_turns

__all__ = [
    "Campaign",
    "CampaignsReport",
    "Draft",
    "Status",
    "approve",
    "draft",
    "run_campaigns",
    "stop",
]

AT_ONCE = 20_000
"""How many customer numbers are granted to in one transaction."""


class CampaignsReport(NamedTuple):
    """What a day's run did: campaigns started and ended, lines granted to, and owners told of an end."""

    on: date
    started: int
    ended: int
    granted_lines: int
    granted_minor: int
    told_of_end: int


def draft(db: Connection, request: Draft, *, at: datetime) -> Campaign | WhiteslipError:
    """Draft a campaign; its segment must be a condition over features."""
    on = business_day.today(db).current_on
    if error := rules.check(request, store.guards(), on=on):
        return error
    segment.read(request.segment, _known())
    (campaign_id,) = take_numbers(db, 1)
    named = request._replace(actor=actor_of(request.actor))
    store.insert_campaign(db, campaign_id, named, on=on, at=at)
    return store.take_campaign(db, campaign_id)


def approve(
    db: Connection, campaign_id: int, *, by: str, at: datetime
) -> Campaign | WhiteslipError:
    """Approve a campaign as another person than who drafted it; it starts with its window."""
    on = business_day.today(db).current_on
    campaign = store.take_campaign(db, campaign_id)
    if error := rules.approval_refusal(campaign, by=by, on=on):
        return error
    return store.move_campaign(db, campaign, Command.APPROVE, by=actor_of(by), on=on, at=at)


def stop(db: Connection, campaign_id: int, *, by: str, at: datetime) -> Campaign | WhiteslipError:
    """Stop a campaign at once: nothing more is granted, what was granted stays until its end as promised."""
    on = business_day.today(db).current_on
    campaign = store.take_campaign(db, campaign_id)
    if error := rules.refusal(campaign, Command.STOP):
        return error
    return store.move_campaign(db, campaign, Command.STOP, by=actor_of(by), on=on, at=at)


def run_campaigns(database: Database, *, at: datetime) -> CampaignsReport:
    """Start and end campaigns by the calendar, grant to who is in the segment, and tell of what ends soon.

    Judged as of the last closed day, in the order of customers and lines. A second run grants only to who has come
    into the segment since, and two at once wait for each other at the campaign.
    """
    on = database.read(business_day.read).current_on
    started = ended = lines = amount_minor = told = 0
    most = database.read(last_customer)
    for campaign_id in database.read(store.find_open_campaigns):
        command = database.write(partial(_keep_calendar, campaign_id=campaign_id, at=at))
        started += command is Command.START
        ended += command is Command.END
        for part in _ranges(most):
            granted = database.write(partial(_grant, part, campaign_id=campaign_id, at=at))
            lines += len(granted.grants)
            amount_minor += sum(one.amount_minor for one in granted.grants)
            if granted.is_spent:
                break
    for part in _ranges(most):
        told += database.write(partial(_tell_endings, part, at=at))
    return CampaignsReport(on, started, ended, lines, amount_minor, told)


class _Granted(NamedTuple):
    """What was granted to some customers; a budget is spent when the next one in order does not fit."""

    grants: list[Grant]
    is_spent: bool


def _ranges(most: int) -> list[range]:
    return [range(first, first + AT_ONCE) for first in range(0, most + 1, AT_ONCE)]


def _known() -> dict[str, InputType]:
    return dict(supplied(BookKind.LIMITS) or {})


def _keep_calendar(db: Connection, *, campaign_id: int, at: datetime) -> Command | None:
    on = business_day.today(db).current_on
    campaign = store.take_campaign(db, campaign_id)
    command = rules.due_command(campaign, on=on)
    if command is not None:
        store.move_campaign(db, campaign, command, by=PROGRAM, on=on, at=at)
    return command


def _grant(customers: range, db: Connection, *, campaign_id: int, at: datetime) -> _Granted:
    """Grant to some customers' lines: the campaign is locked first, then the lines, each in key order."""
    day = business_day.today(db)
    campaign = store.take_campaign(db, campaign_id)
    if campaign.status is not Status.RUNNING or campaign.left_minor < campaign.least_minor:
        return _Granted([], is_spent=True)
    keys = _members(db, campaign, customers, as_of=day.closed_on)
    free = store.find_candidates(db, campaign_id, keys, highest_level=store.guards().highest_level)
    known = _joining(db, free, as_of=day.closed_on, on=day.current_on)
    lines = take_turns(db, known)
    still = store.find_candidates(
        db, campaign_id, lines, highest_level=store.guards().highest_level
    )
    candidates = [
        Candidate(
            *key,
            lines[key].fixed_limit_minor,
            lines[key].temporary_limit_minor,
            known[key].product.line_cap_minor,
        )
        for key in still
    ]
    grants, is_spent = rules.grant(campaign, candidates)
    if grants:
        _write(db, campaign, grants, on=day.current_on, at=at)
    return _Granted(grants, is_spent)


def _members(db: Connection, campaign: Campaign, customers: range, *, as_of: date) -> list[LineKey]:
    """Find the lines in the segment; what is not known of a line does not put it in."""
    condition = segment.read(campaign.segment, _known())
    names = [source.name for source in condition.inputs]
    found = features.compute(db, customers, as_of=as_of, features=names)
    inside = segment.members(condition, found, len(found["customer_id"]))
    places = np.flatnonzero(inside)
    owners, numbers = found["customer_id"][places].tolist(), found["line_id"][places].tolist()
    return [LineKey(*pair) for pair in zip(owners, numbers, strict=True)]


def _joining(
    db: Connection, keys: Sequence[LineKey], *, as_of: date, on: date
) -> dict[LineKey, Known]:
    """Keep the lines whose tier may join."""
    known = limits.read_subjects(db, keys, as_of=as_of, policy=limits.policy())
    tiers = limits.tiers()
    return {
        one.key: one
        for one in known
        if tier_of(
            tiers,
            probability=one.subject.probability,
            tenure_days=(on - one.opened_on).days,
            on_time_dues=one.subject.on_time_dues,
        ).may_join_campaigns
    }


def _write(
    db: Connection, campaign: Campaign, grants: Sequence[Grant], *, on: date, at: datetime
) -> None:
    keys = [LineKey(one.customer_id, one.line_id) for one in grants]
    numbers = take_numbers(db, 2 * len(grants))
    limit_ids, notice_ids = numbers[: len(grants)], numbers[len(grants) :]
    amounts = [one.amount_minor for one in grants]
    ends_ons = [campaign.ends_on] * len(grants)
    grant_temporary_limits(db, keys, limit_ids, amounts, ends_ons, on=on)
    store.insert_grants(db, campaign, grants, limit_ids, on=on, at=at)
    notices = [
        NewNotice(
            customer_id=one.customer_id,
            notice_id=number,
            line_id=one.line_id,
            kind=Kind.TEMPORARY_LIMIT_GRANTED,
            reasons=(),
            noticed_on=on,
            facts={
                "amount": decimal_text(one.amount_minor),
                "date": campaign.ends_on.isoformat(),
            },
        )
        for one, number in zip(grants, notice_ids, strict=True)
    ]
    insert_notices(db, notices, at=at)
    outbox.append(
        db,
        "money.limit-changed",
        customer_ids=[key.customer_id for key in keys],
        subject_ids=[key.line_id for key in keys],
        at=at,
    )


def _tell_endings(customers: range, db: Connection, *, at: datetime) -> int:
    """Tell owners some days before a temporary limit ends, with the fixed limit that will hold then."""
    on = business_day.today(db).current_on
    days = store.guards().ending_notice_days
    ending = store.take_endings(db, first=customers[0], last=customers[-1], on=on, days=days)
    numbers = take_numbers(db, len(ending))
    notices = [
        NewNotice(
            customer_id=one.customer_id,
            notice_id=number,
            line_id=one.line_id,
            kind=Kind.TEMPORARY_LIMIT_ENDING,
            reasons=(Reason(ReasonCode.PROMOTION_ENDED),),
            noticed_on=on,
            facts={
                "amount": decimal_text(one.amount_minor),
                "date": one.ends_on.isoformat(),
                "limit": decimal_text(one.limit_minor),
            },
        )
        for one, number in zip(ending, numbers, strict=True)
    ]
    insert_notices(db, notices, at=at)
    return len(notices)
