"""Campaigns and their grants as kept, and the guards that ship with the program."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from functools import cache
from importlib import resources

from whiteslip.credit.campaigns.model import (
    Campaign,
    Command,
    Draft,
    Ending,
    Grant,
    Guards,
    Status,
)
from whiteslip.credit.campaigns.rules import MOVES, read_guards
from whiteslip.infra import arrays
from whiteslip.infra.database import Connection
from whiteslip.infra.sql import Sql
from whiteslip.kernel.errors import NotFound, invariant
from whiteslip.money.lines.model import LineKey

sql = Sql(__package__)


@cache
def guards() -> Guards:
    """Read the shipped guards, once."""
    file = resources.files(__package__ or "") / "data" / "campaigns.toml"
    return read_guards(file.read_text("utf-8"))


def insert_campaign(
    db: Connection, campaign_id: int, draft: Draft, *, on: date, at: datetime
) -> None:
    """Keep a draft."""
    sql.run(db, "insert_campaign", campaign_id=campaign_id, **draft._asdict(), on_date=on, at=at)


def take_campaign(db: Connection, campaign_id: int) -> Campaign:
    """Lock a campaign until the transaction ends; taken before any line."""
    row = sql.maybe(db, "take_campaign", campaign_id=campaign_id)
    if row is None:
        raise NotFound(f"there is no campaign {campaign_id}")
    return Campaign(*row)._replace(status=Status(row.status))


def find_open_campaigns(db: Connection) -> list[int]:
    """Find the campaigns that are approved or running."""
    return [int(row.campaign_id) for row in sql.many(db, "find_open_campaigns")]


def move_campaign(
    db: Connection, campaign: Campaign, command: Command, *, by: str, on: date, at: datetime
) -> Campaign:
    """Move a campaign that was taken before in this transaction."""
    after = MOVES[campaign.status, command]
    moved = sql.many(
        db,
        "move_campaign",
        campaign_id=campaign.campaign_id,
        before=campaign.status,
        after=after,
        command=command,
        actor=by,
        on_date=on,
        at=at,
    )
    invariant(len(moved) == 1, "what was taken is moved")
    return campaign._replace(status=after)


def find_candidates(
    db: Connection, campaign_id: int, keys: Iterable[LineKey], *, highest_level: int
) -> list[LineKey]:
    """Find who among lines locked before may join, in key order."""
    ordered = sorted(keys)
    rows = sql.many(
        db,
        "find_candidates",
        campaign_id=campaign_id,
        customer_ids=arrays.bigints([key.customer_id for key in ordered]),
        line_ids=arrays.bigints([key.line_id for key in ordered]),
        highest_level=highest_level,
    )
    return [LineKey(*row) for row in rows]


def insert_grants(
    db: Connection,
    campaign: Campaign,
    grants: Sequence[Grant],
    limit_ids: Sequence[int],
    *,
    on: date,
    at: datetime,
) -> None:
    """Keep grants and count them against the budget; `limit_ids` are the temporary limits they became."""
    sql.run(
        db,
        "insert_grants",
        campaign_id=campaign.campaign_id,
        customer_ids=arrays.bigints([one.customer_id for one in grants]),
        line_ids=arrays.bigints([one.line_id for one in grants]),
        limit_ids=arrays.bigints(limit_ids),
        amounts_minor=arrays.bigints([one.amount_minor for one in grants]),
        fixed_minor=arrays.bigints([one.fixed_limit_minor for one in grants]),
        ends_on=campaign.ends_on,
        on_date=on,
        at=at,
    )


def take_endings(db: Connection, *, first: int, last: int, on: date, days: int) -> list[Ending]:
    """Take the grants whose owners are to be told that they end, once."""
    rows = sql.many(db, "take_endings", first=first, last=last, on_date=on, days=days)
    return sorted(Ending(*row) for row in rows)
