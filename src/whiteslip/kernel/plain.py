"""Figures as plain objects, lists and numbers, to be written as JSON."""

from __future__ import annotations

import math
from typing import Any, cast


def plain(value: Any, *, digits: int) -> Any:
    """Turn named tuples into objects, which `asdict` leaves as they are; what is only noise is rounded, NaN is None."""
    if hasattr(value, "_asdict"):
        value = value._asdict()
    match value:
        case dict():
            named = cast("dict[str, Any]", value)
            return {name: plain(each, digits=digits) for name, each in named.items()}
        case list() | tuple():
            return [plain(each, digits=digits) for each in cast("list[Any]", value)]
        case float():
            return None if math.isnan(value) else round(value, digits)
        case _:
            return value
