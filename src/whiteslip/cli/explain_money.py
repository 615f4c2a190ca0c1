"""`whiteslip explain installment` and `explain purchase`: why an amount is what it is, and the life of a purchase."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, TypeVar

import msgspec
import typer
from rich.box import SIMPLE_HEAD
from rich.table import Table

from whiteslip.api.shapes import explanations as shapes
from whiteslip.cli.app import out, say
from whiteslip.cli.database import Dsn, Home, running_database
from whiteslip.cli.explain import DISAGREES, AsJson, commands
from whiteslip.infra import settings
from whiteslip.infra.database import Connection, Database
from whiteslip.kernel import ids
from whiteslip.kernel.errors import NotFound
from whiteslip.kernel.ids import OwnedId
from whiteslip.views import explanations
from whiteslip.views.explaining_words import amount

T = TypeVar("T")

Installment = Annotated[str, typer.Argument(metavar="ID", help="ins_7_49, or a customer: cus_7.")]
Purchase = Annotated[str, typer.Argument(metavar="ID", help="pur_7_42.")]
Number = Annotated[int | None, typer.Argument(help="After a customer, the installment: 49.")]


@commands.command()
def installment(
    which: Installment,
    number: Number = None,
    *,
    as_json: AsJson = False,
    dsn: Dsn = None,
    home: Home = None,
) -> None:
    """Why an installment is what it is, line by line; ends with 1 when the rules do not come to what the book says."""
    owned = _installment(which, number)
    view = _look(dsn, home, lambda db: explanations.of_installment(db, *owned))
    if view is None:
        raise NotFound(f"there is no installment {ids.write('ins', *owned)}")
    told = shapes.explanation(view)
    if as_json:
        typer.echo(msgspec.json.encode(told))
    else:
        _show_installment(told)
    _conclude(told.faults, is_json=as_json)


@commands.command()
def purchase(
    which: Purchase, *, as_json: AsJson = False, dsn: Dsn = None, home: Home = None
) -> None:
    """Tell the life of a purchase, from its hold to its last cent; ends with 1 when it cannot be told."""
    owned = ids.read_owned(which, "pur")
    view = _look(dsn, home, lambda db: explanations.of_purchase(db, *owned))
    if view is None:
        raise NotFound(f"there is no purchase {which}")
    told = shapes.timeline(view)
    if as_json:
        typer.echo(msgspec.json.encode(told))
    else:
        _show_purchase(told)
    _conclude(told.faults, is_json=as_json)


def _installment(which: str, number: int | None) -> OwnedId:
    if number is None:
        return ids.read_owned(which, "ins")
    customer = which if which.startswith("cus_") else f"cus_{which}"
    return OwnedId(ids.read_one(customer, "cus"), number)


def _look(dsn: str | None, home: Home, work: Callable[[Connection], T]) -> T:
    with Database(running_database(settings.load(dsn=dsn, home=home)), max_size=1) as database:
        return database.read(work)


def _show_installment(told: shapes.Explanation) -> None:
    of = f" {told.number} of {told.parts}" if told.parts else ""
    say(f"{told.installment_id}: {told.kind}{of}, {told.status}, due on {told.due_on}")
    table = _table("principal", "fee", "late fee", "owed", "movements")
    for line in told.lines:
        table.add_row(
            _days(line.on, line.until),
            line.says.en,
            *_amounts(line),
            amount(line.owed_minor),
            _journal(line.movements),
        )
    if told.lines:
        out.print(table)
        whole = told.principal_minor + told.fee_minor + told.late_fee_minor
        parts = " + ".join(
            amount(part) for part in (told.principal_minor, told.fee_minor, told.late_fee_minor)
        )
        paid, owed = amount(told.paid_minor), amount(told.owed_minor)
        say(f"{parts} = {amount(whole)}, of it {paid} paid and {owed} owed: the lines sum to it.")


def _show_purchase(told: shapes.Timeline) -> None:
    say(f"{told.purchase_id} on {told.line_id}")
    table = _table("amount", "from", "movements")
    for event in told.events:
        came = " ".join((str(event.source_id or ""), event.method)).strip()
        change = amount(event.amount_minor) if event.amount_minor else ""
        table.add_row(
            _days(event.on, event.until), event.says.en, change, came, _journal(event.movements)
        )
    out.print(table)


def _conclude(faults: list[str], *, is_json: bool) -> None:
    if not faults:
        return
    if not is_json:
        say("NOT EXPLAINED: the rules do not come to what the book says.")
        for fault in faults:
            say(f"  {fault}")
    raise typer.Exit(DISAGREES)


def _table(*columns: str) -> Table:
    table = Table(box=SIMPLE_HEAD)
    table.add_column("day", no_wrap=True)
    table.add_column("what happened", ratio=1)
    for name in columns:
        table.add_column(name, justify="right")
    return table


def _days(on: object, until: object) -> str:
    return str(on) if on == until else f"{on}\n– {until}"


def _amounts(line: shapes.ExplainedLine) -> list[str]:
    parts = (line.principal_minor, line.fee_minor, line.late_fee_minor)
    return [amount(part) if part else "" for part in parts]


def _journal(movements: list[shapes.Movement]) -> str:
    """Name movements, days in a row by their first and last; one that a correction booked says when."""
    late = {one.booked_on for one in movements if one.booked_on != one.value_on}
    numbers = [str(one.movement_id) for one in movements]
    shown = numbers if len(numbers) < 4 else [numbers[0], "…", f"{numbers[-1]} ({len(numbers)})"]
    booked = "".join(f", booked on {on}" for on in sorted(late))
    return " ".join(shown) + booked
