"""`whiteslip bench pages`: the checkout page under load, and the pages of staff over a large book."""

from __future__ import annotations

import json
from typing import Annotated

import typer
from rich.table import Table

from whiteslip.bench.ground import ground
from whiteslip.bench.pages import LINES, bench_pages
from whiteslip.cli.app import err, out, say
from whiteslip.cli.bench import FAULTY, AsJson, commands
from whiteslip.infra.accounts.model import Account
from whiteslip.web.pages import load
from whiteslip.web.rights import admits

Lines = Annotated[int, typer.Option(min=1000, help="How many lines the book has.")]
Seconds = Annotated[int, typer.Option(min=1, help="How long the checkout page is loaded.")]


@commands.command()
def pages(*, as_json: AsJson = False, lines: Lines = LINES, seconds: Seconds = 10) -> None:
    """Checkout pages a second and the size of one; the median of each staff page. Needs wrk."""
    with ground(lambda message: err.print(message, highlight=False)) as place:
        report = bench_pages(place, _plain, lines=lines, seconds=seconds)
    if as_json:
        typer.echo(json.dumps(report.as_json()))
    else:
        say(
            f"checkout: {report.checkout_per_s:,.0f} pages/s, {report.checkout_gzip_bytes:,} bytes packed"
        )
        table = Table("staff page", "median, ms")
        for path, spent in sorted(report.staff_ms.items(), key=lambda pair: -pair[1]):
            table.add_row(path, f"{spent:.1f}")
        out.print(table)
    if report.faults:
        raise typer.Exit(FAULTY)


def _plain(account: Account) -> list[str]:
    """Name the pages for some staff that a person may open, but for those whose address names a thing."""
    return [
        route.path
        for route in load()
        if route.method == "GET"
        and not route.parameters
        and route.sees.roles
        and not route.sees.public
        and admits(route.sees, account)
    ]
