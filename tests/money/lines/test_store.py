"""Holds on a hot line: in sets against their pure twin, and in races between real connections."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from threading import Barrier, Thread
from typing import Any

import numpy as np
import pytest
from tests.builders import Book, founded, noon
from tests.money import random_rows
from tests.money.random_rows import SEED
from tests.money.twins import rows
from tests.simulation.invariants import broken, overspent, uses

from whiteslip.flows.capture import CaptureRequest, capture
from whiteslip.flows.checkout import checkout
from whiteslip.flows.end_of_day import end_of_day
from whiteslip.flows.refund import RefundRequest, refund
from whiteslip.flows.repay import RepaymentRequest, repay
from whiteslip.flows.restrict import RestrictionRequest, restrict
from whiteslip.infra import business_day
from whiteslip.infra.database import Connection, Database
from whiteslip.infra.idempotency import Call, Response, once
from whiteslip.kernel.errors import Conflict, WhiteslipError
from whiteslip.kernel.reason import ReasonCode
from whiteslip.money.lines import rules, store
from whiteslip.money.lines.model import Line, LineKey
from whiteslip.money.purchases.model import Authorized, PurchaseRequest

LINES = 12_000
THREADS = 4
MayHold = Callable[[Line, int, bool], bool]


@pytest.fixture
def book(database: Database) -> Book:
    """A founded book."""
    made = founded(database, range_size=2)
    made.grant_all()
    return made


def together(*jobs: Callable[[], Any]) -> list[Any]:
    """Do jobs at one moment, each in a thread; returns what each returned or raised."""
    barrier = Barrier(len(jobs))
    results: list[Any] = [None] * len(jobs)

    def do(index: int) -> None:
        barrier.wait()
        try:
            results[index] = jobs[index]()
        except Exception as error:
            results[index] = error

    threads = [Thread(target=do, args=(index,)) for index in range(len(jobs))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return results


def assert_sound(book: Book) -> None:
    """Hold the book against its invariants."""
    assert book.database.read(broken) == []


# In sets


def wrong_holds(db: Connection, may_hold: MayHold) -> list[Line]:
    """Ask for amounts around what is available; return the lines judged differently."""
    rng = np.random.default_rng(SEED)
    random_rows.write_lines(db, rng, random_rows.publish(db), LINES)
    db.execute("SELECT setseed(0.5)")
    db.execute(
        "UPDATE money.line SET principal_minor = (fixed_limit_minor * random())::bigint,"
        " held_minor = (temporary_limit_minor * random())::bigint,"
        " restriction_level = (random() * 5)::smallint,"
        " credit_barred = random() < 0.1, plans_barred = random() < 0.3,"
        " status = CASE WHEN random() < 0.1 THEN 'closed' ELSE 'open' END"
    )
    found = rows(
        db,
        "SELECT customer_id, line_id, product_id, status, restriction_level, statement_day,"
        " fixed_limit_minor, temporary_limit_minor, principal_minor, held_minor, credit_minor,"
        " opened_on, credit_barred, plans_barred FROM money.line ORDER BY line_id",
    )
    share = store.use().restricted_share_ppm
    lines = [Line._make((*row, share)) for row in found]
    in_plans = [bool(one) for one in rng.integers(0, 2, LINES)]
    around = rng.choice([-1, 0, 0, 0, 1, 1], LINES)
    amounts = [
        max(1, line.available_minor + int(by)) for line, by in zip(lines, around, strict=True)
    ]
    ids = [line.line_id for line in lines]
    held = {line_id for _, line_id in store.place_holds(db, ids, ids, amounts, in_plans)}
    after = store.read_lines(db, [line.key for line in lines])
    wrong: list[Line] = []
    for line, amount, in_plan in zip(lines, amounts, in_plans, strict=True):
        may = may_hold(line, amount, in_plan)
        expected = line.held_minor + (amount if may else 0)
        if may != (line.line_id in held) or after[line.key].held_minor != expected:
            wrong.append(line)
    assert LINES // 10 < len(held) < LINES, "the rows must be such that some are held and some not"
    return wrong


def may_hold(line: Line, amount: int, in_plan: bool) -> bool:
    return rules.may_hold(line, amount, in_plan=in_plan)


def test_place_holds_is_may_hold(db: Connection) -> None:
    assert wrong_holds(db, may_hold) == []


WRONG: dict[str, MayHold] = {
    "a cent too much": lambda line, amount, in_plan: may_hold(line, amount - 1, in_plan),
    "plans apart": lambda line, amount, in_plan: may_hold(line, amount, not in_plan),
    "a bar forgotten": lambda line, amount, in_plan: may_hold(
        line._replace(credit_barred=False), amount, in_plan
    ),
    "a suspension eased": lambda line, amount, in_plan: may_hold(
        line._replace(restriction_level=min(line.restriction_level, 3)), amount, in_plan
    ),
    "a temporary limit counts": lambda line, amount, in_plan: may_hold(
        line._replace(fixed_limit_minor=line.limit_minor, temporary_limit_minor=0), amount, in_plan
    ),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_control_another_rule_than_the_guards_is_seen(db: Connection, wrong: str) -> None:
    assert wrong_holds(db, WRONG[wrong])


# In races


def test_a_hot_line_is_never_overspent(book: Book, database: Database) -> None:
    line, shop = book.line(100_000), book.shop()
    asked = [PurchaseRequest(*line, shop, 7_000, 0, f"order-{index}") for index in range(2)]
    at = book.at

    def buy() -> list[Any]:
        got: list[Any] = []
        for _ in range(8):
            got += database.write(lambda db: checkout(db, asked, at=at))
        return got

    answers = [one for many in together(*[buy] * THREADS) for one in many]

    approved = [one for one in answers if isinstance(one, Authorized)]
    assert len(answers) == THREADS * 16
    assert len(approved) == 100_000 // 7_000
    use = database.read(uses)[line.line_id]
    assert use.used_minor == 7_000 * len(approved)
    assert overspent({}, {line.line_id: use}) == []
    assert_sound(book)


def test_reading_first_and_writing_then_overspends(book: Book, database: Database) -> None:
    """The control: the same race with the check and the write apart is lost."""
    line = book.line(100_000)
    seen = Barrier(THREADS)

    def naive() -> None:
        def work(db: Connection) -> None:
            if rules.may_hold(store.read_lines(db, [line])[line], 70_000):
                seen.wait(20)
                db.execute(
                    "UPDATE money.line SET held_minor = held_minor + 70000 WHERE line_id = %s",
                    (line.line_id,),
                )

        database.write(work)

    together(*[naive] * THREADS)

    assert overspent({}, database.read(uses))
    assert database.read(broken)


def test_two_captures_of_one_hold_take_it_once(book: Book, database: Database) -> None:
    line, shop = book.line(), book.shop()
    at = book.at
    for _ in range(5):
        held = book.hold(line, 10_000, at_shop=shop)
        asked = CaptureRequest(line.customer_id, held.purchase_id, shop, 6_000, final=False)
        answers = [
            one[0]
            for one in together(
                *[lambda asked=asked: database.write(lambda db: capture(db, [asked], at=at))] * 2
            )
        ]
        assert sorted(isinstance(one, Conflict) for one in answers) == [False, True]
    assert_sound(book)


def test_two_refunds_never_exceed_the_capture(book: Book, database: Database) -> None:
    line, shop = book.line(), book.shop()
    at = book.at
    for _ in range(5):
        purchase_id = book.buy(line, 10_000, at_shop=shop)
        asked = RefundRequest(line.customer_id, purchase_id, shop, 6_000)
        answers = [
            one[0]
            for one in together(
                *[lambda asked=asked: database.write(lambda db: refund(db, [asked], at=at))] * 2
            )
        ]
        assert sorted(isinstance(one, Conflict) for one in answers) == [False, True]
    assert_sound(book)


def test_one_key_from_two_connections_acts_once(book: Book, database: Database) -> None:
    line, shop = book.line(), book.shop()
    at = book.at

    def buy(key: str) -> list[Response]:
        asked = PurchaseRequest(*line, shop, 1_000, 0, key)

        def act(db: Connection, fresh: Any) -> list[Response]:
            return [
                Response(201, repr(one).encode())
                for one in checkout(db, [asked for _ in fresh], at=at)
            ]

        return database.write(
            lambda db: once(db, [Call(1, key, key.encode())], lambda fresh: act(db, fresh), at=at)
        )

    for number in range(5):
        answers = together(*[lambda number=number: buy(f"key-{number}")] * THREADS)
        assert len({tuple(one) for one in answers}) == 1, answers
    assert database.read(uses)[line.line_id].used_minor == 5_000
    assert_sound(book)


def test_repayments_and_end_of_day_go_on_together(book: Book, database: Database) -> None:
    shop = book.shop()
    lines = [book.line(statement_day=3) for _ in range(4)]
    for line in lines:
        book.buy(line, 50_000, at_shop=shop)
    at = book.at
    answers: list[Any] = []

    def pay() -> None:
        for number in range(30):
            line = lines[number % len(lines)]
            asked = RepaymentRequest(*line, 100, "wallet")
            answers.extend(database.write(lambda db, asked=asked: repay(db, [asked], at=at)))

    def close() -> None:
        for _ in range(12):
            end_of_day(database, at=at, workers=1)

    assert together(pay, pay, close) == [None, None, None]
    assert len(answers) == 60
    assert not [one for one in answers if isinstance(one, WhiteslipError)]
    assert_sound(book)


def test_a_purchase_in_flight_cannot_land_behind_its_closed_statement(
    book: Book, database: Database, connections: Callable[[], Connection]
) -> None:
    line, shop = book.line(statement_day=2), book.shop()  # the statement closes tonight
    held = book.hold(line, 5_000, at_shop=shop)
    at = book.at
    slow = connections()
    asked = CaptureRequest(line.customer_id, held.purchase_id, shop, None, final=True)
    captured = capture(slow, [asked], at=at)[0]  # not committed yet
    assert not isinstance(captured, WhiteslipError)
    closing = Thread(target=lambda: end_of_day(database, at=at, workers=1))
    closing.start()
    closing.join(0.5)
    assert closing.is_alive(), "the date must wait for the capture"
    slow.commit()
    closing.join(30)

    assert captured.installments[0].statement_on == date(2026, 1, 2)
    balance = database.read(
        lambda db: db.execute("SELECT statement_on, balance_minor FROM money.statement").fetchall()
    )
    assert balance == [(date(2026, 1, 2), 5_000)]
    assert_sound(book)


def test_without_the_barrier_it_lands_behind_its_statement(
    book: Book,
    database: Database,
    connections: Callable[[], Connection],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The control: a capture that does not hold the date misses the statement it is told to be on."""
    line, shop = book.line(statement_day=2), book.shop()
    held = book.hold(line, 5_000, at_shop=shop)
    at = book.at
    slow = connections()
    business_day.read(slow)
    slow.commit()
    with monkeypatch.context() as patched:
        patched.setattr(business_day, "today", business_day.read)
        day = business_day.read(slow)
        slow.commit()
        patched.setattr(business_day, "today", lambda _db: day)  # pyright: ignore[reportUnknownLambdaType, reportUnknownArgumentType]
        end_of_day(database, at=at, workers=1)
        capture(
            slow,
            [CaptureRequest(line.customer_id, held.purchase_id, shop, None, final=True)],
            at=at,
        )
        slow.commit()

    late = database.read(
        lambda db: db.execute(
            "SELECT count(*) FROM money.installment INNER JOIN money.statement"
            " USING (customer_id, line_id, statement_on) WHERE balance_minor = 0"
        ).fetchone()
    )
    assert late == (1,)


