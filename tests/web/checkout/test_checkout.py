"""The hosted checkout: bought once however it is pressed, only what was read, and nothing lost by a crash."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import NamedTuple

import httpx
import pytest
from tests.web.addresses import first
from tests.web.checkout.addresses import open_checkout
from tests.web.visitors import Visitor
from tests.web.worlds import Served

from whiteslip.flows import host_checkout as hosted
from whiteslip.flows.host_checkout import NewSession, State, open_sessions
from whiteslip.flows.quote import quote_every_way
from whiteslip.infra.clock import MachineClock
from whiteslip.infra.idempotency import Response, once
from whiteslip.kernel.errors import InvalidInput, NotFound
from whiteslip.money.lines.model import LineKey

COUNT = b"SELECT count(*) FROM money.purchase WHERE customer_id = %s AND order_ref = 'T-1' AND status = 'authorized'"
ROOM = b"""
SELECT customer_id, line_id FROM money.line
WHERE restriction_level = 0 AND fixed_limit_minor - principal_minor - held_minor > 200000 AND customer_id <> %s
ORDER BY customer_id LIMIT 1
"""


class Opened(NamedTuple):
    """A session and somebody before its page."""

    visitor: Visitor
    token: str
    key: LineKey
    totals: dict[int, int]

    @property
    def page(self) -> str:
        """The address of the page."""
        return f"/checkout/{self.token}"

    def confirm(self, months: int, **changed: str) -> httpx.Response:
        """Press the button under a way to pay, with some fields other than it has them."""
        fields = {"plan": str(months), "total": str(self.totals[months]), "read": "on"} | changed
        seal = self.visitor.seal_on(self.page)
        kept = {name: text for name, text in fields.items() if text}
        return self.visitor.post(f"{self.page}/confirm", kept, token=seal)


@pytest.fixture
def opened(world: Served) -> Opened:
    """A session of somebody with room, for 12.00."""
    story = int(world.story.removeprefix("cus_"))
    row = world.database.read(lambda db: db.execute(ROOM, (story,)).fetchone())
    assert row is not None
    key = LineKey(*row)
    token = open_checkout(world, *key, amount_minor=120_00)
    quotes = world.database.read(lambda db: quote_every_way(db, key, 120_00))
    return Opened(world.visitor(), token, key, {one.plan_months: one.total_minor for one in quotes})


def bought(world: Served, opened: Opened) -> int:
    row = world.database.read(lambda db: db.execute(COUNT, (opened.key.customer_id,)).fetchone())
    assert row is not None
    return int(row[0])


def state(world: Served, opened: Opened) -> State:
    key = hosted.read_token(opened.token)
    assert key is not None
    session = world.database.read(lambda db: hosted.find(db, key))
    assert session is not None
    return session.state(MachineClock().now())


def test_it_is_bought_once_however_often_and_otherwise_it_is_pressed(
    world: Served, opened: Opened
) -> None:
    before = bought(world, opened)

    done = opened.confirm(3)
    again = opened.confirm(3)
    other = opened.confirm(0)

    assert [one.status_code for one in (done, again, other)] == [303, 303, 303]
    assert bought(world, opened) == before + 1
    assert state(world, opened) is State.BOUGHT
    assert "Paid" in opened.visitor.get(opened.page).text


@pytest.mark.parametrize(
    ("changed", "status"),
    [({"read": ""}, 409), ({"total": "1"}, 409), ({"plan": "7"}, 409), ({"plan": "x"}, 422)],
)
def test_what_was_not_read_as_it_is_now_is_not_bought(
    world: Served, opened: Opened, changed: dict[str, str], status: int
) -> None:
    before = bought(world, opened)

    refused = opened.confirm(0, **changed)

    assert refused.status_code == status
    assert bought(world, opened) == before
    assert state(world, opened) is State.OPEN


def test_without_the_token_of_the_page_nothing_is_bought(world: Served, opened: Opened) -> None:
    sent = opened.visitor.post(
        f"{opened.page}/confirm", {"plan": "0", "total": "12000", "read": "on"}, token="x" * 48
    )

    assert sent.status_code == 403
    assert state(world, opened) is State.OPEN


def test_an_answer_that_a_crash_kept_from_being_noted_is_caught_up_with(
    world: Served, opened: Opened
) -> None:
    key = hosted.read_token(opened.token)
    assert key is not None
    found = world.database.read(lambda db: hosted.find(db, key))
    assert found is not None
    call = hosted.call_of(key, found, b"h" * 16)
    told = f'{{"status":"authorized","purchase_id":"pur_{opened.key.customer_id}_77"}}'
    answer = Response(201, told.encode())
    at = MachineClock().now()
    world.database.write(lambda db: once(db, [call], lambda _: [answer], at=at))

    assert state(world, opened) is State.BOUGHT
    before = bought(world, opened)
    assert opened.confirm(0).status_code == 303
    assert bought(world, opened) == before, "the other window buys nothing more"


def test_it_is_called_off_and_stays_so(world: Served, opened: Opened) -> None:
    seal = opened.visitor.seal_on(opened.page)

    opened.visitor.post(f"{opened.page}/cancel", {}, token=seal)

    assert state(world, opened) is State.CANCELED
    before = bought(world, opened)
    assert opened.confirm(0).status_code == 303
    assert bought(world, opened) == before


def test_a_session_ends_after_its_hour(world: Served, opened: Opened) -> None:
    key = hosted.read_token(opened.token)
    assert key is not None
    session = world.database.read(lambda db: hosted.find(db, key))
    assert session is not None
    now = MachineClock().now()

    assert session.state(now + hosted.LASTS + timedelta(minutes=1)) is State.LAPSED


@pytest.mark.parametrize(
    "token", ["", "7", "7.short", f"x.{'a' * 43}", f"7.{'a' * 43}", "7." + "é" * 43]
)
def test_a_token_that_is_none_leads_nowhere(world: Served, token: str) -> None:
    assert world.visitor().get(f"/checkout/{token}").status_code == 404


@pytest.mark.parametrize(
    "url",
    ["javascript:alert(1)", "http://example.org/", "//example.org", "https://", "data:text/html,x"],
)
def test_a_way_back_that_is_none_is_refused(world: Served, url: str) -> None:
    account = world.account("shopper")
    line_id = first(world, "money.line", "line_id", account)
    wanted = NewSession(account.customer_id or 0, line_id, 1, 1, 100, "T", "tea", url)
    at = MachineClock().now()

    (wrong,) = world.database.write(lambda db: open_sessions(db, [wanted], at=at))

    assert isinstance(wrong, InvalidInput)
    assert wrong.where == "return_url"


def test_a_line_or_a_shop_there_is_not_is_not_found(world: Served) -> None:
    account = world.account("shopper")
    line_id = first(world, "money.line", "line_id", account)
    at = MachineClock().now()
    no_line = NewSession(account.customer_id or 0, 10**12, 1, 1, 100, "T", "tea", None)
    no_shop = NewSession(account.customer_id or 0, line_id, 10**6, 1, 100, "T", "tea", None)

    found = world.database.write(lambda db: open_sessions(db, [no_line, no_shop], at=at))

    assert [type(one) for one in found] == [NotFound, NotFound]


SHOWN = b"""
SELECT disclosure.version, disclosure.shown_at IS NOT NULL, disclosure.purchase_id
FROM money.disclosure
WHERE customer_id = %s
ORDER BY purchase_id DESC LIMIT 1
"""


def field(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found is not None, name
    return found[1]


def test_the_page_shows_what_is_agreed_to_and_what_was_shown_is_kept(
    world: Served, opened: Opened
) -> None:
    page = opened.visitor.get(f"{opened.page}?plan=3").text
    version, shown = field(page, "version"), field(page, "shown")
    for words in ("Cap of the cost a year (simple)", "the first installment paid 30 days late"):
        assert words in page
    assert "an installment fee each month of 0.5% of the original principal" in page

    stale = opened.confirm(3, version="0" * 44, shown=shown)
    done = opened.confirm(3, version=version, shown=shown)

    assert (stale.status_code, done.status_code) == (409, 303)
    owner = (opened.key.customer_id,)
    row = world.database.read(lambda db: db.execute(SHOWN, owner).fetchone())
    assert row is not None
    assert row[:2] == (version, True)
