"""Keeping answers, caps and lessons, and reading what a person is advised from."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import cache
from importlib import resources
from typing import NamedTuple

from msgspec.structs import asdict

from whiteslip.care.budgeting import reading
from whiteslip.care.budgeting.model import (
    Answers,
    Cap,
    CapChange,
    CapKind,
    Due,
    Lesson,
    Moment,
    Spending,
    Spent,
    Terms,
)
from whiteslip.care.budgeting.picture import Hold, held_dues, picture, shortfall, unspent
from whiteslip.care.budgeting.selftest import Yardstick
from whiteslip.care.notices.model import Kind, NewNotice
from whiteslip.care.notices.store import insert_notices
from whiteslip.credit.affordability import store as affordability
from whiteslip.infra import arrays
from whiteslip.infra.database import Connection
from whiteslip.infra.sql import Sql
from whiteslip.kernel.calendar import ZONE
from whiteslip.kernel.money import Minor
from whiteslip.money.ledger.store import take_numbers
from whiteslip.money.products import store as products

sql = Sql(__package__)


class Asking(NamedTuple):
    """A purchase above a cooling-off of its person: `above_minor` and `wait_hours` are the cap's."""

    customer_id: int
    merchant_id: int
    amount_minor: Minor
    above_minor: Minor
    wait_hours: int


@cache
def terms() -> Terms:
    """Read the shipped parameters, once."""
    bands = [band.name for band in affordability.terms().bands]
    return reading.read(_shipped("budgeting"), bands=bands)


@cache
def lessons() -> Mapping[Moment, Lesson]:
    """Read the shipped lessons, once."""
    return reading.read_lessons(_shipped("education"))


def yardstick() -> Yardstick:
    """Return what months are held against."""
    return Yardstick(terms(), affordability.terms())


def keep_budgets(db: Connection, told: Mapping[int, Answers], *, at: datetime) -> None:
    """Keep answers of people who said so."""
    customers = sorted(told)
    answers = [told[customer_id] for customer_id in customers]
    sql.run(
        db,
        "keep_budgets",
        customer_ids=arrays.bigints(customers),
        income_minor=arrays.bigints([one.income_minor for one in answers]),
        income_days=arrays.smallints([one.income_day for one in answers]),
        rent_minor=arrays.bigints([one.rent_minor for one in answers]),
        debts_minor=arrays.bigints([one.debts_minor for one in answers]),
        fixed_minor=arrays.bigints([one.fixed_minor for one in answers]),
        change_minor=arrays.bigints([one.change_minor for one in answers]),
        cushion_minor=arrays.bigints([one.cushion_minor for one in answers]),
        at=at,
    )


def forget_budgets(db: Connection, customer_ids: Iterable[int]) -> int:
    """Forget answers; return how many there were."""
    return sql.run(db, "forget_budgets", customer_ids=_ids(customer_ids))


def read_budgets(db: Connection, customer_ids: Iterable[int]) -> dict[int, Answers]:
    """Read kept answers by customer."""
    rows = sql.many(db, "read_budgets", customer_ids=_ids(customer_ids))
    return {row.customer_id: Answers(*row[1:]) for row in rows}


def read_dues(
    db: Connection, customer_ids: Iterable[int], *, on: date, until: date
) -> dict[int, list[Due]]:
    """Read by customer what is due up to a day, overdue included, and what holds would be due as."""
    customers = _ids(customer_ids)
    dues: dict[int, list[Due]] = defaultdict(list)
    for row in sql.many(db, "read_dues", customer_ids=customers, until=until):
        dues[row.customer_id].append(Due(*row[1:]))
    holds = sql.many(db, "read_holds", customer_ids=customers)
    known = products.by_id(db, {row.product_id for row in holds})
    for row in holds:
        foreseen = held_dues([Hold(*row[1:])], known, on=on)
        dues[row.customer_id] += [due for due in foreseen if due.due_on <= until]
    return dues


def read_spending(db: Connection, customer_id: int, *, since: datetime) -> list[Spending]:
    """Read what somebody bought since an instant, in the zone of the book."""
    rows = sql.many(db, "read_spending", customer_id=customer_id, since=since)
    return [Spending(row.authorized_at.astimezone(ZONE), row.authorized_minor) for row in rows]


def caps_of(
    db: Connection, customer_ids: Iterable[int], *, at: datetime
) -> dict[int, tuple[Cap, ...]]:
    """Read the caps in force by customer; who set none is not in the answer."""
    caps: dict[int, tuple[Cap, ...]] = {}
    for row in sql.many(db, "read_caps", customer_ids=_ids(customer_ids), at=at):
        cap = Cap(CapKind(row.kind), row.amount_minor, row.wait_hours)
        caps[row.customer_id] = (*caps.get(row.customer_id, ()), cap)
    return caps


