"""A request goes to the one asked least of those who fit about best, and the oldest request first."""

from collections.abc import Collection

from hypothesis import given
from hypothesis import strategies as st
from msgspec import Struct

from domain.policies import CoachingPolicy
from engine.assigning import Able, choose, matches

POLICY = CoachingPolicy(fit_floor=0.4, good_enough=0.9)
SHARES = st.floats(0, 1)
COACHES = st.lists(
    st.builds(
        Able, coach=st.text("abc", min_size=1), fit=SHARES, shown=st.booleans(), asked=st.integers(0, 5), load=SHARES
    ),
    unique_by=lambda able: able.coach,
)


def able(coach: str, *, fit: float = 0.8, shown: bool = True, asked: int = 0, load: float = 0.0) -> Able:
    return Able(coach=coach, fit=fit, shown=shown, asked=asked, load=load)


def test_nobody_is_asked_whose_fit_lies_below_the_floor() -> None:
    assert choose([], POLICY) is None
    assert choose([able("ada", fit=0.39)], POLICY) is None
    assert choose([able("ada", fit=0.4)], POLICY) == "ada"


def test_of_those_who_fit_about_best_the_one_asked_for_the_fewest_minutes_is_asked() -> None:
    assert choose([able("ada", fit=0.8, asked=120), able("ben", fit=0.73, asked=60)], POLICY) == "ben"
    assert choose([able("ada", fit=0.8, asked=120), able("ben", fit=0.71, asked=60)], POLICY) == "ada"
    assert choose([able("ada", asked=60), able("ben", fit=0.73, asked=60, load=0.5)], POLICY) == "ada"


def test_equals_in_minutes_go_by_load_then_by_fit_then_by_id() -> None:
    assert choose([able("ada", load=0.2), able("ben", fit=0.75, load=0.1)], POLICY) == "ben"
    assert choose([able("ada", fit=0.75), able("ben")], POLICY) == "ben"
    assert choose([able("ben"), able("ada")], POLICY) == "ada"


def test_a_mere_claim_comes_to_bear_only_where_nobody_with_room_has_shown_it() -> None:
    claimed = able("ada", fit=1.0, shown=False)
    assert choose([claimed, able("ben", fit=0.5, asked=120)], POLICY) == "ben"
    assert choose([claimed, able("ben", fit=0.3)], POLICY) == "ada"


@given(COACHES)
def test_who_is_chosen_fits_and_the_order_in_which_they_come_does_not_matter(coaches: list[Able]) -> None:
    chosen = choose(coaches, POLICY)
    assert chosen == choose(coaches[::-1], POLICY)
    fitting = [each for each in coaches if each.fit >= POLICY.fit_floor]
    shown = any(each.shown for each in fitting)
    fits = {each.coach: each.fit for each in fitting if each.shown or not shown}
    assert (chosen is None) is (not fits)
    assert chosen is None or fits[chosen] >= POLICY.good_enough * max(fits.values())


@given(COACHES)
def test_where_all_carry_the_same_the_best_fit_is_asked(coaches: list[Able]) -> None:
    rested = [able(each.coach, fit=each.fit) for each in coaches]
    best = max((each.fit for each in rested if each.fit >= POLICY.fit_floor), default=None)
    chosen = choose(rested, POLICY)
    assert best == next((each.fit for each in rested if each.coach == chosen), None)


class Waiting(Struct, frozen=True):
    seeker: str
    wants: str


def made(waiting: list[Waiting], rooms: set[str], asking: Collection[str] = ()) -> list[tuple[int, str]]:
    """Places in the queue, and with whom; each coach has room for one."""
    rooms = set(rooms)

    def with_room(request: Waiting) -> list[Able]:
        return [able(request.wants)] if request.wants in rooms else []

    found = []
    for request, coach in matches(waiting, asking, with_room, POLICY):
        rooms.remove(coach)
        found.append((waiting.index(request), coach))
    return found


@given(st.lists(st.sampled_from(["ada", "ben", "nobody"]), max_size=8))
def test_the_oldest_request_takes_the_place_and_who_is_promised_is_able_no_more(wanted: list[str]) -> None:
    waiting = [Waiting(f"seeker {place}", coach) for place, coach in enumerate(wanted)]
    first = {coach: wanted.index(coach) for coach in ("ada", "ben") if coach in wanted}
    assert made(waiting, {"ada", "ben"}) == sorted((place, coach) for coach, place in first.items())


def test_one_coach_at_a_time_is_asked_for_a_seeker_and_for_their_oldest_request_first() -> None:
    twice = [Waiting("cleo", "ada"), Waiting("cleo", "ben"), Waiting("dan", "ben")]
    assert made(twice, {"ada", "ben"}) == [(0, "ada"), (2, "ben")]
    assert made(twice, {"ada", "ben"}, asking={"cleo"}) == [(2, "ben")]


def test_a_request_that_nobody_can_be_asked_for_keeps_no_later_one_of_its_seeker_back() -> None:
    assert made([Waiting("cleo", "nobody"), Waiting("cleo", "ben")], {"ben"}) == [(1, "ben")]
