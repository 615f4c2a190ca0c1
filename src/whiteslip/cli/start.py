"""The door of the program: it reads the module of the command asked for alone, for reading all takes two seconds."""

from __future__ import annotations

import sys
from importlib import import_module
from typing import Final

from whiteslip.cli.app import app

PARTS: Final[dict[str, tuple[str, ...]]] = {
    "accounts": ("accounts",),
    "agreements": ("agreements",),
    "appetite": ("appetite", "appetite_solve"),
    "backup": ("server",),
    "bank-simulator": ("bank",),
    "bureau-simulator": ("bureau",),
    "campaigns": ("limits",),
    "causes": ("causes",),
    "check-books": ("book",),
    "compare-schedules": ("schedules",),
    "doctor": ("doctor",),
    "down": ("server",),
    "end-of-day": ("book",),
    "explain": ("explain", "explain_money"),
    "keys": ("keys",),
    "liquidity": ("liquidity",),
    "loosen": ("loosenings",),
    "macro": ("macro",),
    "message-simulator": ("messages",),
    "migrate": ("server",),
    "model": ("model", "model_life", "model_run", "model_sample"),
    "network": ("network",),
    "portfolio": ("portfolio", "portfolio_effect"),
    "real-book": ("real_book",),
    "replay": ("replay",),
    "restore": ("server",),
    "review-limits": ("limits",),
    "rules": ("rules", "rule_life", "backtest"),
    "runs": ("runs",),
    "segments": ("segments",),
    "serve": ("serving",),
    "simulate": ("simulate",),
    "simulate-downturn": ("downturn",),
    "simulate-sale": ("promotion",),
    "simulate-squeeze": ("squeeze",),
    "simulate-threats": ("threats",),
    "tighten": ("segments",),
    "up": ("server",),
    "warnings": ("warnings",),
}
"""Where each command is, or each group of them; what is not listed is found by reading every module."""


def run() -> None:
    """Run the command of the command line."""
    first = sys.argv[1] if len(sys.argv) > 1 else ""
    for name in PARTS.get(first, ("main",)):
        import_module(f"whiteslip.cli.{name}")
    app()


if __name__ == "__main__":
    run()
