"""Reading the table of relief, strictly: what is missing, unknown or out of bounds is refused with its place."""

from __future__ import annotations

import tomllib
from types import MappingProxyType
from typing import Any, cast

from whiteslip.care.hardship.model import Form, FormTerms, Table
from whiteslip.kernel.errors import InvalidInput

_FILE = "relief.toml"
_NUMBERS = {
    "grace_days": (0, 30),
    "lapse_days": (1, 90),
    "approve_above_minor": (0, 10**12),
    "approve_above_parts": (1, 60),
    "small_weight": (0, 100),
    "large_weight": (1, 100),
}
_FORM_NUMBERS = {
    "least_days_past_due": (0, 3650),
    "most_days_past_due": (0, 3650),
    "most_a_year": (0, 100),
    "fewest": (1, 60),
    "most": (1, 60),
    "usual": (1, 60),
    "fee_ppm": (0, 20_000),
}
_FORM_TRUTHS = ("stops_fees", "pauses_reminders", "bars_credit")


def read(text: str) -> Table:
    """Read the table from TOML."""
    try:
        table: dict[str, Any] = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InvalidInput(f"{_FILE} is not TOML: {error}") from error
    _only(table, {*_NUMBERS, "approve_waivers", "form"}, _FILE)
    numbers = {key: _whole(table, key, *bounds) for key, bounds in _NUMBERS.items()}
    if numbers["small_weight"] > numbers["large_weight"]:
        raise InvalidInput("a lean month pays no more than a good one", where="small_weight")
    forms = _table(table.get("form"), "form")
    _only(forms, set(Form), "form")
    return Table(
        approve_waivers=_truth(table, "approve_waivers"),
        forms=MappingProxyType({form: _form(forms.get(form), form) for form in Form}),
        **numbers,
    )


def _form(value: object, form: Form) -> FormTerms:
    where = f"form.{form}"
    table = _table(value, where)
    _only(table, {*_FORM_NUMBERS, *_FORM_TRUTHS}, where)
    numbers = {key: _whole(table, key, *bounds) for key, bounds in _FORM_NUMBERS.items()}
    if not numbers["fewest"] <= numbers["usual"] <= numbers["most"]:
        raise InvalidInput(f"{where}: fewest ≤ usual ≤ most does not hold", where=where)
    if numbers["least_days_past_due"] > numbers["most_days_past_due"]:
        raise InvalidInput(f"{where}: no day lies within its bounds", where=where)
    return FormTerms(**numbers, **{key: _truth(table, key) for key in _FORM_TRUTHS})


def _table(value: object, where: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise InvalidInput(f"{_FILE} has no table {where}", where=where)
    return cast("dict[str, Any]", value)


def _only(table: dict[str, Any], known: set[str], where: str) -> None:
    if unknown := sorted(set(table) - known):
        raise InvalidInput(f"unknown key {unknown[0]!r} in {where}", where=unknown[0])


def _whole(table: dict[str, Any], key: str, least: int, most: int) -> int:
    value = table.get(key)
    if type(value) is not int or not least <= value <= most:
        raise InvalidInput(f"{key} must be a whole number from {least} to {most}", where=key)
    return value


def _truth(table: dict[str, Any], key: str) -> bool:
    value = table.get(key)
    if type(value) is not bool:
        raise InvalidInput(f"{key} must be true or false", where=key)
    return value
