"""The HTTP application: the hot route in front, FastAPI behind with the pages, and health, readiness and metrics."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterable, Iterator
from contextlib import asynccontextmanager
from importlib.metadata import PackageNotFoundError, version
from time import perf_counter
from typing import Any

from fastapi import FastAPI, Request
from fastapi import Response as HttpResponse
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.routing import BaseRoute, compile_path
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from whiteslip.api import checkout, openapi, present, problems
from whiteslip.api.checkout import HotCheckout
from whiteslip.api.posted import to_http
from whiteslip.api.problems import ProblemError, problem
from whiteslip.api.routes import (
    agreements,
    appeals,
    appetite,
    applications,
    autopay,
    bank_files,
    budgets,
    campaigns,
    charge_offs,
    checkout_sessions,
    clock,
    complaints,
    contacts,
    corrections,
    customers,
    debits,
    disputes,
    explanations,
    goodwill,
    limits,
    lines,
    liquidity,
    loosenings,
    macro,
    page_sessions,
    portfolio,
    privacy,
    purchases,
    relief,
    repayments,
    restrictions,
    reviews,
    rings,
    segments,
    settlements,
    signs,
    splits,
    suspense,
    suspensions,
    waivers,
    warnings,
)
from whiteslip.api.runtime import COLLECTOR, DESK, END_OF_DAY, POST, THREADS, Runtime
from whiteslip.gateways.bank.client import HttpRail
from whiteslip.gateways.bureau.client import HttpBureau
from whiteslip.gateways.messages.client import HttpGateway
from whiteslip.infra import metrics, migrations
from whiteslip.infra.clock import Clock
from whiteslip.infra.database import Database
from whiteslip.infra.outside import Standing
from whiteslip.infra.settings import Settings, load
from whiteslip.kernel.errors import InvalidInput, WhiteslipError
from whiteslip.web import pages, serving
from whiteslip.web.serving import Directory
from whiteslip.worker.applications import ApplicationDesk
from whiteslip.worker.book_clock import Around
from whiteslip.worker.causes import CauseListener
from whiteslip.worker.collector import Collector
from whiteslip.worker.lookout import Lookout
from whiteslip.worker.messages import Post
from whiteslip.worker.purchases import ReferralListener
from whiteslip.worker.relay import Relay, in_turn
from whiteslip.worker.reviews import ReviewClock
from whiteslip.worker.watcher import Watcher

ROUTERS = (
    purchases,
    repayments,
    settlements,
    corrections,
    splits,
    lines,
    restrictions,
    suspensions,
    applications,
    customers,
    clock,
    reviews,
    appeals,
    appetite,
    complaints,
    budgets,
    privacy,
    agreements,
    limits,
    campaigns,
    contacts,
    relief,
    disputes,
    explanations,
    autopay,
    bank_files,
    debits,
    suspense,
    waivers,
    goodwill,
    charge_offs,
    rings,
    warnings,
    signs,
    portfolio,
    liquidity,
    segments,
    loosenings,
    macro,
    page_sessions,
    checkout_sessions,
)
PREFIX = "/v1"
WATCHING = ("/healthz", "/readyz", "/metrics", "/openapi.json")
ABOUT = (
    "Buy now, pay later on a revolving credit line. Amounts are integers of minor units. Every POST carries an "
    "Idempotency-Key and acts once. A declined or referred purchase is an answer with reasons, not an error; "
    "errors are problems (RFC 9457) with a stable `code`."
)


def create_app(
    settings: Settings | None = None,
    *,
    database: Database | None = None,
    clock: Clock | None = None,
    around: Around | None = None,
) -> FastAPI:
    """Build the application; without a database given, it opens `settings.dsn` and closes it at the end.

    What happens `around` the days that the clock of a sandbox closes is for whoever runs it to say; else nothing does.
    """
    chosen = settings or load()
    app = FastAPI(
        title="Whiteslip",
        version=_version(),
        description=ABOUT,
        lifespan=_lifespan(chosen, database, clock, around),
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
    )
    for module in ROUTERS:
        app.include_router(module.router, prefix=PREFIX)
    shown = pages.router()
    app.include_router(shown, include_in_schema=False)
    _add_watching(app)
    _add_problems(app)
    pages.check_served(_beside_the_api(app))
    app.openapi = lambda: _document(app)
    app.add_middleware(_InFront, directory=Directory(shown.routes))
    return app


class _InFront:
    """Puts the hot route before everything else once the parts exist, then the pages, and counts what is answered."""

    def __init__(self, app: ASGIApp, *, directory: Directory) -> None:
        self._behind = app
        self._directory = directory
        self._hot: HotCheckout | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._behind(scope, receive, send)
            return
        if self._hot is None:
            self._hot = HotCheckout(scope["app"].state.runtime, self._counted)
        await self._hot(scope, receive, send)

    async def _counted(self, scope: Scope, receive: Receive, send: Send) -> None:
        began = perf_counter()
        status = 500

        async def noting(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            page = self._directory.find(scope)
            if page is None:
                await self._behind(scope, receive, noting)
            else:
                scope["route"] = page
                answer = await page.endpoint(Request(scope, receive))
                await answer(scope, receive, noting)
        finally:
            route = getattr(scope.get("route"), "path", "none")
            if scope["path"].startswith(f"{PREFIX}/") and route != "none":
                route = PREFIX + route.removeprefix(PREFIX)
            metrics.LATENCY.labels(route).observe(perf_counter() - began)
            metrics.REQUESTS.labels(route, status).inc()


def _lifespan(
    settings: Settings,
    given: Database | None,
    clock: Clock | None,
    around: Around | None,
) -> Any:
    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncGenerator[dict[str, Any]]:
        database = given or _open(settings)
        runtime = Runtime(settings, database, clock=clock, around=around)
        app.state.runtime = runtime
        kinds = Watcher, ReferralListener, CauseListener
        relay = Relay(database, in_turn(*(kind(database, runtime.clock) for kind in kinds)))
        relay.start()
        url = settings.bureau_url
        desk = ApplicationDesk(database, runtime.clock, HttpBureau(url) if url else None)
        desk.start()
        post = Post(database, runtime.clock, _gateway(settings))
        post.start()
        collector = Collector(database, runtime.clock, _rail(settings))
        collector.start()
        runtime.book_clock.before_end(collector.finish_day)
        runtime.outside = (desk.outside, post.outside, collector.outside)
        reviews_clock = ReviewClock(database, runtime.clock)
        reviews_clock.start()
        lookout = Lookout(database, runtime.clock)
        lookout.start()
        try:
            yield {"runtime": runtime}
        finally:
            lookout.stop()
            collector.stop()
            post.stop()
            reviews_clock.stop()
            desk.stop()
            relay.stop()
            runtime.close()
            if given is None:
                database.close()

    return lifespan


def _beside_the_api(app: FastAPI) -> Iterator[tuple[str, str]]:
    """Name what is served besides the API and what watches the server: all of it pages."""
    interfaces = {id(module.router) for module in ROUTERS}
    for route in app.routes:
        inner = getattr(route, "original_router", None)
        if id(inner) not in interfaces:
            yield from _addresses([route] if inner is None else inner.routes)


def _addresses(routes: Iterable[BaseRoute]) -> Iterator[tuple[str, str]]:
    for route in routes:
        path, methods = getattr(route, "path", "?"), getattr(route, "methods", None) or {"?"}
        if not path.startswith(f"{PREFIX}/") and path not in WATCHING:
            yield from ((method, path) for method in methods - {"HEAD"})


def _gateway(settings: Settings) -> HttpGateway | None:
    return None if settings.messages_url is None else HttpGateway(settings.messages_url)


def _rail(settings: Settings) -> HttpRail | None:
    return None if settings.bank_url is None else HttpRail(settings.bank_url)


def _open(settings: Settings) -> Database:
    if settings.dsn is None:
        raise InvalidInput("name the database: WHITESLIP_DSN, or start with `whiteslip up`")
    most = max(settings.pool_size, THREADS + END_OF_DAY + DESK + POST + COLLECTOR)
    return Database(settings.dsn, min_size=THREADS, max_size=most).open()


def _add_watching(app: FastAPI) -> None:
    @app.get("/healthz", include_in_schema=False)
    async def healthz(request: Request) -> HttpResponse:
        runtime: Runtime = request.app.state.runtime
        parties = [_standing(each.standing) for each in runtime.outside]
        said = present.encode({"status": "alive", "outside": parties})
        return HttpResponse(said, media_type="application/json")

    @app.get("/readyz", include_in_schema=False)
    async def readyz(request: Request) -> HttpResponse:
        runtime: Runtime = request.app.state.runtime
        why = await runtime.reading.run(lambda: _why_not_ready(runtime))
        if why is not None:
            raise ProblemError("unavailable", why)
        return HttpResponse(b'{"status":"ready"}', media_type="application/json")

    @app.get("/metrics", include_in_schema=False)
    def show_metrics() -> HttpResponse:
        return HttpResponse(metrics.page(), media_type="text/plain; version=0.0.4")


def _standing(party: Standing) -> dict[str, Any]:
    """Tell how an outside party stands; where it is asked is nobody's business here."""
    return {
        "party": party.party,
        "state": party.state,
        "silent_since": party.silent_since,
        "failure": party.failure,
    }


