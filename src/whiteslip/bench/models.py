"""Our models beside those of peers, on public credit data, in the same folds of the same run."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from statistics import fmean, stdev
from time import perf_counter
from typing import Any, Final, Literal, NamedTuple, TypeAlias, cast

import numpy as np

from whiteslip.decisioning.models import challenger, scoring, serving
from whiteslip.decisioning.samples.comparisons import fold_difference
from whiteslip.decisioning.samples.folds import repeated
from whiteslip.decisioning.samples.metrics import auc, ks
from whiteslip.decisioning.samples.model import Floats, NumberColumn, Sample
from whiteslip.decisioning.scorecards import fitting
from whiteslip.kernel.errors import InvalidInput, Unavailable

Table: TypeAlias = Literal["taiwan", "german"]
Predict: TypeAlias = Callable[[Sample], Floats]
Learn: TypeAlias = Callable[[Sample], Predict]

SCORECARD: Final = "our scorecard"
CHALLENGER: Final = "our challenger"
OPTBINNING: Final = "optbinning scorecard"
LIGHTGBM: Final = "LightGBM, defaults"


class _Source(NamedTuple):
    """Where a table is found, which column is the ending, and what must not be learned from."""

    files: tuple[str, ...]
    ending: str
    bad: int
    protected: tuple[str, ...]
    origin: str


SOURCES: Final[Mapping[Table, _Source]] = {
    "taiwan": _Source(
        ("UCI_Credit_Card.csv", "taiwan_dev.csv.gz"),
        "default.payment.next.month",
        1,
        ("ID", "SEX", "EDUCATION", "MARRIAGE", "AGE"),
        "UCI 350, Default of Credit Card Clients (Yeh & Lien 2009), CC BY 4.0",
    ),
    "german": _Source(
        ("south_german.csv", "south_german_dev.csv.gz"),
        "kredit",
        0,
        ("famges", "alter", "gastarb"),
        "UCI 573, South German Credit (Update) (Grömping 2019), CC BY 4.0",
    ),
}
"""Protected attributes, by their names in each table: sex, age, marriage, education, origin."""


class _Round(NamedTuple):
    """What one model did in one fold."""

    auc: float
    ks: float
    seconds: float


def compare_models(
    table: Table, folder: Path, *, folds: int = 5, repeats: int = 1, seed: int = 1
) -> dict[str, Any]:
    """Fit each model in each fold and measure it on the rest; returns plain JSON.

    Times are of fitting, on one thread. A difference is ours less the peer's, over all folds, with
    its 95 % interval. A table that is not in the folder is `InvalidInput`, a peer that is not
    installed `Unavailable`.
    """
    sample = read_table(table, folder)
    rivals = {
        SCORECARD: _our_scorecard,
        OPTBINNING: _optbinning(),
        CHALLENGER: _our_challenger(seed),
        LIGHTGBM: _plain_lightgbm(seed),
    }
    rounds: dict[str, list[_Round]] = {name: [] for name in rivals}
    ratio = 0.0
    for fold in repeated(sample.is_bad, folds=folds, repeats=repeats, seed=seed):
        train, test = sample.take(fold.train), sample.take(fold.test)
        ratio = len(test) / len(train)
        for name, learn in rivals.items():
            rounds[name].append(_play(learn, train, test))
    return {
        "table": table,
        "origin": SOURCES[table].origin,
        "rows": len(sample),
        "bads": int(np.count_nonzero(sample.is_bad)),
        "columns": [column.name for column in sample.columns],
        "folds": folds,
        "repeats": repeats,
        "seed": seed,
        "models": {name: _summary(played) for name, played in rounds.items()},
        "differences": [
            _difference(rounds, ours, peer, ratio)
            for ours, peer in (
                (SCORECARD, OPTBINNING),
                (CHALLENGER, LIGHTGBM),
                (SCORECARD, LIGHTGBM),
            )
        ],
    }


def read_table(table: Table, folder: Path) -> Sample:
    """Read one of the known tables without its protected attributes; every column is a number."""
    if (source := SOURCES.get(table)) is None:
        raise InvalidInput(f"no table {table!r} is known: {', '.join(SOURCES)}", where="table")
    path = next((folder / name for name in source.files if (folder / name).is_file()), None)
    if path is None:
        text = f"{folder} holds none of {', '.join(source.files)} ({source.origin})"
        raise InvalidInput(text, where="folder")
    columns = _read_numbers(path)
    needed = {source.ending, *source.protected}
    if lacking := sorted(needed - set(columns)):
        raise InvalidInput(f"{path.name} has no column {', '.join(lacking)}", where=path.name)
    return Sample(
        tuple(NumberColumn(name, values) for name, values in columns.items() if name not in needed),
        columns[source.ending] == source.bad,
    )


def _read_numbers(path: Path) -> dict[str, Floats]:
    import pyarrow as pa
    from pyarrow import csv

    reader, refused = cast("Any", csv), cast("type[Exception]", cast("Any", pa).ArrowInvalid)
    try:
        content = reader.read_csv(str(path))
        return {
            str(name): np.asarray(content[name].to_numpy(), dtype=np.float64)
            for name in content.column_names
        }
    except (refused, ValueError) as error:
        raise InvalidInput(f"{path.name} is not a table of numbers: {error}") from error


def _play(learn: Learn, train: Sample, test: Sample) -> _Round:
    begun = perf_counter()
    predict = learn(train)
    seconds = perf_counter() - begun
    risk = predict(test)
    return _Round(auc(risk, test.is_bad), ks(risk, test.is_bad), seconds)


def _our_scorecard(train: Sample) -> Predict:
    card = fitting.fit(train).scorecard
    return lambda test: scoring.score(card, test.columns).probability


def _our_challenger(seed: int) -> Learn:
    def learn(train: Sample) -> Predict:
        model = challenger.fit(train, settings=challenger.Settings(seed=seed))
        return lambda test: serving.predict(model, test.columns)

    return learn


def _plain_lightgbm(seed: int) -> Learn:
    import lightgbm

    params = {"objective": "binary", "verbosity": -1, "num_threads": 1, "seed": seed}

    def learn(train: Sample) -> Predict:
        data = lightgbm.Dataset(_cells(train), train.is_bad.astype(np.float64))
        booster = lightgbm.train(dict(params), data, 100)
        return lambda test: cast("Floats", booster.predict(_cells(test), num_threads=1))

    return learn


def _optbinning() -> Learn:
    """Its scorecard as its documentation shows it: optimal binning, then logistic regression."""
    try:
        import optbinning
        import pandas as pd
        from sklearn.linear_model import LogisticRegression
    except ImportError as error:
        text = f"the peer optbinning is not installed ({error}); pip install optbinning"
        raise Unavailable(text) from error
    binning, frame, regression = (
        cast("Any", each) for each in (optbinning, pd, LogisticRegression)
    )

    def learn(train: Sample) -> Predict:
        names = [column.name for column in train.columns]
        card = binning.Scorecard(
            binning_process=binning.BinningProcess(names),
            estimator=regression(max_iter=1000),
        )
        card.fit(frame.DataFrame(_cells(train), columns=names), train.is_bad.astype(np.int64))

        def predict(test: Sample) -> Floats:
            return card.predict_proba(frame.DataFrame(_cells(test), columns=names))[:, 1]

        return predict

    return learn


def _cells(sample: Sample) -> Floats:
    numbers = [column for column in sample.columns if isinstance(column, NumberColumn)]
    return np.column_stack([column.values for column in numbers])


def _summary(played: Sequence[_Round]) -> dict[str, float]:
    areas = [each.auc for each in played]
    return {
        "auc": round(fmean(areas), 4),
        "auc_spread": round(stdev(areas), 4),
        "ks": round(fmean(each.ks for each in played), 4),
        "seconds_a_fold": round(fmean(each.seconds for each in played), 4),
    }


def _difference(
    rounds: Mapping[str, Sequence[_Round]], ours: str, peer: str, ratio: float
) -> dict[str, Any]:
    pairs = list(zip(rounds[ours], rounds[peer], strict=True))
    interval = fold_difference([one.auc - other.auc for one, other in pairs], test_to_train=ratio)
    times = [math.log(one.seconds / other.seconds) for one, other in pairs]
    return {
        "ours": ours,
        "peer": peer,
        "auc": round(interval.difference, 4),
        "low": round(interval.low, 4),
        "high": round(interval.high, 4),
        "beyond_chance": interval.is_beyond_chance,
        "times_the_seconds": round(math.exp(fmean(times)), 2),
    }
