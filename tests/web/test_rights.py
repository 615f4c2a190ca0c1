"""Who may see what: the whole table in every cell, and planted holes that the same test finds."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pytest
from tests.web.matrix import CAST, faults
from tests.web.worlds import Served, served

from whiteslip.kernel.errors import InvariantBroken
from whiteslip.web import pages
from whiteslip.web.acting import Acting, Done
from whiteslip.web.forms import Nothing
from whiteslip.web.rights import Owner, Role, Sight, anyone, merchant, shopper, staff
from whiteslip.web.table import Route, Routes, check
from whiteslip.web.visiting import Answer, Visit

pytestmark = pytest.mark.slow


def test_every_page_opens_for_whom_it_is_and_for_nobody_else(world: Served) -> None:
    table = pages.load()

    assert {route.method for route in table} == {"GET", "POST"}
    assert len(table) * len(CAST) > 150
    assert faults(table, world) == []


def _shows(visit: Visit) -> Answer:
    return visit.show("home/home.html", has_book=False, has_story=False)


def _planted(sees: Sight, *, checks: bool = True) -> Routes:
    """Make pages beside the others: one of each kind of owner."""
    zone = {shopper(): "/my", merchant(): "/shop"}.get(sees, "/desk")
    zone = "" if sees.public else zone
    routes = Routes("home")

    @routes.page(f"{zone}/planted", sees=sees)
    def show(visit: Visit) -> Answer:
        return visit.show("home/home.html", has_book=False, has_story=False)

    if not sees.public:

        @routes.form(f"{zone}/planted", Nothing, sees=sees, again=show)
        def act(act: Acting, form: Nothing) -> Done:
            return Done(f"{zone}/planted")

    owner = {shopper(): Owner.CUSTOMER, merchant(): Owner.MERCHANT}.get(sees, Owner.NOBODY)

    @routes.page(f"{zone}/planted/{{pur}}", sees=sees, owner=owner)
    def show_purchase(visit: Visit) -> Answer:
        if checks and owner is Owner.MERCHANT:
            number = visit.owned("pur").number
            row = visit.db.execute(
                b"SELECT merchant_id FROM money.purchase WHERE purchase_id = %s", (number,)
            ).fetchone()
            assert row is not None
            visit.mine(merchant_id=row[0])
        return visit.show("home/home.html", has_book=False, has_story=False)

    return routes


def _as_declared(really: Iterable[Route], declared: Iterable[Route]) -> list[Route]:
    """Serve some pages at the addresses of others, as if they had been declared like those."""
    paths = {(route.name, route.method): route.path for route in declared}
    return [route._replace(path=paths[route.name, route.method]) for route in really]


@pytest.mark.parametrize("sees", [staff(Role.RISK), shopper(), merchant()])
def test_planted_pages_that_keep_to_the_table_pass(
    world: Served, tmp_path: Path, sees: Sight
) -> None:
    routes = _planted(sees)
    with served(world.database, tmp_path, beside=routes) as url:
        assert faults(routes, world._replace(url=url)) == []


@pytest.mark.parametrize(
    ("declared", "really", "seen"),
    [
        (staff(Role.RISK), anyone(), "as nobody about own: 200"),
        (staff(Role.RISK), staff(Role.RISK, Role.ADMIN), "as admin about own: 200"),
        (shopper(), anyone(), "as book about own: 200"),
        (merchant(), shopper(), "as merchant about own: 403"),
    ],
)
def test_control_a_page_open_to_others_is_found(
    world: Served, tmp_path: Path, declared: Sight, really: Sight, seen: str
) -> None:
    table = _planted(declared)
    routes = _as_declared(_planted(really), table)
    with served(world.database, tmp_path, beside=routes) as url:
        found = faults(table, world._replace(url=url))

    assert any(seen in fault for fault in found), found


def test_control_a_customers_page_that_shows_anothers_things_is_found(
    world: Served, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    routes = _planted(shopper())
    monkeypatch.setattr("whiteslip.web.visiting.OWNED", ())
    with served(world.database, tmp_path, beside=routes) as url:
        found = faults(routes, world._replace(url=url))

    assert any("/my/planted/{pur} as shopper about another's: 200" in fault for fault in found)


def test_control_a_shops_page_that_asks_nobody_whose_it_is_does_not_answer(
    world: Served, tmp_path: Path
) -> None:
    routes = _planted(merchant(), checks=False)
    with served(world.database, tmp_path, beside=routes) as url:
        found = faults(routes, world._replace(url=url))

    assert any("/shop/planted/{pur} as merchant about own: 500" in fault for fault in found)


def test_a_page_for_which_no_address_can_be_made_fails(world: Served) -> None:
    routes = Routes("home")

    @routes.page("/desk/planted/{nowhere}", sees=staff(Role.RISK), owner=Owner.NOBODY)
    def show(visit: Visit) -> Answer:
        return visit.show("home/home.html", has_book=False, has_story=False)

    with pytest.raises(AssertionError, match="no test can make"):
        faults(routes, world)


def test_registering_without_rights_is_impossible() -> None:
    routes = Routes("home")

    with pytest.raises(TypeError, match="sees"):
        routes.page("/planted")  # pyright: ignore[reportCallIssue]


@pytest.mark.parametrize(
    ("path", "sees", "says"),
    [
        ("/desk/planted", shopper(), "/my is for customers"),
        ("/my/planted", staff(Role.RISK), "/my is for customers"),
        ("/planted", merchant(), "/my is for customers"),
        ("/desk/planted", anyone(), "/my is for customers"),
        ("/desk/planted", staff(), "name the roles"),
        ("/my/{cus}", shopper(), "the customer comes from the session"),
    ],
)
def test_an_address_says_whom_it_is_for(path: str, sees: Sight, says: str) -> None:
    with pytest.raises(InvariantBroken, match=says):
        Routes("home").page(path, sees=sees, owner=Owner.NOBODY)(_shows)


def test_an_address_with_a_thing_says_whose_it_is() -> None:
    with pytest.raises(InvariantBroken, match="say whose"):
        Routes("home").page("/my/purchases/{pur}", sees=shopper())(_shows)


def test_an_address_is_registered_once() -> None:
    route = next(iter(pages.load()))

    with pytest.raises(InvariantBroken, match="registered twice"):
        check([route, route])


def test_a_page_served_beside_the_table_is_refused() -> None:
    pages.check_served(iter([("GET", "/")]))

    with pytest.raises(InvariantBroken, match="without saying who may see it"):
        pages.check_served(iter([("GET", "/desk/hidden")]))
