"""The work of the night: what follows the closing of a day, each step by itself, so that none stops the next."""

from __future__ import annotations

from whiteslip.cli.agreements import announce_tonight
from whiteslip.cli.limits import move_limits_tonight
from whiteslip.cli.liquidity import forecast_tonight, propose_tonight
from whiteslip.cli.model_run import score_tonight
from whiteslip.cli.network import weave_tonight
from whiteslip.cli.segments import tighten_tonight
from whiteslip.cli.warnings import look_tonight, warn_tonight
from whiteslip.infra.database import Database


def look_over(database: Database) -> None:
    """Do what judges the book as a whole and moves nobody's line: rings, indicators, segments."""
    weave_tonight(database, quiet=False)
    warn_tonight(database, quiet=False)
    tighten_tonight(database, quiet=False)


def night(database: Database, *, workers: int, quiet: bool) -> None:
    """Do all of it. Warnings see the night's forecast and rings, and what is proposed goes by the warnings."""
    score_tonight(database, quiet=quiet)
    move_limits_tonight(database, quiet=quiet)
    announce_tonight(database, quiet=quiet)
    weave_tonight(database, quiet=quiet)
    forecast_tonight(database, quiet=quiet)
    warn_tonight(database, quiet=quiet)
    propose_tonight(database, quiet=quiet)
    look_tonight(database, workers=workers, quiet=quiet)
    tighten_tonight(database, quiet=quiet)
