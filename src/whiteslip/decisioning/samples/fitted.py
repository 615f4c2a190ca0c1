"""A fitted model as one JSON file: how to read a table, what was learned, and how well it did.

The models themselves stand in it in their own formats. Rates and shares are parts of one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Annotated, Final, Literal, TypeAlias

import msgspec

from whiteslip.decisioning.samples.dates import FORMS
from whiteslip.decisioning.samples.recipes import (
    CategoryRecipe,
    DaysRecipe,
    NumberRecipe,
    Recipe,
    is_name,
)
from whiteslip.kernel.errors import InvalidInput

FORMAT: Final = "whiteslip fitted model 1"

_Count: TypeAlias = Annotated[int, msgspec.Meta(ge=0)]


class Point(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Refusing everything from some score up stops these shares of good and of bad rows."""

    goods: float
    bads: float


class LiftRow(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A tenth of the rows, the riskiest first."""

    rows: int
    bad_rate: float
    lift: float


class CalibrationRow(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Rows of like probability: what was foretold and what came, with a 95 % interval."""

    rows: int
    expected: float
    observed: float
    low: float
    high: float


class BandRow(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Rows whose score lies in [low, high); None is an open end."""

    low: float | None
    high: float | None
    rows: int
    bads: int


class Measured(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How well probabilities told bad rows from good ones; bands are of points, or of probability."""

    rows: int
    bads: int
    auc: float
    gini: float
    ks: float
    brier: float
    log_loss: float
    calibration_error: float
    roc: Annotated[tuple[Point, ...], msgspec.Meta(min_length=1)]
    lift: Annotated[tuple[LiftRow, ...], msgspec.Meta(min_length=1)]
    calibration: Annotated[tuple[CalibrationRow, ...], msgspec.Meta(min_length=1)]
    bands: Annotated[tuple[BandRow, ...], msgspec.Meta(min_length=1)]


class FoldRow(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One fold: learned on the other rows, judged on these; PSI compares both by score."""

    rows: int
    bads: int
    auc: float
    ks: float
    psi: float


class Strength(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How much a column matters to a model: its share of all that columns move."""

    column: str
    share: float


class Learned(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A model in its own format (JSON text) and its figures.

    `cross` are judged on rows a model had not seen, `own` on those it learned from. `baseline` is
    how probabilities were spread over bins that begin at `edges`. `reasons` are the
    shares of the riskiest fifth in which a column is among the four that counted most against it.
    """

    kind: Literal["scorecard", "boosted"]
    body: str
    cross: Measured
    own_auc: float
    own_ks: float
    folds: tuple[FoldRow, ...]
    strengths: tuple[Strength, ...]
    reasons: tuple[Strength, ...]
    edges: tuple[float, ...]
    baseline: tuple[int, ...]
    notes: tuple[str, ...]


class ColumnAccount(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What was found in a column of the table and what became of it."""

    name: str
    fate: str
    kind: str
    notes: tuple[str, ...]
    missing: int
    distinct: int
    auc_alone: float | None
    drift: float | None = None
    """PSI of the second half of the file against the first."""


class Spread(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How a used column was spread: rows and bad rows of each bin of its layout.

    Bins are missing, then special codes and ranges of `edges`, or an unknown label and `labels`.
    """

    column: str
    edges: tuple[float, ...] | None
    specials: tuple[float, ...]
    labels: tuple[str, ...] | None
    counts: tuple[int, ...]
    bads: tuple[int, ...]


class GroupRow(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A group by a protected attribute: foretold and observed rate, share in the riskiest fifth."""

    column: str
    label: str
    rows: int
    expected: float
    observed: float
    riskiest: float


class Source(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The table that was learned from."""

    file: str
    kind: str
    checksum: str
    rows: int
    notes: tuple[str, ...]


class Fitted(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A fitted model: what it is called, what it foretells, how tables are read, what was learned."""

    format: Literal["whiteslip fitted model 1"] = FORMAT
    name: Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9][a-z0-9_-]{0,62}$")]
    version: Annotated[int, msgspec.Meta(ge=1, le=2**31 - 1)]
    target: str
    bad: tuple[str, ...]
    good: tuple[str, ...]
    source: Source
    rows: _Count
    bads: _Count
    seed: int
    recipes: tuple[NumberRead | CategoryRead | DaysRead, ...]
    columns: tuple[ColumnAccount, ...]
    spreads: tuple[Spread, ...]
    learned: Annotated[tuple[Learned, ...], msgspec.Meta(min_length=1)]
    groups: tuple[GroupRow, ...]

    def ways(self) -> tuple[Recipe, ...]:
        """Return how the columns are to be read."""
        return tuple(_recipe(each) for each in self.recipes)

    def of_kind(self, kind: str) -> Learned | None:
        """Return the model of a kind, if one was learned."""
        return next((each for each in self.learned if each.kind == kind), None)


class NumberRead(
    msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="number"
):
    """A `NumberRecipe` in the file."""

    name: str
    decimal: Literal[".", ","]
    specials: tuple[float, ...]
    texts: tuple[tuple[str, float], ...]
    missing: tuple[str, ...]


class CategoryRead(
    msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="category"
):
    """A `CategoryRecipe` in the file."""

    name: str
    labels: tuple[str, ...]
    pooled: bool
    missing: tuple[str, ...]


class DaysRead(
    msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="days"
):
    """A `DaysRecipe` in the file."""

    name: str
    form: str
    before: str
    before_form: str
    missing: tuple[str, ...]


def read_as(recipe: Recipe) -> NumberRead | CategoryRead | DaysRead:
    """Return a recipe as it stands in the file."""
    match recipe:
        case NumberRecipe():
            return msgspec.convert(recipe, NumberRead, from_attributes=True)
        case CategoryRecipe():
            return msgspec.convert(recipe, CategoryRead, from_attributes=True)
        case DaysRecipe():
            return msgspec.convert(recipe, DaysRead, from_attributes=True)


def write_fitted(fitted: Fitted) -> str:
    """Return a fitted model as JSON; equal ones give equal texts."""
    return msgspec.json.format(msgspec.json.encode(fitted), indent=1).decode() + "\n"


def read_fitted(body: str, *, file: str) -> Fitted:
    """Return the fitted model of a JSON file; anything else is `InvalidInput` with file and cause."""
    try:
        fitted = msgspec.json.decode(body, type=Fitted)
    except (msgspec.MsgspecError, UnicodeEncodeError) as error:
        raise InvalidInput(f"{file}: is no fitted model: {error}", where=file) from error
    names = [each.name for each in fitted.recipes]
    if len(set(names)) < len(names) or not names:
        raise InvalidInput(f"{file}: a column is read twice, or none is", where=file)
    if problem := next(_problems(fitted), ""):
        raise InvalidInput(f"{file}: {problem}", where=file)
    return fitted


def _problems(fitted: Fitted) -> Iterator[str]:
    """Tell what the shape of the file allows but nothing can be shown or compared with."""
    if not 0 < fitted.bads < fitted.rows:
        yield f"{fitted.bads} bad of {fitted.rows} rows cannot be learned from"
    kinds = [each.kind for each in fitted.learned]
    if len(set(kinds)) < len(kinds):
        yield f"there are two {kinds[0]} models"
    for each in fitted.learned:
        if not _holds(each.edges, each.baseline, more=1):
            yield f"the baseline of the {each.kind} model does not fit its edges"
    yield from (problem for each in fitted.recipes if (problem := _form_problem(each)))
    yield from (problem for each in fitted.spreads if (problem := _spread_problem(each)))


def _form_problem(read: NumberRead | CategoryRead | DaysRead) -> str:
    if not isinstance(read, DaysRead):
        return ""
    forms = (read.form, read.before_form) if is_name(read.before) else (read.form,)
    if FORMS.issuperset(forms):
        return ""
    return f"column {read.name!r}: {' or '.join(forms)} is no form of dates"


def _spread_problem(spread: Spread) -> str:
    if spread.labels is None:
        fits = _holds(spread.edges or (), spread.counts, more=2 + len(spread.specials))
    else:
        fits = _holds(range(len(spread.labels)), spread.counts, more=2)
    alike = len(spread.counts) == len(spread.bads) and all(
        0 <= bads <= rows for rows, bads in zip(spread.counts, spread.bads, strict=True)
    )
    return "" if fits and alike else f"the spread of {spread.column!r} does not fit its bins"


def _holds(edges: Sequence[float], counts: Sequence[int], *, more: int) -> bool:
    """Say whether edges ascend and rows are counted for all the bins they make."""
    ascends = list(edges) == sorted(set(edges))
    enough = len(counts) == len(edges) + more and sum(counts) > 0
    return ascends and enough and min(counts) >= 0


def _recipe(read: NumberRead | CategoryRead | DaysRead) -> Recipe:
    match read:
        case NumberRead():
            return msgspec.convert(read, NumberRecipe, from_attributes=True)
        case CategoryRead():
            return msgspec.convert(read, CategoryRecipe, from_attributes=True)
        case DaysRead():
            return msgspec.convert(read, DaysRecipe, from_attributes=True)
