"""Pages: how many checkout pages a second the real server makes, how large one is, and how long staff pages take."""

from __future__ import annotations

import gzip
import re
import statistics
import subprocess
import urllib.request
from collections.abc import Callable
from dataclasses import asdict, dataclass
from time import perf_counter
from typing import Any, Final, TypeAlias

from whiteslip.bench.book import MadeBook, line_id, make_book
from whiteslip.bench.ground import Ground
from whiteslip.bench.http import serving
from whiteslip.bench.wrk import need_wrk
from whiteslip.flows.end_of_day import end_of_day
from whiteslip.flows.host_checkout import NewSession, Opened, open_sessions
from whiteslip.flows.keep_accounts import make_accounts
from whiteslip.flows.sign_in import sign_in_as
from whiteslip.infra.accounts.model import Account, Kind, NewAccount, Role
from whiteslip.infra.clock import MachineClock
from whiteslip.infra.database import Connection, Database
from whiteslip.kernel.errors import Unavailable

Paths: TypeAlias = Callable[[Account], list[str]]
LINES: Final = 1_000_000
CONNECTIONS: Final = 16
PROCESSES: Final = 2
"""One for each of the two cores the aim is for."""
TIMES: Final = 9
"""How often each staff page is opened; the first time is not counted."""
LEAST_PER_S, MOST_BYTES, MOST_MS = 800, 100_000, 300
_RATE = re.compile(r"Requests/sec:\s+([\d.]+)")
_BAD = re.compile(r"Non-2xx or 3xx responses: (\d+)")
DEEP: Final = {
    Role.BOOK: ("/desk/book/customers/cus_7", "/desk/book/customers/cus_7/journal"),
    Role.RISK: (
        "/desk/risk/books/watch",
        "/desk/risk/books/watch/1",
        "/desk/book/warnings/first_payment",
    ),
    Role.CARE: ("/desk/care/customers/cus_7",),
}
"""Pages with something in their address, besides those without."""


@dataclass(frozen=True, slots=True)
class PagesReport:
    """Checkout pages a second and the bytes of one, packed; the slowest staff page's median, and each one's."""

    lines: int
    checkout_per_s: float
    checkout_gzip_bytes: int
    staff_median_ms: float
    staff_ms: dict[str, float]
    faults: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        """Everything, in plain types."""
        return asdict(self)


def bench_pages(
    place: Ground, plain: Paths, *, lines: int = LINES, seconds: int = 10
) -> PagesReport:
    """Make a book, close a day of it, serve it, and open its pages; `plain` names what an account may see by itself."""
    wrk = need_wrk()
    with place.database() as dsn:
        book = make_book(dsn, lines, tell=place.tell)
        with Database(dsn, statement_timeout_ms=0) as database:
            place.tell("closing a day")
            end_of_day(database, at=book.at)
            token = database.write(lambda db: _open(db, book))
            staff = database.write(_staff)
            with serving(place, dsn, book, sandbox=False, processes=PROCESSES) as server:
                url = f"http://127.0.0.1:{server.target.port}"
                page = f"{url}/checkout/{token}"
                size = len(_get(page, packed=True)[1])
                place.tell(f"checkout page: {CONNECTIONS} connections for {seconds} s")
                rate, bad = _load(wrk, page, seconds)
                staff_ms = {
                    path: _median_ms(f"{url}{path}", cookie)
                    for role, (account, cookie) in staff.items()
                    for path in [*plain(account), *DEEP.get(role, ())]
                }
    slowest = max(staff_ms.values())
    faults = [f"{bad} checkout pages were no pages"] if bad else []
    return PagesReport(lines, rate, size, slowest, staff_ms, tuple(faults))


def _open(db: Connection, book: MadeBook) -> str:
    """Open a session of the line in the middle of the book."""
    customer_id = book.lines // 2
    wanted = NewSession(
        customer_id, line_id(customer_id), book.merchant_id, 1, 129_900, "B-1", "headphones", None
    )
    (opened,) = open_sessions(db, [wanted], at=MachineClock().now())
    if not isinstance(opened, Opened):
        raise opened
    return opened.token


def _staff(db: Connection) -> dict[Role, tuple[Account, str]]:
    """Make an account of each role and sign it in."""
    at = MachineClock().now()
    wanted = [NewAccount(Kind.STAFF, f"bench {role.value}", frozenset({role})) for role in Role]
    found: dict[Role, tuple[Account, str]] = {}
    for role, made in zip(Role, make_accounts(db, wanted, by="bench", at=at), strict=True):
        if not isinstance(made, Account):
            raise made
        opened = sign_in_as(db, made.account_id, address="bench", replacing=None, at=at)
        found[role] = (made, f"whiteslip={opened.token}")
    return found


def _get(url: str, *, cookie: str = "", packed: bool = False) -> tuple[int, bytes]:
    request = urllib.request.Request(url, headers={"accept": "text/html", "cookie": cookie})  # noqa: S310 - our own server
    if packed:
        request.add_header("accept-encoding", "gzip")
    with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310 - our own server
        body = answer.read()
        if packed and gzip.decompress(body)[:9].lower() != b"<!doctype":
            raise Unavailable(f"{url} is no page")
        return answer.status, body


def _load(wrk: str, url: str, seconds: int) -> tuple[float, int]:
    command = [wrk, "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "-H", "Accept-Encoding: gzip", url]
    subprocess.run([*command[:3], "-d2s", *command[4:]], capture_output=True, check=True)
    told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    rate, bad = _RATE.search(told), _BAD.search(told)
    if rate is None:
        raise Unavailable(f"wrk said nothing of its rate: {told[-200:]}")
    return float(rate[1]), int(bad[1]) if bad else 0


def _median_ms(url: str, cookie: str) -> float:
    spent: list[float] = []
    for _ in range(TIMES + 1):
        began = perf_counter()
        _get(url, cookie=cookie)
        spent.append((perf_counter() - began) * 1000)
    return round(statistics.median(spent[1:]), 1)
