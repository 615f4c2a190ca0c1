"""The order of payment of a product in words, in Chinese and English, as its agreement states it."""

from __future__ import annotations

from dataclasses import replace
from typing import Final, TypeAlias

from whiteslip.money.plans.model import Future, Timing
from whiteslip.money.products.model import AllocationPolicy, Component, PaymentKind

Pair: TypeAlias = tuple[str, str]
"""What is said in Chinese, and in English."""

_COMPONENTS: Final = {
    Component.LATE_FEE: ("违约金", "late fees"),
    Component.FEE: ("费用", "fees"),
    Component.PRINCIPAL: ("本金", "principal"),
}
_STATES: Final = {
    Timing.PAST_DUE: ("逾期", "past due"),
    Timing.DUE: ("已出账", "billed"),
    Timing.IN_ADVANCE: ("未出账", "not yet billed"),
}
_EXCESSES: Final = {
    None: ("多还的部分是溢缴款", "what is left over is your credit balance"),
    Future.NEXT: (
        "多还的部分提前偿还最近的分期本金",
        "what is left over pays the principal of the next installments of plans",
    ),
    Future.LAST: (
        "多还的部分从最后一期起提前偿还分期本金",
        "what is left over pays the principal of the last installments of plans, backward",
    ),
    Future.EVENLY: (
        "多还的部分平均提前偿还各期分期本金",
        "what is left over pays the principal of all installments of plans alike",
    ),
}
_KINDS: Final = {
    None: ("还款", "what is paid"),
    PaymentKind.REPAYMENT: ("主动还款", "what you pay yourself"),
    PaymentKind.AUTOPAY: ("自动还款", "what autopay collects"),
    PaymentKind.CREDIT: ("溢缴款抵还", "what your credit balance pays"),
    PaymentKind.GOODWILL: ("我们承担的款项", "what we pay for you out of goodwill"),
}


def in_words(policy: AllocationPolicy) -> Pair:
    """Say the order of components of a due, and in parentheses whatever the policy says otherwise.

    The default policy is the order of components alone: the clause around it says that the oldest due comes first.
    """
    order = [component for state, component in policy.order if state is Timing.DUE]
    said = _joined([_COMPONENTS[component] for component in order], ("、", ", then "))
    default = replace(policy, kinds=())
    odd: list[tuple[PaymentKind | None, AllocationPolicy]] = [
        (kind, own) for kind, own in policy.kinds if own != default
    ]
    if not _is_plain(default, order):
        odd = [(None, default), *odd]
    if not odd:
        return said
    ways = _joined([_way(kind, own) for kind, own in odd], ("；", "; "))
    return (
        f"{said[0]}（但按本产品约定：{ways[0]}）",
        f"{said[1]} (except that by this product {ways[1]})",
    )


def _is_plain(policy: AllocationPolicy, order: list[Component]) -> bool:
    """Tell whether a policy is what the clause says anyway."""
    same = [component for _, component in policy.order] == order * len(Timing)
    return same and not policy.by_component and policy.future is None


def _way(kind: PaymentKind | None, policy: AllocationPolicy) -> Pair:
    who, excess = _KINDS[kind], _EXCESSES[policy.future]
    places = [
        (
            f"{_STATES[state][0]}的{_COMPONENTS[part][0]}",
            f"{_COMPONENTS[part][1]} {_STATES[state][1]}",
        )
        for state, part in policy.order
    ]
    order = _joined(places, ("、", ", "))
    how = (
        ("不分先后到期，对全部欠款依次偿还", "settles over all dues, in this order: ")
        if policy.by_component
        else (
            "先还最早到期的，同一还款日内依次偿还",
            "settles the oldest due first, of one due date: ",
        )
    )
    return f"{who[0]}{how[0]}{order[0]}，{excess[0]}", f"{who[1]} {how[1]}{order[1]}; {excess[1]}"


def _joined(said: list[Pair], by: Pair) -> Pair:
    return by[0].join(one[0] for one in said), by[1].join(one[1] for one in said)
