"""What a relief may do next, who may agree to it, and whether it is kept."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from types import MappingProxyType

from whiteslip.care.hardship.model import (
    Command,
    Form,
    OnRelief,
    Plan,
    Progress,
    Relief,
    Side,
    Status,
    Table,
    Terms,
)
from whiteslip.care.hardship.planning import Position, plan
from whiteslip.kernel.actor import PROGRAM, actor_of
from whiteslip.kernel.errors import Conflict, InvalidInput, NotAllowed, WhiteslipError
from whiteslip.kernel.reason import Reason, ReasonCode
from whiteslip.money.lines.model import LineKey

MOVES: Mapping[tuple[Status, Command], Status] = MappingProxyType(
    {
        (Status.COUNTERED, Command.OFFER): Status.OFFERED,
        (Status.COUNTERED, Command.COUNTER): Status.COUNTERED,
        (Status.COUNTERED, Command.APPROVE): Status.AGREED,
        (Status.COUNTERED, Command.REFUSE): Status.REFUSED,
        (Status.COUNTERED, Command.CANCEL): Status.CANCELLED,
        (Status.COUNTERED, Command.LAPSE): Status.LAPSED,
        (Status.OFFERED, Command.OFFER): Status.OFFERED,
        (Status.OFFERED, Command.COUNTER): Status.COUNTERED,
        (Status.OFFERED, Command.ACCEPT): Status.AGREED,
        (Status.OFFERED, Command.DECLINE): Status.REFUSED,
        (Status.OFFERED, Command.CANCEL): Status.CANCELLED,
        (Status.OFFERED, Command.LAPSE): Status.LAPSED,
        (Status.AGREED, Command.APPROVE): Status.AGREED,
        (Status.AGREED, Command.START): Status.RUNNING,
        (Status.AGREED, Command.REFUSE): Status.REFUSED,
        (Status.AGREED, Command.CANCEL): Status.CANCELLED,
        (Status.AGREED, Command.LAPSE): Status.LAPSED,
        (Status.RUNNING, Command.CANCEL): Status.CANCELLED,
        (Status.RUNNING, Command.KEEP): Status.KEPT,
        (Status.RUNNING, Command.BREAK): Status.BROKEN,
    }
)
"""The legal pairs and where each leads; every other pair changes nothing."""

SIDES: Mapping[Command, frozenset[Side]] = MappingProxyType(
    {
        Command.OFFER: frozenset({Side.STAFF, Side.PROGRAM}),
        Command.COUNTER: frozenset({Side.CUSTOMER}),
        Command.ACCEPT: frozenset({Side.CUSTOMER}),
        Command.APPROVE: frozenset({Side.STAFF}),
        Command.DECLINE: frozenset({Side.CUSTOMER}),
        Command.REFUSE: frozenset({Side.STAFF}),
        Command.CANCEL: frozenset({Side.CUSTOMER, Side.STAFF}),
    }
)
"""Who may ask what; the other commands are the program's alone."""

LIVE = frozenset({Status.COUNTERED, Status.OFFERED, Status.AGREED, Status.RUNNING})


def draft(
    key: LineKey,
    number: int,
    terms: Terms,
    worked: Plan,
    table: Table,
    *,
    status: Status,
    actor: str,
    offered_by: str | None,
    on: date,
) -> Relief:
    """Write a relief down as it is proposed; `offered_by` is the latest of staff, or the program, to offer."""
    said = table.forms[terms.form]
    return Relief(
        customer_id=key.customer_id,
        relief_id=number,
        line_id=key.line_id,
        status=status,
        terms=terms,
        amount_minor=worked.amount_minor,
        fee_minor=worked.fee_minor,
        ends_on=worked.ends_on,
        needs_approval=needs_approval(terms, worked, table),
        stops_fees=said.stops_fees,
        pauses_reminders=said.pauses_reminders,
        bars_credit=said.bars_credit,
        proposed_by=_person(actor),
        offered_by=None if offered_by is None else _person(offered_by),
        expires_on=on + timedelta(days=table.lapse_days),
    )


