"""Commands that bring the platform up and down, keep its schema current, and back it up."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from whiteslip.cli import simulators
from whiteslip.cli.app import app, say
from whiteslip.cli.database import Dsn, Home, progress_of, ready_database, running_database
from whiteslip.cli.night import look_over, night
from whiteslip.cli.serving import check_processes, serve_alone, serve_together
from whiteslip.flows.found_book import complete_book, found_book
from whiteslip.infra import backup as backups
from whiteslip.infra import business_day, logs, settings
from whiteslip.infra.clock import MachineClock
from whiteslip.infra.database import Connection, Database
from whiteslip.infra.embedded import EmbeddedServer
from whiteslip.infra.embedded.places import is_free
from whiteslip.infra.migrations import migrate as apply_migrations
from whiteslip.infra.settings import Settings
from whiteslip.kernel import ids
from whiteslip.kernel.calendar import business_date_of
from whiteslip.kernel.errors import Conflict
from whiteslip.views.book import find_story
from whiteslip.worker.book_clock import Around

Port = Annotated[int | None, typer.Option(help="Port of the web server.")]
Demo = Annotated[bool, typer.Option("--demo", help="Fill an empty book with a world to look at.")]
Force = Annotated[bool, typer.Option("--force", help="Replace what is there.")]
File = Annotated[Path, typer.Argument(help="The backup.")]


@app.command()
def up(*, demo: Demo = False, dsn: Dsn = None, port: Port = None, home: Home = None) -> None:
    """Start the database if need be, bring its schema up to date, and serve."""
    chosen = settings.load(dsn=dsn, port=port, home=home)
    check_processes(chosen)
    if not is_free(chosen.port):
        raise Conflict(f"port {chosen.port} is taken; choose another with --port")
    logs.configure(chosen)
    database = ready_database(chosen)
    ready = chosen.model_copy(update={"dsn": database})
    with simulators.beside(ready, tell=say) as served:
        built = demo and _build_demo(served)
        _found(database)
        _complete(database)
        if built:
            _look_over(served)
        if demo:
            _tell_story(served)
        _serve(served)


@app.command()
def down(*, home: Home = None) -> None:
    """Stop the embedded database; nothing is lost."""
    stopped = EmbeddedServer(settings.load(home=home).home).stop()
    say("The database is stopped." if stopped else "The database was not running.")


@app.command()
def migrate(*, dsn: Dsn = None, home: Home = None) -> None:
    """Bring the schema up to date; the database is started if need be."""
    database = running_database(settings.load(dsn=dsn, home=home))
    applied = apply_migrations(database)
    say(f"Applied: {', '.join(applied)}." if applied else "The schema is up to date.")
    _complete(database)


@app.command()
def backup(file: File, *, force: Force = False, dsn: Dsn = None, home: Home = None) -> None:
    """Write the whole database into one file, while it is in use."""
    source = running_database(settings.load(dsn=dsn, home=home))
    with progress_of("backing up") as progress:
        size = backups.back_up(source, file, overwrite=force, progress=progress)
    say(f"Backed up to {file} ({size / 1e6:.1f} MB).")


@app.command()
def restore(file: File, *, force: Force = False, dsn: Dsn = None, home: Home = None) -> None:
    """Load a backup into an empty database, all or nothing."""
    target = running_database(settings.load(dsn=dsn, home=home))
    with progress_of("restoring") as progress:
        tables = backups.restore(target, file, overwrite=force, progress=progress)
    say(f"Restored {file}: {tables} tables. Next: whiteslip migrate, whiteslip check-books.")


def _build_demo(chosen: Settings) -> bool:
    """Let the world fill an empty book, and show the keys it issued: they cannot be seen again."""
    from whiteslip.world import demo

    with progress_of("building the demo world") as progress:
        built = demo.build(chosen, progress=progress)
    if built is None:
        return False
    say(f"Built {built.world.shoppers} shoppers and {built.world.days} days.")
    for issued in built.keys:
        say(f"API key of {issued.label}: {issued.key}")
    return True


def _look_over(chosen: Settings) -> None:
    """Judge the whole of the new book once, as every night does."""
    with Database(chosen.dsn or "", max_size=1, statement_timeout_ms=0) as database:
        look_over(database)


def _tell_story(chosen: Settings) -> None:
    """Tell the demonstration's main story as the records have it, and where to read it all; other books have none."""
    from whiteslip.world.telling import tell

    with Database(chosen.dsn or "", max_size=1) as database:
        story = database.read(find_story)
        told = [] if story is None else database.read(lambda db: tell(db, story.customer_id))
    if story is None:
        return
    say(f"What happened to {story.display_name}, as the records have it:")
    for each in told:
        say(f"{each.on} {each.text}")
    url = f"http://{chosen.host}:{chosen.port}"
    person = f"{url}/desk/book/customers/{ids.write('cus', story.customer_id)}"
    say(f"Her story in five steps: {url}/story?lang=en")
    say(f"Be anybody of this world, with one click: {url}/sign-in?lang=en")
    say(f"Then, at the desk of the book, every cent of hers: {person}/journal?lang=en")
    say(f"And the whole book: {url}/desk/book?lang=en")
    say(f"Or begin on the first page, as a new customer: {url}/?lang=en")


def _found(dsn: str) -> None:
    """Give a book that has none its first business date: today's."""
    at = MachineClock().now()

    def found(db: Connection) -> bool:
        if business_day.is_begun(db):
            return False
        found_book(db, on=business_date_of(at), at=at)
        return True

    with Database(dsn, max_size=1) as database:
        if database.write(found):
            say("The book is founded. Issue a key with: whiteslip keys issue --help")


def _complete(dsn: str) -> None:
    """Publish what a newer program brings and a book founded before lacks."""
    at = MachineClock().now()

    def complete(db: Connection) -> tuple[str, ...]:
        if not business_day.is_begun(db):
            return ()
        return complete_book(db, on=business_day.read(db).current_on, at=at)

    with Database(dsn, max_size=1) as database:
        if added := database.write(complete):
            say(f"Published: {', '.join(added)}.")


def _serve(chosen: Settings) -> None:
    if chosen.processes > 1:
        serve_together(chosen)
    else:
        serve_alone(chosen, _around() if chosen.sandbox else None)


def _around() -> Around:
    """Let the people of a demonstration live on while its clock is moved, and do the night's work where it arrives."""
    from whiteslip.world.demo import neighbors

    return Around(neighbors().live, partial(night, workers=1, quiet=True))
