"""Opening lines, reading them, and changing their balances and limits."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from functools import cache
from importlib import resources

from whiteslip.infra import arrays
from whiteslip.infra.database import Connection
from whiteslip.infra.sql import Sql
from whiteslip.kernel.errors import invariant
from whiteslip.money.lines import rules
from whiteslip.money.lines.model import Change, LimitChange, Line, LineKey
from whiteslip.money.lines.use import Use, read

sql = Sql(__package__)


@cache
def use() -> Use:
    """Read how far a restricted line may be used, once."""
    file = resources.files(__package__ or "") / "data" / "use.toml"
    return read(file.read_text("utf-8"))


def insert_lines(db: Connection, lines: Sequence[Line]) -> None:
    """Write new lines; their balances start at zero."""
    if not lines:
        return
    sql.run(
        db,
        "insert_lines",
        customer_ids=arrays.bigints([line.customer_id for line in lines]),
        line_ids=arrays.bigints([line.line_id for line in lines]),
        product_ids=arrays.ints([line.product_id for line in lines]),
        limits_minor=arrays.bigints([line.fixed_limit_minor for line in lines]),
        statement_days=arrays.smallints([line.statement_day for line in lines]),
        opened_ons=arrays.dates([line.opened_on for line in lines]),
    )


def read_lines(db: Connection, keys: Iterable[LineKey]) -> dict[LineKey, Line]:
    """Read the lines that exist among these keys, without locking them."""
    return _lines(db, "read_lines", keys)


def read_line_today(db: Connection, key: LineKey) -> tuple[Line, date] | None:
    """Read a line without locking it, with the business date; None where there is no such line."""
    row = sql.maybe(
        db, "read_line_today", **key._asdict(), restricted_share_ppm=use().restricted_share_ppm
    )
    return None if row is None else (Line(*row[:-1]), row.current_on)


def find_lines(db: Connection, customer_ids: Iterable[int]) -> list[LineKey]:
    """Find every line of some customers, in order."""
    rows = sql.many(db, "find_lines", customer_ids=arrays.bigints(sorted(set(customer_ids))))
    return [LineKey(row.customer_id, row.line_id) for row in rows]


def take_turns(db: Connection, keys: Iterable[LineKey]) -> dict[LineKey, Line]:
    """Lock lines for a journey that changes what they owe, in key order, and read them."""
    return _lines(db, "take_turns", keys)


def _lines(db: Connection, name: str, keys: Iterable[LineKey]) -> dict[LineKey, Line]:
    ordered = sorted(set(keys))
    rows = sql.many(
        db,
        name,
        customer_ids=arrays.bigints([key.customer_id for key in ordered]),
        line_ids=arrays.bigints([key.line_id for key in ordered]),
        restricted_share_ppm=use().restricted_share_ppm,
    )
    return {LineKey(row.customer_id, row.line_id): Line(*row) for row in rows}


def place_holds(
    db: Connection,
    customer_ids: Sequence[int],
    line_ids: Sequence[int],
    amounts_minor: Sequence[int],
    in_plans: Sequence[bool],
) -> set[tuple[int, int]]:
    """Hold each line's total, sorted by key; `in_plans` where any of it is to be paid in installments.

    Returns the lines whose hold was taken.
    """
    rows = sql.many(
        db,
        "place_holds",
        customer_ids=arrays.bigints(customer_ids),
        line_ids=arrays.bigints(line_ids),
        amounts_minor=arrays.bigints(amounts_minor),
        in_plans=arrays.bools(in_plans),
        restricted_share_ppm=use().restricted_share_ppm,
    )
    return {(row.customer_id, row.line_id) for row in rows}


def change_balances(db: Connection, changes: Iterable[Change]) -> None:
    """Add changes to the balances of lines; every line must exist and stay at or above zero."""
    folded = rules.fold(changes)
    if not folded:
        return
    customer_ids, line_ids, principals, helds, credits_, credited = zip(*folded, strict=True)
    touched = sql.run(
        db,
        "change_balances",
        customer_ids=arrays.bigints(customer_ids),
        line_ids=arrays.bigints(line_ids),
        principals_minor=arrays.bigints(principals),
        helds_minor=arrays.bigints(helds),
        credits_minor=arrays.bigints(credits_),
        credited_minor=arrays.bigints(credited),
    )
    invariant(touched == len(folded), "every changed line exists")


def change_limits(
    db: Connection,
    changes: Sequence[LimitChange],
    change_ids: Sequence[int],
    *,
    at: datetime,
    on: date,
) -> None:
    """Set fixed limits and keep the history of each."""
    sql.run(
        db,
        "change_limits",
        customer_ids=arrays.bigints([change.customer_id for change in changes]),
        line_ids=arrays.bigints([change.line_id for change in changes]),
        change_ids=arrays.bigints(change_ids),
        befores_minor=arrays.bigints([change.fixed_before_minor for change in changes]),
        afters_minor=arrays.bigints([change.fixed_after_minor for change in changes]),
        reasons=arrays.texts([change.reason for change in changes]),
        changed_on=on,
        changed_at=at,
    )


def grant_temporary_limits(
    db: Connection,
    keys: Sequence[LineKey],
    limit_ids: Sequence[int],
    amounts_minor: Sequence[int],
    ends_ons: Sequence[date],
    *,
    on: date,
) -> None:
    """Add temporary limits, usable at once and up to the day before they end."""
    sql.run(
        db,
        "grant_temporary_limits",
        customer_ids=arrays.bigints([key.customer_id for key in keys]),
        line_ids=arrays.bigints([key.line_id for key in keys]),
        limit_ids=arrays.bigints(limit_ids),
        amounts_minor=arrays.bigints(amounts_minor),
        ends_ons=arrays.dates(ends_ons),
        starts_on=on,
    )


def return_temporary_limits(
    db: Connection,
    *,
    first: int,
    last: int,
    business_date: date,
    at: datetime,  # noqa: ARG001 - the shape of every step
) -> int:
    """Take back temporary limits that end the day after; what was bought stays due as agreed."""
    return sql.run(
        db, "return_temporary_limits", first=first, last=last, business_date=business_date
    )


def shorten_temporary_limits(
    db: Connection,
    *,
    customer_ids: object,
    limit_ids: object,
    kept_ids: object,
    kept_minor: object,
    promised_ons: object,
    on: date,
) -> int:
    """End temporary limits today; what is in use of each, 0 for nothing, stays as another until its promised end."""
    return sql.run(
        db,
        "shorten_temporary_limits",
        customer_ids=customer_ids,
        limit_ids=limit_ids,
        kept_ids=kept_ids,
        kept_minor=kept_minor,
        promised_ons=promised_ons,
        on=on,
    )


def project_levels(
    db: Connection, keys: Sequence[LineKey], levels: Sequence[int], plans_barred: Sequence[bool]
) -> None:
    """Set the restriction level of lines, and whether they take plans, to what their active restrictions say."""
    sql.run(
        db,
        "project_levels",
        customer_ids=arrays.bigints([key.customer_id for key in keys]),
        line_ids=arrays.bigints([key.line_id for key in keys]),
        levels=arrays.smallints(levels),
        plans_barred=arrays.bools(plans_barred),
    )


def project_bars(db: Connection, keys: Sequence[LineKey], barred: Sequence[bool]) -> None:
    """Set whether lines take no new credit to what their reliefs say; the caller has locked them in key order."""
    if not keys:
        return
    sql.run(
        db,
        "project_bars",
        customer_ids=arrays.bigints([key.customer_id for key in keys]),
        line_ids=arrays.bigints([key.line_id for key in keys]),
        barred=arrays.bools(barred),
    )


def set_statuses(db: Connection, statuses: Sequence[tuple[LineKey, str]]) -> None:
    """Set whether lines are open, closed or charged off; only an open line takes purchases."""
    if not statuses:
        return
    sql.run(
        db,
        "set_statuses",
        customer_ids=arrays.bigints([key.customer_id for key, _ in statuses]),
        line_ids=arrays.bigints([key.line_id for key, _ in statuses]),
        statuses=arrays.texts([status for _, status in statuses]),
    )
