"""Filling clauses with figures, citing them, and which version binds a line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from whiteslip.credit.agreements.model import (
    PROMISES,
    Agreement,
    Bound,
    Citation,
    FilledClause,
    Words,
    family_of,
)
from whiteslip.credit.agreements.reading import FIGURE
from whiteslip.kernel.errors import InvalidInput, invariant
from whiteslip.kernel.reason import Reason

LANGUAGES = Words._fields
"""The languages agreements are written in; each is as good as the other."""


def fill(
    agreement: Agreement, figures: Mapping[str, Words], *, language: str
) -> tuple[FilledClause, ...]:
    """Fill the clauses with figures, in a language of `LANGUAGES`; a figure that is missing is our mistake."""
    invariant(language in LANGUAGES, f"agreements are not written in {language!r}")
    place = LANGUAGES.index(language)
    known = {name: words[place] for name, words in figures.items()}
    known |= {name: str(value) for name, value in agreement.promises.items()}
    known["notice_days"] = str(agreement.notice_days)
    return tuple(
        FilledClause(
            clause.number,
            clause.heading[place],
            FIGURE.sub(lambda match: known[match[1]], clause.text[place]),
        )
        for clause in agreement.clauses
    )


def letter(title: str, clauses: Sequence[FilledClause]) -> str:
    """Write an agreement out as plain text: its title, then each clause under its number."""
    parts = [f"{clause.number}. {clause.heading}\n{clause.text}" for clause in clauses]
    return "\n\n".join([title, *parts])


def cite(agreement: Agreement, what: str, reasons: Sequence[Reason] = ()) -> Citation | None:
    """Find the clause something rests on; that of its first reason's family goes before the general one."""
    cited = {name: clause for clause in agreement.clauses for name in clause.cites}
    names = [family_of(what, reason.code.split("-")[0]) for reason in reasons[:1]]
    clause = next((cited[name] for name in (*names, what) if name in cited), None)
    if clause is None:
        return None
    title, version, number = agreement.title, agreement.version, clause.number
    return Citation(
        agreement.agreement_id,
        number,
        Words(
            f"依据《{title.zh}》（第 {version} 版）第 {number} 条“{clause.heading.zh}”。",
            f"Under clause {number}, “{clause.heading.en}”, of the {title.en}, version {version}.",
        ),
    )


def check_version(
    asked: int | None, live: Agreement, *, where: str = "agreement_version"
) -> InvalidInput | None:
    """Refuse a version that is not in force for new acceptances, naming the one that is; None asks for that one."""
    if asked in {None, live.version}:
        return None
    return InvalidInput(
        f"version {asked} of the {live.name} is not in force, version {live.version} is",
        where=where,
    )


def effective_on(bound_by: int, versions: Sequence[Agreement], *, on: date) -> date | None:
    """Say when the newest of some versions takes effect for a line by notice alone; None if it must be accepted.

    Favorable against the version before says nothing against older ones: one step that needs accepting and was not
    accepted lies in the way of all later ones.
    """
    newest = max(versions, key=lambda agreement: agreement.version)
    ahead = [agreement for agreement in versions if agreement.version > bound_by]
    if any(agreement.needs_acceptance for agreement in ahead):
        return None
    return on + timedelta(days=newest.notice_days)


def broken_promises(agreement: Agreement, kept: Mapping[str, int]) -> list[str]:
    """Name what an agreement promises and the policies in force do not keep; a promise nobody answers for is broken."""
    return [
        name
        for name, promised in agreement.promises.items()
        if name not in kept
        or (PROMISES[name] is Bound.LEAST and kept[name] < promised)
        or (PROMISES[name] is Bound.MOST and kept[name] > promised)
    ]
