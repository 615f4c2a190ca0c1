"""Buckets of days past due and the five asset classes."""

from __future__ import annotations

from enum import StrEnum


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
