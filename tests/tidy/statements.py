"""What a .sql file may say: write only its own stream, never ask the clock, and explain itself."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import PurePosixPath

import sqlglot
from sqlglot import Token, TokenType, exp
from sqlglot.errors import SqlglotError
from tests.tidy.tree import STREAMS, Source, own_types

PLACEHOLDER = re.compile(r"%\((\w+)\)[sbt]")
OWNERS = frozenset({*STREAMS, "infra"})
WRITES = (exp.Insert, exp.Update, exp.Delete, exp.Merge, exp.TruncateTable, exp.Copy)
DEFINITIONS = (exp.Create, exp.Drop, exp.Alter)
CLOCK_WORDS = frozenset(
    {"current_date", "current_time", "current_timestamp", "localtime", "localtimestamp"}
)
CLOCK_CALLS = frozenset(
    {
        "now",
        "clock_timestamp",
        "statement_timestamp",
        "transaction_timestamp",
        "timeofday",
        "random",
        "random_normal",
        "gen_random_uuid",
        "gen_random_bytes",
        "uuidv4",
        "uuidv7",
        "uuid_generate_v4",
    }
)
CLOCK_LITERALS = frozenset({"now", "today", "tomorrow", "yesterday"})
HOLE = re.compile(r"\(\s*/\* \w+ \*/\s*\)")
DOLLARS = re.compile(r"(\$\w*\$)(.*)\1", re.DOTALL)
VAGUE_VERBS = frozenset({"get", "process", "handle", "do", "manage", "perform"})
FILE_NAME = re.compile(r"[a-z]+(_[a-z0-9]+)+")
RUNNERS = {"many": 1, "one": 1, "maybe": 1, "run": 1, "text": 0, "about": 0}
TWIN = re.compile(r"Pure twins?: (?P<path>\S+\.py): (?P<names>\w+(?:, \w+)*)")


def plain(text: str) -> str:
    """Make a statement plain SQL: placeholders become numbers, a doubled percent sign a single."""
    return numbered(text)[0]


def numbered(text: str) -> tuple[str, tuple[str, ...]]:
    """Replace each placeholder by $n and return the names in the order of their numbers."""
    names: list[str] = []

    def number(match: re.Match[str]) -> str:
        name = match[1]
        if name not in names:
            names.append(name)
        return f"${names.index(name) + 1}"

    return PLACEHOLDER.sub(number, text).replace("%%", "%"), tuple(names)


def header(text: str) -> str:
    """Return the comment lines at the head of a file as they were written."""
    lines: list[str] = []
    for line in text.splitlines():
        if not line.startswith("--"):
            break
        lines.append(line.removeprefix("--").strip())
    return "\n".join(lines)


def first_word(text: str) -> str:
    """Return the word a statement begins with, in capitals."""
    tokens = sqlglot.tokenize(plain(text), read="postgres")
    return tokens[0].text.split()[0].upper() if tokens else ""


def foreign_writes(source: Source) -> list[str]:
    """Name every table a statement writes outside its own stream; views and flows own nothing."""
    own = source.inside[0] if source.inside and source.inside[0] in OWNERS else None
    try:
        trees = sqlglot.parse(_readable(plain(source.text)), read="postgres")
    except SqlglotError as error:
        return [f"{source.path}: cannot be read: {str(error).splitlines()[0]}"]
    found: list[str] = []
    for tree in trees:
        for written in _written(tree):
            schema = written.rpartition(".")[0]
            if schema not in {own, "pg_temp"}:
                found.append(f"{source.path}: writes {written}, but its own stream is {own}")
    return found


def is_composed(text: str) -> bool:
    """Say whether a statement has a hole, such as (/* facts */), that its store fills."""
    return HOLE.search(text) is not None


def _readable(text: str) -> str:
    """Fill holes, and put a plain type where one of our own stands: sqlglot cannot read those."""
    text = HOLE.sub("(SELECT 1)", text)
    names = "|".join(map(re.escape, own_types()))
    return re.sub(rf"(?<!TYPE )\b(?:{names})\b", "text", text) if names else text


def _written(tree: exp.Expr | None) -> Iterator[str]:
    if tree is None:
        return
    if isinstance(tree, exp.Command):
        yield f"what cannot be read ({tree.name})"
    for node in tree.find_all(*WRITES, *DEFINITIONS):
        if node.find_ancestor(exp.When) is not None:
            continue  # a branch of MERGE writes the table the MERGE names
        if isinstance(node, exp.Create) and node.kind == "SCHEMA":
            continue
        for target in _targets(node):
            table = target.find(exp.Table)
            yield f"{table.db}.{table.name}" if table is not None else target.sql("postgres")


def _targets(node: exp.Expr) -> list[exp.Expr]:
    if isinstance(node, exp.TruncateTable):
        return list(node.expressions)
    if isinstance(node, exp.Create) and node.kind == "INDEX":
        table = node.this.args.get("table")
        return [table] if isinstance(table, exp.Expr) else []
    return [node.this] if isinstance(node.this, exp.Expr) else []


def clock_calls(source: Source) -> list[str]:
    """Name every place where a statement asks the clock or rolls dice, defaults of columns too."""
    return [f"{source.path}: asks {word}" for word in _clocks(plain(source.text))]


def _clocks(text: str) -> Iterator[str]:
    tokens = sqlglot.tokenize(text, read="postgres")
    following: list[Token | None] = [*tokens[1:], None]
    for token, after in zip(tokens, following, strict=True):
        word = token.text.lower()
        if token.token_type == TokenType.HEREDOC_STRING:
            yield from _clocks(token.text)
        elif token.token_type == TokenType.STRING and (body := DOLLARS.fullmatch(token.text)):
            yield from _clocks(body[2])
        elif token.token_type == TokenType.STRING:
            if word.strip() in CLOCK_LITERALS:
                yield f"'{word}'"
        elif word in CLOCK_WORDS or (
            word in CLOCK_CALLS and after is not None and after.token_type == TokenType.L_PAREN
        ):
            yield word


def header_faults(source: Source) -> list[str]:
    """Say what is missing at the head of a .sql file."""
    about = header(source.text)
    faults: list[str] = []
    if not re.match(r"[A-Z][^\n]*\S", about) or not re.search(r"[.:]", about):
        faults.append(f"{source.path}: does not start with a comment sentence")
    if "batch step" in about.lower() and "Idempotent:" not in about:
        faults.append(f"{source.path}: a batch step says why it may run twice: 'Idempotent: …'")
    return faults


def name_faults(source: Source) -> list[str]:
    """Say what is wrong with the name of a statement's file."""
    stem = PurePosixPath(source.path).stem
    if not FILE_NAME.fullmatch(stem) or stem.split("_")[0] in VAGUE_VERBS:
        return [f"{source.path}: is not named verb_noun.sql"]
    return []


