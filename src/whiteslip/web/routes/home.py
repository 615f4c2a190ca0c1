"""The first page, and the doors: signing in and out, and entering by a link of the shop's app."""

from __future__ import annotations

from typing import Any, NamedTuple

from starlette.requests import Request
from starlette.responses import Response

from whiteslip.flows import sign_in as signing
from whiteslip.infra import business_day
from whiteslip.infra.accounts import keeping
from whiteslip.infra.accounts.model import Account, Kind, SignedIn, Slowed
from whiteslip.infra.database import Connection
from whiteslip.kernel.errors import NotFound
from whiteslip.views import customers_api as people
from whiteslip.views.book import find_story
from whiteslip.web import acting, cookies, forms, headers, scene, sealing, serving
from whiteslip.web.forms import Form, Line, Typed
from whiteslip.web.rights import Owner, anyone
from whiteslip.web.table import Route, Routes
from whiteslip.web.visiting import Answer, Visit, Visitor, visitor_of, who

routes = Routes("home")


class Credentials(Form, frozen=True):
    """A name and a password, and where to go then."""

    name: Line
    password: Line
    next: Line = "/"


class ReadyPerson(Form, frozen=True):
    """Whom to be in a sandbox."""

    account: int
    next: Line = "/"


class ReadyShown(NamedTuple):
    """A ready person as the page shows them."""

    account_id: int
    shown: str
    kind: str
    roles: list[str]


@routes.page("/", sees=anyone())
def show_home(visit: Visit) -> Answer:
    """Say what this is and where to begin; who is signed in begins at their own desk."""
    if visit.anybody is not None and (home := scene.home_of(visit.anybody)) != "/":
        return visit.go(home)
    has_book = visit.settings.sandbox and business_day.is_begun(visit.db)
    has_story = has_book and find_story(visit.db) is not None
    return visit.show("home/home.html", has_book=has_book, has_story=has_story)


@routes.page("/sign-in", sees=anyone())
def show_sign_in(visit: Visit) -> Answer:
    """Ask for name and password; a sandbox offers people to be."""
    form, speak = visit.form, visit.speak
    asked = form.value("next", visit.visitor.query.get("next", "/"))
    trouble = ""
    if form.problem == "slowed":
        trouble = speak.say("signing.slowed", when=form.detail)
    elif form.problem:
        trouble = speak.say("signing.wrong")
    return visit.show(
        "home/sign_in.html",
        next=sealing.own_path(asked),
        trouble=trouble,
        ready=_ready(visit) if visit.settings.sandbox else [],
    )


@routes.door("POST", "/sign-in", sees=anyone())
async def sign_in(request: Request, _: Route) -> Response:
    """Sign in with a password, under a fresh token."""
    visitor = visitor_of(request)
    submission = await acting.receive(request, visitor, uploads=False)
    form = forms.decode(Credentials, submission.sent)
    if isinstance(form, dict):
        return await _sign_in_again(request, Typed(_without_password(submission.sent), form), 422)
    runtime = visitor.runtime

    def work() -> SignedIn | Slowed | None:
        return signing.sign_in(
            runtime.database,
            form.name,
            form.password,
            address=visitor.address,
            replacing=visitor.token or None,
            at=runtime.clock.now(),
        )

    found = await runtime.signing.run(work)
    kept = _without_password(submission.sent)
    if isinstance(found, Slowed):
        when = visitor.speak.instant_to_second(found.waits_until)
        return await _sign_in_again(request, Typed(kept, problem="slowed", detail=when), 429)
    if found is None:
        return await _sign_in_again(request, Typed(kept, problem="wrong"), 403)
    return _begin(request, found, form.next)


@routes.door("POST", "/sign-in/as", sees=anyone())
async def sign_in_as(request: Request, _: Route) -> Response:
    """Be a ready person; outside a sandbox there is no such thing."""
    visitor = visitor_of(request)
    if not visitor.runtime.settings.sandbox:
        raise NotFound("there is no such thing outside a sandbox")
    submission = await acting.receive(request, visitor, uploads=False)
    form = forms.decode(ReadyPerson, submission.sent)
    if isinstance(form, dict):
        return await _sign_in_again(request, Typed(), 422)

    def work(db: Connection) -> SignedIn:
        return signing.sign_in_as(db, form.account, **_facts(visitor))

    return _begin(request, await _write(visitor, work), form.next)


@routes.door("POST", "/sign-out", sees=anyone())
async def sign_out(request: Request, _: Route) -> Response:
    """End the session."""
    visitor = visitor_of(request)
    await acting.receive(request, visitor, uploads=False)
    at = visitor.runtime.clock.now()

    def work(db: Connection) -> None:
        seen = who(db, visitor, at=at)
        if seen is not None:
            signing.sign_out(db, visitor.token, seen.account, address=visitor.address, at=at)

    await _write(visitor, work)
    response = headers.redirect(request, "/")
    cookies.end_session(response, request)
    return response


@routes.page("/enter/{token}", sees=anyone(), owner=Owner.NOBODY)
def show_entry(visit: Visit) -> Answer:
    """Offer to go in; a link that something merely looked at is not used up by that."""
    found = signing.may_enter(visit.db, visit.text("token"), at=visit.at)
    return visit.show("home/enter.html", open=found is not None)


@routes.door("POST", "/enter/{token}", sees=anyone(), owner=Owner.NOBODY)
async def enter(request: Request, _: Route) -> Response:
    """Open the session of a link, once."""
    visitor = visitor_of(request)
    await acting.receive(request, visitor, uploads=False)
    token = request.path_params["token"]

    def work(db: Connection) -> SignedIn | None:
        return signing.enter(db, token, **_facts(visitor))

    found = await _write(visitor, work)
    if found is None:
        return await serving.show(request, _page("/enter/{token}"), status=403)
    return _begin(request, found, "/")


def _facts(visitor: Visitor) -> dict[str, Any]:
    return {
        "address": visitor.address,
        "replacing": visitor.token or None,
        "at": visitor.runtime.clock.now(),
    }


async def _write(visitor: Visitor, work: Any) -> Any:
    runtime = visitor.runtime
    return await runtime.signing.run(lambda: runtime.database.write(work))


def _begin(request: Request, found: SignedIn, after: str) -> Response:
    to = sealing.own_path(after)
    response = headers.redirect(request, to if to != "/" else scene.home_of(found.account))
    cookies.start_session(response, request, found.token)
    return response


async def _sign_in_again(request: Request, typed: Typed, status: int) -> Response:
    return await serving.show(request, _page("/sign-in"), form=typed, status=status)


def _page(path: str) -> Route:
    return next(route for route in routes if route.path == path and route.method == "GET")


def _without_password(sent: forms.Sent) -> forms.Sent:
    return {name: values for name, values in sent.items() if name != "password"}


def _ready(visit: Visit) -> list[ReadyShown]:
    found = keeping.list_ready_accounts(visit.db, limit=signing.MOST_READY)
    return [
        ReadyShown(
            one.account_id,
            _shown(visit, one),
            one.kind.value,
            sorted(role.value for role in one.roles),
        )
        for one in found
    ]


def _shown(visit: Visit, account: Account) -> str:
    if account.kind is not Kind.SHOPPER or account.customer_id is None:
        return account.name
    person = people.find_customer(visit.db, account.customer_id, visit.ring)
    return account.name if person is None else person.display_name
