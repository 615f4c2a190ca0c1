"""Lead a fitted model into the registry and, by a second person's approval, into use."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from whiteslip.decisioning.models import scoring, store
from whiteslip.decisioning.models.model import Entry, Model, ModelKind
from whiteslip.decisioning.samples.fitted import Fitted, Learned
from whiteslip.infra.database import Connection
from whiteslip.kernel.errors import InvalidInput


def draft(
    db: Connection, fitted: Fitted, *, kind: str | None, on: date, by: str, at: datetime
) -> Entry:
    """Register one model of a file as a draft, with its cross-validated figures and its source.

    `kind` may be left out where the file holds one model only. A version that is registered with
    another body is `Conflict`.
    """
    chosen = kind or fitted.learned[0].kind
    if kind is None and len(fitted.learned) > 1:
        kinds = " and ".join(each.kind for each in fitted.learned)
        raise InvalidInput(
            f"{fitted.name} holds a {kinds} model; say which with --kind", where="kind"
        )
    learned = fitted.of_kind(chosen)
    if learned is None:
        raise InvalidInput(f"{fitted.name} holds no {chosen} model", where="kind")
    model = scoring.read(learned.body, kind=ModelKind(chosen), file=fitted.name)
    return store.draft(db, model, fitted_on=on, figures=_figures(fitted, learned), by=by, at=at)


def draft_model(
    db: Connection, model: Model, *, figures: Mapping[str, Any], on: date, by: str, at: datetime
) -> Entry:
    """Register a model that was fitted outside of a file, with what was measured of it."""
    return store.draft(db, model, fitted_on=on, figures=figures, by=by, at=at)


def approve(db: Connection, name: str, version: int, *, by: str, at: datetime) -> Entry:
    """Approve a draft of another person."""
    return store.approve(db, name, version, by=by, at=at)


def release(db: Connection, name: str, version: int, *, by: str, at: datetime) -> Entry:
    """Make an approved version the live one."""
    return store.release(db, name, version, by=by, at=at)


def roll_back(db: Connection, name: str, *, by: str, at: datetime) -> Entry:
    """Go back to the version that was live before."""
    return store.roll_back(db, name, by=by, at=at)


def retire(db: Connection, name: str, version: int, *, by: str, at: datetime) -> Entry:
    """Take a version out of use."""
    return store.retire(db, name, version, by=by, at=at)


def entries(db: Connection) -> Sequence[Entry]:
    """List every version registered."""
    return store.entries(db)


def _figures(fitted: Fitted, learned: Learned) -> dict[str, Any]:
    cross = learned.cross
    return {
        "target": fitted.target,
        "rows": fitted.rows,
        "bads": fitted.bads,
        "source": fitted.source.file,
        "source_sha256": fitted.source.checksum,
        "folds": len(learned.folds),
        "auc": cross.auc,
        "gini": cross.gini,
        "ks": cross.ks,
        "brier": cross.brier,
        "calibration_error": cross.calibration_error,
    }