def test_a_suspension_by_hand_survives_an_end_of_day_at_the_same_moment(
    book: Book, database: Database, connections: Callable[[], Connection]
) -> None:
    line, shop = book.line(10_000, statement_day=2), book.shop()
    book.buy(
        line, 10_000, at_shop=shop
    )  # the line is used to its end, so tonight it is put on watch
    at = book.at
    database.write(lambda db: business_day.roll(db, to=date(2026, 1, 2)))  # the day is closing now
    by_hand = connections()
    request = RestrictionRequest(*line, 4, ReasonCode.TAKEOVER, "staff:1")
    assert not isinstance(restrict(by_hand, [request], at=at)[0], WhiteslipError)
    closing = Thread(target=lambda: end_of_day(database, at=at, workers=1))
    closing.start()
    closing.join(1.0)
    assert closing.is_alive(), "end of day must wait for the line"
    by_hand.commit()
    closing.join(30)

    assert database.read(lambda db: store.read_lines(db, [line]))[line].restriction_level == 4
    assert_sound(book)


def test_limits_changed_twice_in_a_batch_end_at_the_last(book: Book, database: Database) -> None:
    from whiteslip.flows.change_limits import LimitChange, change_limits

    line = book.line(100_000)
    at = book.at
    asked = [
        LimitChange(*line, limit, ReasonCode.LIMIT_ODD_CONSUMPTION, "Anna")
        for limit in (50_000, 70_000, 60_000)
    ]
    database.write(lambda db: change_limits(db, asked, at=at))

    assert database.read(lambda db: store.read_lines(db, [line]))[line].fixed_limit_minor == 60_000
    assert_sound(book)


def test_a_temporary_limit_may_be_used_until_the_day_before_it_ends(
    book: Book, database: Database
) -> None:
    from whiteslip.flows.change_limits import TemporaryLimit, grant_temporary_limits

    line, shop = book.line(1_000), book.shop()
    at = book.at
    ends = book.today + timedelta(days=2)
    database.write(lambda db: grant_temporary_limits(db, [TemporaryLimit(*line, 500, ends)], at=at))
    book.close_day()
    held = book.hold(line, 1_500, at_shop=shop)
    book.close_day()

    after = database.read(lambda db: store.read_lines(db, [line]))[LineKey(*line)]
    assert after.available_minor == -500
    book.capture(line.customer_id, held.purchase_id)
    assert_sound(book)
    assert noon(book.today) > at
