"""Who may see what: every page and form of a table, asked for by everybody, about their own things and others'."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

import httpx
from tests.web.addresses import address
from tests.web.visitors import Visitor
from tests.web.worlds import Served

from whiteslip.infra.accounts.model import Account, Kind, Role
from whiteslip.web.rights import Owner, admits
from whiteslip.web.table import Route

CAST = (*(role.value for role in Role), "merchant", "shopper", "")
"""Everybody who asks; "" is nobody, signed out."""


class Cell(NamedTuple):
    """Somebody asking for a page about somebody's things, and what may come back."""

    route: Route
    who: str
    about: str
    allowed: frozenset[int]

    def __str__(self) -> str:
        return f"{self.route.method} {self.route.path} as {self.who or 'nobody'} about {self.about}"


def cells(routes: Iterable[Route], world: Served) -> Iterator[Cell]:
    """List every cell: a page, who asks, and whose things it names."""
    accounts = {who: world.account(who) if who else None for who in CAST}
    for route in routes:
        for who, account in accounts.items():
            yield Cell(route, who, "own", _expected(route, account))
            if account is not None and _is_owned(route, account):
                yield Cell(route, who, "another's", frozenset({404}))


def faults(routes: Iterable[Route], world: Served) -> list[str]:
    """Ask for every cell and name those that are answered otherwise than the table says."""
    found: list[str] = []
    for cell in cells(routes, world):
        response = _ask(cell, world)
        if response.status_code not in cell.allowed:
            found.append(f"{cell}: {response.status_code}, not {sorted(cell.allowed)}")
        elif cell.who == "" and not cell.route.sees.public:
            to = response.headers["location"]
            found += [] if to.startswith("/sign-in") else [f"{cell}: leads to {to}"]
    return found


def _expected(route: Route, account: Account | None) -> frozenset[int]:
    if not admits(route.sees, account):
        return frozenset({303 if account is None else 403})
    if route.method == "GET":
        return frozenset({200, 303})
    return frozenset({303, 422}) if route.door else frozenset({422})


def _is_owned(route: Route, account: Account) -> bool:
    own = {Kind.SHOPPER: Owner.CUSTOMER, Kind.MERCHANT: Owner.MERCHANT}.get(account.kind)
    return admits(route.sees, account) and own is route.owner


def _ask(cell: Cell, world: Served) -> httpx.Response:
    """Ask with a fresh session; a form carries a field nobody knows, so that it is understood and does nothing."""
    visitor = world.visitor(cell.who)
    path = address(cell.route, world, _whose(cell, world))
    if cell.route.method == "GET":
        return visitor.get(path)
    return visitor.post(path, {"nobody-knows": "1"}, token=_token(visitor))


def _whose(cell: Cell, world: Served) -> Account:
    who = cell.who if cell.about == "own" else f"other {cell.who}"
    return world.account(who or "shopper")


def _token(visitor: Visitor) -> str | None:
    """Take the token a page holds; who is signed out gets one from the page for signing in."""
    return None if visitor.token else visitor.seal_on("/sign-in")
