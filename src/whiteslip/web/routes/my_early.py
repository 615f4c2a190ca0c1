"""Ending debts sooner or slower: settling early as quoted, and paying a statement in installments."""

from __future__ import annotations

from collections.abc import Collection
from typing import Annotated, Any, Final, Literal

from msgspec import Meta, Struct

from whiteslip.flows.settle_early import Payoff, Scope, SettleRequest, Wish, quote_payoff
from whiteslip.flows.split_statement import (
    NotSplit,
    Split,
    SplitRequest,
    Why,
    quote_splits,
    split_statements,
)
from whiteslip.infra.database import Connection
from whiteslip.kernel import ids
from whiteslip.kernel.errors import Conflict, InvalidInput, NotFound, WhiteslipError, only
from whiteslip.money.lines.model import LineKey
from whiteslip.views import customers, lines, splits
from whiteslip.web import mine
from whiteslip.web.acting import Acting, Done, Queued
from whiteslip.web.forms import Form, Yuan
from whiteslip.web.rights import shopper
from whiteslip.web.table import Routes
from whiteslip.web.visiting import Answer, Visit

routes = Routes("my")
EARLY: Final = "/my/repay/early"
SLOWER: Final = "/my/repay/installments"
METHODS: Final = ("bank", "card", "wallet")
_Of = Annotated[str, Meta(max_length=50)]
_Version = Annotated[str, Meta(min_length=32, max_length=32)]
_Months = Annotated[int, Meta(ge=0, le=60)]


class Settling(Struct, frozen=True):
    """What is to be settled: "everything", "statement", or a purchase or a split of a statement by its id."""

    of: _Of = ""


class Settle(Form, frozen=True):
    """A quote that is accepted, to the cent."""

    of: _Of
    line: _Of
    amount: Yuan
    version: _Version
    method: Literal["bank", "card", "wallet"] = "bank"


class Slower(Struct, frozen=True):
    """In how many months a statement would be paid."""

    months: _Months = 0


class Divide(Form, frozen=True):
    """A quoted plan that is accepted."""

    months: _Months
    version: _Version


@routes.page(EARLY, sees=shopper())
def show_early(visit: Visit) -> Answer:
    """Show what can be settled, or what settling one of it costs today."""
    line = mine.line_of(visit.db, visit.customer_id)
    key = LineKey(visit.customer_id, line.line_id)
    of = visit.form.value("of", visit.asked(Settling).of)
    if of:
        payoff = _quoted(visit.db, key, _wish(visit.customer_id, of))
        return visit.show(
            "my/early_quote.html",
            of=of,
            what=_named(visit, key, of),
            payoff=payoff,
            methods=[(one, visit.speak.name("method", one)) for one in METHODS],
            line_id=ids.write("lin", *key),
        )
    choices: list[tuple[str, str, Payoff]] = []
    for one in _everything_owed(visit, key):
        payoff = _quoted(visit.db, key, _wish(visit.customer_id, one))
        if payoff is not None:
            choices.append((one, _named(visit, key, one), payoff))
    return visit.show("my/early.html", choices=choices)


@routes.form(EARLY, Settle, sees=shopper(), again=show_early, queued=True)
def settle(act: Acting, form: Settle) -> Queued:
    """Settle as quoted; what has changed since settles nothing and shows the new quote."""
    line = ids.read_owned(form.line, "lin")
    if line.customer_id != act.customer_id:
        raise NotFound("there is no such line")
    wish = _wish(act.customer_id, form.of)
    wanted = SettleRequest(*line, wish, form.amount, form.version, form.method)

    def done(said: Any) -> Done:
        facts = {
            "amount": act.speak.amount(said["total_minor"]),
            "saved": act.speak.amount(said["dropped_fee_minor"]),
        }
        key = "my.settled_saving" if said["dropped_fee_minor"] else "my.settled"
        return Done("/my/repay", key, facts)

    return Queued("incoming", wanted, done)


