"""A scorecard of optbinning, the peer ours are measured beside, and the same card read into ours.

Both then have the same cuts and the same points, so that each row must get the same score.
"""

from __future__ import annotations

import io
import warnings
from collections.abc import Mapping, Sequence
from contextlib import redirect_stderr, redirect_stdout
from importlib import metadata
from math import log
from typing import Any, Final

from whiteslip.decisioning.samples.model import NumberColumn, Sample
from whiteslip.decisioning.scorecards.model import Bin, NumberVariable, Scorecard
from whiteslip.decisioning.scorecards.settings import Settings
from whiteslip.kernel.errors import Unavailable

_SCALE: Final = Settings()


class PeerCard:
    """A card learned by the peer from the numbers of a sample."""

    def __init__(self, sample: Sample) -> None:
        peer, pandas, regression = _load()
        self._frame: Any = pandas.DataFrame
        self.names: list[str] = [column.name for column in sample.columns]
        scaling = {
            "pdo": _SCALE.pdo,
            "odds": _SCALE.base_odds,
            "scorecard_points": _SCALE.base_points,
        }
        self._card: Any = peer.Scorecard(
            binning_process=peer.BinningProcess(self.names),
            estimator=regression(),
            scaling_method="pdo_odds",
            scaling_method_params=scaling,
        )
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            self._card.fit(self.table(_arrays(sample)), sample.is_bad.astype(int))

    def table(self, columns: Mapping[str, Any]) -> Any:
        """Lay columns out as the peer wants them."""
        return self._frame({name: columns[name] for name in self.names})

    def score(self, table: Any) -> Any:
        """Score every row of a table."""
        return self._card.score(table)

    def read(self) -> Scorecard:
        """Read the card into ours; its intercept is in the points of its bins already."""
        points = self._card.table(style="detailed")
        variables = [
            _variable(
                name,
                self._card.binning_process_.get_binned_variable(name).splits.tolist(),
                points[points["Variable"] == name]["Points"].tolist(),
            )
            for name in self._card.binning_process_.get_support(names=True)
        ]
        factor = _SCALE.pdo / log(2)
        return Scorecard(
            name="peer",
            version=1,
            description="",
            base_points=_SCALE.base_points,
            pdo=_SCALE.pdo,
            base_odds=_SCALE.base_odds,
            intercept=log(_SCALE.base_odds) - _SCALE.base_points / factor,
            variables=tuple(variables),
        )


def version() -> str:
    """Return the version of the peer that is installed."""
    return metadata.version("optbinning")


def _load() -> tuple[Any, Any, Any]:
    """Import the peer quietly; `Unavailable` says how to get it."""
    with redirect_stderr(io.StringIO()), redirect_stdout(io.StringIO()), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            import optbinning  # pyright: ignore[reportMissingTypeStubs, reportMissingImports]
            import pandas as pd
            from sklearn.linear_model import (  # pyright: ignore[reportMissingTypeStubs]
                LogisticRegression,  # pyright: ignore[reportUnknownVariableType]
            )
        except ImportError as error:
            text = "optbinning, the peer, is not installed: pip install optbinning (a development dependency)"
            raise Unavailable(text) from error
    return optbinning, pd, LogisticRegression


def _arrays(sample: Sample) -> dict[str, Any]:
    return {
        column.name: column.values for column in sample.columns if isinstance(column, NumberColumn)
    }


def _variable(name: str, cuts: Sequence[float], points: Sequence[float]) -> NumberVariable:
    """The peer lists the bins' points from the lowest up, then of special codes, then of what is missing."""
    bins = [Bin(each, 0.0, 0, 0) for each in points]
    return NumberVariable(
        name=name,
        cuts=tuple(cuts),
        bins=tuple(bins[: len(cuts) + 1]),
        specials=(),
        missing=bins[-1],
        coefficient=1.0,
    )
