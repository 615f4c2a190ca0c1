"""Keeping reliefs, their events, dues and messages, telling of them, and following those that run."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import cache
from importlib import resources
from typing import Any

import msgspec

from whiteslip.care.causes.model import Attribution
from whiteslip.care.causes.store import attribute_new, treatments
from whiteslip.care.hardship import reading, rules, sequence
from whiteslip.care.hardship.model import (
    Command,
    Form,
    Message,
    Move,
    OnRelief,
    Progress,
    Relief,
    ReliefKey,
    Status,
    Table,
    Terms,
)
from whiteslip.care.hardship.planning import Position
from whiteslip.care.notices.model import Kind, NewNotice
from whiteslip.care.notices.store import insert_notices
from whiteslip.infra import arrays, outbox
from whiteslip.infra.database import Connection
from whiteslip.infra.sql import Sql
from whiteslip.kernel.actor import PROGRAM
from whiteslip.kernel.errors import invariant
from whiteslip.kernel.money import Minor
from whiteslip.kernel.reason import Reason, ReasonCode
from whiteslip.money.arrears.model import FeePause
from whiteslip.money.arrears.store import pause_fees, resume_fees
from whiteslip.money.ledger.store import take_numbers
from whiteslip.money.lines.model import Line, LineKey
from whiteslip.money.lines.store import project_bars, read_lines, take_turns
from whiteslip.money.products import store as products
from whiteslip.money.schedules.model import Owed
from whiteslip.money.schedules.store import read_owed

sql = Sql(__package__)


@cache
def table() -> Table:
    """Read the shipped table of relief, once."""
    file = resources.files(__package__ or "") / "data" / "relief.toml"
    return reading.read(file.read_text("utf-8"))


@cache
def way() -> sequence.Way:
    """Read the shipped sequence of steps, once."""
    file = resources.files(__package__ or "") / "data" / "sequence.toml"
    return sequence.read(file.read_text("utf-8"))


def insert_reliefs(db: Connection, reliefs: Sequence[Relief], *, on: date, at: datetime) -> None:
    """Write new reliefs, each with its first event."""
    if reliefs:
        sql.run(db, "insert_reliefs", on=on, at=at, **_columns(reliefs))
        _project(db, [one for one in reliefs if one.status is Status.RUNNING])


def move_reliefs(db: Connection, moves: Sequence[Move], *, on: date, at: datetime) -> None:
    """Move reliefs taken before, after their lines, one move each, with its event; lines are barred or free at once."""
    if not moves:
        return
    columns = _columns([move.relief for move in moves])
    columns["befores"] = arrays.texts([move.before for move in moves])
    columns["actors"] = arrays.texts([move.actor for move in moves])
    del columns["line_ids"]
    moved = sql.many(db, "move_reliefs", on=on, at=at, **columns)
    invariant(len(moved) == len(moves), "what was taken is moved")
    _project(db, [one.relief for one in moves if Status.RUNNING in (one.before, one.relief.status)])


def _project(db: Connection, reliefs: Sequence[Relief]) -> None:
    """Bar new credit on the lines of reliefs that began or ended, or open it again; the lines are locked already."""
    keys = sorted({LineKey(one.customer_id, one.line_id) for one in reliefs})
    found = lines_on_relief(db, keys) if keys else {}
    project_bars(db, keys, [key in found and found[key].bars_credit for key in keys])


def _columns(reliefs: Sequence[Relief]) -> dict[str, Any]:
    return {
        "customer_ids": arrays.bigints([one.customer_id for one in reliefs]),
        "relief_ids": arrays.bigints([one.relief_id for one in reliefs]),
        "line_ids": arrays.bigints([one.line_id for one in reliefs]),
        "statuses": arrays.texts([one.status for one in reliefs]),
        "forms": arrays.texts([one.terms.form for one in reliefs]),
        "terms": arrays.jsons([msgspec.json.encode(one.terms._asdict()) for one in reliefs]),
        "amounts_minor": arrays.bigints([one.amount_minor for one in reliefs]),
        "fees_minor": arrays.bigints([one.fee_minor for one in reliefs]),
        "ends_ons": arrays.dates([one.ends_on for one in reliefs]),
        "needs_approval": arrays.bools([one.needs_approval for one in reliefs]),
        "stops_fees": arrays.bools([one.stops_fees for one in reliefs]),
        "pauses_reminders": arrays.bools([one.pauses_reminders for one in reliefs]),
        "bars_credit": arrays.bools([one.bars_credit for one in reliefs]),
        "proposed_by": arrays.texts([one.proposed_by for one in reliefs]),
        "offered_by": arrays.texts([one.offered_by for one in reliefs]),
        "expires_ons": arrays.dates([one.expires_on for one in reliefs]),
    }


def take_reliefs(db: Connection, keys: Iterable[ReliefKey]) -> dict[ReliefKey, Relief]:
    """Lock reliefs until the transaction ends, in key order, and read them as they are."""
    ordered = sorted(set(keys))
    rows = sql.many(
        db,
        "take_reliefs",
        customer_ids=arrays.bigints([key.customer_id for key in ordered]),
        relief_ids=arrays.bigints([key.relief_id for key in ordered]),
    )
    return {
        ReliefKey(*row[:2]): Relief(*row)._replace(
            status=Status(row.status), terms=read_terms(row.terms)
        )
        for row in rows
    }


def find_lines(db: Connection, keys: Iterable[ReliefKey]) -> list[LineKey]:
    """Name the lines that reliefs are about, without locking anything."""
    ordered = sorted(set(keys))
    rows = sql.many(
        db,
        "find_lines",
        customer_ids=arrays.bigints([key.customer_id for key in ordered]),
        relief_ids=arrays.bigints([key.relief_id for key in ordered]),
    )
    return [LineKey(*row) for row in rows]


def read_terms(written: dict[str, Any]) -> Terms:
    """Read terms as they are stored."""
    days: dict[str, Any] = {key: written[key] and date.fromisoformat(written[key]) for key in _DAYS}
    said: dict[str, Any] = {
        **written,
        **days,
        "form": Form(written["form"]),
        "small_months": tuple(written["small_months"]),
    }
    return Terms(**said)


def read_past(
    db: Connection, keys: Iterable[LineKey], *, since_on: date
) -> tuple[dict[LineKey, ReliefKey], dict[tuple[LineKey, Form], int]]:
    """Find the relief under way of each line, and how often each form was begun since a day."""
    ordered = sorted(set(keys))
    rows = sql.many(
        db,
        "read_past",
        customer_ids=arrays.bigints([key.customer_id for key in ordered]),
        line_ids=arrays.bigints([key.line_id for key in ordered]),
        since_on=since_on,
    )
    live = {
        LineKey(*row[:2]): ReliefKey(row.customer_id, row.live_id) for row in rows if row.live_id
    }
    return live, {(LineKey(*row[:2]), Form(row.form)): row.begun for row in rows}


def insert_dues(db: Connection, dues: Sequence[tuple[ReliefKey, int, Minor, date]]) -> None:
    """Keep what reliefs make due: installment, amount in minor units, and by when."""
    if not dues:
        return
    keys, installment_ids, amounts, due_ons = zip(*dues, strict=True)
    sql.run(
        db,
        "insert_dues",
        customer_ids=arrays.bigints([key.customer_id for key in keys]),
        relief_ids=arrays.bigints([key.relief_id for key in keys]),
        installment_ids=arrays.bigints(installment_ids),
        amounts_minor=arrays.bigints(amounts),
        due_ons=arrays.dates(due_ons),
    )


def insert_messages(
    db: Connection, messages: Sequence[Message], message_ids: Sequence[int], *, at: datetime
) -> set[int]:
    """Add to threads; returns the numbers of those whose relief exists."""
    if not messages:
        return set()
    customer_ids, relief_ids, sides, authors, bodies = zip(*messages, strict=True)
    rows = sql.many(
        db,
        "insert_messages",
        customer_ids=arrays.bigints(customer_ids),
        relief_ids=arrays.bigints(relief_ids),
        message_ids=arrays.bigints(message_ids),
        sides=arrays.texts(sides),
        authors=arrays.texts(authors),
        bodies=arrays.texts(bodies),
        at=at,
    )
    return {row.message_id for row in rows}


def lines_on_relief(db: Connection, keys: Iterable[LineKey]) -> dict[LineKey, OnRelief]:
    """Tell which lines have a relief running, and what that means; `money.line.credit_barred` says it to a purchase."""
    ordered = sorted(set(keys))
    rows = sql.many(
        db,
        "find_on_relief",
        customer_ids=arrays.bigints([key.customer_id for key in ordered]),
        line_ids=arrays.bigints([key.line_id for key in ordered]),
    )
    return {LineKey(*row[:2]): OnRelief(*row[2:]) for row in rows}


def find_progress(db: Connection, *, first: int, last: int) -> list[Progress]:
    """Say how the running reliefs of a range of customers stand."""
    rows = sql.many(db, "find_progress", first=first, last=last)
    return [Progress(*row)._replace(form=Form(row.form)) for row in rows]


def find_lapsed(db: Connection, *, first: int, last: int, on: date) -> list[ReliefKey]:
    """Find the reliefs of a range of customers that nobody answered in time."""
    return [ReliefKey(*row) for row in sql.many(db, "find_lapsed", first=first, last=last, on=on)]


def stop_what_is_agreed(db: Connection, reliefs: Sequence[Relief], *, on: date) -> None:
    """Let late fees stand still for the reliefs that begin, as far as they say so."""
    pauses = [
        FeePause(one.customer_id, one.relief_id, one.line_id, None, on, None, "relief", on)
        for one in reliefs
        if one.stops_fees
    ]
    pause_fees(db, pauses)


def tell(db: Connection, reliefs: Sequence[Relief], *, on: date, at: datetime) -> None:
    """Write the notice and the event of where reliefs have come to; what waits for staff, or lapsed, is told nobody."""
    told = [one for one in reliefs if one.status in _TOLD]
    numbers = take_numbers(db, len(told))
    notices = [
        NewNotice(
            customer_id=one.customer_id,
            notice_id=number,
            line_id=one.line_id,
            kind=_TOLD[one.status],
            reasons=_BROKEN if one.status is Status.BROKEN else (),
            noticed_on=on,
        )
        for one, number in zip(told, numbers, strict=True)
    ]
    insert_notices(db, notices, at=at)
    for status in sorted({one.status for one in reliefs}):
        these = [one for one in reliefs if one.status is status]
        outbox.append(
            db,
            f"care.relief-{_TOPICS.get(status, status)}",
            customer_ids=[one.customer_id for one in these],
            subject_ids=[one.relief_id for one in these],
            at=at,
        )


def end_reliefs(db: Connection, moves: Sequence[Move], *, on: date, at: datetime) -> None:
    """End reliefs: what they stopped goes on from this day, and their people are told."""
    move_reliefs(db, moves, on=on, at=at)
    ran = [move.relief for move in moves if move.before is Status.RUNNING]
    resume_fees(db, [(one.customer_id, one.relief_id, on, on) for one in ran])
    tell(db, [move.relief for move in moves], on=on, at=at)


def follow_reliefs(
    db: Connection, *, first: int, last: int, business_date: date, at: datetime
) -> int:
    """Notice what is kept, broken or was not answered in time, as of the day after; returns how many ended."""
    on = business_date + timedelta(days=1)
    commands = {
        ReliefKey(*one[:2]): command
        for one in find_progress(db, first=first, last=last)
        if (command := rules.outcome(one, table(), on=on)) is not None
    }
    lapsed = find_lapsed(db, first=first, last=last, on=on)
    commands |= dict.fromkeys(lapsed, Command.LAPSE)
    if not commands:
        return 0
    take_turns(db, find_lines(db, commands))
    taken = take_reliefs(db, commands)
    moves = [
        Move(
            relief._replace(status=rules.MOVES[relief.status, commands[key]]),
            relief.status,
            PROGRAM,
        )
        for key, relief in taken.items()
        if (relief.status, commands[key]) in rules.MOVES
    ]
    end_reliefs(db, moves, on=on, at=at)
    return len(moves)


def take_steps(db: Connection, *, first: int, last: int, business_date: date, at: datetime) -> int:
    """Take the next step of each episode of arrears whose day has come; one that needs people is announced."""
    steps = way().steps
    rows = sql.many(
        db,
        "take_steps",
        first=first,
        last=last,
        on=business_date + timedelta(days=1),
        at=at,
        days_apart=way().days_apart,
        numbers=arrays.smallints(list(range(1, len(steps) + 1))),
        names=arrays.texts([step.name for step in steps]),
        days=arrays.smallints([step.days_past_due for step in steps]),
    )
    for step in steps:
        these = [row for row in rows if row.step == step.name]
        if these and step.people:
            outbox.append(
                db,
                "care.arrears-step-reached",
                customer_ids=[row.customer_id for row in these],
                subject_ids=[row.line_id for row in these],
                at=at,
            )
    return len(rows)


def read_positions(
    db: Connection, lines: Mapping[LineKey, Line], reached: Mapping[int, date]
) -> dict[LineKey, Position]:
    """Read how lines stand, on the day each customer's lines have reached."""
    owed: dict[LineKey, list[Owed]] = {key: [] for key in lines}
    for row in read_owed(db, lines, reached):
        owed[LineKey(row.customer_id, row.line_id)].append(row)
    terms = products.by_id(db, {line.product_id for line in lines.values()})
    return {
        key: Position(
            owed[key],
            reached=reached[key.customer_id],
            statement_day=line.statement_day,
            due_days=terms[line.product_id].due_days,
        )
        for key, line in lines.items()
    }


