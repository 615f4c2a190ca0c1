"""Score lines: let the live model say of every line, as of the last closed day, how likely it is to end badly."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from functools import partial
from typing import Any, NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from whiteslip.decisioning.features import store as features
from whiteslip.decisioning.models import store as models
from whiteslip.decisioning.models.model import Absence, Model
from whiteslip.decisioning.models.scoring import names_read, score
from whiteslip.decisioning.samples.features import column_of
from whiteslip.infra import business_day
from whiteslip.infra.database import Connection, Database
from whiteslip.infra.planning import refresh_statistics
from whiteslip.kernel.errors import InvalidInput
from whiteslip.money.ledger.store import last_customer

KEPT_FROM = 0.1
"""From this probability of default on, what the model saw is kept: the score may count against somebody."""

AT_ONCE = 20_000
"""How many customer numbers are scored in one transaction."""


class ScoringReport(NamedTuple):
    """What was scored; `fault` says why nothing was, and the checkout then has no score to go by.

    `absence` is the kind of that fault: a model that was never released is another matter than one
    that cannot be read.
    """

    model: str
    version: int
    as_of: date
    lines: int
    fault: str = ""
    absence: Absence | None = None


def score_lines(
    database: Database,
    *,
    model: str,
    workers: int = 1,
    progress: Callable[[int, int], None] | None = None,
) -> ScoringReport:
    """Score every line as of the last closed day, in ranges by some workers; a second run of a day changes nothing.

    Without a model that can be read nothing is scored, and the report says why. A model that asks for a
    feature nobody declared is `InvalidInput`.
    """
    as_of = database.read(business_day.read).closed_on
    found = database.read(lambda db: models.live_or_none(db, model))
    if found.model is None:
        absence = found.fault.absence if found.fault else None
        return ScoringReport(model, 0, as_of, 0, str(found.fault), absence)
    live = found.model
    check_inputs(live)
    most = database.read(last_customer)
    parts = [range(first, min(first + AT_ONCE, most + 1)) for first in range(0, most + 1, AT_ONCE)]

    def one(part: range) -> int:
        return database.write(partial(_score, model=live, customer_ids=part, as_of=as_of))

    lines = 0
    with ThreadPoolExecutor(workers) as pool:
        for part, scored in zip(parts, pool.map(one, parts), strict=True):
            lines += scored
            if progress:
                progress(part[-1], most)
    database.write(refresh_statistics)  # a checkout must not go on as if there were no scores
    return ScoringReport(model, live.version, as_of, lines)


def check_inputs(model: Model) -> None:
    """Refuse a model that reads what is no feature."""
    known = features.declarations().features
    if strange := [name for name in names_read(model) if name not in known]:
        text = f"{model.name} {model.version} reads {', '.join(strange)}"
        raise InvalidInput(f"{text}: no such features are declared", where=strange[0])


def _score(db: Connection, *, model: Model, customer_ids: range, as_of: date) -> int:
    names = names_read(model)
    found = features.compute(db, customer_ids, as_of=as_of, features=names)
    declared = features.declarations().select(names)
    scores = score(model, [column_of(each, found[each.name]) for each in declared])
    kept = np.flatnonzero(scores.probability >= KEPT_FROM)
    facts: list[bytes | None] = [None] * len(scores.probability)
    for place, values in zip(
        kept, zip(*(_seen(found[name][kept]) for name in names), strict=True), strict=True
    ):
        facts[place] = msgspec.json.encode(dict(zip(names, values, strict=True)))
    models.record_scores(
        db,
        scores,
        model=model.name,
        version=model.version,
        customer_ids=found["customer_id"],
        line_ids=found["line_id"],
        on=as_of,
        facts=facts,
    )
    return len(scores.probability)


def _seen(values: NDArray[Any]) -> list[object]:
    """Return values as the model saw them: a truth was the number 0 or 1, and is none when it is read again."""
    return [int(value) if isinstance(value, bool) else value for value in values.tolist()]
