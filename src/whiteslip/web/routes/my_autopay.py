"""Autopay: where a customer's dues are collected from, in which order, and what came of each try."""

from __future__ import annotations

import secrets
from typing import Annotated, Final, Literal

from msgspec import Meta

from whiteslip.flows.change_sources import (
    NewSource,
    Order,
    SourceKey,
    SourceKind,
    add_sources,
    order_sources,
    stop_sources,
)
from whiteslip.gateways.bank.reasons import meaning
from whiteslip.kernel.errors import NotFound, only
from whiteslip.kernel.ids import MAX_ID
from whiteslip.money.mandates.model import Source
from whiteslip.views import autopay
from whiteslip.web import mine
from whiteslip.web.acting import Acting, Done
from whiteslip.web.forms import Form, Name, Nothing
from whiteslip.web.rights import Owner, shopper
from whiteslip.web.table import Routes
from whiteslip.web.visiting import Answer, Visit

routes = Routes("my")
PAGE: Final = "/my/repay/autopay"
SHOWN: Final = 12
KINDS: Final = tuple(kind.value for kind in SourceKind)
_Number = Annotated[str, Meta(min_length=6, max_length=34, pattern="^[A-Za-z0-9]+$")]


class Mandate(Form, frozen=True):
    """A source and whose it is; sending it is the mandate."""

    kind: Literal["bank_account", "card", "wallet"]
    account: _Number
    holder: Name


@routes.page(PAGE, sees=shopper())
def show_autopay(visit: Visit) -> Answer:
    """Show the sources in their order, and what was collected."""
    line = mine.line_of(visit.db, visit.customer_id)
    found = autopay.sources_of(visit.db, visit.customer_id, line.line_id)
    collected = autopay.collections_of(
        visit.db, visit.customer_id, line.line_id, before=MAX_ID, limit=SHOWN
    )
    codes = {each.reason for one in collected for each in one.tries if each.reason}
    return visit.show(
        "my/autopay.html",
        sources=[one for one in found if one.is_active],
        stopped=[one for one in found if not one.is_active],
        collections=collected,
        reasons={code: getattr(meaning(code).says, visit.speak.language) for code in codes},
        kinds=[(one, visit.speak.name("method", one)) for one in KINDS],
    )


@routes.form(PAGE, Mandate, sees=shopper(), again=show_autopay)
def add_source(act: Acting, form: Mandate) -> Done:
    """Add a source, asked after the others; only the end of its number is shown from now on."""
    key = mine.key_of(act.db, act.customer_id)
    label = f"•••• {form.account[-4:]}"
    new = NewSource(
        *key,
        SourceKind(form.kind),
        label,
        form.account,
        form.holder,
        f"web-{secrets.token_hex(12)}",
        act.at,
    )
    only(add_sources(act.db, [new], at=act.at))
    return Done(PAGE, "my.source_added", {"label": label})


@routes.form(
    f"{PAGE}/{{src}}/stop", Nothing, sees=shopper(), owner=Owner.CUSTOMER, again=show_autopay
)
def stop_source(act: Acting, _: Nothing) -> Done:
    """Stop a source."""
    source = only(stop_sources(act.db, [SourceKey(*act.owned("src"))], at=act.at))
    return Done(PAGE, "my.source_stopped", {"label": source.label})


@routes.form(
    f"{PAGE}/{{src}}/first", Nothing, sees=shopper(), owner=Owner.CUSTOMER, again=show_autopay
)
def put_first(act: Acting, _: Nothing) -> Done:
    """Let a source be asked before the others."""
    number = act.owned("src").number
    key = mine.key_of(act.db, act.customer_id)
    active = [one for one in autopay.sources_of(act.db, *key) if one.is_active]
    chosen: Source | None = next((one for one in active if one.source_id == number), None)
    if chosen is None:
        raise NotFound("there is no such source")
    others = [one.source_id for one in active if one.source_id != number]
    only(order_sources(act.db, [Order(*key, (number, *others))]))
    return Done(PAGE, "my.source_first", {"label": chosen.label})
