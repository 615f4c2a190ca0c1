"""Weaving a made network: read, grouped and measured in one transaction, with rings planted among chance links."""

from __future__ import annotations

import time
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, timedelta
from datetime import time as clock
from typing import Any, Final, LiteralString

from whiteslip.bench.ground import Ground
from whiteslip.bench.usage import Meter, peak_mb
from whiteslip.flows.found_book import found_book
from whiteslip.flows.weave_network import WeaveReport, weave_network
from whiteslip.infra.database import Database
from whiteslip.infra.sql import Sql
from whiteslip.kernel.errors import InvariantBroken
from whiteslip.views.rings import latest

sql = Sql(__package__)

ACCOUNTS: Final = 1_000_000
PLANTED: Final = 1200
RING: Final = 6
MOST_SECONDS: Final = 30.0
DAY: Final = date(2026, 8, 14)


@dataclass(frozen=True, slots=True)
class NetworkFigures:
    """One night over a network gathered before; `peak_mb` is of this process, without PostgreSQL's."""

    accounts: int
    links: int
    sharing: int
    communities: int
    seconds: float
    cpu_seconds: float
    peak_mb: float
    planted: int
    found: int
    others: int
    limits: str
    faults: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        """Everything, in plain types."""
        return {"bench": "network", **asdict(self)}


def bench_network(ground: Ground, *, accounts: int = ACCOUNTS) -> NetworkFigures:
    """Make a network of three links an account, with 200 rings of six planted in it, and weave it once."""
    at = datetime.combine(DAY, clock(4), UTC)
    with ground.database() as dsn, Database(dsn, max_size=1, statement_timeout_ms=0) as database:
        database.write(lambda db: found_book(db, on=DAY, at=at))
        ground.tell(f"linking {accounts:,} accounts")
        for step in ("fill_network_people", "fill_network_links"):
            database.write(
                lambda db, step=step: sql.run(
                    db, step, accounts=accounts, on=DAY - timedelta(days=1)
                )
            )
        analyze: tuple[LiteralString, ...] = (
            "ANALYZE credit.customer",
            "ANALYZE risk.network_link",
        )
        for statement in analyze:
            database.write(lambda db, statement=statement: db.execute(statement))
        ground.tell("weaving")
        meter, begun = Meter(ground.pid), time.perf_counter()
        report = database.write(lambda db: weave_network(db, at=at))
        seconds, usage = round(time.perf_counter() - begun, 2), meter.read()
        rings = database.read(lambda db: latest(db, most=10**6))
    if report is None:
        raise InvariantBroken("a network just made was not woven before")
    first = accounts - PLANTED
    members = [{one["customer_id"] - first - 1 for one in row.evidence["members"]} for row in rings]
    hit = [_planted(one) for one in members]
    found = len({one for one in hit if one is not None})
    return NetworkFigures(
        accounts=accounts,
        links=report.links,
        sharing=report.accounts,
        communities=report.communities,
        seconds=seconds,
        cpu_seconds=round(usage.ours_s + usage.database_s, 1),
        peak_mb=peak_mb(),
        planted=PLANTED // RING,
        found=found,
        others=hit.count(None),
        limits=usage.limits,
        faults=tuple(_faults(report, seconds, found)),
    )


def _planted(places: set[int]) -> int | None:
    """Name the planted ring that is wholly among the members of a found one, if there is one."""
    for place in sorted(places):
        if place >= 0 and all(place // RING * RING + n in places for n in range(RING)):
            return place // RING
    return None


def _faults(report: WeaveReport, seconds: float, found: int) -> list[str]:
    faults: list[str] = []
    if found < PLANTED // RING:
        faults.append(f"{found} of {PLANTED // RING} planted rings were found")
    if seconds > MOST_SECONDS * max(1.0, report.links / (3 * ACCOUNTS)):
        faults.append(f"it took {seconds:g} s, more than {MOST_SECONDS:g}")
    return faults
