"""Commands for API keys: issue one, list them, revoke one."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.table import Table

from whiteslip.cli.app import app, out, say
from whiteslip.cli.database import Dsn, Home, running_database
from whiteslip.infra import keys, settings
from whiteslip.infra.clock import MachineClock
from whiteslip.infra.database import Database
from whiteslip.kernel import ids

commands = typer.Typer(help="API keys.", no_args_is_help=True)
app.add_typer(commands, name="keys")

Label = Annotated[str, typer.Option(help="Whose key it is, for the list.")]
Merchant = Annotated[str | None, typer.Option(help="The shop it belongs to, such as mer_3.")]
Scope = Annotated[list[str] | None, typer.Option(help="What it may do; may be repeated.")]
Caller = Annotated[int, typer.Argument(help="The caller's number from the list.")]


@commands.command()
def issue(
    *,
    label: Label,
    merchant: Merchant = None,
    scope: Scope = None,
    dsn: Dsn = None,
    home: Home = None,
) -> None:
    """Make a key and print it, the only time it can be seen. A shop's key sells unless told otherwise."""
    chosen = settings.load(dsn=dsn, home=home)
    merchant_id = None if merchant is None else ids.read_one(merchant, "mer")
    scopes = scope or ([keys.OPERATOR] if merchant_id is None else list(keys.MERCHANT_SCOPES))
    pepper = keys.pepper_at(chosen.home)
    with Database(running_database(chosen)) as database:
        key = database.write(
            lambda db: keys.issue(
                db,
                label=label,
                merchant_id=merchant_id,
                scopes=scopes,
                at=MachineClock().now(),
                pepper=pepper,
            )
        )
    say(key)


@commands.command(name="list")
def list_keys(*, dsn: Dsn = None, home: Home = None) -> None:
    """List every key ever issued, newest first."""
    with Database(running_database(settings.load(dsn=dsn, home=home))) as database:
        found = database.read(keys.listed)
    table = Table("caller", "label", "merchant", "scopes", "issued", "revoked")
    for key in found:
        merchant = "" if key.merchant_id is None else ids.write("mer", key.merchant_id)
        revoked = "" if key.revoked_at is None else f"{key.revoked_at:%Y-%m-%d}"
        issued = f"{key.created_at:%Y-%m-%d}"
        scopes = ", ".join(key.scopes)
        table.add_row(str(key.caller_id), key.label, merchant, scopes, issued, revoked)
    out.print(table)


@commands.command()
def revoke(caller: Caller, *, dsn: Dsn = None, home: Home = None) -> None:
    """End a key; servers stop accepting it within five seconds."""
    with Database(running_database(settings.load(dsn=dsn, home=home))) as database:
        database.write(lambda db: keys.revoke(db, caller, at=MachineClock().now()))
    say(f"Caller {caller} is turned away from now on.")
