"""Which cells of a table may be told: none of fewer than ten people, nor what would give such a one away."""

from collections import defaultdict
from collections.abc import Collection, Hashable, Mapping
from typing import Final, TypeVar

PEOPLE: Final = 10  # in one cell, at least

K = TypeVar("K", bound=Hashable)
P = TypeVar("P", bound=Hashable)


def large(people: int) -> bool:
    """Whether a figure of so many may be told."""
    return people >= PEOPLE


def hidden(people: Mapping[K, int]) -> frozenset[K]:
    """Cells that are kept back where the sum of all is known.

    Those of fewer than ten people, and where the others would leave one of them over, or fewer than ten people in all,
    the next smallest too. Of cells alike, the one whose name comes first.
    """
    order = sorted((cell for cell, count in people.items() if count), key=lambda cell: (people[cell], str(cell)))
    kept = [cell for cell in order if not large(people[cell])]
    rest = order[len(kept) :]
    while kept and rest and (len(kept) == 1 or not large(sum(people[cell] for cell in kept))):
        kept.append(rest.pop(0))
    return frozenset(kept)


def hidden_within(people: Mapping[K, int], within: Mapping[K, P], above: Collection[P]) -> frozenset[K]:
    """The same of cells that lie in larger ones: each of these is a sum that is known, unless it is kept back itself.

    `above` are the larger cells that are kept back: all that lies in one of them is.
    """
    parts = defaultdict[P, dict[K, int]](dict)
    for cell, count in people.items():
        parts[within[cell]][cell] = count
    found = [frozenset(cells) if larger in above else hidden(cells) for larger, cells in parts.items()]
    return frozenset().union(*found)
