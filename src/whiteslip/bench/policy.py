"""A policy of suspending in time: thresholds chosen on scored customers, and the watch book they make."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib import resources
from typing import Final, NamedTuple

import msgspec
import numpy as np

from whiteslip.decisioning.monitoring.stopping import Endings, Ints, caught
from whiteslip.decisioning.rulebooks.analysis import accept
from whiteslip.decisioning.rulebooks.model import RuleBook
from whiteslip.decisioning.samples.model import Bools, Floats
from whiteslip.kernel.errors import InvalidInput
from whiteslip.kernel.parameters import read_parameters
from whiteslip.kernel.reason import ReasonCode

LIKELY: Final = "likely"
"""The policy that suspends the likeliest to default, whatever they owe."""
MONEY: Final = "money"
"""The policy that suspends by expected loss: the more is owed, the less likely a default has to be."""

_HALVINGS: Final = 50
_INPUTS: Final[Mapping[str, str]] = {
    "default_probability": "ratio",
    "expected_loss_minor": "money",
    "status_latest": "int",
    "status_late_months_6m": "int",
    "days_past_due": "int",
    "utilization": "ratio",
}


class Aim(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a policy is to reach at most at a share of the lines."""

    share: float
    recall: float
    money: float
    precision: float


class Plan(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How policies are chosen and judged; the file says why each number is what it is."""

    seed: int
    splits: int
    folds: int
    draws: int
    budget: float
    slack: float
    precision: float
    restrict: float
    reduce: float
    watch: float
    bands: tuple[float, ...]
    weights: tuple[float, ...]
    leak_auc: float
    curve: tuple[float, ...]
    aim: dict[str, Aim]

    def cut(self, splits: int) -> Plan:
        """Return the same plan with another number of splits."""
        return msgspec.structs.replace(self, splits=splits)


class Thresholds(NamedTuple):
    """Where a policy stops and warns: `suspend` are pairs of a least probability and a least expected loss.

    `weight_minor` is what a default costs beside what is owed; the larger, the less the debt counts.
    """

    policy: str
    suspend: tuple[tuple[float, int], ...]
    restrict: float
    reduce: float
    watch: float
    weight_minor: int


class Scored(NamedTuple):
    """Customers, each scored by a model that has not seen them, and how they ended."""

    probability: Floats
    endings: Endings

    @property
    def loss_minor(self) -> Ints:
        """What each is expected to lose us."""
        return expected_loss(self.probability, self.endings.owed_minor)


def read_plan(body: str, *, file: str) -> Plan:
    """Read a plan strictly; what is wrong is `InvalidInput`."""
    plan = read_parameters(body, Plan, file=file)
    for name, fits in (
        ("splits", plan.splits >= 1),
        ("folds", plan.folds >= 2),
        ("draws", plan.draws >= 1),
        ("slack", 0 <= plan.slack < plan.budget < 1),
        ("bands", len(plan.bands) > 0 and list(plan.bands) == sorted(set(plan.bands))[::-1]),
        ("weights", len(plan.weights) > 0 and min(plan.weights) > 0),
        ("curve", len(plan.curve) > 0 and 0 < min(plan.curve) <= max(plan.curve) < 1),
        ("aim", set(plan.aim) == {LIKELY, MONEY}),
    ):
        if not fits:
            raise InvalidInput(f"{file}: {name} cannot be meant as it is", where=name)
    return plan


@cache
def shipped_plan() -> Plan:
    """Read the plan that comes with the program, once."""
    file = resources.files(__package__ or "") / "data" / "suspend.toml"
    return read_plan(file.read_text("utf-8"), file=file.name)


def expected_loss(probability: Floats, owed_minor: Ints) -> Ints:
    """Return probability times debt, in whole minor units, as the fact of that name is."""
    return np.rint(probability * owed_minor).astype(np.int64)


def choose(policy: str, known: Scored, plan: Plan) -> Thresholds:
    """Choose thresholds on scored customers whose endings are known."""
    share = plan.budget - plan.slack
    if policy == LIKELY:
        steps, weight = ((_least(known.probability, share), 0),), 0
    else:
        steps, weight = _by_money(known, plan, share)
    rest = np.where(stops(steps, known.probability, known.loss_minor), np.inf, known.probability)
    upto = share + plan.restrict, plan.reduce, plan.watch
    restrict, reduce, watch = (_least(rest, sum(upto[: place + 1])) for place in range(3))
    return Thresholds(policy, steps, restrict, reduce, watch, weight)


def stops(steps: Sequence[tuple[float, int]], probability: Floats, loss_minor: Ints) -> Bools:
    """Say whom steps suspend."""
    found = np.zeros(len(probability), np.bool_)
    for likely, dear in steps:
        found |= (probability >= likely) & (loss_minor >= dear)
    return found


def rank(thresholds: Thresholds, probability: Floats, owed_minor: Ints) -> Floats:
    """Return the score by which a policy would stop more or fewer: probability, or expected loss with its weight.

    Whom no step of the policy could suspend, however much is owed, comes after all others.
    """
    if thresholds.policy == LIKELY:
        return probability
    least = min(likely for likely, _ in thresholds.suspend)
    weighed = 1.0 + probability * (owed_minor + thresholds.weight_minor)
    return np.where(probability >= least, weighed, probability)


def _least(values: Floats, share: float) -> float:
    """Return the value that so many of the lines reach; rounded as it is written, upward."""
    place = min(len(values), max(1, int(share * len(values))))
    value = float(np.partition(values, len(values) - place)[len(values) - place])
    return 1.0 if not np.isfinite(value) else float(np.ceil(value * 1e6) / 1e6)


def _by_money(known: Scored, plan: Plan, share: float) -> tuple[tuple[tuple[float, int], ...], int]:
    """Of the weights whose stopped are bad often enough, take the one that keeps most money."""
    debt = float(known.endings.owed_minor.mean())

    def worth(weight: int) -> tuple[float, float]:
        steps = _steps_at(known, plan, share, weight)
        found = caught(known.endings, stops(steps, known.probability, known.loss_minor))
        precision = float(np.nan_to_num(found.precision))
        return (1.0, found.money) if precision >= plan.precision else (0.0, precision)

    weight = max((round(each * debt) for each in plan.weights), key=worth)
    return _steps_at(known, plan, share, weight), weight


def _steps_at(
    known: Scored, plan: Plan, share: float, weight: int
) -> tuple[tuple[float, int], ...]:
    """Find the steps of a weight that stop as many lines as they may."""
    low, high = 0.0, float(np.max(known.probability * (known.endings.owed_minor + weight))) + 1
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        found = stops(_steps(plan, weight, middle), known.probability, known.loss_minor)
        if found.mean() > share:
            low = middle
        else:
            high = middle
    return _steps(plan, weight, high)


def _steps(plan: Plan, weight: int, level: float) -> tuple[tuple[float, int], ...]:
    """Cut "expected loss plus weight times probability reaches the level" into steps a person can read."""
    alone = min(1.0, float(np.ceil(level / weight * 1e6) / 1e6))
    edges = [each for each in plan.bands if each < alone]
    steps = [(alone, 0)]
    upper = alone
    for edge in edges:
        steps.append((edge, max(1, round(level - weight * (edge + upper) / 2))))
        upper = edge
    return tuple(steps)


def book_of(thresholds: Thresholds, *, version: int = 2) -> RuleBook:
    """Make the watch book of thresholds: its text is analyzed as any that people write."""
    return accept(
        book_text(thresholds, version=version), file="watch.toml", explained=tuple(ReasonCode)
    )


def book_text(thresholds: Thresholds, *, version: int) -> str:
    """Write the watch book of thresholds as TOML."""
    inputs = "\n".join(f'{name} = {{ type = "{kind}" }}' for name, kind in _INPUTS.items())
    head = (
        f'name        = "watch"\nversion     = {version}\nkind        = "watch"\n'
        f'description = "Stops in time ({thresholds.policy}): thresholds chosen on customers whose ending is known."\n'
        f'default     = "clear"\n\n[inputs]\n{inputs}\n'
    )
    return "\n".join((head, *_rules(thresholds)))


def _rules(found: Thresholds) -> Iterator[str]:
    for place, (likely, dear) in enumerate(found.suspend):
        when = f"default_probability >= {likely}"
        if dear:
            when += f" and expected_loss_minor >= {dear}"
        name = "default-likely" if not dear else f"loss-likely-{place}"
        yield _rule(name, when, "suspend", "CAP-01", "The likelier a default, the less it takes.")
    cut = f"default_probability >= {found.reduce}"
    yield _rule(
        "near-suspension",
        f"default_probability >= {found.restrict}",
        "restrict",
        "CAP-01",
        "Close to those suspended: nothing is added to the debt meanwhile.",
    )
    yield _rule(
        "told-late-3",
        f"status_latest >= 3 and {cut}",
        "restrict",
        "EXT-01",
        "Three months late elsewhere, and likely to be here.",
    )
    yield _rule("reduce", cut, "reduce", "CAP-01", "A smaller limit before a stop.")
    yield _rule(
        "overdue-30",
        f"days_past_due >= 30 and default_probability >= {found.watch}",
        "watch",
        "DLQ-01",
        "Overdue, and not by forgetting.",
    )
    yield _rule(
        "full-line",
        f"utilization >= 0.95 and default_probability >= {found.watch}",
        "watch",
        "CAP-02",
        "Nothing left to draw on.",
    )
    yield _rule(
        "often-late",
        "status_late_months_6m >= 2",
        "watch",
        "EXT-01",
        "Late in a third of the months.",
    )
    yield _rule(
        "default-possible",
        f"default_probability >= {found.watch}",
        "watch",
        "CAP-01",
        "Looked at; nothing is taken away.",
    )


def _rule(name: str, when: str, outcome: str, reason: str, why: str) -> str:
    unknown = 'unknown = "no_match"\n' if outcome == "watch" else ""
    return (
        f'[[rule]]\nid      = "{name}"\nwhen    = "{when}"\noutcome = "{outcome}"\n'
        f'reasons = ["{reason}"]\n{unknown}why     = "{why}"\n'
    )
