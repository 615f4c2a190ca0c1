"""The list of commands; each module adds its own to the program."""

from whiteslip.cli import doctor, server
from whiteslip.cli.app import app

__all__ = ["app", "doctor", "server"]

if __name__ == "__main__":
    app()
