"""The charge-offs of a line: what was given up, what came in since, and who decided."""

from __future__ import annotations

from whiteslip.infra.database import Connection
from whiteslip.infra.sql import Sql
from whiteslip.money.chargeoffs.model import Claim, State

sql = Sql(__package__)


def of_line(db: Connection, customer_id: int, line_id: int) -> list[Claim]:
    """List the charge-offs of a line, the latest first."""
    rows = sql.many(db, "list_charge_offs", customer_id=customer_id, line_id=line_id)
    return [Claim(*row)._replace(state=State(row.state)) for row in rows]
