"""The portfolio: what its views give."""

from __future__ import annotations

from datetime import date

from msgspec import Struct

from whiteslip.api.bodies import Currency


class RollRate(Struct, frozen=True):
    """What part of the lines of one bucket were in another a month later, by lines and by what they owed before."""

    before: str
    after: str
    lines: int
    owed_minor: int
    share: float | None
    owed_share: float | None


class BucketFlow(Struct, frozen=True):
    """What became of a bucket in the last month: opening + came = worsened + improved + closing, in lines."""

    bucket: str
    opening: int
    stayed: int
    worsened: int
    improved: int
    came: int
    closing: int
    opening_minor: int
    closing_minor: int


class RolledMonth(Struct, frozen=True):
    """Two month ends that were compared."""

    before_on: date
    after_on: date


class PortfolioRolls(Struct, frozen=True):
    """Roll rates over the months that were compared, pooled, and the flows of the last; empty before two are kept."""

    months: list[RolledMonth]
    rates: list[RollRate]
    flows: list[BucketFlow]
    currency: Currency = "CNY"


class PointOfVintage(Struct, frozen=True):
    """How many lines had ever been past the threshold at a month end, by so many months on book."""

    months_on_book: int
    month_end: date
    lines: int
    share: float


class VintageCurve(Struct, frozen=True):
    """The lines opened in one month and how many of them were ever more than `over_days` past due."""

    opened_in: date
    lines: int
    over_days: int
    points: list[PointOfVintage]


class PortfolioVintages(Struct, frozen=True):
    """Every vintage up to a month end; `until` is null where none is kept yet."""

    until: date | None
    vintages: list[VintageCurve]


class ClassSum(Struct, frozen=True):
    """What lines of one class or stage owe; `served_chance` is the model's, weighed by money, null if unknown."""

    name: str
    lines: int
    owed_minor: int
    scored_lines: int
    served_chance: float | None


class ClassCell(Struct, frozen=True):
    """Lines of one product, bucket, class and stage, and why they are not in a better one."""

    product: str
    bucket: str
    asset_class: str
    class_why: str
    stage: int
    stage_why: str
    lines: int
    owed_minor: int
    scored_lines: int


class PortfolioClasses(Struct, frozen=True):
    """Asset classes and stages of IFRS 9 at a month end, by the parameters of a version; null where none is kept."""

    until: date | None
    terms_version: int | None
    classes: list[ClassSum]
    stages: list[ClassSum]
    causes: list[ClassSum]
    cells: list[ClassCell]
    currency: Currency = "CNY"


class LossCell(Struct, frozen=True):
    """What is expected to be lost of one bucket of one product: owed x chance of default x part lost."""

    segment: str
    bucket: str
    stage: int
    lines: int
    owed_minor: int
    default_chance: float
    lost_share: float
    loss_minor: int


class LossSum(Struct, frozen=True):
    """Losses of one product or stage, or all."""

    name: str
    lines: int
    owed_minor: int
    loss_minor: int


class ScenarioLoss(Struct, frozen=True):
    """The losses of one scenario; `base` is what is expected. The total is that of the segments and of the stages."""

    scenario: str
    total: LossSum
    stages: list[LossSum]
    segments: list[LossSum]
    cells: list[LossCell]


class EconomyPath(Struct, frozen=True):
    """How many times as often lines get worse month by month, in ppm; empty where that is unknown, and why."""

    series: str
    worsens_ppm: list[int]
    unknown: str


class PortfolioLosses(Struct, frozen=True):
    """Expected losses at a month end, and under stress; `months` of rolls told the chances of default."""

    until: date | None
    months: int
    economy: EconomyPath | None
    scenarios: list[ScenarioLoss]
    currency: Currency = "CNY"


class EffectFigure(Struct, frozen=True):
    """One figure; null where it is not known. `basis` is measured or expected, `note` says how it is to be read."""

    name: str
    value: int | None
    unit: str
    basis: str
    note: str


class EffectByReason(Struct, frozen=True):
    """Restrictions of one reason, and what became of them up to today."""

    reason: str
    restrictions: int
    people: int
    standing: int
    back: int
    dismissed: int
    median_days: int | None
    appeals: int
    appeals_decided: int
    appeals_granted: int


class PolicyEffect(Struct, frozen=True):
    """What one policy did to people, merchants and the platform, as known on a day."""

    policy: str
    on: date
    people: list[EffectFigure]
    merchants: list[EffectFigure]
    platform: list[EffectFigure]
    reasons: list[EffectByReason]


class PortfolioEffect(Struct, frozen=True):
    """The effect of a policy, that of another if one was named, and the first less the other."""

    effect: PolicyEffect
    against: PolicyEffect | None
    difference: list[EffectFigure]
    currency: Currency = "CNY"
