"""The registry of models and the scores they gave; a model that was read is kept for the process."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from whiteslip.decisioning.models.model import (
    Absence,
    Entry,
    Evidence,
    Found,
    LineScores,
    Model,
    ModelKind,
    NoModel,
    Scores,
    Status,
    Step,
)
from whiteslip.decisioning.models.rules import check_approval, check_release
from whiteslip.decisioning.models.scoring import checksum_of, kind_of, read, write
from whiteslip.infra import arrays
from whiteslip.infra.database import Connection
from whiteslip.infra.sql import Sql
from whiteslip.kernel.errors import Conflict, InvalidInput, NotFound

sql = Sql(__package__)
_read: dict[tuple[str, int, str], Model] = {}


def draft(
    db: Connection,
    model: Model,
    *,
    fitted_on: date,
    figures: Mapping[str, Any],
    by: str,
    at: datetime,
) -> Entry:
    """Register a version as a draft, with what was measured of it (plain JSON).

    The same body again changes nothing; another body under a used version is `Conflict`.
    """
    body, kind = write(model), kind_of(model)
    read(body, kind=kind, file=f"{model.name} {model.version}")
    _bar(db, model.name, by=by)
    checksum = checksum_of(body)
    if (found := _maybe_entry(db, model.name, model.version)) is not None:
        if found.checksum != checksum:
            text = f"version {model.version} of {model.name} is registered with another body"
            raise Conflict(text)
        return found
    sql.run(
        db,
        "draft_model",
        name=model.name,
        version=model.version,
        kind=kind.value,
        body=body,
        checksum=checksum,
        fitted_on=fitted_on,
        figures=_json(figures),
        by=by,
        at=at,
    )
    new = entry(db, model.name, model.version)
    _log(db, new, "draft", before="", by=by, at=at)
    return new


def approve(db: Connection, name: str, version: int, *, by: str, at: datetime) -> Entry:
    """Approve a draft; by its own drafter is `NotAllowed`, a second time `Conflict`."""
    _bar(db, name, by=by)
    found = entry(db, name, version)
    check_approval(found, by=by)
    sql.run(db, "approve_model", name=name, version=version, by=by, at=at)
    _log(db, found, "approve", before=found.status, by=by, at=at)
    return entry(db, name, version)


def release(db: Connection, name: str, version: int, *, by: str, at: datetime) -> Entry:
    """Make an approved version live and retire the one before; the live one again changes nothing."""
    _bar(db, name, by=by)
    return _release(db, entry(db, name, version), "release", by=by, at=at)


def roll_back(db: Connection, name: str, *, by: str, at: datetime) -> Entry:
    """Go back to the newest older version that was live before; `NotFound` if there is none."""
    _bar(db, name, by=by)
    row = sql.maybe(db, "find_live", name=name)
    if row is None:
        raise NotFound(f"no model {name!r} is live, so there is nothing to go back from")
    earlier = sql.one(db, "find_earlier", name=name, version=row.version).version
    if earlier is None:
        raise NotFound(f"no version of {name} before {row.version} was ever live")
    return _release(db, entry(db, name, earlier), "roll_back", by=by, at=at)


def retire(db: Connection, name: str, version: int, *, by: str, at: datetime) -> Entry:
    """Take a version out of use, a draft too; if it was live, no model of the name is live then."""
    _bar(db, name, by=by)
    found = entry(db, name, version)
    if found.status is Status.RETIRED:
        return found
    return _move(db, found, Status.RETIRED, "retire", by=by, at=at)


def entry(db: Connection, name: str, version: int) -> Entry:
    """Return a version as registered, without its body; `NotFound` if there is none."""
    if (found := _maybe_entry(db, name, version)) is None:
        raise NotFound(f"no version {version} of a model {name!r} is registered")
    return found


def entries(db: Connection, *, name: str | None = None) -> list[Entry]:
    """List the versions of one model, or of all, the newest of a name first."""
    return [_entry(row) for row in sql.many(db, "list_entries", name=name)]


def history(db: Connection, name: str) -> list[Step]:
    """Return every step the versions of a model took, the oldest first."""
    return [Step(*row) for row in sql.many(db, "read_history", name=name)]


def load(db: Connection, name: str, version: int) -> Model:
    """Return any version that is registered; raises `NoModel` as `live` does."""
    row = sql.maybe(db, "find_entry", name=name, version=version)
    if row is None:
        text = f"no version {version} of a model {name!r} is registered"
        raise NoModel(text, absence=Absence.MISSING)
    return _load(db, name, version, row.checksum)


def live(db: Connection, name: str) -> Model:
    """Return the live version; the same object as long as it stays live.

    `NoModel` says why there is none: nothing is live, the body is not the one that was registered,
    or it cannot be read. A caller makes of that a fact that is missing.
    """
    row = sql.maybe(db, "find_live", name=name)
    if row is None:
        raise NoModel(f"no model {name!r} is live", absence=Absence.MISSING)
    return _load(db, name, row.version, row.checksum)


def live_or_none(db: Connection, name: str) -> Found:
    """Return the live version or the fault, which the caller has to log; nothing is raised for it."""
    try:
        return Found(live(db, name), None)
    except NoModel as fault:
        return Found(None, fault)


def record_scores(
    db: Connection,
    scores: Scores,
    *,
    model: str,
    version: int,
    customer_ids: NDArray[np.int64],
    line_ids: NDArray[np.int64],
    on: date,
    facts: Sequence[bytes | None] | None = None,
) -> int:
    """Record what a model said of lines as of a day, row by row; return how many scores are new.

    `facts` are what the model saw, as JSON objects, of the rows of which they are to be kept.
    A line may stand in the columns once; NaN and probabilities outside 0 to 1 are `InvalidInput`.
    """
    if not len(customer_ids) == len(line_ids) == len(scores.probability):
        raise InvalidInput("there must be one score a line", where="scores")
    order = np.lexsort((line_ids, customer_ids))
    customers, lines = customer_ids[order], line_ids[order]
    if bool(np.any((customers[1:] == customers[:-1]) & (lines[1:] == lines[:-1]))):
        raise InvalidInput("a line stands twice among those scored", where="line_ids")
    probability = scores.probability[order]
    if not bool(np.all((probability >= 0) & (probability <= 1))):
        raise InvalidInput("a score is no probability", where="probability")
    points = None if scores.points is None else scores.points[order]
    if points is not None and not bool(np.all(np.isfinite(points))):
        raise InvalidInput("points are missing or infinite", where="points")
    return sql.run(
        db,
        "record_scores",
        customer_ids=arrays.bigints(customers),
        line_ids=arrays.bigints(lines),
        probabilities=arrays.floats(probability),
        points=arrays.floats([None] * len(lines) if points is None else points),
        facts=arrays.jsons(_in_order(facts, order)),
        model=model,
        version=version,
        scored_on=on,
    )


def latest_scores(
    db: Connection,
    *,
    customer_ids: NDArray[np.int64],
    line_ids: NDArray[np.int64],
    model: str,
    on: date,
    most_age_days: int,
) -> LineScores:
    """Return each line's latest score as of a day, of at most so many days before; later ones never count."""
    found = sql.columns(
        db,
        "find_latest_scores",
        customer_ids=arrays.bigints(customer_ids),
        line_ids=arrays.bigints(line_ids),
        model=model,
        on_date=on,
        most_age_days=most_age_days,
    )
    days = np.where(found["versions"] > 0, found["scored_on"], np.datetime64("NaT", "D"))
    return LineScores(found["versions"], found["probability"], found["points"], days)


