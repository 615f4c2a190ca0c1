"""Problems: every error of ours has a number and a title, and says what a caller may do."""

from __future__ import annotations

import msgspec
import pytest

from whiteslip.api import problems
from whiteslip.kernel.errors import InvalidInput, InvariantBroken, Unavailable, WhiteslipError


@pytest.mark.parametrize("kind", WhiteslipError.__subclasses__())
def test_every_error_has_a_number(kind: type[WhiteslipError]) -> None:
    response = problems.of_error(kind("why"))

    assert response.status == msgspec.json.decode(response.body)["status"]
    assert (response.status == 500) == (kind is InvariantBroken)


def test_our_own_faults_are_not_explained_to_strangers() -> None:
    assert b"secret" not in problems.of_error(InvariantBroken("secret")).body


def test_where_names_the_field() -> None:
    told = msgspec.json.decode(problems.of_error(InvalidInput("odd", where="ends_on")).body)

    assert (told["where"], told["detail"]) == ("ends_on", "odd")


def test_what_may_be_tried_again_says_when() -> None:
    for code, kind in problems.KINDS.items():
        named = problems.headers(problems.problem(code, "why"))
        assert named["content-type"] == "application/problem+json"
        assert ("retry-after" in named) == (kind.status in {429, 503})


def test_a_text_with_a_lone_surrogate_can_be_told() -> None:
    assert problems.problem("not_found", "\ud800").status == 404


def test_no_error_class_is_forgotten() -> None:
    codes = {kind.code for kind in WhiteslipError.__subclasses__()}

    assert codes - problems.KINDS.keys() == {"invariant_broken"}


def test_a_fault_of_ours_gives_its_reason_in_both_languages_and_nothing_else_does() -> None:
    told = msgspec.json.decode(problems.of_error(Unavailable("busy")).body)

    (reason,) = told["reasons"]
    assert reason["code"] == "SYS-01"
    assert "与您的信用无关" in reason["says"]["zh"]
    assert "nothing to do with your credit" in reason["says"]["en"]
    others = problems.KINDS.keys() - {"unavailable"}
    assert not any(b"reasons" in problems.problem(code, "why").body for code in others)
