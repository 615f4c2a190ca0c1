"""The desk of risk, its rule books: tables edited rule by rule, tried, approved, and put into effect by two."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from msgspec import Meta

from whiteslip.flows import publish_book as publishing
from whiteslip.kernel.errors import NotFound
from whiteslip.kernel.reason import ReasonCode
from whiteslip.kernel.verdict import Outcome
from whiteslip.views import backtest as backtests
from whiteslip.views import rule_books
from whiteslip.views.endings import Ending
from whiteslip.web import pictures, rule_text
from whiteslip.web.acting import Acting, Done
from whiteslip.web.axes import Unit
from whiteslip.web.forms import Form, Note, Nothing
from whiteslip.web.rights import Owner, Role, staff
from whiteslip.web.rule_text import Cells
from whiteslip.web.table import Routes
from whiteslip.web.visiting import Answer, Visit

routes = Routes("risk")
RISK = staff(Role.RISK)
PAGE = "/desk/risk"
BOOK = f"{PAGE}/books/{{book}}"
VERSION = f"{BOOK}/{{version}}"
ENDING = Ending(30, 90)
_Cell = Annotated[str, Meta(min_length=1, max_length=1000, pattern="^[^\\u0000-\\u001f]*$")]
_Reasons = Annotated[str, Meta(max_length=100, pattern="^[A-Z0-9, -]*$")]
OUTCOMES = tuple(outcome.label for outcome in Outcome)


class Rule(Form, frozen=True):
    """The cells of a rule."""

    when: _Cell
    outcome: Annotated[str, Meta(max_length=20)]
    reasons: _Reasons = ""
    unknown: Literal["review", "no_match"] = "review"
    why: _Cell = "-"


class Step(Form, frozen=True):
    """What is done with a version, and why."""

    step: Literal["backtest", "approve", "shadow", "live", "release", "retire"]
    note: Note | None = None
    share: Annotated[int, Meta(ge=1, le=100)] = 100


class Why(Form, frozen=True):
    """Why it is done."""

    note: Note


@routes.page(PAGE, sees=RISK, nav="risk", order=20)
def list_books(visit: Visit) -> Answer:
    """List the rule books with their live versions and what is under way."""
    found: dict[str, list[rule_books.VersionView]] = {}
    for one in rule_books.versions(visit.db):
        found.setdefault(one.name, []).append(one)
    return visit.show("risk/books.html", books=found)


@routes.page(BOOK, sees=RISK, owner=Owner.NOBODY)
def show_book(visit: Visit) -> Answer:
    """Show the versions of a book and how they came there."""
    name = visit.text("book")
    steps = rule_books.steps(visit.db, name)
    return visit.show(
        "risk/book.html", name=name, versions=rule_books.versions(visit.db, name), steps=steps[:40]
    )


@routes.form(f"{BOOK}/draft", Nothing, sees=RISK, owner=Owner.NOBODY, again=show_book)
def draft_next(act: Acting, _: Nothing) -> Done:
    """Begin a draft with the text of the live version."""
    name = act.text("book")
    number = max(one.version for one in rule_books.versions(act.db, name)) + 1
    body = rule_text.renumber(rule_books.kept(act.db, name, None), number)
    publishing.draft(act.db, body, file=f"{name}.toml", by=act.actor, at=act.at)
    return Done(f"{PAGE}/books/{name}/{number}", "risk.drafted")


@routes.form(f"{BOOK}/rollback", Why, sees=RISK, owner=Owner.NOBODY, again=show_book)
def roll_back(act: Acting, form: Why) -> Done:
    """Undo what took effect last."""
    name = act.text("book")
    version = publishing.roll_back(act.db, name, by=act.actor, at=act.at, note=form.note)
    return Done(f"{PAGE}/books/{name}", "risk.rolled_back", {"version": str(version)})


@routes.page(VERSION, sees=RISK, owner=Owner.NOBODY)
def show_version(visit: Visit) -> Answer:
    """Show a version as a table, what differs from the live one, what was tried, and what can be done next."""
    name, number = _named(visit)
    body = rule_books.kept(visit.db, name, number)
    look = rule_books.look(body, file=f"{name}.toml")
    versions = rule_books.versions(visit.db, name)
    this = next(one for one in versions if one.version == number)
    live = next((one.version for one in versions if one.status == "live"), None)
    before = (
        [] if live in (None, number) else rule_text.rules(rule_books.kept(visit.db, name, live))
    )
    steps = [one for one in rule_books.steps(visit.db, name) if one.version == number]
    tried = next((one.evidence for one in steps if one.command == "backtest"), None)
    rows = rule_text.rules(body)
    return visit.show(
        "risk/version.html",
        name=name,
        version=this,
        look=look,
        rows=rows,
        changes=rule_text.changes(before, rows) if before else {},
        gone=[one for one in before if one.id not in {row.id for row in rows}],
        live=live,
        steps=steps,
        tried=tried,
        drawn=_drawn(visit, tried),
        can_edit=this.status in ("draft", "validated", "backtested"),
    )


@routes.form(VERSION, Step, sees=RISK, owner=Owner.NOBODY, again=show_version)
def take_step(act: Acting, form: Step) -> Done:
    """Take a version one step further, each by a named person; who wrote it does not approve it."""
    name, number = _named(act)
    note, by, at, db = form.note or "", act.actor, act.at, act.db
    match form.step:
        case "backtest":
            _backtest(act, name, number)
        case "approve":
            publishing.approve(db, name, number, by=by, at=at, note=note)
        case "shadow":
            publishing.start_shadow(db, name, number, by=by, at=at)
        case "live":
            part = form.share * 10_000
            done = publishing.go_live(db, name, number, by=by, at=at, share_ppm=part)
            if done.proposed:
                missing = {"missing": str(done.releases_missing)}
                return Done(f"{PAGE}/books/{name}/{number}", "risk.proposed", missing)
        case "release":
            publishing.release(db, name, number, by=by, at=at)
        case "retire":
            publishing.retire(db, name, number, by=by, at=at, note=note)
    return Done(f"{PAGE}/books/{name}/{number}", f"risk.did_{form.step}")


@routes.page(f"{VERSION}/rules/{{rule}}", sees=RISK, owner=Owner.NOBODY)
def show_rule(visit: Visit) -> Answer:
    """Show a rule's cells to be edited, with what is wrong at the cell."""
    name, number = _named(visit)
    rows = rule_text.rules(rule_books.kept(visit.db, name, number))
    row = next((one for one in rows if one.id == visit.text("rule")), None)
    if row is None:
        raise NotFound("there is no such rule")
    book = rule_books.parsed(rule_books.kept(visit.db, name, number), file=f"{name}.toml")
    return visit.show(
        "risk/rule.html",
        name=name,
        number=number,
        row=row,
        inputs=[(one.name, one.type.value) for one in book.inputs],
        outcomes=[(one, visit.speak.name("outcome", one)) for one in OUTCOMES],
        codes=[one.value for one in ReasonCode],
    )