def treat_new_arrears(
    db: Connection, *, first: int, last: int, business_date: date, at: datetime
) -> int:
    """Attribute the episodes that begin with the day's dues, and offer what answers each; returns how many began."""
    on = business_date + timedelta(days=1)
    begun = attribute_new(db, first=first, last=last, since_on=business_date, on=on, at=at)
    offer_usual(db, begun, on=on, at=at)
    return len(begun)


def offer_usual(
    db: Connection, attributions: Sequence[Attribution], *, on: date, at: datetime
) -> list[Relief]:
    """Offer each line the first form its cause's treatment names and the table lets the program offer by itself."""
    causes = {LineKey(*one.episode[:2]): one.finding.cause for one in attributions}
    causes = {key: cause for key, cause in causes.items() if treatments()[cause].offers}
    if not causes:
        return []
    lines = read_lines(db, causes)
    positions = read_positions(db, lines, dict.fromkeys((key[0] for key in lines), on))
    live, begun = read_past(db, lines, since_on=on - YEAR)
    open_to = sorted(key for key in positions if key not in live)
    offered: list[Relief] = []
    for key, number in zip(open_to, take_numbers(db, len(open_to)), strict=True):
        for form in map(Form, treatments()[causes[key]].offers):
            relief = rules.usual_offer(
                key, number, form, positions[key], table(), this_year=begun.get((key, form), 0)
            )
            if relief is not None:
                offered.append(relief)
                break
    insert_reliefs(db, offered, on=on, at=at)
    tell(db, offered, on=on, at=at)
    return offered


YEAR = timedelta(days=365)
_DAYS = ("due_on", "until_on")
_TOLD = {
    Status.OFFERED: Kind.RELIEF_OFFERED,
    Status.RUNNING: Kind.RELIEF_AGREED,
    Status.KEPT: Kind.RELIEF_KEPT,
    Status.BROKEN: Kind.RELIEF_BROKEN,
    Status.CANCELLED: Kind.RELIEF_ENDED,
    Status.REFUSED: Kind.RELIEF_ENDED,
}
_TOPICS = {Status.RUNNING: "begun"}
_BROKEN = (Reason(ReasonCode.PLAN_BROKEN),)