def refusal(relief: Relief, command: Command, side: Side) -> WhiteslipError | None:
    """Say why a command does not apply to a relief as it stands, or not from this side."""
    if side not in SIDES.get(command, frozenset({Side.PROGRAM})):
        return NotAllowed(f"it is not for the {side} to {command} a relief")
    if (relief.status, command) not in MOVES:
        return Conflict(f"the relief is {relief.status}: one cannot {command} it")
    return None


def is_eligible(terms: Terms, position: Position, table: Table, *, this_year: int) -> bool:
    """Tell whether the table lets the machine agree to a form without a person's look."""
    said = table.forms[terms.form]
    late = position.days_past_due
    within = said.least_days_past_due <= late <= said.most_days_past_due
    return within and this_year < said.most_a_year


def needs_approval(terms: Terms, plan: Plan, table: Table) -> bool:
    """Tell whether another person must approve: a large amount, many parts, a fee not taken."""
    return (
        plan.amount_minor > table.approve_above_minor
        or (terms.form in _PARTED and terms.parts > table.approve_above_parts)
        or (plan.is_waiver and table.approve_waivers)
    )


def may_approve(relief: Relief, actor: str) -> NotAllowed | None:
    """Refuse an approval by who proposed the terms or made the offer."""
    others = {_person(name) for name in (relief.proposed_by, relief.offered_by) if name}
    if actor_of(actor) in others:
        return NotAllowed("another person approves than the one who proposed it")
    return None


def usual_terms(form: Form, position: Position, table: Table) -> Terms | None:
    """Choose the terms the program offers by itself; None for what only a person can propose."""
    usual = table.forms[form].usual
    match form:
        case Form.PROMISE:
            until_on = position.reached + timedelta(days=usual)
            overdue = [row for row in position.billed if row.due_on < position.reached]
            amount = sum(sum(row[7:10]) for row in overdue)
            return Terms(form, amount_minor=amount, until_on=until_on)
        case Form.DEFERRAL:
            due_on = min((row.due_on for row in position.billed), default=None)
            return Terms(form, due_on=due_on, days=usual)
        case Form.SEASONAL | Form.DUE_DAY:
            return None
        case _:
            return Terms(form, parts=usual)


def usual_offer(
    key: LineKey, number: int, form: Form, position: Position, table: Table, *, this_year: int
) -> Relief | None:
    """Draft what the program offers by itself; None when it may not, or when it would come to nothing."""
    terms = usual_terms(form, position, table)
    if terms is None or not is_eligible(terms, position, table, this_year=this_year):
        return None
    worked = plan(terms, position, table)
    if isinstance(worked, InvalidInput) or needs_approval(terms, worked, table):
        return None
    return draft(
        key,
        number,
        terms,
        worked,
        table,
        status=Status.OFFERED,
        actor=PROGRAM,
        offered_by=PROGRAM,
        on=position.reached,
    )


def outcome(progress: Progress, table: Table, *, on: date) -> Command | None:
    """Say at the beginning of a day whether a running relief is kept, broken, or goes on."""
    if progress.form is Form.PROMISE:
        if progress.repaid_minor >= progress.amount_minor:
            return Command.KEEP
        oldest = progress.ends_on
    elif progress.oldest_unpaid_on is None:
        return Command.KEEP
    else:
        oldest = progress.oldest_unpaid_on
    return Command.BREAK if on > oldest + timedelta(days=table.grace_days) else None


def relief_reason(running: OnRelief | None) -> Reason:
    """Say that a running relief is why nothing new is bought, and until when; it accuses nobody."""
    facts = {} if running is None else {"date": running.ends_on.isoformat()}
    return Reason(ReasonCode.AGREED_RELIEF, facts)


_PARTED = frozenset(
    {Form.INSTALLMENTS, Form.SEASONAL, Form.RE_AGE, Form.RE_AMORTIZE, Form.NEW_TERMS}
)


def _person(name: str) -> str:
    return PROGRAM if name == PROGRAM else actor_of(name)