def _in_order(facts: Sequence[bytes | None] | None, order: NDArray[np.intp]) -> list[bytes | None]:
    places: list[int] = order.tolist()
    return [None] * len(places) if facts is None else [facts[place] for place in places]


def read_evidence(
    db: Connection, keys: Sequence[tuple[int, int]], *, model: str, on: date, most_age_days: int
) -> dict[tuple[int, int], Evidence]:
    """Return what the latest score of each of these lines was made of, where it was kept."""
    rows = sql.many(
        db,
        "read_evidence",
        customer_ids=arrays.bigints([customer_id for customer_id, _ in keys]),
        line_ids=arrays.bigints([line_id for _, line_id in keys]),
        model=model,
        on_date=on,
        most_age_days=most_age_days,
    )
    return {
        (row.customer_id, row.line_id): Evidence(row.version, row.points, row.facts) for row in rows
    }


def _load(db: Connection, name: str, version: int, checksum: str) -> Model:
    key = (name, version, checksum)
    if (model := _read.get(key)) is None:
        row = sql.one(db, "read_body", name=name, version=version)
        model = _read[key] = _parse(row, name=name, version=version)
    return model


def _parse(row: Any, *, name: str, version: int) -> Model:
    if checksum_of(row.body) != row.checksum:
        text = f"model {name} {version} is not as it was registered"
        raise NoModel(text, absence=Absence.CHANGED)
    try:
        model = read(row.body, kind=ModelKind(row.kind), file=f"{name} {version}")
    except InvalidInput as error:
        text = f"model {name} {version} cannot be read: {error}"
        raise NoModel(text, absence=Absence.UNREADABLE) from error
    if (model.name, model.version) != (name, version):
        text = f"model {name} {version} calls itself {model.name} {model.version}"
        raise NoModel(text, absence=Absence.UNREADABLE)
    return model


def _release(db: Connection, new: Entry, command: str, *, by: str, at: datetime) -> Entry:
    if new.status is Status.LIVE:
        return new
    check_release(new)
    if (row := sql.maybe(db, "find_live", name=new.name)) is not None:
        old = entry(db, new.name, row.version)
        _move(db, old, Status.RETIRED, "supersede", by=by, at=at)
    return _move(db, new, Status.LIVE, command, by=by, at=at)


def _move(
    db: Connection, old: Entry, status: Status, command: str, *, by: str, at: datetime
) -> Entry:
    sql.run(db, "set_status", name=old.name, version=old.version, status=status.value)
    new = old._replace(status=status)
    _log(db, new, command, before=old.status, by=by, at=at)
    return new


def _log(db: Connection, new: Entry, command: str, *, before: str, by: str, at: datetime) -> None:
    sql.run(
        db,
        "append_event",
        name=new.name,
        version=new.version,
        command=command,
        from_status=str(before),
        to_status=new.status.value,
        by=by,
        checksum=new.checksum,
        at=at,
    )


def _bar(db: Connection, name: str, *, by: str) -> None:
    if not by.strip():
        raise InvalidInput("whoever changes a model has to be named", where="by")
    sql.many(db, "bar_model", name=name)


def _maybe_entry(db: Connection, name: str, version: int) -> Entry | None:
    row = sql.maybe(db, "find_entry", name=name, version=version)
    return None if row is None else _entry(row)


def _entry(row: Any) -> Entry:
    return Entry(*row)._replace(kind=ModelKind(row.kind), status=Status(row.status))


def _json(figures: Mapping[str, Any]) -> str:
    try:
        return json.dumps(figures, allow_nan=False)
    except (TypeError, ValueError) as error:
        raise InvalidInput(f"figures must be plain JSON: {error}", where="figures") from error
