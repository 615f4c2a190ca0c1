"""`whiteslip explain installment` and `explain purchase`: why an amount is what it is, and the life of a purchase."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, TypeVar

import msgspec
import typer
from rich.table import Table
from rich.text import Text

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
    table = _table()
    for line in told.lines:
        figures = [*_changes(line), f"owed {amount(line.owed_minor)}", _journal(line.movements)]
        table.add_row(_days(line.on, line.until), _told(line.says.en, figures))
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
    table = _table()
    for event in told.events:
        source = " ".join((str(event.source_id or ""), event.method)).strip()
        figures = [
            amount(event.amount_minor) if event.amount_minor else "",
            f"from {source}" if source else "",
            _journal(event.movements),
        ]
        table.add_row(_days(event.on, event.until), _told(event.says.en, figures))
    out.print(table)


def _conclude(faults: list[str], *, is_json: bool) -> None:
    if not faults:
        return
    if not is_json:
        say("NOT EXPLAINED: the rules do not come to what the book says.")
        for fault in faults:
            say(f"  {fault}")
    raise typer.Exit(DISAGREES)


def _table() -> Table:
    """Two columns: when, and what happened with its figures below; it reads at any width."""
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(no_wrap=True)
    table.add_column(ratio=1)
    return table


def _told(says: str, figures: list[str]) -> Text:
    shown = " · ".join(figure for figure in figures if figure)
    return Text.assemble(says, *((("\n" + shown, "dim"),) if shown else ()))


def _days(on: object, until: object) -> str:
    return str(on) if on == until else f"{on}\n– {until}"


def _changes(line: shapes.ExplainedLine) -> list[str]:
    """Name what the line changed, with its sign."""
    parts = (
        ("principal", line.principal_minor),
        ("fee", line.fee_minor),
        ("late fee", line.late_fee_minor),
    )
    return [f"{name} {'+' * (part > 0)}{amount(part)}" for name, part in parts if part]


def _journal(movements: list[shapes.Movement]) -> str:
    """Name movements, days in a row by their first and last; one that a correction booked says when."""
    late = {one.booked_on for one in movements if one.booked_on != one.value_on}
    numbers = [str(one.movement_id) for one in movements]
    shown = numbers if len(numbers) < 4 else [numbers[0], "…", f"{numbers[-1]} ({len(numbers)})"]
    booked = "".join(f", booked on {on}" for on in sorted(late))
    word = "movement" if len(numbers) == 1 else "movements"
    return f"{word} {' '.join(shown)}{booked}" if numbers else ""
