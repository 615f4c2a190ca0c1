"""Closing a day of a line by the pure rules: what rolls, what accrues, what is billed, and what credit pays."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import groupby

from whiteslip.kernel import rate
from whiteslip.kernel.calendar import ONE_DAY
from whiteslip.kernel.money import Minor
from whiteslip.money.arrears.rules import roll
from whiteslip.money.ledger.model import MovementKind
from whiteslip.money.products.model import PaymentKind
from whiteslip.money.repayments.rules import use_credit
from whiteslip.money.replays.life import Life
from whiteslip.money.replays.model import Act, Charge, Origin, Row, Source, Step
from whiteslip.money.statements.rules import close


def close_day(life: Life) -> None:
    """Close the day a line is on and move to the next; twin of the steps of end of day that touch what is owed."""
    _roll(life)
    life.day += ONE_DAY
    _accrue(life)
    _bill(life)
    _use_credit(life)
    _state(life)
    life.age()


def _roll(life: Life) -> None:
    """Part what statements due today leave unpaid: what is missing of the minimum stays, the rest revolves."""
    due = [row for row in life.open_rows() if row.kind == "pay_later" and row.due_on == life.day]
    due.sort(key=_age)
    for statement_on, group in groupby(due, key=lambda row: row.statement_on):
        rows = list(group)
        said = life.statements.get(statement_on)
        if said is None:
            continue
        owed = [row.owed_principal_minor for row in rows]
        minimum = said.pay_later_minimum_minor
        parted = roll(owed, billed_minor=said.pay_later_minor, minimum_minor=minimum)
        for row, part in zip(rows, parted, strict=True):
            _part(life, row, part.stays_minor, part.rolls_minor)


def _age(row: Row) -> tuple[date, date, int, int]:
    """The order in which rows of a statement are parted."""
    return row.statement_on, row.captured_on, row.purchase_id or 0, row.installment_id


def _part(life: Life, row: Row, stays_minor: Minor, rolls_minor: Minor) -> None:
    next_on = life.next_statement()
    if rolls_minor and not stays_minor:
        row.statement_on, row.due_on, row.revolving = next_on, life.due_after(next_on), True
        row.steps.append(Step(life.day, Act.ROLLED_ON, base_minor=rolls_minor, due_on=row.due_on))
        return
    if not rolls_minor:
        row.revolving = row.revolving and not stays_minor
        return
    row.principal_minor -= rolls_minor
    row.revolving = False
    row.steps.append(Step(life.day, Act.ROLLED_OUT, principal_minor=-rolls_minor))
    life.add(
        Row(
            f"{row.key}/roll.{next_on}",
            0,
            row.purchase_id,
            row.number,
            row.kind,
            next_on,
            life.due_after(next_on),
            row.captured_on,
            rolls_minor,
            revolving=True,
        ),
        Act.ROLLED_IN,
        None,
    )


def _accrue(life: Life) -> None:
    """Charge the day's late fee on what is overdue, or the revolving fee on what revolves, never both."""
    product = life.terms.product
    late_by = life.day - ONE_DAY - timedelta(days=product.grace_days)
    revolved = 0
    for row in life.open_rows():
        is_late = row.due_on <= late_by
        rate_ppm = product.late_fee_ppm if is_late else product.revolving_fee_ppm
        if not (is_late or row.revolving) or not rate_ppm or not row.owed_principal_minor:
            continue
        if is_late and _is_paused(life, row):
            continue
        carried_in = row.carried_ppm
        charge, row.carried_ppm = rate.accrue(row.owed_principal_minor, rate_ppm, carried_in)
        _note(life, row, charge, rate_ppm, carried_in, is_late=is_late)
        if not is_late:
            revolved += charge
        elif charge:
            row.late_fee_minor += charge
            life.charges.append(Charge(life.day, row.key, charge))
            life.move(MovementKind.LATE_FEE, Source(Origin.ROW, row.key), charge)
    if revolved:
        _gather(life, revolved)


