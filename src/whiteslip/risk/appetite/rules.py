"""Holding figures against limits, what refuses, and when two people have passed it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final, cast

from whiteslip.kernel.actor import actor_of
from whiteslip.kernel.errors import Conflict, InvalidInput
from whiteslip.kernel.rate import WHOLE_PPM
from whiteslip.risk.appetite.model import (
    Appetite,
    Checked,
    Figure,
    Finding,
    Held,
    Kind,
    Limit,
    Measure,
    Pass,
    Side,
    Subject,
    Why,
)

MEASURES: Final[Mapping[Kind, tuple[Measure, ...]]] = MappingProxyType(
    {
        Kind.BOOK: (
            Measure.EXPECTED_LOSS,
            Measure.STRESSED_LOSS,
            Measure.SUSPENDED,
            Measure.PRODUCT_SHARE,
            Measure.BAND_SHARE,
            Measure.MERCHANT_SHARE,
            Measure.LIQUIDITY_COVERAGE,
        ),
        Kind.DRAFT: (
            Measure.EXPECTED_LOSS,
            Measure.SUSPENDED_A_DAY,
            Measure.SUSPENDED,
            Measure.FALSE_POSITIVE,
        ),
        Kind.RUN: (Measure.SUSPENDED_A_DAY, Measure.SUSPENDED, Measure.FALSE_POSITIVE),
    }
)
"""What each kind of subject is held against. A draft that judges requests suspends nobody: see `draft_measures`."""

_OF_REQUESTS: Final = (Measure.EXPECTED_LOSS,)
_STOPPED: Final = "suspend"
_GOES_ON: Final = ("clear", "watch", "step_up", "reduce")
"""The outcomes under which a line goes on buying; a review or a restriction waits, and a suspension ends it."""


def draft_measures(*, suspends: bool) -> tuple[Measure, ...]:
    """Name what a draft is held against: all of it if its kind can suspend, else the loss of what it lets through."""
    return MEASURES[Kind.DRAFT] if suspends else _OF_REQUESTS


def unknown(measure: Measure, why: Why, *, cases: int = 0) -> Figure:
    """Make a figure that cannot be known."""
    return Figure(measure, None, 0, cases, why=why)


def hold(figure: Figure, limit: Limit) -> Finding:
    """Hold a figure against its limit; too few cases conclude nothing."""
    value = _value(figure, limit)
    if figure.hits is None or value is None:
        return Finding(
            limit, Held.UNKNOWN, None, figure.cases, figure.part, figure.why or Why.TOO_FEW
        )
    if figure.cases < limit.least_count:
        return Finding(limit, Held.UNKNOWN, value, figure.cases, figure.part, Why.TOO_FEW)
    beyond = value > limit.ppm if limit.side is Side.MOST else value < limit.ppm
    held = Held.BEYOND if beyond else Held.WITHIN
    return Finding(limit, held, value, figure.cases, figure.part, None)


def check(
    subject: Subject,
    figures: Iterable[Figure],
    appetite: Appetite,
    *,
    wanted: Sequence[Measure],
    passes: Sequence[Pass] = (),
    needed: int,
) -> Checked:
    """Hold a subject against an appetite; a measure that was not taken is unknown, not left out."""
    known = {figure.measure: figure for figure in figures}
    findings = tuple(
        hold(known.get(each) or unknown(each, Why.ABSENT), appetite.limits[each]) for each in wanted
    )
    refusing = [one for one in findings if one.refuses]
    passed = tuple(one for one in refusing if not missing_passes(one, passes, needed=needed))
    left = tuple(one for one in refusing if one not in passed)
    return Checked(subject, appetite.version, findings, left, passed)


def missing_passes(finding: Finding, passes: Iterable[Pass], *, needed: int) -> int:
    """Count the people whose word is still missing to go past a finding; a word covers no worse figure."""
    people = {one.actor for one in passes if _covers(one, finding)}
    return max(0, needed - len(people))


def check_pass(
    checked: Checked,
    measure: Measure,
    passes: Sequence[Pass],
    *,
    by: str,
    note: str,
    authors: Collection[str],
) -> tuple[str, Finding]:
    """Return who may pass what, or raise why not: nothing refuses, no reason, the author, or the same person again."""
    actor = actor_of(by)
    if not note.strip():
        raise InvalidInput("say why the limit may be passed", where="note")
    finding = next((one for one in checked.refusing if one.limit.measure is measure), None)
    if finding is None:
        raise Conflict(f"{measure} does not stand in the way of {checked.subject}")
    if actor in authors:
        raise Conflict(f"{actor} wrote {checked.subject}; other people pass a limit")
    if any(one.actor == actor and _covers(one, finding) for one in passes):
        raise Conflict(f"{actor} passed {measure} already; another person has to")
    return actor, finding


def insist(checked: Checked) -> None:
    """Refuse what is beyond the appetite, or cannot be known and may not be: `Conflict` names limits and figures."""
    if checked.refusing:
        told = "; ".join(tell(one) for one in checked.refusing)
        raise Conflict(
            f"{checked.subject} is not within appetite {checked.version}: {told}. Two people may pass it, with a reason"
        )


def tell(finding: Finding) -> str:
    """Say a finding in a line: the measure, its figure, and the limit."""
    limit = finding.limit
    part = f" ({finding.part})" if finding.part else ""
    allowed = f"{limit.side} {percent(limit.ppm)}"
    if finding.held is Held.UNKNOWN:
        return f"{limit.measure}{part} is unknown ({finding.why}), {allowed} is allowed"
    return f"{limit.measure}{part} is {percent(finding.value_ppm or 0)}, {allowed} is allowed"


def percent(ppm: int) -> str:
    """Write a share as percent, as precisely as it is."""
    return f"{ppm / 10_000:.4f}".rstrip("0").rstrip(".") + " %"


def draft_figures(
    evidence: Mapping[str, Any] | None, appetite: Appetite, *, lost_ppm: int
) -> list[Figure]:
    """Take the figures of a draft from what its back-test found; `lost_ppm` is the part lost of a bad debt.

    The loss is of lines that may go on buying under the draft. Evidence of another form tells nothing.
    """
    wanted = MEASURES[Kind.DRAFT]
    if evidence is None:
        return [unknown(each, Why.NO_BACKTEST) for each in wanted]
    try:
        whole, after = _Cell(evidence["whole"]), _cells(evidence["after"])
        swap = {name: _cells(row) for name, row in evidence["swap"].items()}
        stopped = after[_STOPPED]
        before = sum(row[_STOPPED].cases for name, row in swap.items() if name == _STOPPED)
    except (KeyError, TypeError, AttributeError, ValueError):
        return [unknown(each, Why.UNREADABLE) for each in wanted]
    young = whole.cases and whole.mature * WHOLE_PPM < whole.cases * appetite.least_mature_ppm
    on = [after[name] for name in _GOES_ON if name in after]
    found = [
        Figure(Measure.SUSPENDED_A_DAY, stopped.cases - before, whole.cases, whole.cases),
        Figure(Measure.SUSPENDED, stopped.cases, whole.cases, whole.cases),
    ]
    if young:
        late = (Measure.FALSE_POSITIVE, Measure.EXPECTED_LOSS)
        return [*found, *(unknown(each, Why.TOO_YOUNG, cases=whole.mature) for each in late)]
    lost = sum(cell.bad_amount for cell in on) * lost_ppm // WHOLE_PPM
    good = stopped.mature - stopped.bad
    owed = sum(cell.amount for cell in on)
    return [
        *found,
        Figure(Measure.FALSE_POSITIVE, good, stopped.mature, stopped.mature),
        Figure(Measure.EXPECTED_LOSS, lost, owed, sum(cell.mature for cell in on)),
    ]


class _Cell:
    """A cell of a back-test as it was kept; what is not a whole number from 0 is `ValueError`."""

    def __init__(self, kept: Any) -> None:
        names = ("cases", "amount_minor", "mature", "bad", "bad_amount_minor")
        numbers = [kept[name] for name in names]
        if any(type(number) is not int or number < 0 for number in numbers):
            raise ValueError
        self.cases, self.amount, self.mature, self.bad, self.bad_amount = cast("list[int]", numbers)


def _cells(kept: Any) -> dict[str, _Cell]:
    return {str(name): _Cell(cell) for name, cell in kept.items()}


def _value(figure: Figure, limit: Limit) -> int | None:
    """Return a share in ppm, rounded away from what is allowed; None of nothing."""
    if figure.hits is None:
        return None
    if figure.out_of <= 0:
        return 0 if figure.hits == 0 and figure.cases else None
    whole, rest = divmod(figure.hits * WHOLE_PPM, figure.out_of)
    return whole + (rest > 0 and limit.side is Side.MOST)


def _covers(one: Pass, finding: Finding) -> bool:
    if one.measure is not finding.limit.measure:
        return False
    if one.value_ppm is None or finding.value_ppm is None:
        return one.value_ppm is finding.value_ppm
    if finding.limit.side is Side.MOST:
        return finding.value_ppm <= one.value_ppm
    return finding.value_ppm >= one.value_ppm
