"""The order of payment in words: the default as ever, and every exception said."""

from __future__ import annotations

from dataclasses import replace

from tests.credit.agreements.test_rules import PAY_LATER, written

from whiteslip.credit.agreements.orders import in_words
from whiteslip.money.plans.model import Future, Timing, ordered
from whiteslip.money.products.model import AllocationPolicy, Component, PaymentKind

LATE_FEE, FEE, PRINCIPAL = Component.LATE_FEE, Component.FEE, Component.PRINCIPAL
DEFAULT = AllocationPolicy(ordered(LATE_FEE, FEE, PRINCIPAL))


def test_the_default_is_the_order_of_components_alone() -> None:
    assert in_words(DEFAULT) == ("违约金、费用、本金", "late fees, then fees, then principal")
    same = replace(DEFAULT, kinds=((PaymentKind.AUTOPAY, DEFAULT),))
    assert in_words(same) == in_words(DEFAULT)
    other = AllocationPolicy(ordered(PRINCIPAL, FEE, LATE_FEE))
    assert in_words(other)[1] == "principal, then fees, then late fees"


def test_a_kind_with_an_excess_of_its_own_is_named_in_the_clause() -> None:
    ahead = replace(DEFAULT, future=Future.NEXT)
    policy = replace(DEFAULT, kinds=((PaymentKind.AUTOPAY, ahead),))
    product = replace(PAY_LATER, allocation=policy)

    english = written(product, "en")
    assert (
        "late fees, then fees, then principal (except that by this product what autopay" in english
    )
    assert "what is left over pays the principal of the next installments of plans)" in english
    assert "（但按本产品约定：自动还款先还最早到期的" in written(product, "zh")
    assert "by hand" not in english


def test_a_product_that_is_vertical_says_every_place_and_so_does_a_kind_that_is_not() -> None:
    order = tuple((state, part) for part in (FEE, LATE_FEE, PRINCIPAL) for state in Timing)
    policy = AllocationPolicy(order, by_component=True, kinds=((PaymentKind.CREDIT, DEFAULT),))

    chinese, english = in_words(policy)

    assert (
        "what is paid settles over all dues, in this order: fees past due, fees billed" in english
    )
    assert "what your credit balance pays settles the oldest due first" in english
    assert "还款不分先后到期，对全部欠款依次偿还逾期的费用、已出账的费用" in chinese
    assert "溢缴款抵还先还最早到期的" in chinese
