"""The report of a planted world: one HTML page with tables and plots that stands alone."""

from __future__ import annotations

from statistics import fmean

from whiteslip.web import plots
from whiteslip.web.plots import Axis, Html, Unit
from whiteslip.world.threats.arms import OFF, ON
from whiteslip.world.threats.experiment import Experiment
from whiteslip.world.threats.labels import LIFE
from whiteslip.world.threats.telling import PLANTED, precision, recall, stopped, tables

_MAJOR = 100


def render(found: Experiment) -> str:
    """Return everything that was measured as one HTML page."""
    lead = (
        f"{found.world.shoppers:,} made-up people a seed who live {found.world.days} days through the platform's own"
        " journeys, the same people and dice in every arm. Figures come from its records, joined with labels that no"
        " decision can read; what people, thieves and reviewers do is assumed."
    )
    blocks: list[Html] = []
    if found.faults:
        blocks.append(plots.section("Read this first", [plots.bullets(found.faults)], mark="bad"))
    blocks.append(
        plots.section("Arms", [plots.bullets([f"{arm.name}: {arm.says}" for arm in found.arms])])
    )
    blocks += _plots(found)
    blocks += [
        plots.section(each.title, [plots.table(list(each.head), [list(row) for row in each.rows])])
        for each in tables(found)
    ]
    return plots.page("What was planted, and what was seen", blocks, lead=lead, over="Experiment")


def _plots(found: Experiment) -> list[Html]:
    """Draw what was seen, what left, and who was stopped, as far as the arms tell it."""
    names = [arm.name for arm in found.arms]
    if ON.name not in names or not found.of(ON.name):
        return []
    figures, kinds = found.of(ON.name), [str(kind) for kind in PLANTED]
    share = Axis(label="share", unit=Unit.SHARE, least=0, most=1)
    seen = plots.bars(
        "Fraud that was seen",
        kinds,
        {
            "seen": [recall(figures, kind).mean for kind in PLANTED],
            "in time": [recall(figures, kind, in_time=True).mean for kind in PLANTED],
            "of alarms, fraud": [precision(figures, kind).mean for kind in PLANTED],
        },
        y=share,
    )
    honest = plots.bars(
        "Life events in which an honest person was stopped",
        [str(kind) for kind in LIFE],
        {"stopped": [stopped(figures, kind).mean for kind in LIFE]},
        y=Axis(label="share of events", unit=Unit.SHARE, least=0),
    )
    drawn = [seen, honest]
    if OFF.name in names:
        lost = {
            name: [
                fmean(one.seen[kind].lost_minor / _MAJOR for one in found.of(name))
                for kind in PLANTED
            ]
            for name in (OFF.name, ON.name)
        }
        y = Axis(label="CNY a seed", unit=Unit.COUNT, least=0)
        drawn.insert(1, plots.bars("Money that left by fraud", kinds, lost, y=y))
    return [plots.section("At a glance", drawn)]
