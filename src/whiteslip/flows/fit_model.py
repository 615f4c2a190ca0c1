"""Fit models to any table: read it, learn, and judge what was learned on rows it had not seen."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Final, Literal, NamedTuple, TypeAlias

import numpy as np
from msgspec import structs

from whiteslip.decisioning.models import challenger
from whiteslip.decisioning.models import scoring as models
from whiteslip.decisioning.models.encoding import features_of
from whiteslip.decisioning.models.explaining import harm, worst
from whiteslip.decisioning.models.model import Boosted, Model, Scores
from whiteslip.decisioning.models.scoring import names_read
from whiteslip.decisioning.samples import describing, folds
from whiteslip.decisioning.samples.fitted import (
    Fitted,
    FoldRow,
    Learned,
    Source,
    Strength,
    read_as,
)
from whiteslip.decisioning.samples.measuring import counts_between, measure, score_edges, score_psi
from whiteslip.decisioning.samples.metrics import auc, ks
from whiteslip.decisioning.samples.model import (
    Bools,
    Floats,
    Sample,
)
from whiteslip.decisioning.samples.preparing import Tell, prepare
from whiteslip.decisioning.samples.profiling import Limits
from whiteslip.decisioning.samples.schema import Schema
from whiteslip.decisioning.scorecards import fitting
from whiteslip.decisioning.scorecards.model import Scorecard
from whiteslip.infra.tables import RawTable
from whiteslip.kernel.errors import InvalidInput
from whiteslip.kernel.reason import MOST_REASONS, ReasonCode

MOST_EXPLAINED: Final = 500
FEW_SCORES: Final = 200

KindOfModel: TypeAlias = Literal["scorecard", "boosted"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is to be fitted. `file` is how the table is called in accounts of it."""

    file: str
    target: str
    name: str
    version: int = 1
    kinds: tuple[KindOfModel, ...] = ("scorecard",)
    bad: tuple[str, ...] = ()
    schema: Schema = field(default_factory=Schema)
    include: Collection[str] = ()
    folds: int = 5
    seed: int = 1
    limits: Limits = field(default_factory=Limits)


class _Model(NamedTuple):
    """A fitted model of either kind, its notes, and what matters to it."""

    model: Model
    notes: tuple[str, ...]
    strengths: tuple[Strength, ...]


def fit_model(raw: RawTable, wanted: Wanted, *, tell: Tell | None = None) -> Fitted:
    """Fit the wanted models. What cannot be read or learned from is `InvalidInput`.

    Binning, selection and calibration are learned anew in every fold, so the cross-validated
    figures are of rows that had no say in anything that looks at endings.
    """
    tell = tell or _silent
    prepared = prepare(
        raw.columns,
        target=wanted.target,
        schema=wanted.schema,
        bad=wanted.bad,
        include=wanted.include,
        limits=wanted.limits,
        tell=tell,
    )
    sample = prepared.sample
    learned = _Learner(sample, wanted, _reasons(wanted.schema, sample), tell).learn_all()
    probability = learned[0][1]
    return Fitted(
        name=wanted.name,
        version=wanted.version,
        target=wanted.target,
        bad=prepared.target.bad,
        good=prepared.target.good,
        source=Source(wanted.file, raw.kind, raw.checksum, raw.rows, raw.notes),
        rows=len(sample),
        bads=int(np.count_nonzero(sample.is_bad)),
        seed=wanted.seed,
        recipes=tuple(read_as(recipe) for recipe in prepared.recipes),
        columns=describing.accounts(prepared),
        spreads=tuple(describing.spread(each, sample.is_bad) for each in sample.columns),
        learned=tuple(each for each, _ in learned),
        groups=tuple(describing.groups(prepared, probability)),
    )


def name_from(stem: str) -> str:
    """Make a model's name of a file's: "Kredit 2024" becomes kredit-2024."""
    name = re.sub(r"[^a-z0-9_]+", "-", stem.lower()).strip("-_")[:63]
    return name or "model"


