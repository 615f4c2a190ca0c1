"""The checkout page: how to pay, what it costs and when, whether it fits, and one confirmation."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache
from typing import Annotated, Any, NamedTuple

from markupsafe import Markup
from msgspec import Meta, Struct
from starlette.requests import Request
from starlette.responses import Response as HttpResponse

from whiteslip.credit.agreements import figures
from whiteslip.credit.agreements.model import Words
from whiteslip.flows import host_checkout as hosted
from whiteslip.flows.advise import Advice, Answers, SelfTestRequest, weigh_purchase
from whiteslip.flows.checkout import PurchaseRequest
from whiteslip.flows.host_checkout import Key, Session, State
from whiteslip.flows.quote import Quote, quote_every_way
from whiteslip.infra.database import Connection
from whiteslip.infra.idempotency import Call, Response, request_hash
from whiteslip.kernel import ids
from whiteslip.kernel.errors import NotFound, WhiteslipError
from whiteslip.kernel.money import MAX_MINOR
from whiteslip.money.disclosures.model import Disclosure
from whiteslip.money.lines.model import LineKey
from whiteslip.views import purchases, reasons, usability
from whiteslip.web import acting, forms, headers, serving
from whiteslip.web.forms import Form, Nothing, Typed, Yuan
from whiteslip.web.rendering import Language, Speaker, render
from whiteslip.web.rights import Owner, anyone
from whiteslip.web.table import Route, Routes
from whiteslip.web.visiting import Answer, Visit, Visitor, visitor_of

routes = Routes("checkout")
PAGE = "/checkout/{chk}"
_PATIENCE_S = 20.0
KEPT = 4096
"""So many written quotes are kept: on a day of a sale many are quoted the same."""
_Months = Annotated[int, Meta(ge=0, le=60)]
_Monthly = Annotated[int, Meta(ge=0, le=MAX_MINOR, extra={"typed": "yuan"})]


class Chosen(Struct, frozen=True):
    """Which way is looked at, and the purchase that was asked for and declined."""

    plan: _Months = 0
    asked: Annotated[str, Meta(max_length=50)] = ""


class Confirmation(Form, frozen=True):
    """The way that is confirmed, what was read it would cost, and that it was read."""

    plan: _Months
    total: Annotated[int, Meta(ge=1, le=MAX_MINOR)]
    version: Annotated[str, Meta(pattern="^([0-9a-f]{44})?$")] = ""
    shown: Annotated[str, Meta(max_length=40)] = ""
    read: forms.Tick = False


class Month(Form, frozen=True):
    """A month in the customer's own words; nothing of it is kept."""

    plan: _Months
    income: Yuan
    income_day: Annotated[int, Meta(ge=1, le=31)] = 1
    costs: _Monthly = 0
    debts: _Monthly = 0
    cushion: _Monthly = 0


class _Look(NamedTuple):
    """What a confirmation is checked against."""

    session: Session
    quotes: list[Quote]


@routes.page(PAGE, sees=anyone(), owner=Owner.NOBODY)
def show_checkout(visit: Visit) -> Answer:
    """Show what is to be paid and every way to pay it, or what came of it."""
    key, session = _found(visit.db, visit.text("chk"))
    state = session.state(visit.at)
    address = f"/checkout/{visit.text('chk')}"
    if state is not State.OPEN:
        bought = _purchase(visit.db, session)
        return visit.show("checkout/ended.html", session=session, state=state, purchase=bought)
    asked = visit.asked(Chosen)
    line = LineKey(key.customer_id, session.line_id)
    quotes = quote_every_way(visit.db, line, session.amount_minor)
    plan = visit.form.value("plan", asked.plan)
    chosen = next((one for one in quotes if str(one.plan_months) == plan), quotes[0])
    return visit.show(
        "checkout/choose.html",
        address=address,
        session=session,
        ways=_ways_of(visit.speak.language, quotes, chosen.plan_months),
        terms="" if chosen.reasons else _terms(visit.speak.language, _plain(chosen)),
        chosen=chosen,
        against=[reasons.explain(one) for one in chosen.reasons],
        stuck=_stuck(visit, line, session) if all(one.reasons for one in quotes) else None,
        declined=_declined(visit.db, session, asked.asked),
        advice=_advice(visit, line, session.amount_minor),
        shown=visit.at.isoformat(),
    )


