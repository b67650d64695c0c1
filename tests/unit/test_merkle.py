"""Merkle trees against the vectors of certificate-transparency's own tests, and against the RFC's recursion."""

from __future__ import annotations

from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenantc.audit import merkle

# certificate-transparency, merkle_tree_test.cc: the inputs, and the roots of the first n of them
ENTRIES = [
    bytes.fromhex(text)
    for text in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")
]
HEADS = (
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
# the same tests: leaf (from 0), size, path
PATHS = (
    (0, 1, ()),
    (
        0,
        8,
        (
            "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
        ),
    ),
    (
        5,
        8,
        (
            "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
            "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        ),
    ),
    (2, 3, ("fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",)),
    (
        1,
        5,
        (
            "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        ),
    ),
)
LEAVES = [merkle.leaf(entry) for entry in ENTRIES]


@pytest.mark.parametrize("size", range(len(HEADS)))
def test_heads_are_those_of_certificate_transparency(size: int) -> None:
    assert merkle.head(LEAVES[:size]).hex() == HEADS[size]


@pytest.mark.parametrize(("index", "size", "path"), PATHS)
def test_paths_are_those_of_certificate_transparency(index: int, size: int, path: tuple[str, ...]) -> None:
    assert [digest.hex() for digest in merkle.inclusion(index, LEAVES[:size])] == [*path]


def recursive(leaves: list[bytes]) -> bytes:
    """The Merkle Tree Hash as §2.1 defines it."""
    if len(leaves) < 2:
        return leaves[0] if leaves else sha256(b"").digest()
    split = 1 << (len(leaves) - 1).bit_length() - 1
    return sha256(b"\x01" + recursive(leaves[:split]) + recursive(leaves[split:])).digest()


@given(st.lists(st.binary(min_size=32, max_size=32), min_size=1, max_size=70), st.data())
def test_a_path_leads_to_the_head_and_to_no_other(leaves: list[bytes], data: st.DataObject) -> None:
    head = merkle.head(leaves)
    assert head == recursive(leaves)
    index = data.draw(st.integers(0, len(leaves) - 1))
    path = merkle.inclusion(index, leaves)
    assert merkle.implied(leaves[index], index, len(leaves), path) == head
    assert merkle.implied(merkle.leaf(b"another"), index, len(leaves), path) != head
    assert merkle.implied(leaves[index], index, len(leaves), [*path, head]) is None
    if path:
        assert merkle.implied(leaves[index], index, len(leaves), path[:-1]) is None
    other = data.draw(st.integers(0, len(leaves) - 1).filter(lambda one: one != index)) if len(leaves) > 1 else None
    if other is not None and leaves.count(leaves[index]) == 1:
        assert merkle.implied(leaves[index], other, len(leaves), path) != head


def test_a_leaf_that_is_not_there_has_no_path() -> None:
    with pytest.raises(IndexError):
        merkle.inclusion(8, LEAVES)
    assert merkle.implied(LEAVES[0], 8, 8, []) is None
    assert merkle.implied(LEAVES[0], -1, 8, []) is None
