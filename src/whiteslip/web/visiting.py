"""A visit to a page: who comes, in which language, and one consistent snapshot to look at."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from functools import cache
from typing import Any, NamedTuple, Protocol, TypeAlias, TypeVar

import msgspec
from starlette.requests import Request

from whiteslip.flows import sign_in
from whiteslip.infra import business_day
from whiteslip.infra.accounts.keeping import Seen
from whiteslip.infra.accounts.model import Account, Kind
from whiteslip.infra.clock import Clock
from whiteslip.infra.crypto import Keyring
from whiteslip.infra.database import Connection, Database
from whiteslip.infra.idempotency import Call
from whiteslip.infra.settings import Settings
from whiteslip.kernel import ids
from whiteslip.kernel.errors import InvariantBroken, NotAllowed, NotFound, invariant
from whiteslip.kernel.ids import OwnedId
from whiteslip.web import cookies, sealing
from whiteslip.web.forms import UNTYPED, Typed
from whiteslip.web.kept import Counted, counted
from whiteslip.web.rendering import Speaker, speaker
from whiteslip.web.rights import admits
from whiteslip.web.table import OWNED, Route

T = TypeVar("T")
Q = TypeVar("Q", bound=msgspec.Struct)
LONGEST_WORD = 200


class Readers(Protocol):
    """A bounded queue before a few threads."""

    async def run(self, work: Callable[[], T]) -> T:
        """Do the work on one of the threads."""
        ...


class Lane(Protocol):
    """A bounded queue before a thread that writes."""

    @property
    def is_full(self) -> bool:
        """Tell whether the next request would be turned away."""
        ...

    def submit(self, call: Call, request: Any, *, wait_s: float | None = None) -> Any:
        """Queue a request; the future is always answered."""
        ...


class Moving(Protocol):
    """Where the clock of a sandbox is being moved to."""

    @property
    def to(self) -> date | None:
        """The date it goes to; None when it stands."""
        ...

    @property
    def failed(self) -> bool:
        """Whether it could not get there."""
        ...


class BookClock(Protocol):
    """The clock of a sandbox's book."""

    @property
    def moving(self) -> Moving:
        """Tell where it is going."""
        ...

    def move(self, days: int) -> date:
        """Begin to move it."""
        ...


class Runtime(Protocol):
    """What pages need of the running server."""

    settings: Settings
    database: Database
    clock: Clock
    ring: Keyring
    reading: Readers
    signing: Readers
    book_clock: BookClock
    case_acts: Mapping[Any, Any]
    appeal_acts: Mapping[Any, Any]
    bank: str
    bank_acts: Any
    outside: tuple[Any, ...]

    def lane(self, name: str) -> Lane:
        """Return a lane by name: "management", "incoming", "after_sale" or "checkouts"."""
        ...


class Visitor(NamedTuple):
    """What a request says of who sent it, before anything is looked up."""

    runtime: Runtime
    token: str
    before: str
    speak: Speaker
    theme: str
    path: str
    query: Mapping[str, str]
    address: str
    said: str

    @property
    def secret(self) -> str:
        """What the tokens of this visitor's forms are bound to: their session, or a cookie from before it."""
        return self.token or self.before


class Shown(NamedTuple):
    """A page to be rendered once the snapshot is given back."""

    template: str
    facts: Mapping[str, Any]
    status: int = 200


class Redirect(NamedTuple):
    """Another page of ours to go to instead."""

    to: str


class File(NamedTuple):
    """A file to be kept by whoever asked for it."""

    name: str
    media_type: str
    body: bytes


class Turned(Exception):
    """Somebody who may not see this page: signed out, or signed in as somebody else."""

    def __init__(self, person: Account | None) -> None:
        super().__init__("may not see this")
        self.person = person


class Astray(Exception):
    """Somebody who is signed in and asked for what is not there, or not for them; the page still knows who they are."""

    def __init__(self, person: Account, error: NotFound | NotAllowed) -> None:
        super().__init__(str(error))
        self.person = person
        self.error = error


Answer: TypeAlias = Shown | Redirect | File


class Addressed:
    """What pages and forms have in common: who is there, in which language, and the address in parts."""

    def __init__(
        self, visitor: Visitor, route: Route, values: Mapping[str, str], person: Account | None
    ) -> None:
        self.visitor = visitor
        self.route = route
        self._person = person
        self._values = values
        self._owned = not route.checks_itself

    @property
    def speak(self) -> Speaker:
        """The reader's language."""
        return self.visitor.speak

    @property
    def ring(self) -> Keyring:
        """What opens sealed names."""
        return self.visitor.runtime.ring

    @property
    def settings(self) -> Settings:
        """The settings of the server."""
        return self.visitor.runtime.settings

    @property
    def person(self) -> Account:
        """The account that is signed in; on a page for anyone there may be none."""
        if self._person is None:
            raise InvariantBroken(f"{self.route.path}: nobody is signed in on a page for anyone")
        return self._person

    @property
    def customer_id(self) -> int:
        """The customer who is signed in; never read from the address."""
        found = self.person.customer_id
        if found is None:
            raise InvariantBroken(f"{self.route.path}: no customer is signed in")
        return found

    @property
    def merchant_id(self) -> int:
        """The shop of the person who is signed in."""
        found = self.person.merchant_id
        if found is None:
            raise InvariantBroken(f"{self.route.path}: no shop is signed in")
        return found

    def number(self, prefix: str) -> int:
        """Read an id of one number from the address: {cus}, {mer}."""
        return ids.read_one(self._values[prefix], prefix)

    def owned(self, prefix: str) -> OwnedId:
        """Read an id that carries its customer from the address: {pur}, {lin}."""
        return ids.read_owned(self._values[prefix], prefix)

    def text(self, name: str) -> str:
        """Read a word from the address."""
        found = self._values[name]
        if len(found) > LONGEST_WORD:
            raise NotFound("there is no such thing")
        return found

    def mine(self, *, customer_id: int | None = None, merchant_id: int | None = None) -> None:
        """Insist that what the address names is this person's; to others it does not exist."""
        whose = (self.person.customer_id, self.person.merchant_id)
        if (customer_id, merchant_id) != whose or whose == (None, None):
            raise NotFound("there is no such thing")
        self._owned = True

    def check_owned(self) -> None:
        """Insist that somebody has said whose the thing is."""
        invariant(self._owned, f"{self.route.path}: nobody checked whose it is; call mine(…)")


