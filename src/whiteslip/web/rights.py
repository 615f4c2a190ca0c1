"""Who may see a page: staff by role, the people of a shop, a customer, or anybody."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

from whiteslip.infra.accounts.model import Account, Kind, Role

__all__ = ["Owner", "Role", "Sight", "admits", "anyone", "merchant", "shopper", "staff"]


class Owner(StrEnum):
    """Whose the things in an address are."""

    CUSTOMER = "customer"
    MERCHANT = "merchant"
    NOBODY = "nobody"
    """The address names nothing that is one person's, or those who may see it may see everybody's."""


class Sight(NamedTuple):
    """Whom a page is for: accounts of these kinds, and of staff those with one of these roles."""

    kinds: frozenset[Kind]
    roles: frozenset[Role] = frozenset()
    public: bool = False


def anyone() -> Sight:
    """Everybody, signed in or not."""
    return Sight(frozenset(Kind), frozenset(Role), public=True)


def staff(*roles: Role) -> Sight:
    """Staff with one of these roles; named one by one, so that a new role sees nothing by chance."""
    return Sight(frozenset({Kind.STAFF}), frozenset(roles))


def merchant() -> Sight:
    """People of a shop, who see their own shop only."""
    return Sight(frozenset({Kind.MERCHANT}))


def shopper() -> Sight:
    """A customer, who sees their own affairs only."""
    return Sight(frozenset({Kind.SHOPPER}))


def admits(sight: Sight, account: Account | None) -> bool:
    """Tell whether somebody may see a page; who is signed out is nobody."""
    if sight.public:
        return True
    if account is None or account.kind not in sight.kinds:
        return False
    return account.kind is not Kind.STAFF or bool(account.roles & sight.roles)
