"""What a model is: a scorecard or boosted trees; its entry in the registry; the scores it gave."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from whiteslip.decisioning.samples.model import Bools, Floats
from whiteslip.decisioning.scorecards.model import Scorecard
from whiteslip.kernel.errors import Unavailable
from whiteslip.kernel.reason import ReasonCode

if TYPE_CHECKING:
    from lightgbm import Booster


@dataclass(frozen=True, slots=True)
class NumberInput:
    """A column of amounts. `specials` are the codes that stood in it when the model learned.

    `direction` is +1 where more may only mean more risk, -1 where only less, 0 where nothing is
    known. `reason` is what a person is told when this input counted against them, if anything.
    """

    name: str
    specials: tuple[float, ...] = ()
    direction: int = 0
    reason: ReasonCode | None = None


@dataclass(frozen=True, slots=True)
class CategoryInput:
    """A column of names; one that is not among the labels is read as missing."""

    name: str
    labels: tuple[str, ...]
    reason: ReasonCode | None = None


Input: TypeAlias = NumberInput | CategoryInput


class CalibrationKind(StrEnum):
    """Which curve leads from margins to log-odds: a straight line or ascending steps joined."""

    PLATT = "platt"
    ISOTONIC = "isotonic"


@dataclass(frozen=True, slots=True)
class Calibration:
    """A curve through (margin, log-odds) points, straight between them, of one slope outside.

    Both ascend strictly and the slope is positive, so that calibrating changes no order.
    """

    kind: CalibrationKind
    margins: tuple[float, ...]
    log_odds: tuple[float, ...]
    slope: float


@dataclass(frozen=True, slots=True)
class Learning:
    """What a boosted model was made from: rows, bad ones, trees, seed, rows held out to calibrate."""

    rows: int
    bads: int
    rounds: int
    seed: int
    held_out_rows: int


@dataclass(frozen=True)
class Boosted:
    """Gradient-boosted trees; `text` is the file of the library that grew them, LightGBM."""

    name: str
    version: int
    description: str
    inputs: tuple[Input, ...]
    calibration: Calibration
    learning: Learning
    text: str

    def __hash__(self) -> int:
        return hash((self.name, self.version))

    @cached_property
    def booster(self) -> Booster:
        """The trees as their library serves them, loaded once; checked before, as a bad text kills."""
        import lightgbm

        return lightgbm.Booster(model_str=self.text)


class Contributions(NamedTuple):
    """How inputs moved the margin (log-odds before calibration) of some rows, off a common start.

    `values` has a row for each row asked for and a column for each input; start and row add up to
    the margin (Lundberg et al., Nature Machine Intelligence 2, 2020). `missing` says where there
    was no value.
    """

    start: float
    values: Floats
    missing: Bools


Model: TypeAlias = Scorecard | Boosted


class ModelKind(StrEnum):
    """The two kinds of model."""

    SCORECARD = "scorecard"
    BOOSTED = "boosted"


class Status(StrEnum):
    """Where a version stands; at most one of a name is live."""

    DRAFT = "draft"
    LIVE = "live"
    RETIRED = "retired"


class Scores(NamedTuple):
    """What a model says of rows: points, which boosted trees have none of, and the probability of bad."""

    points: Floats | None
    probability: Floats


class Entry(NamedTuple):
    """A version as it is registered, without its body."""

    name: str
    version: int
    kind: ModelKind
    checksum: str
    status: Status
    fitted_on: date
    figures: dict[str, Any]
    drafted_by: str
    drafted_at: datetime
    approved_by: str | None
    approved_at: datetime | None


class Step(NamedTuple):
    """One step a version took, and who took it; from_status is empty for the first."""

    version: int
    step: int
    command: str
    from_status: str
    to_status: str
    actor: str
    happened_at: datetime


class Absence(StrEnum):
    """Why there is no model to score with."""

    MISSING = "missing"
    CHANGED = "changed"
    UNREADABLE = "unreadable"


class NoModel(Unavailable):
    """No model of a name can be used. Whoever needs its score has a fact that is missing, no verdict."""

    def __init__(self, message: str, *, absence: Absence) -> None:
        super().__init__(message)
        self.absence = absence


class Found(NamedTuple):
    """The live model of a name, or why there is none: exactly one of both."""

    model: Model | None
    fault: NoModel | None


class Evidence(NamedTuple):
    """What a line's score was made of: the version, its points if it gives any, and the facts it saw."""

    version: int
    points: float | None
    facts: dict[str, Any]


class LineScores(NamedTuple):
    """The latest score of each line asked for, in the order asked; version 0 and NaN where none is.

    `points` is NaN for boosted models, `scored_on` NaT where there is no score.
    """

    versions: NDArray[np.int64]
    probability: Floats
    points: Floats
    scored_on: NDArray[np.datetime64]
