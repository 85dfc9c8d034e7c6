import time
from collections.abc import Sequence
from itertools import combinations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.eligibility import Asking, Candidate, Mode, first_objection
from domain.policies import MatchingPolicy
from domain.refusals import IllegalMove
from domain.vocabulary import RoleFamily
from engine.group_check import broken_rules
from engine.grouping import Consultant, Group, convene

TEACHER, COACH, PRINCIPAL = RoleFamily.TEACHER, RoleFamily.INSTRUCTIONAL_COACH, RoleFamily.PRINCIPAL
IDS = tuple(f"member-000000{number:02x}" for number in range(10))
ADA, BEN, CLEO, DAN, EVE, *_ = IDS
RARITY = {"absence": 3.0, "winter": 2.0, "grade": 1.0}
ALL_KINDS = frozenset(RARITY)


def candidate(member: str, *, district: str = "", **traits: Any) -> Candidate:
    """Somebody in a district of their own, where nothing else is said."""
    return Candidate(member=member, districts=frozenset({district or f"district of {member}"}), **traits)


def consultant(
    member: str,
    score: float = 0.5,
    *,
    area: float = 0.6,
    dilemma: float = 0.0,
    covers: frozenset[str] = frozenset(),
    **traits: Any,
) -> Consultant:
    return Consultant(candidate=candidate(member, **traits), score=score, area=area, dilemma=dilemma, covers=covers)


def group_of(
    pool: Sequence[Consultant], mode: Mode = Mode.ANY, presenter: Candidate | None = None, **policy: Any
) -> list[str]:
    found = convene(presenter or candidate(ADA), pool, RARITY, MatchingPolicy(**policy), mode)
    return [one.candidate.member for one in found.consultants]


def broken(presenter: Candidate, group: Sequence[Consultant], mode: Mode = Mode.ANY, **policy: Any) -> tuple[str, ...]:
    people = {each.member: each for each in (presenter, *(one.candidate for one in group))}
    return broken_rules(
        presenter.member,
        [one.candidate.member for one in group],
        people,
        {one.candidate.member: one.area for one in group},
        {one.candidate.member: one.dilemma for one in group},
        MatchingPolicy(**policy),
        mode,
    )


# the best group


def test_who_adds_most_is_chosen() -> None:
    pool = [
        consultant(BEN, 0.9, covers=frozenset({"grade"})),
        consultant(CLEO, 0.8, covers=frozenset({"grade"})),
        consultant(DAN, 0.5, covers=frozenset({"absence"})),
        consultant(EVE, 0.4, covers=frozenset({"winter"})),
    ]
    assert group_of(pool, consultants_most=3) == [BEN, DAN, EVE]  # together they speak of all of it


def test_a_group_says_what_it_covers() -> None:
    pool = [consultant(member, covers=frozenset({"winter", "grade", "elsewhere"})) for member in IDS[1:4]]
    group = convene(candidate(ADA), pool, RARITY, MatchingPolicy(), Mode.ANY)
    assert group.coverage == pytest.approx(0.5)
    assert group.value == pytest.approx(1.0)


def test_a_larger_group_has_to_be_worth_it() -> None:
    most_of_it = frozenset({"absence", "winter"})
    pool = [consultant(member, 0.6, covers=most_of_it) for member in IDS[1:4]]
    assert len(group_of([*pool, consultant(EVE, 0.5, covers=most_of_it)])) == 3
    assert len(group_of([*pool, consultant(EVE, 0.5, covers=frozenset({"grade"}))])) == 4


def test_equals_are_taken_in_the_order_of_their_ids() -> None:
    pool = [consultant(member) for member in IDS[:0:-1]]
    assert group_of(pool) == list(IDS[1:4])


def test_where_the_best_fits_nobody_the_others_convene_without_them() -> None:
    pool = [
        consultant(BEN, 0.9, conflicts=frozenset({CLEO, DAN})),
        consultant(CLEO, 0.5),
        consultant(DAN, 0.5),
        consultant(EVE, 0.4),
    ]
    assert group_of(pool) == [CLEO, DAN, EVE]


# refusals say which requirement fails


def refused(pool: Sequence[Consultant], mode: Mode = Mode.ANY, presenter: Candidate | None = None) -> str:
    with pytest.raises(IllegalMove) as no:
        group_of(pool, mode, presenter)
    assert no.value.field == "kind"
    return no.value.words


def test_too_few_who_fit() -> None:
    presenter = candidate(ADA, sites=frozenset({"here"}))
    pool = [consultant(BEN), consultant(CLEO), consultant(DAN, sites=frozenset({"here", "there"}))]
    assert refused(pool, presenter=presenter) == (
        "a consultancy takes 3 consultants from other sites, and only 2 fit this need"
    )
    assert "only 0 fit" in refused([])


def test_nobody_who_knows() -> None:
    assert "knows this problem area" in refused([consultant(member, area=0.44) for member in IDS[1:]])


