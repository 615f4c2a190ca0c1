"""The common face of both kinds of model: what one reads, how it scores, and its body as text."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256

from whiteslip.decisioning.models import reading, serving
from whiteslip.decisioning.models.model import Boosted, Model, ModelKind, Scores
from whiteslip.decisioning.samples.model import Column
from whiteslip.decisioning.scorecards import reading as card_reading
from whiteslip.decisioning.scorecards import writing as card_writing
from whiteslip.decisioning.scorecards.rules import score_columns
from whiteslip.kernel.errors import InvalidInput


def kind_of(model: Model) -> ModelKind:
    """Say which kind a model is."""
    return ModelKind.BOOSTED if isinstance(model, Boosted) else ModelKind.SCORECARD


def names_read(model: Model) -> tuple[str, ...]:
    """Name the columns a model reads, in its order."""
    if isinstance(model, Boosted):
        return tuple(source.name for source in model.inputs)
    return tuple(variable.name for variable in model.variables)


def score(model: Model, columns: Sequence[Column]) -> Scores:
    """Score rows; columns a model does not read are left aside.

    A column it reads that is not there, or of another kind, is `InvalidInput`: a value may be
    missing, a whole column is a mistake.
    """
    found = {column.name: column for column in columns}
    wanted = names_read(model)
    if lacking := [name for name in wanted if name not in found]:
        text = f"{model.name} {model.version} needs the columns {', '.join(lacking)}"
        raise InvalidInput(text, where="columns")
    chosen = [found[name] for name in wanted]
    if isinstance(model, Boosted):
        return Scores(None, serving.predict(model, chosen))
    scores = score_columns(model, {column.name: column for column in chosen})
    return Scores(scores.points, scores.probability)


def write(model: Model) -> str:
    """Return the body under which a model is kept; reading it gives an equal model."""
    return reading.write(model) if isinstance(model, Boosted) else card_writing.write(model)


def read(body: str, *, kind: ModelKind, file: str) -> Model:
    """Return the model a body holds; `InvalidInput` names the file and the cause."""
    if kind is ModelKind.BOOSTED:
        return reading.read(body, file=file)
    return card_reading.read(body, file=file)


def checksum_of(body: str) -> str:
    """Return the SHA-256 of a body, in hex."""
    return sha256(body.encode()).hexdigest()
