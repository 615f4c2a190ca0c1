"""What the environment may set, and what it is told when it cannot."""

from __future__ import annotations

from pathlib import Path

import pytest

from whiteslip.infra.settings import LogFormat, load
from whiteslip.kernel.errors import InvalidInput


def test_defaults_need_nothing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)

    settings = load()

    assert settings.home == tmp_path / ".whiteslip"
    assert (settings.host, settings.port, settings.sandbox) == ("127.0.0.1", 8420, True)


def test_the_environment_is_read_and_a_command_line_wins(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WHITESLIP_PORT", "9000")
    monkeypatch.setenv("WHITESLIP_LOG_FORMAT", "json")
    monkeypatch.setenv("WHITESLIP_DSN", "")

    assert load().port == 9000
    assert load(port=9001, dsn=None).port == 9001
    assert load().log_format is LogFormat.JSON
    assert load().dsn is None


@pytest.mark.parametrize(
    ("name", "value"),
    [("PORT", "abc"), ("PORT", "70000"), ("POOL_SIZE", "0"), ("SANDBOX", "x"), ("LOG_LEVEL", "?")],
)
def test_a_bad_value_is_named(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(f"WHITESLIP_{name}", value)

    with pytest.raises(InvalidInput, match=f"WHITESLIP_{name}=") as raised:
        load()

    assert raised.value.where == f"WHITESLIP_{name}"
