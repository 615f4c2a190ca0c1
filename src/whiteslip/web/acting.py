"""A form that acts: once, as the person who is signed in, in a transaction of its own; then a page to look at."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final, NamedTuple, TypeAlias

import msgspec
from starlette.requests import Request

from whiteslip.flows import sign_in
from whiteslip.infra import idempotency
from whiteslip.infra.accounts.model import Account
from whiteslip.infra.database import Connection
from whiteslip.infra.idempotency import Call, Response
from whiteslip.kernel.errors import InvariantBroken, NotFound, invariant
from whiteslip.web import forms, sealing
from whiteslip.web.forms import Fault, Form, Typed
from whiteslip.web.receiving import read_bounded
from whiteslip.web.table import Route
from whiteslip.web.visiting import Addressed, Visitor, admitted, who

PLAIN: Final = "application/x-www-form-urlencoded"
PARTS: Final = "multipart/form-data"
_SAME_KEY: Final = frozenset({429, 503})
_PATIENCE_S: Final = 20.0


class Done(NamedTuple):
    """What was done: the page to go to, and what is said there once, a key of the words with its facts."""

    to: str
    says: str = ""
    facts: Mapping[str, str] = {}


class Queued(NamedTuple):
    """What is asked of a lane of its own (checkout, repayments), not of a flow; `done` reads its answer."""

    lane: str
    request: Any
    done: Callable[[Any], Done]


class Acting(Addressed):
    """What the function of a form is given: a transaction, who acts, and the address in parts.

    A function that returns `Queued` is called before there is a transaction and must not use `db`.
    """

    def __init__(
        self,
        visitor: Visitor,
        route: Route,
        values: Mapping[str, str],
        person: Account,
        *,
        at: datetime,
        db: Connection | None,
    ) -> None:
        super().__init__(visitor, route, values, person)
        self.at = at
        self._db = db

    @property
    def db(self) -> Connection:
        """The transaction, committed when the function returns, rolled back when it raises."""
        if self._db is None:
            raise InvariantBroken("a form that is queued acts in the transaction of its lane")
        return self._db

    @property
    def actor(self) -> str:
        """The name that acts, by which four eyes tell people apart."""
        return self.person.actor


class Wrong(NamedTuple):
    """A form that did not act: what its page shows again, with which status."""

    typed: Typed
    status: int


class Refused(Exception):
    """A request that is no form of ours: forged, too large, or of another kind."""

    def __init__(self, problem: str, status: int) -> None:
        super().__init__(problem)
        self.problem = problem
        self.status = status


Outcome: TypeAlias = Done | Wrong


class Submission(NamedTuple):
    """What was sent, checked for where it comes from."""

    sent: forms.Sent
    uploads: Mapping[str, forms.Upload]
    key: str


async def receive(request: Request, visitor: Visitor, *, uploads: bool) -> Submission:
    """Read a form that one of our own pages sent; anything else is refused."""
    if not sealing.came_from_here(
        request.headers, request.url.scheme, request.headers.get("host", "")
    ):
        raise Refused("forged", 403)
    media_type = request.headers.get("content-type", "")
    kind = media_type.partition(";")[0].strip().lower()
    if kind != PLAIN and not (uploads and kind == PARTS):
        raise Refused("unreadable", 415)
    most = forms.LARGEST_UPLOAD if uploads else forms.LARGEST_FORM
    body = await read_bounded(request, most)
    if body is None:
        raise Refused("too_large", 413)
    read = forms.read_parts(body, media_type) if kind == PARTS else forms.read_fields(body)
    if read is None:
        raise Refused("unreadable", 400)
    sent, files = read
    token, key = _one(sent, forms.TOKEN), _one(sent, forms.KEY)
    if not (visitor.secret and sealing.is_form_token(visitor.secret, token)):
        raise Refused("forged", 403)
    return Submission(sent, files, key if sealing.is_form_key(key) else "")


async def act(request: Request, visitor: Visitor, route: Route) -> Outcome:
    """Act as the form asks, once, or say what is wrong in it."""
    values = request.path_params
    runtime = visitor.runtime
    at = runtime.clock.now()

    def find() -> Account | None:
        seen = runtime.database.read(lambda db: who(db, visitor, at=at))
        return seen.account if seen else None

    person = await runtime.reading.run(find)
    admitted(route, person, values)
    submission = await receive(request, visitor, uploads=route.uploads)
    if person is None or route.form is None:
        raise InvariantBroken(f"{route.path}: a form for anyone is a door")
    if not submission.key:
        return Wrong(Typed(submission.sent, {"": Fault("key_missing")}), 422)
    form = forms.decode(route.form, submission.sent, submission.uploads)
    if isinstance(form, dict):
        return Wrong(Typed(submission.sent, form), 422)
    response, done = await _answered(
        visitor, route, values, person=person, form=form, key=submission.key
    )
    return done if response.status < 400 and done else _wrong(response, route, submission)


async def _answered(
    visitor: Visitor,
    route: Route,
    values: Mapping[str, str],
    *,
    person: Account,
    form: Form,
    key: str,
) -> tuple[Response, Done | None]:
    """Queue the act under the form's key; what was answered once is answered again."""
    runtime = visitor.runtime
    handler = route.act
    invariant(handler is not None, f"{route.path} does nothing")
    call = Call(person.account_id, f"form {key}", idempotency.request_hash(visitor.path, form))

    def run(db: Connection, at: datetime) -> Response:
        acting = Acting(visitor, route, values, person, at=at, db=db)
        done = handler(acting, form) if handler else None
        if not isinstance(done, Done):
            raise InvariantBroken(f"{route.path}: a form with a transaction ends with Done")
        acting.check_owned()
        sign_in.note_act(db, person, visitor.path, address=visitor.address, at=at)
        return Response(200, msgspec.json.encode(done))

    if route.queued:
        before = Acting(visitor, route, values, person, at=runtime.clock.now(), db=None)
        queued = handler(before, form) if handler else None
        if not isinstance(queued, Queued):
            raise InvariantBroken(f"{route.path}: a queued form ends with Queued")
        before.check_owned()
        lane = runtime.lane(queued.lane)
        response = await lane.submit(call, queued.request, wait_s=_PATIENCE_S)
        if response.status >= 400:
            return response, None
        return response, queued.done(msgspec.json.decode(response.body))
    response = await runtime.lane("management").submit(call, run, wait_s=_PATIENCE_S)
    if response.status >= 400:
        return response, None
    return response, msgspec.json.decode(response.body, type=Done)


class _Problem(msgspec.Struct, frozen=True):
    code: str = "internal"
    detail: str = ""
    where: str | None = None


def _wrong(response: Response, route: Route, submission: Submission) -> Wrong:
    """Show what a flow refused at the field it names, or above the form; who may try again keeps the key."""
    try:
        problem = msgspec.json.decode(response.body, type=_Problem)
    except msgspec.DecodeError:
        problem = _Problem()
    if problem.code == "not_found":
        raise NotFound(problem.detail)
    known = {field.encode_name for field in msgspec.structs.fields(route.form or Form)}
    named = (problem.where or "").partition(".")[0]
    where = named if named in known else named.removesuffix("_minor")
    faults = {where: Fault("refused", {"detail": problem.detail})} if where in known else {}
    key = submission.key if response.status in _SAME_KEY else ""
    typed = Typed(submission.sent, faults, problem.code, problem.detail, key)
    return Wrong(typed, response.status)


def _one(sent: forms.Sent, name: str) -> str:
    found = sent.pop(name, [])
    return found[0] if len(found) == 1 else ""
