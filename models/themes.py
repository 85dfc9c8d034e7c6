"""Texts that say about the same, found together, and kept apart from one another in the same way from day to day."""

from collections.abc import Collection, Iterator, Sequence
from hashlib import sha256
from typing import Final, NamedTuple

import msgspec
import numpy as np
import numpy.typing as npt

from models.lexical import words_alone
from models.ranking import PLACES
from models.theme_words import TellingWord, label, likeness, still_tells, telling_words
from models.vector_index import Floats, Vectors, WrongVectors, checked

LEAST: Final = 4  # people who share a theme: so many make a group
NEAR: Final = 0.35  # mean cosine of all pairs across the two halves of a theme, at least
KEPT: Final = 0.05  # so much nearer are two who were together before
CARRIES_ON: Final = 0.35  # how much of a theme, in members and words, must be found again
MOST: Final = 10_000  # needs at once: all pairs are looked at, which then take a gigabyte and some seconds
AT_ONCE: Final = 500

Rows = list[int]


class Need(msgspec.Struct, frozen=True):
    """One text of one person."""

    id: str
    person: str
    text: str


class Theme(msgspec.Struct, frozen=True):
    """What several people's needs have in common. Nothing in it but `members` comes from a single person."""

    id: str
    label: str
    words: tuple[TellingWord, ...]  # the most telling first
    members: tuple[str, ...]  # ids of needs, the most typical first

    @property
    def representative(self) -> str:
        """The need that is nearest to all others of its theme: the medoid."""
        return self.members[0]


class TooMany(ValueError):  # noqa: N818 - a plain fact
    """More needs than can be compared at once."""


class _Branch(NamedTuple):
    """Needs that the tree joins, and the themes within them that are worth more than they were as one."""

    rows: Rows
    people: frozenset[str]
    mass: float = 0.0  # the cosines at which each of them joined, summed
    parts: tuple[Rows, ...] = ()
    worth: float = 0.0  # of the parts


def themes(
    needs: Sequence[Need], vectors: Vectors, before: Sequence[Theme] = (), unnamed: Collection[str] = ()
) -> tuple[Theme, ...]:
    """Themes of at least four people, the largest first; a need is in one of them or in none.

    Vectors are float32 of length 1, (n, width), in the order of the needs. In whatever order these come, the themes
    are the same. Everything given may be seen by whoever sees the themes: leave out what is not theirs to see.

    The tree is that of average linkage on cosines, and of its branches those are themes that stand out most: a branch
    is worth what its needs are nearer to one another than at the cosine where the tree joins it to others, summed, and
    it is taken in place of its parts if they are worth less together (the excess of mass of Campello, Moulavi and
    Sander 2013, HDBSCAN, whose tree is of single linkage). Needs that no branch of enough people holds are left out.

    `before` are the themes found last, and perhaps earlier ones. Two needs that were together then count a little
    nearer, so that borders move for a reason only (temporal smoothness: Chakrabarti, Kumar and Tomkins 2006). A theme
    that carries one of them on, in members still there and in telling words, keeps its id, each at most once and in
    all as much as possible (an exact assignment). Its label stays too while all its words are among the ten most
    telling, though no longer the first of them: a name that people know is worth more than the best.

    `unnamed` are words that no label may have, such as names of members and sites.
    """
    if len(needs) != len(vectors):
        raise WrongVectors(f"{len(needs)} needs came with {len(vectors)} vectors")
    checked(vectors, vectors.shape[-1])
    speaking = sorted((need.id, row) for row, need in enumerate(needs) if words_alone(need.text))
    if len(speaking) > MOST:
        raise TooMany(f"at most {MOST:,} needs are compared at once, got {len(speaking):,}")
    rows = [row for _, row in speaking]
    chosen, places = [needs[row] for row in rows], vectors[rows].astype(np.float64)
    found = [_typical_first(group, places) for group in _groups(chosen, places, before)]
    return _named(found, chosen, before, unnamed)


def _groups(needs: Sequence[Need], vectors: Floats, before: Sequence[Theme]) -> list[Rows]:
    if len(needs) < LEAST:
        return []
    from scipy.cluster.hierarchy import linkage  # noqa: PLC0415 - not needed to start, append or answer

    branches = {row: _Branch([row], frozenset({need.person})) for row, need in enumerate(needs)}
    tree = linkage(_distances(vectors, _together(needs, before)), "average")
    for number, (left, right, height, _) in enumerate(tree.tolist(), len(needs)):
        if 1 - height < NEAR:
            break
        branches[number] = _joined(branches.pop(int(left)), branches.pop(int(right)), 1 - height)
    return [rows for branch in branches.values() if len(branch.people) >= LEAST for rows in _best(branch, NEAR)[0]]


