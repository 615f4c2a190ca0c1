"""The simulators `whiteslip up` runs beside a sandbox, of the outside parties that are not configured."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager

from whiteslip.cli.children import Child, Tell, stop_all
from whiteslip.infra.settings import Settings


@contextmanager
def beside(chosen: Settings, *, tell: Tell) -> Generator[Settings]:
    """Run the simulators a sandbox lacks, and give the settings with their addresses.

    Outside a sandbox nothing is ever simulated: what is not configured is said, and stays so.
    """
    if not chosen.sandbox:
        _say_what_is_missing(chosen, tell)
        yield chosen
        return
    lacking = [
        (field, Child(command, tell=tell, options=_options(field, chosen)))
        for field, command in _SIMULATED
        if not getattr(chosen, field)
    ]
    try:
        yield chosen.model_copy(update={field: each.begin() for field, each in lacking})
    finally:
        stop_all([child for _, child in lacking])


_SIMULATED = (
    ("bureau_url", "bureau-simulator"),
    ("messages_url", "message-simulator"),
    ("bank_url", "bank-simulator"),
)


def _options(field: str, chosen: Settings) -> tuple[str, ...]:
    """A bank remembers beside our own book: forgotten debits would never come to an end."""
    return ("--state", str(chosen.home / "bank.jsonl")) if field == "bank_url" else ()


def _say_what_is_missing(chosen: Settings, tell: Tell) -> None:
    if not chosen.bureau_url:
        tell(
            "No credit bureau is configured (WHITESLIP_BUREAU_URL):"
            " nobody is asked, and applications go to a person."
        )
    if not chosen.messages_url:
        tell(
            "No message gateway is configured (WHITESLIP_MESSAGES_URL):"
            " people are told in the app only, and their messages wait."
        )
    if not chosen.bank_url:
        tell(
            "No bank is configured (WHITESLIP_BANK_URL):"
            " nothing is collected by debit, and people pay by themselves."
        )
