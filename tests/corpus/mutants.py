"""Broken copies of good files, seeded: where sums protect the bytes, and where nothing does."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from random import Random

from pipeline.examples import Book
from tests.corpus.alterations import MERGES
from tests.corpus.forms import FORMS, month_book
from tests.corpus.variants import FORMATS, Format, as_file
from tests.test_guard import parts_of, zipped


@dataclass(frozen=True)
class Good:
    """A good file of a format, and the book that it says."""

    kind: Format
    book: Book
    content: bytes


@dataclass(frozen=True)
class Mutant:
    """``protected``: a sum of the file itself stands against what was done to it.

    Where none does, a changed figure is another file by right, and nobody can tell.
    """

    of: Good
    how: str
    content: bytes
    protected: bool


def goods() -> tuple[Good, ...]:
    """One good file of every format; the layouts take turns."""
    forms = ("nine-columns", "twelve-columns", "fourteen-columns")
    found = []
    for at, kind in enumerate(FORMATS):
        form = FORMS[forms[at % len(forms)] if kind.holds >= MERGES else "nine-columns"]
        book = as_file(month_book(form, 4, seed=at), kind)
        found.append(Good(kind, book, kind.written(book)))
    return tuple(found)


def mutants(count: int, seed: int = 1) -> Iterator[Mutant]:
    """Yield so many broken copies, the same for a seed, of all formats in turn."""
    dice = Random(seed)  # noqa: S311 - cases that repeat
    all_goods = goods()
    for at in range(count):
        good = all_goods[at % len(all_goods)]
        zip_file = good.content.startswith(b"PK")
        inside = zip_file and dice.randrange(3) == 0
        how, change = dice.choice(INSIDE if inside else OUTSIDE)
        content = change(good.content, dice)
        if content != good.content:
            yield Mutant(good, how, content, protected=zip_file and not inside)


# ---- the bytes of the file as they lie on the disk


def _cut(content: bytes, dice: Random) -> bytes:
    return content[: dice.randrange(len(content))]


def _lose(content: bytes, dice: Random) -> bytes:
    at = dice.randrange(len(content))
    return content[:at] + content[at + dice.choice((1, 9, 300, 4096)) :]


def _double(content: bytes, dice: Random) -> bytes:
    at, source = dice.randrange(len(content)), dice.randrange(len(content))
    return content[:at] + content[source : source + dice.choice((1, 9, 300))] + content[at:]


def _flip(content: bytes, dice: Random) -> bytes:
    copy = bytearray(content)
    for _ in range(dice.choice((1, 1, 3, 40))):
        copy[dice.randrange(len(copy))] ^= 1 << dice.randrange(8)
    return bytes(copy)


def _overwrite(content: bytes, dice: Random) -> bytes:
    """A block of zeros or noise, as a bad disk leaves it."""
    size = dice.choice((16, 512, 4096))
    at = dice.randrange(len(content))
    block = dice.choice((bytes(size), dice.randbytes(size)))
    return (content[:at] + block + content[at + size :])[: len(content)]


def _swap_blocks(content: bytes, dice: Random) -> bytes:
    size = dice.choice((16, 512))
    first, second = sorted(dice.sample(range(max(2, len(content) // size)), 2))
    a, b = first * size, second * size
    middle = content[a + size : b]
    return (
        content[:a] + content[b : b + size] + middle + content[a : a + size] + content[b + size :]
    )


# ---- parts inside an archive whose sums are made anew


def _drop_part(content: bytes, dice: Random) -> bytes:
    parts = parts_of(content)
    parts.pop(dice.randrange(len(parts)))
    return zipped(parts)


def _swap_parts(content: bytes, dice: Random) -> bytes:
    parts = parts_of(content)
    a, b = dice.sample(range(len(parts)), 2)
    (name_a, part_a), (name_b, part_b) = parts[a], parts[b]
    parts[a], parts[b] = (name_a, part_b), (name_b, part_a)
    return zipped(parts)


def _change_part(content: bytes, dice: Random) -> bytes:
    parts = parts_of(content)
    at = dice.randrange(len(parts))
    name, part = parts[at]
    _, change = dice.choice(OUTSIDE)
    parts[at] = (name, change(part, dice) if len(part) > 1 else b"x")
    return zipped(parts)


Change = Callable[[bytes, Random], bytes]
OUTSIDE: tuple[tuple[str, Change], ...] = (
    ("cut off", _cut),
    ("bytes lost", _lose),
    ("bytes doubled", _double),
    ("bits flipped", _flip),
    ("overwritten", _overwrite),
    ("blocks swapped", _swap_blocks),
)
INSIDE: tuple[tuple[str, Change], ...] = (
    ("a part lost", _drop_part),
    ("parts swapped", _swap_parts),
    ("a part changed", _change_part),
    ("a part changed", _change_part),
)
