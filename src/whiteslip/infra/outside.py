"""Outside parties: whether each one answers and, if not, since when and why."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from whiteslip.infra.database import Connection
from whiteslip.infra.sql import Sql

sql = Sql("whiteslip.infra")

GONE = "unreachable"
"""The failure of a party nobody listens at; any other is of a party that is there and does not do its work."""


class Standing(NamedTuple):
    """How a party stands: silent since the first failure after its last answer, `failure` the last one.

    Without an address it is not configured.
    """

    party: str
    address: str | None
    heard_at: datetime | None = None
    silent_since: datetime | None = None
    failure: str | None = None
    detail: str | None = None

    @property
    def state(self) -> str:
        """Say it in a word."""
        if self.address is None:
            return "not configured"
        if self.silent_since is not None:
            return "silent"
        return "unknown" if self.heard_at is None else "answers"


def heard(standing: Standing, *, at: datetime) -> Standing:
    """Note that a party answered, whatever it said."""
    return Standing(standing.party, standing.address, heard_at=at)


def silent(standing: Standing, failure: str, detail: str, *, at: datetime) -> Standing:
    """Note that a party did not answer; it has been silent since the first of such failures in a row."""
    since = standing.silent_since or at
    return standing._replace(silent_since=since, failure=failure, detail=detail)


def note(db: Connection, standing: Standing, *, at: datetime) -> None:
    """Keep how a party stands; the earliest failure in a row stays, whichever process saw it."""
    sql.run(db, "note_party", **standing._asdict(), at=at)


def standings(db: Connection) -> list[Standing]:
    """Read how every party stands, as it was last noted."""
    return sql.records(db, "list_parties", Standing)
