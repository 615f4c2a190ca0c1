"""Quote: what a purchase would cost and when it would be due, before anybody confirms anything."""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from typing import NamedTuple

from whiteslip.care.hardship.rules import relief_reason
from whiteslip.care.hardship.store import lines_on_relief
from whiteslip.infra.database import Connection
from whiteslip.kernel.errors import InvalidInput, NotFound
from whiteslip.kernel.money import MAX_MINOR, decimal_text
from whiteslip.kernel.reason import MOST_REASONS, Reason
from whiteslip.money.lines import rules as line_rules
from whiteslip.money.lines.model import Line, LineKey
from whiteslip.money.lines.store import read_line_today
from whiteslip.money.products import store as products
from whiteslip.money.products.costs import AnnualCost, flat_fee_cost
from whiteslip.money.products.model import Product
from whiteslip.money.schedules.model import InstallmentTerms
from whiteslip.money.schedules.rules import installments
from whiteslip.risk.suspensions.store import reasons_against


class QuoteRequest(NamedTuple):
    """An amount, to be paid later (0 months) or in a plan."""

    customer_id: int
    line_id: int
    amount_minor: int
    plan_months: int


class Quote(NamedTuple):
    """What would be owed when, its cost a year, and what stands in the way; no reasons means it can be bought.

    `late_fee_ppm` is charged a day on what is overdue of the principal.
    """

    plan_months: int
    principal_minor: int
    fee_minor: int
    total_minor: int
    annual_cost_ppm_simple: int
    annual_cost_ppm_compound: int
    installments: tuple[InstallmentTerms, ...]
    available_minor: int
    reasons: tuple[Reason, ...]
    late_fee_ppm: int


def quote(db: Connection, request: QuoteRequest) -> Quote:
    """Quote a purchase made today; it reads and promises nothing."""
    case = _read(db, LineKey(request.customer_id, request.line_id))
    return _quote(db, case, request.amount_minor, request.plan_months)


def quote_every_way(db: Connection, key: LineKey, amount_minor: int) -> list[Quote]:
    """Quote a purchase made today in every way it may be paid: later first, then the plans offered for the amount."""
    case = _read(db, key)
    offered = case.product.plans if amount_minor >= case.product.plan_minimum_minor else ()
    months = (0, *(plan.months for plan in offered))
    return [_quote(db, case, amount_minor, each) for each in months]


class _Case(NamedTuple):
    line: Line
    product: Product
    on: date


def _read(db: Connection, key: LineKey) -> _Case:
    found = read_line_today(db, key)
    if found is None:
        raise NotFound(f"customer {key.customer_id} has no line {key.line_id}")
    line, on = found
    return _Case(line, products.by_id(db, {line.product_id})[line.product_id], on)


def _quote(db: Connection, case: _Case, amount_minor: int, plan_months: int) -> Quote:
    line, product = case.line, case.product
    cost, rows = _terms(amount_minor, plan_months, product, line.statement_day, case.on)
    fee = sum(row.fee_minor for row in rows)
    return Quote(
        plan_months,
        amount_minor,
        fee,
        amount_minor + fee,
        cost.simple_ppm,
        cost.compound_ppm,
        rows,
        max(0, line.available_minor),
        tuple(_against(db, line, amount_minor, in_plan=plan_months > 0)[:MOST_REASONS]),
        product.late_fee_ppm,
    )


@lru_cache(1 << 14)
def _terms(
    amount_minor: int, plan_months: int, product: Product, statement_day: int, on: date
) -> tuple[AnnualCost, tuple[InstallmentTerms, ...]]:
    """Work out what follows from the terms alone; many ask the same on a day."""
    cost = _cost(amount_minor, plan_months, product)
    rows = installments(amount_minor, product, plan_months, statement_day=statement_day, on=on)
    return cost, rows


def _against(db: Connection, line: Line, amount_minor: int, *, in_plan: bool) -> list[Reason]:
    reasons = list(line_rules.refusals(line, amount_minor))
    if line_rules.is_restricting(line, amount_minor, in_plan=in_plan):
        against = reasons_against(db, [line.key], in_plan=in_plan)
        reasons = [*against.get(line.key, ()), *reasons]
    if line.credit_barred:
        reasons = [relief_reason(lines_on_relief(db, [line.key]).get(line.key)), *reasons]
    return reasons


def _cost(amount_minor: int, plan_months: int, product: Product) -> AnnualCost:
    if not 0 < amount_minor <= MAX_MINOR:
        raise InvalidInput("an amount is positive", where="amount_minor")
    if plan_months == 0:
        return AnnualCost(0, 0)
    offer = product.plan(plan_months)
    if offer is None:
        offered = ", ".join(str(plan.months) for plan in product.plans) or "none"
        raise InvalidInput(
            f"no plan of {plan_months} months is offered; offered: {offered}",
            where="plan_months",
        )
    if amount_minor < product.plan_minimum_minor:
        least = decimal_text(product.plan_minimum_minor)
        raise InvalidInput(f"a plan splits at least {least}", where="amount_minor")
    return flat_fee_cost(offer.months, offer.monthly_fee_ppm)
