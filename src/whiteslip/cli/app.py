"""The command line program itself: how it speaks and how it fails; commands are added to it."""

from __future__ import annotations

import sys
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

import typer
from rich.console import Console

from whiteslip.infra import settings
from whiteslip.infra.settings import LogLevel
from whiteslip.kernel.errors import WhiteslipError

out = Console()
err = Console(stderr=True)

REFUSED = 2
BROKEN = 1


class App(typer.Typer):
    """Tells a mistake in one line and ends with 2; people see no stack trace."""

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Run the command."""
        try:
            return super().__call__(*args, **kwargs)
        except WhiteslipError as error:
            complain(str(error))
            sys.exit(REFUSED)
        except KeyboardInterrupt:
            sys.exit(130)
        except Exception as error:
            if _wants_details():
                raise
            name = type(error).__name__
            complain(
                f"this is a bug of ours ({name}: {error}); WHITESLIP_LOG_LEVEL=debug tells more"
            )
            sys.exit(BROKEN)


app = App(
    name="whiteslip",
    help="Open-source consumer credit: buy now, pay later on a revolving line.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)


@app.callback()
def program() -> None:
    """Stay a program of commands when only one of them is read."""


def complain(message: str) -> None:
    """Say on stderr, in one line, what is wrong."""
    err.print(f"[bold red]error:[/] {_plain(message)}", soft_wrap=True, highlight=False)


@contextmanager
def shielded(undone: str) -> Generator[None]:
    """Try what must not stop what comes after it: what goes wrong is said on stderr, with what was left undone."""
    try:
        yield
    except WhiteslipError as error:
        complain(f"{undone}: {error}")
    except Exception as error:
        complain(f"{undone}: {type(error).__name__}: {error}")


def say(message: str) -> None:
    """Say something on stdout, in one line."""
    out.print(_plain(message), soft_wrap=True, highlight=False)


def _plain(message: str) -> str:
    return " ".join(message.split()).replace("[", r"\[")


def _wants_details() -> bool:
    try:
        return settings.load().log_level is LogLevel.DEBUG
    except WhiteslipError:
        return False
