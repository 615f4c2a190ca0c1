"""Features are what they are declared to be, and facts from outside count from the day they were learned."""

from __future__ import annotations

import re
from datetime import date, timedelta

import numpy as np
import psycopg
import pytest
from tests.builders import Book, founded

from whiteslip.decisioning.features.model import FeatureType, OutsideFact, WhenAbsent
from whiteslip.decisioning.features.store import (
    GROUPS,
    Columns,
    compute,
    declarations,
    record_outside_facts,
    sql,
    statement,
    text_of,
)
from whiteslip.decisioning.rulebooks.model import InputType
from whiteslip.decisioning.rulebooks.tokens import KEYWORDS
from whiteslip.flows.correct_repayments import BackDating, Reversal, back_date, reverse
from whiteslip.infra.database import Connection, Database
from whiteslip.kernel.errors import InvalidInput
from whiteslip.money.lines.model import LineKey

FEB = date(2026, 2, 1)
PARAMS = {"first": 0, "last": 9, "customer_ids": None, "as_of": FEB}


@pytest.fixture
def book(database: Database) -> Book:
    return founded(database)


def columns(db: Connection, query: str) -> list[str]:
    cursor = db.execute(query.encode(), PARAMS)
    return [column.name for column in cursor.description or ()]


def test_what_is_declared_is_computed_and_the_other_way_round(db: Connection) -> None:
    groups = declarations().groups

    assert set(groups) == set(GROUPS)
    assert {name for name in sql.names() if name.startswith("compute_")} == set(GROUPS.values())
    for group, features in groups.items():
        computed = columns(db, text_of(group, features))
        assert computed[:2] == ["customer_id", "line_id"]
        assert sorted(computed[2:]) == sorted(feature.name for feature in features), group


def test_every_feature_can_stand_in_a_larger_query_with_its_type(db: Connection) -> None:
    oids = {"int": 20, "money": 20, "ratio": 701, "bool": 16, "text": 25}
    cursor = db.execute(statement(declarations().features).encode(), PARAMS)

    found = {column.name: column.type_code for column in cursor.description or ()}
    assert list(found) == ["customer_id", "line_id", *declarations().features]
    for name, feature in declarations().features.items():
        assert found[name] == oids[feature.type], name
    with pytest.raises(InvalidInput, match="no features"):
        statement([])


def test_types_and_names_are_those_of_rule_books() -> None:
    assert {one.value for one in FeatureType} == {one.value for one in InputType}
    assert not KEYWORDS & declarations().features.keys()
    for name, feature in declarations().features.items():
        days = re.search(r"_(\d+)d(_|$)", name)
        if days:
            assert feature.window_days in (int(days[1]), 2 * int(days[1])), name
        if name.endswith("_12m"):
            assert feature.window_days == 365, name
        if feature.group == "use":
            assert (feature.window_days is not None) == name.endswith(("_3m", "_6m")), name


def test_facts_from_outside_are_the_ones_the_statements_read() -> None:
    texts = " ".join(sql.text(name) for name in GROUPS.values())

    for name in declarations().outside:
        assert f"'{name}'" in texts, f"{name} is declared, but no feature reads it"
    employment = declarations().features["employment"]
    assert employment.labels == declarations().outside["employment"].labels


def test_absence_means_what_is_declared(book: Book) -> None:
    book.line()
    found = book.database.read(lambda db: compute(db, None, as_of=book.today))
    own = {"fixed_limit_minor", "limit_minor", "utilization"}

    for feature in declarations().features.values():
        (value,) = found[feature.name].tolist()
        if feature.name in own:
            continue
        if feature.when_absent is WhenAbsent.ZERO:
            assert value == 0, feature.name
        else:
            assert value is None or np.isnan(value), feature.name
    assert found["utilization"].tolist() == [0.0]
    assert found["limit_minor"].tolist() == [500_000.0]


def test_a_line_without_a_limit_has_no_utilization_and_a_later_line_no_row(book: Book) -> None:
    closed = book.line(0)
    early = book.today
    book.close_day()
    book.line()

    found = book.database.read(lambda db: compute(db, None, as_of=early))
    assert found["line_id"].tolist() == [closed.line_id]
    assert np.isnan(found["utilization"]).all()


