"""Decide applications: by the book and the table of limits, or by a person; what is decided is told at once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import NamedTuple

import structlog

from whiteslip.care.cures.store import cover_opened
from whiteslip.care.notices.model import Kind, NewNotice
from whiteslip.care.notices.store import insert_notices
from whiteslip.credit.affordability import rules as affordability
from whiteslip.credit.affordability.model import Assessment, Means
from whiteslip.credit.affordability.store import terms
from whiteslip.credit.agreements import store as agreements
from whiteslip.credit.agreements.model import Acceptance, Subject
from whiteslip.credit.applications import rules, scoring, store
from whiteslip.credit.applications.model import (
    Application,
    Command,
    Conclusion,
    Move,
    Review,
    Status,
)
from whiteslip.credit.applications.scoring import Scored
from whiteslip.credit.bureau.model import ApplicationKey, File
from whiteslip.credit.bureau.store import read_files
from whiteslip.credit.limits.model import Bound, Offer
from whiteslip.credit.limits.rules import assign
from whiteslip.credit.limits.store import table
from whiteslip.decisioning.decisions import store as decisions
from whiteslip.decisioning.decisions.judging import Judged, judge_rows
from whiteslip.decisioning.decisions.model import Decision
from whiteslip.decisioning.models import store as models
from whiteslip.decisioning.rulebooks import store as rulebooks
from whiteslip.decisioning.scorecards.model import Scorecard
from whiteslip.infra import business_day, outbox
from whiteslip.infra.database import Connection
from whiteslip.kernel.errors import NotAllowed, NotFound, WhiteslipError, invariant
from whiteslip.kernel.money import Minor
from whiteslip.kernel.verdict import Outcome
from whiteslip.money.ledger.store import take_numbers
from whiteslip.money.lines import rules as line_rules
from whiteslip.money.lines.model import Line, NewLine
from whiteslip.money.lines.store import use
from whiteslip.money.products import store as products
from whiteslip.money.products.model import Product
from whiteslip.risk.network import store as network
from whiteslip.risk.reviews.model import Kind as CaseKind
from whiteslip.risk.reviews.rules import people_of, person_of
from whiteslip.risk.reviews.store import close_moot

__all__ = ["Decided", "Review", "decide_applications", "decide_review", "expire_applications"]

log = structlog.get_logger("whiteslip.applications")

BOOK = "application"
"""The name of the book, and of the card whose score it reads."""

ENGINE = "application book"
_CLOCK = "lapse of time"
_KINDS = {
    Status.APPROVED: Kind.APPLICATION_APPROVED,
    Status.DECLINED: Kind.APPLICATION_DECLINED,
    Status.REFERRED: Kind.APPLICATION_REFERRED,
    Status.EXPIRED: Kind.APPLICATION_EXPIRED,
}


class Decided(NamedTuple):
    """Where a decision left an application; the limit and the line are set when it is approved."""

    customer_id: int
    application_id: int
    status: Status
    limit_minor: int
    line_id: int | None


class _Work(NamedTuple):
    """An application as it is worked out: the month is that with the line it would be given."""

    application: Application
    file: File | None
    scored: Scored | None
    carried_minor: tuple[Minor, ...]
    month: Assessment

    @property
    def probability(self) -> float | None:
        """Of default, where there is a score."""
        return None if self.scored is None else self.scored.probability


class _Case(NamedTuple):
    """An application with everything its decision rests on."""

    application: Application
    judged: Judged
    scored: Scored | None
    offer: Offer
    conclusion: Conclusion


class _Ending(NamedTuple):
    """What is to become of an application, by whom."""

    application: Application
    conclusion: Conclusion
    actor: str
    bound: Bound | None = None


def ready_applications(db: Connection, *, most: int, at: datetime) -> list[ApplicationKey]:
    """Find applications that can be decided, the longest ready first."""
    return store.find_ready(db, most=most, at=at)


def decide_applications(
    db: Connection, keys: Iterable[ApplicationKey], *, at: datetime
) -> list[Decided]:
    """Decide those of a batch that are ready and not decided; the rest is left as it is.

    Each decision is kept with its facts, and its line, notice and event commit with it.
    """
    on = business_day.today(db).current_on
    taken = store.take_applications(db, keys)
    ready = [
        one for one in taken.values() if one.is_ready and rules.refusal(one, Command.DECIDE) is None
    ]
    if not ready:
        return []
    cases = _judge(db, ready, on=on)
    decisions.record(db, [_decision(case, on=on, at=at) for case in cases])
    endings = [
        _Ending(case.application, case.conclusion, ENGINE, case.offer.bound) for case in cases
    ]
    return _end(db, endings, on=on, at=at)


def decide_review(
    db: Connection, reviews: Sequence[Review], *, at: datetime
) -> list[Decided | WhiteslipError]:
    """Decide referred applications by people, in order: a limit, or reasons to decline."""
    on = business_day.today(db).current_on
    taken = store.take_applications(db, (ApplicationKey(*one[:2]) for one in reviews))
    answers: dict[int, Decided | WhiteslipError] = {}
    endings: dict[int, _Ending] = {}
    for index, review in enumerate(reviews):
        key = ApplicationKey(review.customer_id, review.application_id)
        application = taken.get(key)
        if application is None:
            answers[index] = NotFound(f"customer {key[0]} has no application {key[1]}")
        elif error := _may_not_review(review, application):
            answers[index] = error
        else:
            conclusion = _concluded(review)
            endings[index] = _Ending(application, conclusion, review.actor)
            taken[key] = application._replace(status=conclusion.status)
    answers |= zip(endings, _end(db, list(endings.values()), on=on, at=at), strict=True)
    return [answers[index] for index in range(len(reviews))]


def _may_not_review(review: Review, application: Application) -> WhiteslipError | None:
    """Say why a person may not decide so; who declined before it was reopened may not at all, however named."""
    if error := rules.check_review(review, application, table()):
        return error
    if person_of(review.actor) in people_of(application.declined_by):
        return NotAllowed("another person decides than the one whose refusal did not stand")
    return None


def expire_applications(db: Connection, *, most: int, at: datetime) -> list[Decided]:
    """End referred applications nobody decided in time, and say so."""
    on = business_day.today(db).current_on
    found = store.find_lapsed(db, most=most, on=on)
    if not found:
        return []
    taken = store.take_applications(db, found)
    lapsed = [one for one in taken.values() if rules.refusal(one, Command.EXPIRE) is None]
    endings = [_Ending(one, Conclusion(Status.EXPIRED, 0, ()), _CLOCK) for one in lapsed]
    return _end(db, endings, on=on, at=at)


def _judge(db: Connection, ready: Sequence[Application], *, on: date) -> list[_Case]:
    """Work every application out, judge them at once, and conclude."""
    book = rulebooks.live(db, BOOK)
    card = _live_card(db)
    keys = [ApplicationKey(*one[:2]) for one in ready]
    files = read_files(db, keys)
    offered = {name: products.live(db, name) for name in {one.product for one in ready}}
    worked = [
        _work_out(one, files.get(key), card, offered[one.product])
        for key, one in zip(keys, ready, strict=True)
    ]
    told = network.find_told(db, keys)
    company = dict(zip(told, network.look_up(db, list(told.values()), on=on), strict=True))
    rows = [
        rules.facts(
            work.application,
            work.file,
            work.month,
            probability=work.probability,
            company=company.get(work.application.customer_id),
            on=on,
        )
        for work in worked
    ]
    verdicts = judge_rows(book, rules.FACTS, rows)
    return [_case(work, judged) for work, judged in zip(worked, verdicts, strict=True)]


def _work_out(
    application: Application, file: File | None, card: Scorecard | None, product: Product
) -> _Work:
    """Work out one application: its score, what it could be offered, and its month with that.

    Whoever asks for more than they would be given is judged with what they would be given.
    """
    means, parameters, limits = _means(application, file), terms(), table()
    minimum_ppm = product.minimum_ppm
    today = affordability.assess(means, 0, parameters, minimum_ppm=minimum_ppm)
    carried = affordability.carried(means, parameters, minimum_ppm=minimum_ppm)
    scored = scoring.score(card, file, today)
    work = _Work(application, file, scored, carried, today)
    limit = _offer(work, is_starter=False).limit_minor
    judged_with = limit or rules.considered(application.requested_minor, carried, limits)
    month = affordability.assess(means, judged_with, parameters, minimum_ppm=minimum_ppm)
    return work._replace(month=month)


def _offer(work: _Work, *, is_starter: bool) -> Offer:
    return assign(
        table(),
        probability=work.probability,
        carried_minor=work.carried_minor,
        requested_minor=work.application.requested_minor,
        on_time_dues=0,  # who applies has no line, and so no dues
        is_starter=is_starter,
    )


def _case(work: _Work, judged: Judged) -> _Case:
    """Conclude: on a watch only the starter's rung is offered."""
    offer = _offer(work, is_starter=judged.verdict.outcome > Outcome.CLEAR)
    lost = () if work.scored is None else work.scored.lost
    may_automate = work.application.may_automate
    conclusion = rules.conclude(judged.verdict, offer, lost, may_automate=may_automate)
    return _Case(work.application, judged, work.scored, offer, conclusion)


