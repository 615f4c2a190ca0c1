"""The tables in which `whiteslip bench` shows rule books, scores and models beside their peers."""

from __future__ import annotations

from typing import Any

from rich.box import SIMPLE_HEAD
from rich.markup import escape
from rich.table import Table

from whiteslip.bench.fail_open import FailOpenReport
from whiteslip.bench.network import NetworkFigures
from whiteslip.bench.rules import RulesReport
from whiteslip.bench.scoring import ScoringReport
from whiteslip.bench.watch import WatchFigures
from whiteslip.cli.app import out, say


def print_rules(report: RulesReport) -> None:
    """Show speeds, and where the peer answers otherwise."""
    peer = report.peer
    table = _speeds(f"{report.rules} rules over {report.inputs} inputs")
    table.add_row("NumPy, one core", f"{report.rows_per_s:,.0f}", f"{report.single_us:.1f}")
    if report.sql_rows_per_s is not None:
        table.add_row("SQL, one process", f"{report.sql_rows_per_s:,.0f}", "")
    if peer is not None:
        table.add_row(peer.name, f"{peer.rows_per_s:,.0f}", f"{peer.single_us:.1f}")
    out.print(table)
    say(f"{report.rows:,} rows; {report.pinned}")
    if peer is not None:
        say(f"where all is known: {peer.known_equal:,} of {peer.known_rows:,} rows equal")
        say(
            f"where a fact a rule needs is missing: {peer.unknown_rows:,} rows, of which the peer is"
            f" milder on {peer.milder:,}"
        )
        for cause in peer.causes[:10]:
            say(f"  {cause.rule}: {cause.cause} ({cause.rows:,} rows)")
    for note in (*report.notes, *(f"FAULT: {fault}" for fault in report.faults)):
        say(note)


def print_scoring(report: ScoringReport) -> None:
    """Show speeds of a card and of trees beside those of their peers."""
    table = _speeds(f"A card of {report.variables} variables, and {report.boosted_trees} trees")
    table.add_row("scorecard", f"{report.rows_per_s:,.0f}", f"{report.single_us:,.1f}")
    if (peer := report.peer) is not None:
        table.add_row(peer.name, f"{peer.rows_per_s:,.0f}", f"{peer.single_us:,.1f}")
    table.add_row("boosted trees", f"{report.boosted_rows_per_s:,.0f}", "")
    table.add_row("LightGBM's own call", f"{report.booster_rows_per_s:,.0f}", "")
    out.print(table)
    say(f"{report.rows:,} rows; {report.pinned}")
    if peer is not None:
        say(f"largest difference of a score of the same card: {peer.largest_difference:g}")
    say(f"boosted trees for equal processor time: {report.boosted_ratio:.0%} of the library's own")
    for note in (*report.notes, *(f"FAULT: {fault}" for fault in report.faults)):
        say(note)


def _speeds(title: str) -> Table:
    table = Table(title=title, box=SIMPLE_HEAD)
    for name in ("", "rows a second", "one row, µs"):
        table.add_column(name, justify="right" if name else "left", no_wrap=True)
    return table


def print_fail_open(report: FailOpenReport) -> None:
    """Show what each engine does with each fault."""
    table = Table(title="The rule stops, the default lets pass", box=SIMPLE_HEAD)
    for name in ("fault", "Whiteslip", report.peer):
        table.add_column(name, overflow="fold")
    for row in report.rows:
        theirs = escape(row.theirs.text) if row.theirs else "not measured"
        table.add_row(
            row.case, escape(row.ours.text), f"[red]{theirs}[/]" if row.fails_open else theirs
        )
    out.print(table)
    for fault in report.faults:
        say(f"FAULT: ours lets pass {fault}")


def print_watch(report: WatchFigures) -> None:
    """Show how long a run over the whole book took, and how soon news has its effect."""
    say(
        f"{report.lines:,} lines in {report.seconds:g} s: scored by {report.variables} variables in"
        f" {report.score_seconds:g} s, judged by {report.rules} rules in {report.watch_seconds:g} s,"
        f" {report.transitions:,} lines changed; once more in {report.again_seconds:g} s;"
        f" {report.peak_mb:g} MB at most"
    )
    say(
        f"{report.events} customers of whom a bureau told: restricted in {report.event_ms_median:g} ms,"
        f" {report.event_ms_most:g} ms at most"
    )
    say(report.limits)
    for fault in report.faults:
        say(f"FAULT: {fault}")


def print_network(report: NetworkFigures) -> None:
    """Show how long a night's weaving took, and which of the planted rings it found."""
    say(
        f"{report.links:,} links of {report.accounts:,} accounts in {report.seconds:g} s: {report.sharing:,} share"
        f" something, in {report.communities:,} communities; {report.peak_mb:g} MB at most"
    )
    say(
        f"{report.found} of {report.planted} planted rings found, and {report.others} where none was planted"
    )
    say(report.limits)
    for fault in report.faults:
        say(f"FAULT: {fault}")


def print_models(found: dict[str, Any]) -> None:
    """Show how well and how fast each model learned, and what of a difference is beyond chance."""
    title = (
        f"{found['table']}: {found['rows']:,} rows, {found['bads']:,} bad, {found['folds']} folds"
    )
    table = Table(title=title, box=SIMPLE_HEAD)
    for name in ("model", "AUC", "±", "KS", "seconds a fold"):
        table.add_column(name, justify="left" if name == "model" else "right")
    for name, figures in found["models"].items():
        table.add_row(
            name,
            f"{figures['auc']:.4f}",
            f"{figures['auc_spread']:.4f}",
            f"{figures['ks']:.4f}",
            f"{figures['seconds_a_fold']:.3f}",
        )
    out.print(table)
    for each in found["differences"]:
        chance = "beyond chance" if each["beyond_chance"] else "within chance"
        say(
            f"{each['ours']} less {each['peer']}: {each['auc']:+.4f} AUC"
            f" ({each['low']:+.4f} to {each['high']:+.4f}, {chance}),"
            f" in {each['times_the_seconds']:g} times the time"
        )
    say(f"source: {found['origin']}")
