"""What of a result can be acted on at all, and when two are the same."""

from __future__ import annotations

from typing import Final

from whiteslip.kernel.money import MAX_MINOR, Minor
from whiteslip.money.results.model import Outcome, Payment, Told

CURRENCY: Final = "CNY"
"""The one currency of the ledger."""
_LONGEST: Final = {"result_id": 200, "reference": 80, "currency": 8, "reason": 35}
"""How much is kept of what a bank says; more than this is never ours."""
_LONGEST_REFERENCE: Final = 35
_MARK: Final = "\ufffd"


def is_readable(told: Told) -> bool:
    """Tell whether a result says something that can be acted on."""
    return 0 < len(told.reference) <= _LONGEST_REFERENCE and 0 < told.amount_minor <= MAX_MINOR


def came_minor(told: Told) -> Minor:
    """Return the money that came with a result, whosever it is; 0 where none did, or none that the ledger can hold."""
    holds = told.currency == CURRENCY and 0 < told.amount_minor <= MAX_MINOR
    return told.amount_minor if told.outcome is Outcome.PAID and holds else 0


def is_said_again(told: Told, payment: Payment | None, *, source: str) -> bool:
    """Tell whether a payment is what another source said of it before: a report and a notification, or the rail.

    One source has one number for a payment: from it, another number is another payment.
    """
    same = payment == Payment(told.amount_minor, told.booked_on, payment.source if payment else "")
    return (
        told.outcome is Outcome.PAID and payment is not None and same and payment.source != source
    )


def cut(told: Told) -> Told:
    """Cut a result to what can be kept of it, so that nonsense is queued and stops nothing."""
    return told._replace(
        result_id=_plain(told.result_id, "result_id") or "?",
        reference=_plain(told.reference, "reference"),
        currency=_plain(told.currency, "currency"),
        reason=None if told.reason is None else _plain(told.reason, "reason"),
        amount_minor=max(-(2**63), min(told.amount_minor, 2**63 - 1)),
    )


def _plain(text: str, name: str) -> str:
    """Cut a text; what cannot be shown is marked, so that no reference becomes another's."""
    return "".join(one if one.isprintable() else _MARK for one in text[: _LONGEST[name]])
