"""`whiteslip causes`: every cause for which a line cannot be used, lived by one person each in a sandbox of its own."""

from __future__ import annotations

import json
import logging
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from whiteslip.cli.app import app, err, out
from whiteslip.cli.sandbox import throw_away
from whiteslip.infra import logs, settings
from whiteslip.infra.settings import LogLevel
from whiteslip.infra.whole_files import write_text
from whiteslip.kernel.errors import InvalidInput
from whiteslip.web.reports.causes import CauseRow, causes_report
from whiteslip.world.causes.living import Lived, live
from whiteslip.world.causes.model import Row, Story
from whiteslip.world.causes.table import Language, cells, head, markdown, missing_codes
from whiteslip.world.causes.telling import STORIES

BROKEN = 1

Keys = Annotated[list[str] | None, typer.Argument(help="Only these stories, such as forgot.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print the rows as JSON.")]
AsMarkdown = Annotated[bool, typer.Option("--markdown", help="Print the table as Markdown.")]
Spoken = Annotated[str, typer.Option("--language", help="zh or en.")]
Report = Annotated[Path | None, typer.Option(help="Write the table as an HTML page here.")]
Dsn = Annotated[str | None, typer.Option(help="A PostgreSQL server; else the built-in one.")]


@app.command()
def causes(
    story: Keys = None,
    *,
    as_json: AsJson = False,
    as_markdown: AsMarkdown = False,
    language: Spoken = "en",
    report: Report = None,
    dsn: Dsn = None,
) -> None:
    """Live every cause in a throw-away sandbox and print what came of it; ends with 1 when a promise was not kept."""
    spoken = _language(language)
    wanted = _stories(story or [])
    _keep_quiet()
    with (
        err.status("causes") as status,
        throw_away(lambda text: status.update(f"causes: {text}"), dsn=dsn) as town,
    ):
        lived = live(town, wanted, progress=lambda text: status.update(f"causes: {text}"))
    missing = missing_codes(lived.rows) if wanted == STORIES else []
    if report is not None:
        write_text(report, _page(lived, missing, spoken))
    if as_json:
        typer.echo(json.dumps(_json(lived, missing), ensure_ascii=False))
    elif as_markdown:
        typer.echo(markdown(lived.rows, spoken))
    else:
        _print(lived, spoken)
    _tell_faults(lived, missing)


def _keep_quiet() -> None:
    """Log errors only: the faults the stories need are made on purpose."""
    logs.configure(settings.load(log_level=LogLevel.ERROR))
    logging.getLogger("psycopg.pool").setLevel(logging.CRITICAL)


def _language(language: str) -> Language:
    match language:
        case "zh" | "en":
            return language
        case _:
            raise InvalidInput(f"{language!r} is not a language here; zh or en", where="language")


def _stories(keys: list[str]) -> tuple[Story, ...]:
    known = {one.key: one for one in STORIES}
    for key in keys:
        if key not in known:
            raise InvalidInput(
                f"there is no story {key!r}; one of {', '.join(known)}", where="story"
            )
    return tuple(known[key] for key in keys) if keys else STORIES


def _json(lived: Lived, missing: list[str]) -> dict[str, object]:
    return {
        "rows": [row.as_json() for row in lived.rows],
        "missing_codes": missing,
        "problems": list(lived.problems),
    }


def _print(lived: Lived, language: Language) -> None:
    table = Table(show_lines=True)
    for column, name in enumerate(head(language)):
        table.add_column(name, justify="right" if column >= len(head(language)) - 2 else "left")
    for row in lived.rows:
        table.add_row(*cells(row, language))
    out.print(table)


def _page(lived: Lived, missing: list[str], language: Language) -> str:
    rows = [_row(row, language) for row in lived.rows]
    return causes_report(rows, missing, head=head(language), language=language)


def _row(row: Row, language: Language) -> CauseRow:
    told = row.notice
    text = "" if told is None else told.text_zh if language == "zh" else told.text_en
    return CauseRow(*cells(row, language), notice_text=text, faults=tuple(row.faults))


def _tell_faults(lived: Lived, missing: list[str]) -> None:
    for row in lived.rows:
        for fault in row.faults:
            err.print(f"FAULT: {row.story.key}: {fault}", markup=False, soft_wrap=True)
    for problem in lived.problems:
        err.print(f"FAULT: the books: {problem}", markup=False, soft_wrap=True)
    if missing:
        err.print(f"FAULT: no story reaches {', '.join(missing)}", markup=False)
    if missing or not lived.is_good:
        raise typer.Exit(BROKEN)
