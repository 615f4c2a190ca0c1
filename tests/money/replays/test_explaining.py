"""Explanations by hand: worked figures of lives that never met a database, and what must not pass."""

from __future__ import annotations

from datetime import date
from importlib import resources

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.money.offered import bearing, text_with

from whiteslip.kernel.errors import InvariantBroken
from whiteslip.money.chargeoffs.model import Part
from whiteslip.money.products.rules import parse
from whiteslip.money.replays.comparing import Posted, Standing
from whiteslip.money.replays.explained import Accrual, Explanation, Line
from whiteslip.money.replays.explaining import explain
from whiteslip.money.replays.facts import Capture, Fact, Payment, Refund, Terms, What
from whiteslip.money.replays.life import Life
from whiteslip.money.replays.living import live
from whiteslip.money.replays.model import Act, Origin, Row, Step
from whiteslip.money.replays.names import Known

OPENED = date(2026, 1, 1)
TOML = (resources.files("whiteslip.money.products") / "data" / "pay-later.toml").read_text("utf-8")
PRODUCT = parse(TOML, product_id=1)


def life_of(*happened: tuple[date, What], until: date) -> tuple[Life, list[Fact]]:
    """Live a line with a statement day of the 5th on which this happened; purchases number 7."""
    terms = Terms(1, 2, PRODUCT, 5, OPENED, tuple(Part))
    facts = [
        Fact(on, number, number, what) for number, (on, what) in enumerate(happened, start=100)
    ]
    return live(terms, facts, Known([]), until=until), facts


def booked(life: Life) -> Standing:
    """A book that says what a life says; movements are numbered from 1000."""
    posted: list[Posted] = []
    for number, move in enumerate(life.moves, start=1000):
        match move.source.origin:
            case Origin.EVENT:
                source = int(move.source.name)
            case Origin.ROW:
                source = life.rows[move.source.name].installment_id
            case Origin.CREDIT:
                source = 0
        posted.append(Posted(number, move.on, move.kind, source, move.amount_minor))
    rows = tuple(life.rows.values())
    return Standing(rows, tuple(posted), life.principal_minor, life.credit_minor)


def explained(*happened: tuple[date, What], until: date) -> list[Explanation]:
    life, facts = life_of(*happened, until=until)
    return list(explain(life, facts, booked(life)).values())


def bought(amount_minor: int, months: int, on: date = OPENED) -> tuple[date, What]:
    return on, Capture(7, amount_minor, months, on)


def told(explanation: Explanation, what: str) -> list[Line]:
    return [line for line in explanation.lines if line.what == what]


def test_a_month_of_interest_is_of_what_remains_for_its_days() -> None:
    offer = bearing(12, 240_000, day_count="ACT/365")
    bears = parse(text_with(offer, numbers={"annual_cap_ppm": 300_000}), product_id=1)
    terms = Terms(1, 2, bears, 5, OPENED, tuple(Part))
    facts = [Fact(OPENED, 100, 100, bought(120_000, 12)[1])]
    life = live(terms, facts, Known([]), until=OPENED)

    parts = list(explain(life, facts, booked(life)).values())

    (interest,) = told(parts[1], "plan_interest")
    before = 120_000 - parts[0].lines[0].principal_minor
    assert interest.terms["balance_minor"] == before
    assert interest.terms["days"] == 31
    assert interest.terms["exact_micro"] == round(before * 240_000 * 31 / 365)
    assert interest.fee_minor == round(before * 0.24 * 31 / 365)


def test_a_thousand_in_three_is_338_33_338_33_338_34() -> None:
    parts = explained(bought(100_000, 3), until=OPENED)

    assert [one.total_minor for one in parts] == [33_833, 33_833, 33_834]
    assert [line.what for line in parts[2].lines] == ["part_odd", "plan_fee"]
    assert parts[2].lines[0].terms == {
        "total_minor": 100_000,
        "parts": 3,
        "number": 3,
        "odd": 1,
        "least_minor": 33_333,
    }
    assert parts[2].lines[1].terms["exact_micro"] == 500_000_000


def test_ninety_cents_for_two_days_of_nine_hundred() -> None:
    rows = explained(
        bought(100_000, 0), (date(2026, 2, 3), Payment(10_000)), until=date(2026, 2, 5)
    )

    (gathered,) = told(rows[1], "gathered")
    assert rows[1].kind == "revolving_fee"
    assert (gathered.fee_minor, gathered.on, gathered.until) == (
        90,
        date(2026, 2, 4),
        date(2026, 2, 5),
    )
    assert gathered.accruals == (Accrual(rows[0].installment_id, 90_000, 500, 2, 0, 90, 0),)
    assert [one.amount_minor for one in gathered.journal] == [45, 45]


def test_a_late_fee_of_twelve_days_charges_whole_cents_and_carries_the_rest() -> None:
    rows = explained(bought(100_000, 3), until=date(2026, 2, 15))

    (late,) = told(rows[0], "late_fee")
    assert late.accruals == (Accrual(rows[0].installment_id, 33_333, 500, 12, 0, 199, 998_000),)
    assert late.late_fee_minor == 199
    assert (late.on, late.until, len(late.journal)) == (date(2026, 2, 4), date(2026, 2, 15), 12)


def test_fractions_carried_over_a_payment_and_weeks_are_charged_once() -> None:
    rows = explained(
        bought(100_000, 3),
        (date(2026, 2, 15), Payment(20_000)),
        (date(2026, 2, 24), Payment(5_000)),
        until=date(2026, 3, 4),
    )

    lates = told(rows[0], "late_fee")
    assert [one.accruals[0].days for one in lates] == [12, 9, 8]
    ends = [one.accruals[0].carried_out_micro for one in lates]
    assert [one.accruals[0].carried_in_micro for one in lates] == [0, *ends[:-1]]
    exact = sum(a.base_minor * a.rate_ppm * a.days for one in lates for a in one.accruals)
    assert sum(one.late_fee_minor for one in lates) == exact // 1_000_000 == rows[0].late_fee_minor


