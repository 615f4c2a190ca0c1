"""Whether the text of a booster is one: its library trusts a text, and a bad one ends the process.

The format is LightGBM's `model_to_string`, version v4: a head of `key=value` lines, one block a tree
of the size the head says, `end of trees`, and parameters nothing is computed from.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from whiteslip.kernel.errors import InvalidInput

_NODE_FIELDS = (
    "split_feature",
    "threshold",
    "decision_type",
    "left_child",
    "right_child",
    "internal_value",
    "internal_weight",
    "internal_count",
    "split_gain",
)
_LEAF_FIELDS = ("leaf_value", "leaf_weight", "leaf_count")
_MAY_BE_INFINITE = frozenset({"threshold", "split_gain"})  # a split of missing from all the rest
_END = b"end of trees"
_BINARY = "binary sigmoid:1"


def check_trees(text: str, *, features: int) -> int:
    """Return how many trees the text holds; `InvalidInput` if any could not be walked to a leaf."""
    raw = text.encode()
    head, mark, _ = raw.partition(b"\n\n")
    fields = _fields(head, where="head")
    expected = {
        "version": "v4",
        "num_class": "1",
        "num_tree_per_iteration": "1",
        "max_feature_idx": str(features - 1),
        "objective": _BINARY,
    }
    for name, value in expected.items():
        if fields.get(name) != value:
            raise InvalidInput(f"{name} is {fields.get(name)!r}, not {value!r}", where="booster")
    sizes = _numbers(fields, "tree_sizes", where="head")
    start = len(head) + len(mark)
    for number, size in enumerate(sizes):
        block = raw[start : start + int(size)]
        _check_tree(block, number=number, features=features)
        start += int(size)
    if not sizes or not raw[start:].startswith(_END):
        raise InvalidInput("the trees are not as long as the head says", where="booster")
    return len(sizes)


def _check_tree(block: bytes, *, number: int, features: int) -> None:
    where = f"tree {number}"
    if not block.startswith(f"Tree={number}\n".encode()) or not block.endswith(b"\n"):
        raise InvalidInput(f"{where} is not where the head says", where="booster")
    fields = _fields(block, where=where)
    leaves, categories = (
        int(_numbers(fields, name, where=where, length=1)[0]) for name in ("num_leaves", "num_cat")
    )
    if leaves < 1 or categories < 0 or fields.get("is_linear", "0") != "0":
        raise InvalidInput(f"{where} is of a kind that is not served", where="booster")
    _numbers(fields, "leaf_value", where=where, length=leaves)
    if leaves == 1:
        return
    for name in _LEAF_FIELDS:
        _numbers(fields, name, where=where, length=leaves)
    nodes = {name: _numbers(fields, name, where=where, length=leaves - 1) for name in _NODE_FIELDS}
    _check_walk(nodes, leaves=leaves, where=where)
    if not all(0 <= feature < features for feature in nodes["split_feature"]):
        raise InvalidInput(f"{where} reads a feature there is not", where="booster")
    _check_categories(fields, nodes, categories=categories, where=where)


def _check_walk(nodes: Mapping[str, Sequence[float]], *, leaves: int, where: str) -> None:
    """Every node and leaf is reached once, and a node only from one before it: no walk is endless."""
    reached: list[float] = []
    for sides in ("left_child", "right_child"):
        for node, child in enumerate(nodes[sides]):
            if 0 <= child <= node:
                raise InvalidInput(f"{where} leads back to node {int(child)}", where="booster")
        reached += nodes[sides]
    if sorted(reached) != sorted([*range(-leaves, 0), *range(1, leaves - 1)]):
        raise InvalidInput(f"{where} does not lead to each of its {leaves} leaves", where="booster")


def _check_categories(
    fields: Mapping[str, str],
    nodes: Mapping[str, Sequence[float]],
    *,
    categories: int,
    where: str,
) -> None:
    """The threshold of a split by names is a place in a list of bit sets."""
    split_by_names = [int(kind) & 1 == 1 for kind in nodes["decision_type"]]
    places = [
        place for place, is_one in zip(nodes["threshold"], split_by_names, strict=True) if is_one
    ]
    if sorted(places) != list(range(categories)):
        raise InvalidInput(f"{where} splits by names it does not hold", where="booster")
    if categories:
        edges = _numbers(fields, "cat_boundaries", where=where, length=categories + 1)
        words = _numbers(fields, "cat_threshold", where=where)
        if edges[0] != 0 or list(edges) != sorted(set(edges)) or edges[-1] != len(words):
            raise InvalidInput(f"{where} holds sets of names that overlap", where="booster")
        if not all(0 <= word < 2**32 for word in words):
            raise InvalidInput(f"{where} holds a set of names that is none", where="booster")


def _fields(block: bytes, *, where: str) -> dict[str, str]:
    fields: dict[str, str] = {}
    for line in block.decode(errors="replace").splitlines():
        name, mark, value = line.partition("=")
        if not line:
            continue
        if name in fields and mark:
            raise InvalidInput(f"{name} stands twice in {where}", where="booster")
        fields[name] = value
    return fields


def _numbers(
    fields: Mapping[str, str], name: str, *, where: str, length: int | None = None
) -> list[float]:
    try:
        found = [float(word) for word in fields.get(name, "").split()]
    except ValueError as error:
        raise InvalidInput(f"{name} of {where} is not numbers", where="booster") from error
    if length is not None and len(found) != length:
        text = f"{name} of {where} holds {len(found)} numbers, not {length}"
        raise InvalidInput(text, where="booster")
    fits = _no_nan if name in _MAY_BE_INFINITE else _is_finite
    if not all(map(fits, found)):
        raise InvalidInput(f"{name} of {where} is out of range", where="booster")
    return found


def _is_finite(number: float) -> bool:
    return math.isfinite(number)


def _no_nan(number: float) -> bool:
    return not math.isnan(number)
