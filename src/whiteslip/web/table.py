"""The table of pages: each with whom it is for and whose it is; nothing is registered without, or served beside it."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Iterable, Iterator
from typing import Any, NamedTuple, TypeAlias, TypeVar

from starlette.requests import Request
from starlette.responses import Response

from whiteslip.infra.accounts.model import Kind
from whiteslip.kernel.errors import invariant
from whiteslip.web.forms import Form
from whiteslip.web.rights import Owner, Sight

Show: TypeAlias = Callable[..., Any]
"""From a `Visit` to an `Answer` (`web/visiting.py`)."""
Act: TypeAlias = Callable[..., Any]
"""From an `Acting` and the form to `Done` or `Queued` (`web/acting.py`)."""
Door: TypeAlias = Callable[[Request, "Route"], Awaitable[Response]]
S = TypeVar("S", bound=Callable[..., Any])

PARAMETER = re.compile(r"\{(\w+)\}")
# fmt: off
OWNED = frozenset({
    "act", "apl", "app", "bco", "cap", "cas", "cau", "cof", "con", "deb",
    "dec", "dsp", "flg", "gwl", "hol", "inq", "ins", "lin", "lmr",
    "msg", "pay", "pur", "ref", "rep", "res", "rlf", "rng", "src", "stm",
    "wvr",
})
# fmt: on
"""Ids that carry their customer: `{pur}` in an address is a purchase such as pur_7_42."""
SINGLE = frozenset(["cus", "mer", "cam", "lrun"])
"""Ids of one number."""
_published: list[Route] = []
_ZONES = {"/my": Kind.SHOPPER, "/shop": Kind.MERCHANT, "/desk": Kind.STAFF}


class Route(NamedTuple):
    """A page (GET) or a form (POST)."""

    method: str
    path: str
    sees: Sight
    owner: Owner
    desk: str
    name: str
    show: Show | None = None
    act: Act | None = None
    form: type[Form] | None = None
    again: Route | None = None
    door: Door | None = None
    uploads: bool = False
    queued: bool = False
    nav: str = ""
    order: int = 0
    is_file: bool = False

    @property
    def parameters(self) -> tuple[str, ...]:
        """The names in braces of the path."""
        return tuple(PARAMETER.findall(self.path))

    @property
    def checks_itself(self) -> bool:
        """Tell whether the handler must say whose the thing is, because its id does not."""
        if self.owner is Owner.NOBODY:
            return False
        return self.owner is Owner.MERCHANT or not any(name in OWNED for name in self.parameters)


class Routes:
    """The routes of one desk, in a module of `web/routes` each; `desk` names its words and templates."""

    def __init__(self, desk: str) -> None:
        self.desk = desk
        self._routes: list[Route] = []
        self._by_show: dict[Any, Route] = {}

    def __iter__(self) -> Iterator[Route]:
        return iter(self._routes)

    def page(
        self,
        path: str,
        *,
        sees: Sight,
        owner: Owner | None = None,
        nav: str = "",
        order: int = 0,
        is_file: bool = False,
    ) -> Callable[[S], S]:
        """Register a page; `nav` is the key of its name in the navigation, in the group `nav` of the words.

        One that `is_file` is kept by the browser and not shown.
        """

        def register(show: S) -> S:
            route = self._route("GET", path, sees, owner, show)._replace(
                show=show, nav=nav, order=order, is_file=is_file
            )
            self._by_show[show] = self._keep(route)
            return show

        return register

    def form(
        self,
        path: str,
        form: type[Form],
        *,
        sees: Sight,
        again: Show,
        owner: Owner | None = None,
        uploads: bool = False,
        queued: bool = False,
    ) -> Callable[[S], S]:
        """Register what a form does; `again` is the page that is shown anew when something is wrong in it.

        A `queued` one asks a lane of its own; the others are given a transaction. Those with `uploads` take files.
        """
        invariant(not sees.public, f"{path}: a form for anyone is a door")
        shown = self._by_show.get(again)
        invariant(shown is not None, f"{path}: `again` is a page registered before")
        known = set(shown.parameters) if shown else set[str]()
        invariant(known <= set(PARAMETER.findall(path)), f"{path}: has not all ids of its page")

        def register(act: S) -> S:
            route = self._route("POST", path, sees, owner, act)
            facts: dict[str, Any] = {"uploads": uploads, "queued": queued}
            self._keep(route._replace(act=act, form=form, again=shown, **facts))
            return act

        return register

    def door(
        self, method: str, path: str, *, sees: Sight, owner: Owner | None = None
    ) -> Callable[[S], S]:
        """Register a route that answers by itself: signing in and out, files, links."""

        def register(door: S) -> S:
            self._keep(self._route(method, path, sees, owner, door)._replace(door=door))
            return door

        return register

    def _route(
        self, method: str, path: str, sees: Sight, owner: Owner | None, handler: Any
    ) -> Route:
        named = PARAMETER.findall(path)
        invariant(owner is not None or not named, f"{path}: say whose {named} is, with `owner`")
        _check_zone(path, sees)
        name = f"{self.desk}.{handler.__name__}"
        return Route(method, path, sees, owner or Owner.NOBODY, self.desk, name)

    def _keep(self, route: Route) -> Route:
        self._routes.append(route)
        return route


def publish(found: Iterable[Route]) -> tuple[Route, ...]:
    """Make these the pages there are; called once by `web/pages.py`, which collects them."""
    _published[:] = check(found)
    return tuple(_published)


def whole() -> tuple[Route, ...]:
    """Return every page there is."""
    invariant(bool(_published), "the table of pages is read before it is published")
    return tuple(_published)


def check(found: Iterable[Route]) -> list[Route]:
    """Insist that each address is registered once."""
    seen: set[tuple[str, str]] = set()
    kept = list(found)
    for route in kept:
        address = (route.method, PARAMETER.sub("{}", route.path))
        invariant(address not in seen, f"{route.method} {route.path} is registered twice")
        seen.add(address)
    return kept


def _check_zone(path: str, sees: Sight) -> None:
    """Insist that an address says by its beginning whom it is for."""
    zone = next((kind for start, kind in _ZONES.items() if _below(path, start)), None)
    wanted = None if sees.public else next(iter(sees.kinds))
    invariant(zone is wanted, f"{path}: /my is for customers, /shop for shops, /desk for staff")
    if zone is not Kind.STAFF:
        invariant("{cus}" not in path, f"{path}: the customer comes from the session")
    if zone is Kind.STAFF:
        invariant(bool(sees.roles), f"{path}: name the roles that may see it")


def _below(path: str, start: str) -> bool:
    return path == start or path.startswith(f"{start}/")
