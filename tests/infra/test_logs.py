"""What identifies a person never reaches the logs."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from whiteslip.infra.logs import MASK, configure, mask_personal_data
from whiteslip.infra.settings import load


@pytest.fixture
def restored() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()


@pytest.mark.parametrize(
    "key", ["name", "Phone", "merchant_email", "id_number", "X-Api-Key", "Authorization", "ip"]
)
def test_personal_keys_are_masked_at_any_depth(key: str) -> None:
    event = {"event": "x", key: "Li Lei", "inner": [{"deep": {key: "Li Lei"}}], "count": 3}

    masked = mask_personal_data(None, "info", event)

    assert "Li Lei" not in str(masked)
    assert masked["count"] == 3


def test_passwords_in_addresses_are_masked() -> None:
    masked = mask_personal_data(None, "info", {"event": "to postgresql://u:hush@h/d password=hush"})

    assert masked["event"] == f"to postgresql://u:{MASK}@h/d password={MASK}"


@pytest.mark.usefixtures("restored")
def test_lines_are_json_also_those_of_libraries(capsys: pytest.CaptureFixture[str]) -> None:
    configure(load(log_format="json", log_level="info"))

    structlog.get_logger("flows").info("purchase.authorized", phone="138", amount_minor=5)
    logging.getLogger("library").warning("slow: %s", "x")
    structlog.get_logger("flows").debug("hidden")

    first, second = (json.loads(line) for line in capsys.readouterr().err.splitlines())
    assert first["event"] == "purchase.authorized"
    assert (first["phone"], first["amount_minor"], first["level"]) == (MASK, 5, "info")
    assert (second["event"], second["logger"]) == ("slow: x", "library")
