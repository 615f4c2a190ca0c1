"""Relief from asking to its end: what is owed never changes by a cent, and the clock stops as agreed."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from psycopg.rows import namedtuple_row
from tests.builders import Book, done, founded

from whiteslip.care.hardship.model import Command, Form, Side, Status, Terms
from whiteslip.flows.check_books import check_books
from whiteslip.flows.correct_repayments import Reversal, reverse
from whiteslip.flows.ease_repayment import (
    Eased,
    ReliefAnswer,
    ReliefRequest,
    answer_reliefs,
    ask_relief,
)
from whiteslip.infra.database import Connection, Database
from whiteslip.kernel.errors import Conflict, InvalidInput, NotAllowed, NotFound, WhiteslipError
from whiteslip.money.lines.model import LineKey

DUE = date(2026, 2, 3)
"""Bought on 1 January, billed on 5 January, due 29 days later."""


class Eager(Book):
    """A book with short words for relief."""

    def ask(  # type: ignore[override]
        self, line: LineKey, terms: Terms, *, side: Side = Side.CUSTOMER, by: str = "shop app"
    ) -> Eased | WhiteslipError:
        """Ask for, or offer, a relief."""
        at = self.at
        asked = ReliefRequest(*line, terms, side, by)
        return self.write(lambda db: ask_relief(db, [asked], at=at))[0]

    def buy(self, line: LineKey, amount_minor: int, *, at_shop: int, plan_months: int = 0) -> int:
        """Buy on credit."""
        held = Book.ask(self, line, amount_minor, at_shop=at_shop, plan_months=plan_months)
        assert not isinstance(held, WhiteslipError)
        self.capture(line.customer_id, held.purchase_id)
        return held.purchase_id

    def say(
        self,
        relief: Eased,
        command: Command,
        *,
        side: Side = Side.CUSTOMER,
        by: str = "shop app",
        terms: Terms | None = None,
    ) -> Eased | WhiteslipError:
        """Give a command on a relief."""
        at = self.at
        said = ReliefAnswer(relief.customer_id, relief.relief_id, command, side, by, terms)
        return self.write(lambda db: answer_reliefs(db, [said], at=at))[0]

    def rows(self, query: str, *params: object) -> list[Any]:
        """Read."""

        def look(db: Connection) -> list[Any]:
            with db.cursor(row_factory=namedtuple_row) as cursor:
                return cursor.execute(query.encode(), params).fetchall()

        return self.database.read(look)

    def owed(self, line: LineKey) -> list[tuple[date, int]]:
        """What is owed by when."""
        found = self.rows(
            "SELECT due_on, sum(principal_minor - paid_principal_minor + fee_minor - paid_fee_minor"
            " + late_fee_minor - paid_late_fee_minor)::bigint AS amount FROM money.installment"
            " WHERE (customer_id, line_id) = (%s, %s) AND status = 'open' GROUP BY due_on ORDER BY 1",
            *line,
        )
        return [(row.due_on, row.amount) for row in found]

    def status(self, relief: Eased) -> str:
        """Where it stands now."""
        (row,) = self.rows(
            "SELECT status FROM care.relief WHERE (customer_id, relief_id) = (%s, %s)", *relief[:2]
        )
        return str(row.status)

    def notices(self, line: LineKey) -> list[str]:
        """What was told, in order."""
        return [
            row.kind
            for row in self.rows(
                "SELECT kind FROM care.notice WHERE customer_id = %s ORDER BY notice_id", line[0]
            )
            if row.kind.startswith("relief")
        ][1:]  # the first is the offer the program made when the due was missed

    def events(self) -> list[str]:
        """What was announced about reliefs."""
        found = self.rows("SELECT topic FROM infra.outbox ORDER BY outbox_id")
        return [row.topic for row in found if row.topic.startswith("care.relief")]

    def and_the_books_agree(self) -> None:
        """Every invariant holds."""
        assert self.database.read(check_books).problems == []


@pytest.fixture
def book(database: Database) -> Eager:
    """A founded book."""
    made = Eager(founded(database).database)
    made.grant_all()
    return made


@pytest.fixture
def late(book: Eager) -> LineKey:
    """A line that bought for 1,000 and paid nothing, five days past due."""
    line = book.line(statement_day=5)
    held = Book.ask(book, line, 100_000, at_shop=book.shop())
    book.capture(line.customer_id, held.purchase_id)
    book.close_until(DUE + timedelta(days=5))
    return line


def test_the_day_a_due_is_missed_relief_is_offered(book: Eager, late: LineKey) -> None:
    (relief,) = book.rows("SELECT form, status, asked_on, proposed_by FROM care.relief")
    assert relief == ("promise", "offered", DUE + timedelta(1), "whiteslip")
    (cause,) = book.rows("SELECT cause, source, since_on, confidence_pct FROM care.cause")
    assert cause == ("forgot", "facts", DUE, 80)
    taken = book.rows("SELECT step, taken_on FROM care.arrears_step ORDER BY number")
    assert taken == [("reminder", DUE + timedelta(1)), ("cause_asked", DUE + timedelta(5))]


def arrears(book: Eager, line: LineKey) -> list[Any]:
    return book.rows(
        "SELECT since_on, ended_on FROM money.arrears WHERE customer_id = %s", line.customer_id
    )


def test_a_promise_changes_nothing_but_the_late_fee_and_is_kept(book: Eager, late: LineKey) -> None:
    before = book.owed(late)
    asked = done(
        book.ask(late, Terms(Form.PROMISE, amount_minor=5_000, until_on=book.today + timedelta(7)))
    )

    assert asked.status is Status.RUNNING
    assert book.owed(late) == before
    book.close_day()
    book.close_day()
    assert book.owed(late)[0] == before[0], "no late fee while the promise stands"
    book.pay(late, 5_000)
    book.close_day()
    assert book.status(asked) == "kept"
    assert book.notices(late) == ["relief_agreed", "relief_kept"]
    book.and_the_books_agree()


def test_a_broken_promise_is_noticed_after_the_days_of_grace(book: Eager, late: LineKey) -> None:
    until = book.today + timedelta(3)
    asked = done(book.ask(late, Terms(Form.PROMISE, amount_minor=5_000, until_on=until)))
    first = book.owed(late)[0][1]

    book.close_until(until + timedelta(3))
    assert book.status(asked) == "running"
    assert book.owed(late)[0][1] == first
    book.close_day()

    assert book.status(asked) == "broken"
    assert book.events()[-1] == "care.relief-broken"
    assert book.notices(late)[-1] == "relief_broken"
    (notice,) = book.rows("SELECT reasons FROM care.notice WHERE kind = 'relief_broken'")
    assert notice.reasons[0]["code"] == "DLQ-04"
    book.close_day()
    after = book.owed(late)[0][1]
    assert after == first + 5, "one day's fee of 10,000 overdue, none of the days before"
    book.and_the_books_agree()


def test_money_that_was_taken_back_keeps_no_promise(book: Eager, late: LineKey) -> None:
    until = book.today + timedelta(3)
    asked = done(book.ask(late, Terms(Form.PROMISE, amount_minor=5_000, until_on=until)))
    book.close_day()
    paid = book.pay(late, 5_000)
    said = Reversal(late.customer_id, paid.repayment_id, "MD06", "", "Ann")
    done(book.write(lambda db: reverse(db, [said], at=book.at))[0])

    book.close_until(until + timedelta(4))
    assert book.status(asked) == "broken"
    book.and_the_books_agree()


def test_a_deferral_moves_the_due_and_ends_the_arrears(book: Eager, late: LineKey) -> None:
    (due_on, amount), *rest = book.owed(late)
    asked = done(book.ask(late, Terms(Form.DEFERRAL, due_on=DUE, days=20)))

    assert asked.status is Status.RUNNING
    fee = 50  # half a percent of 10,000 and its late fees
    assert book.owed(late) == [(due_on + timedelta(20), amount + fee), *rest]
    assert [row.ended_on for row in arrears(book, late)] == [book.today]
    book.and_the_books_agree()
    book.close_until(DUE + timedelta(20))
    book.pay(late, amount + fee)
    book.close_day()
    assert book.status(asked) == "kept"
    book.and_the_books_agree()


def test_what_is_deferred_and_not_paid_is_overdue_whole(book: Eager, late: LineKey) -> None:
    asked = done(book.ask(late, Terms(Form.DEFERRAL, due_on=DUE, days=10)))
    book.close_until(DUE + timedelta(14))

    assert book.status(asked) == "broken"
    assert book.owed(late)[0][0] == DUE + timedelta(10)
    assert arrears(book, late)[-1].ended_on is None
    book.and_the_books_agree()


def test_overdue_and_current_become_equal_parts(book: Eager, late: LineKey) -> None:
    book.close_until(date(2026, 2, 10))  # what rolled was billed on the fifth
    total = sum(amount for _, amount in book.owed(late))
    asked = done(book.ask(late, Terms(Form.INSTALLMENTS, parts=6)))

    assert asked.status is Status.RUNNING
    assert sum(amount for _, amount in book.owed(late)) == total
    dues = book.rows(
        "SELECT due_on, sum(amount_minor)::bigint AS amount FROM care.relief_due GROUP BY 1 ORDER BY 1"
    )
    parts = [row.amount for row in dues]
    assert [row.due_on for row in dues][:2] == [date(2026, 4, 3), date(2026, 5, 4)]
    assert max(parts) - min(parts) <= 1
    assert len(parts) == 6
    book.and_the_books_agree()

    for _ in range(6):
        (due_on, amount), *_ = book.owed(late)
        book.close_until(due_on)
        book.pay(late, amount)
        assert all(row.ended_on for row in arrears(book, late))
    book.close_day()
    assert book.status(asked) == "kept"
    assert book.owed(late) == []
    book.and_the_books_agree()


def test_each_statement_demands_a_part_not_the_whole(book: Eager, late: LineKey) -> None:
    done(book.ask(late, Terms(Form.INSTALLMENTS, parts=4)))
    parts = [amount for on, amount in book.owed(late) if on > date(2026, 3, 6)]
    book.close_until(date(2026, 3, 6))

    (bill,) = book.rows(
        "SELECT minimum_minor, balance_minor, pay_later_minimum_minor FROM money.statement"
        " WHERE statement_on = '2026-03-05'"
    )
    assert bill.minimum_minor - bill.pay_later_minimum_minor < 2 * parts[0]
    assert bill.balance_minor > 3 * parts[0]
    book.and_the_books_agree()


def test_a_seasonal_plan_asks_less_in_lean_months(book: Eager, late: LineKey) -> None:
    done(book.ask(late, Terms(Form.SEASONAL, parts=6, small_months=(5, 6))))
    owed = {on.month: amount for on, amount in book.owed(late) if on > date(2026, 3, 6)}

    assert owed[5] * 3 < owed[7]
    assert abs(owed[5] - owed[6]) <= 1
    book.and_the_books_agree()


def test_an_extension_moves_every_due_by_a_month(book: Eager) -> None:
    line = book.line(statement_day=5)
    held = Book.ask(book, line, 90_000, at_shop=book.shop(), plan_months=3)
    book.capture(line.customer_id, held.purchase_id)
    book.close_until(DUE + timedelta(2))
    before = book.owed(line)
    asked = done(book.ask(line, Terms(Form.EXTENSION, parts=1)))

    assert asked.status is Status.RUNNING
    assert [on for on, _ in book.owed(line)] == [
        date(2026, 3, 3),
        date(2026, 4, 6),  # billed already, so its date moves; the third moves with its statement
        date(2026, 5, 4),
    ]
    assert [amount for _, amount in book.owed(line)] == [amount for _, amount in before]
    book.and_the_books_agree()
    book.close_until(date(2026, 6, 10))
    book.and_the_books_agree()


def test_above_the_threshold_another_person_approves(book: Eager, late: LineKey) -> None:
    many = Terms(Form.INSTALLMENTS, parts=24)
    offered = done(book.ask(late, many, side=Side.STAFF, by="Anna"))
    assert (offered.status, offered.needs_approval) == (Status.OFFERED, True)
    agreed = done(book.say(offered, Command.ACCEPT))
    assert agreed.status is Status.AGREED

    mine = book.say(offered, Command.APPROVE, side=Side.STAFF, by="  ANNA ")
    assert isinstance(mine, NotAllowed)
    assert isinstance(book.say(offered, Command.APPROVE), NotAllowed), "not from the customer"
    assert done(book.say(offered, Command.APPROVE, side=Side.STAFF, by="Bo")).status == "running"
    assert book.notices(late) == ["relief_offered", "relief_agreed"]
    book.and_the_books_agree()


def test_terms_go_back_and_forth(book: Eager, late: LineKey) -> None:
    asked = done(book.ask(late, Terms(Form.INSTALLMENTS, parts=36)))
    assert asked.status is Status.COUNTERED
    fewer = Terms(Form.INSTALLMENTS, parts=10)
    offered = done(book.say(asked, Command.OFFER, side=Side.STAFF, by="Anna", terms=fewer))
    assert offered.status is Status.OFFERED
    back = done(book.say(asked, Command.COUNTER, terms=fewer._replace(parts=13)))
    assert back.status is Status.COUNTERED
    own = book.say(asked, Command.APPROVE, side=Side.STAFF, by="Anna")
    assert isinstance(own, NotAllowed), "she made the offer it answers"
    done(book.say(asked, Command.APPROVE, side=Side.STAFF, by="Bo"))
    steps = book.rows("SELECT to_status FROM care.relief_event ORDER BY step")
    assert [row.to_status for row in steps] == [
        "offered",  # by the program, when the due was missed
        "countered",
        "offered",
        "countered",
        "agreed",
        "running",
    ]
    book.and_the_books_agree()


def test_one_relief_at_a_time_and_mistakes_are_named(book: Eager, late: LineKey) -> None:
    asked = done(book.ask(late, Terms(Form.INSTALLMENTS, parts=36)))
    again = done(book.ask(late, Terms(Form.INSTALLMENTS, parts=48)))
    assert again == asked, "it is the same one, with other terms"
    done(book.say(asked, Command.CANCEL))
    assert book.notices(late) == ["relief_ended"]
    assert isinstance(book.say(asked, Command.CANCEL), Conflict)
    for terms, where in [
        (Terms(Form.DEFERRAL, due_on=DUE, days=31), "days"),
        (Terms(Form.DEFERRAL, due_on=DUE, days=2), "days"),
        (Terms(Form.DEFERRAL, due_on=date(2030, 1, 1), days=5), "due_on"),
        (Terms(Form.DEFERRAL, days=5), "due_on"),
        (Terms(Form.INSTALLMENTS, parts=2), "parts"),
        (Terms(Form.INSTALLMENTS, parts=61), "parts"),
        (Terms(Form.SEASONAL, parts=12), "small_months"),
        (
            Terms(Form.PROMISE, amount_minor=10**9, until_on=book.today + timedelta(5)),
            "amount_minor",
        ),
        (Terms(Form.PROMISE, amount_minor=1, until_on=book.today), "until_on"),
        (Terms(Form.PROMISE, amount_minor=1), "until_on"),
    ]:
        wrong = book.ask(late, terms)
        assert isinstance(wrong, InvalidInput), terms
        assert wrong.where == where, terms
    nobody = book.ask(LineKey(999, 999), Terms(Form.INSTALLMENTS, parts=6))
    assert isinstance(nobody, NotFound)


def test_an_offer_nobody_answers_lapses(book: Eager, late: LineKey) -> None:
    offered = done(book.ask(late, Terms(Form.INSTALLMENTS, parts=6), side=Side.STAFF, by="Anna"))
    book.close_until(book.today + timedelta(14))

    assert book.status(offered) == "lapsed"
    assert book.notices(late) == ["relief_offered"], "silence is answered by silence"
    book.and_the_books_agree()
