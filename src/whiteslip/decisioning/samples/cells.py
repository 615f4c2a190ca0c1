"""What cells say: words that mean nothing, numbers as people write them, labels and their spellings.

All work is done once for each distinct cell of a column, in arrays.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, Final, NamedTuple, TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as _compute
from numpy.typing import NDArray

from whiteslip.decisioning.samples.model import Bools, Codes, Floats

arrow: Any = pa
compute: Any = _compute

Cells: TypeAlias = Any
"""A pyarrow array; the library comes without types."""
Counts: TypeAlias = "NDArray[np.int64]"

NOTHING: Final = frozenset(
    {"", "na", "n/a", "#n/a", "n.a.", "nan", "null", "(null)", "<null>", "<na>", "\\n"}
    | {"-", "--", "---", "–", "—", ".", "..", "...", "?", "??", "/", "#value!", "#ref!", "#div/0!"}
    | {"#num!", "#name?", "#null!", "1.#ind", "-1.#ind", "1.#qnan", "-nan", "缺失", "空", "空值"}
)
"""Cells that say nothing, wherever they stand; compared in small letters."""
NO_NUMBER: Final = NOTHING | {
    "none",
    "nil",
    "missing",
    "unknown",
    "not available",
    "无",
    "未知",
    "k.a.",
}
"""Cells that say nothing among numbers; among names "none" may be a name."""
LARGEST: Final = 1e15
"""Larger amounts are no amounts: beyond it a float no longer holds every whole number's neighbor."""

_PLAIN: Final = r"^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?$"
_GROUPED: Final = r"^[+-]?\d{1,3}(,\d{2,3})*,\d{3}(\.\d*)?$"
_GROUPED_BY_DOT: Final = r"^[+-]?\d{1,3}(\.\d{3})+(,\d*)?$"
_COMMA_ONLY: Final = r"^[+-]?(\d+,\d*|,\d+)$"
_SPACED: Final = r"^[+-]?\d{1,3}([ '’]\d{3})+([.,]\d*)?$"
_CURRENCY: Final = (
    r"(?:us\$|nt\$|hk\$|r\$|[$€£¥₹₩₽]|rmb|cny|usd|eur|gbp|twd|ntd|jpy|chf|inr|hkd|元|圆|円)"
)
_INFINITE: Final = r"^[+-]?(inf|infinity|∞)$"
_USUAL: Final = r"^[0-9.,+-]*$"
_LOOKED_AT: Final = 5_000
_ZERO_LED: Final = r"^0\d+$"


class Distinct(NamedTuple):
    """The distinct cells of a column as trimmed text, which row holds which (-1: none), how often."""

    values: Cells
    codes: Codes
    counts: Counts


def distinct(cells: Cells) -> Distinct:
    """Trim a column of text and list its distinct cells in order of first appearance."""
    trimmed = compute.utf8_trim_whitespace(compute.utf8_trim(cells, characters="\ufeff\u200b"))
    found = trimmed.dictionary_encode()
    codes: Codes = compute.fill_null(found.indices, -1).to_numpy(zero_copy_only=False)
    counts = np.bincount(codes[codes >= 0], minlength=len(found.dictionary))
    return Distinct(found.dictionary, codes.astype(np.int32), counts.astype(np.int64))


def as_text(cells: Cells) -> Cells | None:
    """Write a typed column as text, or say with None that it holds no plain values."""
    kind = cells.type
    types = arrow.types
    if types.is_string(kind):
        return cells
    if types.is_timestamp(kind) and kind.tz is not None:
        return _local(cells).cast(arrow.string())
    if types.is_boolean(kind) or types.is_integer(kind) or types.is_temporal(kind):
        return cells.cast(arrow.string())
    if types.is_null(kind):
        return arrow.nulls(len(cells), arrow.string())
    if types.is_floating(kind) or types.is_decimal(kind):
        floats = as_floats(cells)
        whole = np.isfinite(floats) & (floats == np.trunc(floats)) & (abs(floats) < LARGEST)
        texts = arrow.array(floats, from_pandas=True).cast(arrow.string())
        shown = arrow.array(np.where(whole, floats, 0).astype(np.int64)).cast(arrow.string())
        return compute.if_else(arrow.array(whole), shown, texts)
    return None


