"""Ties within and between sites, districts, roles and cohorts: E-I index of each, cells of ten people or more."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from sqlite3 import Connection
from typing import Final

import numpy as np
from msgspec import Struct

from engine.cells import hidden, hidden_within
from models.network_shape import Graph, by_group, external_internal, index
from models.reach import Numbers
from projections.site_tree import sites
from projections.tied_members import Counted

_BY: Final[Mapping[str, Callable[[Counted], str]]] = {
    "site": lambda each: each.site,
    "district": lambda each: each.district,
    "role": lambda each: each.role,
    "cohort": lambda each: each.cohort,
}


class Cell(Struct, frozen=True, kw_only=True):
    """A group with its ties, those to and from others counted once each."""

    group: str
    name: str
    members: int
    internal: int
    external: int
    index: float | None


class Division(Struct, frozen=True, kw_only=True):
    """Ties of whom no group is known count for neither side."""

    by: str
    known: int | None  # members of whom the group is known; None where the others are too few to be told
    internal: int
    external: int
    index: float | None
    cells: tuple[Cell, ...]  # the largest first
    kept_back: int  # groups with fewer than ten people, and others that would give them away


def cross_share(told: Graph, people: Sequence[Counted]) -> float | None:
    external, internal = external_internal(told, _numbers([each.site for each in people]))
    return external / (external + internal) if external + internal else None


def divisions(connection: Connection, told: Graph, people: Sequence[Counted]) -> tuple[Division, ...]:
    names = {each.site: each.name for each in sites(connection)}
    district = {each.site: each.district for each in people}
    districts = hidden(Counter(each.district for each in people))
    found = []
    for by, group in _BY.items():
        groups = [group(each) for each in people]
        people_in = Counter(groups)
        back = hidden_within(people_in, district, districts) if by == "site" else hidden(people_in)
        found.append(_division(by, told, groups, back, names))
    return tuple(found)


def _division(by: str, told: Graph, groups: Sequence[str], back: frozenset[str], names: Mapping[str, str]) -> Division:
    order, numbers = sorted(set(groups) - {""}), _numbers(groups)
    external, internal = external_internal(told, numbers)
    own = by_group(told, numbers, len(order))
    cells = [
        Cell(
            group=group,
            name=names.get(group, group),
            members=n,
            internal=within,
            external=out,
            index=index(out, within),
        )
        for group, n, within, out in zip(order, *(each.tolist() for each in own), strict=True)
        if group not in back
    ]
    return Division(
        by=by,
        known=None if "" in back else sum(map(bool, groups)),
        internal=internal,
        external=external,
        index=index(external, internal),
        cells=tuple(sorted(cells, key=lambda cell: (-cell.members, cell.group))),
        kept_back=len(back - {""}),
    )


def _numbers(groups: Sequence[str]) -> Numbers:
    """One number a group, -1 where it is not known."""
    number = {group: place for place, group in enumerate(sorted(set(groups) - {""}))}
    return np.array([number.get(each, -1) for each in groups], dtype=np.int64)
