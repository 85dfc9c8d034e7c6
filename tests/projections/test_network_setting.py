from datetime import date

import pytest

from domain.challenges import PostChallenge
from domain.networks import AdoptPolicy, ProposePolicy, SetSchoolCalendar, WaiveRule
from domain.policies import MatchingPolicy, hash_of
from domain.refusals import IllegalMove, Unknown
from domain.vocabulary import WaivableRule
from projections.network_setting import policy, setting
from tests.histories import ADA, DESKS, NET, History, begun
from tests.projections.seeing import seen

GENEROUS = MatchingPolicy(list_length=9)


def test_a_network_starts_with_its_zone_and_the_policy_of_its_charter() -> None:
    with seen(begun()) as c:
        found = setting(c)
        assert (found.network, found.name, found.calendar.zone) == (NET, "Rural Literacy", "America/New_York")
        assert found.policy == MatchingPolicy()
        assert found.policy_hash == hash_of(MatchingPolicy())


def test_a_network_without_a_charter_has_no_setting() -> None:
    with seen(History()) as c, pytest.raises(IllegalMove, match="no charter"):
        setting(c)
    with seen(begun(), until=1) as c, pytest.raises(IllegalMove, match="no charter"):  # its policy is still to come
        setting(c)


def test_a_proposed_policy_can_be_read_and_one_that_is_adopted_is_in_force() -> None:
    history = begun()
    history.do(ProposePolicy(network=NET, policy=GENEROUS))
    with seen(history) as c:
        assert policy(c, hash_of(GENEROUS)) == GENEROUS
        assert setting(c).policy == MatchingPolicy()
        with pytest.raises(Unknown, match="hash"):
            policy(c, "unheard of")
    history.do(AdoptPolicy(network=NET, policy_hash=hash_of(GENEROUS)))
    with seen(history) as c:
        assert setting(c).policy == GENEROUS
        assert policy(c, hash_of(MatchingPolicy())) == MatchingPolicy()  # what was in force once explains old lists


def test_the_calendar_is_the_one_set_last() -> None:
    history = begun()
    history.do(SetSchoolCalendar(network=NET, zone="Europe/Berlin", holidays=(date(2024, 10, 3),)))
    with seen(history) as c:
        assert setting(c).calendar.holidays == (date(2024, 10, 3),)
        assert setting(c).calendar.zone == "Europe/Berlin"


def test_waivers_are_kept_with_their_subject() -> None:
    history = begun()
    history.do(PostChallenge(challenge=DESKS, author=ADA, title="Too few desks"))
    history.do(WaiveRule(network=NET, rule=WaivableRule.OWN_SITE, subject=DESKS, reason="she asked for a colleague"))
    with seen(history) as c:
        assert setting(c).waivers == {(WaivableRule.OWN_SITE, DESKS)}
