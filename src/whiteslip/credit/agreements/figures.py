"""The figures of a product and of a plan in words, as the clauses that name them are filled."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from whiteslip.credit.agreements.model import Words
from whiteslip.credit.agreements.orders import in_words
from whiteslip.kernel.money import Minor, decimal_text
from whiteslip.kernel.rate import Ppm
from whiteslip.money.plans.model import DayCount
from whiteslip.money.products.costs import AnnualCost
from whiteslip.money.products.model import CapBasis, Method, PlanOffer, Product
from whiteslip.money.schedules.model import InstallmentTerms

PRODUCT_FIGURES = frozenset(
    {
        "due_days",
        "free_from",
        "free_to",
        "hold_days",
        "minimum",
        "revolving_fee",
        "late_fee",
        "grace",
        "annual_cap",
        "cap_basis",
        "line_cap",
        "plan_minimum",
        "plans",
        "allocation",
    }
)
PLAN_FIGURES = frozenset(
    {
        "agreed_on",
        "order",
        "months",
        "charge",
        "monthly_fee",
        "annual_simple",
        "annual_compound",
        "principal",
        "fee_total",
        "total",
        "schedule",
    }
)
_LONGEST_MONTH = 31
_BASIS = {CapBasis.SIMPLE: Words("单利", "simple"), CapBasis.COMPOUND: Words("复利", "compound")}


_METHODS = {
    Method.EQUAL_INSTALLMENTS: Words("等额本息", "equal installments"),
    Method.EQUAL_PRINCIPAL: Words("等额本金", "equal parts of the principal"),
}
_DAY_COUNTS = {
    DayCount.BY_PERIOD: Words("每期为一年的十二分之一", "each month a twelfth of a year"),
    DayCount.THIRTY_360: Words("每月 30 天、一年 360 天", "months of 30 days and a year of 360"),
    DayCount.ACT_360: Words("实际天数、一年 360 天", "by real days and a year of 360"),
    DayCount.ACT_364: Words("实际天数、一年 364 天", "by real days and a year of 364"),
    DayCount.ACT_365: Words("实际天数、一年 365 天", "by real days and a year of 365"),
    DayCount.ACT_ACT: Words(
        "实际天数、当年实有天数", "by real days and the days a year really has"
    ),
}


class Plan(NamedTuple):
    """A purchase in a plan as it was agreed: its terms, its cost a year, and every due."""

    offer: PlanOffer
    cost: AnnualCost
    order_ref: str
    agreed_on: date
    installments: tuple[InstallmentTerms, ...]

    @property
    def principal_minor(self) -> Minor:
        """What is split."""
        return sum(row.principal_minor for row in self.installments)

    @property
    def fee_minor(self) -> Minor:
        """The fees of all months."""
        return sum(row.fee_minor for row in self.installments)

    @property
    def total_minor(self) -> Minor:
        """What is paid in all, if it is paid as agreed."""
        return self.principal_minor + self.fee_minor


def of_product(product: Product) -> dict[str, Words]:
    """Put the terms of a product into words."""
    return {
        "due_days": _same(product.due_days),
        "free_from": _same(product.due_days + 1),
        "free_to": _same(product.due_days + _LONGEST_MONTH),
        "hold_days": _same(product.hold_days),
        "minimum": _percent(product.minimum_ppm),
        "revolving_fee": _percent(product.revolving_fee_ppm),
        "late_fee": _percent(product.late_fee_ppm),
        "grace": _grace(product.grace_days),
        "annual_cap": _percent(product.annual_cap_ppm),
        "cap_basis": _BASIS[product.cap_basis],
        "line_cap": amount(product.line_cap_minor, product.currency),
        "plan_minimum": amount(product.plan_minimum_minor, product.currency),
        "plans": _plans(product.plans),
        "allocation": Words(*in_words(product.allocation)),
    }


def of_plan(plan: Plan, currency: str) -> dict[str, Words]:
    """Put what was agreed of a plan into words."""
    return {
        "agreed_on": _same(plan.agreed_on.isoformat()),
        "order": _same(plan.order_ref),
        "months": _same(plan.offer.months),
        "charge": charge(plan.offer),
        "monthly_fee": _percent(plan.offer.monthly_fee_ppm),
        "annual_simple": _yearly(plan.cost.simple_ppm),
        "annual_compound": _yearly(plan.cost.compound_ppm),
        "principal": amount(plan.principal_minor, currency),
        "fee_total": amount(plan.fee_minor, currency),
        "total": amount(plan.total_minor, currency),
        "schedule": _schedule(plan.installments, currency),
    }


def amount(minor: Minor, currency: str) -> Words:
    """Write an amount with its currency, as each language does."""
    text = decimal_text(minor)
    return Words(f"{text} 元" if currency == "CNY" else f"{text} {currency}", f"{currency} {text}")


def charge(offer: PlanOffer) -> Words:
    """Say what a plan charges: its flat fee, or its method, rate a year and day count."""
    rate = percent(offer.annual_ppm if offer.bears_interest else offer.monthly_fee_ppm)
    if offer.bears_interest:
        how, days = _METHODS[offer.method], _DAY_COUNTS[offer.day_count or DayCount.BY_PERIOD]
        return Words(
            f"{how.zh}，对剩余本金按年利率 {rate} 计息，{days.zh}",
            f"{how.en} with interest of {rate} a year on what remains of the principal, {days.en}",
        )
    if not offer.monthly_fee_ppm:
        return Words("没有分期服务费，也没有利息", "no installment fee and no interest")
    return Words(
        f"每期收取分期服务费，为原本金的 {rate}",
        f"an installment fee each month of {rate} of the original principal",
    )


def percent(rate_ppm: Ppm) -> str:
    """Write a rate in percent with as many decimals as it has: 500 → "0.05%"."""
    whole, rest = divmod(rate_ppm, 10_000)
    return f"{whole}.{rest:04d}".rstrip("0").rstrip(".") + "%"


def _percent(rate_ppm: Ppm) -> Words:
    return _same(percent(rate_ppm))


def _yearly(rate_ppm: Ppm) -> Words:
    """Round a yearly cost to a hundredth of a percent, as it is shown before buying."""
    return _same(f"{rate_ppm / 10_000:.2f}%")


def _grace(days: int) -> Words:
    if days == 0:
        return Words("没有宽限期", "there are no days of grace")
    return Words(f"前 {days} 天不计违约金", f"the first {days} overdue days bear none")


def _plans(plans: Sequence[PlanOffer]) -> Words:
    if not plans:
        return Words("暂无", "none")
    return Words(
        "；".join(f"{plan.months} 期，{_terms(plan).zh}" for plan in plans),
        "; ".join(f"{plan.months} months {_terms(plan).en}" for plan in plans),
    )


def _terms(offer: PlanOffer) -> Words:
    if offer.bears_interest:
        told = charge(offer)
        return Words(told.zh, f"in {told.en}")
    rate = percent(offer.monthly_fee_ppm)
    return Words(f"每期 {rate}", f"at {rate} a month")


def _schedule(rows: Sequence[InstallmentTerms], currency: str) -> Words:
    zh: list[str] = []
    en: list[str] = []
    for row in rows:
        principal, fee = amount(row.principal_minor, currency), amount(row.fee_minor, currency)
        zh.append(f"第 {row.number} 期：{row.due_on}，本金 {principal.zh}，费用 {fee.zh}")
        en.append(f"{row.number}. {row.due_on}: principal {principal.en}, fee {fee.en}")
    return Words("\n".join(zh), "\n".join(en))


def _same(value: object) -> Words:
    return Words(str(value), str(value))
