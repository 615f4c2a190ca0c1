"""How much of a line may be used at each restriction level: the one place for this arithmetic."""

from __future__ import annotations

from typing import Annotated, Final

from msgspec import Meta, Struct

from whiteslip.kernel.money import Minor
from whiteslip.kernel.parameters import read_parameters
from whiteslip.kernel.rate import WHOLE_PPM

STEP_UP_LEVEL: Final = 2
"""From this restriction level on, every purchase needs a second factor."""
RESTRICTED_LEVEL: Final = 3
"""From this one on, only a share of the fixed limit may be used, and no temporary limit."""
SUSPENDED_LEVEL: Final = 4
"""From this one on, a line takes no new purchase."""


_FILE = "use.toml"


class Use(Struct, frozen=True, forbid_unknown_fields=True):
    """The parameters: which share of its fixed limit a restricted line may use."""

    restricted_share_ppm: Annotated[int, Meta(ge=0, le=WHOLE_PPM)]


def usable_minor(
    level: int,
    fixed_minor: Minor,
    temporary_minor: Minor,
    *,
    credit_barred: bool,
    restricted_share_ppm: int,
) -> Minor:
    """Return all that may be used at a level, what is used already included; a share is rounded down to the minor unit.

    Where new credit is barred, that is nothing.

    SQL twins: place_holds.sql, views/sql/sum_book.sql, world/sql/read_wallets.sql.
    """
    if credit_barred or level >= SUSPENDED_LEVEL:
        return 0
    if level >= RESTRICTED_LEVEL:
        return fixed_minor * restricted_share_ppm // WHOLE_PPM
    return fixed_minor + temporary_minor


def available_minor(usable: Minor, *, limit_minor: Minor, used_minor: Minor) -> Minor:
    """Return what may still be used; negative only where more is used than the limits, never by a restriction."""
    return min(limit_minor - used_minor, max(0, usable - used_minor))


def read(text: str) -> Use:
    """Read the parameters from TOML; what is missing, unknown or out of bounds is named and refused."""
    return read_parameters(text, Use, file=_FILE)