def test_a_row_that_revolved_and_then_is_late_is_told_apart() -> None:
    """Both fees may have one rate and one base; only one of them is the row's own."""
    rows = explained(
        bought(100_000, 0), (date(2026, 2, 3), Payment(10_000)), until=date(2026, 3, 20)
    )

    whats = [line.what for line in rows[0].lines]
    assert whats.index("revolved") < whats.index("rolled_out") < whats.index("late_fee")
    assert rows[0].late_fee_minor == sum(one.late_fee_minor for one in told(rows[0], "late_fee"))


def test_a_refund_shrinks_the_fee_of_the_last_part() -> None:
    rows = explained(bought(100_000, 3), (OPENED, Refund(7, 20_000)), until=OPENED)

    (shrunk,) = told(rows[2], "fee_shrunk")
    assert shrunk.terms == {
        "fee_minor": 500,
        "left_minor": 13_334,
        "had_minor": 33_334,
        "kept_minor": 200,
    }
    assert (shrunk.fee_minor, rows[2].total_minor, rows[2].owed_minor) == (-300, 33_534, 13_534)


def test_what_was_owed_after_each_line_is_what_is_left_at_the_end() -> None:
    rows = explained(
        bought(100_000, 3), (date(2026, 2, 15), Payment(33_000)), until=date(2026, 3, 1)
    )

    for row in rows:
        running = 0
        for line in row.lines:
            running += line.principal_minor + line.fee_minor + line.late_fee_minor
            assert line.owed_minor == running
        assert running == row.owed_minor


def test_a_plan_of_another_formula_is_told_by_its_terms() -> None:
    life, facts = life_of(bought(100_000, 3), until=OPENED)
    for row, change in zip(life.rows.values(), (7, 0, -7), strict=True):
        row.principal_minor += change
        row.fee_minor += 1
        step = row.steps[0]
        row.steps[0] = step._replace(
            principal_minor=step.principal_minor + change, fee_minor=step.fee_minor + 1
        )

    rows = list(explain(life, facts, booked(life)).values())

    assert [line.what for line in rows[0].lines] == ["part_by_terms", "fee_by_terms"]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"late_fee_minor": 198}, "the days of row"),
        ({"days": 11}, "the days of row"),
        ({"carried_out_ppm": 1}, "the days of row"),
        ({"rate_ppm": 501}, "the days of row"),
    ],
)
def test_a_formula_that_does_not_give_the_fee_is_refused(change: dict[str, int], says: str) -> None:
    life, facts = life_of(bought(100_000, 3), until=date(2026, 2, 15))
    row = next(iter(life.rows.values()))
    row.steps[-1] = row.steps[-1]._replace(**change)

    with pytest.raises(InvariantBroken, match=says):
        explain(life, facts, booked(life))


def _loses_a_step(row: Row) -> None:
    row.steps.pop()


def _owes_a_cent_more(row: Row) -> None:
    row.principal_minor += 1


def _was_paid_a_cent_less(row: Row) -> None:
    row.paid_fee_minor -= 1


@pytest.mark.parametrize("plant", [_loses_a_step, _owes_a_cent_more, _was_paid_a_cent_less])
def test_lines_that_do_not_sum_are_refused(plant: object) -> None:
    life, facts = life_of(
        bought(100_000, 3), (date(2026, 1, 20), Payment(33_833)), until=date(2026, 1, 21)
    )
    book = booked(life)
    assert callable(plant)
    plant(next(iter(life.rows.values())))

    with pytest.raises(InvariantBroken, match="sum to what it owes and was paid"):
        explain(life, facts, book)


def test_gathered_fees_that_are_not_those_of_what_revolved_are_refused() -> None:
    life, facts = life_of(
        bought(100_000, 0), (date(2026, 2, 3), Payment(10_000)), until=date(2026, 2, 5)
    )
    gathering = next(row for row in life.rows.values() if row.kind == "revolving_fee")
    book = booked(life)
    gathering.steps.append(Step(date(2026, 2, 6), Act.ACCRUED, fee_minor=1))
    gathering.fee_minor += 1

    with pytest.raises(InvariantBroken, match="are those of what revolved"):
        explain(life, facts, book)


@given(
    amount=st.integers(10_000, 2_000_000),
    months=st.sampled_from([0, 3, 6, 12]),
    paid=st.lists(st.tuples(st.integers(1, 120), st.integers(1, 200_000)), max_size=6),
)
def test_whatever_is_paid_whenever_every_cent_is_explained(
    amount: int, months: int, paid: list[tuple[int, int]]
) -> None:
    happened = [bought(amount, months)]
    happened += [
        (date.fromordinal(OPENED.toordinal() + day), Payment(part)) for day, part in sorted(paid)
    ]
    life, facts = life_of(*happened, until=date(2026, 5, 15))

    rows = explain(life, facts, booked(life))

    owed = sum(one.principal_minor + one.fee_minor + one.late_fee_minor for one in rows.values())
    assert owed == sum(
        row.principal_minor + row.fee_minor + row.late_fee_minor for row in life.rows.values()
    )
    moved = sum(m.amount_minor for m in life.moves if m.kind in {"late_fee", "revolving_fee"})
    named = [
        entry
        for one in rows.values()
        for line in one.lines
        for entry in line.journal
        if entry.kind in {"late_fee", "revolving_fee"}
    ]
    assert sum(entry.amount_minor for entry in named) == moved
    assert len({entry.movement_id for entry in named}) == len(named)
