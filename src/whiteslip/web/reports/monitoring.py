"""The report of a model in use: whether the people it meets have changed, and whether it still tells them apart."""

from __future__ import annotations

from collections.abc import Sequence

from whiteslip.decisioning.monitoring.model import Finding
from whiteslip.decisioning.samples.distributions import Alarm
from whiteslip.decisioning.samples.fitted import Fitted
from whiteslip.flows.monitor_model import Monitored
from whiteslip.web.axes import DASH, Unit
from whiteslip.web.plots import Bar, Cell, Html, page, section, side_by_side, table, tiles
from whiteslip.web.reports import measured

SAYS = {
    Alarm.CLEAR: "Nothing has moved.",
    Alarm.WATCH: "Something has moved; it should be watched.",
    Alarm.ACT: "Something has moved so far that it asks for action.",
    Alarm.UNKNOWN: "There are too few rows or endings to say everything.",
}
TONES = {Alarm.CLEAR: 2, Alarm.WATCH: 1, Alarm.ACT: 4, Alarm.UNKNOWN: 5}
FULL_BAR = 0.5
"""A stability index of this size fills its bar."""


def monitoring_report(fitted: Fitted, found: Sequence[Monitored], *, file: str) -> str:
    """Return the comparison of a table with the one that was learned from, as an HTML page."""
    rows = found[0].report.rows if found else 0
    lead = f"{rows:,} rows of {file} beside the {fitted.rows:,} of {fitted.source.file}."
    blocks = [block for each in found for block in _model(fitted, each)]
    return page(f"{fitted.name}, version {fitted.version}", blocks, lead=lead, over="Monitoring")


def _model(fitted: Fitted, found: Monitored) -> list[Html]:
    report = found.report
    mark = {Alarm.CLEAR: "good", Alarm.ACT: "bad"}.get(report.alarm, "")
    shown = {
        "rows": f"{report.rows:,}",
        "ended badly": DASH if report.bads is None else f"{report.bads:,}",
        "alarm": report.alarm.value,
    }
    kind = found.kind.capitalize()
    moved = [each for each in report.findings if each.figure.startswith("PSI")]
    other = [each for each in report.findings if not each.figure.startswith("PSI")]
    head = ["figure", "when fitted", "today", "asks for"]
    blocks = [
        section(kind, [tiles(shown), SAYS[report.alarm]], mark=mark),
        section(
            f"{kind}: has anybody moved?", [table(["figure", "PSI", "asks for"], _moved(moved))]
        ),
        section(f"{kind}: is it as good?", [table(head, [_row(each) for each in other])]),
    ]
    learned = fitted.of_kind(found.kind)
    if found.today is not None and learned is not None:
        unit, x = (
            (Unit.NUMBER, "points") if found.kind == "scorecard" else (Unit.SHARE, "probability")
        )
        curves = side_by_side(
            [measured.roc(found.today, before=learned.cross), measured.calibration(found.today)]
        )
        bands = measured.bands(found.today, unit=unit, x=x)
        blocks.append(section(f"{kind}: today's endings", [curves, bands]))
    return blocks


def _moved(findings: Sequence[Finding]) -> list[list[Cell]]:
    ordered = sorted(findings, key=lambda each: -(each.today or 0.0))
    return [
        [
            each.figure.removeprefix("PSI of "),
            Bar(
                text=DASH if each.today is None else f"{each.today:.3f}",
                share=(each.today or 0.0) / FULL_BAR,
                tone=TONES[each.alarm],
            ),
            each.alarm.value,
        ]
        for each in ordered
    ]


def _row(finding: Finding) -> list[Cell]:
    before, today = (
        DASH if value is None else f"{value:.3f}" for value in (finding.reference, finding.today)
    )
    return [finding.figure, before, today, finding.alarm.value]