def test_nobody_who_looks_from_outside() -> None:
    assert "look from outside" in refused([consultant(member, dilemma=0.6) for member in IDS[1:]])


def test_nothing_that_holds_all_at_once() -> None:
    words = "roles, districts and conflicts"
    assert words in refused([consultant(member, district="one") for member in IDS[1:]])
    assert words in refused([consultant(member, muted=frozenset(IDS)) for member in IDS[1:]])
    teachers = [consultant(member, families=frozenset({TEACHER})) for member in IDS[1:]]
    assert words in refused(teachers, Mode.MIXED_ROLE, candidate(ADA, families=frozenset({TEACHER})))
    assert words in refused(teachers, Mode.ROLE_ALIKE, candidate(ADA, families=frozenset({COACH})))


@pytest.mark.parametrize("word", ["muted", "conflicts", "same_as"])
def test_two_who_must_not_meet_and_two_who_are_one_do_not_sit_together(word: str) -> None:
    for first, second in (({word: frozenset({DAN})}, {}), ({}, {word: frozenset({CLEO})})):
        pool = [consultant(BEN), consultant(CLEO, **first), consultant(DAN, **second)]
        assert "conflicts" in refused(pool)
        assert group_of([*pool, consultant(EVE)]) == [BEN, CLEO, EVE]


def test_two_who_are_one_elsewhere_do_not_sit_together() -> None:
    one = frozenset({"member-ff"})
    pool = [consultant(BEN), consultant(CLEO, same_as=one), consultant(DAN, same_as=one)]
    assert "conflicts" in refused(pool)


def test_a_mixed_group_has_two_families_whatever_share_one_may_have() -> None:
    teachers = [consultant(member, families=frozenset({TEACHER})) for member in IDS[1:5]]
    presenter = candidate(ADA, families=frozenset({TEACHER}))
    with pytest.raises(IllegalMove, match="roles"):
        group_of(teachers, Mode.MIXED_ROLE, presenter, one_family_at_most=1.0)
    coach = consultant(IDS[5], 0.1, families=frozenset({COACH}))
    assert IDS[5] in group_of([*teachers, coach], Mode.MIXED_ROLE, presenter, one_family_at_most=1.0)


def test_a_hopeless_search_in_a_large_network_ends_soon() -> None:
    """Nobody knows the area, which shows at the last place of each of very many groups."""
    pool = [consultant(f"member-{number:08x}", area=0.1, covers=ALL_KINDS) for number in range(1, 1000)]
    began = time.process_time()
    assert "knows this problem area" in refused(pool)
    assert time.process_time() - began < 20


# the check apart finds each violation


def sound() -> list[Consultant]:
    return [
        consultant(BEN, families=frozenset({TEACHER})),
        consultant(CLEO, families=frozenset({COACH})),
        consultant(DAN, families=frozenset({PRINCIPAL})),
    ]


def test_a_sound_group_breaks_nothing() -> None:
    presenter = candidate(ADA, families=frozenset({TEACHER}), sites=frozenset({"here"}))
    assert broken(presenter, sound()) == broken(presenter, sound(), Mode.MIXED_ROLE) == ()
    alike = [consultant(member, families=frozenset({TEACHER})) for member in (BEN, CLEO, DAN)]
    assert broken(presenter, alike, Mode.ROLE_ALIKE) == ()
    just = [consultant(BEN, area=0.45, dilemma=0.9), consultant(CLEO, area=0.1, dilemma=0.59), consultant(DAN, area=0)]
    assert broken(presenter, just) == ()


@pytest.mark.parametrize(
    ("presenter", "third", "rule"),
    [
        ({}, {"same_as": frozenset({ADA})}, "9"),
        ({"same_as": frozenset({DAN})}, {}, "9"),
        ({}, {"same_as": frozenset({BEN})}, "9"),
        ({"same_as": frozenset({"member-ff"})}, {"same_as": frozenset({"member-ff"})}, "9"),
        ({}, {"conflicts": frozenset({ADA})}, "10"),
        ({"conflicts": frozenset({DAN})}, {}, "10"),
        ({}, {"conflicts": frozenset({CLEO})}, "10"),
        ({}, {"muted": frozenset({ADA})}, "10"),
        ({"muted": frozenset({DAN})}, {}, "10"),
        ({"sites": frozenset({"here"})}, {"sites": frozenset({"here", "there"})}, "11"),
        ({}, {"district": f"district of {BEN}"}, "11"),
    ],
)
def test_each_planted_violation_is_found(presenter: dict[str, Any], third: dict[str, Any], rule: str) -> None:
    group = [*sound()[:2], consultant(DAN, **third)]
    found = broken(candidate(ADA, **presenter), group)
    assert found
    assert {words.partition(":")[0] for words in found} == {rule}


