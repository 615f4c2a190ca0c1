"""The repository keeps its shape, and each check is shown to bite on a planted fault."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import pytest
from tests.tidy import hygiene, shape, statements, tree
from tests.tidy.tree import Source

# What the size limit does not bind, each with its reason. Keep it short, or empty.
LONG_FOR_A_REASON: frozenset[str] = frozenset()

Checker = Callable[[Source], list[str]]


def faults(checker: Checker, sources: list[Source]) -> list[str]:
    """Run one checker over many files; a check that looks at nothing proves nothing."""
    assert sources, "no file was checked"
    return [fault for source in sources for fault in checker(source)]


@cache
def functions() -> dict[str, frozenset[str]]:
    """Name the functions of every module, by the module's path inside the package."""
    return {
        "/".join(source.inside): statements.defined_functions(source)
        for source in tree.sources(".py")
    }


def twins(source: Source) -> list[str]:
    return statements.missing_twins(source, functions())


def sql_files() -> list[Source]:
    return [source for source in tree.sources(".sql") if not source.is_migration]


def python_files() -> list[Source]:
    return tree.sources(".py") + tree.sources(".py", "tests")


def test_every_concept_package_has_the_one_shape() -> None:
    paths = [path for path in tree.paths() if path.startswith(f"{tree.PACKAGE}/")]

    assert any(path.split("/")[2] in tree.STREAMS for path in paths)
    assert [fault for path in paths for fault in shape.shape_faults(path)] == []
    assert [fault for path in paths for fault in shape.edgeless_names(path)] == []


@pytest.mark.parametrize(
    "path",
    [
        "src/whiteslip/money/lines/service.py",
        "src/whiteslip/money/lines/utils.py",
        "src/whiteslip/money/lines/notes.txt",
        "src/whiteslip/money/lines/Store.py",
        "src/whiteslip/money/lines/sql/take.py",
        "src/whiteslip/money/lines/sql/deep/take_holds.sql",
        "src/whiteslip/money/lines/data/terms.json",
        "src/whiteslip/money/loose.py",
        "src/whiteslip/risk/reviews/queue/model.py",
    ],
)
def test_control_what_has_no_place_is_found(path: str) -> None:
    assert shape.shape_faults(path)


@pytest.mark.parametrize(
    "path",
    [
        "src/whiteslip/money/__init__.py",
        "src/whiteslip/money/lines/__init__.py",
        "src/whiteslip/money/lines/rules.py",
        "src/whiteslip/money/lines/schema.sql",
        "src/whiteslip/money/lines/sql/place_holds.sql",
        "src/whiteslip/care/notices/data/reasons.toml",
        "src/whiteslip/infra/embedded/supervisor.py",
    ],
)
def test_what_has_a_place_is_left_alone(path: str) -> None:
    assert shape.shape_faults(path) == []


def test_control_edgeless_names_are_found_anywhere() -> None:
    assert shape.edgeless_names("src/whiteslip/web/helpers.py")
    assert not shape.edgeless_names("src/whiteslip/web/pages.py")


def test_packages_open_with_re_exports_at_most() -> None:
    packages = [
        source for source in tree.sources("/__init__.py") if source.inside[0] in tree.STREAMS
    ]

    assert faults(shape.init_faults, packages) == []


@pytest.mark.parametrize("extra", ["LIMIT = 3", "def f() -> None: ...", "if True:\n    pass"])
def test_control_logic_in_a_package_is_found(extra: str) -> None:
    assert shape.init_faults(Source("__init__.py", f'"""Lines."""\n{extra}\n'))
    assert not shape.init_faults(Source("__init__.py", '"""Lines."""\n__all__ = ["x"]\n'))


def test_pure_modules_reach_nothing_outside() -> None:
    pure = [source for source in tree.sources(".py") if shape.is_pure(source)]

    assert faults(shape.impure_imports, pure) == []


@pytest.mark.parametrize(
    "line",
    [
        "import psycopg",
        "from os import environ",
        "import time",
        "from whiteslip.infra.database import Connection",
        "from whiteslip.infra import clock",
        "from whiteslip import infra",
        "from whiteslip.money.lines import store",
        "from whiteslip.money.lines.store import place_holds",
        "def f():\n    import random",
    ],
)
def test_control_a_pure_module_that_reaches_out_is_found(line: str) -> None:
    assert shape.impure_imports(Source("rules.py", line))


def test_stores_and_plumbing_need_not_be_pure() -> None:
    for path in ("money/lines/store.py", "infra/sql.py", "flows/checkout.py", "money/__init__.py"):
        assert not shape.is_pure(Source(f"{tree.PACKAGE}/{path}", ""))
    for path in ("money/lines/rules.py", "kernel/money.py", "decisioning/rulebooks/parser.py"):
        assert shape.is_pure(Source(f"{tree.PACKAGE}/{path}", ""))