def test_only_what_is_asked_is_computed(book: Book) -> None:
    one, two = book.line(), book.line(customer_id=None)
    third = book.line(customer_id=one.customer_id)

    found = book.database.read(
        lambda db: compute(
            db, [two.customer_id, one.customer_id], as_of=FEB, features=["utilization"]
        )
    )
    assert list(found) == ["customer_id", "line_id", "utilization"]
    keys = [LineKey(*key) for key in zip(found["customer_id"], found["line_id"], strict=True)]
    assert keys == sorted([one, two, third])
    nobody = book.database.read(lambda db: compute(db, [], as_of=FEB))
    assert {len(values) for values in nobody.values()} == {0}
    assert list(nobody)[2:] == list(declarations().features)
    keys_only = book.database.read(lambda db: compute(db, None, as_of=FEB, features=[]))
    assert list(keys_only) == ["customer_id", "line_id"]
    with pytest.raises(InvalidInput, match="no such feature: zodiac"):
        book.database.read(lambda db: compute(db, None, as_of=FEB, features=["zodiac"]))


class Told:
    """Facts about one customer, and what they make of one feature on a day."""

    def __init__(self, book: Book) -> None:
        self.book = book
        self.line = book.line()

    def tell(self, name: str, value: float | str, about: date, on: date | None = None) -> None:
        fact = OutsideFact(self.line.customer_id, name, value, about, on or about, "bureau")
        assert self.book.write(lambda db: record_outside_facts(db, [fact])) == 1

    def known(self, name: str, on: date = FEB) -> object:
        found: Columns = self.book.database.read(
            lambda db: compute(db, [self.line.customer_id], as_of=on, features=[name])
        )
        (value,) = found[name].tolist()
        return value


def day(number: int) -> date:
    """A day of January, February counted on."""
    return date(2026, 1, 1) + timedelta(days=number - 1)


def test_the_latest_day_spoken_of_counts_as_it_was_known(book: Book) -> None:
    told = Told(book)
    told.tell("assets_minor", 500, about=day(10))
    told.tell("assets_minor", 700, about=day(5), on=day(20))
    assert told.known("assets_minor") == 500.0

    told.tell("assets_minor", 600, about=day(10), on=day(25))
    assert told.known("assets_minor", on=day(24)) == 500.0
    assert told.known("assets_minor", on=day(25)) == 600.0
    told.tell("assets_minor", 650, about=day(10), on=day(25))
    assert told.known("assets_minor", on=day(25)) == 650.0
    assert told.known("assets_minor", on=day(10 + 364)) == 650.0
    assert np.isnan(float(str(told.known("assets_minor", on=day(10 + 365)))))


def test_income_its_spread_and_what_debts_are_beside_it(book: Book) -> None:
    told = Told(book)
    for number, income in enumerate((100, 200, 300)):
        told.tell("income_monthly_minor", income, about=day(1 + 31 * number))
    told.tell("debts_elsewhere_minor", 900, about=day(2))
    told.tell("debts_elsewhere_minor", 1_200, about=day(9))
    told.tell("repayments_elsewhere_monthly_minor", 60, about=day(9))
    told.tell("assets_minor", 200, about=day(9))
    on = day(70)

    assert told.known("income_monthly_minor", on) == 300
    assert told.known("income_variation_12m", on) == pytest.approx(0.5)
    assert told.known("income_change_12m", on) == pytest.approx(1.0)
    assert told.known("income_months_12m", on) == 3
    assert np.isnan(float(str(told.known("income_variation_12m", day(40)))))
    assert told.known("debt_to_income", on) == pytest.approx(4.0)
    assert told.known("repayments_to_income", on) == pytest.approx(0.2)
    assert told.known("net_assets_minor", on) == -1_000
    assert told.known("debts_elsewhere_change_minor", on) == 300


def test_recorded_statuses_by_month(book: Book) -> None:
    told = Told(book)
    for month, status in enumerate((8, -1, 0, 2, 3, 0, -2), start=6):
        about = date(2025, month, 28)
        told.tell("status_late_months", status, about=about, on=about + timedelta(days=3))
    on = date(2026, 1, 5)
    told.tell("status_late_months", 8, about=date(2025, 12, 28), on=date(2026, 1, 6))

    assert told.known("status_latest", on) == -2
    assert told.known("status_before", on) == 0
    assert told.known("status_worst_3m", on) == 3
    assert told.known("status_worst_6m", on) == 3
    assert told.known("status_late_months_6m", on) == 2
    assert told.known("status_average_6m", on) == pytest.approx(5 / 6)
    assert told.known("status_latest", date(2026, 1, 6)) == 8


