"""How much is collected, what a bank's result does to a try, and when the next one is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, time, timedelta
from enum import StrEnum
from typing import Final, NamedTuple, TypeAlias

from whiteslip.kernel import ids
from whiteslip.kernel.errors import NotFound
from whiteslip.kernel.money import Minor
from whiteslip.money.collections.model import PREFIX, CollectionState, Try, TryKey, TryState
from whiteslip.money.collections.terms import Autopay, Cause, Moment
from whiteslip.money.mandates.model import Source
from whiteslip.money.results.model import Outcome
from whiteslip.money.schedules.model import Owed

_AT_ONCE: Final = time(0)


class Deed(StrEnum):
    """What a result does: AGAIN, nothing, it was said before; ASK, nothing, and people look."""

    PAY = "pay"
    FAIL = "fail"
    RETURN = "return"
    AGAIN = "again"
    ASK = "ask"


class Next(NamedTuple):
    """The next try of a collection."""

    source_id: int
    slot: int
    try_on: date
    try_from: time


End: TypeAlias = CollectionState


def to_collect(
    owed: Iterable[Owed], *, due_on: date, spared: Mapping[date, Minor], credit_minor: Minor
) -> Minor:
    """Return what must come in by a due date: all that is due by then, less what may revolve instead.

    `spared` is the part of a statement's pay-later sum that is not in its minimum, by due date, for due dates that are
    not past: what is past due has revolved already, or is overdue. Empty where all is collected. The credit balance is
    the customer's own money and pays first.
    """
    rows = [one for one in owed if one.due_on <= due_on]
    whole = sum(one.principal_minor + one.fee_minor + one.late_fee_minor for one in rows)
    revolving: Counter[date] = Counter()
    for one in rows:
        if one.kind == "pay_later":
            revolving[one.due_on] += one.principal_minor
    revolves = sum(min(minor, spared.get(day, 0)) for day, minor in revolving.items())
    return max(0, whole - revolves - credit_minor)


def read_reference(text: str) -> TryKey | None:
    """Read whose try a reference names; None where it cannot be one of ours."""
    try:
        owned = ids.read_owned(text, PREFIX)
    except NotFound:
        return None
    key = TryKey(owned.customer_id, owned.number)
    return key if ids.write(PREFIX, *key) == text else None


def react(state: TryState, outcome: Outcome) -> Deed:
    """Say what a result does to a try.

    Money that came under our reference is taken also where the try was never known to be sent. What contradicts what
    was said before, or skips a step, does nothing.
    """
    match outcome, state:
        case Outcome.PAID, TryState.PLANNED | TryState.SENT | TryState.DROPPED:
            return Deed.PAY
        case Outcome.FAILED, TryState.PLANNED | TryState.SENT:
            return Deed.FAIL
        case Outcome.FAILED, TryState.FAILED:
            return Deed.AGAIN
        case Outcome.RETURNED, TryState.PAID:
            return Deed.RETURN
        case _:
            return Deed.ASK


def after_failure(
    one: Try, cause: Cause, sources: Sequence[Source], terms: Autopay, *, now: Moment
) -> Next | End:
    """Say when a failed try is followed by another, at which source; or how its collection ends.

    `sources` are those of the line in their order, the stopped ones too. The next source is asked at once; after the
    last, the first is asked again in the next slot, but after a failure of ours the same.
    """
    if cause in {Cause.UNKNOWN, Cause.DISPUTED}:
        return CollectionState.WAITING
    if cause is not Cause.OURS and (later := _later(one.source_id, sources)) is not None:
        return Next(later, one.slot, now.on, _AT_ONCE)
    active = [source.source_id for source in sources if source.is_active]
    slot = _next_slot(one, terms, now=now)
    if slot is None or not active:
        return CollectionState.GIVEN_UP
    stays = cause is Cause.OURS and one.source_id in active
    begins = terms.slot[slot]
    day = one.due_on + timedelta(days=begins.days)
    return Next(one.source_id if stays else active[0], slot, day, begins.begins)


def choose_source(one: Try, sources: Sequence[Source]) -> int | None:
    """Return the source a planned try asks: its own, or, where that was stopped meanwhile, the first that is active."""
    active = [source.source_id for source in sources if source.is_active]
    if one.source_id in active:
        return one.source_id
    return active[0] if active else None


def _later(source_id: int, sources: Sequence[Source]) -> int | None:
    """Return the active source that follows another in the order."""
    ids_in_order = [source.source_id for source in sources]
    if source_id not in ids_in_order:
        return None
    rest = sources[ids_in_order.index(source_id) + 1 :]
    return next((source.source_id for source in rest if source.is_active), None)


def _next_slot(one: Try, terms: Autopay, *, now: Moment) -> int | None:
    """Return the next slot that has not begun; a bank that answers late does not make us ask it twice at once."""
    for slot in range(one.slot + 1, len(terms.slot)):
        begins = terms.slot[slot]
        day = one.due_on + timedelta(days=begins.days)
        if (day, begins.begins) >= now:
            return slot
    return None


def goes_back(handings: int, *, may_have: bool) -> bool:
    """Tell whether a try that a bank did not take is planned anew: only where no handing can have reached it."""
    return handings == 1 and not may_have
