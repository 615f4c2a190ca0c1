"""Idempotency keys: a key acts once, and whoever repeats it gets the stored answer, byte for byte."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from hashlib import blake2b
from typing import Any, NamedTuple, TypeAlias

import msgspec
from psycopg import errors

from whiteslip.infra import arrays
from whiteslip.infra.database import Connection
from whiteslip.infra.sql import Sql
from whiteslip.kernel.errors import invariant

sql = Sql(__package__)


class Call(NamedTuple):
    """Who asks, under which key, and the hash of what is asked."""

    caller_id: int
    key: str
    request_hash: bytes


class Response(NamedTuple):
    """An answer as it goes over the wire and is stored."""

    status: int
    body: bytes


CONFLICT = Response(
    422,
    b'{"type":"urn:whiteslip:problem:idempotency_conflict","title":"Idempotency key used before",'
    b'"status":422,"code":"idempotency_conflict",'
    b'"detail":"This idempotency key was used before with another request; nothing was changed."}',
)
"""The answer to a key that comes again with another request."""

FAULTS = 500
"""Statuses from here up are faults of ours."""

_Name: TypeAlias = tuple[int, str]


def request_hash(path: str, body: Any) -> bytes:
    """Hash what is asked by its meaning, so that spaces and the order of fields do not matter."""
    digest = blake2b(path.encode(), digest_size=16)
    digest.update(msgspec.json.encode(body))
    return digest.digest()


def once(
    db: Connection,
    calls: Sequence[Call],
    act: Callable[[Sequence[int]], Sequence[Response]],
    *,
    at: datetime,
) -> list[Response]:
    """Answer every call, acting only for keys never seen; runs in the caller's transaction.

    `act` is told the positions of the fresh calls (each key once) and answers them in that order. The keys are
    inserted last: when another transaction was faster with one of them, a serialization failure is raised, which
    `Database.write` answers by running everything again, and the second time the key is known. An answer of 500 or
    more says that nothing was done; it is not remembered, so the key can be tried again.
    """
    known = _remembered(db, calls)
    firsts: dict[_Name, int] = {}
    for index, call in enumerate(calls):
        name = (call.caller_id, call.key)
        if name not in known:
            firsts.setdefault(name, index)
    if firsts:
        fresh = tuple(firsts.values())
        answers = act(fresh)
        invariant(len(answers) == len(fresh), "every fresh call is answered")
        for name, index, answer in zip(firsts, fresh, answers, strict=True):
            known[name] = (calls[index].request_hash, answer)
        lasting = sorted(name for name in firsts if known[name][1].status < FAULTS)
        if lasting:
            _remember(db, {name: known[name] for name in lasting}, at=at)
    return [_answer(known[call.caller_id, call.key], call) for call in calls]


def _answer(stored: tuple[bytes, Response], call: Call) -> Response:
    request_hash, response = stored
    return response if request_hash == call.request_hash else CONFLICT


def _remembered(db: Connection, calls: Sequence[Call]) -> dict[_Name, tuple[bytes, Response]]:
    rows = sql.many(
        db,
        "find_keys",
        caller_ids=arrays.bigints([call.caller_id for call in calls]),
        keys=arrays.texts([call.key for call in calls]),
    )
    return {
        (row.caller_id, row.key): (row.request_hash, Response(row.status, row.response))
        for row in rows
    }


def _remember(db: Connection, fresh: dict[_Name, tuple[bytes, Response]], *, at: datetime) -> None:
    """Insert sorted keys, so that two transactions meet in one order."""
    responses = [response for _, response in fresh.values()]
    try:
        sql.run(
            db,
            "remember_keys",
            caller_ids=arrays.bigints([caller_id for caller_id, _ in fresh]),
            keys=arrays.texts([key for _, key in fresh]),
            request_hashes=arrays.bytes_list([digest for digest, _ in fresh.values()]),
            statuses=arrays.smallints([response.status for response in responses]),
            responses=arrays.bytes_list([response.body for response in responses]),
            at=at,
        )
    except errors.UniqueViolation as error:
        raise errors.SerializationFailure("another transaction used one of the keys") from error
