"""The office's own colour and emblem, in the two files that carry them on every page."""

import base64
import struct
from collections.abc import Iterator, Sequence
from importlib.resources import files

STYLE, ICON = "assets/style.css", "assets/icon.svg"
LARGEST = 60_000  # bytes of an emblem: every page fetches it, and a page has 150 kB
READABLE = 4.5  # the contrast of text to its ground, WCAG 2.2 1.4.3
# What text in the office's colour stands on (templates/style.css), by day and by night.
BY_DAY = ("#ffffff", "#f4f6f6", "#fff3df", "#fff8d6")
BY_NIGHT = ("#14191b", "#1c2326", "#362a16", "#3a3518")
SOFT = 0.12  # of the colour in its soft ground
_DARK = 0.04045  # of sRGB: below it a channel is linear

_BEGIN = b"\x89PNG\r\n\x1a\n"
# What makes the picture; the rest tells who drew it where and when, which is nobody's business.
_SHOWN = {b"IHDR", b"PLTE", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"IDAT", b"IEND"}


class EmblemError(ValueError):
    """A file that is no PNG as we can show it; the message says why, in Thai."""


def dress(colour: str, emblem: bytes) -> dict[str, bytes]:
    """Return the style sheet and the emblem by their paths.

    ``colour`` is #rrggbb, "" for ours; ``emblem`` a PNG of ``bare_png``, b"" for our picture.
    """
    style = (files("templates") / "style.css").read_bytes()
    icon = (files("templates") / "icon.svg").read_bytes()
    return {
        STYLE: style + _colours(colour).encode() if colour else style,
        ICON: _picture(emblem) if emblem else icon,
    }


def bare_png(content: bytes) -> bytes:
    """Return the picture without what else its file tells. Errors: EmblemError."""
    if len(content) > LARGEST:
        raise EmblemError(f"ใหญ่ {len(content):,} ไบต์ เกิน {LARGEST:,} ไบต์")
    if not content.startswith(_BEGIN):
        raise EmblemError("ไม่ใช่ไฟล์ PNG")
    chunks = list(_chunks(content))
    names = [name for name, _ in chunks]
    if not names or names[0] != b"IHDR" or names[-1] != b"IEND" or b"IDAT" not in names:
        raise EmblemError("ไฟล์ PNG ไม่สมบูรณ์")
    return _BEGIN + b"".join(whole for name, whole in chunks if name in _SHOWN)


def _chunks(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Give name and bytes of each chunk, up to the end of the picture."""
    at = len(_BEGIN)
    while at + 12 <= len(content):
        (length,) = struct.unpack_from(">I", content, at)
        name, whole = content[at + 4 : at + 8], content[at : at + 12 + length]
        if len(whole) < 12 + length:
            return
        yield name, whole
        if name == b"IEND":
            return
        at += 12 + length


def _picture(png: bytes) -> bytes:
    """The emblem in the place of our own picture: no page has to know that there is one."""
    data = base64.b64encode(png).decode()
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64">'
        f'<image width="64" height="64" href="data:image/png;base64,{data}"/></svg>\n'
    ).encode()


def _colours(colour: str) -> str:
    """The tokens of the style sheet that follow the colour, as dark or light as can be read."""
    day, night = _readable(colour, "#000000", BY_DAY), _readable(colour, "#ffffff", BY_NIGHT)
    light = f"--accent: {day}; --accent-soft: {_mixed(BY_DAY[0], day, SOFT)};"
    dark = f"--accent: {night}; --accent-soft: {_mixed(BY_NIGHT[0], night, SOFT)};"
    scheme = "@media screen and (prefers-color-scheme: dark)"
    return f"\n:root {{ {light} }}\n{scheme} {{ :root {{ {dark} }} }}\n"


def _readable(colour: str, towards: str, grounds: Sequence[str]) -> str:
    """The colour itself, or what comes next to it and can be read on every ground."""
    steps = (_mixed(colour, towards, share / 20) for share in range(21))
    return next(
        one
        for one in steps
        if all(
            contrast(one, ground) >= READABLE
            for ground in (*grounds, _mixed(grounds[0], one, SOFT))
        )
    )


def _mixed(colour: str, other: str, share: float) -> str:
    pairs = zip(_channels(colour), _channels(other), strict=True)
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in pairs)


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours as WCAG 2.2 defines it, from 1 to 21."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    linear = [
        s / 12.92 if s <= _DARK else ((s + 0.055) / 1.055) ** 2.4
        for s in (channel / 255 for channel in _channels(colour))
    ]
    return sum(w * s for w, s in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def _channels(colour: str) -> list[int]:
    whole = colour if len(colour) > len("#rgb") else "#" + "".join(one * 2 for one in colour[1:])
    return [int(whole[at : at + 2], 16) for at in (1, 3, 5)]
