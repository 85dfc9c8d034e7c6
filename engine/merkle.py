"""The Merkle tree of RFC 9162 §2.1 (and RFC 6962): roots, proofs of inclusion and of consistency, and their check."""

from collections.abc import Callable, Iterable, Sequence
from hashlib import sha256
from typing import Final, TypeAlias

SIZE: Final = 32  # bytes of every hash
EMPTY: Final = sha256(b"").digest()

HashAt: TypeAlias = Callable[[int, int], bytes]  # (level, i) → hash of the i-th complete subtree of 2**level leaves


def leaf_hash(data: bytes) -> bytes:
    return sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return sha256(b"\x01" + left + right).digest()


class Frontier:
    """The roots of the complete subtrees, largest first: all that is needed to append and to tell the root."""

    def __init__(self, size: int = 0, roots: Iterable[bytes] = ()) -> None:
        self.size = size
        self.roots = list(roots)
        if len(self.roots) != size.bit_count():
            raise ValueError(f"{len(self.roots)} subtrees do not make up {size} leaves")

    def append(self, leaf: bytes) -> list[bytes]:
        """Take in a leaf's hash; gives the roots of all subtrees that it completes, itself the first and smallest."""
        completed, size = [leaf], self.size
        while size & 1:
            completed.append(node_hash(self.roots.pop(), completed[-1]))
            size >>= 1
        self.roots.append(completed[-1])
        self.size += 1
        return completed

    def root(self) -> bytes:
        return _folded(self.roots)


def root_of(leaves: Iterable[bytes]) -> bytes:
    """The root over leaves' hashes."""
    frontier = Frontier()
    for leaf in leaves:
        frontier.append(leaf)
    return frontier.root()


def subtree_root(hash_at: HashAt, begin: int, end: int) -> bytes:
    """The root over the leaves from `begin` up to `end`, which is excluded; `begin` is where such a subtree begins."""
    roots = []
    while begin < end:
        level = (end - begin).bit_length() - 1
        roots.append(hash_at(level, begin >> level))
        begin += 1 << level
    return _folded(roots)


def split(size: int) -> int:
    """Of so many leaves, how many stand on the left: the largest power of two below."""
    return 1 << ((size - 1).bit_length() - 1)


def inclusion_proof(hash_at: HashAt, index: int, size: int) -> list[bytes]:
    """The siblings on the way from a leaf up to the root of the first `size` leaves."""
    if not 0 <= index < size:
        raise ValueError(f"there is no leaf {index} among {size}")
    begin, end, path = 0, size, []
    while end - begin > 1:
        middle = begin + split(end - begin)
        if index < middle:
            path.append(subtree_root(hash_at, middle, end))
            end = middle
        else:
            path.append(subtree_root(hash_at, begin, middle))
            begin = middle
    return path[::-1]


def verify_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> bool:
    """RFC 9162 §2.1.3.2; `leaf` is a leaf's hash."""
    if not 0 <= index < size:
        return False
    here, last, made = index, size - 1, leaf
    for sibling in proof:
        if last == 0:
            return False
        if here & 1 or here == last:
            made = node_hash(sibling, made)
            here, last = _up_to_a_right_child(here, last)
        else:
            made = node_hash(made, sibling)
        here, last = here >> 1, last >> 1
    return last == 0 and made == root


def consistency_proof(hash_at: HashAt, first: int, second: int) -> list[bytes]:
    """What shows that the first `first` of `second` leaves are those that an earlier root stands for."""
    if not 0 <= first <= second:
        raise ValueError(f"{first} leaves are not the beginning of {second}")
    if first in {0, second}:
        return []
    begin, end, path = 0, second, []
    while first != end:
        middle = begin + split(end - begin)
        if first <= middle:
            path.append(subtree_root(hash_at, middle, end))
            end = middle
        else:
            path.append(subtree_root(hash_at, begin, middle))
            begin = middle
    if begin:  # else it is the earlier root, which is known to whoever checks
        path.append(subtree_root(hash_at, begin, end))
    return path[::-1]


def verify_consistency(first: int, second: int, first_root: bytes, second_root: bytes, proof: Sequence[bytes]) -> bool:
    """RFC 9162 §2.1.4.2; the empty tree is the beginning of every other."""
    if not 0 <= first <= second:
        return False
    if first in {0, second}:
        earlier = EMPTY if first == 0 else second_root
        return not proof and first_root == earlier and (second > 0 or second_root == EMPTY)
    path = [*([first_root] if first & (first - 1) == 0 else []), *proof]
    if not path:
        return False
    here, last = first - 1, second - 1
    while here & 1:
        here, last = here >> 1, last >> 1
    return _leads_to_both(path, here, last, first_root, second_root)


def _leads_to_both(path: Sequence[bytes], here: int, last: int, first_root: bytes, second_root: bytes) -> bool:
    old = new = path[0]
    for sibling in path[1:]:
        if last == 0:
            return False
        if here & 1 or here == last:
            old, new = node_hash(sibling, old), node_hash(sibling, new)
            here, last = _up_to_a_right_child(here, last)
        else:
            new = node_hash(new, sibling)
        here, last = here >> 1, last >> 1
    return last == 0 and old == first_root and new == second_root


def _up_to_a_right_child(here: int, last: int) -> tuple[int, int]:
    """Over the levels where the node at the right edge has no sibling."""
    while here and not here & 1:
        here, last = here >> 1, last >> 1
    return here, last


def _folded(roots: Sequence[bytes]) -> bytes:
    """The root over complete subtrees, largest first."""
    if not roots:
        return EMPTY
    made = roots[-1]
    for root in reversed(roots[:-1]):
        made = node_hash(root, made)
    return made
