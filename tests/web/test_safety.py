"""What attackers try on pages: each fails, and each test is shown to see a planted hole."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.web.visitors import Visitor
from tests.web.worlds import Served, served

from whiteslip.flows.keep_accounts import disable_account, enable_account, set_password
from whiteslip.infra.clock import FixedClock, MachineClock
from whiteslip.web import sealing
from whiteslip.web.acting import Acting, Done
from whiteslip.web.forms import Form, Line
from whiteslip.web.rights import Role, staff
from whiteslip.web.table import Routes
from whiteslip.web.visiting import Answer, Visit

pytestmark = pytest.mark.slow

GOOD = {"name": "Anna", "amount": "12.50", "on": "2026-06-18", "kind": "good"}
STYLE = "/desk/style"
PASSWORD = "a long and quiet sentence"


def seen(holds: bool, planted: bool) -> AbstractContextManager[Any]:
    """A test of a planted hole must fail; the same test without it must not."""
    return pytest.raises(AssertionError) if planted else nullcontext()


def _holds(*_: Any) -> bool:
    return True


def _ends_none(*_: Any) -> int:
    return 0


def _does_nothing(*_: Any, **__: Any) -> None:
    return None


def _any_path(path: str, **_: Any) -> str:
    return path


@pytest.fixture
def counted(world: Served, tmp_path: Path) -> Iterator[tuple[Served, list[str]]]:
    """A page with a form that counts how often it acted."""
    routes, acted = Routes("style"), list[str]()

    class Word(Form, frozen=True):
        """A word."""

        word: Line

    @routes.page("/desk/counted", sees=staff(Role.RISK))
    def show(visit: Visit) -> Answer:
        return visit.show("home/home.html", has_book=False, has_story=False)

    @routes.form("/desk/counted", Word, sees=staff(Role.RISK), again=show)
    def act(act: Acting, form: Any) -> Done:
        acted.append(form.word)
        return Done("/desk/style", "style.sent", {"name": form.word, "amount": "0"})

    with served(world.database, tmp_path, beside=routes) as url:
        yield world._replace(url=url), acted


def _signs_in(visitor: Visitor, name: str, password: str, **fields: str) -> Any:
    token = visitor.seal_on("/sign-in")
    return visitor.post("/sign-in", {"name": name, "password": password, **fields}, token=token)


def _with_password(world: Served, who: str) -> str:
    account = world.account(who)
    at = MachineClock().now()
    world.database.write(
        lambda db: set_password(db, account.account_id, PASSWORD, by="test", at=at)
    )
    return account.name


@pytest.fixture
def anna(world: Served) -> Iterator[str]:
    """Somebody with a password; without one again at the end."""
    name = _with_password(world, "operations")
    yield name
    forget = b"UPDATE infra.account SET password_hash = NULL WHERE name = %s"
    world.database.write(lambda db: db.execute(forget, (name,)))
    world.database.write(lambda db: db.execute(b"DELETE FROM infra.sign_in_pace"))


def test_a_password_signs_in_under_a_fresh_token(world: Served, anna: str) -> None:
    visitor = world.visitor("risk")
    before = visitor.token
    response = _signs_in(visitor, f"  {anna} ", PASSWORD)

    assert response.status_code == 303
    assert visitor.token != before
    assert "HttpOnly" in response.headers["set-cookie"]
    assert "samesite=lax" in response.headers["set-cookie"].lower()
    assert Visitor(world.url, before).get(STYLE).status_code == 303
    assert visitor.get(STYLE).status_code == 200


@pytest.mark.parametrize("planted", [False, True])
def test_a_token_planted_before_signing_in_opens_nothing(
    world: Served, anna: str, monkeypatch: pytest.MonkeyPatch, planted: bool
) -> None:
    fixed = "A" * 43
    if planted:
        monkeypatch.setattr("whiteslip.flows.sign_in.tokens.fresh", lambda: fixed)
        monkeypatch.setattr("whiteslip.flows.sign_in.keeping.end_session", _holds)
    victim = Visitor(world.url, fixed)
    assert _signs_in(victim, anna, PASSWORD).status_code == 303

    with seen(True, planted):
        assert Visitor(world.url, fixed).get(STYLE).status_code == 303
    world.database.write(
        lambda db: db.execute(
            b"DELETE FROM infra.session WHERE token_hash = sha256(%s)", (fixed.encode(),)
        )
    )


def test_a_wrong_password_says_nothing_of_whether_the_name_exists(world: Served, anna: str) -> None:
    answers = [
        _signs_in(world.visitor(), name, "wrong") for name in (anna, "nobody at all", "\u200b")
    ]

    assert {answer.status_code for answer in answers} == {403}
    assert all("do not belong together" in answer.text for answer in answers)
    assert "wrong" not in answers[0].text.split("password")[1][:200]


def test_many_failures_are_slowed_down_and_the_right_password_too(world: Served, anna: str) -> None:
    answers = [_signs_in(world.visitor(), anna, "wrong").status_code for _ in range(6)]
    late = _signs_in(world.visitor(), anna, PASSWORD)

    assert answers[:5] == [403] * 5
    assert 429 in (*answers[5:], late.status_code)
    assert late.status_code == 429
    assert "Too many tries failed" in late.text


@pytest.mark.parametrize("planted", [False, True])
@pytest.mark.parametrize("token", ["missing", "wrong", "another's"])
def test_a_form_without_the_token_of_its_session_does_nothing(
    counted: tuple[Served, list[str]], monkeypatch: pytest.MonkeyPatch, token: str, planted: bool
) -> None:
    world, acted = counted
    if planted:
        monkeypatch.setattr("whiteslip.web.acting.sealing.is_form_token", _holds)
    another = sealing.form_token(world.token("risk"))
    given = {"missing": "", "wrong": "A" * 48, "another's": another}[token]
    response = world.visitor("risk").post("/desk/counted", {"word": "x"}, token=given)

    with seen(True, planted):
        assert (response.status_code, acted) == (403, [])


@pytest.mark.parametrize("planted", [False, True])
@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"origin": "http://127.0.0.1:1"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
    ],
)
def test_a_form_sent_from_elsewhere_does_nothing(
    counted: tuple[Served, list[str]],
    monkeypatch: pytest.MonkeyPatch,
    headers: dict[str, str],
    planted: bool,
) -> None:
    world, acted = counted
    if planted:
        monkeypatch.setattr("whiteslip.web.acting.sealing.came_from_here", _holds)
    response = world.visitor("risk").post("/desk/counted", {"word": "x"}, **headers)

    with seen(True, planted):
        assert (response.status_code, acted) == (403, [])


@pytest.mark.parametrize("planted", [False, True])
def test_a_double_click_acts_once_and_is_answered_alike(
    counted: tuple[Served, list[str]], monkeypatch: pytest.MonkeyPatch, planted: bool
) -> None:
    world, acted = counted
    visitor = world.visitor("risk")
    keys = iter([sealing.form_key(), sealing.form_key()]) if planted else None
    key = sealing.form_key()
    answers = [
        visitor.post("/desk/counted", {"word": "x"}, key=next(keys) if keys else key)
        for _ in range(2)
    ]

    assert {answer.headers["location"] for answer in answers} == {"/desk/style"}
    with seen(True, planted):
        assert acted == ["x"]


def test_a_key_used_for_something_else_changes_nothing(counted: tuple[Served, list[str]]) -> None:
    world, acted = counted
    visitor, key = world.visitor("risk"), sealing.form_key()
    visitor.post("/desk/counted", {"word": "x"}, key=key)
    other = visitor.post("/desk/counted", {"word": "y"}, key=key)

    assert other.status_code == 422
    assert acted == ["x"]


@pytest.mark.parametrize("planted", [False, True])
@pytest.mark.parametrize(
    "to",
    [
        "https://evil.example",
        "//evil.example",
        "/\\evil.example",
    ],
)
def test_a_redirect_never_leaves(
    world: Served, monkeypatch: pytest.MonkeyPatch, to: str, planted: bool
) -> None:
    if planted:
        monkeypatch.setattr("whiteslip.web.routes.home.sealing.own_path", _any_path)
    visitor = world.visitor()
    account = str(world.account("risk").account_id)
    token = visitor.seal_on("/sign-in")
    response = visitor.post("/sign-in/as", {"account": account, "next": to}, token=token)

    assert response.status_code == 303
    with seen(True, planted):
        assert response.headers["location"] == "/desk/book/customers"


def test_a_redirect_may_lead_to_a_page_of_ours(world: Served) -> None:
    visitor = world.visitor()
    assert (
        visitor.get("/desk/book/customers?q=x").headers["location"]
        == "/sign-in?next=/desk/book/customers%3Fq%3Dx"
    )
    account = str(world.account("risk").account_id)
    sent = {"account": account, "next": "/desk/book/customers?q=x"}
    response = visitor.post("/sign-in/as", sent, token=visitor.seal_on("/sign-in"))

    assert response.headers["location"] == "/desk/book/customers?q=x"


NAMES = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "'-alert(1)-'",
    "欧阳·娜娜<b>",
    "👩‍👩‍👧‍👦 \u202eevil\u202c",
    "أمينة </title><script>",
    "{{ 7 * 7 }}{% raw %}",
]


@pytest.mark.parametrize("name", NAMES)
def test_text_is_never_markup_stored_or_reflected(world: Served, name: str) -> None:
    visitor = world.visitor("risk")
    again = visitor.post(STYLE, {**GOOD, "name": name, "amount": "?"}).text
    assert visitor.post(STYLE, {**GOOD, "name": name}).status_code == 303
    said = visitor.get(STYLE).text
    searched = visitor.get(f"/desk/book/customers?q={name[:40]}").text

    assert faults_of(again, said, searched, name=name) == []


def faults_of(*texts: str, name: str) -> list[str]:
    """Name the pages on which a name that is markup stands as it is."""
    return [text for text in texts if name[:40] in text and "<" in name[:40]]


def test_control_a_name_that_stands_as_it_is_would_be_seen() -> None:
    assert faults_of(f"<p>{NAMES[0]}</p>", name=NAMES[0])


def test_a_text_of_ten_kilobytes_is_refused_at_its_field(world: Served) -> None:
    response = world.visitor("risk").post(STYLE, {**GOOD, "name": "字" * 3_400})

    assert response.status_code == 422
    assert "At most 80 characters" in response.text


def test_bodies_are_bounded_and_of_one_kind(world: Served) -> None:
    visitor = world.visitor("risk")

    assert visitor.post(STYLE, {"name": "x" * 70_000}).status_code == 413
    assert visitor.post(STYLE, GOOD, **{"content-type": "application/json"}).status_code == 415


@pytest.mark.parametrize("planted", [False, True])
def test_disabling_an_account_ends_its_sessions(
    world: Served, monkeypatch: pytest.MonkeyPatch, planted: bool
) -> None:
    if planted:
        monkeypatch.setattr("whiteslip.flows.keep_accounts.keeping.end_sessions", _ends_none)
    account = world.account("money")
    visitor = world.visitor("money")
    assert visitor.get(STYLE).status_code == 200
    at = MachineClock().now()
    world.database.write(lambda db: disable_account(db, account.account_id, by="test", at=at))
    try:
        assert visitor.get(STYLE).status_code == 303
    finally:
        world.database.write(lambda db: enable_account(db, account.account_id, by="test", at=at))
    with seen(True, planted):
        assert visitor.get(STYLE).status_code == 303


@pytest.mark.parametrize("planted", [False, True])
def test_a_session_ends_when_nobody_was_there_or_its_day_is_over(
    world: Served, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, planted: bool
) -> None:
    clock = FixedClock(MachineClock().now())
    if planted:
        monkeypatch.setattr("whiteslip.web.visiting.sign_in.note_seen", _does_nothing)
    with served(world.database, tmp_path, clock=clock) as url:
        there = world._replace(url=url)
        visitor = there.visitor("risk")

        def after(**passed: float) -> int:
            clock.move_to(clock.now() + timedelta(**passed))
            return visitor.get(STYLE).status_code

        with seen(True, planted):
            assert [after(minutes=29) for _ in range(20)] == [200] * 20
            assert after(minutes=29) == 303
        visitor = there.visitor("care")
        clock.move_to(MachineClock().now())
        assert (after(minutes=1), after(minutes=31)) == (200, 303)


def test_nobody_is_somebody_else_outside_the_sandbox(world: Served, tmp_path: Path) -> None:
    account = str(world.account("risk").account_id)
    with served(world.database, tmp_path, sandbox=False) as url:
        visitor = Visitor(url)
        page = visitor.get("/sign-in")
        tried = visitor.post("/sign-in/as", {"account": account}, token=visitor.seal_on("/sign-in"))

    assert "sign-in/as" not in page.text
    assert tried.status_code == 404


def test_a_link_opens_once_and_only_its_customers_pages(world: Served) -> None:
    from tests.web.addresses import makers

    token = makers()["token"](world, world.account("shopper"))
    visitor = world.visitor()
    page = visitor.get(f"/enter/{token}")
    again = visitor.get(f"/enter/{token}")
    entered = visitor.post(f"/enter/{token}", token=visitor.seal_on(f"/enter/{token}"))
    other = world.visitor()
    late = other.post(f"/enter/{token}", token=other.seal_on("/sign-in"))

    assert (page.status_code, again.status_code, entered.status_code) == (200, 200, 303)
    assert entered.headers["location"] == "/my"
    assert visitor.get("/my").status_code == 200
    assert visitor.get("/desk/book").status_code == 403
    assert late.status_code == 403
    assert "has ended" in late.text


def test_signing_out_ends_the_session(world: Served) -> None:
    visitor = world.visitor("risk")
    token = visitor.token
    assert visitor.post("/sign-out").status_code == 303

    assert Visitor(world.url, token).get(STYLE).status_code == 303


def test_what_people_do_is_kept(world: Served) -> None:
    visitor = world.visitor("risk")
    visitor.post(STYLE, GOOD)
    log = world.visitor("admin").get("/desk/admin/events").text

    assert "/desk/style" in log
    assert "Acted" in log
    assert "周远" in log


def test_an_account_is_made_and_disabled_on_its_page(world: Served) -> None:
    visitor = world.visitor("admin")
    new = {"name": "新人", "kind": "staff", "password": PASSWORD}
    page = "/desk/admin/accounts"

    assert "staff have at least one role" in visitor.post(page, new).text
    made = visitor.post(page, {**new, "roles": ["book", "care"]})
    assert made.status_code == 303
    assert "Made the account of 新人." in visitor.get(page).text
    twice = visitor.post(page, {**new, "roles": ["book"]})
    assert twice.status_code == 409
    assert "nothing was done" in twice.text
    assert "already" in twice.text
    own = world.account("admin").account_id
    assert visitor.post(f"{page}/{own}/disable").status_code == 409
    assert visitor.post(f"{page}/99999999/disable").status_code == 404


def test_cookies_are_kept_to_tls_but_on_the_machine_itself(world: Served) -> None:
    visitor = Visitor(world.url)
    here = visitor.get("/sign-in").headers["set-cookie"]
    elsewhere = Visitor(world.url).get("/sign-in", host="pay.example").headers["set-cookie"]

    assert "Secure" not in here
    assert elsewhere.startswith("__Host-")
    assert "Secure" in elsewhere


@pytest.mark.parametrize(
    "path",
    [
        "",
        "a",
        "//a",
        "/\\a",
        "\\/a",
        "/\t/a",
        "/ a",
        "/a\r\nb",
        "javascript:x",
        "/白",
        "/" + "a" * 2001,
    ],
)
def test_what_could_lead_elsewhere_leads_to_the_start(path: str) -> None:
    assert sealing.own_path(path) == "/"


@pytest.mark.parametrize("path", ["/", "/a", "/a/b?c=d&e=%E7%99%BD"])
def test_our_own_paths_are_left_alone(path: str) -> None:
    assert sealing.own_path(path) == path
