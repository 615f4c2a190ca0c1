"""A shop's API keys: issued, shown once, and revoked."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response as HttpResponse

from whiteslip.flows.sign_in import note_act
from whiteslip.infra import keys
from whiteslip.infra.database import Connection
from whiteslip.kernel.errors import InvariantBroken, NotFound
from whiteslip.web import acting, forms, serving
from whiteslip.web.acting import Acting, Done
from whiteslip.web.forms import Form, Name, Nothing, Typed
from whiteslip.web.rights import Owner, merchant
from whiteslip.web.table import Route, Routes
from whiteslip.web.visiting import Answer, Visit, admitted, visitor_of, who

routes = Routes("shop")
PAGE = "/shop/keys"


class NewKey(Form, frozen=True):
    """What the key is for."""

    label: Name


@routes.page(PAGE, sees=merchant(), nav="keys", order=14)
def show_keys(visit: Visit) -> Answer:
    """List the shop's keys; one that was just made is shown this once."""
    own = [one for one in keys.listed(visit.db) if one.merchant_id == visit.merchant_id]
    fresh = visit.form.detail if visit.form.problem == "issued" else ""
    return visit.show("shop/keys.html", keys=own, fresh=fresh)


@routes.door("POST", PAGE, sees=merchant())
async def issue_key(request: Request, route: Route) -> HttpResponse:
    """Make a key and show it, the only time it can be seen; nothing keeps it, so the answer is no redirect."""
    visitor = visitor_of(request)
    submission = await acting.receive(request, visitor, uploads=False)
    form = forms.decode(NewKey, submission.sent)
    runtime = visitor.runtime
    at = runtime.clock.now()

    def work(db: Connection) -> str:
        seen = who(db, visitor, at=at)
        person = seen.account if seen else None
        admitted(route, person, request.path_params)
        if isinstance(form, dict):
            return ""
        if person is None or person.merchant_id is None:
            raise InvariantBroken("no shop is signed in")
        note_act(db, person, PAGE, address=visitor.address, at=at)
        return keys.issue(
            db,
            label=form.label,
            merchant_id=person.merchant_id,
            scopes=keys.MERCHANT_SCOPES,
            at=at,
            pepper=keys.pepper_at(runtime.settings.home),
        )

    key = await runtime.signing.run(lambda: runtime.database.write(work))
    if isinstance(form, dict):
        return await serving.show(request, _page(), form=Typed(submission.sent, form), status=422)
    return await serving.show(
        request, _page(), form=Typed(problem="issued", detail=key), status=201
    )


@routes.page("/shop/keys/{key}", sees=merchant(), owner=Owner.MERCHANT)
def show_key(visit: Visit) -> Answer:
    """Show a key of the shop, and offer to end it."""
    found = _find(visit.db, visit.text("key"))
    visit.mine(merchant_id=found.merchant_id)
    return visit.show("shop/key.html", key=found)


@routes.form("/shop/keys/{key}", Nothing, sees=merchant(), owner=Owner.MERCHANT, again=show_key)
def revoke_key(act: Acting, _: Nothing) -> Done:
    """End a key of the shop."""
    found = _find(act.db, act.text("key"))
    act.mine(merchant_id=found.merchant_id)
    keys.revoke(act.db, found.caller_id, at=act.at)
    return Done(PAGE, "shop.key_revoked", {"label": found.label})


def _find(db: Connection, text: str) -> keys.ListedKey:
    found = {str(one.caller_id): one for one in keys.listed(db)}.get(text)
    if found is None:
        raise NotFound("there is no such key")
    return found


def _page() -> Route:
    return next(route for route in routes if route.path == PAGE and route.method == "GET")
