"""Answering for the table of pages: who comes, what they may, the page in their language, and its headers."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from typing import Any, Final
from urllib.parse import quote

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Match
from starlette.routing import Route as HttpRoute
from starlette.types import Scope
from structlog import get_logger

from whiteslip.infra.accounts import tokens
from whiteslip.infra.accounts.model import Account
from whiteslip.kernel.errors import NotAllowed, NotFound, Unavailable
from whiteslip.web import acting, cookies, headers, scene, sealing
from whiteslip.web.acting import Done, Refused, Wrong
from whiteslip.web.forms import UNTYPED, Typed
from whiteslip.web.table import Route
from whiteslip.web.visiting import Astray, File, Redirect, Shown, Turned, Visitor, look, visitor_of

SIGN_IN: Final = "/sign-in"
STATIC: Final = "/static/{name}"
_STATUS: Final = {"not_found": 404, "not_allowed": 403, "unavailable": 503}
Endpoint = Callable[[Request], Awaitable[Response]]
_log = get_logger(__name__)


def add(router: APIRouter, routes: Iterable[Route]) -> None:
    """Add pages to a router."""
    for route in routes:
        router.add_route(
            route.path,
            explained(_endpoint(route), route.path),
            methods=[route.method],
            name=route.name,
            include_in_schema=False,
        )


class Directory:
    """Finds the page of an address by its beginning, instead of trying every route of the server."""

    def __init__(self, routes: Iterable[BaseRoute]) -> None:
        self._by_beginning: dict[str, list[HttpRoute]] = {}
        for route in routes:
            if isinstance(route, HttpRoute) and route.path != STATIC:
                self._by_beginning.setdefault(_beginning(route.path), []).append(route)

    def find(self, scope: Scope) -> HttpRoute | None:
        """Find the page that answers a request, and put what its address says into the scope."""
        for route in self._by_beginning.get(_beginning(scope["path"]), ()):
            match, found = route.matches(scope)
            if match is Match.FULL:
                scope.update(found)
                return route
        return None


def _beginning(path: str) -> str:
    return path.split("/", 2)[1] if "/" in path else path


def wants_page(request: Request) -> bool:
    """Tell whether somebody with a browser asked, rather than a program."""
    return "text/html" in request.headers.get("accept", "")


def problem_page(
    request: Request, problem: str, status: int, person: Account | None = None
) -> Response:
    """Explain a problem in the reader's language, a key of the group `problem` of the words."""
    visitor = visitor_of(request)
    html = scene.render(visitor, person, "problem.html", {"problem": problem, "status": status})
    response = headers.answer(request, html.text.encode(), status)
    cookies.choose(response, request)
    return response


def explained(answer: Endpoint, path: str) -> Endpoint:
    """Answer a mistake with a page in the reader's language, never with a stack trace."""

    async def answer_or_explain(request: Request) -> Response:
        try:
            return await answer(request)
        except Turned as turned:
            return _turned(request, turned)
        except Astray as astray:
            code = astray.error.code
            return problem_page(request, code, _STATUS[code], astray.person)
        except Refused as refused:
            return problem_page(request, refused.problem, refused.status)
        except (NotFound, NotAllowed, Unavailable) as error:
            return problem_page(request, error.code, _STATUS[error.code])
        except Exception as error:
            if _is_busy(error):
                return problem_page(request, "unavailable", 503)
            _log.exception("a page could not be shown", path=path)
            return problem_page(request, "internal", 500)

    return answer_or_explain


def _is_busy(error: Exception) -> bool:
    """Tell whether a queue was full; the lanes are another ring's, known here by what their problem says."""
    response = getattr(error, "response", None)
    return getattr(response, "status", None) in {429, 503}


def done(request: Request, visitor: Visitor, outcome: Done) -> Response:
    """Go on to a page of ours, and say there once what was done."""
    response = headers.redirect(request, sealing.own_path(outcome.to))
    if outcome.says:
        packed = sealing.pack(visitor.secret, {"says": outcome.says, "facts": outcome.facts})
        cookies.say(response, request, packed)
    return response


async def show(
    request: Request, route: Route, *, form: Typed = UNTYPED, status: int = 200
) -> Response:
    """Show a page; `form` is what was typed when it is shown again."""
    visitor = _bound(visitor_of(request))

    def work() -> scene.Rendered | Redirect | File:
        looked = look(visitor, route, request.path_params, form=form)
        if not isinstance(looked.answer, Shown):
            return looked.answer
        clock = (looked.on, visitor.runtime.book_clock.moving)
        facts = {**looked.answer.facts, "form": form, "book_clock": clock}
        return scene.render(visitor, looked.person, looked.answer.template, facts, route=route)

    made = await visitor.runtime.reading.run(work)
    if isinstance(made, Redirect):
        response = headers.redirect(request, made.to)
    elif isinstance(made, File):
        response = headers.answer(request, made.body, media_type=made.media_type)
        response.headers["content-disposition"] = f'attachment; filename="{made.name}"'
    else:
        response = headers.answer(request, made.text.encode(), status)
        if made.has_form and not visitor.token and visitor.before != cookies.before_token(request):
            cookies.keep_before(response, request, visitor.before)
        if visitor.said:
            cookies.unsay(response, request)
    cookies.choose(response, request)
    return response


def _bound(visitor: Visitor) -> Visitor:
    """Give a visitor without a session a token that their forms are bound to."""
    if visitor.secret:
        return visitor
    return visitor._replace(before=tokens.fresh())


def _endpoint(route: Route) -> Endpoint:
    async def get(request: Request) -> Response:
        return await show(request, route)

    async def post(request: Request) -> Response:
        visitor = visitor_of(request)
        outcome = await acting.act(request, visitor, route)
        if isinstance(outcome, Wrong):
            return await _again(request, route, outcome)
        return done(request, visitor, outcome)

    async def door(request: Request) -> Response:
        return await _behind(request, route)

    if route.door is not None:
        return door
    return get if route.method == "GET" else post


async def _behind(request: Request, route: Route) -> Response:
    door: Any = route.door
    return await door(request, route)


async def _again(request: Request, route: Route, wrong: Wrong) -> Response:
    if route.again is None:
        return problem_page(request, "unreadable", wrong.status)
    return await show(request, route.again, form=wrong.typed, status=wrong.status)


def _turned(request: Request, turned: Turned) -> Response:
    """Send who is signed out to sign in and back; who is somebody else may not."""
    if turned.person is not None:
        return problem_page(request, "not_allowed", 403, turned.person)
    if request.method != "GET":
        return headers.redirect(request, SIGN_IN)
    query = f"?{request.url.query}" if request.url.query else ""
    back = sealing.own_path(f"{request.url.path}{query}")
    return headers.redirect(request, f"{SIGN_IN}?next={quote(back, safe='/')}")
