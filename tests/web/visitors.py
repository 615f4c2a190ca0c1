"""Somebody with a browser without JavaScript: opens pages, and sends forms with the token and key a page would hold."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

import httpx

from whiteslip.web import forms, sealing

COOKIE = "whiteslip"


class Visitor:
    """Follows no redirect by itself, so that tests see where it leads."""

    def __init__(self, url: str, token: str = "", language: str = "en") -> None:
        self.url = url
        self.cookies = httpx.Cookies()
        self._language = language
        if token:
            self.cookies.set(COOKIE, token, domain=urlsplit(url).hostname or "")

    @property
    def token(self) -> str:
        """The token of the session, as the browser keeps it."""
        return self.cookies.get(COOKIE) or ""

    def get(self, path: str, **headers: str) -> httpx.Response:
        """Open a page."""
        return self._send("GET", path, headers)

    def post(
        self,
        path: str,
        fields: dict[str, Any] | None = None,
        *,
        token: str | None = None,
        key: str | None = None,
        origin: str | None = None,
        **headers: str,
    ) -> httpx.Response:
        """Send a form as a browser would; `token`, `key` and `origin` may be others than a page would give."""
        seal = sealing.form_token(self.token) if self.token and token is None else token or ""
        sent = {**(fields or {}), forms.TOKEN: seal, forms.KEY: key or sealing.form_key()}
        origin = self.url if origin is None else origin
        named = {"origin": origin, "sec-fetch-site": "same-origin", **headers}
        return self._send("POST", path, {k: v for k, v in named.items() if v}, sent)

    def seal_on(self, path: str) -> str:
        """Read the token of the first form on a page."""
        found = re.search(rf'name="{forms.TOKEN}" value="([^"]+)"', self.get(path).text)
        assert found is not None, f"{path} has no form"
        return found[1]

    def _send(
        self,
        method: str,
        path: str,
        headers: dict[str, str],
        fields: dict[str, Any] | None = None,
    ) -> httpx.Response:
        """Send on a connection of its own, keeping the cookies."""
        named = {"accept": "text/html", "accept-language": self._language, **headers}
        with httpx.Client(base_url=self.url, timeout=30, cookies=self.cookies) as http:
            response = http.request(method, path, headers=named, data=fields)
            self.cookies = http.cookies
        return response
