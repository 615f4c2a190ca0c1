"""Reading the allocation policy of a product file, and the checks it must pass."""

from __future__ import annotations

from itertools import product as pairs
from typing import Any, cast

from whiteslip.kernel.errors import InvalidInput
from whiteslip.money.plans.model import Future, Timing, ordered
from whiteslip.money.products.model import (
    AllocationOrder,
    AllocationPolicy,
    Component,
    PaymentKind,
)

_STRATEGIES = {"horizontal": False, "vertical": True}
_EXCESSES: dict[str, Future | None] = {"credit": None, **{one.value: one for one in Future}}
_KEYS = frozenset({"strategy", "order", "excess"})


def name_of(place: tuple[Timing, Component]) -> str:
    """Name a place of an order as files and tables do: "past due: late_fee"."""
    state, component = place
    return f"{state}: {component}"


_PLACES = {name_of(place): place for place in pairs(Timing, Component)}


def read_allocation(value: Any) -> AllocationPolicy:
    """Read a policy: a list of the components in order, or a table that says more.

    A table has a strategy, an order, an excess, and tables of kinds of payment, which say what is otherwise for them.
    """
    if isinstance(value, list):
        return AllocationPolicy(_order(cast("list[Any]", value), "allocation"))
    if not isinstance(value, dict):
        text = "allocation must be a list of components or a table"
        raise InvalidInput(text, where="allocation")
    table = cast("dict[str, Any]", value)
    own = {key: part for key, part in table.items() if key not in set(PaymentKind)}
    kinds = tuple((kind, _kind(table[kind], own, kind)) for kind in PaymentKind if kind in table)
    policy = _policy(own, "allocation")
    return AllocationPolicy(policy.order, policy.by_component, policy.future, kinds)


def _kind(value: Any, default: dict[str, Any], kind: PaymentKind) -> AllocationPolicy:
    where = f"allocation.{kind}"
    if not isinstance(value, dict):
        raise InvalidInput(f"{where} must be a table", where=where)
    return _policy(default | cast("dict[str, Any]", value), where)


def _policy(table: dict[str, Any], where: str) -> AllocationPolicy:
    if unknown := sorted(set(table) - _KEYS):
        raise InvalidInput(f"unknown key {unknown[0]!r} in {where}", where=where)
    by_component = _choice(table, "strategy", _STRATEGIES, where)
    order = _order(table.get("order"), where)
    if not by_component and [state for state, _ in order] != [
        state for state in Timing for _ in Component
    ]:
        text = f"{where}: the oldest due is first where the strategy is horizontal"
        raise InvalidInput(f"{text}, so past due, due, in advance", where=where)
    return AllocationPolicy(order, by_component, _choice(table, "excess", _EXCESSES, where))


def _order(value: Any, where: str) -> AllocationOrder:
    names = cast("list[Any]", value) if isinstance(value, list) else []
    if not all(isinstance(name, str) for name in names):
        names = []
    if sorted(names) == sorted(Component):
        return ordered(*(Component(name) for name in names))
    if sorted(names) == sorted(_PLACES):
        return tuple(_PLACES[name] for name in names)
    text = f"the order of {where} must name each component once, or each in each state"
    raise InvalidInput(f'{text}, such as "past due: fee"', where=where)


def _choice(table: dict[str, Any], key: str, choices: dict[str, Any], where: str) -> Any:
    value = table.get(key, next(iter(choices)))
    if not isinstance(value, str) or value not in choices:
        raise InvalidInput(f"{key} of {where} must be one of: {', '.join(choices)}", where=where)
    return choices[value]