def test_labels_come_back_as_told(book: Book) -> None:
    told = Told(book)
    assert told.known("employment") is None

    told.tell("employment", "self_employed", about=day(3))
    assert told.known("employment") == "self_employed"
    with pytest.raises(InvalidInput, match="'pirate' is not one of employed, self_employed"):
        told.tell("employment", "pirate", about=day(4))
    assert told.known("employment") == "self_employed"


def test_facts_are_recorded_all_or_none(book: Book) -> None:
    told = Told(book)
    good = OutsideFact(told.line.customer_id, "enquiries_6m", 2, day(1), day(1), "bureau")
    bad = good._replace(value=-1)

    with pytest.raises(InvalidInput, match="enquiries_6m: -1 is not a number"):
        book.write(lambda db: record_outside_facts(db, [good, bad]))
    assert np.isnan(float(str(told.known("enquiries_6m"))))
    assert book.write(lambda db: record_outside_facts(db, [])) == 0
    assert book.write(lambda db: record_outside_facts(db, [good] * 3)) == 3
    assert told.known("enquiries_6m") == 2.0


def test_the_table_keeps_what_the_store_promises(db: Connection) -> None:
    insert = (
        "INSERT INTO decisioning.outside_fact (customer_id, fact_no, observed_on, known_on, whole,"
        " ratio, label, name, source) VALUES (1, 1, '2026-01-02', %s, %s, %s, %s, 'n', 's')"
    )
    for values in (
        ("2026-01-01", 1, None, None),
        ("2026-01-02", 1, 2.0, None),
        ("2026-01-02", None, None, None),
    ):
        with pytest.raises(psycopg.errors.CheckViolation), db.transaction():
            db.execute(insert, values)
    db.execute(insert, ("2026-01-02", None, 0.5, None))


def test_what_was_paid_is_beside_what_was_billed(book: Book) -> None:
    """A statement of 5 January over 100.00 is due on 3 February, the next one on 6 March."""
    shop, payer, minimal = book.shop(), book.line(), book.line()
    book.buy(payer, 10_000, at_shop=shop)
    book.buy(minimal, 10_000, at_shop=shop)
    book.close_until(date(2026, 2, 3))
    book.pay(payer, 10_000)
    book.pay(minimal, 1_000)
    book.close_until(date(2026, 2, 5))

    names = ["paid_in_full", "paid_ratio_1", "paid_minor", "minimum_only_streak", "billed_minor"]
    found = book.database.read(lambda db: compute(db, None, as_of=book.today, features=names))
    assert found["paid_in_full"].tolist() == [True, False]
    assert found["paid_ratio_1"].tolist() == [1.0, 0.1]
    assert found["paid_minor"].tolist() == [10_000, 1_000]
    assert found["minimum_only_streak"].tolist() == [0, 1]
    assert found["billed_minor"][0] == 0
    due = book.database.read(
        lambda db: compute(db, None, as_of=date(2026, 2, 3), features=["paid_in_full"])
    )
    assert due["paid_in_full"].tolist() == [None, None]


def test_money_counts_as_received_between_being_known_and_being_taken_back(book: Book) -> None:
    """What is booked late counts from its day only once it is booked; what is taken back counts until then."""
    line = book.line()
    book.buy(line, 10_000, at_shop=book.shop())
    book.close_until(date(2026, 1, 20))
    paid = book.pay(line, 2_000)
    book.close_until(date(2026, 1, 25))
    taken = Reversal(line.customer_id, paid.repayment_id, "MD06", "", "Ann")
    late = BackDating(*line, 3_000, "bank", date(2026, 1, 22), "late file", "", "Ann")
    book.write(lambda db: reverse(db, [taken], at=book.at))
    book.write(lambda db: back_date(db, [late], at=book.at))

    def received(on: date) -> list[object]:
        found: Columns = book.database.read(
            lambda db: compute(db, None, as_of=on, features=["repaid_30d_minor"])
        )
        return [value or 0 for value in found["repaid_30d_minor"].tolist()]

    assert received(date(2026, 1, 24)) == [2_000]
    assert received(date(2026, 1, 25)) == [3_000]
