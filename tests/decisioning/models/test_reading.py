"""The file of a boosted model: back as it was, and refused, never followed, when it is not."""

from __future__ import annotations

import json
import re
from hashlib import sha256
from typing import Any

import numpy as np
import pytest
from tests.decisioning.models.learned import learned, sample_of

from whiteslip.decisioning.models.reading import read, write
from whiteslip.decisioning.models.serving import predict
from whiteslip.kernel.errors import InvalidInput


def body_with(**changes: Any) -> str:
    return json.dumps({**json.loads(write(learned())), **changes})


def trees_with(pattern: str, replacement: str) -> str:
    """Change the trees as somebody would who also mends their checksum."""
    text, changed = re.subn(pattern, replacement, learned().text, count=1)
    assert changed
    return body_with(booster=text, booster_sha256=sha256(text.encode()).hexdigest())


def grown(pattern: str, replacement: str) -> str:
    """Change trees and keep the head true to the sizes of their blocks."""
    text, changed = re.subn(pattern, replacement, learned().text, count=1)
    assert changed
    head, _, rest = text.partition("\n\n")
    blocks = re.split(r"(?=Tree=\d+\n)|(?=end of trees)", rest)[1:]
    sizes = " ".join(str(len(block)) for block in blocks if block.startswith("Tree="))
    text = re.sub(r"tree_sizes=.*", f"tree_sizes={sizes}", head) + "\n\n" + rest
    return body_with(booster=text, booster_sha256=sha256(text.encode()).hexdigest())


def test_a_model_comes_back_as_it_was_and_says_the_same() -> None:
    columns = sample_of(500, seed=9).columns

    again = read(write(learned()), file="m.json")

    assert again == learned()
    assert write(again) == write(learned())
    assert predict(again, columns).tolist() == predict(learned(), columns).tolist()


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("", "m.json: Input data was truncated"),
        ("[]", "m.json: Expected `object`"),
        (write(learned())[:-300], "m.json: Input data was truncated"),
        (body_with(format="whiteslip boosted model 2"), r"Invalid enum value .* at `\$.format`"),
        (body_with(version="1"), r"Expected `int`, got `str` - at `\$.version`"),
        (body_with(version=0), r"at `\$.version`"),
        (body_with(name=""), r"at `\$.name`"),
        (body_with(extra=1), "unknown field `extra`"),
        (body_with(inputs=[]), r"at `\$.inputs`"),
        (body_with(inputs=[{"kind": "date", "name": "x"}]), r"\$.inputs\[0\].kind"),
        (body_with(booster="tree\n"), "not those that were written"),
        ('{"format": "\ud800"}', "m.json: "),
    ],
)
def test_what_is_no_such_file_is_refused_with_its_place(body: str, message: str) -> None:
    with pytest.raises(InvalidInput, match=message):
        read(body, file="m.json")


@pytest.mark.parametrize(
    "change",
    [
        {"slope": 0},
        {"slope": -1},
        {"margins": []},
        {"margins": [1, 0], "log_odds": [0, 1]},
        {"margins": [0, 1], "log_odds": [0, 0]},
        {"margins": [0, 1]},
    ],
)
def test_a_calibration_that_changes_the_order_is_refused(change: dict[str, Any]) -> None:
    curve = {**json.loads(write(learned()))["calibration"], **change}

    with pytest.raises(InvalidInput, match="calibration"):
        read(body_with(calibration=curve), file="m.json")


def test_inputs_must_be_told_apart() -> None:
    inputs = json.loads(write(learned()))["inputs"]

    with pytest.raises(InvalidInput, match="two inputs have one name"):
        read(body_with(inputs=[*inputs[:-1], inputs[0]]), file="m.json")
    inputs[2]["labels"] = ["a", "a"]
    with pytest.raises(InvalidInput, match="work names a label or special code twice"):
        read(body_with(inputs=inputs), file="m.json")
    with pytest.raises(InvalidInput, match="max_feature_idx is '4', not '2'"):
        read(body_with(inputs=inputs[1:2] + inputs[:1]), file="m.json")


@pytest.mark.parametrize(
    ("pattern", "replacement"),
    [
        (r"left_child=\S+", "left_child=0"),
        (r"left_child=\S+", "left_child=99999"),
        (r"right_child=\S+", "right_child=-99999"),
        (  # two nodes that lead to each other, beside a root of two leaves
            r"left_child=.*\nright_child=.*",
            "left_child=-1 2 1 4 5 6 -3\nright_child=-2 3 -4 -5 -6 -7 -8",
        ),
        (r"split_feature=\S+", "split_feature=700000"),
        (r"split_feature=\S+", "split_feature=-1"),
        (r"num_leaves=\d+", "num_leaves=400"),
        (r"num_leaves=\d+", "num_leaves=0"),
        (r"num_leaves=\d+", "num_leaves=many"),
        (r"leaf_value=\S+", "leaf_value=nan"),
        (r"leaf_value=\S+ ", "leaf_value="),
        (r"threshold=\S+", "threshold=nan"),
        (r"cat_boundaries=0", "cat_boundaries=5"),
        (r"cat_threshold=\d+", "cat_threshold=99999999999"),
        (r"num_cat=1", "num_cat=2"),
        (r"is_linear=0", "is_linear=1"),
        (r"leaf_count=.*\n", ""),
        (r"shrinkage=", "num_leaves="),
    ],
)
def test_trees_that_could_not_be_walked_are_refused(pattern: str, replacement: str) -> None:
    """Their library follows such texts into an endless walk, foreign memory or abort()."""
    with pytest.raises(InvalidInput, match="tree "):
        read(grown(pattern, replacement), file="m.json")


@pytest.mark.parametrize(
    ("pattern", "replacement"),
    [
        (r"version=v4", "version=v9"),
        (r"objective=binary", "objective=regression"),
        (r"num_class=1", "num_class=2"),
        (r"tree_sizes=\d+", "tree_sizes=7"),
        (r"tree_sizes=.*", "tree_sizes="),
        (r"tree_sizes=\d+", "tree_sizes=x"),
        (r"end of trees", "end"),
        (r"Tree=0\n", "Tree=1\n"),
    ],
)
def test_a_head_that_lies_is_refused(pattern: str, replacement: str) -> None:
    with pytest.raises(InvalidInput, match=r"m\.json"):
        read(trees_with(pattern, replacement), file="m.json")


def test_there_must_be_as_many_trees_as_were_learned() -> None:
    learning = {**json.loads(write(learned()))["learning"], "rounds": 999}

    with pytest.raises(InvalidInput, match="trees, not 999"):
        read(body_with(learning=learning), file="m.json")


def test_no_cut_of_a_file_is_read_as_another_model() -> None:
    body = write(learned())
    for end in np.linspace(0, len(body) - 3, 60).astype(int).tolist():
        with pytest.raises(InvalidInput):
            read(body[:end], file="m.json")
