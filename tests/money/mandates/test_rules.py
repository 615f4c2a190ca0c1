"""Which sources are accepted, and in which order they are asked."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from whiteslip.kernel.errors import Conflict, InvalidInput
from whiteslip.money.mandates.model import NewSource, Source, SourceKind, StopReason
from whiteslip.money.mandates.rules import (
    MOST_SOURCES,
    check_order,
    in_order,
    last_place,
    mistake,
)

AT = datetime(2026, 1, 2, tzinfo=UTC)
ON = date(2026, 1, 2)
NEW = NewSource(7, 9, SourceKind.CARD, "招商 •••• 1234", "tok-1", "李雷", "M-1", AT)


def source(number: int, place: int = 1, mandate: str = "M-0") -> Source:
    return Source(7, number, 9, place, SourceKind.CARD, "x", "t", "h", mandate, AT, added_on=ON)


def test_control_a_good_source_is_accepted() -> None:
    assert mistake(NEW, [source(1)], at=AT) is None


@pytest.mark.parametrize(
    "label", ["6222021234567890123", "6222 0212 3456", "ICBC 622202-123456", "123456789"]
)
def test_a_number_is_no_label(label: str) -> None:
    assert isinstance(mistake(NEW._replace(label=label), [], at=AT), InvalidInput)


def test_a_mandate_is_given_before_it_is_kept_and_once_on_a_line() -> None:
    future = NEW._replace(given_at=AT + timedelta(seconds=1))

    assert isinstance(mistake(future, [], at=AT), InvalidInput)
    assert isinstance(mistake(NEW, [source(1, mandate="M-1")], at=AT), Conflict)


def test_a_line_has_only_so_many() -> None:
    many = [source(number, mandate=f"X-{number}") for number in range(MOST_SOURCES)]

    assert isinstance(mistake(NEW, many, at=AT), Conflict)
    assert mistake(NEW, many[1:], at=AT) is None


def test_an_order_names_every_active_source_once() -> None:
    two = [source(1), source(2)]

    assert check_order([2, 1], two) is None
    for wrong in ([1], [1, 1], [1, 2, 3], [1, 2, 2], []):
        assert check_order(wrong, two) is not None


def test_the_stopped_are_not_asked() -> None:
    stopped = source(3, 1)._replace(stopped_on=ON, stop_reason=StopReason.ASKED)

    assert [one.source_id for one in in_order([source(2, 5), stopped, source(1, 2)])] == [1, 2]
    assert (last_place([source(1, 4), source(2, 2)]), last_place([])) == (4, 0)
