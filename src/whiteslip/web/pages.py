"""The pages' addresses: the book, its people, a person's story, and the movements behind it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Coroutine
from datetime import date
from typing import Annotated, Any, Protocol, TypeVar

from fastapi import APIRouter, Depends, Query, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from fastapi.routing import APIRoute
from structlog import get_logger

from whiteslip.infra.crypto import Keyring
from whiteslip.infra.database import Connection, Database
from whiteslip.infra.settings import Settings
from whiteslip.kernel import ids
from whiteslip.kernel.errors import NotAllowed, NotFound, Unavailable
from whiteslip.kernel.ids import MAX_ID
from whiteslip.views import book as books
from whiteslip.views import customers
from whiteslip.web import charts, timeline
from whiteslip.web.rendering import Speaker, render, speaker, static, words

T = TypeVar("T")
_log = get_logger(__name__)
PEOPLE_ON_BOOK, PEOPLE_A_PAGE, MOVEMENTS_A_PAGE = 12, 50, 100
STANDINGS = ("all", "overdue", "restricted")
_STATIC = {"whiteslip.css": "text/css; charset=utf-8", "icon.svg": "image/svg+xml"}
_HEADERS = {
    "content-security-policy": (
        "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; "
        "base-uri 'none'; frame-ancestors 'none'"
    ),
    "referrer-policy": "same-origin",
    "x-content-type-options": "nosniff",
    "cache-control": "no-store",
    "vary": "accept-language",
}


class Readers(Protocol):
    """A bounded queue before a few threads that read."""

    async def run(self, work: Callable[[], T]) -> T:
        """Do the work on one of the threads."""
        ...


class Runtime(Protocol):
    """What pages need of the running server."""

    settings: Settings
    database: Database
    ring: Keyring
    reading: Readers


class _Pages(APIRoute):
    """Answers a mistake with a page in the reader's language, never with a stack trace."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        answer = super().get_route_handler()

        async def answer_or_explain(request: Request) -> Response:
            return await _explained(request, answer)

        return answer_or_explain


router = APIRouter(route_class=_Pages, include_in_schema=False, default_response_class=HTMLResponse)


class Reader:
    """Somebody who reads: their language, and one consistent snapshot to look at."""

    def __init__(self, request: Request) -> None:
        self.runtime: Runtime = request.app.state.runtime
        self.speak = _speaker(request)
        self.address = request.url.path
        self.query = dict(request.query_params)
        if not self.runtime.settings.sandbox:
            raise NotAllowed("pages are served in the sandbox only")

    async def page(self, look: Callable[[Connection], T], show: Callable[[T], str]) -> Response:
        """Look and render on a reader's thread, so that purchases do not wait for a page."""
        database = self.runtime.database
        html = await self.runtime.reading.run(lambda: show(database.read(look)))
        return HTMLResponse(html, headers=_HEADERS)

    def render(self, template: str, **facts: Any) -> str:
        """Render in the reader's language."""
        other = {**self.query, "lang": self.speak.other}
        return render(template, self.speak, switch=self.speak.link(self.address, **other), **facts)


Reading = Annotated[Reader, Depends(Reader)]


def _wanted(
    *,
    source: Annotated[int | None, Query(ge=1, le=MAX_ID)] = None,
    kind: Annotated[str, Query(max_length=40)] = "",
    since: date | None = None,
    until: date | None = None,
    before: Annotated[int, Query(ge=1, le=MAX_ID)] = MAX_ID,
) -> customers.Wanted:
    return customers.Wanted(source, kind, since, until, before)


@router.get("/")
async def show_book(reader: Reading) -> Response:
    """Show the whole book."""

    def look(db: Connection) -> tuple[books.BookView | None, dict[str, list[books.PersonRow]]]:
        found = books.show(db)
        people = (
            {}
            if found is None
            else {name: _people(db, name, reader.runtime.ring) for name in STANDINGS[1:]}
        )
        return found, people

    def show(seen: tuple[books.BookView | None, dict[str, list[books.PersonRow]]]) -> str:
        book, people = seen
        if book is None:
            return reader.render("empty.html")
        return reader.render(
            "book.html",
            book=book,
            people=people,
            aging=charts.stack(book.buckets),
            chart=charts.flow_chart(book.flows),
            explain=timeline.explained,
            steps=_in_order(book.closing),
        )

    return await reader.page(look, show)


