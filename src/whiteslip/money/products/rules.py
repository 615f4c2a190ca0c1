"""Reading a product file, and the checks it must pass before it is published."""

from __future__ import annotations

import tomllib
from datetime import date
from typing import Any, TypeVar

from whiteslip.kernel.errors import InvalidInput
from whiteslip.kernel.money import Rounding
from whiteslip.money.plans.model import DayCount
from whiteslip.money.products.costs import offer_cost
from whiteslip.money.products.model import CapBasis, Method, PlanOffer, Product, Reopens
from whiteslip.money.products.policies import read_allocation

DAYS_A_YEAR = 365
T = TypeVar("T", Rounding, CapBasis, Method, DayCount, Reopens)
_WHOLE_NUMBERS = {
    "version": (1, 10_000),
    "due_days": (1, 60),
    "hold_days": (1, 90),
    "minimum_ppm": (0, 1_000_000),
    "revolving_fee_ppm": (0, 10_000),
    "late_fee_ppm": (0, 10_000),
    "grace_days": (0, 60),
    "annual_cap_ppm": (0, 1_000_000),
    "line_cap_minor": (1, 20_000_000_000),
    "plan_minimum_minor": (0, 20_000_000),
}


def parse(text: str, *, product_id: int) -> Product:
    """Read a product from TOML; what is missing, unknown or out of bounds is named and refused."""
    try:
        table: dict[str, Any] = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InvalidInput(f"the product file is not TOML: {error}") from error
    known = {*_WHOLE_NUMBERS, *_WORDS, "effective_on", "allocation", "plan"}
    if unknown := sorted(set(table) - known):
        raise InvalidInput(f"unknown key {unknown[0]!r} in the product file", where=unknown[0])
    numbers = {key: _whole(table, key, *bounds) for key, bounds in _WHOLE_NUMBERS.items()}
    words = {key: _word({"reopen": Reopens.OLD_DUE.value} | table, key) for key in _WORDS}
    product = Product(
        product_id=product_id,
        name=words["name"],
        currency=words["currency"],
        rounding=_member(Rounding, words, "rounding"),
        cap_basis=_member(CapBasis, words, "cap_basis"),
        effective_on=_day(table, "effective_on"),
        allocation=read_allocation(table.get("allocation")),
        plans=tuple(_plan(plan) for plan in table.get("plan", [])),
        reopens=_member(Reopens, words, "reopen"),
        **numbers,
    )
    _check_plans(product)
    _check_cost(product)
    return product


_WORDS = ("name", "currency", "rounding", "cap_basis", "reopen")


def _check_cost(product: Product) -> None:
    """Refuse terms that cost more than the cap: a plan's whole cost, or what one day may accrue."""
    for plan in product.plans:
        cost = offer_cost(plan)
        compound = product.cap_basis is CapBasis.COMPOUND
        annual_ppm = cost.compound_ppm if compound else cost.simple_ppm
        if annual_ppm > product.annual_cap_ppm:
            raise InvalidInput(
                f"the plan of {plan.months} months costs {annual_ppm / 10_000:.2f} % a year, "
                f"above the cap of {product.annual_cap_ppm / 10_000:.2f} %",
                where=f"plan {plan.months}",
            )
    for key in ("revolving_fee_ppm", "late_fee_ppm"):
        if getattr(product, key) * DAYS_A_YEAR > product.annual_cap_ppm:
            raise InvalidInput(f"{key} accrues more than the annual cap in a year", where=key)


def _whole(table: dict[str, Any], key: str, least: int, most: int) -> int:
    value = table.get(key)
    if type(value) is not int or not least <= value <= most:
        raise InvalidInput(f"{key} must be a whole number from {least} to {most}", where=key)
    return value


def _word(table: dict[str, Any], key: str) -> str:
    value = table.get(key)
    if not isinstance(value, str) or not value:
        raise InvalidInput(f"{key} must be a text", where=key)
    return value


def _member(kind: type[T], words: dict[str, str], key: str) -> T:
    try:
        return kind(words[key])
    except ValueError as error:
        choices = ", ".join(kind)
        raise InvalidInput(f"{key} must be one of: {choices}", where=key) from error


def _day(table: dict[str, Any], key: str) -> date:
    value = table.get(key)
    if type(value) is not date:
        raise InvalidInput(f"{key} must be a date", where=key)
    return value


def _plan(table: dict[str, Any]) -> PlanOffer:
    if unknown := sorted(set(table) - _PLAN_KEYS):
        raise InvalidInput(f"unknown key {unknown[0]!r} in a plan", where="plan")
    method = _member(Method, {"method": Method.FLAT_FEE, **table}, "method")
    months = _whole(table, "months", 2, 60)
    other = _INTEREST if method is Method.FLAT_FEE else {"monthly_fee_ppm"}
    if wrong := sorted(other & set(table)):
        text = f"{wrong[0]} says nothing in a plan whose method is {method}"
        raise InvalidInput(text, where=wrong[0])
    merchant_fee_ppm = _whole({"merchant_fee_ppm": 0, **table}, "merchant_fee_ppm", 0, 300_000)
    if method is Method.FLAT_FEE:
        fee_ppm = _whole(table, "monthly_fee_ppm", 0, 100_000)
        return PlanOffer(months, fee_ppm, merchant_fee_ppm=merchant_fee_ppm)
    return PlanOffer(
        months,
        method=method,
        annual_ppm=_whole(table, "annual_ppm", 1, 1_000_000),
        day_count=_member(DayCount, {"day_count": "", **table}, "day_count"),
        multiple_minor=_whole({"multiple_minor": 1, **table}, "multiple_minor", 1, 100_000),
        merchant_fee_ppm=merchant_fee_ppm,
    )


_INTEREST = {"annual_ppm", "day_count", "multiple_minor"}
_PLAN_KEYS = _INTEREST | {"months", "method", "monthly_fee_ppm", "merchant_fee_ppm"}


def _check_plans(product: Product) -> None:
    """Refuse a term that is offered twice, and rounding to multiples that could leave a month with nothing to pay."""
    seen: set[int] = set()
    for plan in product.plans:
        if plan.months in seen:
            raise InvalidInput(f"a plan of {plan.months} months is offered twice", where="plan")
        seen.add(plan.months)
        least = 2 * plan.months * (plan.months - 1) * plan.multiple_minor
        if plan.bears_interest and product.plan_minimum_minor < least:
            raise InvalidInput(
                f"in multiples of {plan.multiple_minor} a plan of {plan.months} months splits at least {least}",
                where="plan_minimum_minor",
            )
