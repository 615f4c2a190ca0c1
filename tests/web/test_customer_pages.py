"""What pages of customers and shops say over HTTP: statements on paper, the guide, own sales, and clear refusals."""

from __future__ import annotations

import re
import zlib
from base64 import a85decode
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from html import unescape
from pathlib import Path

import httpx
import pytest
from tests.web.newcomers import Newcomer, join, join_at
from tests.web.visitors import Visitor
from tests.web.worlds import Served, served

from whiteslip.flows.found_book import found_book
from whiteslip.flows.open_merchants import NewMerchant, open_merchants
from whiteslip.infra import keys
from whiteslip.infra.clock import MachineClock
from whiteslip.infra.database import Database, connect
from whiteslip.kernel.calendar import business_date_of
from whiteslip.web import acting, forms

DAYS = re.compile(r'href="/my/bills/(\d{4}-\d\d-\d\d)"')
STREAM = re.compile(rb"stream\r?\n(.*?)endstream", re.DOTALL)
WRITTEN = re.compile(rb"\(((?:[^()\\]|\\.)*)\) Tj", re.DOTALL)
ESCAPED = re.compile(rb"\\([0-7]{3}|.)", re.DOTALL)
PLAIN = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}
STEP = re.compile(r'<li[^>]*aria-current="step"[^>]*>(.*?)</li>', re.DOTALL)
FEES = ("服务费", "违约金", "延期费")


