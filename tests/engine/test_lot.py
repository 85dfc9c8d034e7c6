from collections import Counter

import pytest

from domain.policies import MatchingPolicy
from domain.recommendations import ListKind
from domain.vocabulary import Level
from engine.case import Ranked
from engine.lot import drawn, seed_of
from tests.engine.sketch import BEN, CLEO, CONSULTANCY, DAN, EVE, EXPERTS, PEOPLE, Sketch

FAY = "member-0000000f"
MANY = 4_000  # needs
POLICY = MatchingPolicy(newcomer_chance=0.3)


def ranked(*members: str) -> list[Ranked]:
    return [
        Ranked(candidate=each, person=each, fit=score, score=score, hits=())
        for each, score in zip(members, (0.9, 0.8, 0.7, 0.6, 0.5), strict=False)
    ]


def lists() -> list[int]:
    return [seed_of(f"recommendation-{number:08x}") for number in range(MANY)]


@pytest.mark.parametrize("new", [(DAN,), (DAN, EVE), (CLEO, DAN, EVE), (CLEO,), ()], ids=len)
def test_each_holds_the_last_place_as_often_as_is_recorded(new: tuple[str, ...]) -> None:
    everyone = ranked(BEN, CLEO, DAN, EVE)
    newcomers = [one for one in everyone if one.candidate in new]
    held, chances = Counter[str](), dict[str, float]()
    for seed in lists():
        picks, chance = drawn(everyone[:2], newcomers, POLICY, seed)
        assert picks[0].candidate == BEN
        holder = picks[-1].candidate
        held[holder] += 1
        assert chances.setdefault(holder, chance) == chance  # the same whenever it is theirs
    assert sum(chances.values()) == pytest.approx(1)
    assert held.keys() == {CLEO, *new}
    for holder, chance in chances.items():
        assert held[holder] / MANY == pytest.approx(chance, abs=0.03), holder


def test_a_list_draws_the_same_lot_again_and_who_comes_or_goes_moves_no_other_newcomer() -> None:
    everyone = ranked(BEN, CLEO, DAN, EVE, FAY)
    for seed in lists()[:500]:
        before, _ = drawn(everyone[:2], everyone[2:4], POLICY, seed)
        assert before == drawn(everyone[:2], everyone[3:1:-1], POLICY, seed)[0]
        after, _ = drawn(everyone[:2], everyone[2:], POLICY, seed)
        assert after[-1].candidate in {before[-1].candidate, FAY}


def test_a_seed_and_its_lot_are_the_same_on_any_machine() -> None:
    assert [seed_of(f"recommendation-{number:08x}") for number in (1, 2)] == [104075706535485, 71269724112463]
    everyone = ranked(BEN, CLEO, DAN, EVE)
    held = [drawn(everyone[:2], everyone[2:], POLICY, seed)[0][-1].candidate[-1] for seed in range(20)]
    assert "".join(held) == "dcccccdcccccceeeecec"


def test_without_a_chance_nobody_gets_a_place_by_lot() -> None:
    everyone = ranked(BEN, CLEO, DAN)
    never = MatchingPolicy(newcomer_chance=0.0)
    assert all(drawn(everyone[:2], everyone[2:], never, seed) == (everyone[:2], 1.0) for seed in lists()[:200])


def meeting(kind: ListKind) -> Sketch:
    """BEN and CLEO come first, and of the newcomers only DAN may be there."""
    sketch = Sketch(list_length=2, newcomer_chance=0.5, floor=0.4)
    for member, near in ((BEN, 0.9), (CLEO, 0.8), (DAN, 0.6), (EVE, 0.3), (FAY, 0.7)):
        sketch.everywhere(member, near)
    sketch.member(FAY, muted=frozenset({sketch.need(kind).reader}))
    sketch.fresh = frozenset({DAN, EVE, FAY})
    return sketch


@pytest.mark.parametrize("kind", PEOPLE)
def test_a_newcomer_below_the_floor_or_kept_off_by_a_rule_never_gets_the_place(kind: ListKind) -> None:
    sketch = meeting(kind)
    last = [sketch.asks(kind, seed=seed).picks[-1] for seed in range(200)]
    assert {pick.candidate for pick in last} == {CLEO, DAN}
    for pick in last:
        assert pick.propensity == pytest.approx(0.5)
        assert ("newcomer" in pick.parts) is (pick.candidate == DAN)
        assert pick.reasons
    lift = next(pick.parts["newcomer"] for pick in last if pick.candidate == DAN)
    points = {pick.candidate: pick.score for pick in last}
    assert lift == pytest.approx(points[CLEO] - points[DAN], abs=1e-6)
    assert all(sketch.asks(kind, seed=seed).picks[0].propensity == 1.0 for seed in range(5))


def test_a_list_with_room_for_all_and_a_consultancy_draw_no_lot() -> None:
    sketch = meeting(EXPERTS)
    sketch.policy = MatchingPolicy(list_length=3, newcomer_chance=1.0, floor=0.4)
    assert [(pick.candidate, pick.propensity) for pick in sketch.asks(EXPERTS).picks] == [
        (BEN, 1.0),
        (CLEO, 1.0),
        (DAN, 1.0),
    ]
    sketch.policy = MatchingPolicy(list_length=3, newcomer_chance=1.0, consultants_most=3)
    sketch.shows("member-00000010", 0.75)
    for member in (BEN, CLEO, DAN, "member-00000010"):
        sketch.member(member, level=Level.PARTNER, free_minutes=600)
    assert all(pick.propensity == 1.0 for pick in sketch.asks(CONSULTANCY).picks)


def test_why_not_knows_who_has_the_place_by_lot() -> None:
    sketch = meeting(EXPERTS)
    for seed in range(20):
        listed = [pick.candidate for pick in sketch.asks(EXPERTS, seed=seed).picks]
        for member in (CLEO, DAN):
            suggested = sketch.why_not(EXPERTS, member, seed=seed) == "they are suggested, in place 2"
            assert suggested is (member in listed)
