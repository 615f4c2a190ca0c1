"""Ease repayment: relief is asked for, offered, countered and agreed, and what is owed gets other due dates."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import NamedTuple

from whiteslip.care.cures.store import cure
from whiteslip.care.hardship import rules, store
from whiteslip.care.hardship.model import (
    Command,
    Form,
    Message,
    Move,
    Plan,
    Relief,
    ReliefKey,
    Side,
    Status,
    Terms,
)
from whiteslip.care.hardship.planning import Position, plan
from whiteslip.infra import business_day
from whiteslip.infra.database import Connection
from whiteslip.kernel.actor import PROGRAM
from whiteslip.kernel.errors import Conflict, InvalidInput, NotFound, WhiteslipError
from whiteslip.money.ledger.model import Journal, MovementKind
from whiteslip.money.ledger.store import post, take_numbers
from whiteslip.money.lines.model import LineKey
from whiteslip.money.lines.store import take_turns
from whiteslip.money.schedules.model import Rescheduled
from whiteslip.money.schedules.store import (
    add_fees,
    reschedule_installments,
    settle_installments,
)

__all__ = [
    "Command",
    "Eased",
    "Form",
    "Message",
    "ReliefAnswer",
    "ReliefRequest",
    "Side",
    "Terms",
    "answer_reliefs",
    "ask_relief",
    "write_messages",
]


class ReliefRequest(NamedTuple):
    """Terms for a line: proposed by the customer, or offered by staff."""

    customer_id: int
    line_id: int
    terms: Terms
    side: Side
    actor: str


class ReliefAnswer(NamedTuple):
    """A command on a relief; terms come with an offer and a counter-proposal."""

    customer_id: int
    relief_id: int
    command: Command
    side: Side
    actor: str
    terms: Terms | None = None


class Eased(NamedTuple):
    """Where a relief stands."""

    customer_id: int
    relief_id: int
    line_id: int
    status: Status
    needs_approval: bool


def ask_relief(
    db: Connection, requests: Sequence[ReliefRequest], *, at: datetime
) -> list[Eased | WhiteslipError]:
    """Begin reliefs, in order: staff offers, the customer proposes; what already lies on the table is answered by it.

    What a customer proposes within the table, and below what another person must approve, is agreed and begun at once.
    """
    keys = [LineKey(one.customer_id, one.line_id) for one in requests]
    desk = _Desk.open(db, keys, at=at)
    desk.reliefs = store.take_reliefs(db, desk.live.values())
    numbers = take_numbers(db, len(requests))
    answers = [desk.ask(*pair) for pair in zip(requests, numbers, strict=True)]
    return desk.write(db, answers)


def answer_reliefs(
    db: Connection, requests: Sequence[ReliefAnswer], *, at: datetime
) -> list[Eased | WhiteslipError]:
    """Act on reliefs, in order; each sees what the ones before it did."""
    keys = [ReliefKey(*one[:2]) for one in requests]
    desk = _Desk.open(db, store.find_lines(db, keys), at=at)
    desk.reliefs = store.take_reliefs(db, keys)
    return desk.write(db, [desk.answer(request) for request in requests])


def write_messages(
    db: Connection, messages: Sequence[Message], *, at: datetime
) -> list[int | WhiteslipError]:
    """Add to the threads of reliefs; returns the number of each message."""
    numbers = take_numbers(db, len(messages))
    written = store.insert_messages(db, messages, numbers, at=at)
    return [
        number
        if number in written
        else NotFound(f"customer {message.customer_id} has no relief {message.relief_id}")
        for message, number in zip(messages, numbers, strict=True)
    ]


@dataclass(slots=True)
class _Desk:
    """A batch at work: the lines as they stand, and every relief as it was and is."""

    at: datetime
    positions: dict[LineKey, Position]
    live: dict[LineKey, ReliefKey]
    begun: dict[tuple[LineKey, Form], int]
    reliefs: dict[ReliefKey, Relief] = field(default_factory=dict[ReliefKey, Relief])
    new: list[Relief] = field(default_factory=list[Relief])
    rounds: list[list[Move]] = field(default_factory=list[list[Move]])
    starts: dict[ReliefKey, Plan] = field(default_factory=dict[ReliefKey, Plan])
    depth: dict[ReliefKey, int] = field(default_factory=dict[ReliefKey, int])

    @classmethod
    def open(cls, db: Connection, keys: Iterable[LineKey], *, at: datetime) -> _Desk:
        """Lock the lines and read what they owe and which reliefs they had."""
        day = business_day.today(db)
        wanted = set(keys)
        reached = business_day.days_reached(db, day, (key.customer_id for key in wanted))
        turns = take_turns(db, wanted)
        positions = store.read_positions(db, turns, reached)
        live, begun = store.read_past(db, turns, since_on=day.current_on - store.YEAR)
        return cls(at, positions, live, begun)

    def ask(self, request: ReliefRequest, number: int) -> ReliefKey | WhiteslipError:
        """Begin one relief."""
        key = LineKey(request.customer_id, request.line_id)
        position = self.positions.get(key)
        if position is None:
            return NotFound(f"customer {key.customer_id} has no line {key.line_id}")
        if key in self.live:
            command = Command.OFFER if request.side is Side.STAFF else Command.COUNTER
            return self.answer(
                ReliefAnswer(*self.live[key], command, request.side, request.actor, request.terms)
            )
        worked = plan(request.terms, position, store.table())
        if isinstance(worked, InvalidInput):
            return worked
        by_staff = request.side is Side.STAFF
        relief = rules.draft(
            key,
            number,
            request.terms,
            worked,
            store.table(),
            status=Status.OFFERED if by_staff else Status.COUNTERED,
            actor=request.actor,
            offered_by=request.actor if by_staff else None,
            on=position.reached,
        )
        self.live[key] = relief.key
        self.new.append(relief)
        self.reliefs[relief.key] = relief
        return relief.key if by_staff else self._agree_at_once(relief, worked)

    def _agree_at_once(self, relief: Relief, worked: Plan) -> ReliefKey:
        """Agree to what the customer proposes if the table says so; else it waits for staff."""
        if relief.needs_approval or not self._is_eligible(relief):
            return relief.key
        self._move(relief._replace(status=Status.AGREED), PROGRAM)
        return self._start(relief.key, worked)

    def answer(self, request: ReliefAnswer) -> ReliefKey | WhiteslipError:
        """Act on one relief."""
        key = ReliefKey(request.customer_id, request.relief_id)
        relief = self.reliefs.get(key)
        if relief is None:
            return NotFound(f"customer {key.customer_id} has no relief {key.relief_id}")
        if error := self._may_not(relief, request):
            return error
        if request.command in _WITH_TERMS:
            return self._propose(relief, request)
        if request.command in _AGREEING:
            return self._agree(relief, request)
        after = rules.MOVES[relief.status, request.command]
        self._move(relief._replace(status=after), request.actor)
        return key

    def _may_not(self, relief: Relief, request: ReliefAnswer) -> WhiteslipError | None:
        if error := rules.refusal(relief, request.command, request.side):
            return error
        if (request.terms is None) == (request.command in _WITH_TERMS):
            return InvalidInput("terms come with an offer or a proposal", where="terms")
        if request.command is Command.APPROVE:
            if relief.status is Status.AGREED and not relief.needs_approval:
                return Conflict("the relief is agreed and needs no approval")
            return rules.may_approve(relief, request.actor)
        return None

    def _propose(self, relief: Relief, request: ReliefAnswer) -> ReliefKey | WhiteslipError:
        """Put other terms in the place of those that lie there; the other side's turn."""
        terms = request.terms or relief.terms
        position = self.positions[LineKey(relief.customer_id, relief.line_id)]
        worked = plan(terms, position, store.table())
        if isinstance(worked, InvalidInput):
            return worked
        moved = rules.draft(
            LineKey(relief.customer_id, relief.line_id),
            relief.relief_id,
            terms,
            worked,
            store.table(),
            status=rules.MOVES[relief.status, request.command],
            actor=request.actor,
            offered_by=request.actor if request.side is Side.STAFF else relief.offered_by,
            on=position.reached,
        )
        self._move(moved, request.actor)
        if request.side is Side.STAFF:
            return relief.key
        return self._agree_at_once(moved, worked)

    def _agree(self, relief: Relief, request: ReliefAnswer) -> ReliefKey | WhiteslipError:
        """Agree, and begin unless another person must approve first; what is owed may have changed meanwhile."""
        position = self.positions[LineKey(relief.customer_id, relief.line_id)]
        worked = plan(relief.terms, position, store.table())
        if isinstance(worked, InvalidInput):
            return Conflict(f"this can no longer begin: {worked}")
        waits = rules.needs_approval(relief.terms, worked, store.table())
        agreed = relief._replace(
            status=Status.AGREED,
            amount_minor=worked.amount_minor,
            fee_minor=worked.fee_minor,
            ends_on=worked.ends_on,
            needs_approval=waits,
        )
        self._move(agreed, request.actor)
        if waits and request.command is Command.ACCEPT:
            return relief.key
        return self._start(relief.key, worked)

    def _is_eligible(self, relief: Relief) -> bool:
        key = LineKey(relief.customer_id, relief.line_id)
        begun = self.begun.get((key, relief.terms.form), 0)
        position = self.positions[key]
        return rules.is_eligible(relief.terms, position, store.table(), this_year=begun)

    def _start(self, key: ReliefKey, worked: Plan) -> ReliefKey:
        self._move(self.reliefs[key]._replace(status=Status.RUNNING), PROGRAM)
        self.starts[key] = worked
        return key

    def _move(self, after: Relief, actor: str) -> None:
        """Note a move; a relief moved twice in one batch is written in two rounds."""
        before = self.reliefs[after.key]
        place = self.depth.get(after.key, 0)
        self.depth[after.key] = place + 1
        while len(self.rounds) <= place:
            self.rounds.append([])
        self.rounds[place].append(Move(after, before.status, actor))
        self.reliefs[after.key] = after

    def write(
        self, db: Connection, answers: Sequence[ReliefKey | WhiteslipError]
    ) -> list[Eased | WhiteslipError]:
        """Write everything: reliefs and their moves, other due dates, what is stopped, and what is told."""
        for on in sorted({position.reached for position in self.positions.values()}):
            self._write_day(db, on)
        return [
            answer if isinstance(answer, WhiteslipError) else self._eased(answer)
            for answer in answers
        ]

    def _eased(self, key: ReliefKey) -> Eased:
        relief = self.reliefs[key]
        return Eased(*key, relief.line_id, relief.status, relief.needs_approval)

    def _write_day(self, db: Connection, on: date) -> None:
        """Write what concerns the lines that have reached a day."""
        new = [one for one in self.new if self._on(one) == on]
        store.insert_reliefs(db, new, on=on, at=self.at)
        waiting = [one for one in new if self.reliefs[one.key].status is one.status]
        store.tell(db, waiting, on=on, at=self.at)
        for moves in self.rounds:
            mine = [move for move in moves if self._on(move.relief) == on]
            ended = [move for move in mine if move.relief.status not in rules.LIVE]
            others = [move for move in mine if move.relief.status in rules.LIVE]
            store.move_reliefs(db, others, on=on, at=self.at)
            store.tell(db, [move.relief for move in others], on=on, at=self.at)
            store.end_reliefs(db, ended, on=on, at=self.at)
        started = [self.reliefs[key] for key in self.starts if self._on(self.reliefs[key]) == on]
        self._begin(db, started, on)

    def _on(self, relief: Relief) -> date:
        return self.positions[LineKey(relief.customer_id, relief.line_id)].reached

    def _begin(self, db: Connection, started: Sequence[Relief], on: date) -> None:
        """Move the dues, charge what was agreed, and bring arrears and restrictions up to date."""
        if not started:
            return
        by_line = {LineKey(one.customer_id, one.line_id): one for one in started}
        billed = {row.installment_id for key in by_line for row in self.positions[key].billed}
        pieces = [piece for one in started for piece in self.starts[one.key].pieces]
        strict = {
            piece.installment_id
            for plan in (self.starts[one.key] for one in started)
            if plan.keeps_all
            for piece in plan.pieces
        }
        new_rows = {piece.installment_id for piece in pieces} - billed - strict
        settle_installments(db, [drop for one in started for drop in self.starts[one.key].drops])
        rows = reschedule_installments(db, pieces)
        dues = [
            (by_line[LineKey(*row[:2])].key, row)
            for row in rows
            if row.installment_id not in new_rows and sum(row[4:7])
        ]
        store.insert_dues(
            db, [(key, row.installment_id, sum(row[4:7]), row.due_on) for key, row in dues]
        )
        self._charge(db, started, dict(reversed(dues)), on=on)
        store.stop_what_is_agreed(db, started, on=on)
        customers = {one.customer_id for one in started}
        cure(db, customers, dict.fromkeys(customers, on), at=self.at)

    def _charge(
        self,
        db: Connection,
        started: Sequence[Relief],
        dues: Mapping[ReliefKey, Rescheduled],
        *,
        on: date,
    ) -> None:
        """Charge the fees that were agreed, each on the first installment it moved."""
        journal = Journal()
        fees: list[tuple[int, int, int]] = []
        for one in started:
            fee = self.starts[one.key].fee_minor
            if not fee:
                continue
            installment_id = dues[one.key].installment_id
            fees.append((one.customer_id, installment_id, fee))
            journal.add(
                MovementKind.DEFERRAL_FEE,
                customer_id=one.customer_id,
                line_id=one.line_id,
                source_id=installment_id,
                amount_minor=fee,
                on=on,
            )
        add_fees(db, fees)
        post(db, journal, at=self.at)


_WITH_TERMS = frozenset({Command.OFFER, Command.COUNTER})
_AGREEING = frozenset({Command.ACCEPT, Command.APPROVE})