def test_statements_write_their_own_stream_only() -> None:
    assert faults(statements.foreign_writes, tree.statements()) == []


@pytest.mark.parametrize(
    "text",
    [
        "INSERT INTO risk.restriction (a) VALUES (%(a)s)",
        "INSERT INTO risk.restriction AS r SELECT 1 ON CONFLICT (a) DO UPDATE SET a = excluded.a",
        "UPDATE risk.restriction AS r SET level = %(level)b::smallint FROM money.line WHERE TRUE",
        "DELETE FROM infra.outbox USING money.line WHERE outbox_id = line_id",
        "TRUNCATE risk.restriction",
        "UPDATE line SET turn = 1",
        "WITH gone AS (DELETE FROM risk.restriction RETURNING 1) SELECT * FROM gone",
        (
            "WITH a AS (UPDATE money.line SET turn = 1 RETURNING line_id)"
            " INSERT INTO care.notice SELECT line_id FROM a"
        ),
        (
            "MERGE INTO care.notice AS n USING money.line AS l ON n.a = l.a"
            " WHEN MATCHED THEN UPDATE SET b = 1"
        ),
        "CREATE TABLE risk.thing (a bigint)",
        "CREATE INDEX odd ON risk.thing (a)",
        "COPY risk.restriction FROM STDIN",
        "ALTER TABLE risk.thing ADD COLUMN b bigint",
        "SELECT FROM WHERE",
    ],
)
def test_control_a_write_to_another_stream_is_found(text: str) -> None:
    assert statements.foreign_writes(Source("src/whiteslip/money/lines/sql/a_b.sql", text))


@pytest.mark.parametrize(
    "text",
    [
        "UPDATE money.line SET turn = 1 FROM risk.restriction AS r WHERE r.line_id = line.line_id",
        (
            "INSERT INTO money.line SELECT * FROM unnest(%(ids)b::bigint[]) AS r (id)"
            " ON CONFLICT DO NOTHING RETURNING line_id"
        ),
        (
            "MERGE INTO money.line AS l USING risk.restriction AS r ON l.a = r.a"
            " WHEN MATCHED THEN UPDATE SET b = 1 WHEN NOT MATCHED THEN INSERT (b) VALUES (1)"
        ),
        "SELECT r.level FROM risk.restriction AS r WHERE r.level %% 2 = 0",
    ],
)
def test_reading_another_stream_is_fine_and_views_write_nothing(text: str) -> None:
    assert statements.foreign_writes(Source(f"{tree.PACKAGE}/money/lines/sql/a_b.sql", text)) == []
    for ring in ("views", "flows"):
        found = statements.foreign_writes(Source(f"{tree.PACKAGE}/{ring}/sql/a_b.sql", text))
        assert bool(found) is (not text.startswith("SELECT"))


def test_no_statement_asks_the_clock() -> None:
    assert faults(statements.clock_calls, sql_files()) == []


@pytest.mark.parametrize(
    "text",
    [
        "SELECT now()",
        "SELECT NOW ()",
        "SELECT pg_catalog.now()",
        "SELECT 1 WHERE current_date > due_on",
        "SELECT CURRENT_TIMESTAMP",
        "SELECT localtimestamp",
        "SELECT clock_timestamp(), statement_timestamp(), transaction_timestamp()",
        "SELECT random()",
        "SELECT gen_random_uuid()",
        "SELECT 'now'::timestamptz",
        "SELECT date 'today'",
        "CREATE TABLE money.a (at timestamptz NOT NULL DEFAULT now())",
        "DO $$ BEGIN PERFORM now(); END $$",
    ],
)
def test_control_a_question_to_the_clock_is_found(text: str) -> None:
    assert statements.clock_calls(Source("a.sql", text))


def test_words_that_only_look_like_a_clock_are_fine() -> None:
    text = "-- Not now(): time is passed in.\nSELECT 'pay now', 1 AS now, random.a FROM b AS random"

    assert statements.clock_calls(Source("a.sql", text)) == []


def test_every_sql_file_explains_itself() -> None:
    assert faults(statements.header_faults, sql_files()) == []


@pytest.mark.parametrize(
    "text",
    [
        "SELECT 1",
        "--\nSELECT 1",
        "-- lower case and no stop\nSELECT 1",
        "-- Batch step of the day. It ages every line.\nUPDATE money.line SET turn = 1",
    ],
)
def test_control_a_missing_explanation_is_found(text: str) -> None:
    assert statements.header_faults(Source("a.sql", text))


def test_a_batch_step_that_may_run_twice_is_fine() -> None:
    text = "-- Batch step: age every line.\n-- Idempotent: ages are set, not added.\nSELECT 1"

    assert statements.header_faults(Source("a.sql", text)) == []


def test_every_statement_is_named_verb_noun_and_stands_alone() -> None:
    assert faults(statements.name_faults, tree.statements()) == []
    assert faults(statements.statement_count_faults, tree.statements()) == []


