"""Commands for the accounts of the pages: add one, list them, disable or enable one, set a password."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.table import Table

from whiteslip.cli.app import app, out, say
from whiteslip.cli.database import Dsn, Home, running_database
from whiteslip.flows import keep_accounts
from whiteslip.infra import settings
from whiteslip.infra.accounts import keeping
from whiteslip.infra.accounts.model import Account, Kind, NewAccount, Role
from whiteslip.infra.clock import MachineClock
from whiteslip.infra.database import Connection, Database
from whiteslip.kernel import ids
from whiteslip.kernel.actor import actor_of
from whiteslip.kernel.errors import NotFound, only

BY = "command line"
commands = typer.Typer(help="Who may sign in to the pages.", no_args_is_help=True)
app.add_typer(commands, name="accounts")

Person = Annotated[str, typer.Argument(help="The name the person signs in with.")]
Roles = Annotated[list[Role] | None, typer.Option("--role", help="May be repeated; for staff.")]
Shop = Annotated[str | None, typer.Option(help="The shop it belongs to, such as mer_3.")]
Password = Annotated[
    str,
    typer.Option(
        prompt=True, confirmation_prompt=True, hide_input=True, help="Asked for if not given."
    ),
]


@commands.command()
def add(
    name: Person,
    *,
    password: Password,
    role: Roles = None,
    merchant: Shop = None,
    dsn: Dsn = None,
    home: Home = None,
) -> None:
    """Make an account: of staff with its roles, or of a shop."""
    merchant_id = None if merchant is None else ids.read_one(merchant, "mer")
    kind = Kind.STAFF if merchant is None else Kind.MERCHANT
    new = NewAccount(kind, name, frozenset(role or ()), merchant_id, password=password)
    at = MachineClock().now()

    def make(db: Connection) -> Account:
        return only(keep_accounts.make_accounts(db, [new], by=BY, at=at))

    with Database(running_database(settings.load(dsn=dsn, home=home))) as database:
        made = database.write(make)
    say(f"{made.name} may sign in.")


@commands.command(name="list")
def list_accounts(*, dsn: Dsn = None, home: Home = None) -> None:
    """List the accounts of staff and shops."""
    with Database(running_database(settings.load(dsn=dsn, home=home))) as database:
        found = database.read(keeping.list_accounts)
    table = Table("name", "kind", "roles", "merchant", "disabled")
    for one in found:
        merchant = "" if one.merchant_id is None else ids.write("mer", one.merchant_id)
        disabled = "" if one.disabled_at is None else f"{one.disabled_at:%Y-%m-%d}"
        table.add_row(one.name, one.kind.value, ", ".join(sorted(one.roles)), merchant, disabled)
    out.print(table)


@commands.command()
def disable(name: Person, *, dsn: Dsn = None, home: Home = None) -> None:
    """Disable an account and end all of its sessions."""
    at = MachineClock().now()
    with Database(running_database(settings.load(dsn=dsn, home=home))) as database:
        database.write(
            lambda db: keep_accounts.disable_account(db, _number(db, name), by=BY, at=at)
        )
    say(f"{name} may not sign in any more.")


@commands.command()
def enable(name: Person, *, dsn: Dsn = None, home: Home = None) -> None:
    """Enable an account again."""
    at = MachineClock().now()
    with Database(running_database(settings.load(dsn=dsn, home=home))) as database:
        database.write(lambda db: keep_accounts.enable_account(db, _number(db, name), by=BY, at=at))
    say(f"{name} may sign in again.")


@commands.command()
def password(name: Person, *, password: Password, dsn: Dsn = None, home: Home = None) -> None:
    """Set a password, and end the sessions that were opened with the old one."""
    at = MachineClock().now()
    with Database(running_database(settings.load(dsn=dsn, home=home))) as database:
        database.write(
            lambda db: keep_accounts.set_password(db, _number(db, name), password, by=BY, at=at)
        )
    say(f"{name} signs in with the new password from now on.")


def _number(db: Connection, name: str) -> int:
    found = keeping.find_account(db, actor_of(name))
    if found is None:
        raise NotFound(f"there is no account named {name!r}")
    return found.account.account_id