class Visit(Addressed):
    """What a page's function is given: the snapshot, the person, the language, and the address in parts."""

    def __init__(
        self,
        visitor: Visitor,
        route: Route,
        values: Mapping[str, str],
        *,
        db: Connection,
        at: datetime,
        person: Account | None,
        form: Typed,
    ) -> None:
        super().__init__(visitor, route, values, person)
        self.db = db
        self.at = at
        self.form = form

    @property
    def anybody(self) -> Account | None:
        """Who is signed in, if anybody is."""
        return self._person

    def counted(self, name: str, count: Callable[[], T]) -> Counted[T]:
        """Return a sum over the whole book that may be kept for a while, with the instant it was counted at."""
        runtime = self.visitor.runtime
        return counted(runtime.database.dsn, name, count, runtime.clock)

    def asked(self, kind: type[Q]) -> Q:
        """Read the query into a struct; what it does not know is left, what does not fit is not found."""
        known = _fields(kind)
        given = {name: text for name, text in self.visitor.query.items() if name in known and text}
        try:
            return msgspec.convert(given, kind, strict=False)
        except msgspec.ValidationError as error:
            raise NotFound(str(error)) from error

    def show(self, template: str, **facts: Any) -> Shown:
        """Show a template with facts; rendered when the snapshot has been given back."""
        return Shown(template, facts)

    def go(self, path: str) -> Redirect:
        """Go to another page of ours instead."""
        return Redirect(sealing.own_path(path))


@cache
def _fields(kind: type[msgspec.Struct]) -> frozenset[str]:
    return frozenset(field.encode_name for field in msgspec.structs.fields(kind))


class Looked(NamedTuple):
    """What came of a look: who was there, the answer, and in a sandbox the book's date, None before it has one."""

    person: Account | None
    answer: Answer
    on: date | None = None


def visitor_of(request: Request) -> Visitor:
    """Read who sends a request; the choice of a language or theme in the address wins over the kept one."""
    query = dict(request.query_params)
    language = query.get("lang")
    kept = request.cookies.get(cookies.LANGUAGE)
    theme = query.get("theme", request.cookies.get(cookies.THEME, ""))
    return Visitor(
        runtime=request.app.state.runtime,
        token=cookies.session_token(request),
        before=cookies.before_token(request),
        speak=speaker(language, kept, request.headers.get("accept-language", "")),
        theme=theme if theme in cookies.THEMES else "",
        path=request.url.path,
        query=query,
        address=request.client.host if request.client else "",
        said=request.cookies.get(cookies.SAID, ""),
    )


def who(db: Connection, visitor: Visitor, *, at: datetime) -> Seen | None:
    """Find who is signed in."""
    return sign_in.find_person(db, visitor.token, at=at) if visitor.token else None


def admitted(route: Route, person: Account | None, values: Mapping[str, str]) -> None:
    """Insist that this person may see the page, and that what a customer's address names is theirs."""
    if not admits(route.sees, person):
        raise Turned(person)
    if person is None or person.kind is not Kind.SHOPPER:
        return
    for name, text in values.items():
        if name in OWNED and ids.read_owned(text, name).customer_id != person.customer_id:
            raise NotFound("there is no such thing")


def look(
    visitor: Visitor, route: Route, values: Mapping[str, str], *, form: Typed = UNTYPED
) -> Looked:
    """Look at a page in one snapshot; runs on a reader's thread."""
    runtime = visitor.runtime
    at = runtime.clock.now()

    def work(db: Connection) -> tuple[Seen | None, Answer, date | None]:
        seen = who(db, visitor, at=at)
        person = seen.account if seen else None
        if route.show is None:
            raise InvariantBroken(f"{route.path} shows nothing")
        visit = Visit(visitor, route, values, db=db, at=at, person=person, form=form)
        try:
            admitted(route, person, values)
            answer = route.show(visit)
            visit.check_owned()
        except (NotFound, NotAllowed) as error:
            if person is None:
                raise
            raise Astray(person, error) from error
        is_dated = runtime.settings.sandbox and business_day.is_begun(db)
        return seen, answer, business_day.read(db).current_on if is_dated else None

    seen, answer, on = runtime.database.read(work)
    if seen is not None and sign_in.is_stale(seen, at=at):
        runtime.database.write(lambda db: sign_in.note_seen(db, visitor.token, at=at))
    return Looked(seen.account if seen else None, answer, on)
