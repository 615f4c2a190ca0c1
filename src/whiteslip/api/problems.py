"""The problems the API answers with (RFC 9457): codes, titles, and the only place of HTTP numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from types import MappingProxyType
from typing import Any, NamedTuple

import msgspec

from whiteslip.api.answers import ReasonSaid
from whiteslip.api.said import said
from whiteslip.infra.idempotency import Response
from whiteslip.kernel.errors import InvalidInput, WhiteslipError
from whiteslip.kernel.reason import Reason, ReasonCode

PROBLEM_JSON = "application/problem+json"
RETRY_AFTER_S = 1


class Kind(NamedTuple):
    """What is always said about problems of one code."""

    status: int
    title: str


KINDS: dict[str, Kind] = {
    "malformed_json": Kind(400, "The body is not valid JSON"),
    "idempotency_key_missing": Kind(400, "An idempotency key is needed"),
    "idempotency_key_invalid": Kind(400, "The idempotency key cannot be used"),
    "deadline_invalid": Kind(400, "The deadline cannot be used"),
    "unauthenticated": Kind(401, "A valid API key is needed"),
    "not_allowed": Kind(403, "This key may not do this"),
    "not_found": Kind(404, "Not found"),
    "method_not_allowed": Kind(405, "Method not allowed"),
    "conflict": Kind(409, "The state does not admit this"),
    "body_too_large": Kind(413, "The body is too large"),
    "unsupported_media_type": Kind(415, "The body is of another media type"),
    "invalid_input": Kind(422, "The input cannot be right"),
    "idempotency_conflict": Kind(422, "Idempotency key used before"),
    "too_many_requests": Kind(429, "Too much at once"),
    "internal": Kind(500, "Our mistake"),
    "unavailable": Kind(503, "Not available now"),
    "deadline_passed": Kind(503, "Not begun before the deadline"),
    "outcome_unknown": Kind(503, "The outcome is not known yet"),
}
ALWAYS = ("unauthenticated", "not_allowed", "too_many_requests", "unavailable")
POSTED = (
    "malformed_json",
    "idempotency_key_missing",
    "idempotency_key_invalid",
    "deadline_invalid",
    "body_too_large",
    "unsupported_media_type",
    "invalid_input",
    "idempotency_conflict",
    "deadline_passed",
    "outcome_unknown",
)


REASONS: Mapping[str, ReasonCode] = MappingProxyType({"unavailable": ReasonCode.SYSTEM_FAULT})
"""The problems that come with a reason in words, as a decline does: the fault is ours, not the person's."""


class Problem(msgspec.Struct, frozen=True, omit_defaults=True):
    """An RFC 9457 problem; `where` is the path of the field that is wrong.

    `reasons` come with `unavailable`, as they come with a decline: the fault is ours, says nothing about the person's
    credit and is not counted as a risk.
    """

    type: str
    title: str
    status: int
    code: str
    detail: str = ""
    where: str | None = None
    reasons: tuple[ReasonSaid, ...] = ()


class ProblemError(Exception):
    """A request that ends here with a problem."""

    def __init__(self, code: str, detail: str, *, where: str | None = None) -> None:
        super().__init__(detail)
        self.response = problem(code, detail, where=where)


def problem(code: str, detail: str, *, where: str | None = None) -> Response:
    """Write a problem of a known code."""
    kind = KINDS[code]
    urn = f"urn:whiteslip:problem:{code}"
    text = Problem(urn, kind.title, kind.status, code, _storable(detail), where, _why(code))
    return Response(kind.status, msgspec.json.encode(text))


@cache
def _why(code: str) -> tuple[ReasonSaid, ...]:
    return tuple(said([Reason(REASONS[code])])) if code in REASONS else ()


def of_error(error: WhiteslipError) -> Response:
    """Write the problem of an error of ours; what we broke ourselves is not explained to strangers."""
    code = error.code if error.code in KINDS else "internal"
    where = error.where if isinstance(error, InvalidInput) else None
    return problem(code, str(error) if code == error.code else KINDS[code].title, where=where)


def of_bad_json(error: Exception) -> Response:
    """Write the problem of a body that does not decode."""
    if not isinstance(error, msgspec.ValidationError):
        return problem("malformed_json", str(error))
    detail, found, path = str(error).partition(" - at `$.")
    return problem("invalid_input", detail, where=path.rstrip("`") if found else None)


def headers(response: Response) -> dict[str, str]:
    """Name the headers an answer carries besides its length."""
    if response.status < 400:
        return {"content-type": "application/json"}
    named = {"content-type": PROBLEM_JSON}
    if response.status in {429, 503}:
        named["retry-after"] = str(RETRY_AFTER_S)
    if response.status == 401:
        named["www-authenticate"] = "Bearer"
    return named


def documented(codes: Sequence[str]) -> dict[int | str, dict[str, Any]]:
    """Describe these problems for OpenAPI, one entry an HTTP number."""
    answers: dict[int | str, dict[str, Any]] = {}
    for status in sorted({KINDS[code].status for code in codes}):
        said = [code for code in codes if KINDS[code].status == status]
        answers[status] = {
            "description": "; ".join(f"`{code}`: {KINDS[code].title}" for code in said),
            "content": {PROBLEM_JSON: {"schema": {"$ref": "#/components/schemas/Problem"}}},
        }
        if status in {429, 503}:
            answers[status]["headers"] = {
                "Retry-After": {"description": "Seconds.", "schema": {"type": "integer"}}
            }
    return answers


def _storable(text: str) -> str:
    """Keep a caller's odd characters, quoted back to them, from breaking the answer."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")
