"""What the measures count of vintages, stability, concentration, rings, restrictions, appeals and faults."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from tests.builders import founded

from whiteslip.infra import answered
from whiteslip.infra.answered import Counts
from whiteslip.infra.database import Connection, Database
from whiteslip.kernel.errors import InvalidInput
from whiteslip.risk.signals import store
from whiteslip.risk.signals.model import Measured

ON = date(2026, 8, 31)
AT = datetime(2026, 8, 31, tzinfo=UTC)


@pytest.fixture
def db(database: Database) -> Any:
    founded(database)
    with database.connect() as connection:
        yield connection


def lines(
    db: Connection,
    first: int,
    many: int,
    *,
    opened_on: date = date(2026, 1, 1),
    owes: int = 0,
    level: int = 0,
    product_id: int | None = None,
) -> None:
    db.execute(
        b"""
        INSERT INTO money.line (
            customer_id, line_id, fixed_limit_minor, principal_minor, opened_on, product_id, statement_day,
            restriction_level
        )
        SELECT number, number * 10, 500000, %s, %s, coalesce(%s, (SELECT min(product_id) FROM money.product)), 5, %s
        FROM generate_series(%s::bigint, %s) AS number
        """,
        [owes, opened_on, product_id, level, first, first + many - 1],
    )


def measured(db: Connection, name: str, *, on: date = ON, **settings: int) -> Measured:
    one = store.catalog().indicators[name]
    one = one._replace(settings={**one.settings, **settings}, least_count=1)
    return store.measure(db, one, on=on)


def month_end(db: Connection, on: date, customers: range, days_past_due: int) -> None:
    for customer_id in customers:
        db.execute(
            b"INSERT INTO money.month_end VALUES (%s, %s, 100, 0, %s, %s)",
            [customer_id, customer_id * 10, on, days_past_due],
        )


def vintages(db: Connection, *, young_late: int) -> None:
    """Twenty lines opened in May, and twenty in each of two months before, of which two were late at the same age."""
    for back, opened_on in enumerate((date(2026, 5, 9), date(2026, 4, 9), date(2026, 3, 9))):
        first = 1 + 100 * back
        lines(db, first, 20, opened_on=opened_on)
        end = (date(2026, 8, 31), date(2026, 7, 31), date(2026, 6, 30))[back]
        late = young_late if back == 0 else 2
        month_end(db, end, range(first, first + late), 30)
        month_end(db, end, range(first + late, first + 20), 29)


def test_the_youngest_month_is_held_against_those_before_at_the_same_age(db: Connection) -> None:
    vintages(db, young_late=16)

    found = measured(db, "vintage_thirty", before_months=2)

    assert found[:3] == (16, 20, ON)
    assert found.detail == "2026-05"
    surely = 16 - 1.645 * 4
    assert found.value_ppm == pytest.approx(surely / 20 / (5 / 40) * 1_000_000, abs=2)


def test_a_month_like_those_before_is_no_worse_and_one_without_any_before_says_nothing(
    db: Connection,
) -> None:
    vintages(db, young_late=2)

    found = measured(db, "vintage_thirty", before_months=2)
    assert found.value_ppm is not None
    assert found.value_ppm < 1_000_000
    alone = measured(db, "vintage_thirty", on=date(2026, 7, 1), before_months=1, age_months=3)
    assert (alone.out_of, alone.value_ppm) == (0, None)
    assert measured(db, "vintage_thirty", on=date(2025, 7, 1)).seen_on is None, "none was kept"


def purchase(
    db: Connection, number: int, shop: int, amount: int, *, status: str = "voided"
) -> None:
    declined = status == "declined"
    db.execute(
        b"""
        INSERT INTO money.purchase (
            customer_id, purchase_id, line_id, merchant_id, authorized_minor, released_minor, authorized_at,
            authorized_on, expires_on, plan_months, status, order_ref, reasons
        ) VALUES (%s, %s, 1, %s, %s, %s, %s, %s, %s, 0, %s, 'o', %s)
        """,
        [
            number,
            number,
            shop,
            amount,
            0 if declined else amount,
            AT,
            ON,
            ON,
            status,
            "[]" if declined else None,
        ],
    )


def test_the_largest_shop_is_the_one_that_sold_most_by_amount(db: Connection) -> None:
    assert measured(db, "largest_shop")[:3] == (0, 0, None)
    purchase(db, 1, 7, 700)
    purchase(db, 2, 8, 100)
    purchase(db, 3, 8, 200)
    purchase(db, 4, 8, 90_000, status="declined")

    assert measured(db, "largest_shop") == Measured(1, 3, ON, 700_000, "mer_7")
    later = ON + timedelta(days=40)
    assert measured(db, "largest_shop", on=later)[:3] == (0, 0, later - timedelta(days=30))


def test_of_one_product_alone_nothing_is_concluded(db: Connection) -> None:
    lines(db, 1, 3, owes=300)
    assert measured(db, "largest_product")[:2] == (0, 0)
    other = b"""
        INSERT INTO money.product
        SELECT
            9000, 'another', 1, effective_on, terms, due_days, minimum_ppm, revolving_fee_ppm, late_fee_ppm,
            grace_days, credit_order, credit_by_component, credit_future
        FROM money.product ORDER BY product_id LIMIT 1
    """
    db.execute(other)
    lines(db, 11, 1, owes=100, product_id=9000)

    assert measured(db, "largest_product") == Measured(3, 4, ON, 900_000, "panel")


def test_the_top_lines_hold_their_share_of_what_is_owed(db: Connection) -> None:
    lines(db, 1, 9, owes=100)
    lines(db, 10, 1, owes=900)
    lines(db, 20, 5)

    assert measured(db, "top_lines", top_ppm=100_000) == Measured(1, 10, ON, 500_000)


def test_lines_restricted_are_counted_from_a_level_on(db: Connection) -> None:
    lines(db, 1, 3)
    lines(db, 10, 1, level=3)
    lines(db, 20, 1, level=2)

    assert measured(db, "restricted")[:2] == (1, 5)


def test_members_of_new_rings_are_counted_and_the_weaving_is_their_source(db: Connection) -> None:
    lines(db, 1, 4)
    assert measured(db, "ring_growth") == Measured(0, 4, None)
    db.execute(b"INSERT INTO risk.weave VALUES (%s, %s)", [ON, AT])
    db.execute(
        b"""INSERT INTO risk.ring VALUES (1, 1, 1, %s, %s, 0.5, '{"members": [1, 2, 3]}')""",
        [AT, ON],
    )

    assert measured(db, "ring_growth") == Measured(3, 4, ON)


def test_an_appeal_that_was_right_in_part_was_right(db: Connection) -> None:
    assert measured(db, "appeals_right") == Measured(0, 0, None)
    for number, outcome in enumerate(("upheld", "overturned", "partly"), start=1):
        db.execute(
            b"""
            INSERT INTO care.appeal (
                customer_id, appeal_id, subject_id, received_at, due_at, decided_at, received_on, decided_on,
                form, subject_type, state, received_from, words, wants, attachments, outcome, answer,
                decided_by, decided_by_before
            ) VALUES (
                %s, 1, 1, %s, %s, %s, %s, %s, 'appeal', 'restriction', 'decided', 'x', 'w', '', '', %s, 'a',
                'ann', '[]'
            )
            """,
            [number, AT, AT + timedelta(days=1), AT, ON, ON, outcome],
        )

    assert measured(db, "appeals_right") == Measured(2, 3, ON)


def test_faults_at_checkout_are_those_of_the_business_date(db: Connection) -> None:
    assert measured(db, "checkout_faults") == Measured(0, 0, None)
    answered.add_counts(db, {AT: Counts(900, 9, 4)}, on=ON)
    answered.add_counts(db, {AT + timedelta(days=1): Counts(50, 50)}, on=ON + timedelta(days=1))

    assert measured(db, "checkout_faults") == Measured(9, 900, ON)


def spend(db: Connection, many: int, amount: int, on: date) -> None:
    db.execute(
        b"""
        INSERT INTO money.movement (
            customer_id, line_id, source_id, amount_minor, posted_at, business_date, kind, debit, credit
        )
        SELECT number, number * 10, number, %s * number, %s, %s, 'captured', 'receivable_principal', 'merchant_payable'
        FROM generate_series(1::bigint, %s) AS number
        """,
        [amount, on, on, many],
    )


def model(db: Connection, released_on: date) -> None:
    db.execute(
        b"""
        INSERT INTO decisioning.model VALUES (
            'behavior', 3, 'scorecard', '', '', 'live', %s, '{}', 'Ann', %s, 'Bo', %s
        )
        """,
        [released_on] * 3,
    )
    db.execute(
        b"INSERT INTO decisioning.model_event VALUES ('behavior', 3, 1, 'release', 'draft', 'live', 'Bo', '', %s)",
        [released_on],
    )


def scores(db: Connection, on: date, probabilities: list[float]) -> None:
    for number, probability in enumerate(probabilities, start=1):
        db.execute(
            b"INSERT INTO decisioning.score VALUES (%s, %s, 3, %s, %s, NULL, 'behavior', NULL)",
            [number, number * 10, on, probability],
        )


def test_scores_are_held_against_the_first_of_the_version_that_is_live(db: Connection) -> None:
    assert measured(db, "score_stability") == Measured(0, 0, None), "no model is live"
    released_on = ON - timedelta(days=60)
    model(db, released_on)
    assert measured(db, "score_stability").seen_on is None, "nothing was scored yet"
    spread = [place / 100 for place in range(1, 99)]
    scores(db, released_on, spread)
    scores(db, ON, spread)

    same = measured(db, "score_stability")
    assert same[:4] == (98, 98, ON, 0)
    assert same.detail == f"behavior 3, {released_on} to {ON}"
    db.execute(b"UPDATE decisioning.score SET probability = 0.9 WHERE scored_on = %s", [ON])
    moved = measured(db, "score_stability").value_ppm
    assert moved is not None
    assert moved > 1_000_000


def test_the_feature_that_moved_most_is_named(db: Connection) -> None:
    lines(db, 1, 30)
    assert measured(db, "feature_stability")[:4] == (30, 30, ON, 0), "nothing moved"
    spend(db, 30, 1_000, ON - timedelta(weeks=20))
    lines(db, 101, 30, opened_on=date(2026, 8, 1))

    found = measured(db, "feature_stability")

    assert found[:3] == (30, 30, ON), "as many as there were then; those opened since have moved it"
    assert found.detail == f"spend_90d_minor since {ON - timedelta(days=91)}"
    assert found.value_ppm is not None
    assert found.value_ppm > 250_000


def test_a_measure_without_its_numbers_and_one_nobody_takes_are_refused() -> None:
    chosen = store.catalog()
    bare = chosen.indicators["top_lines"]._replace(settings={})
    odd = chosen.indicators["complaints"]._replace(settings={"odd": 1})
    alien = chosen.indicators["complaints"]._replace(id="alien")

    for name, one, where in (
        ("top_lines", bare, "top_lines.settings.top_ppm"),
        ("complaints", odd, "complaints.settings.odd"),
        ("alien", alien, "alien"),
    ):
        with pytest.raises(InvalidInput, match=where):
            store.check_settings(chosen._replace(indicators={name: one}))
    with pytest.raises(InvalidInput, match="no such feature: shoe_size"):
        store.check_settings(chosen._replace(stable_features=("shoe_size",)))
