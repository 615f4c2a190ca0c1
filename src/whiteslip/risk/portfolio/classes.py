"""Asset classes and stages of lines at a month end, by days past due, renegotiation and a risen chance of default."""

from __future__ import annotations

from enum import IntEnum
from typing import Annotated, Literal, NamedTuple, TypeAlias

from msgspec import Meta, Struct

from whiteslip.kernel.errors import InvalidInput
from whiteslip.kernel.parameters import read_parameters
from whiteslip.kernel.rate import WHOLE_PPM

_FILE = "classes.toml"
Days: TypeAlias = Annotated[int, Meta(ge=0, le=3_650)]
Months: TypeAlias = Annotated[int, Meta(ge=0, le=120)]
Stage: TypeAlias = Literal[1, 2, 3]
ClassWhy: TypeAlias = Literal["days", "renegotiated", "cure"]
StageWhy: TypeAlias = Literal["days", "class", "renegotiated", "score", "clear", "unknown"]


class AssetClass(IntEnum):
    """The five classes of the Measures, the best first: 正常, 关注, 次级, 可疑, 损失."""

    NORMAL = 1
    SPECIAL_MENTION = 2
    SUBSTANDARD = 3
    DOUBTFUL = 4
    LOSS = 5

    @property
    def label(self) -> str:
        """The name in tables and answers."""
        return self.name.lower().replace("_", "-")


class Renegotiated(Struct, frozen=True, forbid_unknown_fields=True):
    """Which forms of relief change terms, and for how long a line is watched after."""

    forms: Annotated[
        tuple[
            Literal[
                "promise",
                "deferral",
                "extension",
                "installments",
                "seasonal",
                "holiday",
                "due_day",
                "re_age",
                "re_amortize",
                "new_terms",
            ],
            ...,
        ],
        Meta(min_length=1),
    ]
    observed_months: Months


class ScoreTerms(Struct, frozen=True, forbid_unknown_fields=True):
    """Whose scores tell a rise, and how large it must be: so many times, and by so much."""

    model: Annotated[str, Meta(min_length=1, max_length=80)]
    opening_days: Days
    latest_days: Days
    rise_ppm: Annotated[int, Meta(ge=WHOLE_PPM, le=100 * WHOLE_PPM)]
    least_rise_ppm: Annotated[int, Meta(ge=0, le=WHOLE_PPM)]


class ClassTerms(Struct, frozen=True, forbid_unknown_fields=True):
    """The parameters, as `data/classes.toml` explains them."""

    version: Annotated[int, Meta(ge=1)]
    special_mention_over_days: Days
    substandard_over_days: Days
    doubtful_over_days: Days
    loss_over_days: Days
    cured_months: Months
    stage_2_over_days: Days
    stage_3_over_days: Days
    renegotiated: Renegotiated
    score: ScoreTerms

    @property
    def over_days(self) -> tuple[int, ...]:
        """The days past due beyond which each class but the first begins."""
        return (
            self.special_mention_over_days,
            self.substandard_over_days,
            self.doubtful_over_days,
            self.loss_over_days,
        )


class Seen(NamedTuple):
    """What is known of a line at a month end; days past due, and chances None where there is no score.

    `worst_lately` is the most at the month ends within `cured_months`, this one included; `worst_observed` the most
    since the month end before a renegotiation that is still watched, None where none is.
    """

    days: int
    worst_lately: int
    worst_observed: int | None
    opening_chance: float | None
    latest_chance: float | None


class Placed(NamedTuple):
    """Where a line is put, and why not better."""

    asset_class: AssetClass
    class_why: ClassWhy
    stage: Stage
    stage_why: StageWhy


def class_of(days: int, terms: ClassTerms) -> AssetClass:
    """Name the class by days past due alone."""
    return AssetClass(1 + sum(days > over for over in terms.over_days))


def place(seen: Seen, terms: ClassTerms) -> Placed:
    """Put a line into its class and stage; the worst of what is known decides, and the first that says so is why."""
    by_days = class_of(seen.days, terms)
    watched = seen.worst_observed is not None
    eased = AssetClass.NORMAL
    if seen.worst_observed is not None:
        eased = max(AssetClass.SPECIAL_MENTION, class_of(seen.worst_observed, terms))
    bad_lately = class_of(seen.worst_lately, terms) >= AssetClass.SUBSTANDARD
    cured = AssetClass.SUBSTANDARD if bad_lately else AssetClass.NORMAL
    found = max(by_days, eased, cured)
    why: ClassWhy = "days" if found == by_days else "renegotiated" if found == eased else "cure"
    return Placed(found, why, *_stage(seen, found, terms, watched=watched))


def _stage(
    seen: Seen, found: AssetClass, terms: ClassTerms, *, watched: bool
) -> tuple[Stage, StageWhy]:
    if seen.days > terms.stage_3_over_days:
        return 3, "days"
    if found >= AssetClass.SUBSTANDARD:
        return 3, "class"
    if seen.days > terms.stage_2_over_days:
        return 2, "days"
    if watched:
        return 2, "renegotiated"
    rose = has_risen(seen.opening_chance, seen.latest_chance, terms.score)
    if rose is None:
        return 1, "unknown"
    return (2, "score") if rose else (1, "clear")


def has_risen(opening: float | None, latest: float | None, terms: ScoreTerms) -> bool | None:
    """Say whether a chance of default has risen much since opening; None where either is not known."""
    if opening is None or latest is None:
        return None
    times = terms.rise_ppm / WHOLE_PPM
    return latest >= opening * times and latest - opening >= terms.least_rise_ppm / WHOLE_PPM


def read_class_terms(text: str) -> ClassTerms:
    """Read the parameters from TOML; what is missing, unknown or does not fit is `InvalidInput`."""
    terms = read_parameters(text, ClassTerms, file=_FILE)
    if sorted(set(terms.over_days)) != list(terms.over_days):
        raise InvalidInput(f"{_FILE}: a worse class begins later", where="over_days")
    if terms.stage_3_over_days <= terms.stage_2_over_days:
        raise InvalidInput(f"{_FILE}: stage 3 begins after stage 2", where="stage_3_over_days")
    return terms
