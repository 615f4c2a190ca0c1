"""The replayed book as its owner would look at it, each figure beside a second computation from the raw panel."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from math import sqrt
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from whiteslip.flows.warn_early import warn_early
from whiteslip.infra.database import Connection, Database
from whiteslip.infra.sql import Sql
from whiteslip.kernel.calendar import ZONE
from whiteslip.kernel.errors import InvariantBroken
from whiteslip.kernel.rate import WHOLE_PPM
from whiteslip.risk.portfolio.loss import Exposure, Losses, LossTerms, expect
from whiteslip.risk.portfolio.model import Standing
from whiteslip.risk.signals.model import Evaluation
from whiteslip.views.portfolio import (
    LossView,
    RollView,
    VintageView,
    loss_terms,
    show_losses,
    show_rolls,
    show_vintages,
)
from whiteslip.world import raw_book
from whiteslip.world.panel import Ints, Panel
from whiteslip.world.profiles import Profile
from whiteslip.world.raw_book import STANDINGS, RawBook
from whiteslip.world.real_words import Cuts, cuts
from whiteslip.world.replay import Tell, replay
from whiteslip.world.result import ReplayResult

sql = Sql(__package__)

OVER_DAYS = (30, 60, 90)
EDUCATION, AGE = "EDUCATION", "AGE"
_Z = 1.959964
"""The 97.5th percentile of the normal distribution."""


class Check(NamedTuple):
    """A kind of figure that was computed twice: how many were compared, and how many differ."""

    name: str
    compared: int
    differing: int


class Group(NamedTuple):
    """Customers of one group: how many, how many defaulted in the month after, what they owed at the last month end."""

    by: str
    place: int
    customers: int
    defaulted: int
    owed_minor: int

    @property
    def interval(self) -> tuple[float, float]:
        """95 % of the share that defaulted, by Wilson's score (1927); all of it where there is nobody."""
        if not self.customers:
            return 0.0, 1.0
        n, p = self.customers, self.defaulted / self.customers
        middle = (p + _Z**2 / (2 * n)) / (1 + _Z**2 / n)
        half = _Z * sqrt(p * (1 - p) / n + _Z**2 / (4 * n * n)) / (1 + _Z**2 / n)
        return max(0.0, middle - half), min(1.0, middle + half)


