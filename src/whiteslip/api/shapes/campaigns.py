"""Campaigns of temporary limits: what the API takes and gives."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from msgspec import Meta, Struct

from whiteslip.api.bodies import Amount, Body, Currency, Name


class CampaignBody(Body, frozen=True):
    """Draft a campaign: each line in the segment gets a share of its fixed limit, within least and most."""

    name: Name
    segment: Annotated[
        str,
        Meta(
            min_length=1,
            max_length=1000,
            pattern="^[^\\u0000-\\u001f\\u007f-\\u009f]+$",
            description="A condition over features, as in rule books.",
            examples=["utilization_average_6m < 0.6 and late_days_12m = 0"],
        ),
    ]
    least_minor: Amount
    most_minor: Amount
    budget_minor: Amount
    starts_on: date
    ends_on: date
    share_ppm: Annotated[int, Meta(ge=0, le=1_000_000, description="Parts per million.")] = 0
    currency: Currency = "CNY"


class Campaign(Struct, frozen=True):
    """A campaign, and how much of its budget is granted."""

    campaign_id: str
    name: str
    segment: str
    status: str
    share_ppm: int
    least_minor: int
    most_minor: int
    starts_on: date
    ends_on: date
    budget_minor: int
    granted_minor: int
    granted_lines: int
    drafted_by: str
    currency: Currency = "CNY"


class Campaigns(Struct, frozen=True):
    """Campaigns, the latest first."""

    campaigns: list[Campaign]
