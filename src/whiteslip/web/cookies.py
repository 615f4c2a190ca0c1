"""The cookies of the pages: the session, a token from before it, a message shown once, and two choices."""

from __future__ import annotations

from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from whiteslip.infra.accounts import tokens
from whiteslip.web import headers

LANGUAGE: Final = "lang"
THEME: Final = "theme"
SAID: Final = "said"
THEMES: Final = ("light", "dark")
_SESSION: Final = "whiteslip"
_BEFORE: Final = "whiteslip-before"
_GUARD: Final = "__Host-"
"""A browser takes a cookie of this beginning over TLS only, and from no neighboring host."""
_A_YEAR: Final = 365 * 86400


def session_name(request: Request) -> str:
    """Name the cookie of the session."""
    return _named(request, _SESSION)


def session_token(request: Request) -> str:
    """Read the token of the session; empty when there is none."""
    return _token(request, _SESSION)


def before_token(request: Request) -> str:
    """Read the token that binds forms before there is a session."""
    return _token(request, _BEFORE)


def start_session(response: Response, request: Request, token: str) -> None:
    """Give the browser the token of its session; the browser forgets it when it closes."""
    _keep(response, request, session_name(request), token)
    _drop(response, request, _named(request, _BEFORE))


def end_session(response: Response, request: Request) -> None:
    """Take the token of the session back."""
    _drop(response, request, session_name(request))


def keep_before(response: Response, request: Request, token: str) -> None:
    """Give the browser a token that binds forms before there is a session."""
    _keep(response, request, _named(request, _BEFORE), token)


def say(response: Response, request: Request, packed: str) -> None:
    """Give the browser a message to be shown once; one that is too long is left out."""
    if len(packed) < 3000:
        _keep(response, request, SAID, packed, seconds=300)


def unsay(response: Response, request: Request) -> None:
    """Take back the message that has been shown."""
    _drop(response, request, SAID)


def choose(response: Response, request: Request) -> None:
    """Keep a language or a theme that was chosen in the address."""
    language = request.query_params.get("lang")
    if language in {"zh", "en"}:
        _keep(response, request, LANGUAGE, language or "", seconds=_A_YEAR)
    theme = request.query_params.get("theme")
    if theme in THEMES:
        _keep(response, request, THEME, theme or "", seconds=_A_YEAR)
    elif theme == "auto":
        _drop(response, request, THEME)


def _named(request: Request, name: str) -> str:
    return f"{_GUARD}{name}" if headers.is_secure(request) else name


def _token(request: Request, name: str) -> str:
    found = request.cookies.get(_named(request, name), "")
    return found if tokens.looks_right(found) else ""


def _keep(
    response: Response, request: Request, name: str, value: str, *, seconds: int | None = None
) -> None:
    response.set_cookie(
        name,
        value,
        max_age=seconds,
        path="/",
        secure=headers.is_secure(request),
        httponly=True,
        samesite="lax",
    )


def _drop(response: Response, request: Request, name: str) -> None:
    response.delete_cookie(
        name, path="/", secure=headers.is_secure(request), httponly=True, samesite="lax"
    )
