"""Whether a line may take a purchase, and every reason why not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date

from whiteslip.kernel.errors import InvalidInput
from whiteslip.kernel.money import decimal_text
from whiteslip.kernel.reason import Reason, ReasonCode
from whiteslip.money.lines.model import (
    RESTRICTED_LEVEL,
    STEP_UP_LEVEL,
    SUSPENDED_LEVEL,
    Change,
    Line,
    NewLine,
)
from whiteslip.money.lines.use import Use
from whiteslip.money.products.model import Product


def may_hold(line: Line, amount_minor: int, *, in_plan: bool = False) -> bool:
    """Tell whether the line is open, not barred, and has room at its level; the twin of the guard in place_holds."""
    return (
        line.status == "open"
        and not (in_plan and line.plans_barred)
        and line.used_minor + amount_minor <= line.usable_minor
    )


def is_restricting(line: Line, amount_minor: int, *, in_plan: bool = False) -> bool:
    """Tell whether a restriction stands in the way of a purchase, be there room or not."""
    if in_plan and line.plans_barred:
        return True
    if line.restriction_level >= SUSPENDED_LEVEL:
        return True
    return line.restriction_level >= RESTRICTED_LEVEL and amount_minor > line.available_minor


def needs_verification(line: Line) -> bool:
    """Tell whether a purchase on this line needs a second factor; what a level asks, a stricter one asks too."""
    return line.restriction_level >= STEP_UP_LEVEL


def refusals(line: Line, amount_minor: int) -> Iterator[Reason]:
    """Name what the line itself has against a purchase; a restriction's reasons are the risk stream's.

    A restricted line tells how much may still be used; one that is suspended or barred only speaks of its limits where
    they have no room either.
    """
    if line.status != "open":
        yield Reason(ReasonCode.LINE_CLOSED)
    stopped = line.credit_barred or line.restriction_level >= SUSPENDED_LEVEL
    if amount_minor > (line.room_minor if stopped else line.available_minor):
        available = decimal_text(max(0, line.available_minor))
        yield Reason(ReasonCode.LIMIT_EXCEEDED, {"available": available})


def check_new(request: NewLine, product: Product) -> InvalidInput | None:
    """Name what is wrong with a line about to be opened."""
    if not 0 <= request.fixed_limit_minor <= product.line_cap_minor:
        cap = decimal_text(product.line_cap_minor)
        return InvalidInput(f"a limit is from 0 to {cap}", where="fixed_limit_minor")
    if not 1 <= request.statement_day <= 28:
        return InvalidInput("a statement day is from 1 to 28", where="statement_day")
    return None


def opened(request: NewLine, product: Product, use: Use, *, line_id: int, on: date) -> Line:
    """Return a line as it is when opened: nothing used, nothing owed."""
    return Line(
        request.customer_id,
        line_id,
        product.product_id,
        "open",
        0,
        request.statement_day,
        request.fixed_limit_minor,
        0,
        0,
        0,
        0,
        on,
        credit_barred=False,
        plans_barred=False,
        restricted_share_ppm=use.restricted_share_ppm,
    )


def fold(changes: Iterable[Change]) -> list[Change]:
    """Add the changes of each line up, sorted by customer and line so that batches meet in one order."""
    sums: dict[tuple[int, int], Counter[str]] = {}
    for change in changes:
        total = sums.setdefault((change.customer_id, change.line_id), Counter())
        for name, value in zip(_BALANCES, change[2:], strict=True):
            total[name] += value
    return [Change(*key, *(sums[key][name] for name in _BALANCES)) for key in sorted(sums)]


_BALANCES = Change._fields[2:]
