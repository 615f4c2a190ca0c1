"""Keeping by which class and stage lines stood at month ends."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from functools import cache
from importlib import resources
from typing import Any

from whiteslip.infra import arrays
from whiteslip.infra.database import Connection
from whiteslip.infra.sql import Sql
from whiteslip.kernel.calendar import add_months
from whiteslip.risk.portfolio.classes import ClassTerms, read_class_terms

sql = Sql(__package__)
ONE_DAY = timedelta(days=1)


@cache
def class_terms() -> ClassTerms:
    """Read the shipped parameters of classes and stages, once."""
    file = resources.files(__package__ or "") / "data" / "classes.toml"
    return read_class_terms(file.read_text("utf-8"))


def keep_month_classes(
    db: Connection,
    *,
    first: int,
    last: int,
    business_date: date,
    at: datetime,  # noqa: ARG001 - the shape of every step
) -> int:
    """Count a range's lines by class and stage, where the day is the last of its month; returns the cells."""
    if (business_date + ONE_DAY).month == business_date.month:
        return 0
    terms = class_terms()
    return sql.run(
        db,
        "keep_month_classes",
        first=first,
        last=last,
        month_end=business_date,
        **_params(terms, business_date),
    )


def odd_month_classes(db: Connection, month_end: date) -> list[Any]:
    """Find where lines and money by class are not those that the moves to the month end sum up to."""
    return sql.many(db, "find_odd_classes", month_end=month_end)


def _params(terms: ClassTerms, month_end: date) -> dict[str, Any]:
    first_of = month_end.replace(day=1)
    score, renegotiated = terms.score, terms.renegotiated
    return {
        "version": terms.version,
        "class_from": arrays.ints([over + 1 for over in terms.over_days]),
        "bad_over": terms.substandard_over_days,
        "cured_after": add_months(first_of, 1 - terms.cured_months) - ONE_DAY,
        "stage_2_over": terms.stage_2_over_days,
        "stage_3_over": terms.stage_3_over_days,
        "forms": arrays.texts(renegotiated.forms),
        "observed_after": add_months(month_end, -renegotiated.observed_months),
        "model": score.model,
        "latest_days": score.latest_days,
        "opening_days": score.opening_days,
        "rise_ppm": score.rise_ppm,
        "least_rise_ppm": score.least_rise_ppm,
    }
