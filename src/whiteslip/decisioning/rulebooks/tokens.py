"""The words of the rule language: the text of a `when` cut into tokens with their columns."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum, auto
from typing import Final

MOST_TOKENS: Final = 400
"""Longer conditions belong into several rules; this also bounds the depth of the tree."""

KEYWORDS: Final = frozenset({"and", "or", "not", "in", "between", "is", "missing", "true", "false"})

_TOKEN = re.compile(
    r"""\s*(?:
    (?P<number>(?:[0-9][0-9_]*)(?:\.[0-9]+)?|\.[0-9]+)(?![A-Za-z0-9_.])
    |(?P<word>[A-Za-z_][A-Za-z0-9_]*)
    |(?P<text>"[^"\x00]*"|'[^'\x00]*')
    |(?P<sign><=|>=|==|!=|[=<>+\-*/(),])
    )""",
    re.VERBOSE,
)


class WhenError(Exception):
    """A condition that cannot be accepted; `column` counts characters from 1."""

    def __init__(self, cause: str, column: int) -> None:
        super().__init__(f"{cause} (column {column})")
        self.cause = cause
        self.column = column


class TokenKind(Enum):
    """What sort of word it is."""

    NUMBER = auto()
    WORD = auto()
    KEYWORD = auto()
    TEXT = auto()
    SIGN = auto()
    END = auto()


@dataclass(frozen=True, slots=True)
class Token:
    """One word and the column of its first character, counted from 1."""

    kind: TokenKind
    text: str
    column: int

    def says(self, *words: str) -> bool:
        """Whether it is one of these keywords or signs."""
        return self.kind in (TokenKind.KEYWORD, TokenKind.SIGN) and self.text in words


def tokenize(when: str) -> tuple[Token, ...]:
    """Cut a condition into tokens; the last is always END."""
    tokens: list[Token] = []
    text = when.rstrip()
    position = 0
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None or match.lastgroup is None:
            raise _unreadable(text, position)
        column = match.start(match.lastgroup) + 1
        if len(tokens) == MOST_TOKENS:
            raise WhenError(f"the condition is longer than {MOST_TOKENS} words", column)
        tokens.append(_token(match.lastgroup, match[match.lastgroup], column))
        position = match.end()
    return (*tokens, Token(TokenKind.END, "", len(text) + 1))


def _token(group: str, text: str, column: int) -> Token:
    match group:
        case "number":
            return Token(TokenKind.NUMBER, text.replace("_", ""), column)
        case "text":
            return Token(TokenKind.TEXT, text[1:-1], column)
        case "word":
            kind = TokenKind.KEYWORD if text in KEYWORDS else TokenKind.WORD
            return Token(kind, text, column)
        case _:
            return Token(TokenKind.SIGN, "=" if text == "==" else text, column)


def _unreadable(text: str, position: int) -> WhenError:
    column = position + len(text[position:]) - len(text[position:].lstrip()) + 1
    character = text[column - 1]
    if character in "\"'":
        return WhenError("the text has no closing quote", column)
    if character.isdigit():
        return WhenError("this is not a number", column)
    return WhenError(f"{character!r} has no meaning here", column)
