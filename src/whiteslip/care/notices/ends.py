"""How debts end otherwise than by paying as they fall due, as it is told to the people who owed them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from types import MappingProxyType

from whiteslip.care.notices.model import Kind, NewNotice, Words
from whiteslip.kernel.money import Minor, decimal_text
from whiteslip.kernel.reason import Fact
from whiteslip.money.chargeoffs.model import Claim, Money, Recovery
from whiteslip.money.lines.model import LineKey
from whiteslip.money.payoffs.model import Payoff
from whiteslip.money.splits.model import Split

METHODS: Mapping[str, Words] = MappingProxyType(
    {
        "bank": Words("银行账户", "bank account"),
        "bank_account": Words("银行账户", "bank account"),
        "card": Words("银行卡", "card"),
        "wallet": Words("钱包", "wallet"),
    }
)
"""What the usual sources of money are called; another one is told by the name it came with."""


def of_settlement(key: LineKey, payoff: Payoff, *, on: date) -> NewNotice:
    """Tell what was settled early, and which fees are never owed."""
    return _notice(
        key,
        Kind.SETTLED_EARLY,
        {"amount": decimal_text(payoff.total_minor)} | _said("saved", payoff.dropped_minor),
        on,
    )


def of_split(key: LineKey, split: Split, *, on: date) -> NewNotice:
    """Tell what a statement became."""
    facts: dict[str, Fact] = {
        "amount": decimal_text(split.principal_minor),
        "months": split.months,
        "fee": decimal_text(split.fee_minor),
        "date": split.installments[0].due_on.isoformat(),
    }
    return _notice(key, Kind.STATEMENT_SPLIT, facts, on)


def of_charge_off(claim: Claim, *, on: date) -> NewNotice:
    """Tell that a line was charged off, why, and what is still claimed."""
    facts: dict[str, Fact] = {
        "amount": decimal_text(claim.left_minor),
        "days": (on - claim.oldest_due_on).days,
    }
    return _notice(LineKey(claim.customer_id, claim.line_id), Kind.CHARGED_OFF, facts, on)


def of_write_off(claim: Claim, *, on: date) -> NewNotice:
    """Tell that nothing more of a claim is asked for; the claim is as it stood before."""
    facts: dict[str, Fact] = {"amount": decimal_text(claim.left_minor)}
    return _notice(LineKey(claim.customer_id, claim.line_id), Kind.CLAIM_WRITTEN_OFF, facts, on)


def of_payout(
    key: LineKey, amount_minor: Minor, sources: Iterable[tuple[str, Minor]], *, on: date
) -> NewNotice:
    """Tell which sources a payout goes back to, by method and amount, and what of it goes to the customer's account."""
    sent = list(sources)
    own = amount_minor - sum(part for _, part in sent)
    named = [(METHODS.get(name, Words(name, name)), decimal_text(part)) for name, part in sent]
    facts: dict[str, Fact] = {
        "amount": decimal_text(amount_minor),
        "sources_zh": "、".join(f"{words.zh} {part} 元" for words, part in named),
        "sources_en": ", ".join(f"{words.en} CNY {part}" for words, part in named),
    } | _said("own", own)
    return _notice(key, Kind.REFUND_SENT, facts, on)


def of_recoveries(
    moneys: Iterable[Money], done: Mapping[int, Recovery], reached: Mapping[int, date]
) -> list[NewNotice]:
    """Tell of money that paid claims: what it paid, what enforcing cost, what is left, or that the claim has ended."""
    return [_of_recovery(one, done[one.number], on=reached[one.customer_id]) for one in moneys]


def _of_recovery(money: Money, gone: Recovery, *, on: date) -> NewNotice:
    facts: dict[str, Fact] = {
        "amount": decimal_text(gone.recovered_minor),
        "left": decimal_text(gone.left_minor),
    }
    facts |= _said("cost", gone.cost_minor) | _said("credit", gone.credit_minor)
    kind = Kind.CLAIM_REDUCED if gone.left_minor else Kind.CLAIM_RECOVERED
    return _notice(LineKey(money.customer_id, money.line_id), kind, facts, on)


def _said(name: str, amount_minor: Minor) -> dict[str, Fact]:
    """Make a fact of an amount; nothing is not told."""
    return {name: decimal_text(amount_minor)} if amount_minor else {}


def _notice(key: LineKey, kind: Kind, facts: Mapping[str, Fact], on: date) -> NewNotice:
    return NewNotice(key.customer_id, 0, key.line_id, kind, (), on, facts=facts)
