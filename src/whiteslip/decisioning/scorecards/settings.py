"""How a scorecard is to be fitted; the defaults were chosen by cross-validation on two public credit tables."""

from __future__ import annotations

from dataclasses import dataclass

from whiteslip.kernel.errors import InvalidInput


@dataclass(frozen=True, slots=True)
class Settings:
    """Parameters of binning, selection, regression and the scale of points."""

    base_points: float = 600.0
    """The points that stand for `base_odds`."""
    base_odds: float = 50.0
    """Good to one bad, at the base points."""
    pdo: float = 20.0
    """Points that double the odds."""
    least_share: float = 0.02
    """A bin holds at least this share of all rows ..."""
    least_rows: int = 30
    """... and at least so many rows; a label with fewer is pooled with other rare ones."""
    most_bins: int = 8
    """Of amounts, and groups of labels; special, missing and other come on top."""
    prebins: int = 50
    """Into how many parts of equal size a number is cut before neighbors are merged."""
    smoothing: float = 30.0
    """Rows of average quality imagined in every bin, so that a small bin claims little."""
    turn_gain: float | None = 6.0
    """The log-likelihood by which a trend that turns once must beat the best that does not; None: no trend may turn."""
    least_information: float = 0.01
    """A variable of less information value is dropped."""
    most_correlation: float = 0.95
    """Of two variables whose evidence correlates more than this, the stronger stays."""
    most_variables: int = 120
    """Of more variables that differ the strongest are kept; the time to fit grows with the cube."""
    ridge: float = 1.0
    """Penalty on the square of a variable's weight."""
    adjustment: float | None = 100.0
    """Penalty on the square of a bin's departure from weight x evidence in the joint fit; None: no departure."""

    def __post_init__(self) -> None:
        """Refuse what cannot be meant."""
        for name, fits, need in (
            ("base_odds", self.base_odds > 0, "above 0"),
            ("pdo", self.pdo > 0, "above 0"),
            ("least_share", 0 <= self.least_share < 0.5, "from 0 to below 0.5"),
            ("least_rows", self.least_rows >= 1, "at least 1"),
            ("most_bins", 2 <= self.most_bins <= 100, "from 2 to 100"),
            ("prebins", 2 <= self.prebins <= 1_000, "from 2 to 1,000"),
            ("smoothing", self.smoothing > 0, "above 0"),
            ("turn_gain", self.turn_gain is None or self.turn_gain >= 0, "0 or more, or None"),
            ("least_information", self.least_information >= 0, "0 or more"),
            ("most_correlation", 0 < self.most_correlation <= 1, "above 0, at most 1"),
            ("most_variables", self.most_variables >= 1, "at least 1"),
            ("ridge", self.ridge > 0, "above 0"),
            ("adjustment", self.adjustment is None or self.adjustment > 0, "above 0, or None"),
        ):
            if not fits:
                found: object = getattr(self, name)
                raise InvalidInput(f"{name} is {found!r}, it must be {need}", where=name)
