"""What a column's name gives away: a protected attribute, or that it only numbers the rows."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from itertools import pairwise
from typing import Final

_WORDS: Final = {
    "sex": (
        "sex sexe sexo gender geschlecht genre genero sesso salutation anrede 性别 性別 称谓 男女 "
        "gend isfemale ismale female male"
    ),
    "age": (
        "age ages alter alterjahre edad idade eta leeftijd aldur 年龄 年齡 岁数 birth birthday birthdate "
        "dob yob birthyear yearofbirth dateofbirth geburtsdatum geburtsjahr geburtstag geboren "
        "naissance nacimiento nascimento senior seniorcitizen agegroup 出生 出生日期 生日 出生年 出生年月"
    ),
    "marriage": (
        "marriage married marital maritalstatus famges familienstand familystatus civilstatus "
        "civilstate spouse husband wife matrimonial matrimonio divorced 婚姻 婚姻状况 婚姻狀況 婚否 "
        "已婚 配偶 verheiratet"
    ),
    "education": (
        "education educational educ edu educationlevel schooling bildung bildungsgrad "
        "schulbildung ausbildung schulabschluss educacion educacao escolaridad 学历 學歷 教育 "
        "教育程度 文化程度 学位"
    ),
    "origin": (
        "ethnicity ethnic ethnie race racial nationality nationalitat nationalite nationalidad "
        "citizenship citizen staatsangehorigkeit staatsburgerschaft herkunft foreign foreigner "
        "foreignworker gastarb gastarbeiter auslander immigrant birthplace birthcountry "
        "geburtsort geburtsland hukou skincolor tribe caste 民族 族群 国籍 國籍 种族 種族 籍贯 户籍 户口"
    ),
    "religion": (
        "religion religious religionszugehorigkeit konfession faith church kirche 宗教 宗教信仰 信仰"
    ),
    "health": (
        "disability disabled handicap schwerbehindert behinderung pregnant pregnancy "
        "schwanger 残疾 殘疾 怀孕 孕期"
    ),
    "politics": "political politics politicalparty partei 政治面貌 政党 党员 gewerkschaft",
    "orientation": "sexualorientation 性取向",
}
_PROTECTED: Final = {word: what for what, words in _WORDS.items() for word in words.split()}
_THINGS: Final = (
    "credit account accounts acct line lines trade trades tradeline loan loans file history oldest "
    "newest car vehicle property home house building business company firm relationship card bureau "
    "delinquency open opened avg average mean months"
)
_NOT_OF_A_PERSON: Final = frozenset(_THINGS.split())
"""Words beside which "age" is the age of a thing."""
_NUMBERINGS: Final = "id ids uid uuid guid key pk rowid row index idx nr no number num nummer nro"
_IDS: Final = frozenset(_NUMBERINGS.split())
_CHINESE_IDS: Final = ("编号", "序号", "号码", "客户号", "账号", "身份证", "身份证号")
_CHINESE: Final = re.compile(r"[\u3400-\u9fff]")

_LABELS: Final = {
    "sex": "m f male female man woman männlich weiblich mann frau 男 女 男性 女性 d divers other x",
    "marriage": (
        "married single divorced widowed separated unmarried verheiratet ledig geschieden verwitwet "
        "已婚 未婚 离异 丧偶 离婚"
    ),
}
_USUAL: Final = {what: frozenset(labels.split()) for what, labels in _LABELS.items()}
_TELLING: Final = (
    ("sex", "male female"),
    ("sex", "m f"),
    ("sex", "男 女"),
    ("sex", "男性 女性"),
    ("sex", "mann frau"),
    ("sex", "männlich weiblich"),
    ("sex", "man woman"),
    ("marriage", "married single"),
    ("marriage", "married divorced"),
    ("marriage", "married unmarried"),
    ("marriage", "已婚 未婚"),
    ("marriage", "verheiratet ledig"),
)
"""Labels that show, where both are there, what a column of such labels is about."""


def words(name: str) -> tuple[str, ...]:
    """Cut a name into its words in plain small letters: "BirthDate_2" into birth, date, 2."""
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Za-z])(?=\d)", " ", name)
    plain = unicodedata.normalize("NFKD", spaced.lower())
    bare = "".join(sign for sign in plain if not unicodedata.combining(sign))
    return tuple(re.findall(r"[a-z0-9ß]+|[\u3400-\u9fff]+", bare))


def protected_by_name(name: str) -> str | None:
    """Return the protected attribute a name stands for, such as "age", or None."""
    parts = words(name)
    joined = {left + right for left, right in pairwise(parts)}
    for word in (*parts, *sorted(joined), "".join(parts)):
        what = _PROTECTED.get(word) or _inside_chinese(word)
        if what == "age" and _NOT_OF_A_PERSON & set(parts):
            continue
        if what is not None:
            return what
    return None


def protected_by_labels(labels: Collection[str]) -> str | None:
    """Return the protected attribute whose usual labels these are ({"M", "F"}), or None."""
    found = {label.lower() for label in labels}
    for what, pair in _TELLING:
        if found <= _USUAL[what] and found.issuperset(pair.split()):
            return what
    return None


def names_rows(name: str) -> bool:
    """Say whether a name promises a number or key of rows or customers ("ID", "customer_no")."""
    parts = words(name)
    if not parts:
        return False
    numbered = parts[-1] in _IDS or parts[-1].endswith(_CHINESE_IDS)
    return numbered or parts[0] in {"id", "uuid", "rowid", "unnamed"}


def _inside_chinese(word: str) -> str | None:
    """Find a Chinese term inside a longer one: 客户性别 holds 性别."""
    if not _CHINESE.match(word):
        return None
    return next(
        (what for term, what in _PROTECTED.items() if _CHINESE.match(term) and term in word), None
    )
