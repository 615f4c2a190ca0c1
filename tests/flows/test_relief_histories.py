"""Random lives on a simulated book, with relief asked for at random: the books agree after each of them."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random

import pytest
from tests.builders import Book, founded
from tests.simulation.explained import unexplained

from whiteslip.care.hardship import planning
from whiteslip.care.hardship.model import Form, Side, Terms
from whiteslip.flows.check_books import check_books
from whiteslip.flows.dispute import Command as Ruling
from whiteslip.flows.dispute import (
    DisputeAnswer,
    Disputed,
    DisputeRequest,
    Ground,
    answer_disputes,
    open_disputes,
)
from whiteslip.flows.ease_repayment import (
    Command,
    Eased,
    ReliefAnswer,
    ReliefRequest,
    answer_reliefs,
    ask_relief,
)
from whiteslip.infra.database import Connection, Database
from whiteslip.kernel.errors import InvariantBroken, WhiteslipError
from whiteslip.money.lines.model import LineKey
from whiteslip.money.schedules.model import Owed, Part, Piece

PEOPLE, DAYS = 12, 75


def terms(rng: Random, on: date) -> Terms:
    """Anything that could be asked for, sensible or not."""
    due_on = on + timedelta(rng.randint(-30, 20))
    return Terms(
        rng.choice(list(Form)),
        due_on=due_on,
        days=rng.randint(1, 30),
        parts=rng.randint(1, 14),
        amount_minor=rng.randint(1, 20_000),
        until_on=on + timedelta(rng.randint(1, 25)),
        small_months=tuple(sorted({rng.randint(1, 12) for _ in range(4)})),
    )


class Lives:
    """A dozen people who buy, pay now and then, ask for relief and dispute."""

    def __init__(self, database: Database, seed: int) -> None:
        self.rng = Random(seed)
        self.book = Book(founded(database).database)
        self.book.grant_all()
        self.shop = self.book.shop()
        self.lines = [
            self.book.line(900_000, statement_day=self.rng.choice([1, 5, 9, 28]))
            for _ in range(PEOPLE)
        ]
        self.reliefs: list[Eased] = []
        self.disputes: list[Disputed] = []
        self.begun = 0

    def day(self) -> None:
        """Everybody does something, or nothing; then the day closes and the books are compared."""
        for line in self.lines:
            match self.rng.randint(0, 16):
                case 0 | 1:
                    months = self.rng.choice([0, 0, 3, 6])
                    amount = self.rng.randint(10_000, 60_000)
                    self.book.ask(line, amount, at_shop=self.shop, plan_months=months)
                    self._capture(line)
                case 2:
                    self.book.pay(line, self.rng.randint(1, 25_000))
                case 3 | 4 | 5:
                    self._ease(line)
                case 6:
                    self._dispute(line)
                case _:
                    pass
        self._rule()
        self.book.close_day()

    def _capture(self, line: LineKey) -> None:
        found = self.book.database.read(
            lambda db: db.execute(
                "SELECT purchase_id FROM money.purchase WHERE customer_id = %s"
                " AND status = 'authorized'",
                (line.customer_id,),
            ).fetchall()
        )
        for (purchase_id,) in found:
            self.book.capture(line.customer_id, purchase_id)

    def _ease(self, line: LineKey) -> None:
        at, said = self.book.at, terms(self.rng, self.book.today)
        asked = ReliefRequest(*line, said, self.rng.choice([Side.CUSTOMER, Side.STAFF]), "Anna")
        before = self._owed()
        (eased,) = self.book.write(lambda db: ask_relief(db, [asked], at=at))
        if isinstance(eased, Eased):
            self.reliefs.append(eased)
            answer = self.rng.choice(list(Command)[:7])
            side = Side.STAFF if answer in {Command.APPROVE, Command.REFUSE} else Side.CUSTOMER
            by = "Bo" if side is Side.STAFF else "app"
            what = said if answer == Command.COUNTER else None
            then = ReliefAnswer(eased.customer_id, eased.relief_id, answer, side, by, what)
            (after,) = self.book.write(lambda db: answer_reliefs(db, [then], at=at))
            self.begun += "running" in {
                one.status for one in (eased, after) if isinstance(one, Eased)
            }
        assert self._owed() == before, "all that is owed is what it was, but for fees agreed to"

    def _owed(self) -> int:
        row = self.book.database.read(
            lambda db: db.execute(
                "SELECT (SELECT coalesce(sum(principal_minor + fee_minor + late_fee_minor"
                " - paid_principal_minor - paid_fee_minor - paid_late_fee_minor), 0)"
                " FROM money.installment) - (SELECT coalesce(sum(amount_minor), 0)"
                " FROM money.movement WHERE kind = 'deferral_fee')"
            ).fetchone()
        )
        assert row is not None
        return int(row[0])

    def _dispute(self, line: LineKey) -> None:
        at = self.book.at
        due_on = self.book.today + timedelta(self.rng.randint(-20, 20))
        asked = DisputeRequest(*line, None, due_on, Ground.OTHER, "?", "app")
        (opened,) = self.book.write(lambda db: open_disputes(db, [asked], at=at))
        if isinstance(opened, Disputed):
            self.disputes.append(opened)

    def _rule(self) -> None:
        if not self.disputes or self.rng.random() < 0.7:
            return
        one, at = self.disputes.pop(), self.book.at
        said = DisputeAnswer(
            one.customer_id, one.dispute_id, self.rng.choice(list(Ruling)), "!", "Anna"
        )
        (ended,) = self.book.write(lambda db: answer_disputes(db, [said], at=at))
        assert not isinstance(ended, WhiteslipError), ended

    def problems(self) -> list[str]:
        """What is wrong with the books."""
        return self.book.database.read(check_books).problems


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2])
def test_the_books_agree_after_any_history_of_relief(database: Database, seed: int) -> None:
    lives = Lives(database, seed)
    for _ in range(DAYS):
        lives.day()
        assert lives.problems() == []
    assert lives.book.database.read(unexplained) == []

    assert lives.begun > 5, "the histories must be such that reliefs begin"
    statuses = lives.book.database.read(
        lambda db: db.execute("SELECT DISTINCT status FROM care.relief").fetchall()
    )
    assert len(statuses) > 3


@pytest.mark.parametrize("where", ["rule", "statement"])
def test_control_a_cent_lost_in_a_part_is_seen(
    database: Database, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    lives = Lives(database, 3)
    line = lives.lines[0]
    lives.book.buy(line, 50_000, at_shop=lives.shop)
    lives.book.close_until(date(2026, 2, 12))
    if where == "rule":
        real = planning.divide

        def short(owed: list[Owed], parts: list[Part], *, reached: date) -> list[Piece]:
            first, *others = real(owed, parts, reached=reached)
            return [first._replace(principal_minor=first.principal_minor - 1), *others]

        monkeypatch.setattr(planning, "divide", short)
        with pytest.raises(InvariantBroken, match="exactly what is owed"):
            _in_parts(lives, line)
    else:
        _in_parts(lives, line)
        assert lives.problems() == []
        lives.book.write(_lose_a_cent)
        assert lives.problems()


def _in_parts(lives: Lives, line: LineKey) -> None:
    at = lives.book.at
    asked = ReliefRequest(*line, Terms(Form.INSTALLMENTS, parts=6), Side.CUSTOMER, "app")
    (eased,) = lives.book.write(lambda db: ask_relief(db, [asked], at=at))
    assert isinstance(eased, Eased), eased
    assert eased.status == "running"


def _lose_a_cent(db: Connection) -> None:
    db.execute(
        "UPDATE money.installment SET principal_minor = principal_minor - 1"
        " WHERE installment_id = (SELECT min(installment_id) FROM care.relief_due)"
    )
