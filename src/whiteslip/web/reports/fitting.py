"""The report of a fitted model: how well it tells good from bad, by what, and what was done to each column."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby, pairwise

from whiteslip.decisioning.samples.fitted import (
    Fitted,
    GroupRow,
    Learned,
    Spread,
    Strength,
)
from whiteslip.decisioning.samples.profiling import Fate
from whiteslip.decisioning.scorecards.model import Bin, NumberVariable, Scorecard, Variable
from whiteslip.web.axes import DASH, Unit, figure, number
from whiteslip.web.plots import (
    Bar,
    Cell,
    Html,
    bullets,
    folded,
    page,
    section,
    side_by_side,
    table,
    tiles,
)
from whiteslip.web.reports import measured

TITLES = {"scorecard": "Scorecard", "boosted": "Boosted trees"}
MOST_STRENGTHS = 15
MOST_LABELS = 12


def fitting_report(fitted: Fitted, card: Scorecard | None) -> str:
    """Return the report as an HTML page; `card` is the scorecard of the model, if it has one."""
    share = share_text(fitted.bads / fitted.rows)
    lead = (
        f"Foretells {fitted.target} from {fitted.source.file}: {fitted.rows:,} rows, "
        f"of which {fitted.bads:,} ({share}) ended badly."
    )
    blocks = [
        _summary(fitted),
        *(_quality(each) for each in fitted.learned),
        _strengths(fitted),
        *([_points(card)] if card else []),
        _columns(fitted),
        _bins(fitted.spreads),
        *([_groups(fitted)] if fitted.groups else []),
        _how(fitted),
    ]
    kinds = " and ".join(TITLES[each.kind].lower() for each in fitted.learned)
    return page(
        f"{fitted.name}, version {fitted.version}", blocks, lead=lead, over=kinds.capitalize()
    )


def share_text(share: float) -> str:
    """Write a share as percent."""
    return figure(share, Unit.SHARE)


def _summary(fitted: Fitted) -> Html:
    parts: list[str] = []
    for each in fitted.learned:
        cross = each.cross
        shown = {
            f"AUC, {len(each.folds)} folds": f"{cross.auc:.3f}",
            "Gini": f"{cross.gini:.3f}",
            "KS": f"{cross.ks:.3f}",
            "Brier score": f"{cross.brier:.4f}",
            "lift of the riskiest tenth": f"{cross.lift[0].lift:.1f} ×",
            "calibration error": share_text(cross.calibration_error),
        }
        parts += [Html(f"<h3>{TITLES[each.kind]}</h3>"), tiles(shown)]
    parts.append(
        "All figures are of rows the model had not seen: it was fitted anew for each fold, "
        "binning, selection and calibration included, and judged on the rows left out."
    )
    left_out = sum(each.fate not in {Fate.USED, Fate.TARGET} for each in fitted.columns)
    used = sum(each.fate == Fate.USED for each in fitted.columns)
    parts.append(f"{used} columns were offered to the model, {left_out} left out; see below why.")
    return section("In short", parts)


def _quality(learned: Learned) -> Html:
    cross = learned.cross
    unit, x = (
        (Unit.NUMBER, "points") if learned.kind == "scorecard" else (Unit.SHARE, "probability")
    )
    parts = [
        side_by_side([measured.roc(cross), measured.ks(cross)]),
        side_by_side([measured.calibration(cross), measured.lift(cross)]),
        measured.bands(cross, unit=unit, x=x),
        _folds(learned),
    ]
    return section(f"{TITLES[learned.kind]}: good from bad", parts)


def _folds(learned: Learned) -> Html:
    rows: list[list[Cell]] = [
        [str(place), each.rows, each.bads, f"{each.auc:.3f}", f"{each.ks:.3f}", f"{each.psi:.3f}"]
        for place, each in enumerate(learned.folds, 1)
    ]
    rows.append(["all", learned.cross.rows, learned.cross.bads, f"{learned.cross.auc:.3f}"])
    rows[-1] += [f"{learned.cross.ks:.3f}", DASH]
    own = (
        f"On the very rows it learned from the model has an AUC of {learned.own_auc:.3f} and a KS of "
        f"{learned.own_ks:.3f}; what is above the folds' figures is flattery. PSI compares the scores "
        "of a fold with those of the rows its model learned from; below 0.1 is steady."
    )
    head = ["fold", "rows", "bad", "AUC", "KS", "PSI"]
    return Html(f"<h3>Fold by fold</h3>{table(head, rows)}<p>{own}</p>")


def _strengths(fitted: Fitted) -> Html:
    parts: list[str] = []
    for each in fitted.learned:
        measure = "spread of its points" if each.kind == "scorecard" else "gain of its splits"
        moved = _shares(each.strengths, ["column", f"share by {measure}"])
        told = _shares(
            each.reasons, ["column", "among the four worst for the riskiest fifth"], tone=1
        )
        heading = f"<h3>{TITLES[each.kind]}</h3>" if len(fitted.learned) > 1 else ""
        parts += [Html(heading), side_by_side([moved, told])]
    return section("What matters, and what is held against people", parts)


def _shares(strengths: Sequence[Strength], head: Sequence[str], *, tone: int = 0) -> Html:
    shown = strengths[:MOST_STRENGTHS]
    most = max((each.share for each in shown), default=1.0)
    rows: list[list[Cell]] = [
        [each.column, Bar(text=share_text(each.share), share=each.share / most, tone=tone)]
        for each in shown
    ]
    return table(head, rows)


def _points(card: Scorecard) -> Html:
    intro = (
        f"A person of whom nothing is known starts with {card.start_points:.0f} points; each column "
        f"adds or takes some. {card.base_points:.0f} points stand for {card.base_odds:g} good endings "
        f"to one bad, and {card.pdo:g} points more double that."
    )
    head = ["value", "points", "rows", "bad rate"]
    parts: list[str] = [intro]
    for variable in card.variables:
        bins = variable.slots
        most = max(each.count for each in bins) or 1
        worst = max((each.bads / each.count for each in bins if each.count), default=1.0) or 1.0
        rows = [
            _bin_row(name, each, most, worst)
            for name, each in zip(_bin_names(variable), bins, strict=True)
            if each.count
        ]
        low, high = min(each.points for each in bins), max(each.points for each in bins)
        summary = f"{variable.name}: {low:+.0f} to {high:+.0f} points"
        parts.append(folded(summary, [table(head, rows)]))
    return section("The points", parts)


def _bin_row(name: str, each: Bin, most: int, worst: float) -> list[Cell]:
    rate = each.bads / each.count if each.count else 0.0
    return [
        name,
        f"{each.points:+.1f}",
        Bar(text=f"{each.count:,}", share=each.count / most),
        Bar(text=share_text(rate), share=rate / worst, tone=1),
    ]


def _bin_names(variable: Variable) -> list[str]:
    if isinstance(variable, NumberVariable):
        specials = [f"code {special.value:g}" for special in variable.specials]
        return [*range_names(variable.cuts), *specials, "missing"]
    groups = [shortened_list(group.labels) for group in variable.groups]
    return [*groups, "any other", "missing"]


def range_names(cuts: Sequence[float]) -> list[str]:
    """Name the ranges between ascending cuts."""
    if not cuts:
        return ["any amount"]
    middle = [f"{number(low)} to < {number(high)}" for low, high in pairwise(cuts)]
    return [f"< {number(cuts[0])}", *middle, f"≥ {number(cuts[-1])}"]


def shortened_list(labels: Sequence[str]) -> str:
    """Join labels, the first dozen of them."""
    shown = ", ".join(labels[:MOST_LABELS])
    return f"{shown} and {len(labels) - MOST_LABELS} more" if len(labels) > MOST_LABELS else shown


def _columns(fitted: Fitted) -> Html:
    used = [each for each in fitted.columns if each.fate == Fate.USED]
    out = [each for each in fitted.columns if each.fate not in {Fate.USED, Fate.TARGET}]
    head = ["column", "read as", "missing", "distinct", "AUC alone", "drift", "what was done"]
    rows: list[list[Cell]] = [
        [
            each.name,
            each.kind,
            share_text(each.missing / fitted.rows) if each.missing else "0",
            each.distinct,
            f"{each.auc_alone:.3f}" if each.auc_alone is not None else DASH,
            f"{each.drift:.3f}" if each.drift is not None else DASH,
            "; ".join(each.notes) or "taken as it is",
        ]
        for each in used
    ]
    parts: list[str] = [
        (
            "AUC alone is what the column by itself tells, learned on one half of the rows and judged on "
            "the other; 0.5 is nothing. Drift is the PSI of the second half of the file against the "
            "first; above 0.1 the rows changed along the file."
        ),
        table(head, rows, caption=f"{len(used)} columns offered to the model"),
    ]
    if out:
        left = [[each.name, each.fate, "; ".join(each.notes) or DASH] for each in out]
        parts.append(table(["column", "left out as", "why"], left, caption=f"{len(out)} left out"))
    return section("What was done to each column", parts)


def _bins(spreads: Sequence[Spread]) -> Html:
    parts = [folded(each.column, [_spread_table(each)]) for each in spreads]
    intro = "Rows and bad rate of every column offered, in about equal parts, whatever a model made of it."
    return section("The columns and the bad rate", [intro, *parts])


def _spread_table(spread: Spread) -> Html:
    names = ["missing", *(f"code {value:g}" for value in spread.specials)]
    names += range_names(spread.edges) if spread.edges is not None else []
    if spread.labels is not None:
        names = ["missing", "any other", *spread.labels]
    most = max(spread.counts, default=1) or 1
    rates = [
        bad / count if count else 0.0 for bad, count in zip(spread.bads, spread.counts, strict=True)
    ]
    worst = max(rates, default=1.0) or 1.0
    rows: list[list[Cell]] = [
        [
            name,
            Bar(text=f"{count:,}", share=count / most),
            Bar(text=share_text(rate), share=rate / worst, tone=1),
        ]
        for name, count, rate in zip(names, spread.counts, rates, strict=True)
        if count
    ]
    return table(["value", "rows", "bad rate"], rows)


def _groups(fitted: Fitted) -> Html:
    intro = (
        "Nothing was learned from these columns; here it is checked how the model treats the groups. "
        "Where the foretold rate lies above the observed one, a group is judged too harshly."
    )
    head = ["group", "rows", "foretold", "observed", "in the riskiest fifth"]
    parts: list[str] = [intro]
    for column, found in groupby(fitted.groups, key=lambda each: each.column):
        parts.append(table(head, map(_group_row, found), caption=column))
    return section("Protected groups", parts)


def _group_row(group: GroupRow) -> list[Cell]:
    return [
        group.label,
        group.rows,
        share_text(group.expected),
        share_text(group.observed),
        share_text(group.riskiest),
    ]


def _how(fitted: Fitted) -> Html:
    bad, good = shortened_list(fitted.bad), shortened_list(fitted.good)
    facts = [
        (
            f"Table: {fitted.source.file} ({fitted.source.kind}), {fitted.source.rows:,} rows, "
            f"SHA-256 {fitted.source.checksum}"
        ),
        f"Target: {fitted.target}; bad is {bad}, good is {good}",
        f"Seed: {fitted.seed}",
        *fitted.source.notes,
        *(note for each in fitted.columns if each.fate == Fate.TARGET for note in each.notes),
        *_model_notes(fitted.learned),
    ]
    return section("How it was made", [bullets(facts)])


def _model_notes(learned: Sequence[Learned]) -> Iterator[str]:
    for each in learned:
        yield from (f"{TITLES[each.kind]}: {note}" for note in each.notes)
