"""What only a sandbox has: a new customer by one click, shops to try, and a clock that people move."""

from __future__ import annotations

from datetime import datetime
from secrets import token_hex
from typing import Annotated, Any, Final, NamedTuple

from msgspec import Meta, Struct
from starlette.requests import Request
from starlette.responses import Response as HttpResponse

from whiteslip.flows.capture import CaptureRequest
from whiteslip.flows.host_checkout import NewSession, open_sessions
from whiteslip.flows.open_lines import NewCustomer, NewLine, join, open_lines
from whiteslip.flows.sign_in import Link, LinkRequest, SignedIn, enter, make_links
from whiteslip.infra import business_day
from whiteslip.infra.database import Connection
from whiteslip.infra.settings import Settings
from whiteslip.kernel import ids
from whiteslip.kernel.errors import InvalidInput, NotFound, only
from whiteslip.kernel.ids import MAX_ID
from whiteslip.views import customers
from whiteslip.views import customers_api as people
from whiteslip.views.book import find_story
from whiteslip.web import acting, cookies, forms, guide, headers, mine, sealing
from whiteslip.web.acting import Acting, Done
from whiteslip.web.forms import Form, Line, Nothing
from whiteslip.web.rights import Owner, anyone, shopper
from whiteslip.web.story import in_five
from whiteslip.web.table import Route, Routes
from whiteslip.web.visiting import Answer, Visit, visitor_of

routes = Routes("sandbox")
LIMIT_MINOR: Final = 500_000
MOST_SHOPS: Final = 50
_DAYS = Annotated[int, Meta(ge=1, le=120)]


class Goods(NamedTuple):
    """Something to buy in a sandbox, and the category of the shop that sells it."""

    name: str
    category: str
    amount_minor: int


GOODS: Final = (
    Goods("coffee", "groceries", 2_980),
    Goods("shoes", "clothing", 68_000),
    Goods("headphones", "electronics", 129_900),
    Goods("phone", "electronics", 399_900),
)


class Moved(Form, frozen=True):
    """How many days to go on, and the page to go back to."""

    days: _DAYS
    back: Line = "/"


class Wanted(Form, frozen=True):
    """What to buy."""

    goods: Annotated[str, Meta(max_length=20)]


class Step(Struct, frozen=True):
    """Which step of a story to read."""

    step: Annotated[int, Meta(ge=1, le=5)] = 1


@routes.page("/story", sees=anyone())
def show_story(visit: Visit) -> Answer:
    """Tell one person's story in five steps, from the records."""
    _sandbox_only(visit.settings)
    person = find_story(visit.db)
    told = None if person is None else customers.tell(visit.db, person.customer_id, visit.ring)
    if told is None:
        raise NotFound("this book has no story")
    step = visit.asked(Step).step
    return visit.show(
        "sandbox/story.html",
        story=told,
        step=step,
        entries=in_five(told)[step - 1],
        address=f"/desk/book/customers/{ids.write('cus', told.customer.customer_id)}",
    )


@routes.door("POST", "/sandbox/begin", sees=anyone())
async def begin(request: Request, _: Route) -> HttpResponse:
    """Be a new customer with a line, at once."""
    visitor = visitor_of(request)
    _sandbox_only(visitor.runtime.settings)
    submission = await acting.receive(request, visitor, uploads=False)
    if isinstance(forms.decode(Nothing, submission.sent), dict):
        raise acting.Refused("unreadable", 422)
    runtime = visitor.runtime
    at = runtime.clock.now()
    name = visitor.speak.say("sandbox.newcomer")

    def work(db: Connection) -> SignedIn:
        customer_id = _join(db, name, visitor.speak.language, at)
        (link,) = make_links(db, [LinkRequest(customer_id, "sandbox")], at=at)
        if not isinstance(link, Link):
            raise link
        found = enter(
            db, link.token, address=visitor.address, replacing=visitor.token or None, at=at
        )
        if found is None:
            raise NotFound("there is no such customer")
        return found

    found = await runtime.signing.run(lambda: runtime.database.write(work))
    response = headers.redirect(request, "/my")
    cookies.start_session(response, request, found.token)
    return response


@routes.door("POST", "/sandbox/clock", sees=anyone())
async def move_clock(request: Request, _: Route) -> HttpResponse:
    """Move the book's date forward; pages show it arrive."""
    visitor = visitor_of(request)
    _sandbox_only(visitor.runtime.settings)
    submission = await acting.receive(request, visitor, uploads=False)
    form = forms.decode(Moved, submission.sent)
    if isinstance(form, dict):
        raise acting.Refused("unreadable", 422)
    runtime = visitor.runtime
    await runtime.reading.run(lambda: runtime.book_clock.move(form.days))
    return headers.redirect(request, sealing.own_path(form.back))


@routes.page("/my/try", sees=shopper(), nav="try", order=19)
def show_shops(visit: Visit) -> Answer:
    """Offer a few things to buy."""
    _sandbox_only(visit.settings)
    offered = [(goods, _shop_of(visit.db, goods)) for goods in GOODS]
    return visit.show("sandbox/shops.html", offered=[pair for pair in offered if pair[1]])


@routes.form("/my/try", Wanted, sees=shopper(), again=show_shops)
def go_to_checkout(act: Acting, form: Wanted) -> Done:
    """Open a checkout as a shop would, and go there."""
    _sandbox_only(act.settings)
    goods = next((one for one in GOODS if one.name == form.goods), None)
    shop = None if goods is None else _shop_of(act.db, goods)
    if goods is None or shop is None:
        raise InvalidInput("there is no such thing to buy", where="goods")
    key = mine.key_of(act.db, act.customer_id)
    named = act.speak.say(f"sandbox.goods_{goods.name}")
    wanted = NewSession(
        *key,
        shop.merchant_id,
        act.person.account_id,
        goods.amount_minor,
        f"T{token_hex(4)}".upper(),
        named,
        None,
    )
    opened = only(open_sessions(act.db, [wanted], at=act.at))
    return Done(f"/checkout/{opened.token}")


@routes.form(
    "/my/try/{pur}/send",
    Nothing,
    sees=shopper(),
    owner=Owner.CUSTOMER,
    again=show_shops,
    queued=True,
)
def send_goods(act: Acting, _: Nothing) -> acting.Queued:
    """Let the shop send what was bought: from then on it is owed."""
    _sandbox_only(act.settings)
    owned = act.owned("pur")
    request = CaptureRequest(*owned, None, None, final=True)

    def done(_: Any) -> Done:
        return Done("/my", "sandbox.sent")

    return acting.Queued("after_sale", request, done)


def _join(db: Connection, name: str, language: str, at: datetime) -> int:
    new = NewCustomer(f"{guide.NEWCOMER}{token_hex(6)}", name, language)
    (customer_id,) = join(db, [new], at=at)
    on = business_day.read(db).current_on
    day = min(28, on.day + 2) if on.day + 2 <= 28 else 2
    only(open_lines(db, [NewLine(customer_id, LIMIT_MINOR, day)], at=at, by="sandbox"))
    return customer_id


def _shop_of(db: Connection, goods: Goods) -> people.MerchantView | None:
    """Find a shop that sells something of the kind, or the oldest one."""
    shops = [
        one
        for one in people.list_merchants(db, before=MAX_ID, limit=MOST_SHOPS)
        if one.status == "open"
    ]
    fits = [one for one in shops if one.category == goods.category]
    return min(fits or shops, default=None, key=lambda one: one.merchant_id)


def _sandbox_only(settings: Settings) -> None:
    if not settings.sandbox:
        raise NotFound("there is no such thing outside a sandbox")
