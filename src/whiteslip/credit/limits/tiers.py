"""Tiers of customers and how each is treated: reading their table strictly, and finding a customer's."""

from __future__ import annotations

from itertools import pairwise
from typing import Annotated

from msgspec import Meta, Struct

from whiteslip.kernel.errors import InvalidInput
from whiteslip.kernel.parameters import read_parameters
from whiteslip.kernel.rate import WHOLE_PPM

_FILE = "tiers.toml"
_Share = Annotated[int, Meta(ge=0, le=WHOLE_PPM)]


class Tier(Struct, frozen=True, forbid_unknown_fields=True):
    """A class of customers: the conditions to be in it, then its treatment."""

    name: Annotated[str, Meta(min_length=1, max_length=40)]
    most_probability: Annotated[float, Meta(gt=0, le=1)]
    least_tenure_days: Annotated[int, Meta(ge=0, le=36_500)]
    least_on_time_dues: Annotated[int, Meta(ge=0, le=1_000)]
    raise_step_ppm: _Share
    largest_share_ppm: _Share
    may_join_campaigns: bool
    free_deferrals: Annotated[int, Meta(ge=0, le=12)]

    @property
    def treatment(self) -> tuple[int, ...]:
        """How it is treated, each figure better the larger it is."""
        rights = (self.may_join_campaigns, self.free_deferrals)
        return (self.raise_step_ppm, self.largest_share_ppm, *map(int, rights))


class Tiers(Struct, frozen=True, forbid_unknown_fields=True):
    """All tiers, best first; the last one takes everybody."""

    version: Annotated[int, Meta(ge=1)]
    tier: Annotated[tuple[Tier, ...], Meta(min_length=1)]


def tier_of(
    tiers: Tiers, *, probability: float | None, tenure_days: int, on_time_dues: int
) -> Tier:
    """Find the first tier whose conditions hold; without a probability, as if default were certain."""
    likely = 1.0 if probability is None else probability
    return next(
        tier
        for tier in tiers.tier
        if likely <= tier.most_probability
        and tenure_days >= tier.least_tenure_days
        and on_time_dues >= tier.least_on_time_dues
    )


def read_tiers(text: str) -> Tiers:
    """Read the table from TOML; what is missing, unknown, open-ended or better for worse is `InvalidInput`."""
    tiers = read_parameters(text, Tiers, file=_FILE)
    names = [tier.name for tier in tiers.tier]
    if len(set(names)) < len(names):
        raise InvalidInput(f"{_FILE}: a tier is named twice", where="name")
    last = tiers.tier[-1]
    if (last.most_probability, last.least_tenure_days, last.least_on_time_dues) != (1.0, 0, 0):
        raise InvalidInput(f"{_FILE}: the last tier takes everybody", where=last.name)
    for better, worse in pairwise(tiers.tier):
        if any(less < more for less, more in zip(better.treatment, worse.treatment, strict=True)):
            text = f"{_FILE}: {worse.name} is treated better than {better.name}"
            raise InvalidInput(text, where=worse.name)
    return tiers
