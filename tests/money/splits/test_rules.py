"""Whether a statement may be split, into what, and that no cent is lost on the way."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whiteslip.kernel.errors import Conflict, InvalidInput, NotFound
from whiteslip.money.lines.model import Line
from whiteslip.money.products.model import CapBasis, PlanOffer, Product
from whiteslip.money.products.rules import parse
from whiteslip.money.products.store import shipped
from whiteslip.money.schedules.model import Owed, Rescheduled
from whiteslip.money.splits.model import Billed, Split
from whiteslip.money.splits.rules import share_fees, work_out

ON = date(2026, 1, 20)
STATEMENT, DUE = date(2026, 1, 5), date(2026, 2, 3)
PRODUCT = next(
    product for text in shipped() if (product := parse(text, product_id=1)).name == "pay-later"
)
LINE = Line(1, 2, 1, "open", 0, 5, 10**6, 0, 10**5, 0, 0, STATEMENT, False, False, 500_000)


def rows_of(*amounts: int) -> list[Owed]:
    return [
        Owed(1, 2, number, 70 + number, "pay_later", STATEMENT, DUE, amount, 0, 0)
        for number, amount in enumerate(amounts, start=1)
    ]


def billed(*amounts: int, paid: int = 0, other: int = 0) -> Billed:
    total = sum(amounts) + paid
    share = total // 10
    ids = frozenset(range(1, len(amounts) + 1))
    return Billed(
        1, 2, STATEMENT, DUE, share + other, total, share, is_split=False, installment_ids=ids
    )


def worked(amounts: tuple[int, ...], *, months: int = 3, paid: int = 0, other: int = 0) -> Split:
    split = work_out(
        billed(*amounts, paid=paid, other=other),
        rows_of(*amounts),
        LINE,
        PRODUCT,
        months=months,
        on=ON,
    )
    assert isinstance(split, Split), split
    return split


def test_a_thousand_in_three_begins_with_the_next_statement() -> None:
    split = worked((100_000,))

    assert [term.principal_minor for term in split.installments] == [33_333, 33_333, 33_334]
    assert [term.fee_minor for term in split.installments] == [500, 500, 500]
    assert split.installments[0].statement_on == date(2026, 2, 5)
    assert split.after == (0, 0, 0)
    assert 89_000 < split.cost.simple_ppm < 90_500, "3 x 0.5 % of the original principal"


def test_what_was_paid_and_what_else_was_billed_stays_in_the_minimum_payment() -> None:
    split = worked((60_000,), paid=40_000, other=700)

    assert split.minimum_before_minor == 10_700
    assert split.after == (4_700, 40_000, 4_000)


def test_a_row_put_off_with_a_fee_is_not_split() -> None:
    said = billed(60_000, 20_000)._replace(installment_ids=frozenset({1}))

    split = work_out(said, rows_of(60_000, 20_000), LINE, PRODUCT, months=3, on=ON)

    assert isinstance(split, Split)
    assert split.principal_minor == 60_000


@pytest.mark.parametrize(
    ("said", "line", "on", "months", "refused"),
    [
        (None, LINE, ON, 3, NotFound),
        (billed(60_000)._replace(is_split=True), LINE, ON, 3, Conflict),
        (billed(60_000), LINE, date(2026, 2, 4), 3, Conflict),
        (billed(60_000), LINE._replace(credit_barred=True), ON, 3, Conflict),
        (billed(60_000), LINE._replace(plans_barred=True), ON, 3, Conflict),
        (billed(60_000), LINE, ON, 5, InvalidInput),
    ],
)
def test_what_may_not_be_split(
    said: Billed | None, line: Line, on: date, months: int, refused: type[Exception]
) -> None:
    assert isinstance(work_out(said, rows_of(60_000), line, PRODUCT, months=months, on=on), refused)


def test_too_little_is_not_split() -> None:
    least = PRODUCT.plan_minimum_minor

    for amount, kind in ((least - 1, Conflict), (least, Split)):
        split = work_out(billed(amount), rows_of(amount), LINE, PRODUCT, months=3, on=ON)
        assert isinstance(split, kind)


def test_something_overdue_elsewhere_is_settled_first() -> None:
    late = rows_of(60_000)[0]._replace(installment_id=9, due_on=date(2026, 1, 19))

    split = work_out(billed(60_000), [*rows_of(60_000), late], LINE, PRODUCT, months=3, on=ON)

    assert isinstance(split, Conflict)
    assert "overdue" in str(split)


@pytest.mark.parametrize(
    ("basis", "cap_ppm", "allowed"),
    [
        (CapBasis.SIMPLE, 240_000, True),
        (CapBasis.SIMPLE, 214_000, False),
        (CapBasis.COMPOUND, 240_000, True),
        (CapBasis.COMPOUND, 236_000, False),
    ],
)
def test_the_cap_is_held_by_its_basis(basis: CapBasis, cap_ppm: int, allowed: bool) -> None:
    """12 x 1.0 % costs 21.46 % simple and 23.70 % compound."""
    product: Product = replace(
        PRODUCT, plans=(PlanOffer(12, 10_000),), cap_basis=basis, annual_cap_ppm=cap_ppm
    )

    split = work_out(billed(120_000), rows_of(120_000), LINE, product, months=12, on=ON)

    assert isinstance(split, Split if allowed else Conflict)


@given(
    amounts=st.lists(st.integers(1, 10**7), min_size=1, max_size=9).filter(
        lambda found: sum(found) >= 10_000
    ),
    months=st.sampled_from([3, 6, 12, 24]),
)
def test_every_cent_of_every_row_finds_its_month(amounts: list[int], months: int) -> None:
    split = worked(tuple(amounts), months=months)

    by_row = dict.fromkeys(range(1, len(amounts) + 1), 0)
    by_month = dict.fromkeys(range(1, months + 1), 0)
    for piece in split.pieces:
        by_row[piece.installment_id] += piece.principal_minor
        by_month[piece.number] += piece.principal_minor
    assert list(by_row.values()) == amounts
    assert list(by_month.values()) == [term.principal_minor for term in split.installments]
    assert sum(piece.is_first for piece in split.pieces) == len(amounts)
    made = [
        Rescheduled(1, 2, number, piece.due_on, piece.principal_minor, 0, 0)
        for number, piece in enumerate(split.pieces)
    ]
    assert sum(fee for *_, fee in share_fees(made, split.installments)) == split.fee_minor
