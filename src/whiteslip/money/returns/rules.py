"""Which sources a refund goes back to, and how payouts use up what refunds owe them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from whiteslip.kernel.money import Minor
from whiteslip.money.returns.model import Promise, Return, Source


def give_back(amount_minor: Minor, sources: Iterable[Source]) -> tuple[Return, ...]:
    """Share what a refund leaves over among the sources that paid, the latest first; none gets more than it paid.

    What no source paid, because a credit balance did, or because it was bought elsewhere, is owed to none.
    """
    left = amount_minor
    returns: list[Return] = []
    for source in sorted(sources, key=lambda source: source.repayment_id, reverse=True):
        share = min(left, source.left_minor)
        if share:
            returns.append(Return(source.repayment_id, source.method, share))
            left -= share
    return tuple(returns)


def send_back(amount_minor: Minor, promises: Iterable[Promise]) -> list[Promise]:
    """Count a payout that names no source against what refunds owe: the latest refund first, of it the latest source.

    Returns those that changed; what is left over is nobody's but the customer's.
    """
    left = amount_minor
    used: list[Promise] = []
    latest = sorted(promises, key=lambda one: (one.refund_id, one.repayment_id), reverse=True)
    for promise in latest:
        share = min(left, promise.left_minor)
        if share:
            used.append(promise._replace(paid_out_minor=promise.paid_out_minor + share))
            left -= share
    return used


def use_up(amount_minor: Minor, promises: Sequence[Promise]) -> list[Promise]:
    """Count a payout against what refunds owe its source, the oldest refund first; returns those that changed."""
    left = amount_minor
    used: list[Promise] = []
    for promise in sorted(promises, key=lambda promise: promise.refund_id):
        share = min(left, promise.left_minor)
        if share:
            used.append(promise._replace(paid_out_minor=promise.paid_out_minor + share))
            left -= share
    return used
