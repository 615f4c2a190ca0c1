"""Commands that look at rule books: check, explain, compare, list; what changes them is in rule_life."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any, cast

import typer
from rich.markup import escape
from rich.table import Table

from whiteslip.cli.app import REFUSED, app, err, out, say
from whiteslip.cli.database import Dsn, Home, running_database
from whiteslip.decisioning.rulebooks import comparison
from whiteslip.decisioning.rulebooks.explanation import Explanation, RuleExplained, explain
from whiteslip.decisioning.rulebooks.model import RuleBook
from whiteslip.decisioning.rulebooks.wording import text_of
from whiteslip.infra import settings
from whiteslip.infra.database import Database
from whiteslip.kernel.errors import InvalidInput, NotFound
from whiteslip.views import rule_books

commands = typer.Typer(help="Rule books.", no_args_is_help=True)
app.add_typer(commands, name="rules")

Files = Annotated[list[Path], typer.Argument(help="Files of rule books.")]
Source = Annotated[
    str, typer.Argument(help="A file, a NAME (its live version), NAME@VERSION, or shipped:NAME.")
]
Facts = Annotated[str | None, typer.Option(help="Facts as a JSON object, or a file that holds it.")]
Name = Annotated[str, typer.Argument(help="The name of a rule book.")]
AnyName = Annotated[str | None, typer.Argument(help="Only this book.")]
OneVersion = Annotated[int, typer.Argument(min=1, help="The version.")]

_TRUTH = {True: "[green]true[/]", False: "false", None: "[yellow]unknown[/]"}


@commands.command()
def check(files: Files) -> None:
    """Say what would be refused, a line each, and what is worth a warning; ends with 2 if anything is refused."""
    refused = False
    for file in files:
        found = rule_books.look(_read(file), file=str(file))
        refused = refused or bool(found.problems)
        for problem in found.problems:
            err.print(
                f"[bold red]refused:[/] {escape(str(problem))}", soft_wrap=True, highlight=False
            )
        for warning in found.warnings:
            err.print(
                f"[yellow]warning:[/] {escape(str(warning))}", soft_wrap=True, highlight=False
            )
        if found.book and not found.problems:
            say(f"{file}: {found.book.name} {found.book.version}, {len(found.book.rules)} rules")
    if refused:
        raise typer.Exit(REFUSED)


@commands.command(name="explain")
def explain_book(
    source: Source, *, facts: Facts = None, dsn: Dsn = None, home: Home = None
) -> None:
    """Show every rule of a book; with facts, which of them fire or cannot be known, and why."""
    book = _book(source, dsn, home)
    say(f"{book.name} {book.version} ({book.kind.value}): {book.description}")
    if facts is None:
        _list_rules(book)
        return
    found = explain(book, _facts(facts))
    for rule in found.rules:
        _show_rule(rule)
    _show_verdict(found)


@commands.command()
def diff(old: Source, new: Source, *, dsn: Dsn = None, home: Home = None) -> None:
    """Show what one version does otherwise than another; conditions that mean the same do not differ."""
    found = comparison.diff(_book(old, dsn, home), _book(new, dsn, home))
    colors = {"added": "green", "removed": "red", "changed": "yellow"}
    for difference in found:
        color = colors[difference.sort]
        out.print(f"[{color}]{escape(str(difference))}[/]", soft_wrap=True, highlight=False)
    if not found:
        say("They do the same.")


@commands.command(name="list")
def list_versions(name: AnyName = None, *, dsn: Dsn = None, home: Home = None) -> None:
    """List the versions of every book, or of one, and where they stand."""
    with Database(running_database(settings.load(dsn=dsn, home=home))) as database:
        found = database.read(lambda db: rule_books.versions(db, name))
    table = Table(
        "book", "version", "status", "judges", "written by", "approved by", "live since", "text"
    )
    for one in found:
        since = "" if one.published_at is None else f"{one.published_at:%Y-%m-%d}"
        table.add_row(
            one.name,
            str(one.version),
            one.status,
            _judges(one),
            ", ".join(one.authors),
            one.approved_by or "",
            since,
            one.checksum[:12],
        )
    out.print(table)


@commands.command()
def history(name: Name, *, dsn: Dsn = None, home: Home = None) -> None:
    """Show every step that versions of a book took, the newest first."""
    with Database(running_database(settings.load(dsn=dsn, home=home))) as database:
        found = database.read(lambda db: rule_books.steps(db, name))
    table = Table("at", "version", "step", "from", "to", "by", "grounds")
    for one in found:
        grounds = ", ".join(f"{key} {_short(value)}" for key, value in one.evidence.items())
        row = (f"{one.happened_at:%Y-%m-%d %H:%M}", str(one.version), one.command.replace("_", " "))
        table.add_row(*row, one.from_status, one.to_status, one.actor, escape(grounds))
    out.print(table)


@commands.command(name="shadow-report")
def shadow_report(name: Name, version: OneVersion, *, dsn: Dsn = None, home: Home = None) -> None:
    """Show where a version in shadow differed from the live one, by outcome and by rule."""
    with Database(running_database(settings.load(dsn=dsn, home=home))) as database:
        found = database.read(lambda db: rule_books.shadow_of(db, name, version))
    show_differences(found.outcomes, found.rules)


def show_differences(outcomes: tuple[Any, ...], rules: tuple[Any, ...]) -> None:
    """Print where two versions differ, by outcome and by rule."""
    by_outcome = Table("live", "this version", "rows")
    for pair in outcomes:
        by_outcome.add_row(pair.live.label, pair.shadow.label, f"{pair.rows:,}")
    by_rule = Table("rule", "fires in both", "only live", "only this version")
    for rule in rules:
        by_rule.add_row(
            rule.rule_id, f"{rule.both:,}", f"{rule.only_live:,}", f"{rule.only_shadow:,}"
        )
    out.print(by_outcome)
    out.print(by_rule)


def _book(source: str, dsn: str | None, home: Path | None) -> RuleBook:
    return rule_books.parsed(_text(source, dsn, home), file=source)


def _text(source: str, dsn: str | None, home: Path | None) -> str:
    if Path(source).is_file():
        return _read(Path(source))
    name, _, version = source.partition("@")
    if name.startswith("shipped:"):
        return rule_books.shipped(name.removeprefix("shipped:"))
    if "/" in source or source.endswith(".toml"):
        raise NotFound(f"there is no file {source}")
    if version and not (version.isascii() and version.isdigit()):
        raise InvalidInput(f"{source!r} is not NAME@VERSION", where="source")
    number = int(version) if version else None
    with Database(running_database(settings.load(dsn=dsn, home=home))) as database:
        return database.read(lambda db: rule_books.kept(db, name, number))


def _read(file: Path) -> str:
    try:
        return file.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidInput(f"{file} cannot be read: {error}", where=str(file)) from error


def _facts(given: str) -> dict[str, Any]:
    text = given if given.lstrip().startswith("{") else _read(Path(given))
    try:
        facts: Any = json.loads(text)
    except ValueError as error:
        raise InvalidInput(f"the facts are not JSON: {error}", where="facts") from error
    if not isinstance(facts, dict):
        raise InvalidInput('the facts are a JSON object: {"days_past_due": 20}', where="facts")
    return cast("dict[str, Any]", facts)


def _list_rules(book: RuleBook) -> None:
    for rule in book.rules:
        codes = f" for {', '.join(code.value for code in rule.reasons)}" if rule.reasons else ""
        doubt = "review" if rule.reviews_unknown else "no match"
        out.print(f"[bold]{rule.id}[/] → {rule.outcome.label}{codes}", highlight=False)
        for line in (f"when {text_of(rule.when)}", f"when unknown: {doubt}", rule.why):
            out.print(f"  {escape(line)}", soft_wrap=True, highlight=False)
    default = ", ".join(code.value for code in book.default_reasons)
    out.print(f"[bold]otherwise[/] → {book.default.label}{f' for {default}' if default else ''}")


def _show_rule(found: RuleExplained) -> None:
    says = f" → {found.says}" if found.says else ""
    lacking = f" for want of {', '.join(found.lacking)}" if found.lacking else ""
    out.print(
        f"[bold]{found.rule.id}[/] {_TRUTH[found.truth]}{lacking}{says}",
        soft_wrap=True,
        highlight=False,
    )
    for step in found.steps:
        seen = f"   ({escape('; '.join(step.seen))})" if step.seen else ""
        line = f"{'  ' * (step.depth + 1)}{escape(step.text)}: {_TRUTH[step.truth]}{seen}"
        out.print(line, soft_wrap=True, highlight=False)


def _show_verdict(found: Explanation) -> None:
    reasons = ", ".join(code.value for code in found.verdict.reasons)
    say(f"verdict: {found.verdict.outcome.label}{f' for {reasons}' if reasons else ''}")


def _judges(one: rule_books.VersionView) -> str:
    """Say whom a version judges, or would, once released."""
    parts = [{"live": "all others", "challenger": percent(one.share_ppm or 0)}.get(one.status, "")]
    if one.proposed_ppm is not None:
        parts.append(
            f"proposed for {percent(one.proposed_ppm)}, released by {len(one.released_by)}"
        )
    return "; ".join(part for part in parts if part)


def percent(share_ppm: int) -> str:
    """Write a share as people say it: 12.5 %."""
    return f"{share_ppm / 10_000:g} %"


def _short(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 60 else f"{text[:57]}…"
