"""Pages in two languages: words from data/words/*.toml, amounts and dates by Babel, HTML by Jinja2."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cache, lru_cache
from importlib import resources
from typing import Any, Literal, NamedTuple, TypeAlias
from urllib.parse import urlencode

from babel import Locale, dates, numbers
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from whiteslip.kernel import ids
from whiteslip.kernel.calendar import ZONE
from whiteslip.kernel.errors import invariant
from whiteslip.kernel.parameters import Text, read_parameters
from whiteslip.web import assets

Language: TypeAlias = Literal["zh", "en"]
LANGUAGES: tuple[Language, ...] = ("zh", "en")
_LOCALES = {"zh": Locale("zh", "CN", script="Hans"), "en": Locale("en", "US")}
_AMOUNT = "¤#,##0.00;−¤#,##0.00"
_WHOLE = "¤#,##0;−¤#,##0"
_SYMBOL = "¥"
_Pair: TypeAlias = tuple[Text, Text]


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

    def tell(self, key: str, /, **facts: object) -> str:
        """Say a text in a template; one without facts was made safe for HTML once."""
        return self.say(key, **facts) if facts else _safe_words(self.language)[key]

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

    def small_percent(self, share: float) -> str:
        """Write a small share with two decimals."""
        return numbers.format_percent(share, "#,##0.00%", locale=self._locale)

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

    def instant(self, at: datetime) -> str:
        """Write an instant in the zone of the book, to the minute."""
        local = at.astimezone(ZONE)
        return f"{self.day(local.date())} {local:%H:%M}"

    def instant_to_second(self, at: datetime) -> str:
        """Write an instant in the zone of the book, to the second, rounded up."""
        local = (at + timedelta(seconds=1)).astimezone(ZONE)
        return f"{self.day(local.date())} {local:%H:%M:%S}"

    def has(self, key: str) -> bool:
        """Tell whether there are words under a key."""
        return key in words()

    def _money(self, minor: int, pattern: str) -> str:
        return _money(self.language, minor, pattern)


@lru_cache(1 << 14)
def _money(language: Language, minor: int, pattern: str) -> str:
    written = numbers.format_currency(
        Decimal(minor) / 100, "CNY", pattern, locale=_LOCALES[language], currency_digits=False
    )
    return written.replace("CN¥", _SYMBOL)


def speaker(asked: str | None, kept: str | None, accepted: str) -> Speaker:
    """Choose the language: the one asked for, else the one chosen before, else the first accepted one, else Chinese."""
    for language in LANGUAGES:
        if asked == language:
            return Speaker(language, chosen=True)
    for language in LANGUAGES:
        if kept == language:
            return Speaker(language, chosen=False)
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
        .render(speak=speak, t=speak.tell, cus=_customer_id, **facts)
    )


@cache
def words() -> Mapping[str, tuple[str, ...]]:
    """Read the words of all pages, one file a desk, by "group.key"."""
    folder = resources.files("whiteslip.web") / "data" / "words"
    files = sorted((file for file in folder.iterdir()), key=lambda file: file.name)
    return merge({file.name: file.read_text("utf-8") for file in files if _is_words(file.name)})


@cache
def _safe_words(language: Language) -> Mapping[str, Markup]:
    """Make every text safe for HTML, once; those with facts are filled in elsewhere."""
    place = LANGUAGES.index(language)
    return {key: escape(pair[place]) for key, pair in words().items()}


def merge(files: Mapping[str, str]) -> Mapping[str, tuple[str, str]]:
    """Put the words of several files together; a key twice, or without both languages, is a mistake."""
    said: dict[str, tuple[str, str]] = {}
    for file, text in files.items():
        for group, table in read_parameters(text, dict[str, dict[str, _Pair]], file=file).items():
            for key, pair in table.items():
                name = f"{group}.{key}"
                invariant(name not in said, f"{file}: {name} is said in another file already")
                said[name] = pair
    return said


def _is_words(name: str) -> bool:
    return name.endswith(".toml")


@cache
def _environment() -> Environment:
    made = Environment(
        loader=PackageLoader("whiteslip.web"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    made.globals.update(asset=assets.address)
    return made


def _customer_id(customer_id: int) -> str:
    return ids.write("cus", customer_id)
