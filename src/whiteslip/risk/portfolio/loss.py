"""Expected loss by stage and under stress: chances of default from roll rates, and sums that add up to the cent."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Annotated, NamedTuple, TypeAlias

from msgspec import Meta, Struct

from whiteslip.kernel.errors import InvalidInput, invariant
from whiteslip.kernel.money import Minor
from whiteslip.kernel.parameters import read_parameters
from whiteslip.kernel.rate import WHOLE_PPM
from whiteslip.risk.portfolio.classes import Stage
from whiteslip.risk.portfolio.economy import Economy, EconomyTerms
from whiteslip.risk.portfolio.model import Rate, Standing
from whiteslip.risk.portfolio.rules import BUCKETS, late_from

_FILE = "loss.toml"
DEFAULTED = frozenset(late_from(90))
"""IFRS 9, stage 3: more than 90 days past due."""
WORSE = frozenset(late_from(30)) - DEFAULTED
"""IFRS 9, stage 2: more than 30 days past due."""
PERFORMING = tuple(each for each in BUCKETS if each not in DEFAULTED)
BASE = "base"
ECONOMY = "economy"

Part: TypeAlias = Annotated[int, Meta(ge=0, le=WHOLE_PPM)]
Times: TypeAlias = Annotated[int, Meta(ge=0, le=10 * WHOLE_PPM)]
Months: TypeAlias = Annotated[int, Meta(ge=1, le=120)]
Row: TypeAlias = dict[Standing, float]


class Segment(Struct, frozen=True, forbid_unknown_fields=True):
    """What a scenario does to the lines of one product."""

    worsens_ppm: Annotated[tuple[Times, ...], Meta(min_length=1, max_length=120)]
    recoveries_ppm: Part


class Scenario(Segment, frozen=True, forbid_unknown_fields=True):
    """A path of the months to come, for all lines but those of `segments`."""

    name: Annotated[str, Meta(pattern="^[a-z][a-z0-9-]{0,39}$")]
    why: Annotated[str, Meta(min_length=1)]
    segments: dict[str, Segment] = {}

    def of(self, segment: str) -> Segment:
        """Return what it does to a segment."""
        return self.segments.get(segment, self)


class LossTerms(Struct, frozen=True, forbid_unknown_fields=True):
    """The parameters, as `data/loss.toml` explains them."""

    history_months: Annotated[int, Meta(ge=1, le=36)]
    stage_1_months: Months
    stage_2_months: Months
    prior_lines: Annotated[int, Meta(ge=1, le=100_000)]
    worsens_ppm: dict[Standing, Part]
    loss_ppm: dict[Standing, Part]
    economy: EconomyTerms
    scenario: tuple[Scenario, ...]


class Exposure(NamedTuple):
    """What the lines of a segment that stand in one bucket owe at a month end; without a stage, by days past due."""

    segment: str
    standing: Standing
    lines: int
    owed_minor: Minor
    stage: Stage | None = None


class Loss(NamedTuple):
    """What is expected to be lost of an exposure: owed x chance of default x part lost, in whole minor units."""

    segment: str
    standing: Standing
    stage: Stage
    lines: int
    owed_minor: Minor
    default_chance: float
    lost_share: float
    loss_minor: Minor


class Sum(NamedTuple):
    """Losses of one name summed."""

    name: str
    lines: int
    owed_minor: Minor
    loss_minor: Minor


class Losses(NamedTuple):
    """The losses of one scenario cell by cell, and their sums: the total is that of the segments and of the stages."""

    scenario: str
    cells: tuple[Loss, ...]
    segments: tuple[Sum, ...]
    stages: tuple[Sum, ...]
    total: Sum


def stage_of(where: Standing) -> Stage:
    """Name the stage of IFRS 9 by days past due."""
    if where in DEFAULTED:
        return 3
    return 2 if where in WORSE else 1


def expect(
    exposures: Sequence[Exposure],
    rates: Iterable[Rate],
    terms: LossTerms,
    foreseen: Economy | None = None,
) -> list[Losses]:
    """Foretell the losses as they are expected, on the path of the economy where it is known, and of every scenario."""
    chain = monthly(rates, terms)
    paths: list[tuple[str, tuple[int, ...]]] = [(BASE, (WHOLE_PPM,))]
    if foreseen is not None and foreseen.worsens_ppm:
        paths.append((ECONOMY, foreseen.worsens_ppm))
    found: list[Losses] = []
    for name, path in paths:
        how = Segment(worsens_ppm=path, recoveries_ppm=WHOLE_PPM)
        found.append(summed(name, (_loss(each, chain, how, terms) for each in exposures)))
    for scenario in terms.scenario:
        cells = (_loss(each, chain, scenario.of(each.segment), terms) for each in exposures)
        found.append(summed(scenario.name, cells))
    return found


def monthly(rates: Iterable[Rate], terms: LossTerms) -> dict[Standing, Row]:
    """Where lines of each performing bucket go in a month: what was seen, and the prior as so many lines more."""
    counts = {where: _prior(where, terms) for where in PERFORMING}
    for rate in rates:
        if rate.before in counts:
            row = counts[rate.before]
            row[rate.after] = row.get(rate.after, 0.0) + rate.lines
    return {where: _scaled(row, 1 / sum(row.values())) for where, row in counts.items()}


def default_chance(
    where: Standing, chain: Mapping[Standing, Row], path: Sequence[int], months: int
) -> float:
    """Foretell the chance to be more than 90 days past due within some months; who has paid all is gone.

    `path` says by how many times more lines get worse in each month, in ppm; its last holds on.
    """
    if where in DEFAULTED:
        return 1.0
    there: Row = {where: 1.0}
    defaulted = 0.0
    for month in range(months):
        times = path[min(month, len(path) - 1)] / WHOLE_PPM
        after: Row = {}
        for state, weight in there.items():
            for to, chance in worsened(state, chain[state], times).items():
                after[to] = after.get(to, 0.0) + weight * chance
        defaulted += sum(weight for to, weight in after.items() if to in DEFAULTED)
        there = {to: weight for to, weight in after.items() if to in chain}
    return min(1.0, defaulted)


def worsened(where: Standing, row: Row, times: float) -> Row:
    """Let lines get worse so many times as often, at most all of them; the others share what is left as before."""
    order = tuple(Standing)
    worse = sum(share for to, share in row.items() if order.index(to) > order.index(where))
    if not worse:
        return row
    now = min(1.0, worse * times)
    rest = (1 - now) / (1 - worse) if worse < 1 else 0.0
    return {
        to: share * (now / worse if order.index(to) > order.index(where) else rest)
        for to, share in row.items()
    }


def summed(scenario: str, cells: Iterable[Loss]) -> Losses:
    """Sum losses by segment, by stage and in all; raises `InvariantBroken` when they do not agree."""
    listed = tuple(cells)
    found = Losses(
        scenario,
        listed,
        _sums(listed, lambda cell: cell.segment),
        _sums(listed, lambda cell: f"stage {cell.stage}"),
        _sum("total", listed),
    )
    check(found)
    return found


def check(found: Losses) -> None:
    """Insist that the total is the sum of segments and the sum of stages, in lines, owed and lost."""
    for parts in (found.segments, found.stages):
        for field in ("lines", "owed_minor", "loss_minor"):
            whole = sum(getattr(part, field) for part in parts)
            invariant(
                whole == getattr(found.total, field), f"{found.scenario}: {field} do not add up"
            )


def read_loss_terms(text: str) -> LossTerms:
    """Read the parameters from TOML; what is missing, unknown or does not fit is `InvalidInput`."""
    terms = read_parameters(text, LossTerms, file=_FILE)
    for name, found, needed in (
        ("worsens_ppm", terms.worsens_ppm, PERFORMING),
        ("loss_ppm", terms.loss_ppm, BUCKETS),
    ):
        if set(found) != set(needed):
            listed = ", ".join(needed)
            raise InvalidInput(f"{_FILE}: {name} is for each of {listed}", where=name)
    names = [scenario.name for scenario in terms.scenario]
    if {BASE, ECONOMY} & set(names) or len(set(names)) < len(names):
        text = f"{_FILE}: each scenario has a name of its own, not {BASE} or {ECONOMY}"
        raise InvalidInput(text, where="scenario")
    return terms


def _loss(
    exposure: Exposure, chain: Mapping[Standing, Row], how: Segment, terms: LossTerms
) -> Loss:
    where = exposure.standing
    stage = exposure.stage or stage_of(where)
    months = terms.stage_1_months if stage == 1 else terms.stage_2_months
    chance = 1.0 if stage == 3 else default_chance(where, chain, how.worsens_ppm, months)
    recovered = (WHOLE_PPM - terms.loss_ppm[where]) * how.recoveries_ppm / WHOLE_PPM
    lost = 1 - recovered / WHOLE_PPM
    loss_minor = round(exposure.owed_minor * chance * lost)
    return Loss(
        exposure.segment,
        where,
        stage,
        exposure.lines,
        exposure.owed_minor,
        chance,
        lost,
        loss_minor,
    )


def _prior(where: Standing, terms: LossTerms) -> Row:
    """Lines as the parameters have them: some get one bucket worse, half of the others pay all, half are current."""
    worse = terms.worsens_ppm[where] / WHOLE_PPM
    order = tuple(Standing)
    return {
        order[order.index(where) + 1]: terms.prior_lines * worse,
        Standing.NOTHING_OWED: terms.prior_lines * (1 - worse) / 2,
        Standing.CURRENT: terms.prior_lines * (1 - worse) / 2,
    }


def _scaled(row: Row, by: float) -> Row:
    return {to: share * by for to, share in row.items()}


def _sums(cells: Sequence[Loss], name_of: Callable[[Loss], str]) -> tuple[Sum, ...]:
    names = sorted({name_of(cell) for cell in cells})
    return tuple(_sum(name, [cell for cell in cells if name_of(cell) == name]) for name in names)


def _sum(name: str, cells: Sequence[Loss]) -> Sum:
    return Sum(
        name,
        sum(cell.lines for cell in cells),
        sum(cell.owed_minor for cell in cells),
        sum(cell.loss_minor for cell in cells),
    )
