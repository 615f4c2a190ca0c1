"""What forms send: decoded strictly by a struct, with an error at each field that is wrong and what was typed kept."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from email import policy
from email.parser import BytesParser
from functools import cache
from types import UnionType
from typing import (
    Annotated,
    Any,
    Final,
    NamedTuple,
    TypeAlias,
    TypeVar,
    Union,
    get_args,
    get_origin,
    get_type_hints,
)
from urllib.parse import parse_qsl

import msgspec
from msgspec import Meta, Struct

from whiteslip.kernel.money import MAX_MINOR

F = TypeVar("F", bound="Form")
J = TypeVar("J")
LARGEST_FORM: Final = 64 << 10
LARGEST_UPLOAD: Final = 4 << 20
MOST_FIELDS: Final = 200
TOKEN, KEY = "_token", "_key"
Sent: TypeAlias = dict[str, list[str]]


class Form(Struct, frozen=True, forbid_unknown_fields=True):
    """What a form says; a field nobody knows is refused rather than ignored."""


class Nothing(Form, frozen=True):
    """A form that is only a button."""


class Upload(Struct, frozen=True):
    """A file that was sent."""

    name: str
    media_type: str
    body: bytes


Yuan: TypeAlias = Annotated[int, Meta(ge=1, le=MAX_MINOR, extra={"typed": "yuan"})]
"""An amount people type in yuan, such as 128.50; the handler gets minor units."""
Tick: TypeAlias = Annotated[bool, Meta(extra={"typed": "tick"})]
"""A box to tick; give the field the default False."""
Name: TypeAlias = Annotated[
    str, Meta(min_length=1, max_length=80, pattern="^[^\\u0000-\\u001f\\u007f-\\u009f]+$")
]
Line: TypeAlias = Annotated[
    str, Meta(min_length=1, max_length=200, pattern="^[^\\u0000-\\u001f\\u007f-\\u009f]+$")
]
Note: TypeAlias = Annotated[str, Meta(min_length=1, max_length=2000, pattern="^[^\\u0000]*$")]


class Fault(NamedTuple):
    """What is wrong with a field: a key of the group `form` of the words, and its facts."""

    key: str
    facts: Mapping[str, object] = {}


class Typed(NamedTuple):
    """A form as its page shows it: what was typed, what is wrong where, and the key under which it acts once."""

    values: Mapping[str, Sequence[str]] = {}
    faults: Mapping[str, Fault] = {}
    problem: str = ""
    detail: str = ""
    key: str = ""

    def value(self, name: str, otherwise: object = "") -> str:
        """Say what was typed into a field."""
        found = self.values.get(name)
        return found[0] if found else str(otherwise)

    def has(self, name: str, value: str) -> bool:
        """Tell whether a value was chosen in a field."""
        return value in self.values.get(name, ())


UNTYPED: Final = Typed()
"""A form as it is shown first."""


def read_fields(body: bytes) -> tuple[Sent, dict[str, Upload]] | None:
    """Read an urlencoded body, which has no files; None if it is not one."""
    try:
        pairs = parse_qsl(
            body.decode("ascii"),
            keep_blank_values=True,
            strict_parsing=bool(body),
            errors="strict",
            max_num_fields=MOST_FIELDS,
        )
    except ValueError:
        return None
    sent: Sent = {}
    for name, value in pairs:
        sent.setdefault(name, []).append(value.replace("\r\n", "\n"))
    return sent, {}


def read_parts(body: bytes, content_type: str) -> tuple[Sent, dict[str, Upload]] | None:
    """Read a multipart body; None if it is not one."""
    head = b"Content-Type: " + content_type.encode("latin-1", "replace") + b"\r\n\r\n"
    message = BytesParser(policy=policy.HTTP).parsebytes(head + body)
    sent: Sent = {}
    uploads: dict[str, Upload] = {}
    parts = list(message.iter_parts()) if message.is_multipart() else []
    if not parts or len(parts) > MOST_FIELDS:
        return None
    for part in parts:
        name = part.get_param("name", header="content-disposition")
        if not isinstance(name, str):
            return None
        raw = part.get_payload(decode=True)
        content = raw if isinstance(raw, bytes) else b""
        file = part.get_filename()
        if file is None:
            sent.setdefault(name, []).append(content.decode("utf-8", "replace"))
        elif content:
            uploads[name] = Upload(file[:200], part.get_content_type(), content)
    return sent, uploads


def decode(
    kind: type[F], sent: Mapping[str, Sequence[str]], uploads: Mapping[str, Upload] | None = None
) -> F | dict[str, Fault]:
    """Decode what was sent, or name what is wrong at each field; "" stands for the form as a whole."""
    fields = _fields(kind)
    faults: dict[str, Fault] = {}
    if unknown := sorted((sent.keys() | (uploads or {}).keys()) - fields.keys()):
        faults[""] = Fault("unknown_field", {"name": unknown[0][:40]})
    values: dict[str, Any] = {}
    for name, field in fields.items():
        is_file = field.kind is Upload
        found = (uploads or {}).get(name) if is_file else _convert(field, sent.get(name, ()))
        if isinstance(found, Fault):
            faults[name] = found
        elif found is not None:
            values[name] = found
        elif field.required:
            faults[name] = Fault("required")
    return faults or kind(**values)


def read_json(body: bytes, kind: type[J], otherwise: J) -> J:
    """Read what a lane answered, as far as a struct knows it."""
    try:
        return msgspec.json.decode(body, type=kind)
    except msgspec.DecodeError:
        return otherwise


class _Field(NamedTuple):
    kind: Any
    typed: str
    is_list: bool
    required: bool


@cache
def _fields(kind: type[Form]) -> dict[str, _Field]:
    hints = get_type_hints(kind, include_extras=True)
    return {
        field.encode_name: _Field(
            hints[field.name],
            _typed(hints[field.name]),
            _is_list(hints[field.name]),
            field.required,
        )
        for field in msgspec.structs.fields(kind)
    }


def _metas(hint: Any) -> list[Meta]:
    """Collect what is said of a type, also of one that may be left out."""
    hints = [hint, *get_args(hint)] if get_origin(hint) in (Union, UnionType) else [hint]
    said = [each for one in hints for each in getattr(one, "__metadata__", ())]
    return [each for each in said if isinstance(each, Meta)]


def _typed(hint: Any) -> str:
    extras = [meta.extra or {} for meta in _metas(hint)]
    return next((str(extra["typed"]) for extra in extras if "typed" in extra), "")


def _is_list(hint: Any) -> bool:
    inner = getattr(hint, "__origin__", hint)
    inner = getattr(inner, "__origin__", inner)
    return inner in (list, tuple, frozenset)


def _convert(field: _Field, given: Sequence[str]) -> Any:
    """Convert what was typed into one field; None when nothing was."""
    if field.typed == "tick":
        return bool(given)
    texts = [text.strip() for text in given if text.strip()]
    if not texts:
        return None
    if len(texts) > 1 and not field.is_list:
        return Fault("once")
    value: Any = texts if field.is_list else texts[0]
    if field.typed == "yuan":
        value = _minor(texts[0])
        if value is None:
            return Fault("not_an_amount")
    try:
        return msgspec.convert(value, field.kind, strict=False)
    except msgspec.ValidationError as error:
        return _fault(str(error), field)


def _minor(text: str) -> int | None:
    plain = text.replace(",", "").replace("¥", "").replace("￥", "").strip()
    try:
        amount = Decimal(plain) * 100
    except InvalidOperation:
        return None
    fits = amount.is_finite() and abs(amount) <= MAX_MINOR and amount == amount.to_integral_value()
    return int(amount) if fits else None


_BOUND = re.compile(r"(of length )?(<=|>=) ([\d.-]+)")


def _fault(said: str, field: _Field) -> Fault:
    """Put what the decoder says into a key of our words."""
    found = _BOUND.search(said)
    if found is None:
        return Fault("invalid")
    bound = found[3]
    if field.typed == "yuan":
        bound = f"{int(bound) / 100:,.2f}"
    if found[1]:
        return Fault("longer" if found[2] == "<=" else "shorter", {"most": bound})
    return Fault("more" if found[2] == "<=" else "less", {"most": bound})
