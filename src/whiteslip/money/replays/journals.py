"""Which movements of the ledger booked a step of a row."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta

from whiteslip.money.ledger.model import MovementKind as Kind
from whiteslip.money.replays.comparing import Posted, Standing, booked
from whiteslip.money.replays.explained import Entry
from whiteslip.money.replays.facts import Capture, Fact
from whiteslip.money.replays.life import Life
from whiteslip.money.replays.model import Act, Origin, Row, Source, Step

_KINDS = (
    frozenset(
        {
            Kind.PRINCIPAL_REPAID,
            Kind.PRINCIPAL_OFFSET,
            Kind.REFUNDED,
            Kind.REFUND_IMPORTED,
            Kind.RECOVERED,
            Kind.CREDIT_RECLAIMED,
            Kind.PAYMENT_RECLAIMED,
            Kind.CREDIT_RECOVERED,
            Kind.GOODWILL_PRINCIPAL,
        }
    ),
    frozenset(
        {
            Kind.FEE_REPAID,
            Kind.FEE_OFFSET,
            Kind.REFUND_FEE_IMPORTED,
            Kind.RECOVERED,
            Kind.CREDIT_RECOVERED,
            Kind.GOODWILL_FEE,
        }
    ),
    frozenset(
        {
            Kind.LATE_FEE_REPAID,
            Kind.LATE_FEE_OFFSET,
            Kind.REFUND_LATE_FEE_IMPORTED,
            Kind.RECOVERED,
            Kind.LATE_FEE_WAIVED,
            Kind.CREDIT_RECOVERED,
            Kind.GOODWILL_LATE_FEE,
        }
    ),
)
"""What an event books of principal, of fees and of late fees."""
_EVENTS = frozenset({Act.MADE, Act.PAID, Act.REFUNDED, Act.WAIVED})
_OWN: Mapping[Act, Kind] = {Act.BILLED: Kind.INSTALLMENT_FEE, Act.REDATED: Kind.DEFERRAL_FEE}
_GIVEN_UP = (Kind.PRINCIPAL_CHARGED_OFF, Kind.FEE_CHARGED_OFF, Kind.LATE_FEE_CHARGED_OFF)


class Journals:
    """The movements of a line, by what they come from and the day they count from."""

    def __init__(
        self,
        life: Life,
        facts: Iterable[Fact],
        book: Standing,
        captured: Sequence[Posted],
        booked_on: Mapping[int, date],
    ) -> None:
        """Match the moves of a life that is the book's with what the book has posted."""
        self._booked_on = booked_on
        self._found: dict[tuple[Source, date], list[Entry]] = defaultdict(list)
        for move, posted in booked(life, book):
            self._found[move.source, move.on].append(self._entry(posted))
        self._captured = self._captures(facts, captured)

    def of(self, row: Row, step: Step) -> tuple[Entry, ...]:
        """Find what booked a step."""
        if step.act is Act.ACCRUED:
            kind = Kind.LATE_FEE if step.base_minor else Kind.REVOLVING_FEE
            return self._of_days(row, step, kind)
        if (own := _OWN.get(step.act)) and (step.act is Act.BILLED or step.fee_minor):
            amount = step.base_minor or step.fee_minor
            found = self._found.get((Source(Origin.ROW, row.key), step.on), [])
            return tuple(one for one in found if (one.kind, one.amount_minor) == (own, amount))
        if step.source is None or step.act not in _EVENTS:
            return ()
        if step.act is Act.MADE and step.source.name in self._captured:
            return (self._captured[step.source.name],) if step.principal_minor else ()
        change = step.principal_minor, step.fee_minor, step.late_fee_minor
        wanted = {kind for some, part in zip(_KINDS, change, strict=True) if part for kind in some}
        return self._of_event(step, wanted)

    def of_charge_off(self, standing: Row, step: Step) -> tuple[Entry, ...]:
        """Find what gave up what a row owed when its line was charged off."""
        parts = standing.principal_minor, standing.fee_minor, standing.late_fee_minor
        return self._of_event(
            step, {kind for kind, part in zip(_GIVEN_UP, parts, strict=True) if part}
        )

    def _of_event(self, step: Step, kinds: set[Kind]) -> tuple[Entry, ...]:
        found = [] if step.source is None else self._found.get((step.source, step.on), [])
        return tuple(one for one in found if one.kind in kinds)

    def _of_days(self, row: Row, step: Step, kind: Kind) -> tuple[Entry, ...]:
        source = Source(Origin.ROW, row.key)
        days = (step.on + timedelta(days=day) for day in range(max(1, step.days)))
        return tuple(
            one for day in days for one in self._found.get((source, day), []) if one.kind == kind
        )

    def _captures(self, facts: Iterable[Fact], captured: Sequence[Posted]) -> dict[str, Entry]:
        """Match captures with their movements, those of one purchase, amount and day in their order."""
        waiting: dict[tuple[int, int, date], list[Posted]] = defaultdict(list)
        for one in sorted(captured, reverse=True):
            waiting[one.source_id, one.amount_minor, one.on].append(one)
        found: dict[str, Entry] = {}
        for fact in sorted(facts, key=lambda fact: fact.number):
            if isinstance(fact.what, Capture):
                what = fact.what
                some = waiting[what.purchase_id, what.amount_minor, what.captured_on]
                if some:
                    found[str(fact.number)] = self._entry(some.pop())
        return found

    def _entry(self, one: Posted) -> Entry:
        return Entry(
            one.movement_id,
            one.kind,
            one.amount_minor,
            one.on,
            self._booked_on.get(one.movement_id, one.on),
        )
