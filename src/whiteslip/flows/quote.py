"""Quote: what a purchase would cost and when it would be due, before anybody confirms anything."""

from __future__ import annotations

from typing import NamedTuple

from whiteslip.care.hardship.rules import relief_reason
from whiteslip.care.hardship.store import lines_on_relief
from whiteslip.infra import business_day
from whiteslip.infra.database import Connection
from whiteslip.kernel.errors import InvalidInput, NotFound
from whiteslip.kernel.money import MAX_MINOR, decimal_text
from whiteslip.kernel.reason import MOST_REASONS, Reason
from whiteslip.money.lines import rules as line_rules
from whiteslip.money.lines.model import LineKey
from whiteslip.money.lines.store import read_lines
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
    """What would be owed when, its cost a year, and what stands in the way; no reasons means it can be bought."""

    plan_months: int
    principal_minor: int
    fee_minor: int
    total_minor: int
    annual_cost_ppm_simple: int
    annual_cost_ppm_compound: int
    installments: tuple[InstallmentTerms, ...]
    available_minor: int
    reasons: tuple[Reason, ...]


def quote(db: Connection, request: QuoteRequest) -> Quote:
    """Quote a purchase made today; it reads and promises nothing."""
    on = business_day.read(db).current_on
    key = LineKey(request.customer_id, request.line_id)
    line = read_lines(db, [key]).get(key)
    if line is None:
        raise NotFound(f"customer {request.customer_id} has no line {request.line_id}")
    product = products.by_id(db, {line.product_id})[line.product_id]
    cost = _cost(request, product)
    rows = installments(
        request.amount_minor,
        product,
        request.plan_months,
        statement_day=line.statement_day,
        on=on,
    )
    reasons = list(line_rules.refusals(line, request.amount_minor))
    in_plan = request.plan_months > 0
    if line_rules.is_restricting(line, request.amount_minor, in_plan=in_plan):
        against = reasons_against(db, [key], in_plan=in_plan)
        reasons = [*against.get(key, ()), *reasons]
    if line.credit_barred:
        reasons = [relief_reason(lines_on_relief(db, [key]).get(key)), *reasons]
    fee = sum(row.fee_minor for row in rows)
    return Quote(
        request.plan_months,
        request.amount_minor,
        fee,
        request.amount_minor + fee,
        cost.simple_ppm,
        cost.compound_ppm,
        rows,
        max(0, line.available_minor),
        tuple(reasons[:MOST_REASONS]),
    )


def _cost(request: QuoteRequest, product: Product) -> AnnualCost:
    if not 0 < request.amount_minor <= MAX_MINOR:
        raise InvalidInput("an amount is positive", where="amount_minor")
    if request.plan_months == 0:
        return AnnualCost(0, 0)
    offer = product.plan(request.plan_months)
    if offer is None:
        offered = ", ".join(str(plan.months) for plan in product.plans) or "none"
        raise InvalidInput(
            f"no plan of {request.plan_months} months is offered; offered: {offered}",
            where="plan_months",
        )
    if request.amount_minor < product.plan_minimum_minor:
        least = decimal_text(product.plan_minimum_minor)
        raise InvalidInput(f"a plan splits at least {least}", where="amount_minor")
    return flat_fee_cost(offer.months, offer.monthly_fee_ppm)
