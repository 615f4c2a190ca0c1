"""The documentation's links resolve, and the commands it tells people to type exist."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

import pytest
import typer
from tests.tidy import tree
from tests.tidy.tree import Source

FENCE = re.compile(r"^```[^\n]*\n(.*?)^```", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)|!\[[^\]]*\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#+ +(.+?) *$", re.MULTILINE)
COMMAND = re.compile(r"(?:^|[\s`$&|;])(?:\.venv/bin/)?whiteslip((?: +[a-z][a-z-]*)+)", re.MULTILINE)
MAKE = re.compile(r"^\$? ?make +([a-z]+)", re.MULTILINE)


def pages() -> list[Source]:
    return [source for source in tree.texts() if source.path.endswith(".md")]


def anchors(text: str) -> set[str]:
    """Name a page's headings as its readers' browsers do: lower case, dashes, no punctuation."""
    found: set[str] = set()
    for heading in HEADING.findall(FENCE.sub("", text)):
        kept = re.sub(r"[^\w\- ]", "", heading.lower())
        found.add(kept.replace(" ", "-"))
    return found


def broken_links(source: Source, root: Path) -> list[str]:
    """Name every relative link of a page that leads nowhere, its anchor included."""
    faults: list[str] = []
    for match in LINK.finditer(FENCE.sub("", source.text)):
        target = match[1] or match[2]
        if re.match(r"[a-z]+:", target):
            continue
        path, _, anchor = target.partition("#")
        found = (root / PurePosixPath(source.path).parent / path) if path else root / source.path
        if not found.exists():
            faults.append(f"{source.path}: {target} leads nowhere")
        elif anchor and anchor not in anchors(found.read_text("utf-8")):
            faults.append(f"{source.path}: {target} has no such heading")
    return faults


def commands_in(text: str) -> Iterator[tuple[str, ...]]:
    """Find the commands typed in fenced blocks, as words: ("rules", "publish")."""
    for block in FENCE.findall(text):
        for match in COMMAND.finditer(block):
            yield tuple(match[1].split())


def unknown_commands(source: Source, app: typer.Typer) -> list[str]:
    """Name every command a page tells people to type that the program does not have."""
    root = typer.main.get_command(app)
    faults: list[str] = []
    for words in commands_in(source.text):
        commands = getattr(root, "commands", None)
        for word in words:
            if not isinstance(commands, dict):
                break  # the words that follow a command are its arguments
            if word not in commands:
                faults.append(f"{source.path}: there is no whiteslip {' '.join(words)}")
                break
            commands = getattr(commands[word], "commands", None)  # pyright: ignore[reportUnknownArgumentType]
    return faults


def test_every_link_leads_somewhere() -> None:
    assert pages()
    assert [fault for page in pages() for fault in broken_links(page, tree.ROOT)] == []


def test_control_a_link_that_leads_nowhere_is_found(tmp_path: Path) -> None:
    (tmp_path / "there.md").write_text("# A heading, here\n\n```\n# not one\n```\n", "utf-8")
    text = (
        "[a](there.md) [b](gone.md) [c](there.md#a-heading-here) [d](there.md#not-one) ![e](e.png)"
    )

    assert broken_links(Source("page.md", text), tmp_path) == [
        "page.md: gone.md leads nowhere",
        "page.md: there.md#not-one has no such heading",
        "page.md: e.png leads nowhere",
    ]


def test_links_outside_and_links_in_code_are_left_alone(tmp_path: Path) -> None:
    text = "[a](https://example.org/x) [b](mailto:a@example.org)\n```\n[c](gone.md)\n```\n"

    assert broken_links(Source("page.md", text), tmp_path) == []


def test_every_command_people_are_told_to_type_exists() -> None:
    from whiteslip.cli.main import app

    assert any(True for page in pages() for _ in commands_in(page.text))
    assert [fault for page in pages() for fault in unknown_commands(page, app)] == []


def test_control_a_command_that_does_not_exist_is_found() -> None:
    app, rules = typer.Typer(), typer.Typer()
    for name in ("up", "doctor"):
        app.command(name)(print)
    for name in ("publish", "show"):
        rules.command(name)(print)
    app.add_typer(rules, name="rules")
    text = (
        "`whiteslip prose`\n```sh\n.venv/bin/whiteslip up --demo\nwhiteslip down\n"
        "whiteslip rules publish checkout\nwhiteslip rules burn\n"
        "from whiteslip.flows import x\n```\n"
    )

    assert unknown_commands(Source("page.md", text), app) == [
        "page.md: there is no whiteslip down",
        "page.md: there is no whiteslip rules burn",
    ]


def test_every_make_target_people_are_told_to_type_exists() -> None:
    targets = set(re.findall(r"^([a-z]+):", tree.read("Makefile").text, re.MULTILINE))
    told = {
        (page.path, target)
        for page in pages()
        for block in FENCE.findall(page.text)
        for target in MAKE.findall(block)
    }

    assert told
    assert [(path, target) for path, target in sorted(told) if target not in targets] == []


@pytest.mark.parametrize("page", ["docs/index.md", "CONTRIBUTING.md", "CHANGELOG.md", "LICENSE"])
def test_the_pages_everyone_looks_for_are_there(page: str) -> None:
    assert (tree.ROOT / page).is_file()


def test_decisions_are_numbered_without_gaps_and_listed() -> None:
    folder = tree.ROOT / "docs" / "decisions"
    records = sorted(path.name for path in folder.glob("*.md"))
    index = tree.read("docs/index.md").text

    assert [name[:4] for name in records] == [f"{n:04d}" for n in range(1, len(records) + 1)]
    assert [name for name in records if f"(decisions/{name})" not in index] == []
    for name in records:
        text = (folder / name).read_text("utf-8")
        for part in ("Context", "Decision", "Consequences", "Alternatives"):
            assert f"**{part}.**" in text, f"{name} has no {part}"
