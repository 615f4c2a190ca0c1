"""What an explanation says, in both languages: each line's formula with its numbers filled in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import cache
from importlib import resources

from whiteslip.kernel.parameters import Words, read_parameters
from whiteslip.kernel.rate import WHOLE_PPM
from whiteslip.money.replays.explained import Accrual, Explanation, Line

_FILE = "explaining.toml"


def say(line: Line, explanation: Explanation) -> Words:
    """Say a line of an installment."""
    return _fill(_words()["line"][line.what], _facts(line, explanation))


def say_several(lines: Sequence[Line], explanation: Explanation) -> Words | None:
    """Say the same line of several installments at once; None where each has words of its own."""
    words = _words()["several"].get(lines[0].what)
    if words is None or len(lines) == 1:
        return None
    amounts = " + ".join(amount(_change(line)) for line in lines)
    return _fill(words, {**_facts(lines[0], explanation), "amounts": _same(amounts)})


def say_event(
    what: str,
    amount_minor: int,
    *,
    method: str = "",
    value_on: date | None = None,
    ground: str | None = None,
) -> Words:
    """Say what happened to a whole purchase."""
    facts = {
        "change": _same(amount(amount_minor)),
        "paid": _same(amount(amount_minor)),
        "method": _named("method", method),
        "value": _same("") if value_on is None else _day(value_on),
        "ground": _named("ground", ground or ""),
    }
    return _fill(_words()["line"][what], facts)


def amount(minor: int) -> str:
    """Write minor units in major ones: 100000 → "1,000.00"."""
    sign = "−" if minor < 0 else ""
    return f"{sign}{abs(minor) // 100:,}.{abs(minor) % 100:02d}"


def exact(micro: int) -> str:
    """Write millionths of a minor unit in major units, to the last digit that is not zero, at least two."""
    whole, fraction = divmod(micro, 100 * WHOLE_PPM)
    digits = f"{fraction:08d}".rstrip("0")
    return f"{whole:,}.{digits:0<2}"


def percent(ppm: int) -> str:
    """Write a rate: 500 → "0.05 %"."""
    return f"{(Decimal(ppm) / 10_000).normalize():f} %"


def _change(line: Line) -> int:
    return line.principal_minor + line.fee_minor + line.late_fee_minor


def _facts(line: Line, explanation: Explanation) -> dict[str, Words]:
    facts: dict[str, Words] = {
        **_numbers(line),
        "change": _same(amount(_change(line))),
        "paid": _same(amount(-_change(line))),
        "due": _day(line.due_on or explanation.due_on),
        "rounding": _named("rounding", explanation.rounding.value),
    }
    if line.accruals:
        facts["accrual"] = _accrual(line.accruals[0])
        facts["accruals"] = _join([_accrual(one) for one in line.accruals])
    return facts


def _fill(words: Words, facts: Mapping[str, Words]) -> Words:
    return Words(
        words.zh.format(**{name: fact.zh for name, fact in facts.items()}),
        words.en.format(**{name: fact.en for name, fact in facts.items()}),
    )


def _numbers(line: Line) -> dict[str, Words]:
    written: dict[str, Words] = {}
    for name, number in line.terms.items():
        if name.endswith("_minor"):
            written[name.removesuffix("_minor")] = _same(amount(number))
        elif name.endswith("_ppm"):
            written[name.removesuffix("_ppm")] = _same(percent(number))
        elif name.endswith("_micro"):
            written[name.removesuffix("_micro")] = _same(exact(number))
        else:
            written[name] = _same(str(number))
    return written


def _accrual(one: Accrual) -> Words:
    table = _words()["accrual"]
    days = table["one_day" if one.days == 1 else "some_days"]
    facts = {
        "base": _same(amount(one.base_minor)),
        "rate": _same(percent(one.rate_ppm)),
        "days": _fill(days, {"days": _same(str(one.days))}),
        "before": _same(exact(one.carried_in_micro)),
        "exact": _same(exact(one.charged_minor * WHOLE_PPM + one.carried_out_micro)),
        "charged": _same(amount(one.charged_minor)),
        "carried": _same(exact(one.carried_out_micro)),
    }
    return _fill(table["carried" if one.carried_in_micro else "plain"], facts)


def _day(on: date) -> Words:
    return _fill(
        _words()["day"]["written"],
        {
            "year": _same(str(on.year)),
            "number": _same(str(on.month)),
            "month": _words()["month"][str(on.month)],
            "day": _same(str(on.day)),
        },
    )


def _named(group: str, code: str) -> Words:
    return _words()[group].get(code) or _same(code or "–")


def _join(some: list[Words]) -> Words:
    between = _words()["accrual"]["and"]
    return Words(between.zh.join(one.zh for one in some), between.en.join(one.en for one in some))


def _same(text: str) -> Words:
    return Words(text, text)


@cache
def _words() -> Mapping[str, Mapping[str, Words]]:
    text = (resources.files("whiteslip.views") / "data" / _FILE).read_text("utf-8")
    return read_parameters(text, dict[str, dict[str, Words]], file=_FILE)
