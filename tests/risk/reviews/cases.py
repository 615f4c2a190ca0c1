"""Cases to review, with defaults."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from whiteslip.risk.reviews.model import Case, Kind, NewCase, State, SubjectType

ON = date(2026, 3, 4)
AT = datetime(2026, 3, 4, 2, 0, tzinfo=UTC)
"""A Wednesday, ten in the morning in Shanghai."""


def new_case(customer_id: int = 7, kind: Kind = Kind.SUSPENSION, **more: Any) -> NewCase:
    """A suspension to look at."""
    given: dict[str, Any] = {
        "subject_type": SubjectType.RESTRICTION,
        "subject_id": 70,
        "evidence": {"utilization": 0.97, "words": "消费异常 🙁"},
        "actor": "watch book",
        "line_id": 71,
        **more,
    }
    return NewCase(customer_id, kind, **given)


def a_case(**more: Any) -> Case:
    """A case that waits."""
    given: dict[str, Any] = {
        "customer_id": 7,
        "case_id": 9,
        "kind": Kind.SUSPENSION,
        "subject_type": SubjectType.RESTRICTION,
        "subject_id": 70,
        "line_id": 71,
        "state": State.OPEN,
        "priority": 4,
        "opened_on": ON,
        "opened_at": AT,
        "due_at": AT,
        "escalated_at": None,
        "pieces": 1,
        "steps": 1,
        "barred": (),
        "holder": None,
        "leased_until": None,
        "outcome": None,
        "label": None,
        "decided_by": None,
        "decided_on": None,
        "decided_at": None,
    }
    return Case(**(given | more))
