"""Buckets of days past due, the five asset classes, and pauses of late fees."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import NamedTuple


class AssetClass(StrEnum):
    """Classes of financial assets by days past due (Chinese rules of 2023, parameters in DOMAIN)."""

    NORMAL = "normal"
    SPECIAL_MENTION = "special_mention"
    SUBSTANDARD = "substandard"
    DOUBTFUL = "doubtful"
    LOSS = "loss"


class Bucket(StrEnum):
    """Thirty-day buckets of days past due."""

    CURRENT = "current"
    DAYS_1_30 = "1-30"
    DAYS_31_60 = "31-60"
    DAYS_61_90 = "61-90"
    DAYS_91_120 = "91-120"
    DAYS_121_150 = "121-150"
    DAYS_151_180 = "151-180"
    OVER_180 = "181+"


class FeePause(NamedTuple):
    """Late fees stand still from `starts_on` up to but without `ends_on` (None: until further notice).

    Of the whole line, or of one purchase; `pause_id` is the number of the relief or dispute it is for. What was charged
    up to `charged_on`, the day the line is on, stays charged.
    """

    customer_id: int
    pause_id: int
    line_id: int
    purchase_id: int | None
    starts_on: date
    ends_on: date | None
    reason: str
    charged_on: date
