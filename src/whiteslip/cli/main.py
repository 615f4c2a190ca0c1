"""The list of commands; each module adds its own to the program."""

from whiteslip.cli import (
    agreements,
    backtest,
    bench,
    bench_contact,
    bench_portfolio,
    bench_suspend,
    bench_views,
    book,
    bureau,
    causes,
    doctor,
    explain,
    keys,
    limits,
    messages,
    model,
    model_life,
    model_run,
    model_sample,
    portfolio,
    promotion,
    replay,
    rule_life,
    rules,
    runs,
    server,
    simulate,
)
from whiteslip.cli.app import app

app.command()(replay.replay)

__all__ = [
    "agreements",
    "app",
    "backtest",
    "bench",
    "bench_contact",
    "bench_portfolio",
    "bench_suspend",
    "bench_views",
    "book",
    "bureau",
    "causes",
    "doctor",
    "explain",
    "keys",
    "limits",
    "messages",
    "model",
    "model_life",
    "model_run",
    "model_sample",
    "portfolio",
    "promotion",
    "replay",
    "rule_life",
    "rules",
    "runs",
    "server",
    "simulate",
]

if __name__ == "__main__":
    app()
