"""The repository's files, read once: what the checkers look at."""

from __future__ import annotations

import re
import subprocess
from functools import cache
from pathlib import Path, PurePosixPath
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = "src/whiteslip"
STREAMS = ("money", "decisioning", "credit", "risk", "care")
TEXT_SUFFIXES = frozenset(
    {
        ".py",
        ".pyi",
        ".sql",
        ".toml",
        ".md",
        ".txt",
        ".html",
        ".css",
        ".js",
        ".svg",
        ".lua",
        ".cfg",
        ".ini",
        ".json",
        ".yaml",
        ".yml",
        ".sh",
        ".csv",
        ".po",
    }
)


class Source(NamedTuple):
    """A text file by its path inside the repository, with forward slashes."""

    path: str
    text: str

    @property
    def inside(self) -> tuple[str, ...]:
        """The parts of the path below the package: ("money", "lines", "store.py")."""
        parts = PurePosixPath(self.path).parts
        return parts[2:] if parts[:2] == ("src", "whiteslip") else ()

    @property
    def is_migration(self) -> bool:
        """Say whether this is a step of history, which the rules for today's files do not bind."""
        return "migrations" in self.inside


@cache
def paths() -> tuple[str, ...]:
    """Every file that is or would be in the repository, ignored ones left out."""
    if (ROOT / ".git").exists():
        listing = subprocess.run(
            ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
            cwd=ROOT,
            check=True,
            capture_output=True,
            text=True,
        ).stdout.split("\0")
        found = {path for path in listing if path and (ROOT / path).is_file()}
    else:
        folders = [ROOT / name for name in ("src", "tests", "docs")]
        found = {
            path.relative_to(ROOT).as_posix()
            for folder in folders
            for path in folder.rglob("*")
            if path.is_file() and "__pycache__" not in path.parts
        }
    return tuple(sorted(found))


@cache
def read(path: str) -> Source:
    """Read one file of the repository."""
    return Source(path, (ROOT / path).read_text("utf-8"))


def texts() -> list[Source]:
    """Every text file; a file without a suffix, such as Makefile, is text too."""
    wanted = {"", *TEXT_SUFFIXES}
    return [read(path) for path in paths() if PurePosixPath(path).suffix in wanted]


def sources(suffix: str, under: str = PACKAGE) -> list[Source]:
    """Every file with a suffix below a folder."""
    return [
        read(path) for path in paths() if path.startswith(f"{under}/") and path.endswith(suffix)
    ]


def statements() -> list[Source]:
    """Every file that holds one SQL statement of the product.

    The benchmarks fill scratch books through temporary tables and own no stream; their test runs each of theirs.
    """
    return [
        source
        for source in sources(".sql")
        if not source.is_migration
        and PurePosixPath(source.path).parent.name == "sql"
        and not source.path.startswith(f"{PACKAGE}/bench/")
    ]


def schemas() -> list[Source]:
    """Every schema.sql."""
    return [source for source in sources("/schema.sql") if not source.is_migration]


@cache
def own_types() -> frozenset[str]:
    """Name every type our schemas create, with its schema."""
    created = (re.findall(r"CREATE TYPE (\w+\.\w+)", source.text) for source in schemas())
    return frozenset(name for names in created for name in names)
