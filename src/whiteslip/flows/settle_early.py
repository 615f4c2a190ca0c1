"""Settle early: a plan, what was billed, or everything is paid at once, and fees of future periods are dropped."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import NamedTuple

from whiteslip.care.cures.store import cure, in_trouble
from whiteslip.care.notices import ends
from whiteslip.care.notices.model import NewNotice
from whiteslip.care.notices.store import tell
from whiteslip.infra import business_day, outbox
from whiteslip.infra.database import Connection
from whiteslip.kernel.errors import NotFound, WhiteslipError
from whiteslip.money.ledger.model import Journal, MovementKind
from whiteslip.money.ledger.store import post, take_numbers
from whiteslip.money.lines.model import Change, Line, LineKey
from whiteslip.money.lines.store import change_balances, read_line_today, take_turns
from whiteslip.money.payoffs.model import Beginning, KeptPayoff, Payoff, Scope, Wish
from whiteslip.money.payoffs.rules import check_accepted, work_out
from whiteslip.money.payoffs.store import insert_payoffs, read_beginnings
from whiteslip.money.repayments.model import Repayment
from whiteslip.money.repayments.store import insert_allocations, insert_repayments
from whiteslip.money.schedules.model import Owed, Settlement
from whiteslip.money.schedules.store import read_owed, settle_installments

__all__ = ["Payoff", "Scope", "SettleRequest", "Settled", "Wish", "quote_payoff", "settle_early"]


class SettleRequest(NamedTuple):
    """Money that settles a wish as it was quoted: `version` names the quote, `method` the source of the money."""

    customer_id: int
    line_id: int
    wish: Wish
    amount_minor: int
    version: str
    method: str


class Settled(NamedTuple):
    """What was settled, and with which repayment; `restored` tells that it lifted a restriction on buying."""

    customer_id: int
    line_id: int
    repayment_id: int
    payoff: Payoff
    restored: bool


def quote_payoff(db: Connection, key: LineKey, wish: Wish) -> Payoff:
    """Work out what settles a wish today; it only reads, and the answer's version says what it was of."""
    found = read_line_today(db, key)
    if found is None:
        raise NotFound(f"customer {key.customer_id} has no line {key.line_id}")
    line, _ = found
    reached = business_day.day_reached(db, key.customer_id)
    owed = read_owed(db, [key], {key.customer_id: reached})
    began = read_beginnings(db, [key])
    payoff = work_out(owed, began, wish, statement_day=line.statement_day, reached=reached)
    if isinstance(payoff, WhiteslipError):
        raise payoff
    return payoff


def settle_early(
    db: Connection, requests: Sequence[SettleRequest], *, at: datetime
) -> list[Settled | WhiteslipError]:
    """Settle a batch, in order, each as it was quoted or not at all; never refused because of a restriction."""
    day = business_day.today(db)
    reached = business_day.days_reached(db, day, (one.customer_id for one in requests))
    turns = take_turns(db, (LineKey(one.customer_id, one.line_id) for one in requests))
    owed = read_owed(db, turns, reached)
    batch = _Batch(turns, reached, owed, read_beginnings(db, turns))
    troubled = in_trouble(turns.values(), owed, reached)
    numbers = take_numbers(db, len(requests))
    answers = [
        batch.take(request, number) for request, number in zip(requests, numbers, strict=True)
    ]
    batch.write(db, at=at)
    restored = cure(db, troubled, reached, at=at)
    return [
        answer._replace(restored=LineKey(answer.customer_id, answer.line_id) in restored)
        if isinstance(answer, Settled)
        else answer
        for answer in answers
    ]


@dataclass(slots=True)
class _Batch:
    """A batch of early settlements: what it reads, and everything it writes as columns."""

    lines: dict[LineKey, Line]
    reached: dict[int, date]
    owed: Sequence[Owed]
    began: dict[int, Beginning]
    settled: set[int] = field(default_factory=set[int])
    repayments: list[Repayment] = field(default_factory=list[Repayment])
    payoffs: list[KeptPayoff] = field(default_factory=list[KeptPayoff])
    changes: list[Change] = field(default_factory=list[Change])
    paid: list[tuple[int, date, Settlement]] = field(
        default_factory=list[tuple[int, date, Settlement]]
    )
    notices: list[NewNotice] = field(default_factory=list[NewNotice])
    journal: Journal = field(default_factory=Journal)

    def take(self, request: SettleRequest, number: int) -> Settled | WhiteslipError:
        """Settle one wish; the next one no longer sees what this one settled."""
        key = LineKey(request.customer_id, request.line_id)
        line = self.lines.get(key)
        if line is None:
            return NotFound(f"customer {request.customer_id} has no line {request.line_id}")
        payoff = work_out(
            [
                row
                for row in self.owed
                if (row.customer_id, row.line_id) == key and row.installment_id not in self.settled
            ],
            self.began,
            request.wish,
            statement_day=line.statement_day,
            reached=self.reached[key.customer_id],
        )
        if isinstance(payoff, WhiteslipError):
            return payoff
        amount, version = request.amount_minor, request.version
        if error := check_accepted(payoff, amount_minor=amount, version=version):
            return error
        self.settled.update(one.installment_id for one in payoff.settlements)
        self._keep(key, number, request, payoff)
        return Settled(*key, number, payoff, restored=False)

    def _keep(self, key: LineKey, number: int, request: SettleRequest, payoff: Payoff) -> None:
        on = self.reached[key.customer_id]
        total = payoff.total_minor
        self.repayments.append(
            Repayment(key.customer_id, number, key.line_id, total, total, 0, request.method, on)
        )
        self.payoffs.append(
            KeptPayoff(
                key.customer_id,
                number,
                key.line_id,
                payoff.wish.purchase_id,
                payoff.principal_minor,
                payoff.fee_minor,
                payoff.late_fee_minor,
                payoff.dropped_minor,
                payoff.wish.split_id,
                on,
                payoff.wish.scope,
                payoff.version,
            )
        )
        self.changes.append(
            Change(*key, principal_minor=-payoff.principal_minor, credited_minor=total)
        )
        self.notices.append(ends.of_settlement(key, payoff, on=on))
        self.paid.extend((number, on, settlement) for settlement in payoff.settlements)
        billed = [(MovementKind.INSTALLMENT_FEE, source, fee) for source, fee in payoff.billed]
        for kind, source, part in (
            *billed,
            (MovementKind.PRINCIPAL_REPAID, number, payoff.principal_minor),
            (MovementKind.FEE_REPAID, number, payoff.fee_minor),
            (MovementKind.LATE_FEE_REPAID, number, payoff.late_fee_minor),
        ):
            self.journal.add(
                kind,
                customer_id=key.customer_id,
                line_id=key.line_id,
                source_id=source,
                amount_minor=part,
                on=on,
            )

    def write(self, db: Connection, *, at: datetime) -> None:
        """Write everything at once."""
        insert_repayments(db, self.repayments, at=at)
        insert_payoffs(db, self.payoffs)
        settle_installments(db, [settlement for _, _, settlement in self.paid])
        insert_allocations(db, [one for one in self.paid if _pays(one[2])])
        change_balances(db, self.changes)
        post(db, self.journal, at=at)
        tell(db, self.notices, at=at)
        if self.repayments:
            outbox.append(
                db,
                "money.repayment-received",
                customer_ids=[one.customer_id for one in self.repayments],
                subject_ids=[one.repayment_id for one in self.repayments],
                at=at,
            )


def _pays(settlement: Settlement) -> bool:
    return settlement.principal_minor + settlement.fee_minor + settlement.late_fee_minor > 0
