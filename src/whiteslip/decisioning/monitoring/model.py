"""What is watched of a model: the figures, their limits and what was found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from whiteslip.decisioning.samples.comparisons import Interval, SwapSet
from whiteslip.decisioning.samples.distributions import ACT, WATCH, Alarm, Layout
from whiteslip.kernel.errors import InvalidInput


class Threshold(NamedTuple):
    """From where a change is watched, and from where something has to be done."""

    watch: float
    act: float


_STABILITY = Threshold(WATCH, ACT)
_AUC_LOSS = Threshold(0.02, 0.05)
_LOSS = Threshold(0.04, 0.10)
_CALIBRATION = Threshold(0.02, 0.05)


@dataclass(frozen=True, slots=True)
class Limits:
    """Thresholds, and the fewest rows and bad rows from which anything is concluded.

    `stability` is of the PSI; the losses are of AUC, Gini and KS against the reference;
    `calibration` is of the mean gap between expected and observed rates (ECE). Losses and gaps that
    chance brings about more often than in one sample of a hundred raise no alarm.
    """

    stability: Threshold = _STABILITY
    auc_loss: Threshold = _AUC_LOSS
    gini_loss: Threshold = _LOSS
    ks_loss: Threshold = _LOSS
    calibration: Threshold = _CALIBRATION
    least_rows: int = 500
    least_bads: int = 100
    parts: int = 10

    def __post_init__(self) -> None:
        """Refuse limits that could never be reached in order."""
        for name in ("stability", "auc_loss", "gini_loss", "ks_loss", "calibration"):
            watch, act = getattr(self, name)
            if not 0 < watch <= act:
                raise InvalidInput(f"{name}: watch {watch} and act {act} are out of order")
        if self.least_rows < self.parts or self.parts < 2 or self.least_bads < 2:
            raise InvalidInput("limits need 2 parts, 2 bad rows and a row a part at least")


class Spread(NamedTuple):
    """How a column, or the score, was spread in the reference."""

    name: str
    layout: Layout
    counts: tuple[int, ...]


class Power(NamedTuple):
    """How well a score told bad from good, how far its probabilities were off, and what chance may do.

    The errors are standard errors, 0 where they are not known; `calibration_chance` is how often
    true probabilities miss so far.
    """

    auc: float
    gini: float
    ks: float
    calibration_error: float
    auc_error: float = 0.0
    ks_error: float = 0.0
    calibration_chance: float = 0.0


class Reference(NamedTuple):
    """What today is compared with: spreads of the score and of what the model reads, and its power."""

    model: str
    version: int
    rows: int
    bads: int
    power: Power
    score: Spread
    columns: tuple[Spread, ...]


class Finding(NamedTuple):
    """One figure: what it was, is, and what the change asks for. None is what cannot be said."""

    figure: str
    reference: float | None
    today: float | None
    alarm: Alarm


class Report(NamedTuple):
    """Every figure of a model on one sample, and the most pressing alarm among them."""

    model: str
    version: int
    rows: int
    bads: int | None
    findings: tuple[Finding, ...]
    alarm: Alarm


class Challenge(NamedTuple):
    """A champion and its challenger on the same rows, both accepting the same share of them.

    `difference` is the AUC of the challenger less that of the champion. Too few rows conclude
    nothing: then the alarm is unknown; it is watch where the challenger is better beyond chance.
    """

    champion_auc: float
    challenger_auc: float
    difference: Interval
    champion_cut_off: float
    challenger_cut_off: float
    swap_set: SwapSet
    alarm: Alarm
