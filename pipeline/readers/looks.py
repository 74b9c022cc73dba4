"""What a web page says of its elements: hidden, struck through, in which number format."""

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from lxml.html import HtmlElement

Declarations = Mapping[str, str]
Rules = Mapping[tuple[str, str], Declarations]  # by element and class, "" for any

# Each pattern takes what it has looked at: a hostile sheet is read in a straight line.
_COMMENT = re.compile(r"/\*.*?(?:\*/|\Z)|<!--|-->", re.DOTALL)
_UP_TO_BRACE = re.compile(r"([^{}]*+)([{}]|\Z)")
_SELECTOR = re.compile(r"([a-z0-9]*)(?:\.([\w-]+))?", re.IGNORECASE)
_DECLARATION = re.compile(
    r"""([\w-]++)(?:\s*+:\s*+((?:"(?:\\.|[^"\\])*+"|'(?:\\.|[^'\\])*+'|\\.|[^;"'\\])*+))?""",
    re.DOTALL,
)
_ESCAPED = re.compile(r"\\(?:([0-9a-f]{4,6}) ?|(.))", re.IGNORECASE | re.DOTALL)
_STRUCK_TAGS = frozenset({"s", "strike", "del"})
# All others would only be copied from look to look.
_TELLING = frozenset(
    {
        "display",
        "visibility",
        "text-decoration",
        "text-decoration-line",
        "text-line-through",
        "mso-hide",
        "mso-ignore",
        "mso-number-format",
        "mso-spacerun",
    }
)


class Look(NamedTuple):
    """How an element looks: the first two hold for all that is in it."""

    hidden: bool = False
    struck: bool = False
    keeps_blanks: bool = False
    spills: bool = False  # Excel's colspan for text that is only drawn over its neighbours
    number_format: str = ""


def rules_of(page: HtmlElement) -> Rules:
    """Return what the style sheets of the page say of classes and elements; nothing finer."""
    rules: dict[tuple[str, str], dict[str, str]] = {}
    for sheet in page.iter("style"):
        for selectors, text in _blocks(_COMMENT.sub("", sheet.text or "")):
            declarations = _declared(text)
            for selector in selectors.split(",") if declarations else ():
                simple = _SELECTOR.fullmatch(selector.strip())
                if simple and simple[0]:
                    place = (simple[1].lower(), simple[2] or "")
                    rules.setdefault(place, {}).update(declarations)
    return rules


def _blocks(text: str) -> Iterator[tuple[str, str]]:
    """Give each innermost block with what stands before it; none that holds on paper only."""
    around: list[tuple[str, bool]] = []  # before each open brace; whether a medium is named there
    for piece in _UP_TO_BRACE.finditer(text):
        if piece[2] == "{":
            within = around[-1][1] if around else False
            around.append((piece[1], within or piece[1].lstrip().lower().startswith("@media")))
        elif piece[2] and around:
            before, of_medium = around.pop()
            if not of_medium:
                yield before, piece[1]


def look_of(element: HtmlElement, rules: Rules, around: Look) -> Look:
    """Return the look of an element within one of the look ``around``."""
    tag = str(element.tag)
    style = dict(rules.get((tag, ""), {}))
    for name in (element.get("class") or "").split():
        style |= {**rules.get(("", name), {}), **rules.get((tag, name), {})}
    if own := element.get("style"):
        style |= _declared(own)
    if not style and tag not in _STRUCK_TAGS:
        return Look(around.hidden, around.struck, around.keeps_blanks)
    decoration = f"{style.get('text-decoration', '')} {style.get('text-decoration-line', '')}"
    single = style.get("text-line-through", "none")
    return Look(
        hidden=around.hidden
        or style.get("display") == "none"
        or style.get("visibility") in {"hidden", "collapse"}
        or style.get("mso-hide") == "all",
        struck=around.struck
        or tag in _STRUCK_TAGS
        or "line-through" in decoration
        or single != "none",
        keeps_blanks=around.keeps_blanks or style.get("mso-spacerun") == "yes",
        spills="colspan" in style.get("mso-ignore", ""),
        number_format=_unescaped(style.get("mso-number-format", "")),
    )


def _declared(text: str) -> dict[str, str]:
    """Return what tells a look, the words in small letters; a number format keeps its own."""
    found = {
        name: declared[2].strip()
        for declared in _DECLARATION.finditer(text)
        if declared[2] is not None and (name := declared[1].lower()) in _TELLING
    }
    return {
        name: value if name == "mso-number-format" else value.lower()
        for name, value in found.items()
    }


def _unescaped(value: str) -> str:
    r"""Return a number format without the marks of CSS.

    >>> _unescaped(r'"\[$-107041E\]d\\ mmm\\ yyyy"'), _unescaped(r'"\0022ก\0022"')
    ('[$-107041E]d\\ mmm\\ yyyy', '"ก"')
    """
    inner = (
        value[1:-1] if len(value) > 1 and value[0] == value[-1] and value[0] in "\"'" else value
    )
    return _ESCAPED.sub(
        lambda mark: chr(int(mark[1], 16) % 0x110000) if mark[1] else mark[2], inner
    )
