"""From terms to installments: pay later is one, a plan one a month with a flat fee."""

from __future__ import annotations

from datetime import date, timedelta

from whiteslip.kernel import calendar, rate
from whiteslip.kernel.money import Minor, split
from whiteslip.money.products.model import PlanOffer, Product
from whiteslip.money.schedules.model import InstallmentTerms


def pay_later(
    principal_minor: Minor, product: Product, *, statement_day: int, on: date
) -> tuple[InstallmentTerms, ...]:
    """Owe the whole on the next statement; a purchase on a statement date belongs to the one after."""
    statement_on = calendar.next_statement(on, statement_day, strictly_after=True)
    due_on = statement_on + timedelta(days=product.due_days)
    return (InstallmentTerms(1, principal_minor, 0, statement_on, due_on),)


def plan(
    principal_minor: Minor, product: Product, offer: PlanOffer, *, statement_day: int, on: date
) -> tuple[InstallmentTerms, ...]:
    """Owe equal parts on the next statements, the last ones with the odd fen, each with the flat fee."""
    fee_minor = rate.of(principal_minor, offer.monthly_fee_ppm, product.rounding)
    parts = split(principal_minor, offer.months)
    dates = calendar.statement_dates(on, statement_day, offer.months)
    due_days = timedelta(days=product.due_days)
    return tuple(
        InstallmentTerms(number, part, fee_minor, statement_on, statement_on + due_days)
        for number, (part, statement_on) in enumerate(zip(parts, dates, strict=True), start=1)
    )


def installments(
    principal_minor: Minor, product: Product, plan_months: int, *, statement_day: int, on: date
) -> tuple[InstallmentTerms, ...]:
    """Make the installments of a capture; `plan_months` is 0 for pay later."""
    offer = product.plan(plan_months)
    if offer is None:
        return pay_later(principal_minor, product, statement_day=statement_day, on=on)
    return plan(principal_minor, product, offer, statement_day=statement_day, on=on)