def _why_not_ready(runtime: Runtime) -> str | None:
    if runtime.is_full:
        return "the queue of purchases is full"
    if not runtime.database.is_alive():
        return "the database does not answer"
    missing = migrations.pending(runtime.database.dsn)
    return f"migrations are missing: {', '.join(missing)}" if missing else None


def _add_problems(app: FastAPI) -> None:
    @app.exception_handler(ProblemError)
    async def known(_: Request, error: ProblemError) -> HttpResponse:
        return to_http(error.response)

    @app.exception_handler(WhiteslipError)
    async def ours(_: Request, error: WhiteslipError) -> HttpResponse:
        return to_http(problems.of_error(error))

    @app.exception_handler(RequestValidationError)
    async def invalid(_: Request, error: RequestValidationError) -> HttpResponse:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"][1:])
        return to_http(problem("invalid_input", str(first["msg"]), where=where))

    @app.exception_handler(HTTPException)
    async def unrouted(request: Request, error: HTTPException) -> HttpResponse:
        return _unrouted(request, error)

    @app.exception_handler(Exception)
    async def unexpected(_: Request, __: Exception) -> HttpResponse:
        text = "an unexpected fault; if you were changing something, repeat it with the same key"
        return to_http(problem("internal", text))


def _unrouted(request: Request, error: HTTPException) -> HttpResponse:
    path = request.url.path
    if not path.startswith(f"{PREFIX}/") and serving.wants_page(request):
        return serving.problem_page(request, "not_found", error.status_code)
    if error.status_code == 404:
        return to_http(problem("not_found", f"there is nothing at {path}"))
    allowed = _allowed_methods(request, error)
    text = f"{path} allows {', '.join(allowed)}"
    response = to_http(problem("method_not_allowed", text))
    response.headers["allow"] = ", ".join(allowed)
    return response


def _allowed_methods(request: Request, error: HTTPException) -> list[str]:
    """Name what a path allows: what its document says, or else what the router said."""
    paths: dict[str, dict[str, Any]] = request.app.openapi()["paths"]
    for template, operations in paths.items():
        if compile_path(template)[0].fullmatch(request.url.path):
            return sorted(method.upper() for method in operations)
    return sorted((error.headers or {}).get("Allow", "").split(", "))


def _document(app: FastAPI) -> dict[str, Any]:
    if app.openapi_schema is None:
        app.openapi_schema = openapi.document(app, checkout.by_hand())
    return app.openapi_schema


def _version() -> str:
    try:
        return version("whiteslip")
    except PackageNotFoundError:
        return "0"