@routes.page(SLOWER, sees=shopper())
def show_slower(visit: Visit) -> Answer:
    """Show in how many months the latest statement can be paid and what each costs, or why it cannot."""
    key = mine.key_of(visit.db, visit.customer_id)
    typed = visit.form.value("months")
    months = int(typed) if typed.isdecimal() else visit.asked(Slower).months
    quotes = quote_splits(visit.db, key)
    found = [one for one in quotes.values() if isinstance(one, Split)]
    return visit.show(
        "my/slower.html",
        choices=found,
        chosen=next((one for one in found if one.months == months), None),
        why="" if found else _why(quotes.values()).value,
        without=[one for one, quote in quotes.items() if not isinstance(quote, Split)],
    )


@routes.form(SLOWER, Divide, sees=shopper(), again=show_slower)
def divide(act: Acting, form: Divide) -> Done:
    """Pay the latest statement in installments, exactly as quoted."""
    key = mine.key_of(act.db, act.customer_id)
    request = SplitRequest(*key, form.months, form.version)
    split = only(split_statements(act.db, [request], at=act.at)).split
    facts = {"amount": act.speak.amount(split.principal_minor), "months": str(split.months)}
    return Done("/my/repay", "my.divided", facts)


def _why(quotes: Collection[Split | WhiteslipError]) -> Why:
    """Say why no number of months is offered; a product without plans offers none."""
    if not quotes:
        return Why.PLANS_STOPPED
    refused = [one.why for one in quotes if isinstance(one, NotSplit)]
    return refused[0] if refused else Why.NO_STATEMENT


def _everything_owed(visit: Visit, key: LineKey) -> list[str]:
    """Name what may be settled: each plan, each split of a statement, what was billed, and everything."""
    rows = lines.open_installments(visit.db, *key)
    purchases = dict.fromkeys(row.purchase_id for row in rows if row.kind == "plan")
    parts = splits.of_line(visit.db, *key)
    return [
        *(ids.write("spl", key.customer_id, one.split_id) for one in parts),
        *(ids.write("pur", key.customer_id, one) for one in purchases if one),
        Scope.STATEMENT,
        Scope.EVERYTHING,
    ]


def _wish(customer_id: int, of: str) -> Wish:
    """Read what is to be settled; another customer's things do not exist here."""
    if of in {Scope.EVERYTHING, Scope.STATEMENT}:
        return Wish(Scope(of))
    try:
        owned = ids.read_owned(of, of.partition("_")[0] if of[:4] in {"pur_", "spl_"} else "pur")
    except InvalidInput as error:
        raise NotFound("there is no such thing") from error
    if owned.customer_id != customer_id:
        raise NotFound("there is no such thing")
    if of.startswith("spl_"):
        return Wish(Scope.PLAN, split_id=owned.number)
    return Wish(Scope.PLAN, purchase_id=owned.number)


def _quoted(db: Connection, key: LineKey, wish: Wish) -> Payoff | None:
    """Quote a wish; None when nothing of it is owed."""
    try:
        return quote_payoff(db, key, wish)
    except Conflict:
        return None


def _named(visit: Visit, key: LineKey, of: str) -> str:
    """Say in words what is to be settled."""
    speak = visit.speak
    if of in {Scope.EVERYTHING, Scope.STATEMENT}:
        return speak.say(f"my.early_{of}")
    number = ids.read_owned(of, of[:3]).number
    if of.startswith("spl_"):
        for one in splits.of_line(visit.db, *key):
            if one.split_id == number:
                return speak.say("my.early_split", month=speak.month(one.statement_on))
        return speak.say("my.early_plan")
    story = customers.tell(visit.db, key.customer_id, visit.ring)
    bought = () if story is None else story.purchases
    shop = next((one.merchant for one in bought if one.purchase_id == number), None)
    return speak.say("my.purchase_at", shop=shop) if shop else speak.say("my.early_plan")
