"""The list of commands; each module adds its own to the program."""

from whiteslip.cli import bench, book, doctor, keys, replay, server, simulate
from whiteslip.cli.app import app

app.command()(replay.replay)

__all__ = ["app", "bench", "book", "doctor", "keys", "replay", "server", "simulate"]

if __name__ == "__main__":
    app()
