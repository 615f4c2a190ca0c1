"""Look ahead: once a closed day, the whole book for signs of trouble to come, and help offered before it is there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

import numpy as np

from whiteslip.care.notices.model import Kind as NoticeKind
from whiteslip.care.notices.model import NewNotice
from whiteslip.care.notices.store import insert_notices
from whiteslip.infra import business_day
from whiteslip.infra.database import Connection, Database
from whiteslip.kernel.actor import PROGRAM, actor_of
from whiteslip.kernel.errors import Conflict, InvalidInput, NotFound, WhiteslipError
from whiteslip.money.ledger.store import last_customer, take_numbers
from whiteslip.money.lines.model import LineKey
from whiteslip.risk.reviews import store as reviews
from whiteslip.risk.reviews.model import Kind, NewCase, SubjectType
from whiteslip.risk.signs import rules, store
from whiteslip.risk.signs.model import Color, Run, Terms, Waiting

AT_ONCE = 20_000
"""How many customer numbers are looked at in one transaction."""
_LETTERS_AT_ONCE = 2_500
_EVERYBODY = -1
"""What stands for the whole book where a range is held."""


class Why(StrEnum):
    """Why nobody was looked at."""

    DONE = "done"
    LATE = "late"
    CLOCK = "clock"


class LookReport(NamedTuple):
    """What was seen of the book for a closed day; `why` says why it was not looked at."""

    on: date
    why: Why | None = None
    run: Run | None = None
    seen: Mapping[Color, int] = {}


class Answer(NamedTuple):
    """Who knows of the signs of a line, and what they do about it."""

    line: LineKey
    by: str
    note: str


def look_ahead(
    database: Database,
    *,
    at: datetime,
    workers: int = 1,
    chosen: Terms | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> LookReport:
    """Look at every line that is not overdue, as of the last closed day, in ranges by some workers; once a day.

    Nobody is stopped by what is seen. Help is offered to so many a day, the worst first; the worst of those that are
    red, up to so many, come before a person. Where the book lies behind the clock, or the clock
    behind the last look, nobody is looked at: what would be told might not be true. Killed anywhere, it does what is
    left.
    """
    terms = chosen or store.terms()
    day = database.read(business_day.read)
    why = database.read(lambda db: _why_not(db, terms, day.closed_on, at=at))
    if why is not None:
        return LookReport(day.closed_on, why)
    most = database.read(last_customer)
    parts = range(0, most + 1, AT_ONCE)

    def one(first: int) -> Counter[Color]:
        return database.write(lambda db: _look(db, terms, first=first, on=day.closed_on, at=at))

    seen: Counter[Color] = Counter()
    with ThreadPoolExecutor(workers) as pool:
        for first, part in zip(parts, pool.map(one, parts), strict=True):
            seen.update(part)
            if progress:
                progress(min(first + AT_ONCE, most + 1) - 1, most)
    offered = 0
    while lot := database.write(lambda db: _offer(db, terms, at=at)):
        offered += lot
    run = database.write(
        lambda db: _finish(db, terms, seen, offered=offered, on=day.closed_on, at=at)
    )
    return LookReport(day.closed_on, None, run, seen)


def answer_signs(
    db: Connection, requests: Sequence[Answer], *, at: datetime
) -> list[LineKey | WhiteslipError]:
    """Let people say that they know of the signs a line shows, and what they do; one answer a sight, in order."""
    sights = store.lock_sights(db, {one.line for one in requests})
    answers: list[LineKey | WhiteslipError] = []
    for request in requests:
        sight = sights.get(request.line)
        if sight is None or sight.color not in rules.WORST:
            answers.append(NotFound("this line shows no signs now"))
        elif not request.note.strip():
            answers.append(InvalidInput("say what is done about it", where="note"))
        elif store.insert_answers(db, [(sight, actor_of(request.by), request.note)], at=at):
            answers.append(request.line)
        else:
            answers.append(Conflict("somebody answered these signs already"))
    return answers


def _why_not(db: Connection, terms: Terms, on: date, *, at: datetime) -> Why | None:
    last = store.find_run(db)
    if last is not None and last.seen_on >= on:
        return Why.DONE
    if last is not None and at < last.seen_at:
        return Why.CLOCK
    return Why.LATE if at.date() - on > timedelta(days=terms.late_after_days) else None


def _look(db: Connection, terms: Terms, *, first: int, on: date, at: datetime) -> Counter[Color]:
    last = first + AT_ONCE - 1
    store.hold_range(db, first=first)
    looked = store.look(db, terms, first=first, last=last, as_of=on)
    seen = rules.see(terms, looked.facts, looked.age_days)
    before = store.find_standing(db, first=first, last=last)
    sights = rules.news(terms, seen, looked.keys, looked.facts, before)
    store.insert_sights(db, sights, version=terms.version, on=on, at=at)
    counts = np.bincount(seen.colors, minlength=len(rules.ORDER)).tolist()
    return Counter(dict(zip(rules.ORDER, counts, strict=True)))


def _offer(db: Connection, terms: Terms, *, at: datetime) -> int:
    """Offer help to a lot of those who may be offered it, the worst first, while the day's letters last.

    The notice says what made us write; who has it is offered no more, so the next lot goes to others.
    """
    store.hold_range(db, first=_EVERYBODY)
    today = business_day.today(db).current_on
    left = terms.help.most_offers - store.count_offered(db, on=today)
    if left <= 0:
        return 0
    people = store.find_offerable(db, terms, most=min(left, _LETTERS_AT_ONCE), on=today)
    told = {sign.id: sign.told for sign in terms.signs}
    notices = [
        NewNotice(
            customer_id=one.customer_id,
            notice_id=number,
            line_id=one.line_id,
            kind=NoticeKind.HELP_OFFERED,
            reasons=(),
            noticed_on=today,
            facts={
                "signs_zh": "；".join(told[sign].zh for sign in one.signs if sign in told),
                "signs_en": "; ".join(told[sign].en for sign in one.signs if sign in told),
            },
        )
        for one, number in zip(people, take_numbers(db, len(people)), strict=True)
    ]
    insert_notices(db, notices, at=at)
    return len(notices)


def _finish(
    db: Connection, terms: Terms, seen: Counter[Color], *, offered: int, on: date, at: datetime
) -> Run:
    """Bring the worst before people, within the cap of the day, and keep the run; who comes second changes nothing."""
    today = business_day.today(db).current_on
    waiting = store.find_waiting(db, most=terms.help.most_cases)
    run = Run(
        on,
        at,
        terms.version,
        seen.total(),
        seen[Color.YELLOW],
        seen[Color.ORANGE],
        seen[Color.RED],
        seen[Color.UNKNOWN],
        offered,
        len(waiting),
    )
    if store.insert_run(db, run):
        reviews.open_cases(db, [_case(one, terms) for one in waiting], on=today, at=at)
    return run


def _case(one: Waiting, terms: Terms) -> NewCase:
    names = {sign.id: sign.name.en for sign in terms.signs}
    evidence = {
        "signs": {
            "seen_on": one.seen_on.isoformat(),
            "signs": [names.get(sign, sign) for sign in one.signs],
            "facts": dict(one.facts),
            "terms_version": terms.version,
        }
    }
    return NewCase(
        one.customer_id,
        Kind.OUTREACH,
        SubjectType.LINE,
        one.line_id,
        evidence,
        PROGRAM,
        line_id=one.line_id,
    )
