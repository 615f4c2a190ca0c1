"""Campaigns as staff see them, with how much of each budget is granted."""

from __future__ import annotations

from whiteslip.credit.campaigns.model import Campaign, Status
from whiteslip.infra.database import Connection
from whiteslip.infra.sql import Sql

sql = Sql(__package__)


def find(db: Connection, campaign_id: int) -> Campaign | None:
    """Find one campaign."""
    row = sql.maybe(db, "find_campaign", campaign_id=campaign_id)
    return None if row is None else Campaign(*row)._replace(status=Status(row.status))


def latest(db: Connection) -> list[Campaign]:
    """List the latest campaigns, at most a hundred."""
    rows = sql.many(db, "list_campaigns")
    return [Campaign(*row)._replace(status=Status(row.status)) for row in rows]
