"""The desk of whoever keeps the accounts: who may sign in, and what happened."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct

from whiteslip.flows import keep_accounts
from whiteslip.infra.accounts import keeping, policy
from whiteslip.infra.accounts.model import Kind, NewAccount
from whiteslip.kernel import ids
from whiteslip.kernel.errors import NotFound, only
from whiteslip.kernel.ids import MAX_ID
from whiteslip.web.acting import Acting, Done
from whiteslip.web.forms import Form, Line, Name, Nothing
from whiteslip.web.rights import Owner, Role, staff
from whiteslip.web.table import Routes
from whiteslip.web.visiting import Answer, Visit

routes = Routes("accounts")
ADMIN = staff(Role.ADMIN)
PAGE = "/desk/admin/accounts"
EVENTS_A_PAGE = 100


class AccountForm(Form, frozen=True):
    """An account to make."""

    name: Name
    kind: Literal["staff", "merchant"]
    password: Line
    roles: tuple[Role, ...] = ()
    merchant: Annotated[str, Meta(pattern="^mer_[0-9]{1,19}$")] | None = None


class Before(Struct, frozen=True):
    """Where a page of the log begins."""

    before: Annotated[int, Meta(ge=1, le=MAX_ID)] = MAX_ID


@routes.page(PAGE, sees=ADMIN, nav="accounts", order=90)
def show_accounts(visit: Visit) -> Answer:
    """List accounts of staff and shops, and offer to make one."""
    return visit.show(
        "accounts/list.html",
        accounts=keeping.list_accounts(visit.db),
        roles=[(role.value, visit.speak.name("role", role.value)) for role in Role],
        shortest=policy.shipped().shortest_password,
    )


@routes.page("/desk/admin/events", sees=ADMIN, nav="account_events", order=91)
def show_events(visit: Visit) -> Answer:
    """Show what accounts did and what was done to them, the latest first."""
    found = keeping.list_account_events(
        visit.db, before=visit.asked(Before).before, limit=EVENTS_A_PAGE
    )
    following = found[-1].event_id if len(found) == EVENTS_A_PAGE else None
    return visit.show("accounts/events.html", events=found, following=following)


@routes.form(PAGE, AccountForm, sees=ADMIN, again=show_accounts)
def make_account(act: Acting, form: AccountForm) -> Done:
    """Make an account of staff or of a shop."""
    new = NewAccount(
        Kind(form.kind),
        form.name,
        frozenset(form.roles),
        None if form.merchant is None else ids.read_one(form.merchant, "mer"),
        password=form.password,
    )
    made = only(keep_accounts.make_accounts(act.db, [new], by=act.actor, at=act.at))
    return Done(PAGE, "accounts.made", {"name": made.name})


@routes.form(
    f"{PAGE}/{{account}}/disable", Nothing, sees=ADMIN, owner=Owner.NOBODY, again=show_accounts
)
def disable_account(act: Acting, _: Nothing) -> Done:
    """Disable an account and end its sessions."""
    done = keep_accounts.disable_account(act.db, _number(act), by=act.actor, at=act.at)
    return Done(PAGE, "accounts.was_disabled", {"name": done.name})


@routes.form(
    f"{PAGE}/{{account}}/enable", Nothing, sees=ADMIN, owner=Owner.NOBODY, again=show_accounts
)
def enable_account(act: Acting, _: Nothing) -> Done:
    """Enable an account again."""
    done = keep_accounts.enable_account(act.db, _number(act), by=act.actor, at=act.at)
    return Done(PAGE, "accounts.was_enabled", {"name": done.name})


def _number(act: Acting) -> int:
    text = act.text("account")
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise NotFound("there is no such account")
    return int(text)
