"""Every text field of every form, filled with what browsers might run or choke on: refused or escaped, never run."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any, Literal, get_args, get_origin, get_type_hints

import msgspec
import pytest
from tests.web.addresses import address
from tests.web.matrix import CAST
from tests.web.worlds import Served, served_world

from whiteslip.web import pages
from whiteslip.web.forms import Form, Tick
from whiteslip.web.rights import admits
from whiteslip.web.table import Route

pytestmark = pytest.mark.slow
SCRIPT = '<script>alert("x")</script>'
NASTY = {
    "script": SCRIPT,
    "attribute": '" onfocus="alert(1)" autofocus="',
    "template": "{{ 7 * 7 }}{% raw %}",
    "names": "欧阳 娜娜 👩‍👩‍👧‍👦 مرحبا \u202eevil\u202c <b>",
    "long": "名" * 3_400,
}
FORBIDDEN = (SCRIPT, 'onfocus="alert(1)" autofocus', ">49<", "\u202c <b>")
ANSWERED = frozenset({200, 201, 303, 403, 404, 409, 413, 422, 503})


@pytest.fixture(scope="module")
def own_world(
    server_dsn: str, template: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Served]:
    """A world of its own, since forms that are accepted really act."""
    home = tmp_path_factory.mktemp("fields")
    with served_world(server_dsn, template, f"{template}_fields", home) as served:
        yield served


def fields_of(form: type[Form]) -> dict[str, Any]:
    return get_type_hints(form)


def is_text(hint: Any) -> bool:
    return hint is str or (str in get_args(hint) and get_origin(hint) is not Literal)


def plausible(form: type[Form], nasty: str) -> dict[str, str]:
    """Fill in a form as well as its types tell, with something nasty in each text."""
    filled: dict[str, str] = {}
    for name, hint in fields_of(form).items():
        literal = next((one for one in (hint, *get_args(hint)) if get_origin(one) is Literal), None)
        if literal is not None:
            filled[name] = str(get_args(literal)[0])
        elif is_text(hint):
            filled[name] = nasty
        elif hint is date or date in get_args(hint):
            filled[name] = "2026-12-01"
        elif hint is int or int in get_args(hint):
            filled[name] = "1"
        elif hint is bool:
            filled[name] = "on"
    return filled


def test_the_forms_are_read_as_they_are() -> None:
    class Sample(Form, frozen=True):
        """A form."""

        kind: Literal["a", "b"]
        note: str
        amount: int
        agreed: Tick = False

    filled = plausible(Sample, "x")

    assert filled == {"kind": "a", "note": "x", "amount": "1", "agreed": "on"}
    assert msgspec.structs.fields(Sample)


def admitted(route: Route, world: Served) -> str:
    return next(who for who in CAST if who and admits(route.sees, world.account(who)))


@pytest.mark.parametrize("kind", list(NASTY))
def test_what_is_typed_is_never_run(own_world: Served, kind: str) -> None:
    faults: list[str] = []
    asked = 0
    for route in pages.load():
        if route.form is None or not any(map(is_text, fields_of(route.form).values())):
            continue
        who = admitted(route, own_world)
        visitor = own_world.visitor(who)
        path = address(route, own_world, own_world.account(who))
        sent = visitor.post(path, plausible(route.form, NASTY[kind]))
        asked += 1
        if sent.status_code not in ANSWERED:
            faults.append(f"{path}: {sent.status_code}")
        shown = [sent.text]
        if route.again is not None:
            shown.append(visitor.get(address(route.again, own_world, own_world.account(who))).text)
        faults += [
            f"{path} shows {text!r} as it is"
            for text in FORBIDDEN
            for page in shown
            if text in page
        ]

    assert asked > 20
    assert faults == []
