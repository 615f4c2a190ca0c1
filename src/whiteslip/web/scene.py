"""What every page is rendered with: who looks, where they may go, the tokens of forms, what is said once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, Final, NamedTuple
from urllib.parse import urlencode

from markupsafe import Markup

from whiteslip.infra.accounts.model import Account, Kind, Role
from whiteslip.kernel import ids
from whiteslip.web import forms, sealing, table
from whiteslip.web.rendering import render as render_template
from whiteslip.web.rights import admits
from whiteslip.web.table import Route
from whiteslip.web.visiting import Visitor

SANDBOX: Final = "sandbox"
"""The desk whose pages exist in a sandbox only."""


class Rendered(NamedTuple):
    """A page as text, and whether it has forms that need a token."""

    text: str
    has_form: bool


class Place(NamedTuple):
    """A page in the navigation: its desk, the key of its name, its address, and whether it is the one shown."""

    desk: str
    name: str
    path: str
    current: bool = False


class Seal:
    """Writes the hidden fields of a form: the token of the session, and a fresh key under which it acts once."""

    def __init__(self, secret: str, path: str, kept_key: str) -> None:
        self._secret = secret
        self._path = path
        self._kept_key = kept_key
        self.used = False

    def hidden(self, action: str = "") -> Markup:
        """Write the fields; a form that could not be answered keeps its key, so that trying again acts once."""
        self.used = True
        kept = self._kept_key if action == self._path else ""
        key = kept or sealing.form_key()
        token = sealing.form_token(self._secret)
        return Markup(
            '<input type="hidden" name="{}" value="{}"><input type="hidden" name="{}" value="{}">'
        ).format(forms.TOKEN, token, forms.KEY, key)


def render(
    visitor: Visitor,
    person: Account | None,
    template: str,
    facts: Mapping[str, Any],
    *,
    route: Route | None = None,
) -> Rendered:
    """Render a page in the visitor's language and theme."""
    form = facts.get("form") or forms.Typed()
    seal = Seal(visitor.secret, visitor.path, form.key)
    desks = [
        place
        for place in places(person, visitor.path)
        if place.desk != SANDBOX or visitor.runtime.settings.sandbox
    ]
    text = render_template(
        template,
        visitor.speak,
        **{
            "form": form,
            "seal": seal,
            "person": person,
            "theme": visitor.theme,
            "here": visitor.path,
            "desks": first_of_each(desks),
            "rooms": [place for place in desks if route and place.desk == route.desk],
            "said": _said(visitor),
            "sandbox": visitor.runtime.settings.sandbox,
            "switch": _switch(visitor, lang=visitor.speak.other),
            "switch_theme": [
                (name, _switch(visitor, theme=name)) for name in ("auto", "light", "dark")
            ],
            "write_id": ids.write,
            "book_clock": (None, None),
            **facts,
        },
    )
    return Rendered(text, seal.used)


def places(person: Account | None, path: str) -> list[Place]:
    """List where a person may go, the deepest page that the address lies below being the current one."""
    if person is None:
        return []
    found = _known(person.kind, person.roles)
    below = [
        place.path for place in found if path == place.path or path.startswith(f"{place.path}/")
    ]
    current = max(below, key=len, default="")
    return [place._replace(current=place.path == current) for place in found]


def first_of_each(rooms: Sequence[Place]) -> list[Place]:
    """Keep one page a desk: its first, current when any of them is."""
    kept: dict[str, Place] = {}
    for place in rooms:
        first = kept.setdefault(place.desk, place)
        kept[place.desk] = first._replace(current=first.current or place.current)
    return list(kept.values())


def home_of(person: Account) -> str:
    """Name the page a person begins at."""
    found = _known(person.kind, person.roles)
    return found[0].path if found else "/"


@cache
def _known(kind: Kind, roles: frozenset[Role]) -> tuple[Place, ...]:
    someone = Account(0, kind, "", "", roles, None, None, None)
    shown = [
        route
        for route in table.whole()
        if route.nav and not route.sees.public and admits(route.sees, someone)
    ]
    shown.sort(key=lambda route: route.order)
    return tuple(Place(route.desk, route.nav, route.path) for route in shown)


def _said(visitor: Visitor) -> str | Markup:
    """Say what was done a moment ago, if this session was told so."""
    if not visitor.said:
        return ""
    packed = sealing.unpack(visitor.secret, visitor.said)
    try:
        return visitor.speak.say(packed["says"], **packed["facts"])
    except (KeyError, TypeError, IndexError, ValueError):
        return ""


def _switch(visitor: Visitor, **choice: str) -> str:
    query = {name: text for name, text in visitor.query.items() if name not in {"lang", "theme"}}
    return f"{visitor.path}?{urlencode({**query, **choice})}"