def _silent(_what: str, _done: int, _whole: int) -> None:
    return


def _reasons(schema: Schema, sample: Sample) -> dict[str, ReasonCode]:
    used = {column.name for column in sample.columns}
    return {
        name: wish.reason
        for name, wish in schema.columns.items()
        if wish.reason is not None and name in used
    }


@dataclass(frozen=True, slots=True, eq=False)
class _Learner:
    """Learns from a sample what is wanted."""

    sample: Sample
    wanted: Wanted
    reasons: Mapping[str, ReasonCode]
    tell: Tell

    def learn_all(self) -> list[tuple[Learned, Floats]]:
        """Learn each kind and give its cross-validated probabilities too.

        Where several are wanted, one that cannot be learned is left out and the others say so.
        """
        refused: list[str] = []
        learned: list[tuple[Learned, Floats]] = []
        for kind in self.wanted.kinds:
            try:
                learned.append(self._learn(kind))
            except InvalidInput as error:
                refused.append(f"no {kind}: {error}")
        if not learned:
            raise InvalidInput("; ".join(refused))
        return [
            (structs.replace(each, notes=(*each.notes, *refused)), probability)
            for each, probability in learned
        ]

    def _learn(self, kind: KindOfModel) -> tuple[Learned, Floats]:
        """Fit on all rows, and once for each fold to be judged on the rows left out."""
        sample = self.sample
        fitted = _FITS[kind](sample, self.wanted, self.reasons)
        own = models.score(fitted.model, sample.columns).probability
        parts, notes = _parts(sample.is_bad, self.wanted)
        probability, points = np.empty(len(sample)), np.empty(len(sample))
        rows: list[FoldRow] = []
        for place, fold in enumerate(parts, 1):
            self.tell(f"{kind} folds", place, len(parts))
            scored, failure = self._judge(kind, fold)
            notes += failure
            known = len(fold.train)
            judged = probability[fold.test] = scored.probability[known:]
            if scored.points is not None:
                points[fold.test] = scored.points[known:]
            psi = score_psi(scored.probability[:known], judged)
            rows.append(_fold_row(judged, sample.is_bad[fold.test], psi))
        # A card has few scores, each model others: only its own show how it spreads people. Trees
        # have many, and flatter the rows they learned from: the others show it better, unless these
        # trees have few scores too.
        has_few = kind == "scorecard" or len(np.unique(own)) < FEW_SCORES
        usual = own if has_few else probability
        edges = score_edges(usual)
        learned = Learned(
            kind=kind,
            body=models.write(fitted.model),
            cross=measure(
                probability, sample.is_bad, points=points if kind == "scorecard" else None
            ),
            own_auc=auc(own, sample.is_bad),
            own_ks=ks(own, sample.is_bad),
            folds=tuple(rows),
            strengths=fitted.strengths,
            reasons=_top_reasons(fitted.model, sample, own),
            edges=edges,
            baseline=counts_between(usual, edges),
            notes=(*notes, *fitted.notes),
        )
        return learned, probability

    def _judge(self, kind: KindOfModel, fold: folds.Fold) -> tuple[Scores, tuple[str, ...]]:
        """Score the rows of a fold, those learned from first; what learns nothing says the bad rate."""
        train = self.sample.take(fold.train)
        everyone = [column.take(np.concatenate(fold)) for column in self.sample.columns]
        try:
            fitted = _FITS[kind](train, self.wanted, self.reasons)
            return models.score(fitted.model, everyone), ()
        except InvalidInput as error:
            rows = len(self.sample)
            flat = Scores(np.zeros(rows), np.full(rows, float(train.is_bad.mean())))
            return flat, (f"one fold learned nothing: {error}",)


