"""XML from outside, read with every door shut: no DTD, no entities, nothing fetched, no bombs."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple

import lxml.etree

from whiteslip.kernel.errors import InvalidInput

LARGEST: Final = 16 * 1024 * 1024
"""Bytes of a file; a day with more comes in several."""
MOST_ELEMENTS: Final = 1_000_000
DEEPEST: Final = 40
_CHUNK: Final = 64 * 1024
_FORBIDDEN: Final = re.compile(rb"<!(?:DOCTYPE|ENTITY)")
_DECLARED: Final = re.compile(rb"""\s*<\?xml[^>]*?\sencoding\s*=\s*["']([^"']*)["']""")
_ANYTHING: Final = "SplmtryData"
"""What a bank adds in a namespace of its own; it is not looked into."""

_etree: Any = lxml.etree


class Doubt(Exception):
    """Why one entry cannot be understood; the others of its file can."""


class Element(NamedTuple):
    """An element with its text, and the line it begins on; attributes in a namespace are left out."""

    name: str
    text: str
    attributes: Mapping[str, str]
    children: tuple[Element, ...]
    line: int

    def all(self, path: str) -> Iterator[Element]:
        """Go over all elements at a path below, in order."""
        first, _, rest = path.partition("/")
        for child in self.children:
            if child.name == first:
                yield from child.all(rest) if rest else (child,)

    def one(self, path: str) -> Element | None:
        """Find the only element at a path below; `Doubt` where there are several."""
        found = tuple(self.all(path))
        if len(found) > 1:
            raise Doubt(f"{path} stands there {len(found)} times")
        return found[0] if found else None

    def said(self, path: str) -> str | None:
        """Read the only text at a path below; None where there is none, or nothing in it."""
        found = self.one(path)
        return found.text or None if found is not None else None

    def flat(self) -> str:
        """Write it in one line: the same for the same contents however it was laid out, and another for others."""
        named = "".join(f"@{name}={value} " for name, value in sorted(self.attributes.items()))
        text = self.text.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")
        inside = named + (text or " ".join(child.flat() for child in self.children))
        return f"{self.name}({inside.strip()})"


class Tree(NamedTuple):
    """A document: its namespace and its root."""

    namespace: str
    root: Element


def parse(body: bytes) -> Tree:
    """Read a whole document; `InvalidInput` says what is wrong with it and where."""
    root = _parsed(_plain(body))
    namespace, _, name = root.tag.rpartition("}")
    if name == "" or not namespace:
        raise refused("a document without a namespace", root.sourceline)
    return Tree(namespace[1:], _element(root, namespace + "}"))


def refused(why: str, line: int | None = None, path: str = "") -> InvalidInput:
    """Make the refusal of a whole file, which names the place."""
    at = "" if line is None else f"line {line}"
    where = f"{path} ({at})" if path and at else path or at
    return InvalidInput(f"{where}: {why}" if where else why, where=where or None)


def _plain(body: bytes) -> bytes:
    """Return the bytes after any byte order mark, when they are text we read at all."""
    if not body.strip():
        raise refused("an empty file")
    if len(body) > LARGEST:
        raise refused(f"more than {LARGEST} bytes")
    try:
        body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise refused("not written in UTF-8", body.count(b"\n", 0, error.start) + 1) from error
    body = body.removeprefix(b"\xef\xbb\xbf")
    declared = _DECLARED.match(body)
    if declared and declared[1].upper() not in {b"UTF-8", b"UTF8", b"US-ASCII"}:
        raise refused("not declared to be written in UTF-8", 1)
    if (found := _FORBIDDEN.search(body)) is not None:
        line = body.count(b"\n", 0, found.start()) + 1
        raise refused("a document type or entities, which no bank's file has", line)
    return body


def _parsed(body: bytes) -> Any:
    """Feed a parser bit by bit, and stop where there is too much of anything."""
    parser = _etree.XMLPullParser(
        events=("start", "end"),
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
        strip_cdata=True,
        collect_ids=False,
    )
    depth = count = 0
    try:
        for begin in range(0, len(body), _CHUNK):
            parser.feed(body[begin : begin + _CHUNK])
            for event, element in parser.read_events():
                is_start = event == "start"
                depth += 1 if is_start else -1
                count += is_start
                if depth > DEEPEST or count > MOST_ELEMENTS:
                    raise refused("more or deeper elements than a file has", element.sourceline)
        return parser.close()
    except _etree.XMLSyntaxError as error:
        line = next((each.line for each in parser.feed_error_log), error.lineno)
        raise refused("not XML, or not all of it", line) from error


def _element(node: Any, namespace: str) -> Element:
    if not isinstance(node.tag, str) or not node.tag.startswith(namespace):
        raise refused("an element of another namespace", node.sourceline)
    name = node.tag.removeprefix(namespace)
    children = () if name == _ANYTHING else tuple(_element(child, namespace) for child in node)
    text = (node.text or "").strip()
    if children and (text or any((child.tail or "").strip() for child in node)):
        raise refused("text between elements", node.sourceline, name)
    attributes = {key: value for key, value in node.attrib.items() if not key.startswith("{")}
    return Element(name, text, attributes, children, node.sourceline)
