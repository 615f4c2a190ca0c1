"""What is owed, spread anew: to the cent, on the days agreed, and as a single plan's events have it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from whiteslip.kernel.calendar import add_months
from whiteslip.money.plans import changing
from whiteslip.money.plans import model as plans
from whiteslip.money.plans.events import DueMoved, Extended, ReAged, ReAmortized
from whiteslip.money.plans.model import Amortization, Every, Interest, Row, Unit
from whiteslip.money.schedules import spreading
from whiteslip.money.schedules.model import Owed, Piece
from whiteslip.money.schedules.rescheduling import is_billed, owed_of, rescheduled
from whiteslip.money.schedules.spreading import Slot

ON = date(2026, 5, 12)
FIRST = date(2026, 6, 5)
MONTHLY = Every(1, Unit.MONTHS)
ZERO = plans.Terms(
    1, MONTHLY, interest=Interest.DECLINING, amortization=Amortization.EQUAL_INSTALLMENTS
)

amounts = st.integers(0, 10**7)
kinds = st.sampled_from(("pay_later", "plan", "revolving_fee"))


def a_row(number: int, kind: str, due: int, figures: Sequence[int], *, gap: int = 29) -> Owed:
    principal, fee, late_fee, unbilled = figures
    due_on = ON + timedelta(due)
    statement_on = due_on - timedelta(gap)
    billed = statement_on <= ON
    return Owed(
        1,
        1,
        number,
        None if kind == "revolving_fee" else 7 + number % 2,
        kind,
        statement_on,
        due_on,
        0 if kind == "revolving_fee" else principal,
        fee if billed or kind != "plan" else 0,
        late_fee if due < 0 else 0,
        0 if billed or kind != "plan" else unbilled,
    )


lines = st.lists(
    st.tuples(kinds, st.integers(-90, 200), st.tuples(amounts, amounts, amounts, amounts)),
    min_size=1,
    max_size=9,
).map(
    lambda found: [
        row
        for number, (kind, due, figures) in enumerate(found, start=1)
        if owed_of(row := a_row(number, kind, due, figures))
    ]
)


def slots(count: int) -> list[Slot]:
    statements = [add_months(FIRST, number) for number in range(count)]
    return [Slot(on, on + timedelta(29)) for on in statements]


def by_due(pieces: Sequence[Piece]) -> dict[date, int]:
    sums: dict[date, int] = defaultdict(int)
    for piece in pieces:
        sums[piece.due_on] += sum(piece[4:7])
    return dict(sums)


def check_whole(rows: Sequence[Owed], pieces: Sequence[Piece], touched: Sequence[Owed]) -> None:
    """Pieces are exactly what the rows owe, each is due after its statement, and no fee is billed a second time."""
    assert len(rescheduled(rows, pieces)) == len(pieces)
    assert {one.installment_id for one in pieces} == {row.installment_id for row in touched}
    was = {row.installment_id: row for row in rows}
    for piece in pieces:
        row = was[piece.installment_id]
        assert sum(piece[4:7]) > 0
        assert min(piece[4:7]) >= 0
        assert piece.due_on > piece.statement_on
        assert piece.due_on >= ON
        will_be_billed = piece.kind == "plan" and piece.statement_on > ON and piece.fee_minor > 0
        assert not will_be_billed or row.unbilled_fee_minor, "a fee posted before is not due again"
        if row.unbilled_fee_minor and piece.fee_minor:
            assert piece.statement_on > ON, "a fee nobody posted is not owed already"


@given(rows=lines, cycles=st.integers(1, 6))
def test_a_pause_moves_all_that_is_not_overdue_and_nothing_is_due_meanwhile(
    rows: list[Owed], cycles: int
) -> None:
    pieces = spreading.pause(rows, cycles=cycles, reached=ON)

    paused = [row for row in rows if not spreading.is_overdue(row, reached=ON)]
    check_whole(rows, pieces, paused)
    was = {row.installment_id: row for row in rows}
    for piece in pieces:
        row = was[piece.installment_id]
        assert (piece.due_on - row.due_on).days >= 28 * cycles
        assert piece.due_on >= add_months(ON, cycles)
        assert piece.revolving is False
        if is_billed(row, reached=ON):
            assert piece.statement_on == row.statement_on
        else:
            assert piece.due_on - piece.statement_on == row.due_on - row.statement_on


@given(rows=lines, day=st.integers(1, 28))
def test_another_due_day_is_never_an_earlier_one(rows: list[Owed], day: int) -> None:
    pieces = spreading.to_day(rows, day=day, reached=ON)

    touched = {piece.installment_id for piece in pieces}
    check_whole(rows, pieces, [row for row in rows if row.installment_id in touched])
    was = {row.installment_id: row for row in rows}
    for piece in pieces:
        assert piece.due_on.day == day
        assert 0 < (piece.due_on - was[piece.installment_id].due_on).days <= 31
        assert was[piece.installment_id].due_on >= ON


@given(rows=lines, count=st.integers(1, 12))
def test_arrears_become_part_of_dues_to_come(rows: list[Owed], count: int) -> None:
    pieces = spreading.re_age(rows, slots(count), reached=ON)

    overdue = [row for row in rows if row.due_on < ON and is_billed(row, reached=ON)]
    check_whole(rows, pieces, overdue)
    fees = sum(piece.fee_minor + piece.late_fee_minor for piece in pieces)
    first = [piece for piece in pieces if piece.due_on == slots(1)[0].due_on]
    assert fees == sum(piece.fee_minor + piece.late_fee_minor for piece in first)


@given(rows=lines, count=st.integers(0, 24))
def test_plans_are_spread_anew_and_nothing_else(rows: list[Owed], count: int) -> None:
    pieces = spreading.re_amortize(rows, slots(count), reached=ON)

    touched = {piece.installment_id for piece in pieces}
    check_whole(rows, pieces, [row for row in rows if row.installment_id in touched])
    whole = [row for row in rows if row.kind == "plan"]
    if count:
        assert touched == {row.installment_id for row in whole}
    else:
        assert all(row.due_on < ON for row in rows if row.installment_id in touched)
        ahead = {(row.purchase_id, row.due_on) for row in whole if row.due_on > ON}
        was = {row.installment_id: row.purchase_id for row in rows}
        assert {(was[one.installment_id], one.due_on) for one in pieces} <= ahead


@given(rows=lines, count=st.integers(3, 60), drops=st.booleans())
def test_new_terms_are_equal_installments_of_everything(
    rows: list[Owed], count: int, drops: bool
) -> None:
    left, dropped = spreading.drop_fees(rows, plans_only=False) if drops else (rows, ())
    pieces = spreading.new_terms(left, slots(count), reached=ON)

    check_whole(left, pieces, left)
    total = sum(map(owed_of, rows)) - sum(one.fee_dropped_minor for one in dropped)
    dues = by_due(pieces)
    assert sum(dues.values()) == total
    shares = [dues.get(slot.due_on, 0) for slot in slots(count)]
    assert max(shares) - min(shares) <= 2
    assert not any(piece.kind == "pay_later" for piece in pieces)
    if drops:
        unbilled = sum(row.unbilled_fee_minor for row in rows)
        assert sum(one.fee_dropped_minor for one in dropped) == unbilled


def a_plan(figures: Sequence[tuple[int, int, int]], first_due_on: date) -> list[Row]:
    dues = [add_months(first_due_on, number) for number in range(len(figures))]
    begins = [add_months(first_due_on, -1), *dues[:-1]]
    return [
        Row(number, begin, due_on, principal_minor=one[0], fee_minor=one[1], penalty_minor=one[2])
        for number, (one, begin, due_on) in enumerate(
            zip(figures, begins, dues, strict=True), start=1
        )
    ]


def of_plan(rows: Sequence[Row], *, billed: bool) -> list[Owed]:
    back = timedelta(29 if not billed else 400)
    return [
        Owed(
            1,
            1,
            row.number,
            7,
            "plan",
            row.due_on - back,
            row.due_on,
            row.principal_minor,
            row.fee_minor,
            row.penalty_minor,
        )
        for row in rows
        if row.due_minor
    ]


def open_by_due(rows: Sequence[Row]) -> dict[date, tuple[int, int, int]]:
    return {
        row.due_on: (row.principal_minor, row.fee_minor, row.penalty_minor)
        for row in rows
        if row.due_minor
    }


def parts_by_due(owed: Sequence[Owed], pieces: Sequence[Piece]) -> dict[date, tuple[int, ...]]:
    moved = {piece.installment_id for piece in pieces}
    sums: dict[date, list[int]] = defaultdict(lambda: [0, 0, 0])
    rows = [(row.due_on, row[7:10]) for row in owed if row.installment_id not in moved]
    for due_on, parts in [*rows, *((piece.due_on, piece[4:7]) for piece in pieces)]:
        sums[due_on] = [one + more for one, more in zip(sums[due_on], parts, strict=True)]
    return {due_on: tuple(parts) for due_on, parts in sums.items()}


figures = st.lists(st.tuples(st.integers(0, 10**6), amounts, amounts), min_size=1, max_size=8)


@given(found=figures, count=st.integers(1, 12))
def test_re_aging_is_what_the_event_of_a_plan_does(
    found: list[tuple[int, int, int]], count: int
) -> None:
    rows = a_plan(found, add_months(ON, -len(found)) - timedelta(2))
    owed = of_plan(rows, billed=True)
    dues = [Slot(ON, add_months(date(2026, 7, 4), number)) for number in range(count)]
    if not owed:
        return

    changing.re_age(ZERO, rows, ReAged(ON, dues[0].due_on, MONTHLY, count))

    pieces = spreading.re_age(owed, dues, reached=ON)
    assert parts_by_due(owed, pieces) == open_by_due(rows)


@given(found=figures, ahead=st.integers(1, 12), each=st.integers(0, 10**6))
def test_spreading_over_the_months_that_remain_is_what_the_event_of_a_plan_does(
    found: list[tuple[int, int, int]], ahead: int, each: int
) -> None:
    to_come = [(each + 1, 0, 0)] * ahead
    rows = a_plan([*found, *to_come], add_months(ON, 1 - len(found)) - timedelta(2))
    rows = [row for row in rows if row.due_on != ON]
    owed = of_plan(rows, billed=True)

    changing.re_amortize(ZERO, rows, ReAmortized(ON))

    pieces = spreading.re_amortize(owed, [], reached=ON)
    assert parts_by_due(owed, pieces) == open_by_due(rows)


@given(principals=st.lists(st.integers(1, 10**6), min_size=1, max_size=12), extra=st.integers(1, 9))
def test_a_new_number_of_months_is_what_the_event_of_a_plan_does(
    principals: list[int], extra: int
) -> None:
    rows = a_plan([(one, 0, 0) for one in principals], date(2026, 7, 4))
    owed = of_plan(rows, billed=False)
    count = len(rows) + extra
    dues = [
        Slot(add_months(FIRST, number), add_months(date(2026, 7, 4), number))
        for number in range(count)
    ]

    longer = changing.extend(ZERO, rows, Extended(ON, rows[0].due_on, extra))

    pieces = spreading.re_amortize(owed, dues, reached=ON)
    assert parts_by_due(owed, pieces) == open_by_due(longer)


@given(found=figures, cycles=st.integers(1, 6), day=st.integers(1, 28))
def test_moved_dues_are_what_the_event_of_a_plan_does(
    found: list[tuple[int, int, int]], cycles: int, day: int
) -> None:
    first_due_on = date(2026, 5, 20)
    for pieces_of, to_due_on in (
        (spreading.pause, add_months(first_due_on, cycles)),
        (spreading.to_day, add_months(date(2026, 5, day), day < 20)),
    ):
        rows = a_plan([(one[0] + 1, *one[1:]) for one in found], first_due_on)
        owed = of_plan(rows, billed=True)

        changing.move_due(ZERO, rows, DueMoved(ON, first_due_on, to_due_on))

        wanted = {"cycles": cycles} if pieces_of is spreading.pause else {"day": day}
        pieces = pieces_of(owed, reached=ON, **wanted)
        assert parts_by_due(owed, pieces) == open_by_due(rows)


def test_by_hand_everything_in_three_parts() -> None:
    """1,000.00 overdue with 1.00 of late fee, 600.00 in two rows of a plan to come with 5.00 of fee each."""
    late = Owed(1, 1, 1, 7, "pay_later", ON - timedelta(60), ON - timedelta(31), 100_000, 0, 100)
    come = [
        Owed(1, 1, 2 + number, 8, "plan", slot.statement_on, slot.due_on, 30_000, 0, 0, 500)
        for number, slot in enumerate(slots(2))
    ]

    pieces = spreading.new_terms([late, *come], slots(3), reached=ON)

    assert list(by_due(pieces).values()) == [53_699, 53_700, 53_701]
    assert sum(one.fee_minor for one in pieces if one.due_on == slots(1)[0].due_on) == 333
    left, dropped = spreading.drop_fees([late, *come], plans_only=True)
    assert [one.fee_dropped_minor for one in dropped] == [500, 500]
    assert sum(by_due(spreading.new_terms(left, slots(3), reached=ON)).values()) == 160_100
