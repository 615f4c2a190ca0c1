"""What a family of routes takes and gives, one module a family, in the manner of `bodies` and `answers`."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType


def families() -> Iterator[ModuleType]:
    """Yield the module of every family, so that the OpenAPI has all of their structs."""
    return (import_module(f"{__name__}.{found.name}") for found in iter_modules(__path__))