def _means(application: Application, file: File | None) -> Means:
    return Means(
        declared_income_minor=application.income_minor,
        verified_income_minor=None if file is None else file.verified_income_minor,
        declared_obligations_minor=application.obligations_minor,
        reported_obligations_minor=None if file is None else file.monthly_minor,
        rent_minor=application.rent_minor,
    )


def _decision(case: _Case, *, on: date, at: datetime) -> Decision:
    """Write a decision down under the number of its application."""
    verdict = case.judged.verdict
    return Decision(
        customer_id=case.application.customer_id,
        decision_id=case.application.application_id,
        book=verdict.book,
        book_version=verdict.version,
        outcome=verdict.outcome,
        fired=verdict.fired,
        unknown=verdict.unknown,
        facts=case.judged.seen,
        reasons=case.conclusion.found,
        scores=() if case.scored is None else (case.scored.seen,),
        decided_on=on,
        decided_at=at,
    )


def _concluded(review: Review) -> Conclusion:
    if review.limit_minor is None:
        return Conclusion(Status.DECLINED, 0, review.reasons)
    return Conclusion(Status.APPROVED, review.limit_minor, ())


def _end(db: Connection, endings: Sequence[_Ending], *, on: date, at: datetime) -> list[Decided]:
    """Open lines for the approved, move every application, tell its person, and say that it happened."""
    numbers = take_numbers(db, 2 * len(endings))
    opened: list[Line] = []
    moves: list[Move] = []
    notices: list[NewNotice] = []
    for index, ending in enumerate(endings):
        line_id, notice_id = numbers[2 * index : 2 * index + 2]
        line = _line(db, ending, line_id, on=on)
        opened += [] if line is None else [line]
        moves.append(_move(ending, line))
        notices.append(_notice(ending, line, notice_id, on=on))
    agreements.open_lines(db, opened, _agreed(db, moves))
    cover_opened(db, [line.key for line in opened], on=on, at=at)
    store.move_applications(db, moves, on=on, at=at)
    insert_notices(db, notices, at=at)
    waited = {move.customer_id for move in moves if move.before is Status.REFERRED}
    note = "the application is decided"
    close_moot(db, {(owner, CaseKind.APPLICATION) for owner in waited}, note=note, at=at)
    _announce(db, moves, at=at)
    return [Decided(*move[:2], move.after, move.limit_minor or 0, move.line_id) for move in moves]


