"""An idempotency key acts once, whoever repeats it and whenever."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from threading import Barrier, Thread

import msgspec
import pytest

from whiteslip.api import problems
from whiteslip.infra import idempotency
from whiteslip.infra.database import Connection, Database
from whiteslip.infra.idempotency import CONFLICT, Call, Response

AT = datetime(2026, 1, 1, tzinfo=UTC)


def call(key: str = "k", *, caller_id: int = 1, asked: bytes = b"a" * 16) -> Call:
    return Call(caller_id, key, asked)


class Counting:
    """Acts, and remembers for which positions it was asked to."""

    def __init__(self, status: int = 201) -> None:
        self.asked: list[list[int]] = []
        self.status = status

    def __call__(self, fresh: Sequence[int]) -> list[Response]:
        self.asked.append(list(fresh))
        return [
            Response(self.status, b'{"n":%d}' % (index + 100 * len(self.asked))) for index in fresh
        ]


def test_a_repeated_key_gets_the_stored_answer_byte_for_byte(db: Connection) -> None:
    act = Counting()
    first = idempotency.once(db, [call("a"), call("b")], act, at=AT)

    again = idempotency.once(db, [call("b"), call("c"), call("a")], act, at=AT)

    assert act.asked == [[0, 1], [1]]
    assert (again[2], again[0]) == (first[0], first[1])


def test_within_a_batch_the_first_acts_and_the_others_get_its_answer(db: Connection) -> None:
    act = Counting()

    answers = idempotency.once(db, [call("a"), call("b"), call("a")], act, at=AT)

    assert act.asked == [[0, 1]]
    assert answers[2] == answers[0] != answers[1]


def test_another_request_under_a_used_key_conflicts(db: Connection) -> None:
    act = Counting()
    idempotency.once(db, [call("a")], act, at=AT)

    answers = idempotency.once(db, [call("a", asked=b"b" * 16), call("a")], act, at=AT)

    assert answers[0] == CONFLICT
    assert answers[1].status == 201
    assert act.asked == [[0]]


def test_the_same_conflict_inside_one_batch(db: Connection) -> None:
    answers = idempotency.once(db, [call("a"), call("a", asked=b"b" * 16)], Counting(), at=AT)

    assert [answer.status for answer in answers] == [201, 422]


def test_a_key_belongs_to_its_caller(db: Connection) -> None:
    act = Counting()
    idempotency.once(db, [call("a", caller_id=1)], act, at=AT)
    idempotency.once(db, [call("a", caller_id=2)], act, at=AT)

    assert act.asked == [[0], [0]]


def test_a_fault_is_not_remembered(db: Connection) -> None:
    idempotency.once(db, [call("a")], Counting(status=503), at=AT)
    act = Counting()

    assert idempotency.once(db, [call("a")], act, at=AT)[0].status == 201
    assert act.asked == [[0]]


def test_an_act_that_forgets_an_answer_is_a_fault(db: Connection) -> None:
    with pytest.raises(Exception, match="every fresh call is answered"):
        idempotency.once(db, [call("a"), call("b")], lambda _: [Response(201, b"{}")], at=AT)


def test_two_transactions_racing_for_a_key_act_once(database: Database) -> None:
    """Both find the key unknown; the slower one is undone, run again, and finds it known."""
    database.write(lambda db: db.execute("CREATE TABLE effect (who int)"))
    meet = Barrier(2, timeout=10)
    answers: list[Response] = []

    def once(who: int) -> None:
        runs = 0

        def work(db: Connection) -> Response:
            nonlocal runs
            runs += 1

            def act(_: Sequence[int]) -> list[Response]:
                if runs == 1:
                    meet.wait()
                db.execute("INSERT INTO effect VALUES (%s)", (who,))
                return [Response(201, b'{"who":%d}' % who)]

            return idempotency.once(db, [call("race")], act, at=AT)[0]

        answers.append(database.write(work))

    threads = [Thread(target=once, args=(who,)) for who in (1, 2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)

    effects = database.read(lambda db: db.execute("SELECT who FROM effect").fetchall())
    assert len(effects) == 1
    assert len(answers) == 2
    assert answers[0] == answers[1]


def test_the_conflict_is_the_documented_problem() -> None:
    told = msgspec.json.decode(CONFLICT.body, type=problems.Problem)
    kind = problems.KINDS["idempotency_conflict"]

    assert (CONFLICT.status, told.status, told.title) == (kind.status, kind.status, kind.title)
    assert problems.problem(told.code, told.detail) == CONFLICT