def _distances(vectors: Floats, together: Sequence[Rows]) -> Floats:
    """Of all pairs, row by row, rounded so that machines agree; less for those who were together."""
    parts = []
    for start in range(0, len(vectors), AT_ONCE):
        near = vectors[start : start + AT_ONCE] @ vectors[start:].T
        parts.append(1.0 - near[np.triu(np.ones(near.shape, dtype=np.bool_), 1)].round(PLACES))
    apart = np.concatenate(parts)
    pairs = [_pairs(np.array(rows), len(vectors)) for rows in together]
    if pairs:
        apart[np.unique(np.concatenate(pairs))] -= KEPT
    return np.maximum(0.0, apart, out=apart)


def _pairs(rows: npt.NDArray[np.int64], count: int) -> npt.NDArray[np.int64]:
    """Where all pairs of some rows, which rise, stand among all pairs of so many rows."""
    first, second = np.triu_indices(len(rows), 1)
    return count * rows[first] - rows[first] * (rows[first] + 3) // 2 + rows[second] - 1


def _together(needs: Sequence[Need], before: Sequence[Theme]) -> list[Rows]:
    places = {need.id: row for row, need in enumerate(needs)}
    found = [sorted({places[each] for each in theme.members if each in places}) for theme in before]
    return [rows for rows in found if len(rows) > 1]


def _joined(left: _Branch, right: _Branch, near: float) -> _Branch:
    rows, people = left.rows + right.rows, left.people | right.people
    small, large = sorted((left, right), key=lambda each: len(each.people))
    if len(large.people) < LEAST:
        return _Branch(rows, people, near * len(rows))
    if len(small.people) < LEAST:
        return _Branch(rows, people, large.mass + near * len(small.rows), large.parts, large.worth)
    (ours, our_worth), (theirs, their_worth) = _best(left, near), _best(right, near)
    return _Branch(rows, people, near * len(rows), ours + theirs, our_worth + their_worth)


def _best(branch: _Branch, joined: float) -> tuple[tuple[Rows, ...], float]:
    """The branch as one theme or its parts, whichever stand out more from the cosine at which it joins others."""
    whole = branch.mass - joined * len(branch.rows)
    return ((branch.rows,), whole) if whole >= branch.worth else (branch.parts, branch.worth)


def _typical_first(rows: Rows, vectors: Floats) -> Rows:
    """By their mean cosine with the others; rows stand in the order of ids."""
    theirs = vectors[rows]
    near = (theirs @ theirs.sum(axis=0)).round(PLACES).tolist()
    return [row for _, row in sorted(zip(near, rows, strict=True), key=lambda each: (-each[0], each[1]))]


def _named(
    groups: Sequence[Rows], needs: Sequence[Need], before: Sequence[Theme], unnamed: Collection[str]
) -> tuple[Theme, ...]:
    said = [[(needs[row].person, needs[row].text) for row in rows] for rows in groups]
    within = {row for rows in groups for row in rows}
    rest = [(need.person, need.text) for row, need in enumerate(needs) if row not in within]
    new = [
        Theme(_new_id(members, before), "", words, members)
        for rows, words in zip(groups, telling_words(said, rest, unnamed), strict=True)
        for members in [tuple(needs[row].id for row in rows)]
    ]
    carried = dict(_carried_on(new, before, {need.id for need in needs}))
    kept = {number: old.label for number, old in carried.items() if still_tells(old.label, new[number].words)}
    taken = set(kept.values())
    for number, theme in enumerate(new):
        given = kept.get(number) or label(theme.words, taken)
        taken.add(given)
        new[number] = Theme(carried.get(number, theme).id, given, theme.words, theme.members)
    return tuple(sorted(new, key=lambda theme: (-len(theme.members), theme.id)))


def _carried_on(new: Sequence[Theme], before: Sequence[Theme], there: Collection[str]) -> Iterator[tuple[int, Theme]]:
    """Which new theme goes on with which old one."""
    if not new or not before:
        return
    from scipy.optimize import linear_sum_assignment  # noqa: PLC0415 - not needed to start, append or answer

    alike = np.array([[_alike(theme, old, there) for old in before] for theme in new]).round(PLACES)
    numbers, columns = linear_sum_assignment(alike, maximize=True)
    for number, column in zip(numbers.tolist(), columns.tolist(), strict=True):
        if alike[number, column] >= CARRIES_ON:
            yield number, before[column]


def _alike(new: Theme, old: Theme, there: Collection[str]) -> float:
    """From 0 to 1: half by members, as far as they are still there (Dice), half by the cosine of telling words."""
    still = {each for each in old.members if each in there}
    shared = 2 * len(still.intersection(new.members)) / (len(still) + len(new.members))
    return (shared + likeness(new.words, old.words)) / 2


def _new_id(members: Sequence[str], before: Sequence[Theme]) -> str:
    """Made of the members, and of the themes before, one of which may have begun with the same members."""
    parts = (*sorted(members), "", *sorted(theme.id for theme in before))
    return sha256("\0".join(parts).encode()).hexdigest()[:16]