@pytest.mark.parametrize(
    ("group", "mode", "rule"),
    [
        (sound()[:2], Mode.ANY, "size"),
        ([*sound(), *(consultant(member) for member in IDS[4:8])], Mode.ANY, "size"),
        ([consultant(member, area=0.44) for member in (BEN, CLEO, DAN)], Mode.ANY, "12"),
        ([consultant(member, dilemma=0.6) for member in (BEN, CLEO, DAN)], Mode.ANY, "12"),
        (sound(), Mode.ROLE_ALIKE, "13"),
        ([consultant(member, families=frozenset({TEACHER})) for member in (BEN, CLEO, DAN)], Mode.MIXED_ROLE, "13"),
    ],
)
def test_each_requirement_of_the_whole_group_is_checked(group: list[Consultant], mode: Mode, rule: str) -> None:
    found = broken(candidate(ADA, families=frozenset({TEACHER})), group, mode)
    assert [words.partition(":")[0] for words in found] == [rule]


def test_the_same_consultant_twice_is_found() -> None:
    assert "size: too few, too many, or one twice" in broken(candidate(ADA), [*sound(), sound()[0]])


def test_one_family_above_its_share_is_found() -> None:
    """Three of five are 60 %, four of five are not."""
    group = [*sound(), consultant(EVE, families=frozenset({TEACHER}))]
    assert broken(candidate(ADA, families=frozenset({TEACHER})), group, Mode.MIXED_ROLE) == ()
    group[1] = consultant(CLEO, families=frozenset({TEACHER}))
    found = broken(candidate(ADA, families=frozenset({TEACHER})), group, Mode.MIXED_ROLE)
    assert found == ("13: one role family is too large for a mixed group",)


# whatever the pool

near = st.sampled_from((0.0, 0.3, 0.45, 0.6, 0.9))
some = st.frozensets(st.sampled_from(IDS), max_size=2)
traits = {
    "district": st.sampled_from(("", "", "north", "south")),
    "sites": st.frozensets(st.sampled_from(("here", "there", "elsewhere")), max_size=1),
    "families": st.frozensets(st.sampled_from((TEACHER, COACH, PRINCIPAL, RoleFamily.UNSPECIFIED)), max_size=2),
    "conflicts": some,
    "muted": some,
    "same_as": st.frozensets(st.sampled_from((*IDS, "member-ff")), max_size=1),
}
presenters = st.builds(candidate, st.just(ADA), **traits)
policies = st.fixed_dictionaries(
    {
        "consultants_least": st.sampled_from((2, 3)),
        "consultants_most": st.sampled_from((3, 5)),
        "consultants_per_district": st.sampled_from((1, 2)),
        "one_family_at_most": st.sampled_from((0.0, 1 / 3, 0.5, 0.6, 1.0)),
    }
)
modes = st.sampled_from(list(Mode))


@st.composite
def pools(draw: st.DrawFn) -> list[Consultant]:
    members = draw(st.lists(st.sampled_from(IDS[1:]), unique=True))
    covered = st.frozensets(st.sampled_from(sorted(RARITY)))
    return [
        draw(st.builds(consultant, st.just(each), near, area=near, dilemma=near, covers=covered, **traits))
        for each in members
    ]


def eligible(presenter: Candidate, pool: Sequence[Consultant]) -> list[Consultant]:
    return [one for one in pool if first_objection(one.candidate, Asking(reader=presenter)) is None]


def found(presenter: Candidate, pool: Sequence[Consultant], mode: Mode, policy: dict[str, Any]) -> Group | None:
    try:
        return convene(presenter, pool, RARITY, MatchingPolicy(**policy), mode)
    except IllegalMove:
        return None


@given(presenters, pools(), modes, policies)
def test_every_group_that_is_convened_passes_the_check(
    presenter: Candidate, pool: list[Consultant], mode: Mode, policy: dict[str, Any]
) -> None:
    group = found(presenter, eligible(presenter, pool), mode, policy)
    if group is not None:
        assert broken(presenter, group.consultants, mode, **policy) == ()


@given(presenters, pools(), modes, policies)
def test_a_group_is_refused_only_where_there_is_none(
    presenter: Candidate, pool: list[Consultant], mode: Mode, policy: dict[str, Any]
) -> None:
    usable = eligible(presenter, pool)
    if found(presenter, usable, mode, policy) is None:
        sizes = range(policy["consultants_least"], policy["consultants_most"] + 1)
        for group in (group for size in sizes for group in combinations(usable, size)):
            assert broken(presenter, group, mode, **policy) != ()


@given(presenters, pools(), modes, policies, st.randoms(use_true_random=False))
def test_the_same_people_in_another_order_convene_the_same_group(
    presenter: Candidate, pool: list[Consultant], mode: Mode, policy: dict[str, Any], chance: Any
) -> None:
    usable = eligible(presenter, pool)
    group = found(presenter, usable, mode, policy)
    chance.shuffle(usable)
    assert found(presenter, usable, mode, policy) == group
