"""What the readers of streamed XML share."""

from lxml import etree


def forget(element: etree._Element) -> None:
    """Give back the memory of what has been read; else the whole tree would grow."""
    element.clear()
    parent = element.getparent()
    while parent is not None and element.getprevious() is not None:
        del parent[0]
