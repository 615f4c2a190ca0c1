"""Which rows an early settlement takes, and what each of them costs on the day."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from whiteslip.kernel.calendar import add_months, next_statement
from whiteslip.kernel.errors import Conflict, InvalidInput, WhiteslipError
from whiteslip.money.payoffs.model import Beginning, Payoff, Scope, Wish
from whiteslip.money.schedules.model import Owed, Settlement
from whiteslip.money.schedules.rescheduling import is_billed


def work_out(
    owed: Iterable[Owed],
    began: Mapping[int, Beginning],
    wish: Wish,
    *,
    statement_day: int,
    reached: date,
) -> Payoff | WhiteslipError:
    """Work out what settles a wish today; `began` says since when each installment is owed.

    On the day a plan begins it costs no fee. Later the fee of the period that runs, which the next statement would
    bill, is owed; the fees of periods still to come are dropped. All principal, and what was billed, is paid.
    """
    named = (wish.purchase_id is not None) + (wish.split_id is not None)
    if named != (wish.scope is Scope.PLAN):
        text = "a plan, and nothing else, is named by its purchase or its split"
        return InvalidInput(text, where="purchase_id")
    next_on = next_statement(reached, statement_day, strictly_after=True)
    rows = [row for row in owed if _is_wanted(row, began, wish, next_on, reached)]
    if not rows:
        return Conflict("nothing of it is owed")
    settlements: list[Settlement] = []
    billed: list[tuple[int, int]] = []
    for row in rows:
        runs = row.statement_on == next_on and began[row.installment_id].began_on < reached
        fee = row.unbilled_fee_minor if runs else 0
        if fee:
            billed.append((row.installment_id, fee))
        settlements.append(
            Settlement(
                row.customer_id,
                row.line_id,
                row.installment_id,
                row.principal_minor,
                row.fee_minor + fee,
                row.late_fee_minor,
                row.unbilled_fee_minor - fee,
            )
        )
    return Payoff(wish, tuple(settlements), tuple(billed))


def check_accepted(payoff: Payoff, *, amount_minor: int, version: str) -> WhiteslipError | None:
    """Say why an early settlement cannot be paid as it was quoted."""
    if version != payoff.version:
        return Conflict("what is owed has changed since the quote: ask for another one")
    if amount_minor != payoff.total_minor:
        return InvalidInput("the amount is exactly what was quoted", where="amount_minor")
    return None


def _is_wanted(
    row: Owed, began: Mapping[int, Beginning], wish: Wish, next_on: date, reached: date
) -> bool:
    match wish.scope:
        case Scope.EVERYTHING:
            return True
        case Scope.PLAN:
            if wish.split_id is not None:
                return began[row.installment_id].split_id == wish.split_id
            return row.kind == "plan" and row.purchase_id == wish.purchase_id
        case Scope.STATEMENT:
            return is_billed(row, reached=reached) or _revolves(row, began, next_on)


def _revolves(row: Owed, began: Mapping[int, Beginning], next_on: date) -> bool:
    """Tell whether the last statement showed a row that has rolled on since, or a row is the fee of one that did."""
    last_on = add_months(next_on, -1)
    rolled = row.kind == "pay_later" and began[row.installment_id].began_on < last_on
    return rolled or row.kind == "revolving_fee"
