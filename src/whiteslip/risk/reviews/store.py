"""Opening cases and attaching to them, finding the next one, and moving them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from functools import cache
from importlib import resources
from typing import Any, NamedTuple

import msgspec

from whiteslip.infra import arrays
from whiteslip.infra.database import Connection
from whiteslip.infra.sql import Sql
from whiteslip.kernel.actor import PROGRAM
from whiteslip.kernel.errors import Unavailable, invariant
from whiteslip.money.ledger.store import take_numbers
from whiteslip.risk.reviews import rules
from whiteslip.risk.reviews.model import (
    Case,
    CaseKey,
    CaseSubject,
    Desk,
    Kind,
    Label,
    Labeled,
    Move,
    NewCase,
    OpenedOrAttached,
    State,
    SubjectType,
)
from whiteslip.risk.reviews.reading import read_desk

sql = Sql(__package__)

_ROUNDS = 5
"""How often a batch is tried whose cases are decided by others while it attaches to them."""


class _Wanted(NamedTuple):
    """What is to be opened or attached, with its place in the batch and by when it is due."""

    place: int
    new: NewCase
    due_at: datetime

    @property
    def group(self) -> tuple[int, str]:
        """The customer and kind, of which one case is open."""
        return self.new.customer_id, self.new.kind


@cache
def desk() -> Desk:
    """Read the shipped queues, once."""
    file = resources.files(__package__ or "") / "data" / "queues.toml"
    return read_desk(file.read_text("utf-8"))


def open_cases(
    db: Connection, new: Sequence[NewCase], *, on: date, at: datetime
) -> list[OpenedOrAttached]:
    """Open cases, or attach to the one that is open for the customer and kind; answers are in order.

    The evidence given is frozen as it is. To be called in the transaction of its cause.
    """
    wanted = [_wanted(index, one, at=at) for index, one in enumerate(new)]
    answers: dict[int, OpenedOrAttached] = {}
    left = wanted
    for _ in range(_ROUNDS):
        answers |= _open(db, left, on=on, at=at)
        left = [one for one in left if one.place not in answers]
        answers |= _attach(db, left, at=at)
        left = [one for one in left if one.place not in answers]
        if not left:
            _keep_evidence(db, wanted, answers, on=on, at=at)
            return [answers[index] for index in range(len(new))]
    raise Unavailable("the open cases kept being decided meanwhile; nothing was changed, try again")


def _wanted(index: int, new: NewCase, *, at: datetime) -> _Wanted:
    queue = desk().queues[new.kind]
    priority = queue.priority if new.priority is None else new.priority
    due_at = rules.due_at(queue, desk(), at=at) if new.due_at is None else new.due_at
    return _Wanted(index, new._replace(priority=priority), due_at)


def _open(
    db: Connection, wanted: Sequence[_Wanted], *, on: date, at: datetime
) -> dict[int, OpenedOrAttached]:
    """Open one case for each customer and kind where none is open."""
    first: dict[tuple[int, str], _Wanted] = {}
    for one in wanted:
        first.setdefault(one.group, one)
    ordered = [first[group] for group in sorted(first)]
    numbers = take_numbers(db, len(ordered))
    keys = {
        CaseKey(one.new.customer_id, number): one
        for one, number in zip(ordered, numbers, strict=True)
    }
    if not keys:
        return {}
    rows = sql.many(
        db,
        "insert_cases",
        customer_ids=arrays.bigints([key.customer_id for key in keys]),
        case_ids=arrays.bigints([key.case_id for key in keys]),
        subject_ids=arrays.bigints([one.new.subject_id for one in ordered]),
        line_ids=arrays.bigints([one.new.line_id for one in ordered]),
        due_ats=arrays.timestamps([one.due_at for one in ordered]),
        priorities=arrays.smallints([one.new.priority for one in ordered]),
        kinds=arrays.texts([one.new.kind for one in ordered]),
        subject_types=arrays.texts([one.new.subject_type for one in ordered]),
        barred=arrays.jsons([_json(rules.people_of(one.new.barred)) for one in ordered]),
        actors=arrays.texts([rules.person_of(one.new.actor) for one in ordered]),
        on=on,
        at=at,
    )
    return {
        keys[CaseKey(*row)].place: OpenedOrAttached(row.customer_id, row.case_id, 1) for row in rows
    }


def _attach(
    db: Connection, wanted: Sequence[_Wanted], *, at: datetime
) -> dict[int, OpenedOrAttached]:
    """Attach to the open cases; what was decided meanwhile is left to the next round."""
    groups: defaultdict[tuple[int, str], list[_Wanted]] = defaultdict(list)
    for one in wanted:
        groups[one.group].append(one)
    if not groups:
        return {}
    moves: list[Move] = []
    answers: dict[int, OpenedOrAttached] = {}
    for case in lock_live(db, groups):
        these = groups[case.customer_id, case.kind]
        moves.append(rules.attach(case, [one.new for one in these], [one.due_at for one in these]))
        for piece, one in enumerate(these, start=case.pieces + 1):
            answers[one.place] = OpenedOrAttached(*case.key, piece)
    move_cases(db, moves, at=at)
    return answers


def _keep_evidence(
    db: Connection,
    wanted: Sequence[_Wanted],
    answers: dict[int, OpenedOrAttached],
    *,
    on: date,
    at: datetime,
) -> None:
    if not wanted:
        return
    kept = [(answers[one.place], one.new) for one in wanted]
    sql.run(
        db,
        "insert_evidence",
        customer_ids=arrays.bigints([place.customer_id for place, _ in kept]),
        case_ids=arrays.bigints([place.case_id for place, _ in kept]),
        pieces=arrays.ints([place.piece for place, _ in kept]),
        subject_ids=arrays.bigints([new.subject_id for _, new in kept]),
        subject_types=arrays.texts([new.subject_type for _, new in kept]),
        evidence=arrays.jsons([_json(new.evidence) for _, new in kept]),
        on=on,
        at=at,
    )


def lock_cases(db: Connection, keys: Iterable[CaseKey]) -> dict[CaseKey, Case]:
    """Lock cases until the transaction ends, in key order, and read them as they are."""
    ordered = sorted(set(keys))
    if not ordered:
        return {}
    rows = sql.many(
        db,
        "lock_cases",
        customer_ids=arrays.bigints([key.customer_id for key in ordered]),
        case_ids=arrays.bigints([key.case_id for key in ordered]),
    )
    return {case.key: case for case in map(as_case, rows)}


def lock_live(db: Connection, groups: Iterable[tuple[int, str]]) -> list[Case]:
    """Lock the open cases of customers and kinds until the transaction ends, in order, and read them as they are."""
    ordered = sorted(groups)
    rows = sql.many(
        db,
        "lock_live",
        customer_ids=arrays.bigints([customer_id for customer_id, _ in ordered]),
        kinds=arrays.texts([kind for _, kind in ordered]),
    )
    return [as_case(row) for row in rows]


def close_moot(
    db: Connection, groups: Iterable[tuple[int, str]], *, note: str, at: datetime
) -> list[Case]:
    """Close the open cases of customers and kinds that nobody has to decide any more; returns them as they were."""
    live = lock_live(db, groups)
    moves = [rules.withdraw(case, PROGRAM, note, at=at) for case in live]
    move_cases(db, [move for move in moves if isinstance(move, Move)], at=at)
    return live


def find_free(
    db: Connection, kinds: Iterable[Kind], person: str, *, most: int, at: datetime
) -> list[CaseKey]:
    """Skim free cases a reviewer may look at, the most urgent first; others may be taking them."""
    rows = sql.many(
        db, "find_free", kinds=arrays.texts(sorted(set(kinds))), person=person, most=most, at=at
    )
    return [CaseKey(*row) for row in rows]


def lock_free(db: Connection, key: CaseKey, *, at: datetime) -> Case | None:
    """Lock a case if it is still free and nobody else is taking it; does not wait."""
    row = sql.maybe(db, "lock_free", customer_id=key.customer_id, case_id=key.case_id, at=at)
    return None if row is None else as_case(row)


def find_subjects(db: Connection, keys: Iterable[CaseKey]) -> dict[CaseKey, list[CaseSubject]]:
    """Name all that lies in cases, each once, in the order in which it came."""
    ordered = sorted(set(keys))
    found: dict[CaseKey, list[CaseSubject]] = {key: [] for key in ordered}
    rows = sql.many(
        db,
        "find_subjects",
        customer_ids=arrays.bigints([key.customer_id for key in ordered]),
        case_ids=arrays.bigints([key.case_id for key in ordered]),
    )
    for row in rows:
        subject = CaseSubject(SubjectType(row.subject_type), row.subject_id)
        found[CaseKey(row.customer_id, row.case_id)].append(subject)
    return found


def find_kept(
    db: Connection, type_: SubjectType, subjects: Iterable[tuple[int, int]]
) -> set[tuple[int, int]]:
    """Find which subjects of customers lie in a case already, be it open or closed."""
    ordered = sorted(set(subjects))
    rows = sql.many(
        db,
        "find_kept",
        customer_ids=arrays.bigints([customer_id for customer_id, _ in ordered]),
        subject_ids=arrays.bigints([subject_id for _, subject_id in ordered]),
        subject_type=type_,
    )
    return {(row.customer_id, row.subject_id) for row in rows}


def find_overdue(db: Connection, *, most: int, at: datetime) -> list[CaseKey]:
    """Find cases past their due time that were not raised yet."""
    return [CaseKey(*row) for row in sql.many(db, "find_overdue", most=most, at=at)]


def move_cases(db: Connection, moves: Sequence[Move], *, at: datetime) -> None:
    """Write cases locked before as they are after their moves, each with its event; a case moves once a call."""
    if not moves:
        return
    after = [move.after for move in moves]
    moved = sql.many(
        db,
        "move_cases",
        customer_ids=arrays.bigints([case.customer_id for case in after]),
        case_ids=arrays.bigints([case.case_id for case in after]),
        steps=arrays.ints([move.before.steps for move in moves]),
        before=arrays.texts([move.before.state for move in moves]),
        after=arrays.texts([case.state for case in after]),
        priorities=arrays.smallints([case.priority for case in after]),
        due_ats=arrays.timestamps([case.due_at for case in after]),
        escalated_ats=arrays.timestamps([case.escalated_at for case in after]),
        pieces=arrays.ints([case.pieces for case in after]),
        barred=arrays.jsons([_json(case.barred) for case in after]),
        holders=arrays.texts([case.holder for case in after]),
        leases=arrays.timestamps([case.leased_until for case in after]),
        outcomes=arrays.texts([case.outcome for case in after]),
        labels=arrays.texts([case.label for case in after]),
        deciders=arrays.texts([case.decided_by for case in after]),
        decided_ons=arrays.dates([case.decided_on for case in after]),
        decided_ats=arrays.timestamps([case.decided_at for case in after]),
        commands=arrays.texts([move.command for move in moves]),
        actors=arrays.texts([move.actor for move in moves]),
        notes=arrays.texts([move.note for move in moves]),
        at=at,
    )
    invariant(len(moved) == len(moves), "a case that is locked moves")


def labeled(db: Connection, *, as_of: date) -> list[Labeled]:
    """List what people had said of findings by the end of a day; nothing decided later is seen."""
    return sql.records(db, "read_labeled", Labeled, as_of=as_of)


def find_altered(db: Connection) -> list[CaseKey]:
    """Find cases whose evidence is not what was frozen."""
    return [CaseKey(*row) for row in sql.many(db, "find_altered")]


def as_case(row: Any) -> Case:
    """Return a row of a case with its kind, state and label as what they are."""
    case = Case(*row)
    return case._replace(
        kind=Kind(row.kind),
        subject_type=SubjectType(row.subject_type),
        state=State(row.state),
        barred=tuple(row.barred),
        label=None if row.label is None else Label(row.label),
    )


def _json(value: object) -> bytes:
    return msgspec.json.encode(value)
