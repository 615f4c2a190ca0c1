"""Structured logs, for machines or for people; what identifies a person never reaches them."""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import Mapping
from typing import Any, cast

import structlog
from structlog.typing import EventDict, Processor

from whiteslip.infra.settings import LogFormat, Settings

MASK = "***"
_PERSONAL = frozenset(
    """
    name full_name first_name last_name family_name given_name phone mobile email id_number
    id_card address birthday date_of_birth device_id ip ip_address card_number account_number
    iban bank_account
    """.split()  # noqa: SIM905 - reads better than a list
)
_SECRET = frozenset(
    """
    authorization api_key apikey x_api_key password passwd secret token access_token cookie
    set_cookie dsn signature
    """.split()  # noqa: SIM905 - reads better than a list
)
_SUFFIXES = ("_name", "_phone", "_email", "_address", "_password", "_secret", "_token", "_api_key")
_INNOCENT = frozenset({"logger_name", "file_name", "function_name", "event_name", "step_name"})
_IN_URLS = re.compile(r"(://[^:/\s]+:)[^@\s]+@|(password=)\S+")


def configure(settings: Settings) -> None:
    """Send all logs, ours and the libraries', to stderr in the format and from the level chosen."""
    level = logging.getLevelNamesMapping()[settings.log_level.upper()]
    renderer: Processor = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if settings.log_format is LogFormat.JSON
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    before: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        mask_personal_data,
    ]
    structlog.configure(
        processors=[*before, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    chain: list[Processor] = [structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer]
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(foreign_pre_chain=before, processors=chain)
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)


def mask_personal_data(_logger: Any, _method: str, event: EventDict) -> EventDict:
    """Replace what identifies a person or opens a door, at any depth."""
    return {key: _masked(key, value) for key, value in event.items()}


def _masked(key: str, value: Any) -> Any:
    if _is_personal(key):
        return MASK
    if isinstance(value, Mapping):
        inner = cast("Mapping[Any, Any]", value)
        return {name: _masked(str(name), part) for name, part in inner.items()}
    if isinstance(value, list | tuple):
        return [_masked("", part) for part in cast("list[Any]", value)]
    if isinstance(value, str):
        return _IN_URLS.sub(
            lambda found: f"{found[1] or found[2]}{MASK}{'@' * bool(found[1])}", value
        )
    return value


def _is_personal(key: str) -> bool:
    plain = key.lower().replace("-", "_")
    if plain in _INNOCENT:
        return False
    return plain in _PERSONAL or plain in _SECRET or plain.endswith(_SUFFIXES)
