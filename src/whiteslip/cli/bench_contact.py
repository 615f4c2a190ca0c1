"""`whiteslip bench contact`: random schedules of messages in many time zones, and what an oracle says of them."""

from __future__ import annotations

import json
from dataclasses import fields
from typing import Annotated

import typer

from whiteslip.bench.contact import SCHEDULES, Bug, bench_contact
from whiteslip.cli.app import err, say
from whiteslip.cli.bench import FAULTY, AsJson, commands

CONTROLS = 1_000
"""Schedules with a planted bug; each bug shows in far fewer."""

Schedules = Annotated[int, typer.Option(min=1, help="How many are drawn.")]
Seed = Annotated[int, typer.Option(help="Another seed draws others.")]


@commands.command()
def contact(*, as_json: AsJson = False, schedules: Schedules = SCHEDULES, seed: Seed = 1) -> None:
    """Random schedules by the contact policy: none outside of it, and every planted bug found."""
    with err.status("bench: contact") as status:
        found = bench_contact(
            schedules=schedules,
            seed=seed,
            progress=lambda done, of: status.update(f"bench: contact, {done:,} of {of:,}"),
        )
        controls = {bug.value: +bench_contact(schedules=CONTROLS, bug=bug).faults for bug in Bug}
    faults = +found.faults
    unseen = [bug for bug, seen in controls.items() if not seen]
    if as_json:
        told = {field.name: getattr(found, field.name) for field in fields(found)}
        typer.echo(json.dumps({**told, "faults": faults, "controls": controls}))
    else:
        say(
            f"{found.schedules:,} schedules, {found.wanted:,} messages wanted, {found.sent:,} sent, "
            f"in {found.seconds:,.0f} s; looked over in {found.oracle_seconds:,.0f} s"
        )
        for name, counted in (("put off", found.put_off), ("dropped", found.dropped)):
            say(f"{name}: {', '.join(f'{why} {many:,}' for why, many in sorted(counted.items()))}")
        say(f"outside the policy: {sum(faults.values()):,}")
        for name, many in faults.items():
            say(f"FAULT: {name}: {many:,}")
        for bug, seen in controls.items():
            say(f"control, {bug}: {', '.join(f'{name} {many:,}' for name, many in seen.items())}")
    for bug in unseen:
        say(f"FAULT: the oracle does not see: {bug}")
    if faults or unseen:
        raise typer.Exit(FAULTY)