def _local(cells: Cells) -> Cells:
    """Turn instants into what the clock showed; where nobody knows the zone, into that of UTC."""
    try:
        return compute.local_timestamp(cells)
    except arrow.ArrowInvalid:
        return cells.cast(arrow.timestamp(cells.type.unit))


def as_floats(cells: Cells) -> Floats:
    """Return a column of numbers as floats, NaN where there is none."""
    floats = cells.cast(arrow.float64(), safe=False)
    return np.array(compute.fill_null(floats, float("nan")).to_numpy(zero_copy_only=False))


def matches(values: Cells, pattern: str) -> Bools:
    """Say which values match a regular expression (RE2)."""
    found = compute.match_substring_regex(values, pattern)
    return np.array(
        compute.coalesce(found, arrow.scalar(value=False)).to_numpy(zero_copy_only=False)
    )


def keys(values: Cells) -> Cells:
    """Return what different spellings of one label have in common: form, case and spaces are dropped."""
    if compute.all(compute.string_is_ascii(values), min_count=0).as_py():
        folded = compute.ascii_lower(values)
        if not compute.any(compute.match_substring_regex(folded, r"\s(\s|$)|^\s|[^\S ]")).as_py():
            return folded
    else:
        folded = compute.utf8_lower(compute.utf8_normalize(values, form="NFKC"))
    spaced = compute.replace_substring_regex(folded, pattern=r"\s+", replacement=" ")
    return compute.utf8_trim_whitespace(spaced)


def says_nothing(values: Cells, words: Collection[str]) -> Bools:
    """Say which values are one of the words."""
    short = _short(values, 2 * max(map(len, words)))
    found = np.zeros(len(values), np.bool_)
    among = keys(values.take(arrow.array(short)))
    found[short] = compute.is_in(among, value_set=arrow.array(sorted(words))).to_numpy(
        zero_copy_only=False
    )
    return found


def plain_number(value: float) -> str:
    """Write a number as people do: 99999999, not 1e+08."""
    return f"{value:.0f}" if value == np.floor(value) and abs(value) < LARGEST else f"{value:g}"


def is_infinite(values: Cells) -> Bools:
    """Say which values mean infinity."""
    return matches(keys(values), _INFINITE)


def zero_led(values: Cells) -> Bools:
    """Say which values are digits that begin with a zero: codes such as 007, not amounts."""
    return matches(values, _ZERO_LED)


def decimal_sign(values: Cells) -> str:
    """Tell from a column's distinct cells whether "." or "," begins the fraction.

    Only what can be read in one way counts: "1,234" may be both and is taken as thousands. Of very
    many cells some thousands are looked at.
    """
    if len(values) > _LOOKED_AT:
        values = values.take(
            arrow.array(np.linspace(0, len(values) - 1, _LOOKED_AT).astype(np.int64))
        )
    bare = _bare(values)[0]
    grouped, by_dot = matches(bare, _GROUPED), matches(bare, _GROUPED_BY_DOT)
    dotted = matches(bare, r"\.") & matches(bare, _PLAIN) & ~by_dot
    for_dot = dotted | (grouped & (matches(bare, r"\.") | matches(bare, ",.*,")))
    for_comma = (matches(bare, _COMMA_ONLY) & ~grouped) | (
        by_dot & (matches(bare, ",") | matches(bare, r"\..*\."))
    )
    return "," if int(for_comma.sum()) > int(for_dot.sum()) else "."


