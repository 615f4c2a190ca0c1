"""Pages in two languages: words from data/words.toml, amounts and dates by Babel, HTML by Jinja2."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from functools import cache
from hashlib import sha256
from importlib import resources
from typing import Any, Literal, NamedTuple, TypeAlias
from urllib.parse import urlencode

from babel import Locale, dates, numbers
from jinja2 import Environment, PackageLoader, StrictUndefined

from whiteslip.kernel import ids

Language: TypeAlias = Literal["zh", "en"]
LANGUAGES: tuple[Language, ...] = ("zh", "en")
_LOCALES = {"zh": Locale("zh", "CN", script="Hans"), "en": Locale("en", "US")}
_AMOUNT = "¤#,##0.00;−¤#,##0.00"
_WHOLE = "¤#,##0;−¤#,##0"
_SYMBOL = "¥"


class Speaker(NamedTuple):
    """Speaks one language; `chosen` when the reader asked for it in the address, so that links keep it."""

    language: Language
    chosen: bool

    @property
    def html_language(self) -> str:
        """The language tag of the page."""
        return "zh-CN" if self.language == "zh" else "en"

    @property
    def other(self) -> Language:
        """The language to switch to."""
        return "en" if self.language == "zh" else "zh"

    def say(self, key: str, /, **facts: object) -> str:
        """Say a text of words.toml, such as "book.title", with its facts filled in."""
        return words()[key][LANGUAGES.index(self.language)].format(**facts)

    def name(self, group: str, key: object) -> str:
        """Name a code; one that has no words is shown as it is."""
        found = words().get(f"{group}.{key}")
        return str(key) if found is None else found[LANGUAGES.index(self.language)]

    def amount(self, minor: int) -> str:
        """Write an amount with its two decimals."""
        return self._money(minor, _AMOUNT)

    def whole(self, minor: int) -> str:
        """Write an amount rounded to whole yuan, for sums over many."""
        return self._money(minor, _WHOLE)

    def number(self, number: int) -> str:
        """Write a count."""
        return numbers.format_decimal(number, locale=self._locale)

    def tenth(self, number: float) -> str:
        """Write a number with one decimal."""
        return numbers.format_decimal(number, "#,##0.0", locale=self._locale)

    def percent(self, share: float) -> str:
        """Write a share with one decimal."""
        return numbers.format_percent(share, "#,##0.0%", locale=self._locale)

    def day(self, on: date) -> str:
        """Write a date with its year."""
        return dates.format_date(
            on, "y年M月d日" if self.language == "zh" else "d MMM y", locale=self._locale
        )

    def short_day(self, on: date) -> str:
        """Write a date without its year."""
        return dates.format_date(
            on, "M月d日" if self.language == "zh" else "d MMM", locale=self._locale
        )

    def month(self, on: date) -> str:
        """Write a month with its year."""
        return dates.format_date(
            on, "y年M月" if self.language == "zh" else "MMMM y", locale=self._locale
        )

    def pick(self, words_in_both: Any) -> str:
        """Choose the language of a pair of texts that has them as `zh` and `en`."""
        return str(getattr(words_in_both, self.language))

    def link(self, path: str, **query: object) -> str:
        """Write an address that keeps the chosen language."""
        given = {name: str(value) for name, value in query.items() if value not in (None, "")}
        if self.chosen and "lang" not in given:
            given["lang"] = self.language
        return f"{path}?{urlencode(given)}" if given else path

    @property
    def _locale(self) -> Locale:
        return _LOCALES[self.language]

    def _money(self, minor: int, pattern: str) -> str:
        value = Decimal(minor) / 100
        written = numbers.format_currency(
            value, "CNY", pattern, locale=self._locale, currency_digits=False
        )
        return written.replace("CN¥", _SYMBOL)


def speaker(asked: str | None, accepted: str) -> Speaker:
    """Choose the language: the one asked for, else the first accepted one we speak, else Chinese."""
    for language in LANGUAGES:
        if asked == language:
            return Speaker(language, chosen=True)
    for part in accepted.lower().split(","):
        for language in LANGUAGES:
            if part.strip().startswith(language):
                return Speaker(language, chosen=False)
    return Speaker("zh", chosen=False)


def render(template: str, speak: Speaker, **facts: Any) -> str:
    """Render a page."""
    return (
        _environment()
        .get_template(template)
        .render(speak=speak, t=speak.say, style=style_address(), cus=_customer_id, **facts)
    )


@cache
def words() -> Mapping[str, tuple[str, ...]]:
    """Read the words of all pages, by "group.key"."""
    text = (resources.files("whiteslip.web") / "data" / "words.toml").read_text("utf-8")
    return {
        f"{group}.{key}": tuple(pair)
        for group, table in tomllib.loads(text).items()
        for key, pair in table.items()
    }


@cache
def static(name: str) -> bytes:
    """Read a file that pages ask for."""
    return (resources.files("whiteslip.web") / "static" / name).read_bytes()


@cache
def style_address() -> str:
    """Name the style sheet by what it holds, so that browsers may keep it."""
    return f"/static/whiteslip.css?v={sha256(static('whiteslip.css')).hexdigest()[:12]}"


@cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("whiteslip.web"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _customer_id(customer_id: int) -> str:
    return ids.write("cus", customer_id)
