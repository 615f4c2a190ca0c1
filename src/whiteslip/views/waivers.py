"""Late fees taken back, or to be, as the staff see them."""

from __future__ import annotations

from whiteslip.infra.database import Connection
from whiteslip.infra.sql import Sql
from whiteslip.money.arrears.waiving import Waiver

sql = Sql(__package__)


def of_line(db: Connection, customer_id: int, line_id: int) -> list[Waiver]:
    """List the waivers of a line, the latest first, at most a hundred."""
    rows = sql.many(db, "list_waivers", customer_id=customer_id, line_id=line_id)
    return [Waiver(*row) for row in rows]
