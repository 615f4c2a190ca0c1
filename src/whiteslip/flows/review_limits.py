"""Review limits: judge whole runs of lines by the limits book, stop what moves too many, and do what is proposed."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from datetime import date, datetime
from functools import partial
from typing import NamedTuple

from whiteslip.care.causes.model import CauseKey
from whiteslip.care.causes.store import find_questioned
from whiteslip.care.notices.limits import notices_of
from whiteslip.care.notices.store import insert_notices
from whiteslip.credit.affordability import rules as affordability
from whiteslip.credit.affordability.store import terms
from whiteslip.credit.limits import life, reviewing, runs, store
from whiteslip.credit.limits.known import Known, Reviewed
from whiteslip.credit.limits.life import Command, ReviewKey, State, Step
from whiteslip.credit.limits.reviewing import Trigger
from whiteslip.credit.limits.runs import Run, RunState
from whiteslip.credit.limits.tiers import Tier, tier_of
from whiteslip.decisioning.decisions import store as decisions
from whiteslip.decisioning.decisions.judging import Judged, judge_rows
from whiteslip.decisioning.decisions.model import Decision
from whiteslip.decisioning.features import store as features
from whiteslip.decisioning.features.store import Columns
from whiteslip.decisioning.rulebooks import store as rulebooks
from whiteslip.decisioning.rulebooks.model import RuleBook
from whiteslip.infra import business_day, outbox
from whiteslip.infra.database import Connection, Database
from whiteslip.kernel.actor import PROGRAM, actor_of
from whiteslip.kernel.errors import WhiteslipError
from whiteslip.kernel.ids import MAX_ID
from whiteslip.money.ledger.store import last_customer, take_numbers
from whiteslip.money.lines.model import LineKey
from whiteslip.risk.reviews.model import Kind, NewCase, SubjectType
from whiteslip.risk.runs.rules import NOBODY
from whiteslip.risk.runs.store import close_case, open_case

__all__ = [
    "CauseKey",
    "RunReport",
    "RunState",
    "Trigger",
    "discard_run",
    "release_run",
    "review_limits",
    "review_questioned",
]

QUESTIONED = "care.limit-questioned"
"""The event after which a line's limit is reviewed before its turn."""

BOOK = "limits"
AT_ONCE = 20_000
"""How many customer numbers are reviewed in one transaction."""

_INCOME = "income_monthly_minor"
_BURDEN = "repayments_to_income"

Progress = Callable[[int, int], None]


class RunReport(NamedTuple):
    """What a run did: lines judged and what was proposed for them; stopped, it waits for people to release it."""

    run_id: int
    on: date
    trigger: Trigger
    state: RunState
    judged: int
    raises: int
    cuts: int
    referred: int
    allowed: int


def review_limits(
    database: Database,
    *,
    at: datetime,
    trigger: Trigger = Trigger.PERIODIC,
    lines: Collection[LineKey] | None = None,
    requested_by: str = PROGRAM,
    progress: Progress | None = None,
) -> RunReport:
    """Review the lines whose turn has come, those that climb the ladder, or lines named for an event.

    Judged as of the last closed day; a line is reviewed once a day, so that running again does what is left. An
    interrupted run is gone on with. Whoever is a person and asks does not decide about the same lines later.
    """
    run = database.write(partial(_open_run, trigger=trigger, by=requested_by, at=at))
    most = database.read(last_customer)
    if run.state is RunState.JUDGING:
        judge = partial(_judge, run=run, lines=lines, at=at)
        _in_ranges(database, judge, most, progress)
        run = database.write(partial(_close_judging, run_id=run.run_id, at=at))
    if run.state is RunState.SETTLING:
        settle = partial(_settle, run_id=run.run_id, at=at)
        _in_ranges(database, settle, most, progress)
        database.write(partial(_finish, run_id=run.run_id, at=at))
    return database.write(partial(_report, run_id=run.run_id))


def review_questioned(
    db: Connection, causes: Collection[CauseKey], *, at: datetime
) -> RunReport | None:
    """Review the lines whose limits the causes of missed dues question, whole and in this transaction.

    To be called again for the same causes changes nothing: a line reviewed since is left out. None without any.
    """
    lines = find_questioned(db, causes)
    if not lines:
        return None
    run = _open_run(db, trigger=Trigger.EVENT, by=PROGRAM, at=at)
    _judge(db, 0, MAX_ID, run=run, lines=lines, at=at)
    if _close_judging(db, run_id=run.run_id, at=at).state is RunState.SETTLING:
        _settle(db, 0, MAX_ID, run_id=run.run_id, at=at)
        _finish(db, run_id=run.run_id, at=at)
    return _report(db, run_id=run.run_id)


