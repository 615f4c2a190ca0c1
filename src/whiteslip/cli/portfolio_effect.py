"""`whiteslip portfolio effect`: what a policy did to people, merchants and the platform."""

from __future__ import annotations

import json
from typing import Annotated

import typer
from rich.table import Table

from whiteslip.cli.app import out, say
from whiteslip.cli.database import Dsn, Home
from whiteslip.cli.portfolio import (
    AsJson,
    HtmlFile,
    Tongue,
    Until,
    commands,
    day_of,
    open_database,
    tongue,
    write_report,
)
from whiteslip.kernel.money import decimal_text
from whiteslip.risk.portfolio.effect import ByReason, Effect, Figure
from whiteslip.views import effects as views
from whiteslip.views.effects import EffectView
from whiteslip.web.reports.portfolio import effect_report

PolicyName = Annotated[
    str,
    typer.Argument(help="run:BOOK:VERSION:DATE, book:BOOK:VERSION, reason:CODE or campaign:NUMBER"),
]
Against = Annotated[str | None, typer.Option(help="Another policy to hold it against.")]


@commands.command()
def effect(
    policy: PolicyName,
    *,
    against: Against = None,
    since: Until = None,
    until: Until = None,
    html: HtmlFile = None,
    language: Tongue = "en",
    as_json: AsJson = False,
    dsn: Dsn = None,
    home: Home = None,
) -> None:
    """Show what a policy did to people, merchants and the platform; what is expected is told apart."""
    with open_database(dsn, home) as database:
        found = database.read(
            lambda db: views.show_effect(
                db, policy, against=against, since=day_of(since), until=day_of(until)
            )
        )
    if html is not None:
        write_report(html, effect_report(found, language=tongue(language)))
        return
    if as_json:
        typer.echo(json.dumps(effect_json(found), default=str))
        return
    _show(found.effect)
    if found.against is not None:
        _show(found.against)
        title = f"{found.effect.policy} less {found.against.policy}"
        out.print(_figures(title, found.difference))


def effect_json(view: EffectView) -> dict[str, object]:
    """Everything, in plain types."""
    return {
        "effect": _effect_json(view.effect),
        "against": None if view.against is None else _effect_json(view.against),
        "difference": [each._asdict() for each in view.difference],
    }


def _effect_json(effect: Effect) -> dict[str, object]:
    shown: dict[str, object] = {"policy": effect.policy, "on": effect.on}
    for layer in ("people", "merchants", "platform", "reasons"):
        shown[layer] = [each._asdict() for each in getattr(effect, layer)]
    return shown


def _show(effect: Effect) -> None:
    for layer in ("people", "merchants", "platform"):
        title = f"{effect.policy}: {layer}, as known on {effect.on}"
        out.print(_figures(title, getattr(effect, layer)))
    if effect.reasons:
        out.print(_reasons(effect.reasons))
    else:
        say("It restricted nobody.")


def _figures(title: str, figures: tuple[Figure, ...]) -> Table:
    table = Table(title=title)
    table.add_column("figure")
    table.add_column("value", justify="right")
    table.add_column("basis")
    table.add_column("note")
    for each in figures:
        table.add_row(each.name, told(each), each.basis, each.note)
    return table


def told(figure: Figure) -> str:
    """Write a figure in its unit; what is not known says so."""
    if figure.value is None:
        return "unknown"
    return decimal_text(figure.value) if figure.unit == "minor" else f"{figure.value:,}"


def _reasons(reasons: tuple[ByReason, ...]) -> Table:
    table = Table(title="By reason")
    table.add_column("reason")
    for head in ("restrictions", "people", "standing", "back", "dismissed", "median days"):
        table.add_column(head, justify="right")
    for each in reasons:
        counts = (each.restrictions, each.people, each.standing, each.back, each.dismissed)
        days = "–" if each.median_days is None else str(each.median_days)
        table.add_row(each.reason, *(f"{count:,}" for count in counts), days)
    return table