def spent_of(db: Connection, customer_ids: Iterable[int], *, on: date) -> dict[int, Spent]:
    """Sum by customer what was bought in the windows of caps; who bought nothing is not in the answer."""
    rows = sql.many(db, "sum_spent", customer_ids=_ids(customer_ids), on=on)
    return {row.customer_id: Spent(*row[1:]) for row in rows}


def first_asked(db: Connection, asking: Sequence[Asking], *, at: datetime) -> dict[int, datetime]:
    """Find by place in the batch when people first asked for what they must wait for."""
    if not asking:
        return {}
    patience = terms().caps.open_hours
    rows = sql.many(
        db,
        "find_first_asked",
        places=arrays.ints(range(len(asking))),
        customer_ids=arrays.bigints([one.customer_id for one in asking]),
        merchant_ids=arrays.bigints([one.merchant_id for one in asking]),
        amounts_minor=arrays.bigints([one.amount_minor for one in asking]),
        above_minor=arrays.bigints([one.above_minor for one in asking]),
        sinces=arrays.timestamps(
            [at - timedelta(hours=one.wait_hours + patience) for one in asking]
        ),
    )
    return {row.place: row.first_asked_at for row in rows}


def bar_people(db: Connection, customer_ids: Iterable[int]) -> None:
    """Let nobody else change the caps of these people before this transaction ends."""
    sql.many(db, "bar_people", customer_ids=_ids(customer_ids))


def append_caps(db: Connection, changes: Sequence[CapChange], actors: Sequence[str]) -> None:
    """Append changes of caps, each with who asked for it."""
    sql.run(
        db,
        "append_caps",
        customer_ids=arrays.bigints([one.customer_id for one in changes]),
        change_ids=arrays.bigints([one.change_id for one in changes]),
        kinds=arrays.texts([one.kind for one in changes]),
        amounts_minor=arrays.bigints([one.amount_minor for one in changes]),
        wait_hours=arrays.ints([one.wait_hours for one in changes]),
        asked_ats=arrays.timestamps([one.asked_at for one in changes]),
        effective_ats=arrays.timestamps([one.effective_at for one in changes]),
        actors=arrays.texts(actors),
    )


def find_moments(db: Connection, customer_id: int, *, on: date) -> frozenset[Moment]:
    """Find which moments somebody is in."""
    row = sql.one(db, "find_moments", customer_id=customer_id, on=on, **asdict(terms().moments))
    return frozenset(moment for moment in Moment if getattr(row, moment))


def read_told(db: Connection, customer_id: int) -> frozenset[Moment]:
    """Read which lessons somebody was told; one that ships no more counts for nothing."""
    rows = sql.many(db, "read_told", customer_id=customer_id)
    return frozenset(Moment(row.moment) for row in rows if row.moment in set(Moment))


def note_lesson(db: Connection, customer_id: int, moment: Moment, *, at: datetime) -> None:
    """Note that somebody was told a lesson."""
    sql.run(db, "note_lesson", customer_id=customer_id, moment=moment, at=at)


def warn_of_dues(db: Connection, *, first: int, last: int, on: date, at: datetime) -> int:
    """Batch step: warn people with kept answers whose next dues exceed what is free; return how many.

    Idempotent: a due date is warned of once.
    """
    until = on + timedelta(days=terms().warn_days)
    near = sql.many(db, "find_due_soon", first=first, last=last, on=on, until=until)
    if not near:
        return 0
    customers = [row.customer_id for row in near]
    told = read_budgets(db, customers)
    dues = read_dues(db, customers, on=on, until=until)
    short = {
        row.customer_id: (row, missing)
        for row in near
        if (missing := _missing(told[row.customer_id], dues[row.customer_id], row.due_on, on=on))
    }
    noted = sql.many(
        db,
        "note_warnings",
        customer_ids=arrays.bigints(list(short)),
        due_ons=arrays.dates([row.due_on for row, _ in short.values()]),
        short_minor=arrays.bigints([missing for _, missing in short.values()]),
        on=on,
    )
    warned = [short[one.customer_id][0] for one in noted]
    numbers = take_numbers(db, len(warned))
    notices = [
        NewNotice(row.customer_id, number, row.line_id, Kind.BUDGET_WARNING, (), on)
        for row, number in zip(warned, numbers, strict=True)
    ]
    insert_notices(db, notices, at=at)
    return len(notices)


def _missing(answers: Answers, dues: Collection[Due], due_on: date, *, on: date) -> Minor:
    """Say what would be missing even if nothing else was bought since payday: a warning should rarely be wrong."""
    days = (due_on - on).days + 1
    in_hand = unspent(answers, on=on)
    drawn = picture(answers, list(dues), on=on, horizon_days=days, in_hand_minor=in_hand)
    return shortfall(drawn, answers.cushion_minor, due_on=due_on)


def _ids(customer_ids: Iterable[int]) -> arrays.Bigints:
    return arrays.bigints(sorted(set(customer_ids)))


def _shipped(name: str) -> str:
    return (resources.files(__package__ or "") / "data" / f"{name}.toml").read_text("utf-8")
