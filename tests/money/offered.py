"""Products of tests: the shipped one that has plans, with other plans."""

from __future__ import annotations

from collections.abc import Mapping

from whiteslip.money.products import rules
from whiteslip.money.products.model import Product
from whiteslip.money.products.store import shipped


def text_with(
    plans: str,
    *,
    rounding: str = "half_even",
    name: str = "pay-later",
    numbers: Mapping[str, int] | None = None,
    words: Mapping[str, str] | None = None,
) -> str:
    """The text of a product with these plans, and some whole numbers other than it has them."""
    text = next(text for text in shipped() if "[[plan]]" in text).split("[[plan]]")[0]
    text = text.replace('rounding = "half_even"', f'rounding = "{rounding}"')
    text = text.replace('name = "pay-later"', f'name = "{name}"')
    for key, value in (numbers or {}).items():
        line = next(line for line in text.splitlines() if line.startswith(f"{key} ="))
        text = text.replace(line, f"{key} = {value}")
    more = "".join(f'{key} = "{value}"\n' for key, value in (words or {}).items())
    return f"{text}\n{more}{plans}"


def flat(months: int, fee_ppm: int) -> str:
    """A plan with a flat fee."""
    return f"[[plan]]\nmonths = {months}\nmonthly_fee_ppm = {fee_ppm}\n"


def bearing(
    months: int,
    annual_ppm: int,
    *,
    method: str = "equal_installments",
    day_count: str = "by period",
    multiple: int = 1,
) -> str:
    """A plan that bears interest."""
    return (
        f'[[plan]]\nmonths = {months}\nmethod = "{method}"\nannual_ppm = {annual_ppm}\n'
        f'day_count = "{day_count}"\nmultiple_minor = {multiple}\n'
    )


def product_with(plans: str, *, rounding: str = "half_even", **numbers: int) -> Product:
    """A product with these plans."""
    text = text_with(plans, rounding=rounding, numbers=numbers)
    return rules.parse(text, product_id=1)