def plain(html: str) -> str:
    """Read the words of a piece of a page."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


def main(response: httpx.Response) -> str:
    return response.text.partition("<main")[2]


def said(response: httpx.Response, role: str) -> str:
    """Read the first banner of a role, below the bar of the sandbox."""
    found = re.search(rf'role="{role}"[^>]*>(.*?)</(?:div|p|section)>', main(response), re.DOTALL)
    assert found is not None, f"the page has no {role}"
    return plain(found[1])


def followed(visitor: Visitor, response: httpx.Response) -> httpx.Response:
    assert response.status_code == 303, plain(main(response))
    return visitor.get(response.headers["location"])


def minor(text: str) -> int:
    return round(float(text.replace("¥", "").replace(",", "").replace("−", "-")) * 100)


def cells(html: str, tag: str) -> list[str]:
    return [plain(each) for each in re.findall(rf"<{tag}[ >].*?</{tag}>", html, re.DOTALL)]


def rows(html: str) -> list[list[str]]:
    """Read the rows of the bodies of tables."""
    bodies = "".join(re.findall(r"<tbody>(.*?)</tbody>", html, re.DOTALL))
    return [
        cells(row, "th") + cells(row, "td")
        for row in re.findall(r"<tr>.*?</tr>", bodies, re.DOTALL)
    ]


def written_in(paper: bytes) -> list[tuple[str, str]]:
    """Read the lines of a PDF of ours: what stands left, and right."""
    texts: list[str] = []
    for stream in STREAM.findall(paper):
        page = zlib.decompress(a85decode(b"<~" + stream.strip(), adobe=True))
        texts += [
            ESCAPED.sub(_unescaped, text).decode("utf-16-be") for text in WRITTEN.findall(page)
        ]
    return list(zip(texts[::2], texts[1::2], strict=True))


def _unescaped(found: re.Match[bytes]) -> bytes:
    text = found[1]
    return bytes([int(text, 8)]) if len(text) == 3 else PLAIN.get(text, text)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_statement_on_paper_says_what_the_page_says(world: Served, language: str) -> None:
    visitor = world.visitor("shopper", language=language)
    days = DAYS.findall(visitor.get("/my/bills").text)
    assert len(days) >= 6
    for day in days:
        page = main(visitor.get(f"/my/bills/{day}"))
        sums = [text.strip("+− ") for text in cells(page, "dd")]
        moved = rows(page.rpartition('<table class="folds">')[2])
        parts = [(row[0], row[1]) for row in rows(page) if " / " in row[0]]
        kept = visitor.get(f"/my/bills/{day}/paper")
        lines = written_in(kept.content)

        assert kept.headers["content-type"] == "application/pdf"
        assert f'"whiteslip-{day}.pdf"' in kept.headers["content-disposition"]
        assert [right.strip("−") for _, right in lines[3:8]] == sums
        assert lines[1][0] == "林小满"
        below = [line for line in lines[8:] if line[1]]
        assert below[: len(parts)] == parts
        told = [(f"{on}  {what}", amount) for on, what, amount in moved[::-1]]
        assert below[len(parts) :] == told
        assert told


def test_a_statement_on_paper_is_chinese_for_who_reads_chinese(world: Served) -> None:
    visitor = world.visitor("shopper", language="zh")
    day = DAYS.findall(visitor.get("/my/bills").text)[-1]
    paper = visitor.get(f"/my/bills/{day}/paper").content
    lines = written_in(paper)

    assert lines[0][0] == f"白条 · {int(day[:4])}年{int(day[5:7])}月账单"
    assert [left for left, _ in lines[3:8]] == [
        "上期余额",
        "本期新增",
        "还款与退款",
        "本期应还",
        "最低还款",
    ]
    assert any("消费入账" in left for left, _ in lines)
    assert visitor.get(f"/my/bills/{day}/paper").content == paper, "always the same bytes"


def test_every_statement_adds_up_from_what_stands_in_it(world: Served) -> None:
    visitor = world.visitor("shopper", language="zh")
    for day in DAYS.findall(visitor.get("/my/bills").text):
        lines = written_in(visitor.get(f"/my/bills/{day}/paper").content)
        previous, charged, credited, balance, _ = (minor(right) for _, right in lines[3:8])
        below = [(left, minor(right)) for left, right in lines[8:] if right]
        parts = sum(amount for left, amount in below if " / " in left)
        bought = sum(amount for left, amount in below if left.endswith("消费入账"))
        back = sum(amount for left, amount in below if "归还" in left or "退款冲抵" in left)
        fees = sum(amount for left, amount in below if left.endswith(FEES) and "归还" not in left)

        assert previous + charged + credited == balance, day
        assert charged == parts + bought + fees, day
        assert credited == -back, day


def test_nobody_reads_a_statement_that_is_none_or_anothers(world: Served) -> None:
    mine, other = world.visitor("shopper"), world.visitor("other shopper")
    day = DAYS.findall(mine.get("/my/bills").text)[-1]

    assert mine.get("/my/bills/2026-02-31/paper").status_code == 404
    assert mine.get("/my/bills/1999-01-01").status_code == 404
    others = other.get(f"/my/bills/{day}/paper")
    assert others.status_code == 404 or "林小满" not in str(written_in(others.content))


def step(newcomer: Newcomer) -> str:
    """Say which step of the guide is marked."""
    found = STEP.search(newcomer.visitor.get("/my").text)
    return "" if found is None else plain(found[1])


@pytest.fixture
def sandbox(database: Database, tmp_path: Path) -> Iterator[Newcomer]:
    """A newcomer to a book with one shop and nobody else, behind a server of its own."""
    at = MachineClock().now()
    database.write(lambda db: found_book(db, on=business_date_of(at), at=at))
    database.write(lambda db: open_merchants(db, [NewMerchant("小店", 4_000)], at=at))
    with served(database, tmp_path) as url:
        yield join_at(Visitor(url), database)


def test_who_tries_autopay_out_is_told_which_numbers_have_no_funds(sandbox: Newcomer) -> None:
    assert "801 has no funds" in plain(sandbox.visitor.get("/my/repay/autopay").text)


@pytest.mark.slow
def test_the_guide_leads_from_buying_to_being_back(sandbox: Newcomer) -> None:
    newcomer = sandbox
    assert step(newcomer).endswith("Buy")
    for path in ("/my/why/lock", "/my/why/unlock"):
        assert newcomer.visitor.post(path).status_code == 303
        assert step(newcomer).endswith("Buy"), "a lock of one's own is no step"

    purchase_id = newcomer.buy("headphones", 3)
    assert step(newcomer).endswith("Sent")
    newcomer.get_sent(purchase_id)
    assert step(newcomer).endswith("Bill")
    newcomer.wait_as_guided()
    assert step(newcomer).endswith("Missed")
    newcomer.wait_as_guided()
    assert step(newcomer).endswith("Stopped")
    overdue = re.search(r'name="amount" value="([\d.]+)"', newcomer.visitor.get("/my/repay").text)
    assert overdue is not None
    paid = newcomer.visitor.post("/my/repay", {"amount": overdue[1], "line": newcomer.line})
    told = followed(newcomer.visitor, paid)
    assert said(told, "status").endswith("The line can be used again.")
    assert step(newcomer).endswith("Back")


@pytest.mark.slow
@pytest.mark.parametrize(("months", "then"), [(3, "Bill"), (0, "Buy")])
def test_who_pays_in_time_is_guided_to_the_next_bill_or_to_buy_again(
    sandbox: Newcomer, months: int, then: str
) -> None:
    newcomer = sandbox
    newcomer.get_sent(newcomer.buy("headphones", months))
    newcomer.wait_as_guided()
    assert step(newcomer).endswith("Missed")

    amount = "439.50" if months else "1299.00"
    sent = {"amount": amount, "line": newcomer.line}
    assert newcomer.visitor.post("/my/repay", sent).status_code == 303
    assert step(newcomer).endswith(then)


def test_who_lives_in_the_world_already_is_not_guided(world: Served) -> None:
    assert "guide" not in main(world.visitor("shopper").get("/my"))


def test_a_shop_sees_and_moves_its_own_sales_only(world: Served) -> None:
    own, other = world.visitor("merchant"), world.visitor("other merchant")
    newcomer = join(world)
    purchase_id = newcomer.buy("coffee")
    page = f"/shop/sales/{purchase_id}"

    for path in ("/shop", "/shop/sales", "/shop/events"):
        assert page in own.get(path).text, path
        assert page not in other.get(path).text, path
    assert (own.get(page).status_code, other.get(page).status_code) == (200, 404)
    for deed, fields in (("capture", {}), ("void", {}), ("refund", {"amount": "1"})):
        assert other.post(f"{page}/{deed}", fields).status_code == 404
    held = plain(main(own.get(page)))
    assert "¥29.80 held" in held, "nothing the other shop sent moved it"


def test_a_shop_sees_and_ends_its_own_keys_only(world: Served) -> None:
    own, other = world.visitor("merchant"), world.visitor("other merchant")
    made = own.post("/shop/keys", {"label": "back office"})
    assert made.status_code == 201
    key = re.search(r"wsk_[\w-]+", made.text)
    assert key is not None
    found = world.database.read(keys.listed)
    page = f"/shop/keys/{next(one.caller_id for one in found if one.label == 'back office')}"

    assert "back office" in own.get("/shop/keys").text
    assert "back office" not in other.get("/shop/keys").text
    assert key[0] not in own.get("/shop/keys").text
    assert other.get(page).status_code == 404
    assert other.post(page).status_code == 404
    called = {"authorization": f"Bearer {key[0]}"}
    assert httpx.get(f"{world.url}/v1/purchases", headers=called).status_code == 200
    assert said(followed(own, own.post(page)), "status") == "Revoked: back office."
    again = own.post(page)
    assert again.status_code == 404


@pytest.mark.parametrize(
    ("deed", "amount", "status", "told"),
    [
        ("capture", "40", 409, "only 29.80 of the purchase is still held"),
        ("capture", "0", 422, "At least 0.01."),
        ("capture", "1.234", 422, "Enter an amount, such as 128.50."),
        ("refund", "1", 409, "only 0.00 of the purchase is captured and not refunded yet"),
        ("refund", "", 422, "Something needs to be changed; nothing was done."),
    ],
)
def test_what_a_shop_cannot_do_is_said_and_not_done(
    world: Served, deed: str, amount: str, status: int, told: str
) -> None:
    shop, purchase_id = world.visitor("merchant"), join(world).buy("coffee")

    refused = shop.post(f"/shop/sales/{purchase_id}/{deed}", {"amount": amount})

    assert refused.status_code == status
    assert "nothing was done" in said(refused, "alert")
    assert told in plain(main(refused))
    assert "¥29.80 held" in plain(main(shop.get(f"/shop/sales/{purchase_id}")))


def test_amounts_that_may_be_left_out_are_yuan_too(world: Served) -> None:
    newcomer, shop = join(world), world.visitor("merchant")
    page = f"/shop/sales/{newcomer.buy('coffee')}"

    captured = followed(shop, shop.post(f"{page}/capture", {"amount": "20"}))
    assert said(captured, "status") == "Captured."
    assert "¥9.80 held" in plain(main(captured)), "20 is twenty yuan, not 20 cents"
    rest = followed(shop, shop.post(f"{page}/capture"))
    assert "held" not in plain(main(rest)), "left out it is all that is held"
    cap = newcomer.visitor.post("/my/budget/caps", {"kind": "day", "amount": "150"})
    assert ["A day", "¥150.00"] in rows(main(followed(newcomer.visitor, cap)))


@contextmanager
def busy(world: Served, newcomer: Newcomer) -> Generator[None]:
    """Keep the line of somebody locked, as another writer would, until the block ends."""
    with connect(world.database.dsn) as db:
        key = (newcomer.customer_id, newcomer.line_id)
        lock = b"SELECT 1 FROM money.line WHERE customer_id = %s AND line_id = %s FOR UPDATE"
        db.execute(lock, key)
        yield
        db.rollback()


def test_what_is_only_queued_says_so_and_pressed_again_is_done_once(
    world: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(acting, "_PATIENCE_S", 0.3)
    newcomer = join(world)
    newcomer.get_sent(newcomer.buy("shoes"))
    fields, key = {"amount": "80", "line": newcomer.line}, forms.KEY * 8
    with busy(world, newcomer):
        waiting = newcomer.visitor.post("/my/repay", fields, key=key)

    assert waiting.status_code == 503
    assert "Press again" in said(waiting, "alert")
    assert f'value="{key}"' in waiting.text, "pressed again it is the same form"
    monkeypatch.setattr(acting, "_PATIENCE_S", 20.0)
    done = followed(newcomer.visitor, newcomer.visitor.post("/my/repay", fields, key=key))
    assert said(done, "status") == "Received ¥80.00."
    newcomer.visitor.post("/my/repay", fields, key=key)
    past = [row for row in rows(main(newcomer.visitor.get("/my/repay"))) if row[-1] == "¥80.00"]
    assert len(past) == 1


@pytest.mark.parametrize(
    ("path", "fields", "told"),
    [
        ("/my/repay", {"amount": "1", "line": "lin_1_1"}, "There is nothing here"),
        ("/my/payout", {"amount": "5"}, "nothing was done"),
        ("/my/help", {"form": "promise", "amount": "12.50"}, "nothing was done"),
        ("/my/help/cause", {"cause": "forgot"}, "nothing was done"),
        ("/my/try", {"goods": "a yacht"}, "nothing was done"),
    ],
)
def test_what_a_customer_cannot_do_is_said(
    world: Served, path: str, fields: dict[str, str], told: str
) -> None:
    newcomer = join(world)
    sent = {"line": newcomer.line, **fields} if path == "/my/payout" else fields

    refused = newcomer.visitor.post(path, sent)

    assert 400 <= refused.status_code < 500
    assert told in plain(main(refused))


def test_money_in_hand_is_typed_as_people_do_or_said_to_be_wrong(world: Served) -> None:
    visitor = join(world).visitor
    visitor.post("/my/budget", {"income": "8000"})

    typed = visitor.get("/my/budget?hand=3,000.50")
    wrong = visitor.get("/my/budget?hand=a%20lot")

    assert (typed.status_code, wrong.status_code) == (200, 200)
    assert 'value="3,000.50"' in typed.text
    assert "Enter an amount" not in typed.text
    assert "Enter an amount, such as 128.50." in plain(main(wrong))


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_purchase_in_a_plan_shows_what_was_agreed_to(world: Served, language: str) -> None:
    newcomer = join(world, language=language)
    purchase_id = newcomer.buy("phone", months=3)

    page = main(newcomer.visitor.get(f"/my/purchases/{purchase_id}"))
    shown = plain(page)

    title = {"zh": "您当时同意的内容", "en": "What you agreed to"}[language]
    charge = {
        "zh": "每期收取分期服务费，为原本金的 0.5%",
        "en": "an installment fee each month of 0.5% of the original principal",
    }[language]
    late = {"zh": "第一期逾期 30 天的违约金", "en": "the first installment paid 30 days late"}
    assert title in shown
    assert charge in shown
    assert late[language] in shown
    assert {"zh": "展示", "en": "Shown on"}[language] in shown
