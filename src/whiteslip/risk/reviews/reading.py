"""Reading the parameters of the queues, strictly."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from msgspec import Meta, Struct

from whiteslip.kernel.errors import InvalidInput
from whiteslip.kernel.parameters import read_parameters
from whiteslip.risk.reviews.model import Desk, Kind, Label, Queue

_FILE = "queues.toml"
_Word = Annotated[str, Meta(pattern="^[a-z][a-z_]{0,39}$")]
_Priority = Annotated[int, Meta(ge=0, le=9)]


class _Queue(Struct, frozen=True, forbid_unknown_fields=True):
    priority: _Priority
    outcomes: tuple[_Word, ...]
    ends: tuple[_Word, ...]
    labels: dict[_Word, Label] = {}
    due_hours: Annotated[int, Meta(ge=1, le=500)] | None = None
    due_days: Annotated[int, Meta(ge=1, le=250)] | None = None


class _Desk(Struct, frozen=True, forbid_unknown_fields=True):
    opens_hour: Annotated[int, Meta(ge=0, le=23)]
    closes_hour: Annotated[int, Meta(ge=1, le=23)]
    lease_minutes: Annotated[int, Meta(ge=1, le=1440)]
    skim: Annotated[int, Meta(ge=1, le=1000)]
    raise_by: _Priority
    queue: dict[Kind, _Queue]


def read_desk(text: str) -> Desk:
    """Read the queues from TOML; `InvalidInput` says what is missing, unknown or does not fit, and where."""
    desk = read_parameters(text, _Desk, file=_FILE)
    if missing := [kind for kind in Kind if kind not in desk.queue]:
        raise InvalidInput(
            f"{_FILE} has no queue {missing[0].value!r}", where=f"queue.{missing[0]}"
        )
    if desk.opens_hour >= desk.closes_hour:
        raise InvalidInput("a desk opens before it closes", where="closes_hour")
    return Desk(
        desk.opens_hour,
        desk.closes_hour,
        timedelta(minutes=desk.lease_minutes),
        desk.skim,
        desk.raise_by,
        {kind: _queue(kind, one) for kind, one in desk.queue.items()},
    )


def _queue(kind: Kind, read: _Queue) -> Queue:
    where = f"queue.{kind}"
    if (read.due_hours is None) == (read.due_days is None):
        raise InvalidInput(f"{where} is due after hours or after days: one", where=where)
    if len(set(read.outcomes)) != len(read.outcomes):
        raise InvalidInput(f"{where} names an outcome twice", where=f"{where}.outcomes")
    if strange := sorted(set(read.ends) - set(read.outcomes)):
        text = f"{where} ends something by {strange[0]!r}, which is no outcome"
        raise InvalidInput(text, where=f"{where}.ends")
    if strange := sorted(set(read.labels) - set(read.outcomes)):
        text = f"{where} labels {strange[0]!r}, which is no outcome"
        raise InvalidInput(text, where=f"{where}.labels")
    return Queue(
        read.due_hours,
        read.due_days,
        read.priority,
        read.outcomes,
        frozenset(read.ends),
        read.labels,
    )
