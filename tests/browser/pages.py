"""The pages of a site, by kind, and what a parser finds in them.

A kind is the path with its numbers taken out, ``fy#/#/index.html``: kinds that are added to the
site later are looked at without a word here.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from lxml import html
from lxml.html import HtmlElement

from pipeline.site.measure4 import FRAGMENT

INDEX = "index.html"
NUMBER = re.compile(r"[0-9]+(-[0-9]+)*")
# A folder with more pages than this is a register: all are of one kind, whatever their names.
REGISTER = 8


@dataclass(frozen=True)
class Page:
    """A page of a site under ``root``; ``name`` is its path from there."""

    root: Path
    name: str
    kind: str

    @cached_property
    def content(self) -> bytes:
        return (self.root / self.name).read_bytes()

    @cached_property
    def tree(self) -> HtmlElement:
        return html.document_fromstring(self.content, parser=html.HTMLParser(encoding="utf-8"))

    @property
    def shapes(self) -> set[tuple[str, str]]:
        """What sorts of elements are in it."""
        return {
            (str(element.tag), element.get("class") or "")
            for element in self.tree.iter(html.etree.Element)
        }


def pages_of(root: Path, registers_from: int = 1) -> list[Page]:
    """Return the pages under ``root``; what lies at its top is no register unless 0 is given."""
    names = sorted(
        path.relative_to(root).as_posix() for path in root.rglob("*.html") if path.name != FRAGMENT
    )
    return [
        Page(root, name, kind)
        for name, kind in zip(names, kinds(names, registers_from), strict=True)
    ]


def kinds(names: Sequence[str], registers_from: int = 1) -> list[str]:
    """Return the kind of each page.

    >>> kinds(["index.html", "fy2568/2567-10/index.html", "fy2568/2567-11/index.html"])
    ['index.html', 'fy#/#/index.html', 'fy#/#/index.html']
    >>> sorted(set(kinds([f"of/{letter}.html" for letter in "abcdefghi"] + ["of/index.html"])))
    ['of/*', 'of/index.html']
    """
    parts = [[NUMBER.sub("#", part) for part in name.split("/")] for name in names]
    for depth in range(registers_from, max(map(len, parts), default=0)):
        beside = defaultdict(set)
        for path in parts:
            if len(path) > depth and path[depth] != INDEX:
                beside[tuple(path[:depth])].add(path[depth])
        for path in parts:
            folder = beside.get(tuple(path[:depth]), set())
            if len(path) > depth and path[depth] != INDEX and len(folder) > REGISTER:
                path[depth] = "*"
    return ["/".join(path) for path in parts]


def examples(pages: Iterable[Page]) -> list[Page]:
    """Of each kind the page with the most sorts of elements, and one more if it adds some."""
    found: list[Page] = []
    by_kind = defaultdict(list)
    for page in pages:
        by_kind[page.kind].append(page)
    for alike in by_kind.values():
        seen: set[tuple[str, str]] = set()
        for _ in range(2):
            best = max(alike, key=lambda page: (len(page.shapes - seen), -len(page.content)))
            if not best.shapes - seen:
                break
            found.append(best)
            seen |= best.shapes
    return found


def stretched(pages: Iterable[Page]) -> list[Page]:
    """Of each kind the page with the longest word: the one that a window may be too narrow for."""
    longest: dict[str, tuple[int, Page]] = {}
    for page in pages:
        length = max(map(len, page.tree.text_content().split()))
        if length > longest.get(page.kind, (0, page))[0]:
            longest[page.kind] = (length, page)
    return [page for _, page in longest.values()]
