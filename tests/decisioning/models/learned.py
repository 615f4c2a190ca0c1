"""A sample with everything tables have, and a model learned from it once."""

from __future__ import annotations

from functools import cache

import numpy as np

from whiteslip.decisioning.models.challenger import Settings, fit
from whiteslip.decisioning.models.model import Boosted
from whiteslip.decisioning.samples.model import CategoryColumn, NumberColumn, Sample
from whiteslip.kernel.reason import ReasonCode

SETTINGS = Settings(seed=7)
REASONS = {
    "late": ReasonCode.REPEATEDLY_LATE,
    "used": ReasonCode.HIGH_UTILIZATION,
    "work": ReasonCode.UNSTABLE_INCOME,
}
WORK = ("wage", "own", "none")


def sample_of(rows: int = 3_000, *, seed: int = 1) -> Sample:
    """Risk rises with use and lateness, a code of -7 is bad, work matters, noise does not."""
    generator = np.random.default_rng(seed)
    late = generator.integers(0, 5, rows).astype(np.float64)
    late[generator.random(rows) < 0.1] = -7
    used = generator.random(rows)
    used[generator.random(rows) < 0.1] = np.nan
    work = generator.integers(-1, 3, rows).astype(np.int32)
    risk = 0.7 * np.where(late == -7, 4, late) + 2 * np.nan_to_num(used, nan=0.5)
    risk += np.array([0.0, 1.0, 2.0, 0.5])[work] - 4.5
    return Sample(
        (
            NumberColumn("late", late, (-7.0,)),
            NumberColumn("used", used),
            CategoryColumn("work", work, WORK),
            NumberColumn("noise", generator.normal(size=rows)),
        ),
        generator.random(rows) < 1 / (1 + np.exp(-risk)),
        {"used": 1},
    )


@cache
def learned() -> Boosted:
    """Return the model of the sample."""
    return fit(sample_of(), settings=SETTINGS, name="test", version=1, reasons=REASONS)
