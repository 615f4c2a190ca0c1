"""A cut-off solved from the risk appetite on a replayed portfolio, each scored by a model that has not seen them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from whiteslip.bench.policy import Plan
from whiteslip.bench.portfolio import hold_out
from whiteslip.bench.suspend import Month, leaks, learn, unseen
from whiteslip.decisioning.models import scoring
from whiteslip.decisioning.samples.model import Floats
from whiteslip.kernel.errors import InvalidInput
from whiteslip.risk.appetite.solving import (
    Bounds,
    Cases,
    Method,
    Solution,
    check_enough,
    solve_and_check,
)

Tell: TypeAlias = Callable[[str], None]


def solve_month(
    month: Month, bounds: Bounds, method: Method, plan: Plan, *, tell: Tell
) -> Solution:
    """Solve on a part of the customers of a month and check on the rest, anew for every split.

    On the part solved on each is scored by a model of the others of it; the rest is scored by a model of the part. A
    sample of which a column gives the endings away is `InvalidInput`.
    """
    sample, endings = month.sample, month.endings
    if found := leaks(sample, most_auc=plan.leak_auc):
        raise InvalidInput(f"{month.label}: {'; '.join(found)}", where="sample")
    tell(f"{month.label}: all customers")
    score = unseen(sample, plan.folds, method.seed)
    whole = Cases(score, endings.owed_minor, endings.is_bad)
    check_enough(whole, method)
    parts: list[tuple[Cases, Cases]] = []
    for place in range(method.splits):
        tell(f"{month.label}: split {place + 1} of {method.splits}")
        seed = method.seed + place
        fold = hold_out(sample.is_bad, seed=seed)
        known, others = sample.take(fold.train), sample.take(fold.test)
        model = learn(known, seed=seed)
        of_others = scoring.score(model, others.columns).probability
        parts.append(
            (
                _cases(month, fold.train, unseen(known, plan.folds, seed)),
                _cases(month, fold.test, of_others),
            )
        )
    return solve_and_check(whole, parts, bounds, method)


def _cases(month: Month, rows: NDArray[np.intp], score: Floats) -> Cases:
    endings = month.endings.take(rows)
    return Cases(score, endings.owed_minor, endings.is_bad)
