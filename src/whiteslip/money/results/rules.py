"""What of a result can be acted on at all, and when two are the same."""

from __future__ import annotations

from typing import Final

from whiteslip.kernel.money import MAX_MINOR
from whiteslip.money.results.model import Told

CURRENCY: Final = "CNY"
"""The one currency of the ledger."""
_LONGEST: Final = {"result_id": 80, "reference": 80, "currency": 8, "reason": 35}
"""How much is kept of what a bank says; more than this is never ours."""
_LONGEST_REFERENCE: Final = 35


def is_readable(told: Told) -> bool:
    """Tell whether a result says something that can be acted on."""
    fits = 0 < len(told.reference) <= _LONGEST_REFERENCE
    return fits and 0 < told.amount_minor <= MAX_MINOR and _is_plain(told)


def cut(told: Told) -> Told:
    """Cut a result to what can be kept of it, so that nonsense is queued and stops nothing."""
    return told._replace(
        result_id=_plain(told.result_id, "result_id") or "?",
        reference=_plain(told.reference, "reference"),
        currency=_plain(told.currency, "currency"),
        reason=None if told.reason is None else _plain(told.reason, "reason"),
        amount_minor=max(-(2**63), min(told.amount_minor, 2**63 - 1)),
    )


def _is_plain(told: Told) -> bool:
    return cut(told) == told


def _plain(text: str, name: str) -> str:
    return "".join(one for one in text if one.isprintable())[: _LONGEST[name]]