@routes.door("POST", f"{PAGE}/fits", sees=anyone(), owner=Owner.NOBODY)
async def weigh(request: Request, _: Route) -> HttpResponse:
    """Show the page with what the purchase would mean for the months it is due in; nothing is kept."""
    visitor = visitor_of(request)
    submission = await acting.receive(request, visitor, uploads=False)
    read = forms.decode(Month, submission.sent)
    faults = read if isinstance(read, dict) else {}
    typed = Typed(submission.sent, faults, problem="" if faults else "fits")
    return await serving.show(request, _page(), form=typed, status=422 if faults else 200)


@routes.door("POST", f"{PAGE}/cancel", sees=anyone(), owner=Owner.NOBODY)
async def cancel(request: Request, _: Route) -> HttpResponse:
    """Call it off, as the customer: nothing was held."""
    visitor = visitor_of(request)
    submission = await acting.receive(request, visitor, uploads=False)
    if isinstance(forms.decode(Nothing, submission.sent), dict):
        return await serving.show(request, _page(), status=422)
    runtime, token = visitor.runtime, request.path_params["chk"]
    at = runtime.clock.now()

    def work(db: Connection) -> bool:
        key, _ = _found(db, token)
        return hosted.cancel(db, key, at=at)

    await runtime.signing.run(lambda: runtime.database.write(work))
    return headers.redirect(request, f"/checkout/{token}")


@routes.door("POST", f"{PAGE}/confirm", sees=anyone(), owner=Owner.NOBODY)
async def confirm(request: Request, _: Route) -> HttpResponse:
    """Buy, once, in the way that was read; what it costs now must be what was read."""
    visitor = visitor_of(request)
    submission = await acting.receive(request, visitor, uploads=False)
    form = forms.decode(Confirmation, submission.sent)
    if isinstance(form, dict):
        return await serving.show(request, _page(), form=Typed(submission.sent, form), status=422)
    runtime, token = visitor.runtime, request.path_params["chk"]
    key, looked = await runtime.reading.run(
        lambda: runtime.database.read(lambda db: _look(db, token))
    )
    session = looked.session
    if session.state(runtime.clock.now()) is not State.OPEN:
        return headers.redirect(request, f"/checkout/{token}")
    problem = _problem(form, looked.quotes)
    if problem:
        typed = Typed(submission.sent, problem=problem)
        return await serving.show(request, _page(), form=typed, status=409)
    call = hosted.call_of(key, session, request_hash("/checkout", form))
    response = await runtime.lane("checkouts").submit(
        call, _wanted(form, session, runtime.clock.now()), wait_s=_PATIENCE_S
    )
    if response.status >= 400:
        typed = Typed(submission.sent, problem=_code(response), key=submission.key)
        return await serving.show(request, _page(), form=typed, status=response.status)
    await _note(visitor, key, call, session.attempt, response)
    asked = _declined_id(response)
    return headers.redirect(request, f"/checkout/{token}" + (f"?asked={asked}" if asked else ""))


async def _note(visitor: Visitor, key: Key, call: Call, attempt: int, response: Response) -> None:
    """Keep what came of it; the checkout itself is done, and a crash before this is caught up with."""

    def act(db: Connection, _: Any) -> Response:
        hosted.note(db, key, attempt, response)
        return Response(200, b"{}")

    noted = Call(call.caller_id, f"{call.key} noted", call.request_hash)
    await visitor.runtime.lane("management").submit(noted, act, wait_s=_PATIENCE_S)


def _look(db: Connection, token: str) -> tuple[Key, _Look]:
    key, session = _found(db, token)
    line = LineKey(key.customer_id, session.line_id)
    return key, _Look(session, quote_every_way(db, line, session.amount_minor))


def _found(db: Connection, token: str) -> tuple[Key, Session]:
    key = hosted.read_token(token)
    session = None if key is None else hosted.find(db, key)
    if key is None or session is None:
        raise NotFound("there is no such checkout")
    return key, session


def _problem(form: Confirmation, quotes: list[Quote]) -> str:
    chosen = next((one for one in quotes if one.plan_months == form.plan), None)
    if chosen is None or chosen.total_minor != form.total:
        return "changed"
    if form.version and form.version != chosen.told.version:
        return "changed"
    return "" if form.read else "unread"


