"""From terms to installments: pay later is one, a plan one a month with its fee, which is flat or interest."""

from __future__ import annotations

from datetime import date, timedelta

from whiteslip.kernel import calendar, rate
from whiteslip.kernel.money import Minor, split
from whiteslip.money.plans.rules import schedule
from whiteslip.money.products.model import PlanOffer, Product
from whiteslip.money.products.offers import terms_of
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
    """Owe a part of the principal and a fee on each of the next statements.

    Equal parts bear the flat fee, the last ones with the odd fen. Interest runs from the capture to the first statement
    and from statement to statement, by the offer's day count; from a statement to its due date nothing is borne.
    """
    dates = calendar.statement_dates(on, statement_day, offer.months)
    if offer.bears_interest:
        terms = terms_of(offer, product.rounding, first_on=dates[0])
        rows = schedule(terms, principal_minor, drawn_on=on)
        parts = [(row.principal_minor, row.interest_minor) for row in rows]
    else:
        fee_minor = rate.of(principal_minor, offer.monthly_fee_ppm, product.rounding)
        parts = [(part, fee_minor) for part in split(principal_minor, offer.months)]
    due_days = timedelta(days=product.due_days)
    return tuple(
        InstallmentTerms(number, *part, statement_on, statement_on + due_days)
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
