import pytest
from msgspec.structs import replace

from domain.policies import MatchingPolicy
from domain.recommendations import ListKind
from tests.engine.sketch import (
    AHEAD,
    BEN,
    BUSES,
    CHALLENGES,
    CLEO,
    CONSULTANCY,
    DAN,
    DESKS,
    EVE,
    EXPERTS,
    GUIDE,
    PEERS,
    PEOPLE,
    RESOURCES,
    VIDEO,
    Sketch,
    partner,
)


def equals() -> Sketch:
    sketch = Sketch()
    for member in (BEN, CLEO):
        sketch.everywhere(member)
    return sketch


@pytest.mark.parametrize("kind", PEOPLE)
@pytest.mark.parametrize(
    ("part", "known"),
    [
        ("context", {"context": 1.0}),
        ("ties", {"tied": 1.0}),
        ("category", {"in_category": 2.0, "answered": 2.0}),
        ("readiness", {"since_answered": 1.0}),
    ],
)
def test_what_speaks_for_somebody_moves_them_before_their_equals(
    kind: ListKind, part: str, known: dict[str, float]
) -> None:
    sketch = equals()
    assert sketch.picks(kind) == [BEN, CLEO]
    sketch.knows(CLEO, **known)
    first, second = sketch.asks(kind).picks
    assert (first.candidate, second.candidate) == (CLEO, BEN)
    assert first.score - second.score == pytest.approx(first.parts[part], abs=2e-6)


@pytest.mark.parametrize("kind", PEOPLE)
@pytest.mark.parametrize(("part", "known"), [("load", {"load": 0.5}), ("exposure", {"exposure": 2.0})])
def test_what_burdens_somebody_moves_them_behind_their_equals(
    kind: ListKind, part: str, known: dict[str, float]
) -> None:
    sketch = equals()
    sketch.knows(BEN, **known)
    first, second = sketch.asks(kind).picks
    assert (first.candidate, second.candidate) == (CLEO, BEN)
    assert second.parts[part] == pytest.approx(second.score - first.score, abs=2e-6)


def test_how_much_somebody_answered_moves_nobody() -> None:
    sketch = equals()
    sketch.knows(CLEO, answered=500.0)
    assert sketch.picks(EXPERTS) == [BEN, CLEO]


def test_things_are_ordered_by_fit_alone() -> None:
    sketch = Sketch()
    for thing, maker in ((GUIDE, BEN), (VIDEO, CLEO)):
        sketch.material(thing, maker)
    for thing, maker in ((BUSES, BEN), (DESKS, CLEO)):
        sketch.problem(thing, maker)
    before = {kind: sketch.asks(kind).picks for kind in (RESOURCES, CHALLENGES)}
    sketch.knows(BEN, load=1.0, exposure=50.0)
    sketch.knows(CLEO, tied=9.0)
    assert {kind: sketch.asks(kind).picks for kind in before} == before


def test_somebody_far_down_by_fit_is_found_who_much_speaks_for() -> None:
    """Twenty fit better than CLEO; she is looked up all the same."""
    sketch = Sketch(list_length=1)
    for number in range(20):
        sketch.shows(f"member-000001{number:02d}", 0.7)
    sketch.shows(CLEO, 0.6)
    assert CLEO not in sketch.picks(EXPERTS)
    sketch.knows(CLEO, since_answered=0.0)
    assert sketch.picks(EXPERTS) == [CLEO]


def test_a_near_miss_is_measured_like_the_others() -> None:
    sketch = Sketch(list_length=1)
    for member, near in ((BEN, 0.6), (CLEO, 0.62)):
        sketch.shows(member, near)
    sketch.member(CLEO, away=True)
    assert list(sketch.misses(EXPERTS)) == [CLEO]
    sketch.knows(CLEO, exposure=20.0)
    assert sketch.misses(EXPERTS) == {}  # she would not have been on it


def test_peers_are_weighed_both_ways_and_those_ahead_one_way() -> None:
    sketch = equals()
    sketch.gives = {CLEO: 1.2}
    assert sketch.picks(PEERS) == [CLEO, BEN]
    assert sketch.picks(AHEAD) == [BEN, CLEO]
    first, second = sketch.asks(PEERS).picks
    assert first.parts["fit"] == second.parts["fit"] == second.score
    assert first.score == pytest.approx(2 * second.score * 1.2 / 2.2, abs=2e-6)
    assert first.parts["mutual"] == pytest.approx(first.score - second.score, abs=2e-6)


@pytest.mark.parametrize("kind", PEOPLE)
def test_who_fits_less_than_what_is_usual_gains_nothing_by_being_a_peer(kind: ListKind) -> None:
    sketch = equals()
    for place, hit in enumerate(sketch.hits):
        sketch.hits[place] = replace(hit, score=-0.1 if hit.person == CLEO else -0.05)
    first, second = sketch.asks(kind).picks
    assert (first.candidate, second.candidate) == (BEN, CLEO)
    assert "mutual" not in second.parts
    assert second.parts["fit"] < first.parts["fit"] < 0


def test_who_wrote_the_same_more_than_once_is_not_told_to_gain_less_by_it() -> None:
    sketch = equals()
    sketch.works_on(BEN, "challenge-000000b3")
    sketch.hits = [replace(hit, score=1.3) if hit.person == BEN else hit for hit in sketch.hits]
    first, _ = sketch.asks(PEERS).picks
    assert first.candidate == BEN
    assert first.score == first.parts["fit"] == 1.0
    assert "mutual" not in first.parts


def test_a_consultancy_asks_those_who_are_asked_less() -> None:
    sketch = Sketch(consultants_least=3, consultants_most=3)
    for member in (BEN, CLEO, DAN, EVE):
        sketch.shows(member, 0.7)
        sketch.member(member, **partner())
    assert sketch.picks(CONSULTANCY) == [BEN, CLEO, DAN]
    sketch.knows(CLEO, exposure=9.0)
    assert sketch.picks(CONSULTANCY) == [BEN, DAN, EVE]


def test_a_policy_without_weights_orders_by_fit() -> None:
    nothing = {name: 0.0 for name in MatchingPolicy.__struct_fields__ if name.endswith(("_weight", "_price"))}
    assert len(nothing) == 6
    sketch = equals()
    sketch.policy = MatchingPolicy(**nothing)
    sketch.knows(CLEO, tied=9.0, since_answered=0.0, context=1.0)
    sketch.knows(BEN, load=1.0, exposure=50.0)
    assert [(pick.candidate, pick.score) for pick in sketch.asks(EXPERTS).picks] == [
        (member, pick.parts["fit"]) for member, pick in zip((BEN, CLEO), sketch.asks(EXPERTS).picks, strict=True)
    ]
