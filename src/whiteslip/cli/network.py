"""`whiteslip network`: weaving the association network, and the rings it found."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from typing import Annotated

import typer
from rich.table import Table

from whiteslip.cli.app import app, out, say, shielded
from whiteslip.cli.database import Dsn, Home, running_database
from whiteslip.flows.weave_network import WeaveReport, weave_network
from whiteslip.infra import settings
from whiteslip.infra.clock import MachineClock
from whiteslip.infra.database import Database
from whiteslip.kernel import ids
from whiteslip.kernel.errors import NotFound
from whiteslip.views import rings

network = typer.Typer(
    help="Accounts that share devices, phones, cards or addresses, and the rings among them.",
    no_args_is_help=True,
)
app.add_typer(network, name="network")

Ring = Annotated[str, typer.Argument(help="Its id, such as rng_7_49.")]
Most = Annotated[int, typer.Option(help="How many, the latest first.", min=1)]


@network.command()
def weave(*, dsn: Dsn = None, home: Home = None) -> None:
    """Weave for the last closed day: gather links, find communities, and lay new rings before people."""
    at = MachineClock().now()
    with _database(dsn, home) as database:
        done = database.write(lambda db: weave_network(db, at=at))
    say("The last closed day was woven before." if done is None else _told(done))


def weave_tonight(database: Database, *, quiet: bool) -> None:
    """Weave for the day just closed."""
    with shielded("the network was not woven"):
        at = MachineClock().now()
        done = database.write(lambda db: weave_network(db, at=at))
        if done is not None and done.rings and not quiet:
            say(_told(done))


@network.command(name="rings")
def list_rings(*, most: Most = 20, dsn: Dsn = None, home: Home = None) -> None:
    """List the latest rings."""
    with _database(dsn, home) as database:
        found = database.read(lambda db: rings.latest(db, most=most))
    if not found:
        say("No ring was found.")
        return
    table = Table("ring", "raised", "score", "members", "signs", "case", "outcome")
    for row in found:
        table.add_row(
            ids.write("rng", row.customer_id, row.ring_id),
            str(row.raised_on),
            f"{row.score:.2f}",
            str(len(row.evidence["members"])),
            ", ".join(row.evidence["finding"]["signs"]),
            row.state,
            row.outcome or "",
        )
    out.print(table)


@network.command()
def show(ring: Ring, *, dsn: Dsn = None, home: Home = None) -> None:
    """Show a ring with its evidence."""
    owned = ids.read_owned(ring, "rng")
    with _database(dsn, home) as database:
        row = database.read(lambda db: rings.find(db, *owned))
    if row is None:
        raise NotFound(f"there is no ring {ring}")
    finding = row.evidence["finding"]
    say(", ".join(f"{name} {finding[name]:.2f}" for name in finding if name != "signs"))
    table = Table("account", "joined", "first used", "known as bad")
    for one in row.evidence["members"]:
        who = ids.write("cus", one["customer_id"])
        table.add_row(who, one["joined_on"], one["first_on"], "yes" if one["is_bad"] else "")
    out.print(table)
    for one in row.evidence["shared"]:
        names = ", ".join(ids.write("cus", who) for who in one["members"])
        say(f"{one['kind']} (weight {one['weight']:.2f}): {names}")


def _told(done: WeaveReport) -> str:
    return (
        f"{done.on}: {done.gathered:,} links new or fresher, {done.links:,} in all; {done.accounts:,} accounts share"
        f" something, in {done.communities:,} communities; {done.rings:,} new rings."
    )


@contextmanager
def _database(dsn: Dsn, home: Home) -> Generator[Database]:
    found = running_database(settings.load(dsn=dsn, home=home))
    with Database(found, max_size=1, statement_timeout_ms=0) as database:
        yield database
