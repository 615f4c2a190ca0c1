"""Fees by days: what each row revolved, by the row that gathered its fee, to the millionth of a minor unit."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from itertools import groupby
from typing import NamedTuple

from whiteslip.kernel.calendar import ONE_DAY
from whiteslip.kernel.errors import invariant
from whiteslip.kernel.rate import WHOLE_PPM
from whiteslip.money.replays.explained import Accrual
from whiteslip.money.replays.life import Life
from whiteslip.money.replays.model import Act, Row, Step


class Run(NamedTuple):
    """Days in a row on which one row gathered fees, by the last of them."""

    key: str
    last: date


def check_accrual(row: Row, step: Step) -> Accrual:
    """Say days of a fee as their formula: base × rate × days + carried in = charged + carried on; raise if it is not.

    Of what revolves the charge is worked out, for another row gathers it.
    """
    charged, carried = divmod(
        step.base_minor * step.rate_ppm * step.days + step.carried_in_ppm, WHOLE_PPM
    )
    invariant(
        carried == step.carried_out_ppm
        and (step.act is Act.REVOLVED or charged == step.late_fee_minor),
        f"the days of row {row.installment_id} from {step.on} are what was charged",
    )
    return Accrual(
        row.installment_id,
        step.base_minor,
        step.rate_ppm,
        step.days,
        step.carried_in_ppm,
        charged,
        carried,
    )


def by_run(life: Life) -> Mapping[Run, list[Accrual]]:
    """Say of the days on which rows gathered fees which days of which principal they are of.

    A day on which nothing whole was charged is told with the next day on which something was.
    """
    runs = sorted((run.last, run) for run in _runs(life))
    gathered: dict[Run, list[Accrual]] = defaultdict(list)
    for row in life.rows.values():
        for step in row.steps:
            if step.act is Act.REVOLVED:
                for run, accrual in _sliced(row, step, runs):
                    gathered[run].append(accrual)
    return gathered


def runs_of(row: Row) -> Iterator[tuple[bool, tuple[Step, ...]]]:
    """Give the steps of a row, those of days in a row on which it gathered fees together, and whether they are."""
    for place, some in groupby(enumerate(row.steps), key=_place):
        yield place < 0, tuple(step for _, step in some)


def _place(placed: tuple[int, Step]) -> int:
    place, step = placed
    return -1 if step.act is Act.ACCRUED and not step.base_minor else place


def _runs(life: Life) -> Iterator[Run]:
    for row in life.rows.values():
        for is_run, steps in runs_of(row):
            if is_run:
                yield Run(row.key, steps[-1].on)


def _sliced(
    row: Row, step: Step, runs: Sequence[tuple[date, Run]]
) -> Iterator[tuple[Run, Accrual]]:
    """Cut days of one base where another run begins."""
    on, end = step.on, step.on + timedelta(days=step.days - 1)
    carried = step.carried_in_ppm
    for last, run in runs[bisect_left(runs, (on, Run("", date.min))) :]:
        if on > end:
            return
        until = min(last, end)
        count = (until - on).days + 1
        cut = step._replace(on=on, days=count, carried_in_ppm=carried)
        carried = (step.base_minor * step.rate_ppm * count + carried) % WHOLE_PPM
        yield run, check_accrual(row, cut._replace(carried_out_ppm=carried))
        on = until + ONE_DAY
