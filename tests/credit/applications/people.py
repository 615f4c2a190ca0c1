"""Applicants with defaults, and identity numbers that make the simulated bureau behave."""

from __future__ import annotations

from datetime import date, datetime
from itertools import count
from typing import Any

from whiteslip.credit.applications.identity import check_character
from whiteslip.gateways.bureau.people import BY_CODE, Behavior

BORN = date(1990, 3, 7)
CODE = {behavior: code for code, behavior in BY_CODE.items()}
_regions = count(110_101)
_references = count(1)


def id_number(behavior: Behavior = Behavior.NORMAL, *, born: date = BORN) -> str:
    """Make an identity number nobody had before, of somebody about whom the bureau behaves so."""
    first = f"{next(_regions)}{born:%Y%m%d}{CODE[behavior]}"
    return first + check_character(first)


def consents(at: datetime, *, inquire: bool = True, automate: bool = True) -> list[dict[str, Any]]:
    """Say yes or no to both purposes."""
    said = {"bureau_inquiry": inquire, "automated_decision": automate}
    return [
        {"purpose": purpose, "is_given": given, "said_at": at.isoformat()}
        for purpose, given in said.items()
    ]


def application(
    at: datetime,
    behavior: Behavior = Behavior.NORMAL,
    *,
    inquire: bool = True,
    automate: bool = True,
    **more: Any,
) -> dict[str, Any]:
    """Write a request: 12,000.00 a month, no rent, 5,000.00 wanted."""
    number = id_number(behavior)
    return {
        "reference": f"r-{next(_references)}",
        "display_name": "李雷",
        "identity": {"name": "李雷", "id_number": number, "birth_on": BORN.isoformat()},
        "monthly_income_minor": 1_200_000,
        "requested_limit_minor": 500_000,
        "consents": consents(at, inquire=inquire, automate=automate),
        **more,
    }
