"""Whether a statement may be split, into what, and who bears which share of each month's fee."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from itertools import groupby

from whiteslip.kernel import rate
from whiteslip.kernel.errors import InvalidInput, NotFound, WhiteslipError
from whiteslip.kernel.money import decimal_text, share_out
from whiteslip.money.lines.model import Line
from whiteslip.money.products.costs import annual_cost, check_cap
from whiteslip.money.products.model import Product
from whiteslip.money.schedules.model import InstallmentTerms, Owed, Piece, Rescheduled
from whiteslip.money.schedules.rules import plan
from whiteslip.money.splits.model import Billed, Minimum, NotSplit, Split, Why


def work_out(
    billed: Billed | None,
    owed: Sequence[Owed],
    line: Line,
    product: Product,
    *,
    months: int,
    on: date,
) -> Split | WhiteslipError:
    """Work out what splitting the latest statement comes to on a day, or say why it may not be.

    The principal it billed to be paid later and that is unpaid becomes equal parts on the next statements, each with
    the product's flat fee; a plan that bears interest is for purchases. A row that bears a fee of its own, because it
    was put off before, stays as it is.
    """
    if billed is None:
        return NotFound(f"line {line.line_id} has no statement yet")
    if error := _refusal(billed, owed, line, on):
        return error
    offer = product.plan(months)
    if offer is None or offer.bears_interest:
        flat = [str(plan.months) for plan in product.plans if not plan.bears_interest]
        offered = ", ".join(flat) or "none"
        text = f"no plan of {months} months is offered; offered: {offered}"
        return InvalidInput(text, where="months")
    rows = [row for row in owed if row.installment_id in billed.installment_ids]
    principal = sum(row.principal_minor for row in rows)
    if principal < max(1, product.plan_minimum_minor):
        least = decimal_text(product.plan_minimum_minor)
        text = f"{decimal_text(principal)} is left to be paid later; a plan splits at least {least}"
        return NotSplit(Why.TOO_LITTLE, text)
    terms = plan(principal, product, offer, statement_day=line.statement_day, on=on)
    cost = annual_cost(principal, [term.principal_minor + term.fee_minor for term in terms])
    if error := check_cap(cost, product):
        return NotSplit(Why.TOO_DEAR, str(error))
    pieces = tuple(pieces_of(rows, terms))
    after = left_to_ask(billed, principal, product)
    return Split(
        billed.statement_on, months, principal, cost, terms, pieces, billed.minimum_minor, after
    )


def share_fees(
    rows: Iterable[Rescheduled], terms: Sequence[InstallmentTerms]
) -> list[tuple[int, int, int]]:
    """Share each month's fee over its rows by their principal: (customer, installment, minor units)."""
    fees = {term.due_on: term.fee_minor for term in terms}
    shared: list[tuple[int, int, int]] = []
    for due_on, some in groupby(sorted(rows, key=lambda row: row[3]), key=lambda row: row[3]):
        month = list(some)
        parts = share_out(fees[due_on], [row.principal_minor for row in month])
        shared += [
            (row.customer_id, row.installment_id, part)
            for row, part in zip(month, parts, strict=True)
            if part
        ]
    return shared


def _refusal(billed: Billed, owed: Sequence[Owed], line: Line, on: date) -> NotSplit | None:
    if billed.is_split:
        text = f"the statement of {billed.statement_on} is split already"
        return NotSplit(Why.SPLIT_ALREADY, text)
    if on > billed.due_on or any(row.due_on < on for row in owed):
        return NotSplit(Why.OVERDUE, "what is overdue is not split: ask for relief instead")
    if line.credit_barred:
        return NotSplit(Why.RELIEF, "a relief runs: its dues are agreed already")
    if line.plans_barred:
        return NotSplit(Why.PLANS_STOPPED, "plans are stopped on the line")
    return None


def left_to_ask(billed: Billed, principal_minor: int, product: Product) -> Minimum:
    """Ask only for what remains of the pay-later part; what was paid on it stays in it."""
    left = billed.pay_later_minor - principal_minor
    share = rate.of(left, product.minimum_ppm)
    asked = billed.minimum_minor - (billed.pay_later_minimum_minor - share)
    return Minimum(max(0, asked), left, share)


def pieces_of(rows: Sequence[Owed], terms: Sequence[InstallmentTerms]) -> Iterator[Piece]:
    """Fill the installments with the principal of the rows, the oldest row first; a row's first piece is the row."""
    waiting = iter(terms)
    term = next(waiting)
    room = term.principal_minor
    for row in sorted(rows, key=lambda row: row.age):
        left, is_first = row.principal_minor, True
        while left:
            if not room:
                term = next(waiting)
                room = term.principal_minor
            taken = min(left, room)
            yield Piece(
                row.customer_id,
                row.line_id,
                row.installment_id,
                is_first,
                taken,
                0,
                0,
                term.statement_on,
                term.due_on,
                "plan",
                term.number,
                revolving=False,
            )
            left, room, is_first = left - taken, room - taken, False
