"""Reading an appetite, and how cut-offs are solved from it, strictly."""

from __future__ import annotations

from typing import Annotated, TypeAlias

from msgspec import Meta, Struct

from whiteslip.kernel.errors import InvalidInput
from whiteslip.kernel.parameters import read_parameters
from whiteslip.kernel.rate import WHOLE_PPM
from whiteslip.risk.appetite.model import Appetite, Limit, Measure, Side, WhenUnknown
from whiteslip.risk.appetite.solving import Method

_FILE, _METHOD_FILE = "appetite.toml", "solving.toml"
_Ppm: TypeAlias = Annotated[int, Meta(ge=0, le=100 * WHOLE_PPM)]
_Share: TypeAlias = Annotated[int, Meta(ge=1, le=WHOLE_PPM)]
_Text: TypeAlias = Annotated[str, Meta(min_length=1, max_length=400)]
_Edge: TypeAlias = Annotated[int, Meta(ge=1, le=20_000_000_000)]


class _Limit(Struct, frozen=True, forbid_unknown_fields=True):
    least_count: Annotated[int, Meta(ge=0, le=1_000_000)]
    unknown: WhenUnknown
    why: _Text
    most_ppm: _Ppm | None = None
    least_ppm: _Ppm | None = None


class _Limits(Struct, frozen=True, forbid_unknown_fields=True):
    expected_loss: _Limit
    stressed_loss: _Limit
    suspended_a_day: _Limit
    suspended: _Limit
    false_positive: _Limit
    product_share: _Limit
    band_share: _Limit
    merchant_share: _Limit
    liquidity_coverage: _Limit


class _Appetite(Struct, frozen=True, forbid_unknown_fields=True):
    version: Annotated[int, Meta(ge=1, le=30_000)]
    why: _Text
    scenario: Annotated[str, Meta(pattern="^[a-z][a-z0-9-]{0,39}$")]
    least_mature_ppm: _Share
    band_edges_minor: Annotated[tuple[_Edge, ...], Meta(min_length=1, max_length=20)]
    limits: _Limits


_LEAST = frozenset({Measure.LIQUIDITY_COVERAGE})
"""The measures of which too little is bad; of all others it is too much."""


def read_appetite(text: str, *, file: str = _FILE) -> Appetite:
    """Read an appetite from TOML; `InvalidInput` says what is missing, unknown or does not fit, and where."""
    try:
        read = read_parameters(text, _Appetite, file=file)
    except RecursionError as error:
        raise InvalidInput(f"{file}: nested too deeply", where=file) from error
    edges = read.band_edges_minor
    if list(edges) != sorted(set(edges)):
        where = "band_edges_minor"
        raise InvalidInput(f"{file}: {where}: the edges do not rise", where=where)
    limits = {each: _limit(each, getattr(read.limits, each), file=file) for each in Measure}
    return Appetite(read.version, read.why, read.scenario, read.least_mature_ppm, edges, limits)


def read_method(text: str, *, file: str = _METHOD_FILE) -> Method:
    """Read how cut-offs are solved; what cannot be meant is `InvalidInput`."""
    method = read_parameters(text, Method, file=file)
    curve = method.curve_ppm
    if list(curve) != sorted(set(curve)):
        raise InvalidInput(f"{file}: curve_ppm: the shares do not rise", where="curve_ppm")
    return method


def _limit(measure: Measure, one: _Limit, *, file: str) -> Limit:
    side = Side.LEAST if measure in _LEAST else Side.MOST
    said = one.least_ppm if side is Side.LEAST else one.most_ppm
    other = one.most_ppm if side is Side.LEAST else one.least_ppm
    if said is None or other is not None:
        where = f"limits.{measure}"
        raise InvalidInput(f"{file}: {where}: say {side}_ppm, and nothing else", where=where)
    return Limit(measure, side, said, one.least_count, one.unknown, one.why)