@dataclass(frozen=True, slots=True, eq=False)
class Kept:
    """What the book kept of each month end, customers in the panel's order: owed and days late by month end."""

    owed_minor: Ints
    days_late: Ints
    limits_minor: Ints

    @property
    def standing(self) -> Ints:
        """The place in `STANDINGS` of every line at the last month end."""
        late = np.minimum(2 + (self.days_late[:, -1] + 29) // 30, len(STANDINGS) - 1)
        return np.where(self.owed_minor[:, -1] > 0, late, 1)


@dataclass(frozen=True, slots=True)
class RealBook:
    """Everything the report tells; `losses` are by band of limit, `view` the same as the portfolio shows them."""

    replayed: ReplayResult
    rolls: RollView
    vintages: VintageView
    view: LossView
    losses: tuple[Losses, ...]
    warnings: Mapping[date, tuple[Evaluation, ...]]
    groups: tuple[Group, ...]
    checks: tuple[Check, ...]

    @property
    def agrees(self) -> bool:
        """Whether the replay is faultless and every figure equals its second computation."""
        return self.replayed.faultless and not any(one.differing for one in self.checks)

    def as_json(self) -> dict[str, object]:
        """The figures as plain data."""
        return {
            "customers": self.replayed.panel.customers,
            "agrees": self.agrees,
            "checks": [one._asdict() for one in self.checks],
            "rates": [one._asdict() for one in self.rolls.rates],
            "flows": [one._asdict() for one in self.rolls.flows],
            "vintages": [
                one._asdict() | {"points": [each._asdict() for each in one.points]}
                for one in self.vintages.vintages
            ],
            "warnings": {
                f"{on}": [one._asdict() for one in found] for on, found in self.warnings.items()
            },
            "groups": [one._asdict() | {"interval": one.interval} for one in self.groups],
            "losses": [
                {
                    "scenario": one.scenario,
                    "total": one.total._asdict(),
                    "bands": [each._asdict() for each in one.segments],
                    "stages": [each._asdict() for each in one.stages],
                }
                for one in self.losses
            ],
        }


def live(database: Database, panel: Panel, profile: Profile, *, tell: Tell) -> RealBook:
    """Replay a panel on an empty database, warn early as each month closes, and compute every figure twice."""
    warned: dict[date, tuple[Evaluation, ...]] = {}

    def look(_month: int, day: date) -> None:
        report = warn_early(database, at=datetime.combine(day, time(12), tzinfo=ZONE))
        warned[report.on] = report.evaluations

    replayed = replay(database, panel, profile, tell=tell, look=look)
    raw = raw_book.recompute(panel, profile)
    kept = database.read(lambda db: read_kept(db, panel, raw.month_ends))
    rolls = database.read(lambda db: show_rolls(db, months=len(profile.months)))
    vintages, view = database.read(show_vintages), database.read(show_losses)
    cut, terms = cuts(), loss_terms()
    losses = tuple(expect(_exposures(kept, cut), rolls.rates, terms))
    groups = tuple(group_customers(panel, kept.limits_minor, kept, cut))
    checks = (
        check_month_ends(kept, raw),
        check_rolls(rolls, raw),
        check_flows(rolls, raw),
        _check_vintages(vintages, raw),
        check_warnings(warned, raw),
        _check_groups(groups, panel, raw, cut),
        _check_losses(losses, view, again=_Again(panel, raw, cut, terms)),
    )
    return RealBook(replayed, rolls, vintages, view, losses, warned, groups, checks)


def read_kept(db: Connection, panel: Panel, month_ends: Sequence[date]) -> Kept:
    """Read what the book kept of each month end, in the panel's order."""
    customers = {row.customer_id: row.reference for row in sql.many(db, "read_references")}
    places = {str(each): place for place, each in enumerate(panel.ids.tolist())}
    months = {on: place for place, on in enumerate(month_ends)}
    owed = np.zeros((panel.customers, len(months)), np.int64)
    late, limits = np.zeros_like(owed), panel.limits_minor.copy()
    for row in sql.many(db, "read_month_ends"):
        if row.month_end not in months:
            raise InvariantBroken(f"the book kept a month end at {row.month_end}")
        place, month = places[customers[row.customer_id]], months[row.month_end]
        owed[place, month], late[place, month] = row.owed_minor, row.days_past_due
        limits[place] = row.fixed_limit_minor
    return Kept(owed, late, limits)


def group_customers(panel: Panel, limits_minor: Ints, kept: Kept, cut: Cuts) -> list[Group]:
    """Cut the customers into groups by limit, age, education and standing, and count who defaulted."""
    age = np.searchsorted(np.array(cut.age_edges), panel.others[AGE])
    learned = panel.others[EDUCATION]
    known = np.where((learned >= 1) & (learned <= 4), learned, 0)
    limit = np.searchsorted(np.array(cut.limit_edges_minor), limits_minor)
    found: list[Group] = []
    for by, place in (
        ("limit", limit),
        ("age", age),
        ("education", known),
        ("standing", kept.standing),
    ):
        for each in np.unique(place).tolist():
            mine = place == each
            defaulted = int(panel.defaulted[mine].sum())
            owed = int(kept.owed_minor[mine, -1].sum())
            found.append(Group(by, each, int(mine.sum()), defaulted, owed))
    return found


def _exposures(kept: Kept, cut: Cuts) -> list[Exposure]:
    """Sum what lines owed at the last month end by band of limit and standing."""
    band = np.searchsorted(np.array(cut.limit_edges_minor), kept.limits_minor)
    owed, standing = kept.owed_minor[:, -1], kept.standing
    found: list[Exposure] = []
    for each in np.unique(band).tolist():
        for place in np.unique(standing[(band == each) & (owed > 0)]).tolist():
            mine = (band == each) & (standing == place)
            where = Standing(STANDINGS[place])
            found.append(Exposure(str(each), where, int(mine.sum()), int(owed[mine].sum())))
    return found


def check_month_ends(kept: Kept, raw: RawBook) -> Check:
    """Compare what lines owed and how late they were, line by line and month by month."""
    wrong = (kept.owed_minor != raw.owed_minor) | (kept.days_late != raw.days_late)
    return Check("month ends", wrong.size, int(wrong.sum()))


def check_rolls(rolls: RollView, raw: RawBook) -> Check:
    """Compare the moves between standings, cell by cell."""
    found = np.zeros((len(STANDINGS), len(STANDINGS)), np.int64)
    for rate in rolls.rates:
        found[STANDINGS.index(rate.before), STANDINGS.index(rate.after)] = rate.lines
    wrong = found != raw_book.rolled(raw)
    return Check("roll rates", wrong.size, int(wrong.sum()))


def check_flows(rolls: RollView, raw: RawBook) -> Check:
    """Compare each bucket's way through the last month."""
    before, after = raw.standing[:, -2], raw.standing[:, -1]
    wrong = 0
    for flow in rolls.flows:
        place = STANDINGS.index(flow.standing)
        there, here = before == place, after == place
        owed = raw.owed_minor
        again = (
            int(there.sum()),
            int((there & here).sum()),
            int((there & (after > place)).sum()),
            int((there & (after < place)).sum()),
            int((here & ~there).sum()),
            int(here.sum()),
            int(owed[there, -2].sum()),
            int(owed[here, -1].sum()),
        )
        wrong += tuple(flow[1:]) != again
    return Check("flows", len(rolls.flows), wrong)


def _check_vintages(found: VintageView, raw: RawBook) -> Check:
    curves = {one.over_days: one for one in found.vintages}
    compared = wrong = 0
    for over in OVER_DAYS:
        again = raw_book.ever_late(raw, over).tolist()
        told = [point.lines for point in curves[over].points]
        compared += len(again)
        wrong += sum(a != b for a, b in zip(again, told, strict=True))
    return Check("vintages", compared, wrong)


def check_warnings(warned: Mapping[date, Sequence[Evaluation]], raw: RawBook) -> Check:
    """Compare the indicators that the panel can tell, month by month."""
    compared = wrong = 0
    for month, on in enumerate(raw.month_ends):
        told = {one.indicator: (one.hits, one.out_of) for one in warned[on]}
        for name, again in raw_book.measured(raw, month).items():
            compared += 1
            wrong += told[name] != again
    return Check("warnings", compared, wrong)


def _check_groups(groups: Sequence[Group], panel: Panel, raw: RawBook, cut: Cuts) -> Check:
    """Count each group again with masks of its own, the limits and debts as the raw panel has them."""
    wrong = 0
    for one in groups:
        mine = _members(one, panel, raw, cut)
        again = (
            int(mine.sum()),
            int(panel.defaulted[mine].sum()),
            int(raw.owed_minor[mine, -1].sum()),
        )
        wrong += again != (one.customers, one.defaulted, one.owed_minor)
    whole = [
        sum(one.customers for one in groups if one.by == by) for by in {one.by for one in groups}
    ]
    wrong += sum(count != panel.customers for count in whole)
    return Check("segments", len(groups) + len(whole), wrong)


def _members(one: Group, panel: Panel, raw: RawBook, cut: Cuts) -> NDArray[np.bool_]:
    match one.by:
        case "limit":
            return _between(panel.limits_minor, cut.limit_edges_minor, one.place)
        case "age":
            return _between(panel.others[AGE], cut.age_edges, one.place)
        case "education":
            learned = panel.others[EDUCATION]
            return learned == one.place if one.place else ~np.isin(learned, (1, 2, 3, 4))
        case _:
            return raw.standing[:, -1] == one.place


def _between(values: Ints, edges: Sequence[int], place: int) -> NDArray[np.bool_]:
    low = edges[place - 1] if place else np.iinfo(np.int64).min
    high = edges[place] if place < len(edges) else np.iinfo(np.int64).max
    return (values > low) & (values <= high)


class _Again(NamedTuple):
    """What the second computation of losses goes by."""

    panel: Panel
    raw: RawBook
    cut: Cuts
    terms: LossTerms


def _check_losses(losses: Sequence[Losses], view: LossView, *, again: _Again) -> Check:
    """Compare each band and the whole with the matrices' chain; a cell may round to the other side by one minor unit.

    The bands go by days past due. What the view shows goes by the stage each line was kept in, where a line that was in
    default stays for a while, so its amounts are compared by days and its losses by stage.
    """
    panel, raw, cut, terms = again
    counts, standing = raw_book.rolled(raw), raw.standing[:, -1]
    owed_of = raw.owed_minor[:, -1]
    scenarios = {one.name: (one.worsens_ppm, one.recoveries_ppm) for one in terms.scenario}
    shown = {one.scenario: one for one in view.losses}
    compared = wrong = 0
    for one in losses:
        path, recoveries = scenarios.get(one.scenario, ((WHOLE_PPM,), WHOLE_PPM))
        for segment in one.segments:
            mine = _between(panel.limits_minor, cut.limit_edges_minor, int(segment.name))
            places = np.unique(standing[mine & (owed_of > 0)]).tolist()
            amounts = {each: int(owed_of[mine & (standing == each)].sum()) for each in places}
            told = _lost(amounts, counts, terms, path, recoveries)
            compared += 1
            wrong += abs(told - segment.loss_minor) > len(amounts)
        compared += 3
        wrong += sum(segment.loss_minor for segment in one.segments) != one.total.loss_minor
        kept = _by_stage(shown[one.scenario])
        third = sum(
            _lost(some, counts, terms, path, recoveries, stage=at) for at, some in kept.items()
        )
        wrong += abs(shown[one.scenario].total.loss_minor - third) > len(shown[one.scenario].cells)
        owing = {
            each: int(owed_of[standing == each].sum()) for each in np.unique(standing).tolist()
        }
        summed = sum((Counter(some) for some in kept.values()), Counter[int]())
        wrong += summed != Counter({each: sum_ for each, sum_ in owing.items() if sum_})
    return Check("losses", compared, wrong)


def _by_stage(losses: Losses) -> dict[int, Counter[int]]:
    """Sum what is owed by stage and standing."""
    found: dict[int, Counter[int]] = {}
    for cell in losses.cells:
        place = STANDINGS.index(cell.standing)
        found.setdefault(cell.stage, Counter())[place] += cell.owed_minor
    return found


def _lost(
    amounts: Mapping[int, int],
    counts: Ints,
    terms: LossTerms,
    path: Sequence[int],
    recoveries: int,
    *,
    stage: int | None = None,
) -> int:
    return raw_book.losses(
        amounts,
        counts,
        prior_lines=terms.prior_lines,
        worsens=[terms.worsens_ppm[Standing(name)] / WHOLE_PPM for name in STANDINGS[2:6]],
        lost=[terms.loss_ppm[Standing(name)] / WHOLE_PPM for name in STANDINGS[2:]],
        months=(terms.stage_1_months, terms.stage_2_months),
        path=[each / WHOLE_PPM for each in path],
        recoveries=recoveries / WHOLE_PPM,
        stage=stage,
    )
