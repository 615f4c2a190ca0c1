"""Quote: what a purchase would cost and when it would be due, before anybody confirms anything."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from whiteslip.care.hardship.rules import relief_reason
from whiteslip.care.hardship.store import lines_on_relief
from whiteslip.infra.database import Connection
from whiteslip.kernel.errors import InvalidInput, NotFound, WhiteslipError
from whiteslip.kernel.money import MAX_MINOR, decimal_text
from whiteslip.kernel.reason import MOST_REASONS, Reason
from whiteslip.money.disclosures.model import Disclosure
from whiteslip.money.disclosures.rules import disclose
from whiteslip.money.lines import rules as line_rules
from whiteslip.money.lines.model import Line, LineKey
from whiteslip.money.lines.store import read_line_today
from whiteslip.money.products import store as products
from whiteslip.money.products.costs import check_cap
from whiteslip.money.products.model import Product
from whiteslip.money.schedules.model import InstallmentTerms
from whiteslip.risk.suspensions.store import reasons_against


class QuoteRequest(NamedTuple):
    """An amount, to be paid later (0 months) or in a plan."""

    customer_id: int
    line_id: int
    amount_minor: int
    plan_months: int


class Quote(NamedTuple):
    """What would be owed when, its cost a year, and what stands in the way; no reasons means it can be bought."""

    told: Disclosure
    available_minor: int
    reasons: tuple[Reason, ...]

    @property
    def plan_months(self) -> int:
        """In how many months it would be paid; 0 is later, at once."""
        return self.told.months

    @property
    def principal_minor(self) -> int:
        """What would be bought for."""
        return self.told.principal_minor

    @property
    def fee_minor(self) -> int:
        """All fees together, interest included."""
        return self.told.fee_minor

    @property
    def total_minor(self) -> int:
        """What would be paid in all."""
        return self.told.total_minor

    @property
    def installments(self) -> tuple[InstallmentTerms, ...]:
        """What would be owed when."""
        return self.told.installments


def quote(db: Connection, request: QuoteRequest) -> Quote:
    """Quote a purchase made today; it reads and promises nothing. What would cost more than the cap is a conflict."""
    case = _read(db, LineKey(request.customer_id, request.line_id))
    told = _told(case, request.amount_minor, request.plan_months)
    if error := check_cap(told.cost, case.product):
        raise error
    return _quote(db, case, told)


def quote_every_way(db: Connection, key: LineKey, amount_minor: int) -> list[Quote]:
    """Quote a purchase made today in every way it may be paid: later first, then the plans offered for the amount.

    A plan that would cost this amount more than the cap is left out.
    """
    case = _read(db, key)
    offered = case.product.plans if amount_minor >= case.product.plan_minimum_minor else ()
    months = (0, *(plan.months for plan in offered))
    told = [_told(case, amount_minor, each) for each in months]
    return [_quote(db, case, one) for one in told if check_cap(one.cost, case.product) is None]


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


def _quote(db: Connection, case: _Case, told: Disclosure) -> Quote:
    against = _against(db, case.line, told.principal_minor, in_plan=told.months > 0)
    return Quote(told, max(0, case.line.available_minor), tuple(against[:MOST_REASONS]))


def _against(db: Connection, line: Line, amount_minor: int, *, in_plan: bool) -> list[Reason]:
    reasons = list(line_rules.refusals(line, amount_minor))
    if line_rules.is_restricting(line, amount_minor, in_plan=in_plan):
        against = reasons_against(db, [line.key], in_plan=in_plan)
        reasons = [*against.get(line.key, ()), *reasons]
    if line.credit_barred:
        reasons = [relief_reason(lines_on_relief(db, [line.key]).get(line.key)), *reasons]
    return reasons


def _told(case: _Case, amount_minor: int, plan_months: int) -> Disclosure:
    if error := _mistake(amount_minor, plan_months, case.product):
        raise error
    day = case.line.statement_day
    return disclose(amount_minor, case.product, plan_months, statement_day=day, on=case.on)


def _mistake(amount_minor: int, plan_months: int, product: Product) -> WhiteslipError | None:
    if not 0 < amount_minor <= MAX_MINOR:
        return InvalidInput("an amount is positive", where="amount_minor")
    if plan_months == 0:
        return None
    if product.plan(plan_months) is None:
        offered = ", ".join(str(plan.months) for plan in product.plans) or "none"
        text = f"no plan of {plan_months} months is offered; offered: {offered}"
        return InvalidInput(text, where="plan_months")
    if amount_minor < product.plan_minimum_minor:
        least = decimal_text(product.plan_minimum_minor)
        return InvalidInput(f"a plan splits at least {least}", where="amount_minor")
    return None
