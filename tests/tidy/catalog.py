"""What a database says of itself: its tables, keys and plans, as texts that can be compared."""

from __future__ import annotations

from typing import Any, NamedTuple

import psycopg
from tests.tidy.statements import numbered
from tests.tidy.tree import Source

RINGS = (
    "infra",
    "money/ledger",
    "money/merchants",
    "money/products",
    "money/schedules",
    "money/disclosures",
    "money/lines",
    "money/purchases",
    "money/sessions",
    "money/statements",
    "money/mandates",
    "money/results",
    "money/debits",
    "money/repayments",
    "money/arrears",
    "money/settlement",
    "money/funding",
    "money/collections",
    "money/suspense",
    "money/payoffs",
    "money/splits",
    "money/chargeoffs",
    "money/goodwill",
    "money/returns",
    "money/corrections",
    "decisioning",
    "credit",
    "risk",
    "care",
)

# Each query returns (what, definition). Generated names count too: a constraint is dropped by name.
CATALOG = {
    "tables": """
        SELECT format('%I.%I', n.nspname, c.relname),
            concat_ws(' ', c.relkind, c.relpersistence, c.reloptions)
        FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
        WHERE c.relkind IN ('r', 'p', 'v', 'm', 'S', 'f') AND n.nspname = ANY($1)
    """,
    "columns": """
        SELECT format('%I.%I %s', n.nspname, c.relname,
                (SELECT count(*) FROM pg_attribute AS b WHERE b.attrelid = c.oid AND b.attnum > 0
                    AND b.attnum <= a.attnum AND NOT b.attisdropped)),
            concat_ws(' ', a.attname, format_type(a.atttypid, a.atttypmod),
                CASE WHEN a.attnotnull THEN 'NOT NULL' END,
                'DEFAULT ' || pg_get_expr(d.adbin, d.adrelid),
                a.attidentity, a.attgenerated, a.attcollation::regcollation)
        FROM pg_attribute AS a
        JOIN pg_class AS c ON c.oid = a.attrelid
        JOIN pg_namespace AS n ON n.oid = c.relnamespace
        LEFT JOIN pg_attrdef AS d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
        WHERE a.attnum > 0 AND NOT a.attisdropped
            AND c.relkind IN ('r', 'p', 'v', 'm') AND n.nspname = ANY($1)
    """,
    "constraints": """
        SELECT format('%I.%I %I', n.nspname, c.relname, k.conname), pg_get_constraintdef(k.oid)
        FROM pg_constraint AS k
        JOIN pg_class AS c ON c.oid = k.conrelid
        JOIN pg_namespace AS n ON n.oid = c.relnamespace
        WHERE n.nspname = ANY($1)
    """,
    "indexes": """
        SELECT format('%I.%I', n.nspname, c.relname), pg_get_indexdef(c.oid)
        FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
        WHERE c.relkind IN ('i', 'I') AND n.nspname = ANY($1)
    """,
    "types": """
        SELECT format('%I.%I', n.nspname, t.typname),
            concat_ws(' ', t.typtype,
                (SELECT string_agg(e.enumlabel, ', ' ORDER BY e.enumsortorder)
                    FROM pg_enum AS e WHERE e.enumtypid = t.oid))
        FROM pg_type AS t JOIN pg_namespace AS n ON n.oid = t.typnamespace
        WHERE t.typtype IN ('e', 'd', 'r') AND n.nspname = ANY($1)
    """,
    "sequences": """
        SELECT format('%I.%I', schemaname, sequencename),
            concat_ws(' ', data_type, start_value, min_value, max_value,
                increment_by, cycle, cache_size)
        FROM pg_sequences WHERE schemaname = ANY($1)
    """,
    "functions": """
        SELECT p.oid::regprocedure::text, pg_get_functiondef(p.oid)
        FROM pg_proc AS p JOIN pg_namespace AS n ON n.oid = p.pronamespace
        WHERE p.prokind IN ('f', 'p') AND n.nspname = ANY($1)
    """,
    "triggers": """
        SELECT format('%I.%I %I', n.nspname, c.relname, t.tgname), pg_get_triggerdef(t.oid)
        FROM pg_trigger AS t
        JOIN pg_class AS c ON c.oid = t.tgrelid
        JOIN pg_namespace AS n ON n.oid = c.relnamespace
        WHERE NOT t.tgisinternal AND n.nspname = ANY($1)
    """,
    "statistics": """
        SELECT format('%I.%I', n.nspname, s.stxname), pg_get_statisticsobjdef(s.oid)
        FROM pg_statistic_ext AS s JOIN pg_namespace AS n ON n.oid = s.stxnamespace
        WHERE n.nspname = ANY($1)
    """,
}

