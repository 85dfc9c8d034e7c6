"""What is known of people besides their words, in a running system: what counts, until when, and for whom."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from domain.challenges import AnswerChallenge, PostChallenge
from domain.introductions import ConfirmHelp, ConsentToIntroduction, DeclineIntroduction, OfferIntroduction
from domain.members import JoinNetwork
from domain.networks import AdoptPolicy, ProposePolicy
from domain.policies import MatchingPolicy, hash_of
from domain.recommendations import ExpireRecommendation
from domain.vocabulary import Confidentiality
from engine.known import grade_band, traits
from engine.snapshot import Need
from models.encoder import Encoder
from models.people import Facts
from projections.site_tree import Surroundings
from tests.engine.town import ABSENT, ADA, AHEAD, BEN, CLEO, DAN, EVE, EXPERTS, MONDAYS, NET, PEERS, QUIET, RESET, Town

FAY = "member-0000000f"


@pytest.fixture
def town(tmp_path: Path, encoder: Encoder) -> Iterator[Town]:
    with Town(tmp_path, encoder) as town:
        yield town


def facts(town: Town, member: str, reader: str = ADA, subject: str = ABSENT, kind: Any = EXPERTS) -> Facts:
    need = Need(reader=reader, subject=subject, kind=kind, at=town.now)
    with town.at_hand.snapshot(NET, need) as snapshot:
        return snapshot.surrounded(need, {member: snapshot.done(need, [member]).of(0, 0.0)})[member]


def answer(town: Town, member: str, challenge: str = RESET, text: str = "Call home.", **more: Any) -> None:
    number = f"answer-{town.store.head():08x}"
    town.say(AnswerChallenge(challenge=challenge, answer=number, member=member, text=text, **more))


def adopt(town: Town, **policy: Any) -> None:
    policy_of = MatchingPolicy(**policy)
    town.say(ProposePolicy(network=NET, policy=policy_of))
    town.say(AdoptPolicy(network=NET, policy_hash=hash_of(policy_of)))


# what counts


def test_answers_count_less_with_time_and_their_last_is_known(town: Town) -> None:
    found = facts(town, DAN)
    assert (found.answered, found.in_category, found.since_answered) == (0.5, 0, 90)
    answer(town, DAN)
    town.later(days=9)
    found = facts(town, DAN)
    assert found.answered == pytest.approx(2 ** (-99 / 90) + 2 ** (-9 / 90))
    assert found.since_answered == pytest.approx(9)
    assert facts(town, EVE).since_answered is None


def test_answers_in_the_needs_category_are_counted_apart(town: Town) -> None:
    for challenge, author, category in ((QUIET, ADA, "attendance"), ("challenge-00000009", BEN, "attendance")):
        town.say(PostChallenge(challenge=challenge, author=author, title="Absences", category=category))
    answer(town, DAN, "challenge-00000009")
    found = facts(town, DAN, subject=QUIET)
    assert (found.answered, found.in_category) == (1.5, 1)
    assert facts(town, DAN).in_category == 0  # for that need names no category, and having none is none in common
    answer(town, DAN, QUIET)
    assert facts(town, DAN, subject=QUIET) == found  # under the need itself: the reader has it already
    answer(town, ADA, QUIET, to=ADA)
    assert facts(town, ADA, subject=QUIET).answered == 0  # to oneself is to nobody


def test_an_exchange_counts_between_the_two_whoever_gave(town: Town) -> None:
    assert facts(town, DAN, reader=BEN, subject=MONDAYS).tied == 0  # under that very need
    assert facts(town, DAN, reader=BEN, subject=QUIET).tied == 0.5
    assert facts(town, BEN, reader=DAN, subject=QUIET).tied == 0.5
    assert facts(town, BEN, reader=ADA).tied == 0
    answer(town, BEN, RESET, to=DAN)
    assert facts(town, BEN, reader=DAN, subject=QUIET).tied == 1.5


def test_what_only_some_may_read_counts_for_nobody_but_the_two_who_were_there(town: Town) -> None:
    """Else a score would tell of what its reader may not know (rule 29)."""
    secret = PostChallenge(challenge=QUIET, author=BEN, title="Quarrels", confidentiality=Confidentiality.GROUP)
    town.say(secret, by=BEN)
    before = facts(town, EVE)
    answer(town, EVE, QUIET)
    assert facts(town, EVE) == before
    assert facts(town, EVE, reader=BEN, subject=MONDAYS).tied == 1
    assert facts(town, EVE, reader=BEN, subject=MONDAYS).answered == 0


def test_places_on_lists_for_other_needs_count_and_those_for_this_need_never(town: Town) -> None:
    assert town.picks(EXPERTS) == [EVE, DAN]
    assert facts(town, EVE).exposure == 0
    assert facts(town, EVE, reader=BEN, subject=MONDAYS).exposure == 1
    assert EVE in town.picks(EXPERTS, RESET, CLEO)
    assert facts(town, EVE, reader=BEN, subject=MONDAYS).exposure == 2
    town.later(days=30)
    assert facts(town, EVE, reader=BEN, subject=MONDAYS).exposure == pytest.approx(1)
    assert facts(town, GHOST).exposure == 0


GHOST = "member-000000ff"


def test_load_is_told_in_quarters(town: Town) -> None:
    assert facts(town, DAN).load == 0
    town.offers_time(DAN, 120)
    assert facts(town, DAN).load == 0
    for number, load in ((1, 0.25), (2, 0.5), (3, 0.75), (4, 1.0)):
        town.asks(DAN, 25, number)
        assert facts(town, DAN).load == load  # of 25, 50, 75 and 100 minutes of 120


def test_a_declined_offer_leaves_nothing_behind(town: Town) -> None:
    town.offers_time(DAN, 120)
    before = facts(town, DAN)
    town.asks(DAN, 60)
    town.say(DeclineIntroduction(introduction="introduction-00000001", member=DAN, reason="not now"), by=DAN)
    assert facts(town, DAN) == before


def test_a_dismissal_counts_for_its_reader_alone(town: Town) -> None:
    asked = [(RESET, CLEO), (MONDAYS, BEN)]
    before = {each: town.ask_for(EXPERTS, *each).issued for each in asked}
    town.dismiss(EXPERTS, DAN)
    assert DAN not in town.picks(EXPERTS)
    town.say(ExpireRecommendation(recommendation=town.ask_for(EXPERTS, *asked[0]).recommendation))
    anew = town.ask_for(EXPERTS, *asked[0]).issued
    assert [pick.candidate for pick in anew.picks] == [pick.candidate for pick in before[asked[0]].picks]
    assert town.ask_for(EXPERTS, *asked[1]).issued == before[asked[1]]


def test_help_that_its_receiver_confirmed_is_a_tie(town: Town) -> None:
    town.offers_time(DAN, 120)
    call = "introduction-00000001"
    town.say(OfferIntroduction(introduction=call, seeker=ADA, helper=DAN, minutes=30))
    for member in (ADA, DAN):
        town.say(ConsentToIntroduction(introduction=call, member=member), by=member)
    assert facts(town, DAN).tied == 0
    town.say(ConfirmHelp(introduction=call, member=ADA), by=ADA)
    assert facts(town, DAN).tied == 1


@pytest.mark.parametrize(
    ("grades", "band"),
    [
        ("K-5", "elementary"),
        ("PK–8", "elementary and middle"),
        ("7-12", "middle and high"),
        ("9", "high"),
        ("K-12", "elementary and middle and high"),
        ("Secondary", "secondary"),
        ("kindergarten", "kindergarten"),
        ("2024", "2024"),
        ("", ""),
        ("[erased]", ""),
    ],
)
def test_grades_are_compared_by_the_levels_they_touch(grades: str, band: str) -> None:
    assert grade_band(grades) == band


def test_of_several_sites_the_first_that_says_counts_and_ones_own_grades_before_a_sites() -> None:
    sites = [Surroundings("", "", "Rural", "K-5", None), Surroundings("9-12", "Charter", "city", "6-8", 1200)]
    assert traits(sites[:1]) == {"locale": "rural", "grades": "elementary"}
    assert traits(sites) == {"locale": "rural", "grades": "elementary", "site type": "charter", "size": "large"}
    assert traits(sites[1:])["grades"] == "high"
    assert traits([]) == {}


# lists stay


def test_readers_who_ask_by_turns_keep_their_lists(town: Town) -> None:
    """Each list gives places, and places count; were they counted at each asking, one would push the other about."""
    adopt(town, exposure_price=1.0, list_length=2)
    answer(town, CLEO, MONDAYS, "Ninth graders came back to school after a call home in January.")
    asked = [(ABSENT, ADA), (MONDAYS, BEN), (RESET, CLEO)]
    first = [town.ask_for(EXPERTS, *each) for each in asked]
    head = town.store.head()
    for _ in range(3):
        town.later(days=1)
        assert [town.ask_for(EXPERTS, *each) for each in asked] == first
    assert town.store.head() == head
    scores = [facts(town, EVE, subject=subject, reader=reader).exposure for subject, reader in asked]
    assert scores == sorted(scores)  # who asked first found her with no place yet
    assert scores[0] == 0 < scores[-1]


def test_a_list_that_expired_begins_anew(town: Town) -> None:
    first = town.ask_for(EXPERTS)
    assert EVE in town.picks(EXPERTS, RESET, CLEO)
    assert facts(town, EVE).exposure == 0
    town.say(ExpireRecommendation(recommendation=first.recommendation))
    assert facts(town, EVE).exposure == 1
    assert town.ask_for(EXPERTS).position > first.position
    town.later(days=30)
    assert facts(town, EVE).exposure == 1  # as of when it was issued again


def test_a_start_anew_counts_the_same(town: Town) -> None:
    answer(town, DAN)
    town.picks(EXPERTS)
    town.later(days=3)
    found = {each: facts(town, each, reader=CLEO, subject=RESET) for each in (BEN, DAN, EVE)}
    town.close()
    with Town(town.folder, town.counting.real) as again:
        again.now = town.now
        assert {each: facts(again, each, reader=CLEO, subject=RESET) for each in found} == found


def test_who_was_given_many_places_makes_room(town: Town) -> None:
    adopt(town, exposure_price=1.0, list_length=1, newcomer_chance=0.0)
    assert town.picks(EXPERTS) == [EVE]
    assert town.picks(EXPERTS, RESET, CLEO) == [DAN]
    assert town.picks(EXPERTS) == [EVE]


# newcomers


def newcomers(town: Town, *members: str, kind: Any = AHEAD) -> frozenset[str]:
    need = Need(reader=ADA, subject=ABSENT, kind=kind, at=town.now)
    with town.at_hand.snapshot(NET, need) as snapshot:
        return snapshot.newcomers(need, members)


def test_a_newcomer_joined_lately_and_was_given_few_places(town: Town) -> None:
    adopt(town, newcomer_places=2, newcomer_days=100)
    assert newcomers(town, DAN, EVE, GHOST) == {DAN, EVE}
    assert EVE in town.picks(EXPERTS)
    assert newcomers(town, DAN, EVE) == {DAN, EVE}  # places for this very need do not count
    for subject, reader in ((RESET, CLEO), (MONDAYS, BEN)):
        assert EVE in town.picks(EXPERTS, subject, reader)
    assert newcomers(town, BEN, EVE) == {BEN}
    assert newcomers(town, EVE, kind=EXPERTS) == {EVE}  # as of when that list was first issued
    town.later(days=10)
    town.say(JoinNetwork(member=FAY, name="Fay"))
    assert newcomers(town, BEN, FAY) == {FAY}


def test_the_lot_is_drawn_by_the_list_and_recorded(town: Town) -> None:
    adopt(town, newcomer_chance=0.5, list_length=1)
    first = town.ask_for(EXPERTS)
    (pick,) = first.issued.picks
    assert (pick.candidate, pick.propensity) in {(EVE, 0.75), (DAN, 0.25)}
    assert first.issued.inputs.seed > 0
    town.later(days=2)
    assert town.ask_for(EXPERTS) == first


# peers


def test_a_peer_is_nearer_who_may_gain_from_what_the_reader_shows(town: Town) -> None:
    """DAN's problem is about buses, BEN's about absences."""
    need = Need(reader=ADA, subject=ABSENT, kind=PEERS, at=town.now)

    def back() -> dict[str, float]:
        with town.at_hand.snapshot(NET, need) as snapshot:
            search = snapshot.near("member", ("posted",))
            texts = snapshot.need_texts(need)
            hits = search.search(texts.texts, texts.vectors)
            problems = {hit.person: hit for hit in hits if hit.person in {BEN, DAN}}
            return dict(snapshot.back(need, problems, 0.2))

    assert back() == {BEN: 1, DAN: 1}  # by her need alone both gain what they give
    answer(town, ADA, RESET, "Our school buses were old, so we bought others.")
    assert back()[DAN] > 1 == back()[BEN]
    answer(town, ADA, RESET, "On Mondays we phoned every ninth grader who was absent, since January.")
    assert back()[BEN] > 1


def test_who_reads_much_and_who_reads_little_get_as_many(town: Town) -> None:
    """Observed activity never decides how much help one receives (rule 8)."""
    quiet = {kind: len(town.picks(kind)) for kind in (PEERS, AHEAD, EXPERTS)}
    for _ in range(5):
        town.now += timedelta(hours=1)
        answer(town, ADA, RESET, "Buses.")
    assert {kind: len(town.picks(kind)) for kind in quiet} == quiet