def release_run(
    db: Connection, run_id: int, *, by: str, at: datetime
) -> RunReport | WhiteslipError:
    """Release a stopped run as a person; with enough people all of it is done, in this transaction."""
    run = runs.released(store.take_run(db, run_id), by=actor_of(by), guard=rulebooks.blast_guard())
    if isinstance(run, WhiteslipError):
        return run
    store.move_run(db, run, at=at)
    if run.state is RunState.SETTLING:
        _settle(db, 0, MAX_ID, run_id=run_id, at=at)
        _finish(db, run_id=run_id, at=at)
        close_case(db, note=f"limit run {run_id} was released", at=at)
    return _report(db, run_id=run_id)


def discard_run(
    db: Connection, run_id: int, *, by: str, at: datetime
) -> RunReport | WhiteslipError:
    """Discard a stopped run as a person: nobody was told of anything, and nothing is done."""
    actor = actor_of(by)
    run = runs.discarded(store.take_run(db, run_id))
    if isinstance(run, WhiteslipError):
        return run
    store.move_run(db, run, at=at)
    on = business_day.today(db).current_on
    _, taken = store.take_reviews(db, store.find_proposed(db, run_id, first=0, last=MAX_ID))
    steps = [
        Step(review, Command.WITHDRAW, State.WITHDRAWN, actor, review.after_minor, None)
        for review in taken.values()
        if review.state is State.PROPOSED
    ]
    store.move_reviews(db, steps, on=on, at=at)
    close_case(db, note=f"limit run {run_id} was discarded", at=at)
    return _report(db, run_id=run_id)


def _in_ranges(
    database: Database,
    act: Callable[[Connection, int, int], None],
    most: int,
    progress: Progress | None,
) -> None:
    for first in range(0, most + 1, AT_ONCE):
        last = min(first + AT_ONCE - 1, most)
        database.write(lambda db, first=first, last=last: act(db, first, last))
        if progress:
            progress(last, most)


def _open_run(db: Connection, *, trigger: Trigger, by: str, at: datetime) -> Run:
    """Go on with an interrupted run of the program's own, or begin one."""
    requested_by = by if by == PROGRAM else actor_of(by)
    open_id = None if trigger is Trigger.EVENT else store.find_open_run(db, trigger)
    if open_id is not None:
        return store.take_run(db, open_id)
    on = business_day.today(db).current_on
    return store.begin_run(db, trigger, requested_by=requested_by, on=on, at=at)


def _judge(
    db: Connection,
    first: int,
    last: int,
    *,
    run: Run,
    lines: Collection[LineKey] | None,
    at: datetime,
) -> None:
    """Judge what is to be reviewed among some customers, and keep what is proposed with its decision."""
    day = business_day.today(db)
    keys = _wanted(db, first, last, run=run, lines=lines, day=day)
    if not keys:
        return
    book = rulebooks.live(db, BOOK)
    inputs = [source.name for source in book.inputs]
    names = tuple(dict.fromkeys((*inputs, _INCOME, _BURDEN)))
    owners = {key.customer_id for key in keys}
    found = features.compute(db, owners, as_of=day.closed_on, features=names)
    rows = _rows(found, names, keys)
    known = store.read_subjects(db, keys, as_of=day.closed_on, policy=store.policy())
    seen = [one for one in known if one.key in rows]
    verdicts = judge_rows(book, names, [rows[one.key] for one in seen])
    reviewed = [
        _review(one, judged, dict(zip(names, rows[one.key], strict=True)), run, day)
        for one, judged in zip(seen, verdicts, strict=True)
    ]
    numbers = take_numbers(db, len(reviewed))
    numbered = [
        one._replace(review_id=number) for one, number in zip(reviewed, numbers, strict=True)
    ]
    kept = store.insert_reviews(db, run, numbered, on=day.current_on, at=at)
    judgments = [
        _decision(one, judged, on=day.current_on, at=at)
        for one, judged in zip(numbered, verdicts, strict=True)
        if one.review_id in kept
    ]
    decisions.record(db, judgments)


def _wanted(
    db: Connection,
    first: int,
    last: int,
    *,
    run: Run,
    lines: Collection[LineKey] | None,
    day: business_day.Day,
) -> list[LineKey]:
    if lines is not None:
        return sorted({key for key in lines if first <= key.customer_id <= last})
    if run.trigger is Trigger.LADDER:
        return store.find_climbing_lines(db, first=first, last=last, as_of=day.closed_on)
    policy = store.policy()
    return store.find_due_lines(db, first=first, last=last, on=day.current_on, policy=policy)


def _rows(
    found: Columns, names: Sequence[str], keys: Sequence[LineKey]
) -> dict[LineKey, tuple[float | str | bool | None, ...]]:
    """Pick the rows of some lines out of columns; NaN is missing and None."""
    wanted = set(keys)
    columns = [found[name].tolist() for name in names]
    owners, numbers = found["customer_id"].tolist(), found["line_id"].tolist()
    return {
        key: tuple(None if value != value else value for value in row)  # noqa: PLR0124 - NaN
        for *pair, row in zip(owners, numbers, zip(*columns, strict=True), strict=True)
        if (key := LineKey(*pair)) in wanted
    }