def _note(
    life: Life, row: Row, charge: Minor, rate_ppm: int, carried_in: int, *, is_late: bool
) -> None:
    """Note a day's accrual; days of one base and rate are one step."""
    base = row.owed_principal_minor
    act, fee = (Act.ACCRUED, charge) if is_late else (Act.REVOLVED, 0)
    last = row.steps[-1]
    goes_on = (
        last.act is act
        and (last.base_minor, last.rate_ppm) == (base, rate_ppm)
        and last.on + timedelta(days=last.days) == life.day
    )
    if goes_on:
        row.steps[-1] = last._replace(
            late_fee_minor=last.late_fee_minor + fee,
            days=last.days + 1,
            carried_out_ppm=row.carried_ppm,
        )
        return
    row.steps.append(
        Step(
            life.day,
            act,
            late_fee_minor=fee,
            base_minor=base,
            rate_ppm=rate_ppm,
            days=1,
            carried_in_ppm=carried_in,
            carried_out_ppm=row.carried_ppm,
        )
    )


def _gather(life: Life, charge: Minor) -> None:
    """Add revolving fees to the row that gathers them for the next statement."""
    on = life.next_statement(strictly_after=False)
    gathering = (
        row for row in life.open_rows() if row.kind == "revolving_fee" and row.statement_on == on
    )
    row = next(gathering, None)
    if row is None:
        row = life.add(
            Row(
                f"revolving.{on}.{life.day}",
                0,
                None,
                1,
                "revolving_fee",
                on,
                life.due_after(on),
                life.day,
                0,
            ),
            Act.MADE,
            None,
        )
    row.fee_minor += charge
    row.steps.append(Step(life.day, Act.ACCRUED, fee_minor=charge))
    life.move(MovementKind.REVOLVING_FEE, Source(Origin.ROW, row.key), charge)


def _is_paused(life: Life, row: Row) -> bool:
    return any(
        pause.purchase_id in (None, row.purchase_id)
        and pause.starts_on <= life.day
        and (pause.ends_on is None or life.day < pause.ends_on)
        for pause in life.terms.pauses
    )


def _bill(life: Life) -> None:
    """Let the fees of plans whose statement closes be owed."""
    if life.day.day != life.terms.statement_day:
        return
    for row in life.open_rows():
        if row.kind == "plan" and row.statement_on == life.day and row.fee_minor:
            row.steps.append(Step(life.day, Act.BILLED, base_minor=row.fee_minor))
            life.move(MovementKind.INSTALLMENT_FEE, Source(Origin.ROW, row.key), row.fee_minor)


def _use_credit(life: Life) -> None:
    """Pay what is billed out of the credit balance."""
    if not life.credit_minor:
        return
    policy = life.terms.product.allocation.for_kind(PaymentKind.CREDIT)
    gone = use_credit(life.credit_minor, life.owed(), policy, reached=life.day)
    if not gone.settlements:
        return
    source = Source(Origin.CREDIT, life.day.isoformat())
    life.credit_minor = gone.credit_minor
    life.settle(gone.settlements, source, Act.PAID)
    life.move(MovementKind.PRINCIPAL_OFFSET, source, gone.principal_minor)
    life.move(MovementKind.FEE_OFFSET, source, gone.fee_minor)
    life.move(MovementKind.LATE_FEE_OFFSET, source, gone.late_fee_minor)


def _state(life: Life) -> None:
    """Close the statement of the day, if it is one."""
    on: date = life.day
    if on.day != life.terms.statement_day or life.terms.opened_on >= on:
        return
    for row in life.open_rows():
        if row.statement_on == on:
            row.steps.append(Step(on, Act.STATED, due_on=row.due_on))
    life.statements[on] = close(
        life.owed(),
        credit_minor=life.credit_minor,
        minimum_ppm=life.terms.product.minimum_ppm,
        statement_on=on,
        due_on=life.due_after(on),
    )
