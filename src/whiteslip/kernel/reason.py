"""Why something was refused, restricted or changed: the reason codes of the catalog, and a reason with its facts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

MOST_REASONS = 4
"""A person is told at most four reasons (practice under ECOA/Reg B; PIPL art. 24 asks for specific ones)."""

Fact = str | int


class ReasonCode(StrEnum):
    """Codes are never renamed, only retired; their texts live in care/notices/data."""

    OVERDUE = "DLQ-01"
    REPEATEDLY_LATE = "DLQ-02"
    FAILED_DEBITS = "DLQ-03"
    PLAN_BROKEN = "DLQ-04"
    DEFAULT_LIKELY = "CAP-01"
    HIGH_UTILIZATION = "CAP-02"
    UNSTABLE_INCOME = "CAP-03"
    HIGH_DEBT = "CAP-04"
    BUREAU_ARREARS = "EXT-01"
    BORROWING_ELSEWHERE = "EXT-02"
    MANY_ENQUIRIES = "EXT-03"
    THIN_FILE = "EXT-04"
    UNLIKE_HISTORY = "BEH-01"
    BURST = "BEH-02"
    FRAUD_SUSPECTED = "FRD-01"
    FRAUD_RING = "FRD-02"
    TAKEOVER = "FRD-03"
    CASH_OUT = "FRD-04"
    IDENTITY = "KYC-01"
    SEGMENT = "POL-01"
    PROMOTION_ENDED = "POL-02"
    PARTNER_WITHDREW = "POL-03"
    PURCHASES_LIMITED = "POL-04"
    REGULATION = "REG-01"
    CONSENT = "CON-01"
    LIMIT_ODD_CONSUMPTION = "LIM-01"
    LIMIT_UNUSED = "LIM-02"
    LIMIT_CAPACITY = "LIM-03"
    LIMIT_EXCEEDED = "LIM-04"
    LINE_CLOSED = "LIM-05"
    ON_RELIEF = "REL-01"
    LEGAL_ORDER = "LEG-01"
    OWN_LOCK = "CUS-01"
    OWN_CAP = "CUS-02"
    AGREED_RELIEF = "CUS-03"
    SYSTEM_FAULT = "SYS-01"
    DATA_MISSING = "SYS-02"


@dataclass(frozen=True, slots=True)
class Reason:
    """A reason code with the facts its text needs, such as {"days": 12}."""

    code: ReasonCode
    facts: Mapping[str, Fact] = field(default_factory=lambda: MappingProxyType({}))


def at_most(*reasons: Reason) -> tuple[Reason, ...]:
    """Return at most four reasons, the first ones, each code once."""
    first: dict[ReasonCode, Reason] = {}
    for reason in reasons:
        first.setdefault(reason.code, reason)
    return tuple(first.values())[:MOST_REASONS]
