"""Appetites to test with, and what a back-test finds."""

from __future__ import annotations

from typing import Any

from whiteslip.kernel.verdict import Outcome
from whiteslip.risk.appetite import store
from whiteslip.risk.appetite.model import Appetite
from whiteslip.risk.appetite.reading import read_appetite


def body(version: int = 1, *, least_count: int = 1, **limits: int | str) -> str:
    """The shipped text as another version: limits as given, every least count the same, and nothing unknown refuses.

    `suspended=5_000` sets a limit, `suspended_unknown="refuse"` what it means when it cannot be known.
    """
    lines: list[str] = []
    section = ""
    for line in store.shipped().splitlines():
        if line.startswith("[limits."):
            section = line.removeprefix("[limits.").removesuffix("]")
        name = line.partition(" = ")[0]
        said: dict[str, int | str] = {
            "version": version,
            "least_count": least_count,
            "unknown": f'"{limits.get(section + "_unknown", "say")}"',
        }
        if section in limits:
            said |= dict.fromkeys(("most_ppm", "least_ppm"), limits[section])
        lines.append(f"{name} = {said[name]}" if name in said else line)
    return "\n".join(lines) + "\n"


def appetite(**limits: int | str) -> Appetite:
    return read_appetite(body(**limits))  # pyright: ignore[reportArgumentType]


def cell(cases: int = 0, owed: int = 0, mature: int = 0, bad: int = 0, bad_owed: int = 0) -> Any:
    return {
        "cases": cases,
        "amount_minor": owed,
        "mature": mature,
        "bad": bad,
        "bad_amount_minor": bad_owed,
        "bad_rate": None,
    }


def found(*, stopped: Any, left: Any, before: int = 0) -> dict[str, Any]:
    """What a back-test finds of a draft that suspends some and clears the others; `before` were suspended already."""
    whole = {name: stopped[name] + left[name] for name in stopped if name != "bad_rate"}
    labels = [outcome.label for outcome in Outcome]
    after = dict.fromkeys(labels, cell()) | {"suspend": stopped, "clear": left}
    swap = {one: dict.fromkeys(labels, cell()) for one in labels}
    swap["suspend"]["suspend"] = cell(before)
    return {"whole": whole, "after": after, "swap": swap}
