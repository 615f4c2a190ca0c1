"""`whiteslip doctor`: what this machine has and lacks, and what to do about it."""

from __future__ import annotations

import json
import os
import platform
import shutil
import sys
import zoneinfo
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from whiteslip.cli.app import BROKEN, app, out
from whiteslip.cli.database import Dsn, Home
from whiteslip.infra import settings
from whiteslip.infra.clock import MachineClock
from whiteslip.infra.database import connect, refuse_unsafe
from whiteslip.infra.embedded import EmbeddedServer, binaries
from whiteslip.infra.embedded.places import is_free, places_for
from whiteslip.infra.migrations import pending
from whiteslip.infra.outside import Standing, standings
from whiteslip.infra.settings import Settings
from whiteslip.kernel.errors import InvalidInput, Unavailable, WhiteslipError
from whiteslip.views.undelivered import Waiting, count_failed, count_waiting

_NEEDED_GB = 1.0
_MAY_WAIT = timedelta(hours=1)
_FAILED_WITHIN = timedelta(days=7)
_PARTIES = {
    "bureau": "look at the bureau; applications wait for it, then go to a person",
    "messages": "look at the message gateway; messages wait for it",
    "bank": "look at the bank; dues are collected once it answers again",
}
_WITHOUT = {
    "bureau": "nobody is asked, and applications go to a person",
    "messages": "people are told in the app only, and messages wait",
    "bank": "nothing is collected, and what is planned waits",
}
AsJson = Annotated[bool, typer.Option("--json", help="For programs.")]


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at: how it is and, if not well, what to do."""

    name: str
    ok: bool
    found: str
    to_do: str = ""


@app.command()
def doctor(*, as_json: AsJson = False, dsn: Dsn = None, home: Home = None) -> None:
    """Check what is needed to run; changes nothing, ends with 1 when something is wrong."""
    checks = list(examine(settings.load(dsn=dsn, home=home)))
    well = all(check.ok for check in checks)
    if as_json:
        print(json.dumps({"ok": well, "checks": [asdict(check) for check in checks]}))
    else:
        _show(checks)
    raise typer.Exit(0 if well else BROKEN)


def examine(chosen: Settings) -> Iterator[Check]:
    """Look at everything, one check after the other; a check that fails does not stop the rest."""
    yield _check("python", _python, "install Python 3.11 or newer")
    yield _check("time zones", _time_zones, "pip install tzdata")
    yield _check("home folder", lambda: _home(chosen), "set WHITESLIP_HOME to a folder of yours")
    yield _check("disk space", lambda: _disk(chosen), "free some space")
    if not chosen.dsn:
        yield _check("programs", lambda: f"PostgreSQL {binaries().version}", "use --dsn")
    alive = _check("database", lambda: _database(chosen), "whiteslip up")
    yield alive
    port = _check("web port", lambda: _web_port(chosen), "choose another with WHITESLIP_PORT")
    # While the database runs, the port is most likely taken by ourselves.
    yield replace(port, ok=True, to_do="") if alive.ok else port
    if alive.ok:
        dsn = _dsn(chosen)
        yield _check("database settings", lambda: _safe(dsn), "change them in postgresql.conf")
        schema = _check("schema", lambda: _schema(dsn), "whiteslip migrate")
        yield schema
        if schema.ok:
            yield from _outside(dsn)


def _check(name: str, look: Callable[[], str], to_do: str) -> Check:
    try:
        return Check(name, ok=True, found=look())
    except (WhiteslipError, OSError) as error:
        return Check(name, ok=False, found=str(error), to_do=to_do)


def _python() -> str:
    if sys.version_info < (3, 11):  # noqa: UP036 - a wheel may be forced onto an older one
        raise InvalidInput(f"Python {platform.python_version()} is too old")
    return platform.python_version()


def _time_zones() -> str:
    try:
        return str(zoneinfo.ZoneInfo("Asia/Shanghai"))
    except zoneinfo.ZoneInfoNotFoundError as error:
        raise Unavailable("this machine has no time zone data") from error


def _home(chosen: Settings) -> str:
    places = places_for(chosen.home)
    nearest = _nearest(places.home)
    if not nearest.is_dir() or not _writable(nearest):
        raise Unavailable(f"{nearest} cannot be written to")
    return f"{places.home}, database in {places.root} as {places.account.name}"


def _disk(chosen: Settings) -> str:
    free_gb = shutil.disk_usage(_nearest(places_for(chosen.home).root)).free / 1e9
    if free_gb < _NEEDED_GB:
        raise Unavailable(f"only {free_gb:.1f} GB are free, {_NEEDED_GB:.0f} GB are needed")
    return f"{free_gb:.0f} GB free"


def _web_port(chosen: Settings) -> str:
    if is_free(chosen.port):
        return f"{chosen.port} is free"
    raise Unavailable(f"{chosen.port} is in use")


def _database(chosen: Settings) -> str:
    with connect(_dsn(chosen)) as db:
        version = db.info.server_version
    return f"PostgreSQL {version // 10_000}.{version % 10_000} answers"


def _safe(dsn: str) -> str:
    with connect(dsn) as db:
        refuse_unsafe(db)
    return "nothing confirmed can be lost"


def _schema(dsn: str) -> str:
    if missing := pending(dsn):
        raise Unavailable(f"{len(missing)} migrations are missing")
    return "up to date"


def _outside(dsn: str) -> Iterator[Check]:
    """Look at the parties the server asks, as it last noted them, and at what could not be sent."""
    at = MachineClock().now()
    with connect(dsn) as db:
        parties = {each.party: each for each in standings(db)}
        waiting = count_waiting(db, at=at)
        failed = count_failed(db, since=at - _FAILED_WITHIN)
    for name, to_do in _PARTIES.items():
        yield _party(name, parties.get(name), to_do)
    gateway = parties.get("messages")
    is_stuck = waiting.due_since is not None and at - waiting.due_since > _MAY_WAIT
    has_gateway = gateway is not None and gateway.address is not None
    yield Check(
        "undelivered",
        ok=not (is_stuck and has_gateway),
        found=_undelivered(waiting, failed),
        to_do="look at the message gateway" if is_stuck and has_gateway else "",
    )


def _party(name: str, standing: Standing | None, to_do: str) -> Check:
    if standing is None:
        return Check(name, ok=True, found="nobody has asked yet: the server has not run")
    if standing.state == "silent":
        why = " ".join(part for part in (standing.failure, standing.detail) if part)
        found = f"{standing.address} does not answer since {_when(standing.silent_since)}: {why}"
        return Check(name, ok=False, found=found, to_do=to_do)
    if standing.address is None:
        return Check(name, ok=True, found=f"not configured: {_WITHOUT[name]}")
    heard = f", last at {_when(standing.heard_at)}" if standing.heard_at else ""
    return Check(name, ok=True, found=f"{standing.address} {standing.state}{heard}")


def _undelivered(waiting: Waiting, failed: int) -> str:
    since = f", the first since {_when(waiting.due_since)}" if waiting.due_since else ""
    return (
        f"{waiting.messages} messages wait, {waiting.due} of them may be sent now{since};"
        f" {failed} were given up within {_FAILED_WITHIN.days} days"
    )


def _when(at: datetime | None) -> str:
    return "" if at is None else f"{at:%Y-%m-%d %H:%M:%S} UTC"


def _dsn(chosen: Settings) -> str:
    if chosen.dsn:
        return chosen.dsn
    status = EmbeddedServer(chosen.home).status()
    if status.dsn is None:
        raise Unavailable("the embedded database is not running")
    return status.dsn


def _nearest(folder: Path) -> Path:
    return next(part for part in (folder, *folder.parents) if part.exists())


def _writable(folder: Path) -> bool:
    return os.access(folder, os.W_OK | os.X_OK)


def _show(checks: list[Check]) -> None:
    table = Table(box=None, header_style="bold")
    for title in ("", "check", "found", "what to do"):
        table.add_column(title, overflow="fold")
    for check in checks:
        mark = "[green]ok[/]" if check.ok else "[bold red]no[/]"
        table.add_row(mark, check.name, check.found.replace("[", r"\["), check.to_do)
    out.print(table)
