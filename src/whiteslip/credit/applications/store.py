"""Taking applications in, finding those to be decided, and moving them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from functools import cache
from importlib import resources
from typing import NamedTuple

import msgspec

from whiteslip.credit.applications.model import Application, Move, Purpose, Request, Status
from whiteslip.credit.applications.rules import LAPSE_DAYS, is_given
from whiteslip.credit.applications.starting import read_card
from whiteslip.credit.bureau.model import ApplicationKey
from whiteslip.decisioning.scorecards.model import Scorecard
from whiteslip.infra import arrays
from whiteslip.infra.database import Connection
from whiteslip.infra.sql import Sql
from whiteslip.kernel.errors import invariant
from whiteslip.kernel.reason import Reason

sql = Sql(__package__)


@cache
def starting_card() -> Scorecard:
    """Read the expert-judged card that ships with the program, once."""
    file = resources.files(__package__ or "") / "data" / "starting-card.toml"
    return read_card(file.read_text("utf-8"))


class Known(NamedTuple):
    """A person who applied before."""

    customer_id: int
    is_applying: bool
    has_line: bool


def bar_applicants(db: Connection, id_hashes: Iterable[bytes]) -> None:
    """Let nobody else take an application of these people in before this transaction ends."""
    sql.many(db, "bar_applicants", id_hashes=arrays.bytes_list(sorted(set(id_hashes))))


def find_applicants(db: Connection, id_hashes: Iterable[bytes]) -> dict[bytes, Known]:
    """Find who among these people applied before."""
    wanted = sorted(set(id_hashes))
    rows = sql.many(db, "find_applicants", id_hashes=arrays.bytes_list(wanted))
    return {row.id_hash: Known(row.customer_id, row.is_applying, row.has_line) for row in rows}


def insert_applications(
    db: Connection,
    requests: Sequence[Request],
    keys: Sequence[ApplicationKey],
    *,
    on: date,
    at: datetime,
) -> None:
    """Take applications in with their consents; `keys` are theirs, in order."""
    if not requests:
        return
    people = [request.applicant for request in requests]
    sql.run(
        db,
        "insert_applications",
        customer_ids=arrays.bigints([key.customer_id for key in keys]),
        application_ids=arrays.bigints([key.application_id for key in keys]),
        requested_minor=arrays.bigints([request.requested_minor for request in requests]),
        income_minor=arrays.bigints([request.income_minor for request in requests]),
        obligations_minor=arrays.bigints([request.obligations_minor for request in requests]),
        rent_minor=arrays.bigints([request.rent_minor for request in requests]),
        birth_ons=arrays.dates([person.birth_on for person in people]),
        statement_days=arrays.smallints([request.statement_day for request in requests]),
        may_inquire=arrays.bools([is_given(one, Purpose.BUREAU_INQUIRY) for one in requests]),
        may_automate=arrays.bools([is_given(one, Purpose.AUTOMATED_DECISION) for one in requests]),
        products=arrays.texts([request.product for request in requests]),
        names=arrays.texts([person.name for person in people]),
        id_hashes=arrays.bytes_list([person.id_hash for person in people]),
        id_last4=arrays.texts([person.id_last4 for person in people]),
        actors=arrays.texts([request.actor for request in requests]),
        device_hashes=arrays.texts([request.device_hash for request in requests]),
        phone_hashes=arrays.texts([request.phone_hash for request in requests]),
        address_hashes=arrays.texts([request.address_hash for request in requests]),
        card_hashes=arrays.texts([request.card_hash for request in requests]),
        ip_hashes=arrays.texts([request.ip_hash for request in requests]),
        received_on=on,
        expires_on=on + timedelta(days=LAPSE_DAYS),
        at=at,
    )
    _insert_consents(db, requests, keys, at=at)


def _insert_consents(
    db: Connection, requests: Sequence[Request], keys: Sequence[ApplicationKey], *, at: datetime
) -> None:
    said = [
        (key, consent)
        for key, request in zip(keys, requests, strict=True)
        for consent in request.consents
    ]
    sql.run(
        db,
        "insert_consents",
        customer_ids=arrays.bigints([key.customer_id for key, _ in said]),
        application_ids=arrays.bigints([key.application_id for key, _ in said]),
        purposes=arrays.texts([consent.purpose for _, consent in said]),
        given=arrays.bools([consent.is_given for _, consent in said]),
        said_ats=arrays.timestamps([consent.said_at for _, consent in said]),
        at=at,
    )


def take_applications(
    db: Connection, keys: Iterable[ApplicationKey]
) -> dict[ApplicationKey, Application]:
    """Lock applications until the transaction ends, in key order, and read them as they are."""
    ordered = sorted(set(keys))
    rows = sql.many(
        db,
        "take_applications",
        customer_ids=arrays.bigints([key.customer_id for key in ordered]),
        application_ids=arrays.bigints([key.application_id for key in ordered]),
    )
    return {
        ApplicationKey(*row[:2]): Application(*row)._replace(
            status=Status(row.status), declined_by=tuple(row.declined_by)
        )
        for row in rows
    }


def find_ready(db: Connection, *, most: int, at: datetime) -> list[ApplicationKey]:
    """Find applications that can be decided, the longest ready first."""
    return [ApplicationKey(*row) for row in sql.many(db, "find_ready", most=most, at=at)]


def find_lapsed(db: Connection, *, most: int, on: date) -> list[ApplicationKey]:
    """Find referred applications that nobody decided in time."""
    return [ApplicationKey(*row) for row in sql.many(db, "find_lapsed", most=most, on=on)]


def mark_ready(db: Connection, keys: Iterable[ApplicationKey], *, at: datetime) -> None:
    """Note that applications can be decided."""
    ordered = sorted(set(keys))
    sql.run(
        db,
        "mark_ready",
        customer_ids=arrays.bigints([key.customer_id for key in ordered]),
        application_ids=arrays.bigints([key.application_id for key in ordered]),
        at=at,
    )


def move_applications(db: Connection, moves: Sequence[Move], *, on: date, at: datetime) -> None:
    """Move applications taken before in this transaction, each with its event."""
    if not moves:
        return
    moved = sql.many(
        db,
        "move_applications",
        customer_ids=arrays.bigints([move.customer_id for move in moves]),
        application_ids=arrays.bigints([move.application_id for move in moves]),
        before=arrays.texts([move.before for move in moves]),
        after=arrays.texts([move.after for move in moves]),
        actors=arrays.texts([move.actor for move in moves]),
        limits=arrays.bigints([move.limit_minor for move in moves]),
        line_ids=arrays.bigints([move.line_id for move in moves]),
        bounds=arrays.texts([move.bound for move in moves]),
        reasons=arrays.jsons(
            [None if move.reasons is None else _written(move.reasons) for move in moves]
        ),
        expires_ons=arrays.dates([move.expires_on for move in moves]),
        on=on,
        at=at,
    )
    invariant(len(moved) == len(moves), "what was taken is moved")


def _written(reasons: Sequence[Reason]) -> bytes:
    """Write reasons as they are stored everywhere."""
    return msgspec.json.encode([{"code": one.code, "facts": dict(one.facts)} for one in reasons])


def erase_applicants(db: Connection, customer_ids: Iterable[int]) -> None:
    """Take the identity out of people's applications."""
    sql.run(db, "erase_applicants", customer_ids=arrays.bigints(sorted(set(customer_ids))))
