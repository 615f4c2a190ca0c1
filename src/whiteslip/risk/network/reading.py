"""Reading the parameters of the network, strictly."""

from __future__ import annotations

from typing import Annotated, Any, cast

import msgspec
from msgspec import Meta, Struct

from whiteslip.kernel.errors import InvalidInput
from whiteslip.kernel.parameters import read_parameters
from whiteslip.kernel.reason import ReasonCode
from whiteslip.risk.network.model import KINDS, KindTerms, LinkKind, RingTerms, Terms

_FILE = "network.toml"
_Share = Annotated[float, Meta(ge=0, le=1)]
_Days = Annotated[int, Meta(ge=1, le=3650)]


class _Kind(Struct, frozen=True, forbid_unknown_fields=True):
    weight: Annotated[float, Meta(gt=0, le=1)]
    most_accounts: Annotated[int, Meta(ge=2, le=1000)]
    half_life_days: _Days
    is_scarce: bool


class _Weights(Struct, frozen=True, forbid_unknown_fields=True):
    density: _Share
    scarcity: _Share
    synchrony: _Share
    bad_share: _Share
    new_share: _Share


class _Ring(Struct, frozen=True, forbid_unknown_fields=True):
    least_members: Annotated[int, Meta(ge=2, le=100)]
    most_members: Annotated[int, Meta(ge=2, le=500)]
    window_days: _Days
    new_days: _Days
    synchronous_share: Annotated[float, Meta(gt=0, le=1)]
    scarce_share: _Share
    least_bad: Annotated[int, Meta(ge=1, le=100)]
    least_bad_share: _Share
    bad_days: _Days
    raise_at: Annotated[float, Meta(gt=0, le=1)]
    same_share: Annotated[float, Meta(gt=0, le=1)]
    restrict_for: Annotated[tuple[ReasonCode, ...], Meta(min_length=1)]
    weights: _Weights


class _Network(Struct, frozen=True, forbid_unknown_fields=True):
    least_weight: Annotated[float, Meta(gt=0, le=1)]
    split_above: Annotated[int, Meta(ge=2, le=10000)]
    rounds: Annotated[int, Meta(ge=1, le=1000)]
    kind: dict[LinkKind, _Kind]
    ring: _Ring


def read_terms(text: str) -> Terms:
    """Read the parameters from TOML; `InvalidInput` says what is missing, unknown or does not fit, and where."""
    read = read_parameters(text, _Network, file=_FILE)
    if missing := [kind for kind in KINDS if kind not in read.kind]:
        raise InvalidInput(f"{_FILE} has no kind {missing[0].value!r}", where=f"kind.{missing[0]}")
    ring = read.ring
    if ring.least_members > ring.most_members:
        raise InvalidInput("a ring has at most as many as most_members", where="ring.least_members")
    if ReasonCode.FRAUD_RING in ring.restrict_for:
        where = "ring.restrict_for"
        raise InvalidInput("nobody is restricted for being in a ring", where=where)
    weights: dict[str, float] = msgspec.structs.asdict(ring.weights)
    if abs(sum(weights.values()) - 1) > 1e-9:
        raise InvalidInput("the weights of a score sum up to 1", where="ring.weights")
    return Terms(
        {
            kind: KindTerms(one.weight, one.most_accounts, one.half_life_days, one.is_scarce)
            for kind, one in read.kind.items()
        },
        RingTerms(**cast("dict[str, Any]", msgspec.structs.asdict(ring) | {"weights": weights})),
        read.least_weight,
        read.split_above,
        read.rounds,
    )