def _review(
    known: Known,
    judged: Judged,
    facts: dict[str, float | str | bool | None],
    run: Run,
    day: business_day.Day,
) -> Reviewed:
    means = affordability.updated(known.means, facts[_INCOME], facts[_BURDEN])
    minimum_ppm = known.product.minimum_ppm
    subject = known.subject
    if means is not None and minimum_ppm:
        carried = affordability.carried(means, terms(), minimum_ppm=minimum_ppm)
        subject = subject._replace(carried_minor=carried)
    tier = _tier(known, day.current_on)
    proposal = reviewing.propose(
        store.policy(),
        store.table(),
        tier,
        subject,
        judged.verdict,
        trigger=run.trigger,
        on=day.current_on,
    )
    return Reviewed(known.key, 0, subject.limit_minor, tier.name, proposal)


def _tier(known: Known, on: date) -> Tier:
    subject = known.subject
    return tier_of(
        store.tiers(),
        probability=subject.probability,
        tenure_days=(on - known.opened_on).days,
        on_time_dues=subject.on_time_dues,
    )


def _decision(reviewed: Reviewed, judged: Judged, *, on: date, at: datetime) -> Decision:
    """Write a decision down under the number of its review."""
    verdict = judged.verdict
    return Decision(
        customer_id=reviewed.key.customer_id,
        decision_id=reviewed.review_id,
        book=verdict.book,
        book_version=verdict.version,
        outcome=verdict.outcome,
        fired=verdict.fired,
        unknown=verdict.unknown,
        facts=judged.seen,
        reasons=verdict.reasons,
        scores=(),
        decided_on=on,
        decided_at=at,
    )


def _close_judging(db: Connection, *, run_id: int, at: datetime) -> Run:
    run = store.take_run(db, run_id)
    if run.state is not RunState.JUDGING:
        return run  # another process was faster
    guard = rulebooks.blast_guard()
    closed = runs.judged(
        run,
        store.count_reviews(db, run),
        store.trailing_cuts(db, before=run.begun_on, days=guard.trailing_runs),
        guard=guard,
        unguarded=store.policy().unguarded_cuts,
    )
    store.move_run(db, closed, at=at)
    if closed.state is RunState.STOPPED:
        _wait(db, closed, at=at)
    return closed


def _wait(db: Connection, run: Run, *, at: datetime) -> None:
    """Let people know of a run that waits for two of them."""
    outbox.append(
        db, "credit.limit-run-stopped", customer_ids=[NOBODY], subject_ids=[run.run_id], at=at
    )
    facts = {"judged": run.judged, "cuts": run.cuts, "allowed": run.allowed}
    evidence = {"limit_run": {"id": run.run_id, "trigger": run.trigger, **facts}}
    case = NewCase(NOBODY, Kind.RUN, SubjectType.LIMIT_RUN, run.run_id, evidence, run.requested_by)
    open_case(db, case, on=business_day.today(db).current_on, at=at)


def _settle(db: Connection, first: int, last: int, *, run_id: int, at: datetime) -> None:
    """Do what a run proposed for some customers: raise, announce, apply at once, or refer; and tell them."""
    on = business_day.today(db).current_on
    keys: list[ReviewKey] = store.find_proposed(db, run_id, first=first, last=last)
    if not keys:
        return
    lines, taken = store.take_reviews(db, keys)
    hindered = store.find_hindrances(db, lines)
    policy = store.policy()
    steps = [
        life.settle(
            policy, review, lines.get(review.line), hindered.get(review.line, life.FREE), on=on
        )
        for review in taken.values()
        if review.state is State.PROPOSED
    ]
    store.move_reviews(db, steps, on=on, at=at)
    numbers = take_numbers(db, len(steps))
    insert_notices(db, notices_of(steps, numbers, on=on), at=at)
    announced = [step.review for step in steps if step.after is State.ANNOUNCED]
    if announced:
        outbox.append(
            db,
            "credit.limit-cut-announced",
            customer_ids=[review.customer_id for review in announced],
            subject_ids=[review.review_id for review in announced],
            at=at,
        )


def _finish(db: Connection, *, run_id: int, at: datetime) -> None:
    run = store.take_run(db, run_id)
    if run.state is not RunState.SETTLING:
        return
    store.move_run(db, run._replace(state=RunState.FINISHED), at=at)
    book: RuleBook = rulebooks.live(db, BOOK)
    rulebooks.count_run(db, book, on=run.begun_on, accounts=run.judged, moved=run.cuts)


def _report(db: Connection, *, run_id: int) -> RunReport:
    run = store.take_run(db, run_id)
    counted = store.count_reviews(db, run)
    return RunReport(
        run.run_id,
        run.begun_on,
        run.trigger,
        run.state,
        counted.judged,
        counted.raises,
        counted.cuts,
        counted.referred,
        run.allowed or 0,
    )
