"""Migrations and schema files agree, keys lead with their owner, and every statement plans."""

from __future__ import annotations

import psycopg
import pytest
from tests.tidy import catalog, tree
from tests.tidy.statements import first_word, is_composed
from tests.tidy.tree import Source

from whiteslip.infra.database import Connection

SCHEMAS = ["infra", *tree.STREAMS]

# Tables of the coordinator, of a class of their own: an idempotency key belongs to its caller, who
# may act for many customers; the outbox is read in the order it was written; an API key is looked
# up by its hash, an account by its name, and a link by its hash. They are never distributed.
NOT_DISTRIBUTED = frozenset(
    {
        "infra.outbox",
        "infra.idempotency_key",
        "infra.api_key",
        "infra.account",
        "infra.entry_link",
    }
)

# The server has no plan for these; their tables are checked by the tests that run them.
UNPLANNED = frozenset({"COPY", "LOCK", "SET"})

# Statements with a hole that a compiled rule book fills: their store's own tests plan and run them.
COMPOSED = frozenset(
    {
        "src/whiteslip/decisioning/features/sql/compute_scores.sql",
        "src/whiteslip/risk/watching/sql/find_differences.sql",
        "src/whiteslip/decisioning/rulebooks/sql/compare_versions.sql",
    }
)


def test_the_schema_files_give_what_the_migrations_give(db: Connection, empty_dsn: str) -> None:
    files = sorted(tree.schemas(), key=lambda source: (catalog.ring_of(source), source.path))
    assert files
    with psycopg.connect(empty_dsn, autocommit=True) as fresh:
        for source in files:
            fresh.execute(source.text.encode())
        written = catalog.describe(fresh, SCHEMAS)

    assert written["tables"], "no tables were compared"
    assert catalog.differences(catalog.describe(db, SCHEMAS), written) == []


@pytest.mark.parametrize(
    "change",
    [
        "ALTER TABLE money.line ALTER COLUMN held_minor SET DEFAULT 1",
        "ALTER TABLE money.line ALTER COLUMN turn DROP NOT NULL",
        "ALTER TABLE money.line ADD COLUMN note text",
        "ALTER TABLE money.line SET (fillfactor = 61)",
        "ALTER TABLE money.line ADD CONSTRAINT odd CHECK (turn >= 0)",
        "CREATE INDEX odd ON money.line (opened_on)",
        "CREATE SEQUENCE money.odd",
        "ALTER TYPE money.account ADD VALUE 'odd'",
        "CREATE FUNCTION money.odd() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    ],
)
def test_control_no_difference_goes_unseen(db: Connection, change: str) -> None:
    before = catalog.describe(db, SCHEMAS)
    db.execute(change.encode())

    assert catalog.differences(before, catalog.describe(db, SCHEMAS))


def test_every_key_leads_with_its_owner(db: Connection) -> None:
    keys = catalog.keys(db, SCHEMAS)

    assert sum("customer_id" in key.table_columns for key in keys) > 1
    assert catalog.key_faults(keys, NOT_DISTRIBUTED) == []
    assert {key.table for key in keys} >= NOT_DISTRIBUTED, "an exemption outlived its table"


def test_control_keys_that_do_not_lead_with_their_owner_are_found(db: Connection) -> None:
    db.execute(
        """
        CREATE TABLE money.one (customer_id bigint, n bigint, PRIMARY KEY (n, customer_id));
        CREATE TABLE money.two (customer_id bigint PRIMARY KEY, ref text UNIQUE);
        CREATE TABLE money.three (merchant_id bigint, n bigint PRIMARY KEY);
        CREATE TABLE money.four (customer_id bigint);
        CREATE TABLE money.five (customer_id bigint PRIMARY KEY, ref text);
        CREATE UNIQUE INDEX five_expression ON money.five (lower(ref), customer_id)
        """
    )

    assert catalog.key_faults(catalog.keys(db, SCHEMAS), NOT_DISTRIBUTED) == [
        "money.five: five_expression does not lead with customer_id",
        "money.four: has no key",
        "money.four: has no primary key",
        "money.one: one_pkey does not lead with customer_id",
        "money.three: three_pkey does not lead with merchant_id",
        "money.two: two_ref_key does not lead with customer_id",
    ]


def test_every_statement_plans_on_the_migrated_schema(db: Connection) -> None:
    found = [
        source
        for source in tree.statements()
        if first_word(source.text) not in UNPLANNED and source.path not in COMPOSED
    ]
    assert found

    assert [fault for source in found if (fault := catalog.explain(db, source))] == []


def test_only_the_named_statements_are_composed() -> None:
    composed = {source.path for source in tree.statements() if is_composed(source.text)}

    assert composed == COMPOSED
    assert is_composed("SELECT 1 FROM (\n    /* facts */\n) AS fact")
    assert not is_composed("SELECT (/* why: a note */ 1)")


@pytest.mark.parametrize(
    ("text", "objection"),
    [
        ("SELECT line.nothing FROM money.line", "does not exist"),
        ("SELECT 1 FROM money.nowhere", "does not exist"),
        ("UPDATE money.line SET turn = %(turn)b::text", "type"),
        ("SELECT FROM WHERE", "syntax"),
    ],
)
def test_control_a_statement_that_does_not_plan_is_found(
    db: Connection, text: str, objection: str
) -> None:
    fault = catalog.explain(db, Source("bad.sql", f"-- A planted fault.\n{text};\n"))

    assert fault is not None
    assert objection in fault


def test_a_statement_with_placeholders_plans(db: Connection) -> None:
    text = (
        "-- Read lines.\nSELECT line_id FROM money.line\n"
        "WHERE customer_id = ANY(%(ids)b::bigint[]) AND turn %% 2 = %(rest)s::bigint\n"
        "    AND line_id = ANY(%(ids)b::bigint[])\n"
    )

    assert catalog.explain(db, Source("good.sql", text)) is None
    assert catalog.explain(db, Source("again.sql", text)) is None
