"""The text of a rule book as a table: every shipped book comes back as it was, and one rule changes alone."""

from __future__ import annotations

import pytest

from whiteslip.kernel.errors import InvalidInput, NotFound
from whiteslip.views import rule_books
from whiteslip.web import rule_text

BOOKS = ("watch", "checkout", "application", "limits")


@pytest.mark.parametrize("name", BOOKS)
def test_each_rule_of_a_shipped_book_is_put_back_without_changing_its_meaning(name: str) -> None:
    body = rule_books.shipped(name)
    rows = rule_text.rules(body)
    text = body
    for row in rows:
        text = rule_text.put(text, row)

    assert rule_text.rules(text) == rows
    assert rule_books.look(text, file=name).problems == ()
    assert text.split("[[rule]]", 1)[0] == body.split("[[rule]]", 1)[0]


def test_one_rule_changes_and_every_other_line_stays() -> None:
    body = rule_books.shipped("watch")
    rows = rule_text.rules(body)
    changed = rows[1]._replace(when="days_past_due >= 20", why='Three weeks; "quoted" — and é.')

    text = rule_text.put(body, changed)

    after = rule_text.rules(text)
    assert after[1] == changed
    assert [one for one in after if one.id != changed.id] == [
        one for one in rows if one.id != changed.id
    ]
    assert rule_text.changes(rows, after) == {
        changed.id: {"when": rows[1].when, "why": rows[1].why}
    }
    assert rule_text.changes(rows[1:], rows)[rows[0].id] == {}


def test_a_version_is_renumbered_and_a_book_without_one_is_refused() -> None:
    body = rule_books.shipped("watch")

    assert rule_books.parsed(rule_text.renumber(body, 7), file="watch").version == 7
    with pytest.raises(InvalidInput, match="does not say its version"):
        rule_text.renumber('name = "x"\n', 2)
    with pytest.raises(NotFound, match="no rule"):
        rule_text.put(body, rule_text.rules(body)[0]._replace(id="nobody"))


def test_what_is_wrong_is_named_at_its_cell() -> None:
    body = rule_books.shipped("watch")
    row = rule_text.rules(body)[0]
    for cell, value in {
        "when": "days_past_due >>= 1",
        "outcome": "explode",
        "reasons": ("NOPE-99",),
        "unknown": "maybe",
    }.items():
        text = rule_text.put(body, row._replace(**{cell: value}))
        with pytest.raises(InvalidInput) as wrong:
            rule_text.insist(rule_books.look(text, file="watch").problems, row.id)
        assert wrong.value.where == cell, wrong.value