def _wanted(form: Confirmation, session: Session, at: datetime) -> PurchaseRequest:
    """Buy what was confirmed; when it was shown is what the page said of itself, if that can be."""
    version = form.version or None
    return PurchaseRequest(
        session.customer_id,
        session.line_id,
        session.merchant_id,
        session.amount_minor,
        form.plan,
        session.order_ref,
        quote_version=version,
        shown_at=_instant(form.shown, at) if version else None,
    )


def _instant(text: str, at: datetime) -> datetime | None:
    try:
        shown_at = datetime.fromisoformat(text)
    except ValueError:
        return None
    return shown_at if shown_at.utcoffset() is not None and shown_at <= at else None


def _ways_of(language: Language, quotes: list[Quote], plan_months: int) -> Markup:
    """Write the ways to pay; what stands in somebody's way is theirs alone and is not kept."""
    if any(one.reasons for one in quotes):
        return _ways.__wrapped__(language, tuple(quotes), plan_months)
    return _ways(language, tuple(map(_plain, quotes)), plan_months)


def _plain(quote: Quote) -> Quote:
    """Leave out whose line it is for: what may be used says nothing of the cost."""
    return quote._replace(available_minor=0)


@lru_cache(KEPT)
def _ways(language: Language, quotes: tuple[Quote, ...], plan_months: int) -> Markup:
    """Write the ways to pay; whoever is quoted the same is shown the same."""
    chosen = next(one for one in quotes if one.plan_months == plan_months)
    speak = Speaker(language, chosen=False)
    charges = {one.plan_months: figures.charge(one.told.offer) for one in quotes if one.told.offer}
    written = render("checkout/ways.html", speak, quotes=quotes, chosen=chosen, charges=charges)
    return Markup(written)  # noqa: S704 - our own template


@lru_cache(KEPT)
def _terms(language: Language, chosen: Quote) -> Markup:
    """Write what a way costs and when."""
    speak = Speaker(language, chosen=False)
    written = render("checkout/terms.html", speak, told=chosen.told, charge=_charge(chosen.told))
    return Markup(written)  # noqa: S704 - our own template


def _charge(told: Disclosure) -> Words | None:
    return None if told.offer is None else figures.charge(told.offer)


class _Coded(Struct, frozen=True):
    """What an answer says, as far as it matters here."""

    code: str = "internal"
    status: str | int = ""
    purchase_id: str = ""


def _code(response: Response) -> str:
    return forms.read_json(response.body, _Coded, _Coded()).code


def _declined_id(response: Response) -> str:
    said = forms.read_json(response.body, _Coded, _Coded())
    return said.purchase_id if said.status == "declined" else ""


def _purchase(db: Connection, session: Session) -> purchases.PurchaseView | None:
    number = session.purchase_id
    return None if number is None else purchases.find(db, session.customer_id, number)


def _declined(db: Connection, session: Session, asked: str) -> list[Any]:
    """Put the reasons of a purchase into words that was declined on this very page."""
    if not asked:
        return []
    owned = ids.read_owned(asked, "pur")
    row = None
    if owned.customer_id == session.customer_id:
        row = purchases.find(db, *owned)
    if row is None or (row.merchant_id, row.order_ref) != (session.merchant_id, session.order_ref):
        return []
    return [reasons.explain(one) for one in reasons.stored(row.reasons or ())]


def _stuck(visit: Visit, line: LineKey, session: Session) -> usability.Usability | None:
    """Say why nothing can be bought, what leads back, and what other ways there are."""
    wanted = usability.Asked(session.amount_minor, session.merchant_id)
    return usability.usability(visit.db, line, wanted, at=visit.at)


def _advice(visit: Visit, line: LineKey, amount_minor: int) -> Advice | None:
    if visit.form.problem != "fits":
        return None
    month = forms.decode(Month, visit.form.values)
    if isinstance(month, dict):
        return None
    told = Answers(
        month.income,
        month.income_day,
        debts_minor=month.debts,
        fixed_minor=month.costs,
        cushion_minor=month.cushion,
    )
    wanted = SelfTestRequest(*line, amount_minor, month.plan, told, keep=False)
    found = weigh_purchase(visit.db, wanted, at=visit.at)
    return None if isinstance(found, WhiteslipError) else found


def _page() -> Route:
    return next(route for route in routes if route.path == PAGE and route.method == "GET")