KEYS = """
    SELECT format('%I.%I', n.nspname, c.relname), coalesce(ic.relname, ''), i.indisprimary,
        (SELECT array_agg(coalesce(a.attname, '') ORDER BY key.place)
            FROM unnest(i.indkey::smallint[]) WITH ORDINALITY AS key (attnum, place)
            LEFT JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum = key.attnum),
        (SELECT array_agg(a.attname) FROM pg_attribute AS a
            WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped)
    FROM pg_class AS c
    JOIN pg_namespace AS n ON n.oid = c.relnamespace
    LEFT JOIN pg_index AS i ON i.indrelid = c.oid AND i.indisunique
    LEFT JOIN pg_class AS ic ON ic.oid = i.indexrelid
    WHERE c.relkind IN ('r', 'p') AND n.nspname = ANY($1)
"""


class Key(NamedTuple):
    """A unique index of a table, or (with no name) a table that has none."""

    table: str
    name: str
    is_primary: bool | None
    columns: list[str] | None
    table_columns: list[str]


def _fetch(db: psycopg.Connection[Any], query: str, schemas: list[str]) -> list[tuple[Any, ...]]:
    # A raw cursor, since format() has percent signs of its own.
    with psycopg.RawCursor(db) as cursor:
        return cursor.execute(query.encode(), [schemas]).fetchall()


def describe(db: psycopg.Connection[Any], schemas: list[str]) -> dict[str, dict[str, str]]:
    """Describe the schemas of a database completely enough that equal texts mean equal tables."""
    return {kind: dict(_fetch(db, query, schemas)) for kind, query in CATALOG.items()}


def differences(one: dict[str, dict[str, str]], other: dict[str, dict[str, str]]) -> list[str]:
    """Name everything two descriptions do not share."""
    return [
        f"{kind} {what}: {one[kind].get(what)!r} ≠ {other[kind].get(what)!r}"
        for kind in one
        for what in sorted(one[kind].keys() | other[kind].keys())
        if one[kind].get(what) != other[kind].get(what)
    ]


def keys(db: psycopg.Connection[Any], schemas: list[str]) -> list[Key]:
    """Read every unique index of every table, and the tables that have none."""
    return [Key(*row) for row in _fetch(db, KEYS, schemas)]


def key_faults(found: list[Key], exempt: frozenset[str]) -> list[str]:
    """Name each table that could not be distributed by its owner."""
    faults: list[str] = []
    for key in found:
        owner = next(
            (name for name in ("customer_id", "merchant_id") if name in key.table_columns), None
        )
        if owner is None or key.table in exempt:
            continue
        if key.columns is None:
            faults.append(f"{key.table}: has no key")
        elif key.columns[0] != owner:
            faults.append(f"{key.table}: {key.name} does not lead with {owner}")
    primary = {key.table for key in found if key.is_primary}
    faults += [f"{table}: has no primary key" for table in {key.table for key in found} - primary]
    return sorted(faults)


def ring_of(source: Source) -> int:
    """Say how far out the owner of a schema.sql stands; its tables may refer inward only."""
    folder = "/".join(source.inside[:-1])
    return next(
        index for index, ring in enumerate(RINGS) if folder == ring or folder.startswith(f"{ring}/")
    )


def explain(db: psycopg.Connection[Any], source: Source) -> str | None:
    """Plan a statement without running it; return what the server objects to, if anything."""
    statement, names = numbered(source.text)
    statement = statement.rstrip().rstrip(";")
    try:
        with db.transaction(force_rollback=True):
            if db.info.server_version >= 160000:
                db.execute(f"EXPLAIN (GENERIC_PLAN) {statement}".encode())
            else:
                nulls = f"({', '.join(['NULL'] * len(names))})" if names else ""
                db.execute(f"PREPARE planned AS {statement}".encode())
                db.execute(f"EXPLAIN EXECUTE planned{nulls}".encode())
    except psycopg.Error as error:
        return f"{source.path}: {str(error).splitlines()[0]}"
    finally:
        if db.info.server_version < 160000:
            db.execute("DEALLOCATE ALL")
    return None