def statement_count_faults(source: Source) -> list[str]:
    """A file holds one statement, or the driver refuses its parameters."""
    tokens = sqlglot.tokenize(plain(source.text), read="postgres")
    while tokens and tokens[-1].token_type == TokenType.SEMICOLON:
        tokens.pop()
    if any(token.token_type == TokenType.SEMICOLON for token in tokens):
        return [f"{source.path}: holds more than one statement"]
    return [] if tokens else [f"{source.path}: holds no statement"]


def missing_twins(source: Source, functions: dict[str, frozenset[str]]) -> list[str]:
    """Name every pure twin that does not exist; `functions` maps a module's path to its names."""
    faults: list[str] = []
    about = header(source.text)
    matches = list(TWIN.finditer(about))
    if len(matches) < about.count("Pure twin"):
        faults.append(f"{source.path}: write 'Pure twin: path/of/rules.py: name'")
    for match in matches:
        known = functions.get(match["path"], frozenset())
        faults += [
            f"{source.path}: no pure twin {name} in {match['path']}"
            for name in match["names"].split(", ")
            if name not in known
        ]
    return faults


def defined_functions(source: Source) -> frozenset[str]:
    """Name every function of a module, methods by their own name."""
    nodes = ast.walk(ast.parse(source.text))
    return frozenset(
        node.name for node in nodes if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    )


def used_statements(source: Source) -> frozenset[str]:
    """Name every statement a module runs by name: sql.many(db, "close_cycles", …)."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(source.text)):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
            continue
        place = RUNNERS.get(node.func.attr)
        owner = ast.unparse(node.func.value).lower()
        if place is None or not owner.endswith("sql") or len(node.args) <= place:
            continue
        argument = node.args[place]
        if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
            names.add(argument.value)
    return frozenset(names)


def string_literals(source: Source) -> frozenset[str]:
    """Return every string literal of a module."""
    return frozenset(
        node.value
        for node in ast.walk(ast.parse(source.text))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    )


def loose_statements(statements: list[Source], modules: list[Source]) -> list[str]:
    """Name statements no module of their package uses, and names used that no file has.

    A concept package runs its statements from store.py only; elsewhere any module beside sql/ may.
    """
    faults: list[str] = []
    by_folder: dict[str, list[Source]] = {}
    for module in modules:
        by_folder.setdefault(str(PurePosixPath(module.path).parent), []).append(module)
    stems: dict[str, set[str]] = {}
    for statement in statements:
        path = PurePosixPath(statement.path)
        folder = str(path.parent.parent)
        stems.setdefault(folder, set()).add(path.stem)
        users = by_folder.get(folder, [])
        if statement.inside and statement.inside[0] in STREAMS:
            users = [module for module in users if module.path.endswith("/store.py")]
        if not any(path.stem in string_literals(module) for module in users):
            faults.append(f"{statement.path}: is run by nobody")
    for folder, beside in by_folder.items():
        for module in beside:
            missing = used_statements(module) - stems.get(folder, set())
            faults += [f"{module.path}: runs {name}, which has no file" for name in sorted(missing)]
    return faults