def _top_reasons(model: Model, sample: Sample, probability: Floats) -> tuple[Strength, ...]:
    """Count what counts most against the riskiest fifth; of a boosted model only a few are asked."""
    riskiest = np.argsort(-probability, kind="stable")[: max(1, len(sample) // 5)]
    if isinstance(model, Boosted):
        riskiest = riskiest[:: max(1, len(riskiest) // MOST_EXPLAINED)]
    places = worst(harm(model, sample.columns, rows=riskiest), most=MOST_REASONS)
    names = names_read(model)
    counts = np.bincount(places[places >= 0], minlength=len(names)) / len(riskiest)
    order: list[int] = np.argsort(-counts, kind="stable").tolist()
    return tuple(Strength(names[place], float(counts[place])) for place in order if counts[place])


def _fold_row(probability: Floats, is_bad: Bools, psi: float) -> FoldRow:
    bads = int(np.count_nonzero(is_bad))
    return FoldRow(len(is_bad), bads, auc(probability, is_bad), ks(probability, is_bad), psi)


def _parts(is_bad: Bools, wanted: Wanted) -> tuple[tuple[folds.Fold, ...], tuple[str, ...]]:
    """Cut into the wanted folds, or into fewer if a fold would hold less than two bad or good rows."""
    bads = int(np.count_nonzero(is_bad))
    most = min(bads, len(is_bad) - bads) // 2
    count = max(2, min(wanted.folds, most))
    notes = () if count == wanted.folds else (f"{count} folds, as there are only {bads} bad rows",)
    return folds.stratified(is_bad, folds=count, seed=wanted.seed), notes


def _fit_card(sample: Sample, wanted: Wanted, reasons: Mapping[str, ReasonCode]) -> _Model:
    fit = fitting.fit(
        sample,
        name=wanted.name,
        version=wanted.version,
        description=_about(wanted),
        reasons=reasons,
    )
    return _Model(fit.scorecard, fit.notes, _card_strengths(fit.scorecard))


def _fit_boosted(sample: Sample, wanted: Wanted, reasons: Mapping[str, ReasonCode]) -> _Model:
    model = challenger.fit(
        sample,
        settings=challenger.Settings(seed=wanted.seed),
        name=wanted.name if len(wanted.kinds) == 1 else f"{wanted.name}-boosted",
        version=wanted.version,
        description=_about(wanted),
        reasons=reasons,
    )
    return _Model(model, (f"{model.learning.rounds} trees",), _boosted_strengths(model))


def _about(wanted: Wanted) -> str:
    return f"Fitted to {wanted.target} of {wanted.file}"


def _card_strengths(card: Scorecard) -> tuple[Strength, ...]:
    """Rank variables by how far their points spread over the training rows."""
    moved: dict[str, float] = {}
    for variable in card.variables:
        counts = np.array([each.count for each in variable.slots], dtype=np.float64)
        points = np.array([each.points for each in variable.slots])
        mean = np.average(points, weights=counts)
        moved[variable.name] = float(np.sqrt(np.average((points - mean) ** 2, weights=counts)))
    return _shares(moved)


def _boosted_strengths(model: Boosted) -> tuple[Strength, ...]:
    """Rank inputs by the gain of the splits that use them."""
    gains = np.asarray(model.booster.feature_importance("gain"), dtype=np.float64)
    moved = dict.fromkeys((source.name for source in model.inputs), 0.0)
    for gain, owner in zip(gains.tolist(), features_of(model.inputs).owners, strict=True):
        moved[model.inputs[owner].name] += gain
    return _shares(moved)


def _shares(moved: Mapping[str, float]) -> tuple[Strength, ...]:
    whole = sum(moved.values()) or 1.0
    ordered = sorted(moved.items(), key=lambda each: -each[1])
    return tuple(Strength(name, amount / whole) for name, amount in ordered if amount > 0)


_FITS: Final[Mapping[KindOfModel, Callable[[Sample, Wanted, Mapping[str, ReasonCode]], _Model]]] = {
    "scorecard": _fit_card,
    "boosted": _fit_boosted,
}
