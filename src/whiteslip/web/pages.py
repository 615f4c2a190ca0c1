"""All pages: the routes of every module of `web/routes`, collected into one table and served."""

from __future__ import annotations

import pkgutil
from collections.abc import Iterator
from functools import cache
from importlib import import_module

from fastapi import APIRouter

from whiteslip.kernel.errors import InvariantBroken
from whiteslip.web import assets, routes, serving, table
from whiteslip.web.table import Route, Routes


@cache
def load() -> tuple[Route, ...]:
    """Collect the table of pages and publish it."""
    return table.publish(_collected())


def router() -> APIRouter:
    """Make the router of every page, and of what pages load."""
    made = APIRouter(include_in_schema=False)
    made.add_route(serving.STATIC, assets.serve, methods=["GET"], include_in_schema=False)
    serving.add(made, load())
    return made


def check_served(paths: Iterator[tuple[str, str]]) -> None:
    """Insist that no page is served that is not in the table; `paths` are methods with paths."""
    known = {(route.method, route.path) for route in load()} | {("GET", serving.STATIC)}
    for method, path in paths:
        if (method, path) not in known:
            raise InvariantBroken(f"{method} {path} is served without saying who may see it")


def _collected() -> Iterator[Route]:
    for module in sorted(module.name for module in pkgutil.iter_modules(routes.__path__)):
        own = getattr(import_module(f"{routes.__name__}.{module}"), "routes", None)
        if not isinstance(own, Routes):
            raise InvariantBroken(f"web/routes/{module}.py has no `routes = Routes(…)`")
        yield from own
