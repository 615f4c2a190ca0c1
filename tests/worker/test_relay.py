"""The relay delivers what waits, survives a failing handler, and stops when asked."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from threading import Event as Signal

import pytest

from whiteslip.infra import outbox
from whiteslip.infra.database import Database
from whiteslip.infra.outbox import Event
from whiteslip.worker.relay import Relay

AT = datetime(2026, 1, 1, tzinfo=UTC)


def append(database: Database, count: int) -> None:
    numbers = list(range(count))
    database.write(
        lambda db: outbox.append(
            db, "money.line-opened", customer_ids=numbers, subject_ids=numbers, at=AT
        )
    )


def test_it_delivers_in_the_background_and_stops(database: Database) -> None:
    append(database, 3)
    seen: list[Event] = []
    done = Signal()

    def take(events: Sequence[Event]) -> None:
        seen.extend(events)
        done.set()

    running = Relay(database, take)
    running.start()
    assert done.wait(10)
    running.stop()

    assert [event.subject_id for event in seen] == [0, 1, 2]
    assert database.read(outbox.depth) == 0


def test_a_failing_handler_gets_the_same_events_again(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Relay, "FAULT_S", 0.01)
    append(database, 2)
    lots: list[list[int]] = []
    done = Signal()

    def stumble(events: Sequence[Event]) -> None:
        lots.append([event.subject_id for event in events])
        if len(lots) == 1:
            raise RuntimeError("dropped")
        done.set()

    running = Relay(database, stumble)
    running.start()
    assert done.wait(10)
    running.stop()

    assert lots == [[0, 1], [0, 1]]


def test_by_default_events_are_counted(database: Database) -> None:
    append(database, 2)

    assert Relay(database).deliver_once() == 2
