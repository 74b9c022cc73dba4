"""The log of releases: the hashes of RFC 6962, and that it only grows."""

import hashlib
from collections.abc import Sequence
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.log import entry_of, lines_of, read_lines, root
from schemas.history import Release

# The leaves and roots of Certificate Transparency's own tests (merkletree/merkle_tree_test.cc).
LEAVES = [
    bytes.fromhex(leaf)
    for leaf in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
ROOTS = (
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
)
TREES = st.lists(st.binary(max_size=8), min_size=1, max_size=40)


@pytest.mark.parametrize("size", range(len(ROOTS)))
def test_the_root_is_that_of_rfc_6962(size: int) -> None:
    assert root(LEAVES[:size]) == ROOTS[size]


def test_a_node_is_no_leaf() -> None:
    """Without the two prefixes a leaf of 64 bytes could pose as the node above two others."""
    hashes = b"".join(hashlib.sha256(b"\0" + leaf).digest() for leaf in (b"a", b"b"))
    assert root([b"a", b"b"]) != root([hashes])


# ---- proofs: made from our roots, checked as RFC 9162 checks them, which knows nothing of ours


def split(size: int) -> int:
    """The largest power of two below ``size``."""
    return max(1 << n for n in range(size.bit_length()) if 1 << n < size)


def inclusion(leaves: Sequence[bytes], index: int) -> list[bytes]:
    """PATH(m, D[n]) of RFC 6962, section 2.1.1."""
    if len(leaves) == 1:
        return []
    k = split(len(leaves))
    if index < k:
        return [*inclusion(leaves[:k], index), bytes.fromhex(root(leaves[k:]))]
    return [*inclusion(leaves[k:], index - k), bytes.fromhex(root(leaves[:k]))]


def consistency(leaves: Sequence[bytes], first: int, *, whole: bool = True) -> list[bytes]:
    """SUBPROOF(m, D[n], b) of RFC 6962, section 2.1.2."""
    if first == len(leaves):
        return [] if whole else [bytes.fromhex(root(leaves))]
    k = split(len(leaves))
    if first <= k:
        return [*consistency(leaves[:k], first, whole=whole), bytes.fromhex(root(leaves[k:]))]
    return [*consistency(leaves[k:], first - k, whole=False), bytes.fromhex(root(leaves[:k]))]


def node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\1" + left + right).digest()


def included(leaf: bytes, index: int, size: int, path: Sequence[bytes]) -> str:
    """Return the root that a proof of inclusion leads to (RFC 9162, section 2.1.3.2)."""
    fn, sn, found = index, size - 1, hashlib.sha256(b"\0" + leaf).digest()
    for other in path:
        assert sn, "the proof is too long"
        if fn & 1 or fn == sn:
            found = node(other, found)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            found = node(found, other)
        fn, sn = fn >> 1, sn >> 1
    assert sn == 0, "the proof is too short"
    return found.hex()


def consistent(first: int, second: int, old: str, path: Sequence[bytes]) -> tuple[str, str]:
    """Return the two roots that a proof of consistency leads to (RFC 9162, section 2.1.4.2)."""
    steps = [bytes.fromhex(old), *path] if first & (first - 1) == 0 else list(path)
    fn, sn = first - 1, second - 1
    while fn & 1:
        fn, sn = fn >> 1, sn >> 1
    before = after = steps[0]
    for other in steps[1:]:
        assert sn, "the proof is too long"
        if fn & 1 or fn == sn:
            before, after = node(other, before), node(other, after)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            after = node(after, other)
        fn, sn = fn >> 1, sn >> 1
    assert sn == 0, "the proof is too short"
    return before.hex(), after.hex()


@given(TREES, st.data())
def test_every_leaf_is_proved_to_be_in_the_tree(leaves: list[bytes], data: st.DataObject) -> None:
    index = data.draw(st.integers(0, len(leaves) - 1))
    path = inclusion(leaves, index)
    assert included(leaves[index], index, len(leaves), path) == root(leaves)


@given(TREES, st.data())
def test_a_longer_tree_is_proved_to_hold_the_shorter(
    leaves: list[bytes], data: st.DataObject
) -> None:
    first = data.draw(st.integers(1, len(leaves)))
    if first < len(leaves):
        old = root(leaves[:first])
        path = consistency(leaves, first)
        assert consistent(first, len(leaves), old, path) == (old, root(leaves))


@given(TREES, st.data())
def test_another_leaf_another_order_or_one_less_is_another_root(
    leaves: list[bytes], data: st.DataObject
) -> None:
    index = data.draw(st.integers(0, len(leaves) - 1))
    changed = [*leaves[:index], leaves[index] + b"x", *leaves[index + 1 :]]
    assert len({root(leaves), root(changed), root(leaves[:-1])}) == 3
    if leaves != leaves[::-1]:
        assert root(leaves[::-1]) != root(leaves)


# ---- the lines


RELEASES = (
    Release("a" * 32, None, date(2025, 10, 6)),
    Release("b" * 32, "a" * 32, date(2025, 10, 8)),
)


def test_a_line_of_the_log_is_the_leaf_itself() -> None:
    lines = lines_of([entry_of(release) for release in RELEASES]).decode().splitlines()
    assert lines == [
        '{"day":"2025-10-06","previous":null,"release":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"}',
        f'{{"day":"2025-10-08","previous":"{"a" * 32}","release":"{"b" * 32}"}}',
    ]
    assert root([line.encode() for line in lines]) == root([entry_of(r).leaf for r in RELEASES])


def test_the_log_is_read_as_it_was_written() -> None:
    entries = [entry_of(release) for release in RELEASES]
    assert read_lines(lines_of(entries)) == entries
    assert read_lines(b"") == []


TEXT = lines_of([entry_of(release) for release in RELEASES])


@pytest.mark.parametrize(
    "text",
    [
        TEXT.replace(b",", b", "),
        TEXT.replace(b"2025-10-06", b"2025-13-06"),
        TEXT.replace(b'"day"', b'"more":1,"day"'),
        TEXT.replace(b"\n", b"\r\n"),
        TEXT.rstrip(b"\n"),
        TEXT + b"\n",
        TEXT + b"[" * 100_000,
        b"\xff" + TEXT,
    ],
    ids=["blanks", "no day", "one more", "returns", "open end", "empty", "deep", "no text"],
)
def test_a_log_in_any_other_form_is_refused(text: bytes) -> None:
    with pytest.raises(ValueError, match=r".+"):
        read_lines(text)
