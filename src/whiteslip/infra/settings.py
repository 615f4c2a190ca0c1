"""What an operator may set through the environment, read and checked in one place."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Any

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from whiteslip.kernel.errors import InvalidInput

PREFIX = "WHITESLIP_"


class LogLevel(StrEnum):
    """How much is logged."""

    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


class LogFormat(StrEnum):
    """For machines (JSON, one object a line) or for people."""

    JSON = "json"
    CONSOLE = "console"


def _default_home() -> Path:
    return Path.cwd() / ".whiteslip"


class Settings(BaseSettings):
    """Each field is the environment variable WHITESLIP_<NAME>; an empty one counts as unset."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, env_ignore_empty=True, frozen=True)

    home: Path = Field(default_factory=_default_home)
    """Where data, logs and secrets lie."""
    dsn: str | None = None
    """A PostgreSQL of one's own; without it the embedded one is used."""
    host: str = "127.0.0.1"
    port: int = Field(default=8420, ge=1, le=65535)
    database_port: int | None = Field(default=None, ge=1, le=65535)
    """The embedded server's TCP port; without it a free one is chosen and remembered."""
    sandbox: bool = True
    """Outside parties are simulators and the clock may be moved."""
    master_key_file: Path | None = None
    """A file (mode 0600) with the key that wraps people's keys, 32 bytes in hexadecimal; else one lies in the home."""
    bureau_url: str | None = None
    """Where the credit bureau is asked; in a sandbox `whiteslip up` starts a simulated one."""
    messages_url: str | None = None
    """Where text messages and mail are sent; without it notices are told in the app only."""
    bank_url: str | None = None
    """Where the bank is asked to collect; in a sandbox `whiteslip up` starts a simulated one."""
    processes: int = Field(default=1, ge=1, le=64)
    """How many processes answer at the port, one a core at best; in a sandbox, whose clock lives in one, only 1."""
    pool_size: int = Field(default=8, ge=1, le=1000)
    """The most database connections one process holds."""
    log_level: LogLevel = LogLevel.INFO
    log_format: LogFormat = LogFormat.CONSOLE


def load(**overrides: Any) -> Settings:
    """Read the environment; `overrides` (such as command line options) win unless they are None."""
    chosen = {name: value for name, value in overrides.items() if value is not None}
    try:
        return Settings(**chosen)
    except ValidationError as error:
        first = error.errors()[0]
        variable = PREFIX + "_".join(map(str, first["loc"])).upper()
        message = f"{variable}={first['input']!r} cannot be used: {first['msg'].lower()}"
        raise InvalidInput(message, where=variable) from error
