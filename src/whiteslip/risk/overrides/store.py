"""Keeping acts that take two people."""

from __future__ import annotations

from datetime import datetime

from whiteslip.infra.database import Connection
from whiteslip.infra.sql import Sql
from whiteslip.kernel.reason import ReasonCode
from whiteslip.risk.overrides.model import Act, ActState, Kind

sql = Sql(__package__)


def ask_act(db: Connection, act: Act, *, at: datetime) -> bool:
    """Keep what somebody asks for; False where the same waits for a second person already."""
    asked = {name: value for name, value in act._asdict().items() if name != "state"}
    return bool(sql.run(db, "ask_act", **asked, at=at))


def read_act(db: Connection, customer_id: int, act_id: int) -> Act | None:
    """Read an act and hold it."""
    row = sql.maybe(db, "read_act", customer_id=customer_id, act_id=act_id)
    if row is None:
        return None
    reason = None if row.reason is None else ReasonCode(row.reason)
    return Act(*row)._replace(kind=Kind(row.kind), state=ActState(row.state), reason=reason)


def decide_act(db: Connection, act: Act, state: ActState, *, by: str, at: datetime) -> bool:
    """Keep what the second person decided; False where it is decided already."""
    key = {"customer_id": act.customer_id, "act_id": act.act_id}
    return bool(sql.run(db, "decide_act", **key, state=state, decided_by=by, at=at))
