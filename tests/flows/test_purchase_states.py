"""Every command on a purchase in every state: the table says which pairs move it, the rest change nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from tests.builders import Book, founded
from tests.simulation.invariants import broken, fingerprint

from whiteslip.flows.capture import CaptureRequest, capture
from whiteslip.flows.refund import RefundRequest, refund
from whiteslip.flows.void import VoidRequest, void
from whiteslip.infra.database import Connection, Database
from whiteslip.kernel.errors import Conflict, InvalidInput, NotFound, WhiteslipError
from whiteslip.money.lines.model import LineKey

AMOUNT = 10_000
Command = Callable[[Connection, Book, LineKey, int], Any]


def _capture(amount: int | None, *, final: bool = False) -> Command:
    def run(db: Connection, book: Book, line: LineKey, purchase: int) -> Any:
        asked = CaptureRequest(line.customer_id, purchase, None, amount, final)
        return capture(db, [asked], at=book.at)[0]

    return run


def _refund(amount: int) -> Command:
    def run(db: Connection, book: Book, line: LineKey, purchase: int) -> Any:
        return refund(db, [RefundRequest(line.customer_id, purchase, None, amount)], at=book.at)[0]

    return run


def _void(db: Connection, book: Book, line: LineKey, purchase: int) -> Any:
    return void(db, [VoidRequest(line.customer_id, purchase, None)], at=book.at)[0]


COMMANDS: dict[str, Command] = {
    "capture a part": _capture(1_000),
    "capture all": _capture(None),
    "capture the last part": _capture(1_000, final=True),
    "capture too much": _capture(AMOUNT + 1),
    "capture nothing": _capture(0),
    "void": _void,
    "refund a part": _refund(500),
    "refund too much": _refund(AMOUNT + 1),
    "refund nothing": _refund(0),
}
MOVES = {
    ("authorized", "capture a part"): "authorized",
    ("authorized", "capture all"): "captured",
    ("authorized", "capture the last part"): "captured",
    ("authorized", "void"): "voided",
    ("partly captured", "capture a part"): "authorized",
    ("partly captured", "capture all"): "captured",
    ("partly captured", "capture the last part"): "captured",
    ("partly captured", "void"): "captured",
    ("partly captured", "refund a part"): "authorized",
    ("captured", "refund a part"): "captured",
    ("expired after a capture", "refund a part"): "captured",
}
"""The legal pairs, and the status each leads to."""
STATES = (
    "authorized",
    "partly captured",
    "captured",
    "refunded",
    "voided",
    "expired",
    "expired after a capture",
    "declined",
    "unknown",
)


def _in_state(book: Book, state: str) -> tuple[LineKey, int]:
    line, shop = book.line(50_000), book.shop()
    customer = line.customer_id
    if state == "unknown":
        return line, 10**9
    if state == "declined":
        return line, book.ask(line, 60_000, at_shop=shop).purchase_id
    purchase = book.hold(line, AMOUNT, at_shop=shop).purchase_id
    _bring(book, state, customer, purchase)
    return line, purchase


def _bring(book: Book, state: str, customer: int, purchase: int) -> None:
    """Bring a fresh hold into a state."""
    if state in ("partly captured", "expired after a capture"):
        book.capture(customer, purchase, 2_000)
    if state in ("captured", "refunded"):
        book.capture(customer, purchase)
    if state == "refunded":
        book.refund(customer, purchase, AMOUNT)
    if state == "voided":
        at = book.at
        book.write(lambda db: void(db, [VoidRequest(customer, purchase, None)], at=at))
    if state.startswith("expired"):
        for _ in range(8):
            book.close_day()


@pytest.mark.parametrize("state", STATES)
def test_states_move_only_along_their_table(database: Database, state: str) -> None:
    book = founded(database)
    line, purchase = _in_state(book, state)
    db = database.connect()
    try:
        for name, command in COMMANDS.items():
            before = fingerprint(db)
            answer = command(db, book, line, purchase)
            status = db.execute(
                "SELECT status::text FROM money.purchase WHERE purchase_id = %s", (purchase,)
            ).fetchone()
            assert broken(db) == [], name
            if (state, name) in MOVES:
                assert not isinstance(answer, WhiteslipError), (name, answer)
                assert status == (MOVES[state, name],), name
                assert fingerprint(db) != before
            else:
                assert isinstance(answer, Conflict | InvalidInput | NotFound), (name, answer)
                assert fingerprint(db) == before, name
            db.rollback()
    finally:
        db.close()


def test_somebody_elses_purchase_is_not_found(database: Database) -> None:
    book = founded(database)
    shop, other = book.shop(), book.shop("other")
    line = book.line()
    purchase = book.buy(line, 1_000, at_shop=shop)
    stranger = book.customer()
    at = book.at

    for asked in (
        RefundRequest(line.customer_id, purchase, other, 10),
        RefundRequest(stranger, purchase, shop, 10),
    ):
        (answer,) = book.write(lambda db, asked=asked: refund(db, [asked], at=at))
        assert isinstance(answer, NotFound)
