"""How the report of a replayed book cuts its customers, and its words in both languages, read strictly."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Literal, TypeAlias

from msgspec import Struct

from whiteslip.kernel.errors import InvalidInput
from whiteslip.kernel.parameters import read_parameters

Language: TypeAlias = Literal["zh", "en"]
_FILE = "real_book.toml"


class Cuts(Struct, frozen=True, forbid_unknown_fields=True):
    """Edges of the bands of limit and age, each in its band, and how many customers a rate needs."""

    limit_edges_minor: tuple[int, ...]
    age_edges: tuple[int, ...]
    least_customers: int
    words: dict[Language, dict[str, str]]


@cache
def cuts() -> Cuts:
    """Read the shipped file, once."""
    file = resources.files(__package__ or "") / "data" / _FILE
    return read_cuts(file.read_text("utf-8"))


def read_cuts(text: str) -> Cuts:
    """Read a file; edges that do not rise and a word that one language lacks are `InvalidInput`."""
    read = read_parameters(text, Cuts, file=_FILE)
    for name, edges in (
        ("limit_edges_minor", read.limit_edges_minor),
        ("age_edges", read.age_edges),
    ):
        if not edges or list(edges) != sorted(set(edges)):
            raise InvalidInput(f"{_FILE}: {name}: the edges do not rise", where=name)
    known = [set(read.words.get(language, {})) for language in ("zh", "en")]
    if missing := sorted(known[0] ^ known[1]):
        raise InvalidInput(f"{_FILE}: words: only one language has {missing}", where="words")
    return read


def words(language: Language) -> Mapping[str, str]:
    """Return the words of a language."""
    return cuts().words[language]
