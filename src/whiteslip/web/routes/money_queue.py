"""The manual queue of what banks said, and the files they send; above a sum a second person decides."""

from __future__ import annotations

from typing import Final, Literal

from whiteslip.flows.settle_suspense import (
    Closing,
    Owning,
    Ruling,
    Way,
    close_items,
    own_items,
    rule_on_items,
)
from whiteslip.flows.take_bank_results import take_bank_file
from whiteslip.gateways.bank.files import reader
from whiteslip.kernel import ids
from whiteslip.kernel.errors import InvalidInput, NotFound, only
from whiteslip.kernel.ids import MAX_ID
from whiteslip.money.lines.model import LineKey
from whiteslip.views import autopay
from whiteslip.views.autopay import ItemView
from whiteslip.web.acting import Acting, Done
from whiteslip.web.forms import Form, Note, Upload
from whiteslip.web.rights import Owner, Role, staff
from whiteslip.web.table import Routes
from whiteslip.web.visiting import Answer, Visit

routes = Routes("money")
MONEY = staff(Role.MONEY)
PAGE: Final = "/desk/money/queue"
ITEM: Final = f"{PAGE}/{{sus}}"
FILES: Final = "/desk/money/files"
ROWS: Final = 100


class Remark(Form, frozen=True):
    """Why somebody takes an item on."""

    note: Note


class Ending(Form, frozen=True):
    """How an item is closed; a line is named where money is assigned."""

    way: Literal["assigned", "sent_back", "noted"]
    note: Note
    line: str = ""


class Decision(Form, frozen=True):
    """What a second person says of a closing."""

    command: Literal["approve", "refuse"]
    note: Note


class BankFile(Form, frozen=True):
    """A file as the bank wrote it."""

    file: Upload


@routes.page(PAGE, sees=MONEY, nav="queue", order=52)
def show_queue(visit: Visit) -> Answer:
    """List what waits for people, and what was closed last."""
    waiting = [
        one
        for state in ("asked", "open")
        for one in autopay.items(visit.db, state=state, before=MAX_ID, limit=ROWS)
    ]
    closed = autopay.items(visit.db, state="closed", before=MAX_ID, limit=ROWS // 5)
    return visit.show("money/queue.html", waiting=waiting, closed=closed)


@routes.page(ITEM, sees=MONEY, owner=Owner.NOBODY)
def show_item(visit: Visit) -> Answer:
    """Show an item: what the bank said, who did what, and how it may be closed."""
    item = _item(visit, visit.text("sus"))
    return visit.show(
        "money/item.html",
        item=item,
        deeds=autopay.deeds_of(visit.db, item.item_id),
        ways=[(one.value, visit.speak.name("suspense_way", one.value)) for one in _ways(item)],
        line=_line_text(item),
    )


@routes.form(f"{ITEM}/own", Remark, sees=MONEY, owner=Owner.NOBODY, again=show_item)
def own(act: Acting, form: Remark) -> Done:
    """Take an item on."""
    number = _number(act.text("sus"))
    only(own_items(act.db, [Owning(number, act.actor, form.note)], at=act.at))
    return Done(f"{PAGE}/{act.text('sus')}", "money.item_owned")


@routes.form(f"{ITEM}/close", Ending, sees=MONEY, owner=Owner.NOBODY, again=show_item)
def close(act: Acting, form: Ending) -> Done:
    """Close an item, at once or once another person approves."""
    line = LineKey(*ids.read_owned(form.line, "lin")) if form.line else None
    wanted = Closing(_number(act.text("sus")), Way(form.way), line, act.actor, form.note)
    repay = act.visitor.runtime.bank_acts.repay
    closed = only(close_items(act.db, [wanted], repay, at=act.at))
    return Done(f"{PAGE}/{act.text('sus')}", f"money.item_{closed.state.value}")


@routes.form(f"{ITEM}/decide", Decision, sees=MONEY, owner=Owner.NOBODY, again=show_item)
def decide(act: Acting, form: Decision) -> Done:
    """Approve or refuse a closing another person asked for."""
    approved = form.command == "approve"
    ruling = Ruling(_number(act.text("sus")), approved, act.actor, form.note)
    decided = only(rule_on_items(act.db, [ruling], act.visitor.runtime.bank_acts.repay, at=act.at))
    return Done(f"{PAGE}/{act.text('sus')}", f"money.item_{decided.state.value}")


@routes.page(FILES, sees=MONEY, nav="files", order=53)
def show_files(visit: Visit) -> Answer:
    """Offer to take a bank's file, and list those that were taken."""
    return visit.show("money/files.html", files=autopay.files(visit.db, limit=ROWS))


@routes.form(FILES, BankFile, sees=MONEY, again=show_files, uploads=True)
def take_file(act: Acting, form: BankFile) -> Done:
    """Take a file whole or not at all; the same again acts on nothing."""
    runtime = act.visitor.runtime
    file = reader.read(form.file.body)
    taken = take_bank_file(
        act.db, form.file.body, file, bank=runtime.bank, acts=runtime.bank_acts, at=act.at
    )
    facts = {
        "results": str(taken.results),
        "again": str(taken.again),
        "unread": str(taken.unread),
    }
    return Done(FILES, "money.file_taken", facts)


def _item(visit: Visit, text: str) -> ItemView:
    found = autopay.item(visit.db, _number(text))
    if found is None:
        raise NotFound("there is no such item")
    return found


def _number(text: str) -> int:
    try:
        return ids.read_one(text, "sus")
    except InvalidInput as error:
        raise NotFound("there is no such item") from error


def _ways(item: ItemView) -> tuple[Way, ...]:
    """Held money is assigned or sent back; where none is held there is only to note."""
    return (Way.ASSIGNED, Way.SENT_BACK) if item.held_minor else (Way.NOTED,)


def _line_text(item: ItemView) -> str:
    if item.payer_id is None or item.line_id is None:
        return ""
    return ids.write("lin", item.payer_id, item.line_id)
