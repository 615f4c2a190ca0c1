"""Which encoding a text is in, and the text as UTF-8."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

_FEW_BYTES = 5
"""A text is taken as damaged rather than as Western if it has so many foreign characters to a bad byte."""


class Text(NamedTuple):
    """A text as UTF-8 without byte order mark, the encoding it was in, and what had to be mended."""

    body: bytes
    code: str
    notes: tuple[str, ...] = ()


def as_utf8(raw: bytes, *, encoding: str | None = None) -> Text:
    """Read text in the encoding named or else found out; `ValueError` says what it is not.

    A few bytes that do not belong stand as U+FFFD, and a note says so.
    """
    if encoding is not None:
        return _decoded(raw, encoding)
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return _decoded(raw, "UTF-16")
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError as error:
        if error.reason == "unexpected end of data" and error.start >= len(raw) - 3:
            raise ValueError("ends in the middle of a character") from error
    else:
        return Text(raw.removeprefix(b"\xef\xbb\xbf"), "UTF-8")
    if (mended := _mended(raw, "UTF-8")) is not None:
        return mended
    if _in_pairs(raw) and (mended := _mended(raw, "GB18030")) is not None:
        return mended
    return _decoded(raw, _western(raw))


def _decoded(raw: bytes, code: str) -> Text:
    try:
        body = raw.decode(code).encode()
    except (ValueError, LookupError) as error:
        raise ValueError(f"is not {code} text: {error}") from error
    return Text(body.removeprefix(b"\xef\xbb\xbf"), code)


def _mended(raw: bytes, code: str) -> Text | None:
    """Read what is of one encoding but for a few bytes; None if it hardly is."""
    text = raw.decode(code, "replace")
    bad = text.count("\ufffd")
    foreign = sum(map(len, text.split("\ufffd"))) - sum(
        len(part.encode("ascii", "ignore")) for part in text.split("\ufffd")
    )
    if bad * _FEW_BYTES > foreign:
        return None
    body = text.encode().removeprefix(b"\xef\xbb\xbf")
    if bad == 0:
        return Text(body, code)
    line = text[: text.index("\ufffd")].count("\n") + 1
    places = "1 place is" if bad == 1 else f"{bad:,} places are"
    note = f"{places} not {code}, the first in line {line:,}; \ufffd stands there"
    return Text(body, code, (note,))


def _in_pairs(raw: bytes) -> bool:
    """Tell GB18030 from a Western code: bytes above 127 stand in pairs there, alone here."""
    high = np.frombuffer(raw, np.uint8) >= 0x80
    edges = np.flatnonzero(np.diff(np.concatenate(([False], high, [False])).astype(np.int8)))
    runs = edges[1::2] - edges[::2]
    return int(np.count_nonzero(runs % 2 == 0)) * 2 > len(runs)


def _western(raw: bytes) -> str:
    try:
        raw.decode("cp1252")
    except UnicodeDecodeError:
        return "latin-1"
    return "cp1252"