@pytest.mark.parametrize("name", ["holds", "getLines", "get_lines", "process_holds", "Place_holds"])
def test_control_a_vague_name_is_found(name: str) -> None:
    assert statements.name_faults(Source(f"src/whiteslip/money/lines/sql/{name}.sql", ""))
    assert not statements.name_faults(Source("src/whiteslip/money/lines/sql/place_holds.sql", ""))


def test_control_two_statements_or_none_in_a_file_are_found() -> None:
    assert statements.statement_count_faults(Source("a.sql", "SELECT 1; SELECT 2;"))
    assert statements.statement_count_faults(Source("a.sql", "-- Nothing here."))
    assert not statements.statement_count_faults(Source("a.sql", "SELECT ';' -- ;\n;\n"))


def test_every_statement_is_run_and_every_statement_run_exists() -> None:
    assert tree.statements()
    assert statements.loose_statements(tree.statements(), tree.sources(".py")) == []


def test_control_loose_statements_are_found() -> None:
    folder = f"{tree.PACKAGE}/money/lines"
    files = [
        Source(f"{folder}/sql/{stem}.sql", "") for stem in ("place_holds", "free_holds", "see_all")
    ]
    modules = [
        Source(f"{folder}/store.py", 'sql.many(db, "place_holds")\n_SQL.one(db, "no_such", a=1)'),
        Source(f"{folder}/rules.py", 'name = "free_holds"\nother.many(db, "not_sql")'),
        Source(f"{tree.PACKAGE}/risk/fraud/store.py", 'sql.run(db, "see_all")'),
    ]

    assert statements.loose_statements(files, modules) == [
        f"{folder}/sql/free_holds.sql: is run by nobody",
        f"{folder}/sql/see_all.sql: is run by nobody",
        f"{folder}/store.py: runs no_such, which has no file",
        f"{tree.PACKAGE}/risk/fraud/store.py: runs see_all, which has no file",
    ]


def test_every_pure_twin_exists() -> None:
    assert faults(twins, sql_files()) == []


@pytest.mark.parametrize(
    "line",
    [
        "Pure twin: kernel/rate.py: no_such",
        "Pure twin: kernel/nowhere.py: accrue",
        "Pure twins: kernel/rate.py: accrue, no_such",
        "Pure twin: accrue",
    ],
)
def test_control_a_twin_that_does_not_exist_is_found(line: str) -> None:
    assert twins(Source("a.sql", f"-- Accrue.\n-- {line}\nSELECT 1"))
    assert not twins(Source("a.sql", "-- Accrue.\n-- Pure twin: kernel/rate.py: accrue\nSELECT 1"))


def test_no_code_file_outgrows_the_head() -> None:
    too_long = faults(hygiene.oversized, tree.texts())

    assert [fault for fault in too_long if fault.split(":")[0] not in LONG_FOR_A_REASON] == []


def test_control_an_outgrown_file_is_found() -> None:
    long = "\n" * (hygiene.MOST_LINES + 1)

    assert hygiene.oversized(Source("src/whiteslip/money/lines/store.py", long))
    assert not hygiene.oversized(Source("src/whiteslip/money/lines/store.py", long[1:]))
    assert not hygiene.oversized(Source("src/whiteslip/infra/migrations/0001-first.sql", long))


@pytest.mark.parametrize(
    "checker", [hygiene.later_promises, hygiene.machine_paths, hygiene.registry_hosts]
)
def test_nothing_in_the_repository_is_put_off_or_tied_to_a_machine(checker: Checker) -> None:
    assert faults(checker, tree.texts()) == []


@pytest.mark.parametrize(
    ("checker", "parts"),
    [
        (hygiene.later_promises, ("# TO", "DO: later")),
        (hygiene.later_promises, ("-- FIX", "ME")),
        (hygiene.later_promises, ("X", "XX here")),
        (hygiene.machine_paths, ('open("/wo', 'rk/main")')),
        (hygiene.machine_paths, ("see /ro", "ot/.cache/x")),
        (hygiene.machine_paths, ("/ho", "me/anna/whiteslip")),
        (hygiene.registry_hosts, ("https://py", "pi.org/simple")),
        (hygiene.registry_hosts, ("https://files.python", "hosted.org")),
        (hygiene.registry_hosts, ("https://registry.np", "mjs.org")),
    ],
)
def test_control_what_is_put_off_or_tied_is_found(checker: Checker, parts: tuple[str, str]) -> None:
    assert checker(Source("a.md", "".join(parts)))
    assert not checker(Source("a.md", "a method, homework/main, /rooted/ and /workers/"))


def test_every_module_opens_with_a_sentence() -> None:
    assert faults(hygiene.missing_docstring, python_files()) == []


def test_control_a_module_without_a_docstring_is_found() -> None:
    assert hygiene.missing_docstring(Source("a.py", "import ast\n"))
    assert hygiene.missing_docstring(Source("a.py", ""))