def _agreed(db: Connection, moves: Sequence[Move]) -> list[Acceptance]:
    """Let each new line be under what its application accepted."""
    leading = [move for move in moves if move.line_id is not None]
    if not leading:
        return []
    accepted = agreements.read_acceptances(db, (move[:2] for move in leading))
    return [
        accepted[move[:2]][-1]._replace(subject_id=move.line_id, subject=Subject.LINE)
        for move in leading
    ]


def _line(db: Connection, ending: _Ending, line_id: int, *, on: date) -> Line | None:
    if ending.conclusion.status is not Status.APPROVED:
        return None
    application = ending.application
    product = products.live(db, application.product)
    new = NewLine(
        application.customer_id,
        ending.conclusion.limit_minor,
        application.statement_day,
        application.product,
    )
    wrong = line_rules.check_new(new, product)
    invariant(wrong is None, f"a line that is approved can be opened: {wrong}")
    return line_rules.opened(new, product, use(), line_id=line_id, on=on)


def _move(ending: _Ending, line: Line | None) -> Move:
    application, conclusion = ending.application, ending.conclusion
    return Move(
        application.customer_id,
        application.application_id,
        application.status,
        conclusion.status,
        ending.actor,
        None if conclusion.status is Status.EXPIRED else conclusion.reasons,
        None if line is None else line.fixed_limit_minor,
        None if line is None else line.line_id,
        ending.bound,
    )


def _notice(ending: _Ending, line: Line | None, notice_id: int, *, on: date) -> NewNotice:
    return NewNotice(
        customer_id=ending.application.customer_id,
        notice_id=notice_id,
        line_id=None if line is None else line.line_id,
        kind=_KINDS[ending.conclusion.status],
        reasons=ending.conclusion.reasons,
        noticed_on=on,
        application_id=ending.application.application_id,
    )


def _announce(db: Connection, moves: Sequence[Move], *, at: datetime) -> None:
    for status in sorted({move.after for move in moves}):
        these = [move for move in moves if move.after is status]
        customer_ids = [move.customer_id for move in these]
        numbers = [move.application_id for move in these]
        topic = f"credit.application-{status}"
        outbox.append(db, topic, customer_ids=customer_ids, subject_ids=numbers, at=at)
        if status is Status.APPROVED:
            line_ids = [move.line_id or 0 for move in these]
            topic = "money.line-opened"
            outbox.append(db, topic, customer_ids=customer_ids, subject_ids=line_ids, at=at)


def _live_card(db: Connection) -> Scorecard | None:
    """Find the live card; without one there is no score, and the book sends everybody to a person."""
    found = models.live_or_none(db, BOOK)
    if isinstance(found.model, Scorecard):
        return found.model
    log.warning("application.no-card", why=str(found.fault or "the live model is no scorecard"))
    return None
