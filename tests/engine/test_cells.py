"""What is told of a table leaves over no group of fewer than ten people."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from engine.cells import PEOPLE, hidden, hidden_within

COUNTS = st.dictionaries(st.sampled_from("abcdefgh"), st.integers(0, 30))


def left_over(people: dict[str, int], back: frozenset[str]) -> int:
    """What somebody finds who takes all that is told from the sum."""
    return sum(people.values()) - sum(count for cell, count in people.items() if cell not in back)


@given(COUNTS)
def test_what_is_left_over_is_nobody_or_several_groups_of_ten_people_or_all_there_are(people: dict[str, int]) -> None:
    back = hidden(people)
    assert {cell for cell, count in people.items() if 0 < count < PEOPLE} <= back
    told = {cell for cell in people if cell not in back and people[cell]}
    rest = left_over(people, back)
    assert not rest or (rest >= PEOPLE and len(back) > 1) or not told


@given(COUNTS)
def test_no_more_is_kept_back_than_has_to_be(people: dict[str, int]) -> None:
    back = hidden(people)
    small = {cell for cell, count in people.items() if 0 < count < PEOPLE}
    assert back == small or not small or len(back - small) <= 1 or left_over(people, frozenset(small)) == 0
    if not small:
        assert not back


def test_one_small_group_takes_the_next_smallest_with_it() -> None:
    assert hidden({"a": 3, "b": 40, "c": 12}) == {"a", "c"}
    assert hidden({"a": 6, "b": 5, "c": 12}) == {"a", "b"}
    assert hidden({"a": 4, "b": 5, "c": 12, "d": 12}) == {"a", "b", "c"}
    assert hidden({"a": 10, "b": 11}) == frozenset()
    assert hidden({"a": 3}) == {"a"}


SITES = st.dictionaries(st.sampled_from(["n1", "n2", "n3", "s1", "s2", "w1"]), st.integers(1, 30), min_size=1)


@given(SITES)
def test_no_district_gives_away_a_site_nor_its_sites_a_district(people: dict[str, int]) -> None:
    within = {site: site[0] for site in people}
    districts = Counter[str]()
    for site, count in people.items():
        districts[within[site]] += count
    above = hidden(districts)
    back = hidden_within(people, within, above)
    for district in districts:
        sites = {site: count for site, count in people.items() if within[site] == district}
        rest = left_over(sites, back)
        if district in above:
            assert set(sites) <= back
        else:
            assert not rest or (rest >= PEOPLE and (len(back & sites.keys()) > 1 or set(sites) <= back))
