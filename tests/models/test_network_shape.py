"""Every figure against how other people's software, or the plain formula, makes it of the same ties."""

from collections.abc import Iterable
from itertools import combinations

import networkx as nx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models import reach
from models.network_shape import Graph, external_internal, figures, graph, index, reach_two, without

TIES = st.integers(2, 14).flatmap(
    lambda n: st.tuples(st.just(n), st.lists(st.tuples(st.integers(0, n - 1), st.integers(0, n - 1)), max_size=40))
)


def of(members: int, ties: list[tuple[int, int]]) -> Graph:
    givers, receivers = np.array(ties, dtype=np.int64).reshape(-1, 2).T
    return graph(members, givers, receivers)


def directed(members: int, ties: list[tuple[int, int]]) -> nx.DiGraph:
    theirs = nx.DiGraph()
    theirs.add_nodes_from(range(members))
    theirs.add_edges_from((a, b) for a, b in ties if a != b)
    return theirs


@given(TIES)
def test_ties_pairs_and_degrees_are_counted_as_elsewhere(drawn: tuple[int, list[tuple[int, int]]]) -> None:
    found, theirs = figures(of(*drawn)), directed(*drawn)
    real = [(a, b) for a, b in drawn[1] if a != b]
    assert (found.members, found.ties) == (theirs.number_of_nodes(), theirs.number_of_edges())
    assert found.density == pytest.approx(nx.density(theirs))
    assert found.mutual == sum(theirs.has_edge(b, a) for a, b in theirs.edges) / 2
    assert found.asymmetric == theirs.number_of_edges() - 2 * found.mutual
    assert (found.in_degree_min, found.in_degree_max) == extremes(dict(theirs.in_degree).values())
    assert (found.out_degree_min, found.out_degree_max) == extremes(dict(theirs.out_degree).values())
    assert found.isolates == nx.number_of_isolates(theirs)
    assert (found.frequency_mean or 0) * found.ties == pytest.approx(len(real))
    if theirs.number_of_edges():
        assert found.reciprocity == pytest.approx(nx.overall_reciprocity(theirs))
        assert found.frequency_max == max(real.count(each) for each in real)


def extremes(values: Iterable[int]) -> tuple[int, int]:
    found = list(values)
    return min(found), max(found)


@given(TIES)
def test_paths_parts_and_triangles_are_those_of_the_undirected_network(
    drawn: tuple[int, list[tuple[int, int]]],
) -> None:
    found, theirs = figures(of(*drawn)), directed(*drawn).to_undirected()
    steps = [step for _, each in nx.all_pairs_shortest_path_length(theirs) for step in each.values() if step]
    assert found.giant == max(map(len, nx.connected_components(theirs)))
    assert (found.transitivity or 0) == pytest.approx(nx.transitivity(theirs))
    assert (found.mean_path or 0) == pytest.approx(np.mean(steps) if steps else 0)
    others = found.members * (found.members - 1)
    assert found.reach_two == reach_two(of(*drawn)) == pytest.approx(sum(step <= 2 for step in steps) / others)


@given(TIES)
def test_searches_in_many_rounds_find_what_those_of_one_round_find(drawn: tuple[int, list[tuple[int, int]]]) -> None:
    members, ties = drawn
    spread = [(a * 23, b * 23) for a, b in ties]  # over several words of bits
    usual = figures(of(members * 23, spread))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reach, "_AT_ONCE", 1)
        assert figures(of(members * 23, spread)) == usual


def test_a_star_is_all_centre_and_a_ring_has_none() -> None:
    star = figures(of(6, [tie for leaf in range(1, 6) for tie in ((0, leaf), (leaf, 0))]))
    assert star.centralization_total == 1.0
    assert figures(of(6, [(leaf, 0) for leaf in range(1, 6)])).centralization_in == 1.0
    assert figures(of(6, [(0, leaf) for leaf in range(1, 6)])).centralization_out == 1.0
    ring = figures(of(6, [(each, (each + 1) % 6) for each in range(6)]))
    assert (ring.centralization_total, ring.centralization_in, ring.centralization_out) == (0, 0, 0)


def test_a_full_core_with_an_untied_periphery_fits_wholly() -> None:
    core = list(combinations(range(4), 2))
    whole = figures(of(9, [*core, *((each, 0) for each in range(4, 9))]))
    assert (whole.core, whole.core_fit) == (4, pytest.approx(1.0))
    amiss = figures(of(9, [*core, *((each, 0) for each in range(4, 9)), (5, 6)]))
    assert amiss.core == 4
    assert amiss.core_fit == pytest.approx(np.corrcoef([1] * 6 + [0] * 10, [1] * 6 + [1] + [0] * 9)[0, 1])


@given(TIES, st.sets(st.integers(0, 13)))
def test_without_somebody_it_is_the_network_that_never_had_them(
    drawn: tuple[int, list[tuple[int, int]]], gone: set[int]
) -> None:
    members, ties = drawn
    stay = [each for each in range(members) if each not in gone]
    rest = [(stay.index(a), stay.index(b)) for a, b in ties if a in stay and b in stay]
    left = without(of(members, ties), np.array(sorted(gone & set(range(members))), dtype=np.int64))
    assert figures(left) == figures(of(len(stay), rest))


def test_ties_of_who_has_no_group_are_neither_within_nor_between() -> None:
    whole = of(5, [(0, 1), (1, 0), (0, 2), (2, 3), (3, 4)])
    external, internal = external_internal(whole, np.array([0, 0, 1, 1, -1]))
    assert (external, internal) == (1, 3)
    assert (index(external, internal), index(0, 0)) == (-0.5, None)


def test_a_network_of_few_or_none_has_no_figure_where_a_formula_has_no_value() -> None:
    for members in (0, 1, 2):
        found = figures(of(members, []))
        assert (found.centralization_total, found.transitivity, found.frequency_mean) == (None, None, None)
    assert figures(of(0, [])).giant == 0
    assert figures(of(1, [(0, 0)])).ties == 0


@given(TIES)
def test_the_core_is_the_best_of_all_that_take_the_best_tied_first(drawn: tuple[int, list[tuple[int, int]]]) -> None:
    found, theirs = figures(of(*drawn)), directed(*drawn).to_undirected()
    fits = []
    for least in set(dict(theirs.degree).values()):
        core = {member for member, degree in theirs.degree if degree >= least}
        pairs = [(a, b) for a, b in combinations(theirs, 2) if (a in core) == (b in core)]
        ideal, tied = [a in core for a, _ in pairs], [theirs.has_edge(*pair) for pair in pairs]
        if len(set(ideal)) == len(set(tied)) == 2:
            fits.append(float(np.corrcoef(ideal, tied)[0, 1]))
    assert found.core_fit == (pytest.approx(max(fits)) if fits else None)


@given(TIES)
def test_centralization_is_the_formula_of_each_degree(drawn: tuple[int, list[tuple[int, int]]]) -> None:
    found, theirs, n = figures(of(*drawn)), directed(*drawn), drawn[0]
    for told, degree, most in (
        (found.centralization_total, dict(theirs.degree), 2 * (n - 1) * (n - 2)),
        (found.centralization_in, dict(theirs.in_degree), (n - 1) ** 2),
        (found.centralization_out, dict(theirs.out_degree), (n - 1) ** 2),
    ):
        spread = sum(max(degree.values()) - each for each in degree.values())
        assert told == (pytest.approx(spread / most) if n > 2 else None)
