"""The shape of a concept package, and what its pure modules may reach."""

from __future__ import annotations

import ast
import re

from tests.tidy.tree import STREAMS, Source

EDGELESS = frozenset(
    f"{name}.py" for name in ("service", "utils", "helpers", "common", "manager", "base", "misc")
)
MODULE = re.compile(r"[a-z][a-z0-9_]*\.py")
STATEMENT = re.compile(r"[a-z][a-z0-9_]*\.sql")
DATA = re.compile(r"[a-z][a-z0-9_.-]*\.toml")
IMPURE = frozenset(
    {
        "psycopg",
        "psycopg_pool",
        "fastapi",
        "starlette",
        "httpx",
        "requests",
        "uvicorn",
        "os",
        "io",
        "pathlib",
        "socket",
        "subprocess",
        "time",
        "random",
        "secrets",
        "logging",
        "structlog",
        "uuid",
        "urllib",
        "http",
        "asyncio",
        "threading",
        "multiprocessing",
        "tempfile",
        "shutil",
        "sys",
        "importlib",
    }
)


def shape_faults(path: str) -> list[str]:
    """Say why a file below a stream may not stand where it stands."""
    parts = path.split("/")[2:]
    if len(parts) < 2 or parts[0] not in STREAMS:
        return []
    match parts[1:]:
        case ["__init__.py"]:
            allowed = True
        case [_, name]:
            allowed = _module_allowed(name)
        case [_, "sql", name]:
            allowed = STATEMENT.fullmatch(name) is not None
        case [_, "data", name]:
            allowed = DATA.fullmatch(name) is not None
        case _:
            allowed = False
    return [] if allowed else [f"{path}: has no place in the shape of a concept package"]


def _module_allowed(name: str) -> bool:
    if name in {"__init__.py", "schema.sql"}:
        return True
    return MODULE.fullmatch(name) is not None and name not in EDGELESS


def edgeless_names(path: str) -> list[str]:
    """Refuse, anywhere in the package, the names into which everything falls."""
    name = path.rpartition("/")[2]
    return [f"{path}: {name} has no edge; name what it holds"] if name in EDGELESS else []


def init_faults(source: Source) -> list[str]:
    """Say what a package's __init__ does beyond a docstring and re-exports."""
    body = ast.parse(source.text).body
    extra = [
        node for node in body[1:] if not isinstance(node, ast.Import | ast.ImportFrom | ast.Assign)
    ]
    assigned = [
        ast.unparse(target)
        for node in body[1:]
        if isinstance(node, ast.Assign)
        for target in node.targets
    ]
    if extra or any(name != "__all__" for name in assigned):
        return [f"{source.path}: holds logic; an __init__ re-exports at most"]
    return []


def is_pure(source: Source) -> bool:
    """Say whether a module must be pure: the kernel, and all of a concept package but its store."""
    inside = source.inside
    if not inside or inside[-1] == "store.py":
        return False
    concept = inside[0] in STREAMS and len(inside) == 3 and inside[-1] != "__init__.py"
    return inside[0] == "kernel" or concept


def impure_imports(source: Source) -> list[str]:
    """Name every import by which a pure module could reach a database, a clock or a network."""
    faults: list[str] = []
    for node in ast.walk(ast.parse(source.text)):
        match node:
            case ast.Import():
                names = [alias.name for alias in node.names]
            case ast.ImportFrom():
                module = node.module or ""
                names = [module, *(f"{module}.{alias.name}" for alias in node.names)]
            case _:
                continue
        faults += [f"{source.path}: imports {name}" for name in names if _reaches_out(name)]
    return faults


def _reaches_out(name: str) -> bool:
    parts = name.split(".")
    if parts[0] == "whiteslip":
        return "infra" in parts[1:2] or "gateways" in parts[1:2] or parts[-1] == "store"
    return parts[0] in IMPURE
