"""The parser of `when`: a condition becomes a predicate tree, or an error with its column."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final, cast

from whiteslip.decisioning.rulebooks.model import (
    NUMBER_BOUND,
    ArithmeticSign,
    Compare,
    CompareSign,
    Constant,
    Every,
    Fact,
    Holds,
    Input,
    IsMissing,
    Not,
    OneOf,
    Predicate,
    Some,
    Value,
)
from whiteslip.decisioning.rulebooks.places import did_you_mean
from whiteslip.decisioning.rulebooks.tokens import Token, TokenKind, WhenError, tokenize
from whiteslip.decisioning.rulebooks.units import (
    NUMERIC,
    UNIT_OF,
    Part,
    Unit,
    calculate,
    check_comparable,
)

DEEPEST: Final = 40
"""How many parentheses, nots and minuses may stand inside one another."""


def parse(when: str, inputs: Mapping[str, Input]) -> Predicate:
    """Parse a condition; raise `WhenError` with cause and column if it cannot be accepted."""
    return _Parser(tokenize(when), inputs).whole()


class _Parser:
    """Recursive descent; each method reads one level of the grammar and leaves the next token."""

    def __init__(self, tokens: tuple[Token, ...], inputs: Mapping[str, Input]) -> None:
        self._tokens = tokens
        self._inputs = inputs
        self._index = 0
        self._depth = 0

    def whole(self) -> Predicate:
        part = self._either()
        if self._next.kind is not TokenKind.END:
            raise WhenError(f"{self._next.text!r} is not expected here", self._next.column)
        return _condition(part)

    @property
    def _next(self) -> Token:
        return self._tokens[self._index]

    def _take(self) -> Token:
        token = self._next
        self._index += 1
        return token

    def _try(self, *words: str) -> bool:
        found = self._next.says(*words)
        self._index += found
        return found

    def _expect(self, word: str) -> None:
        if not self._try(word):
            found = repr(self._next.text) if self._next.text else "the end"
            raise WhenError(f"{word!r} is expected here, not {found}", self._next.column)

    def _either(self) -> Part:
        return self._joined("or", self._both, Some)

    def _both(self) -> Part:
        return self._joined("and", self._negated, Every)

    def _joined(
        self,
        word: str,
        inner: Callable[[], Part],
        join: Callable[[tuple[Predicate, ...]], Predicate],
    ) -> Part:
        first = inner()
        if not self._next.says(word):
            return first
        parts = [_condition(first)]
        while self._try(word):
            parts.append(_condition(inner()))
        return Part(join(tuple(parts)), Unit.CONDITION, first.column)

    def _negated(self) -> Part:
        if not self._next.says("not"):
            return self._relation()
        column = self._take().column
        part = self._deeper(self._negated)
        return Part(Not(_condition(part)), Unit.CONDITION, column)

    def _relation(self) -> Part:
        left = self._sum()
        token = self._next
        if token.says("=", "!=", "<", "<=", ">", ">="):
            self._index += 1
            node = _compare(cast(CompareSign, token.text), left, self._sum())
        elif self._try("is"):
            node = self._presence(left)
        elif token.says("not", "in", "between"):
            inverted = self._try("not")
            node = self._membership(left)
            node = Not(node) if inverted else node
        else:
            return left
        return Part(node, Unit.CONDITION, left.column)

    def _presence(self, left: Part) -> Predicate:
        present = self._try("not")
        self._expect("missing")
        if not isinstance(left.node, Value) or isinstance(left.node, Constant):
            raise WhenError("only a value with an input can be missing", left.column)
        return Not(IsMissing(left.node)) if present else IsMissing(left.node)

    def _membership(self, left: Part) -> Predicate:
        if self._try("between"):
            low = self._sum()
            self._expect("and")
            high = self._sum()
            return Every((_compare(">=", left, low), _compare("<=", left, high)))
        self._expect("in")
        self._expect("(")
        options = [self._option(left)]
        while self._try(","):
            options.append(self._option(left))
        self._expect(")")
        if not isinstance(left.node, Value) or isinstance(left.node, Constant):
            raise WhenError("only a value with an input can be one of a list", left.column)
        return OneOf(left.node, tuple(options))

    def _option(self, left: Part) -> Constant:
        part = self._sum()
        if not isinstance(part.node, Constant) or part.unit is Unit.BOOL:
            raise WhenError("a list holds written numbers or texts", part.column)
        check_comparable(left, part)
        return part.node

    def _sum(self) -> Part:
        return self._calculated(("+", "-"), self._product)

    def _product(self) -> Part:
        return self._calculated(("*", "/"), self._signed)

    def _calculated(self, signs: tuple[str, ...], inner: Callable[[], Part]) -> Part:
        left = inner()
        while self._next.says(*signs):
            sign = cast(ArithmeticSign, self._take().text)
            left = calculate(sign, left, inner())
        return left

    def _signed(self) -> Part:
        if not self._next.says("-"):
            return self._primary()
        column = self._take().column
        part = self._deeper(self._signed)
        negated = calculate("*", Part(Constant(-1.0), Unit.LITERAL, column), part)
        return Part(negated.node, part.unit, column)

    def _primary(self) -> Part:
        token = self._take()
        match token.kind:
            case TokenKind.NUMBER:
                return Part(Constant(_number(token)), Unit.LITERAL, token.column)
            case TokenKind.TEXT:
                return Part(Constant(token.text), Unit.TEXT, token.column)
            case TokenKind.WORD:
                return self._fact(token)
            case _ if token.says("true", "false"):
                return Part(Constant(token.text == "true"), Unit.BOOL, token.column)
            case _ if token.says("("):
                part = self._deeper(self._either)
                self._expect(")")
                return Part(part.node, part.unit, token.column)
            case _:
                found = repr(token.text) if token.text else "the end"
                raise WhenError(f"a value is expected here, not {found}", token.column)

    def _fact(self, token: Token) -> Part:
        if self._next.says("("):
            raise WhenError(f"there is no function {token.text!r}", token.column)
        source = self._inputs.get(token.text)
        if source is None:
            hint = did_you_mean(token.text, self._inputs)
            raise WhenError(f"{token.text!r} is not an input of this book{hint}", token.column)
        return Part(Fact(source), UNIT_OF[source.type], token.column)

    def _deeper(self, inner: Callable[[], Part]) -> Part:
        self._depth += 1
        if self._depth > DEEPEST:
            raise WhenError(f"nested more than {DEEPEST} deep", self._next.column)
        part = inner()
        self._depth -= 1
        return part


def _number(token: Token) -> float:
    number = float(token.text)
    if number >= NUMBER_BOUND:
        raise WhenError("a written number is less than 2^53", token.column)
    return number


def _condition(part: Part) -> Predicate:
    if isinstance(part.node, Predicate):
        return part.node
    if part.unit is Unit.BOOL and isinstance(part.node, Fact):
        return Holds(part.node)
    raise WhenError(f"a condition is needed here, not {part.unit}", part.column)


def _compare(sign: CompareSign, left: Part, right: Part) -> Predicate:
    check_comparable(left, right)
    if isinstance(left.node, Constant) and isinstance(right.node, Constant):
        raise WhenError("this is always the same: it names no input", left.column)
    if left.unit not in NUMERIC and sign not in ("=", "!="):
        raise WhenError(f"{left.unit} has no order; compare with = or !=", left.column)
    if left.unit is Unit.BOOL:
        same = _same_truth(left, right)
        return same if sign == "=" else Not(same)
    return Compare(sign, cast(Value, left.node), cast(Value, right.node))


def _same_truth(left: Part, right: Part) -> Predicate:
    if isinstance(left.node, Constant):
        left, right = right, left
    holds = _condition(left)
    if isinstance(right.node, Constant):
        return holds if right.node.value else Not(holds)
    other = _condition(right)
    return Some((Every((holds, other)), Every((Not(holds), Not(other)))))
