"""The staff of a simulated lender: two people who release what the blast guard stopped."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from whiteslip.flows.govern_runs import release_run
from whiteslip.infra.database import Connection, Database
from whiteslip.risk.runs.model import Run
from whiteslip.views.runs import waiting_runs

PEOPLE: Final = ("Anna", "Bo")


def release_runs(database: Database, *, at: datetime) -> int:
    """Release every run that waits, one person after the other, and count them."""
    runs = database.read(waiting_runs)
    for run in runs:
        for by in PEOPLE:
            database.write(lambda db, run=run, by=by: _release(db, run, by, at))
    return len(runs)


def _release(db: Connection, run: Run, by: str, at: datetime) -> None:
    release_run(db, run, by=by, note="looked at a sample", at=at)
