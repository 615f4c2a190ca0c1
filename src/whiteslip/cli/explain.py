"""`whiteslip explain`: why a decision came out as it did, and proof that it still does."""

from __future__ import annotations

import json
from typing import Annotated

import typer
from rich.box import SIMPLE_HEAD
from rich.markup import escape
from rich.table import Table

from whiteslip.cli.app import app, out, say
from whiteslip.cli.database import Dsn, Home, running_database
from whiteslip.decisioning.decisions.model import Decision
from whiteslip.infra import settings
from whiteslip.infra.database import Database
from whiteslip.kernel import ids
from whiteslip.views import decisions
from whiteslip.views.decisions import DecisionView

commands = typer.Typer(help="Why it was decided so.", no_args_is_help=True)
app.add_typer(commands, name="explain")

DISAGREES = 1

DecisionId = Annotated[
    str, typer.Argument(metavar="ID", help="dec_7_42, or its purchase or application: pur_7_42.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print everything as JSON.")]


@commands.callback()
def explain() -> None:
    """Why it was decided so."""


@commands.command()
def decision(
    decision_id: DecisionId,
    *,
    as_json: AsJson = False,
    dsn: Dsn = None,
    home: Home = None,
) -> None:
    """Show what a decision saw and told, and run it again; ends with 1 when it does not come out the same."""
    wanted = decisions.read_id(decision_id)
    with Database(running_database(settings.load(dsn=dsn, home=home)), max_size=1) as database:
        view = database.read(lambda db: decisions.explain(db, wanted))
    if as_json:
        typer.echo(json.dumps(view.as_json(), ensure_ascii=False))
    else:
        _show(view)
    if not view.agrees:
        raise typer.Exit(DISAGREES)


def _show(view: DecisionView) -> None:
    found = view.decision
    say(
        f"{ids.write('dec', found.customer_id, found.decision_id)}: {found.outcome.label} by"
        f" {found.book} {found.book_version} on {found.decided_on} ({found.decided_at:%Y-%m-%d %H:%M:%S %Z})"
    )
    facts = Table(box=SIMPLE_HEAD)
    for name in ("fact", "type", "value"):
        facts.add_column(name, justify="right" if name == "value" else "left")
    for fact in view.facts:
        missing = fact.value is None
        facts.add_row(
            fact.name, fact.type, "[yellow]missing" if missing else escape(str(fact.value))
        )
    out.print(facts)
    _show_rules(view)
    for text in view.reasons:
        say(f"{text.code}: {text.says.zh} {text.next.zh} {text.right.zh}")
        say(f"  {text.says.en} {text.next.en} {text.right.en}")
    _show_scores(view)
    _conclude(found, view)


def _show_rules(view: DecisionView) -> None:
    if not view.rules:
        say("No rule fired and none was unknown: the book's default.")
    for rule in view.rules:
        said = "fired" if rule.state == "fired" else "could not be known"
        codes = f" for {', '.join(rule.reasons)}" if rule.reasons else ""
        say(f"{rule.rule} {said}: {rule.outcome}{codes}, when {rule.when}")
        if rule.why:
            say(f"  {rule.why}")


def _show_scores(view: DecisionView) -> None:
    for score in view.scores:
        seen = score.seen
        again = "its card is not kept" if score.again is None else f"again {score.again:g}"
        say(f"score {seen.model} {seen.version}: {seen.value:g} ({again})")
        for name, value in seen.facts.items():
            say(f"  {name}: {'missing' if value is None else value}")


def _conclude(found: Decision, view: DecisionView) -> None:
    if view.agrees:
        say(f"AGREES: {found.book} {found.book_version} gives the same from the facts kept.")
    for disagreement in view.disagreements:
        say(f"DISAGREES: {disagreement}")