@routes.form(f"{VERSION}/rules/{{rule}}", Rule, sees=RISK, owner=Owner.NOBODY, again=show_rule)
def edit_rule(act: Acting, form: Rule) -> Done:
    """Put cells into a draft; what the book refuses is said and nothing is kept."""
    name, number = _named(act)
    body = rule_books.kept(act.db, name, number)
    cells = Cells(
        act.text("rule"), form.when, form.outcome, _codes(form.reasons), form.unknown, form.why
    )
    text = rule_text.put(body, cells)
    rule_text.insist(rule_books.look(text, file=f"{name}.toml").problems, cells.id)
    checked = publishing.draft(act.db, text, file=f"{name}.toml", by=act.actor, at=act.at)
    rule_text.insist(checked.problems, cells.id)
    return Done(f"{PAGE}/books/{name}/{number}", "risk.edited", {"rule": cells.id})


def _backtest(act: Acting, name: str, number: int) -> None:
    book = rule_books.parsed(rule_books.kept(act.db, name, number), file=f"{name}.toml")
    against = backtests.live(act.db, name)
    if book.kind.value == "watch":
        as_of = backtests.default_day(act.db, ENDING)
        view = backtests.of_panel(act.db, book, against=against, as_of=as_of, ending=ENDING)
    else:
        view = backtests.of_decisions(
            act.db, book, against=against, first_on=date.min, last_on=date.max, ending=ENDING
        )
    publishing.record_backtest(
        act.db, name, number, by=act.actor, evidence=view.as_json(), at=act.at
    )


def _drawn(visit: Visit, tried: dict[str, Any] | None) -> Any:
    """Draw what a back-test found: cases by outcome before and after, and each rule's bad rate."""
    if not tried or "before" not in tried:
        return None
    speak = visit.speak
    before, after = tried["before"], tried["after"]
    names = [one for one in OUTCOMES if before[one]["cases"] or after[one]["cases"]]
    return pictures.bars(
        speak.say("risk.by_outcome"),
        [speak.name("outcome", one) for one in names],
        {
            speak.say("risk.before"): [before[one]["cases"] for one in names],
            speak.say("risk.after"): [after[one]["cases"] for one in names],
        },
        unit=Unit.COUNT,
    )


def _codes(text: str) -> tuple[str, ...]:
    return tuple(one.strip() for one in text.split(",") if one.strip())


def _named(act: Any) -> tuple[str, int]:
    text = act.text("version")
    if not (text.isascii() and text.isdigit() and 0 < len(text) < 7):
        raise NotFound("there is no such version")
    return act.text("book"), int(text)
