"""Where in the text of a book a rule, a key or an input stands, so that a refusal can name the line."""

from __future__ import annotations

import re
from collections.abc import Iterable
from difflib import get_close_matches
from typing import Final

_HEADER: Final = re.compile(r"\s*(\[\[|\[)\s*([A-Za-z0-9_.-]+)\s*\]")
_KEY: Final = re.compile(r"\s*[\"']?([A-Za-z0-9_-]+)[\"']?\s*=")

INPUTS: Final = "inputs"


class Places:
    """The lines of a TOML text, counted from 1; a text laid out in another way has none to tell."""

    def __init__(self, body: str) -> None:
        self._lines: dict[tuple[int | str, str], int] = {}
        section: int | str = 0
        rules = 0
        for number, line in enumerate(body.splitlines(), 1):
            if header := _HEADER.match(line):
                rules += header[2] == "rule"
                section = rules if header[2] == "rule" else header[2]
                self._lines.setdefault((section, ""), number)
            elif key := _KEY.match(line):
                self._lines.setdefault((section, key[1]), number)

    def rule(self, number: int, key: str = "") -> int | None:
        """Tell the line of a key of the rule, else of the rule; 0 is the head of the book."""
        return self._lines.get((number, key), self._lines.get((number, "")))

    def input(self, name: str) -> int | None:
        """Tell the line that declares an input."""
        return self._lines.get((INPUTS, name), self._lines.get((INPUTS, "")))


def did_you_mean(word: object, known: Iterable[str]) -> str:
    """Return a hint at the known word nearest to one that is not, or nothing."""
    near = get_close_matches(str(word), list(known), n=1)
    return f"; did you mean {near[0]!r}?" if near else ""
