"""How well a policy of suspending in time does on a replayed portfolio: chosen on some customers, judged on others."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Any, Final, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from whiteslip.bench.policy import (
    LIKELY,
    MONEY,
    Plan,
    Scored,
    Thresholds,
    book_of,
    choose,
    expected_loss,
    rank,
)
from whiteslip.bench.portfolio import hold_out
from whiteslip.decisioning.models import challenger, scoring
from whiteslip.decisioning.models.model import Boosted
from whiteslip.decisioning.monitoring.stopped import (
    AimFigure,
    Band,
    MonthFigures,
    Point,
    PolicyFigures,
    Reached,
)
from whiteslip.decisioning.monitoring.stopping import (
    Caught,
    Endings,
    caught,
    caught_again,
    curve,
    curve_again,
    estimate,
    group,
)
from whiteslip.decisioning.rulebooks.chunks import Column
from whiteslip.decisioning.rulebooks.model import RuleBook
from whiteslip.decisioning.samples.folds import Fold, stratified
from whiteslip.decisioning.samples.leaks import auc_alone, rows_only_bad
from whiteslip.decisioning.samples.metrics import auc
from whiteslip.decisioning.samples.model import Bools, Floats, Sample
from whiteslip.kernel.errors import InvalidInput
from whiteslip.kernel.verdict import Outcome
from whiteslip.views.judging import Verdicts, judge_columns

POLICIES: Final = (LIKELY, MONEY)
MODEL: Final = "behavior"

Facts: TypeAlias = "Mapping[str, NDArray[Any]]"
Tell: TypeAlias = Callable[[str], None]


@dataclass(frozen=True, slots=True, eq=False)
class Month:
    """A month end: what models learn from, the facts a book reads, what was owed, and how it ended.

    `ending` says in words what a bad ending is. Rows of all of them are the same customers.
    """

    label: str
    decided_on: str
    ending: str
    sample: Sample
    facts: Facts
    owed_minor: NDArray[np.int64]

    @property
    def endings(self) -> Endings:
        """How everybody ended."""
        return Endings(self.sample.is_bad, self.owed_minor)


class Tried(NamedTuple):
    """A policy on the customers held out of one split."""

    thresholds: Thresholds
    book: RuleBook
    probability: Floats
    verdicts: Verdicts
    endings: Endings

    @property
    def suspended(self) -> Bools:
        """Whom the book suspends."""
        return self.verdicts.outcome == Outcome.SUSPEND


class Split(NamedTuple):
    """One cut of the customers: the model, and each policy as tried on those held out."""

    fold: Fold
    model: Boosted
    auc: float
    tried: Mapping[str, Tried]


def leaks(sample: Sample, *, most_auc: float) -> tuple[str, ...]:
    """Name the columns that give the endings away, as a fact learned only afterward would."""
    found: list[str] = []
    for column in sample.columns:
        alone = auc_alone(column, sample.is_bad)
        if alone >= most_auc:
            found.append(f"{column.name} alone foretells the endings with an AUC of {alone:.3f}")
        elif rows := rows_only_bad(column, sample.is_bad):
            found.append(
                f"{column.name}: its {rows} unusual values stand only where it ended badly"
            )
    return tuple(found)


def learn(sample: Sample, *, seed: int) -> Boosted:
    """Let the model the books read learn from a sample, calibrated on all of it, as thresholds ask for."""
    settings = challenger.Settings(seed=seed, held_out_bads=len(sample))
    return challenger.fit(sample, settings=settings, name=MODEL)


def try_month(month: Month, plan: Plan, *, tell: Tell) -> Iterator[Split]:
    """Cut the customers of a month anew and anew; choose policies on one part, and try them on the other.

    A sample of which a column gives the endings away is `InvalidInput`: its figures would mean nothing.
    """
    if found := leaks(month.sample, most_auc=plan.leak_auc):
        raise InvalidInput(f"{month.label}: {'; '.join(found)}", where="sample")
    for place in range(plan.splits):
        tell(f"{month.label}: split {place + 1} of {plan.splits}")
        fold = hold_out(month.sample.is_bad, seed=plan.seed + place)
        yield _split(month, fold, plan, seed=plan.seed + place)


def figures(month: Month, splits: Sequence[Split], plan: Plan) -> MonthFigures:
    """Sum up the splits of a month."""
    areas = [split.auc for split in splits]
    endings = month.endings
    whole = group(endings, np.ones(len(endings), np.bool_))
    return MonthFigures(
        month=month.label,
        decided_on=month.decided_on,
        ending=month.ending,
        customers=len(endings),
        held_out=len(splits[0].fold.test),
        bads=whole.bads,
        owed_minor=int(month.owed_minor.sum()),
        bad_owed_minor=whole.bad_owed_minor,
        auc=estimate(areas, np.array(areas)),
        policies={name: _policy([each.tried[name] for each in splits], plan) for name in POLICIES},
    )


def aims(splits: Sequence[Split], found: MonthFigures, plan: Plan) -> tuple[AimFigure, ...]:
    """Hold what was reached against the aims, on average and split by split."""
    return tuple(_aims(splits, found, plan))


def month_before(before: Month, now: Month, splits: Sequence[Split], plan: Plan) -> Point:
    """Say what the likeliest by a model of the month before reach now, at the budget's share of those held out.

    It learned from the same customers' earlier month and its ending, which is all a live book could have known.
    """
    share = plan.budget
    values: list[Caught] = []
    drawn: list[Floats] = []
    for place, split in enumerate(splits):
        model = learn(before.sample.take(split.fold.train), seed=plan.seed + place)
        test = now.sample.take(split.fold.test)
        probability = scoring.score(model, test.columns).probability
        endings = now.endings.take(split.fold.test)
        values += curve(probability, endings, [share])
        seed = plan.seed + place
        drawn.append(curve_again(probability, endings, [share], times=plan.draws, seed=seed))
    return _point(share, values, np.concatenate(drawn)[:, :, 0])


def columns_of(
    facts: Facts, probability: Floats, owed_minor: NDArray[np.int64], rows: NDArray[np.intp]
) -> dict[str, Column]:
    """Lay out the facts a book reads of some customers, the scores among them."""
    return {
        **{name: Column(values[rows]) for name, values in facts.items()},
        "default_probability": Column(probability),
        "expected_loss_minor": Column(
            expected_loss(probability, owed_minor[rows]).astype(np.float64)
        ),
    }


def _split(month: Month, fold: Fold, plan: Plan, *, seed: int) -> Split:
    train = month.sample.take(fold.train)
    known = Scored(unseen(train, plan.folds, seed), month.endings.take(fold.train))
    model = learn(train, seed=seed)
    held_out = month.sample.take(fold.test)
    probability = scoring.score(model, held_out.columns).probability
    seen = columns_of(month.facts, probability, month.owed_minor, fold.test)
    endings = month.endings.take(fold.test)
    tried: dict[str, Tried] = {}
    for name in POLICIES:
        thresholds = choose(name, known, plan)
        book = book_of(thresholds)
        verdicts = judge_columns(book, seen, rows=len(fold.test))
        tried[name] = Tried(thresholds, book, probability, verdicts, endings)
    return Split(fold, model, auc(probability, held_out.is_bad), tried)


def unseen(train: Sample, folds: int, seed: int) -> Floats:
    """Score each row by a model that learned from the others."""
    probability = np.empty(len(train))
    for inner in stratified(train.is_bad, folds=folds, seed=seed):
        model = learn(train.take(inner.train), seed=seed)
        probability[inner.test] = scoring.score(model, train.take(inner.test).columns).probability
    return probability


def _policy(tried: Sequence[Tried], plan: Plan) -> PolicyFigures:
    return PolicyFigures(
        reached=_reached(tried, plan),
        outcomes=tuple(
            _band(tried, outcome.label, outcome.label, "", _of_outcome(outcome))
            for outcome in sorted(Outcome, reverse=True)
            if any((each.verdicts.outcome == outcome).any() for each in tried)
        ),
        rules=tuple(
            _band(tried, rule.id, rule.outcome.label, str(rule.reasons[0]), _of_rule(rule.id))
            for rule in tried[0].book.rules
        ),
        curve=tuple(_curve(tried, plan)),
        book=tried[0].book.body,
    )


def _reached(tried: Sequence[Tried], plan: Plan) -> Reached:
    values = [caught(each.endings, each.suspended) for each in tried]
    drawn = np.concatenate(
        [
            caught_again(each.endings, each.suspended, times=plan.draws, seed=plan.seed + place)
            for place, each in enumerate(tried)
        ],
        axis=1,
    )
    return Reached(
        *(estimate([each[n] for each in values], drawn[n]) for n in range(len(Caught._fields)))
    )


def _curve(tried: Sequence[Tried], plan: Plan) -> Iterator[Point]:
    along: list[list[Caught]] = []
    drawn: list[Floats] = []
    for place, each in enumerate(tried):
        score = rank(each.thresholds, each.probability, each.endings.owed_minor)
        along.append(curve(score, each.endings, plan.curve))
        drawn.append(
            curve_again(score, each.endings, plan.curve, times=plan.draws, seed=plan.seed + place)
        )
    again = np.concatenate(drawn)
    for place, share in enumerate(plan.curve):
        yield _point(share, [each[place] for each in along], again[:, :, place])


def _point(share: float, found: Sequence[Caught], again: Floats) -> Point:
    return Point(
        share,
        estimate([each.recall for each in found], again[:, 0]),
        estimate([each.money for each in found], again[:, 1]),
        estimate([each.precision for each in found], again[:, 2]),
    )


def _of_outcome(outcome: Outcome) -> Callable[[Tried], Bools]:
    return lambda each: each.verdicts.outcome == outcome


def _of_rule(rule_id: str) -> Callable[[Tried], Bools]:
    """Where a rule fires; a split whose book has no such step has nobody there."""
    return lambda each: (each.verdicts.fired & np.uint64(each.book.mask(rule_id))) != 0


def _band(
    tried: Sequence[Tried], name: str, outcome: str, reason: str, where: Callable[[Tried], Bools]
) -> Band:
    inside = [group(each.endings, where(each)) for each in tried]
    outside = [group(each.endings, ~where(each)) for each in tried]
    lines, bads = (sum(each[n] for each in inside) for n in (0, 1))
    others, bad_others = (sum(each[n] for each in outside) for n in (0, 1))
    return Band(
        name=name,
        outcome=outcome,
        reason=reason,
        lines=fmean(each.lines for each in inside),
        bads=fmean(each.bads for each in inside),
        bad_rate=bads / lines if lines else float("nan"),
        bad_rate_of_others=bad_others / others if others else float("nan"),
    )


def _aims(splits: Sequence[Split], found: MonthFigures, plan: Plan) -> Iterator[AimFigure]:
    for name, aim in plan.aim.items():
        reached = found.policies[name].reached
        each = [caught(split.tried[name].endings, split.tried[name].suspended) for split in splits]
        for figure in ("share", "recall", "money", "precision"):
            wanted: float = getattr(aim, figure)
            told = getattr(reached, figure)
            most = figure == "share"
            if not wanted:
                continue
            values = [getattr(one, figure) for one in each]
            met = sum(value <= wanted if most else value >= wanted for value in values)
            is_met = told.mean <= wanted if most else told.mean >= wanted
            yield AimFigure(name, figure, wanted, told, is_met, met, len(splits))