@router.get("/customers")
async def list_customers(
    reader: Reading,
    q: Annotated[str, Query(max_length=80)] = "",
    standing: str = "all",
    before: Annotated[int, Query(ge=1, le=MAX_ID)] = MAX_ID,
) -> Response:
    """List people; a search that finds one opens it."""
    wanted = q.strip()
    chosen = standing if standing in STANDINGS else "all"
    if wanted.startswith("cus_"):
        number = ids.read_one(wanted, "cus")
        return RedirectResponse(reader.speak.link(f"/customers/cus_{number}"), 303)

    def look(db: Connection) -> list[books.PersonRow]:
        return books.list_people(
            db,
            wanted=wanted,
            standing=chosen,
            before=before,
            limit=PEOPLE_A_PAGE + 1,
            ring=reader.runtime.ring,
        )

    def show(rows: list[books.PersonRow]) -> str:
        return reader.render(
            "people.html",
            rows=rows[:PEOPLE_A_PAGE],
            following=rows[PEOPLE_A_PAGE - 1].customer_id if len(rows) > PEOPLE_A_PAGE else None,
            wanted=wanted,
            standing=chosen,
            standings=STANDINGS,
        )

    return await reader.page(look, show)


@router.get("/customers/{customer_id}")
async def show_customer(customer_id: str, reader: Reading, order: str = "newest") -> Response:
    """Show where a customer's line stands, and how it came to that."""
    number = ids.read_one(customer_id, "cus")
    newest_first = order != "oldest"

    def show(story: customers.StoryView | None) -> str:
        told = _found(story)
        return reader.render(
            "customer.html",
            story=told,
            address=f"/customers/{ids.write('cus', number)}",
            standing=timeline.standing(told),
            months=timeline.months(told, newest_first=newest_first),
            newest_first=newest_first,
        )

    return await reader.page(lambda db: customers.tell(db, number, reader.runtime.ring), show)


@router.get("/customers/{customer_id}/journal")
async def show_journal(
    customer_id: str,
    reader: Reading,
    wanted: Annotated[customers.Wanted, Depends(_wanted)],
) -> Response:
    """Show the movements behind a number."""
    number = ids.read_one(customer_id, "cus")

    def show(found: customers.JournalView | None) -> str:
        journal = _found(found)
        rows = journal.movements[:MOVEMENTS_A_PAGE]
        more = len(journal.movements) > MOVEMENTS_A_PAGE
        return reader.render(
            "journal.html",
            journal=journal,
            rows=rows,
            wanted=wanted,
            following=rows[-1].movement_id if more else None,
        )

    return await reader.page(
        lambda db: customers.journal(
            db, number, wanted, limit=MOVEMENTS_A_PAGE + 1, ring=reader.runtime.ring
        ),
        show,
    )


@router.get("/static/{name}")
async def show_static(name: str) -> Response:
    """Serve the style sheet and the icon; their addresses change with what they hold."""
    if name not in _STATIC:
        raise NotFound(f"there is no {name}")
    kept = {"cache-control": "public, max-age=86400", "x-content-type-options": "nosniff"}
    return Response(static(name), media_type=_STATIC[name], headers=kept)


def wants_page(request: Request) -> bool:
    """Tell whether somebody with a browser asked, rather than a program."""
    return "text/html" in request.headers.get("accept", "")


def problem_page(request: Request, problem: str, status: int) -> Response:
    """Explain a problem in the reader's language: not_found, not_allowed, unavailable or internal."""
    speak = _speaker(request)
    html = render(
        "problem.html",
        speak,
        switch=speak.link(request.url.path, lang=speak.other),
        problem=problem,
        status=status,
    )
    return HTMLResponse(html, status, headers=_HEADERS)


async def _explained(
    request: Request, answer: Callable[[Request], Awaitable[Response]]
) -> Response:
    try:
        return await answer(request)
    except (NotFound, RequestValidationError):
        return problem_page(request, "not_found", 404)
    except NotAllowed:
        return problem_page(request, "not_allowed", 403)
    except Unavailable:
        return problem_page(request, "unavailable", 503)
    except Exception as error:
        if getattr(error, "code", None) == "too_many_requests":
            return problem_page(request, "unavailable", 503)
        _log.exception("a page could not be shown", path=request.url.path)
        return problem_page(request, "internal", 500)


def _speaker(request: Request) -> Speaker:
    asked = request.query_params.get("lang")
    return speaker(asked, request.headers.get("accept-language", ""))


def _people(db: Connection, standing: str, ring: Keyring | None) -> list[books.PersonRow]:
    return books.list_people(
        db, wanted="", standing=standing, before=MAX_ID, limit=PEOPLE_ON_BOOK, ring=ring
    )


def _in_order(closing: books.Closing | None) -> list[tuple[str, float]]:
    """Order steps as they run: the words name them in that order, a stored report in none."""
    spent = {} if closing is None else closing.step_ms
    known = [key.removeprefix("steps.") for key in words() if key.startswith("steps.")]
    ordered = [name for name in known if name in spent]
    return [(name, spent[name]) for name in (*ordered, *sorted(spent.keys() - set(known)))]


def _found(seen: T | None) -> T:
    if seen is None:
        raise NotFound("there is no such customer")
    return seen
