"""What a bank's reason means for a collection: what is recorded, which source is stopped, who is asked."""

from __future__ import annotations

from typing import Final

from whiteslip.gateways.bank.reasons import Cause as Said
from whiteslip.gateways.bank.reasons import Next, meaning
from whiteslip.money.collections.terms import Cause
from whiteslip.money.debits.model import Failure
from whiteslip.money.mandates.model import StopReason
from whiteslip.money.suspense.model import Kind

STOPS: Final = {
    Cause.ACCOUNT_CLOSED: StopReason.ACCOUNT_CLOSED,
    Cause.WRONG_ACCOUNT: StopReason.ACCOUNT_CLOSED,
    Cause.MANDATE_MISSING: StopReason.MANDATE_MISSING,
}
"""The causes that end a source."""
FAILURES: Final = {
    Cause.INSUFFICIENT_FUNDS: Failure.INSUFFICIENT_FUNDS,
    Cause.ACCOUNT_CLOSED: Failure.ACCOUNT_CLOSED,
    Cause.MANDATE_MISSING: Failure.MANDATE_REVOKED,
    Cause.WRONG_ACCOUNT: Failure.TECHNICAL,
    Cause.OURS: Failure.TECHNICAL,
}
"""As what a failure is recorded; what nobody understands yet counts against nobody."""
ASKS: Final = {
    Cause.OURS: Kind.OURS,
    Cause.WRONG_ACCOUNT: Kind.OURS,
    Cause.UNKNOWN: Kind.UNKNOWN_REASON,
    Cause.DISPUTED: Kind.DISPUTED,
}
"""What people are asked."""

_CAUSES: Final = {
    (Said.INSUFFICIENT_FUNDS, Next.RETRY): Cause.INSUFFICIENT_FUNDS,
    (Said.ACCOUNT_CLOSED, Next.ASK_NEW_SOURCE): Cause.ACCOUNT_CLOSED,
    (Said.MANDATE, Next.ASK_NEW_SOURCE): Cause.MANDATE_MISSING,
    (Said.OUR_FAULT, Next.ASK_NEW_SOURCE): Cause.WRONG_ACCOUNT,
    (Said.OUR_FAULT, Next.ENGINEERING): Cause.OURS,
    (Said.OUR_FAULT, Next.REVERSE): Cause.DISPUTED,
    (Said.DISPUTED, Next.REVERSE): Cause.DISPUTED,
}


def cause_of(reason: str | None) -> Cause:
    """Say why a debit failed; what is a person's to judge is unknown."""
    said = meaning(reason)
    return _CAUSES.get((said.cause, said.next), Cause.UNKNOWN)
