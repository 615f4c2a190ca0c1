"""Reading the table of relief, strictly: what is missing, unknown or out of bounds is refused with its place."""

from __future__ import annotations

from whiteslip.care.hardship.model import Form, FormTerms, Table
from whiteslip.kernel.errors import InvalidInput
from whiteslip.kernel.parameters import read_parameters

_FILE = "relief.toml"


def read(text: str) -> Table:
    """Read the table from TOML."""
    table = read_parameters(text, Table, file=_FILE)
    if table.small_weight > table.large_weight:
        raise InvalidInput("a lean month pays no more than a good one", where="small_weight")
    for form in Form:
        if form not in table.forms:
            raise InvalidInput(f"{_FILE} has no table form.{form}", where=f"form.{form}")
        _check(table.forms[form], f"form.{form}")
    return table


def _check(terms: FormTerms, where: str) -> None:
    if not terms.fewest <= terms.usual <= terms.most:
        raise InvalidInput(f"{where}: fewest ≤ usual ≤ most does not hold", where=where)
    if terms.least_days_past_due > terms.most_days_past_due:
        raise InvalidInput(f"{where}: no day lies within its bounds", where=where)