def numbers(values: Cells, *, decimal: str) -> Floats:
    """Read numbers: separators, percent (12 % is 0.12), currency, 万 and 亿, (1) for -1; else NaN.

    What is infinite or beyond ±1e15 is NaN too.
    """
    plain = matches(values, _PLAIN)
    if decimal == ",":
        plain &= ~matches(values, _GROUPED_BY_DOT)
    found = _cast(values, plain)
    if not plain.all():
        rest = np.flatnonzero(~plain)
        found[rest] = _as_written(values.take(arrow.array(rest)), decimal)
    return np.where(np.abs(found) < LARGEST, found, np.nan)


def _as_written(values: Cells, decimal: str) -> Floats:
    bare, factors = _bare(values)
    if decimal == ",":
        shaped = matches(bare, _GROUPED_BY_DOT) | matches(bare, _COMMA_ONLY)
        undotted = compute.replace_substring(bare, pattern=".", replacement="")
        turned = compute.replace_substring(undotted, pattern=",", replacement=".")
    else:
        shaped = matches(bare, _GROUPED)
        turned = compute.replace_substring(bare, pattern=",", replacement="")
    bare = compute.if_else(arrow.array(shaped), turned, bare)
    return _cast(bare, matches(bare, _PLAIN)) * factors


def _cast(values: Cells, readable: Bools) -> Floats:
    """Read what is a plain number; the rest becomes NaN."""
    chosen = compute.if_else(arrow.array(readable), values, arrow.scalar(None, arrow.string()))
    unsigned = compute.replace_substring_regex(chosen, pattern=r"^\+", replacement="")
    return as_floats(unsigned)


def _bare(values: Cells) -> tuple[Cells, Floats]:
    """Strip what is not digits, separators and sign; return what is left, and the factor it stood for."""
    factors = np.ones(len(values))
    odd = np.flatnonzero(~matches(values, _USUAL))
    trailing = matches(values, r"-$").any()
    if not len(odd) and not trailing:
        return values, factors
    rows = np.arange(len(values)) if trailing else odd
    text, factors[rows] = _stripped(values.take(arrow.array(rows)))
    if len(rows) == len(values):
        return text, factors
    places = np.full(len(values), -1)
    places[rows] = np.arange(len(rows))
    merged = compute.if_else(
        arrow.array(places >= 0), text.take(arrow.array(np.maximum(places, 0))), values
    )
    return merged, factors


def _stripped(values: Cells) -> tuple[Cells, Floats]:
    """Strip currency, percent, units of 10,000, brackets and spaces between thousands."""
    text = keys(values)
    for pattern, replacement in (
        (r"[−‐‑]", "-"),
        (rf"^([+-]?\(?)\s*{_CURRENCY}\s*", r"\1"),
        (rf"\s*{_CURRENCY}(\)?)$", r"\1"),
        (r"^\(\s*(.*?)\s*\)$", r"-\1"),
        (r"^([\d.,]+)-$", r"-\1"),
        (r"^([+-])\s+", r"\1"),
    ):
        text = compute.replace_substring_regex(text, pattern=pattern, replacement=replacement)
    factors = np.ones(len(text))
    for sign, factor in (("%", 0.01), ("万", 1e4), ("亿", 1e8)):
        ends = matches(text, rf"\d\s*{sign}$")
        if ends.any():
            cut = compute.replace_substring_regex(text, pattern=rf"\s*{sign}$", replacement="")
            text = compute.if_else(arrow.array(ends), cut, text)
            factors = np.where(ends, factor, factors)
    spaced = matches(text, _SPACED)
    closed = compute.replace_substring_regex(text, pattern=r"[ '’]", replacement="")
    return compute.if_else(arrow.array(spaced), closed, text), factors


def _short(values: Cells, most: int) -> NDArray[np.int64]:
    """Return the places of values of at most so many bytes."""
    size = compute.binary_length(values).to_numpy(zero_copy_only=False)
    return np.flatnonzero(size <= most)
