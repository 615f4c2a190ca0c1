"""What must not stand in the repository: oversized files, machine paths, work put off."""

from __future__ import annotations

import ast
import re

from tests.tidy.tree import Source

MOST_LINES = 400
CODE = (".py", ".sql", ".html", ".css", ".js", ".lua")

# The forbidden strings are put together here, so that this file does not hold them.
LATER = re.compile(r"\b(?:TO" + r"DO|FIX" + r"ME|X" + r"XX(?!-))\b")
MACHINE_PATH = re.compile(
    r"(?<![\w.~$}])/(?:wo" + r"rk|fa" + r"rm|ro" + r"ot|ho" + r"me/\w+|Us" + r"ers/\w+)/"
)
REGISTRY = re.compile(
    "|".join(
        "".join(parts)
        for parts in (
            ("py", r"pi\.org"),
            ("python", "hosted"),
            (r"registry\.np", "mjs"),
            (r"deb\.deb", "ian"),
        )
    ),
    re.IGNORECASE,
)


def later_promises(source: Source) -> list[str]:
    """Name the lines that put work off."""
    return _hits(source, LATER, "puts work off")


def machine_paths(source: Source) -> list[str]:
    """Name the lines that know one machine's folders."""
    return _hits(source, MACHINE_PATH, "names a folder of one machine")


def registry_hosts(source: Source) -> list[str]:
    """Name the lines that know a package registry."""
    return _hits(source, REGISTRY, "names a package registry")


def _hits(source: Source, pattern: re.Pattern[str], what: str) -> list[str]:
    return [
        f"{source.path}:{number}: {what}: {match[0]}"
        for number, line in enumerate(source.text.splitlines(), start=1)
        if (match := pattern.search(line)) is not None
    ]


def oversized(source: Source) -> list[str]:
    """Refuse a code file that does not fit the head; a migration is history and may be long."""
    if not source.inside or not source.path.endswith(CODE) or source.is_migration:
        return []
    lines = source.text.count("\n")
    return [f"{source.path}: has {lines} lines"] if lines > MOST_LINES else []


def missing_docstring(source: Source) -> list[str]:
    """A module opens with one sentence: what a reader finds there."""
    if ast.get_docstring(ast.parse(source.text)):
        return []
    return [f"{source.path}: opens without a docstring"]
