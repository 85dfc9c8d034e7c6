import sqlite3
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from domain.challenges import AnswerChallenge, PostChallenge, SetChallengeAside
from domain.eligibility import Mode
from domain.introductions import ConfirmHelp, ConsentToIntroduction, DeclineIntroduction, DisputeHelp
from domain.members import DeclareConflict, DescribeProfile, MuteMember
from domain.recommendations import AcceptRecommendation, DismissRecommendation, Listing, ListKind, list_id
from domain.refusals import IllegalMove, Unknown
from domain.vocabulary import Confidentiality, ConflictKind
from engine.changing import NOT_LISTED
from engine.recommending import recommend
from engine.runtime import Confrere
from models.encoder import Encoder
from projections import evidence
from tests.engine.town import (
    ABSENT,
    ADA,
    AHEAD,
    BEN,
    BUSES,
    CHALLENGES,
    CLEO,
    CONSULTANCY,
    DAN,
    EVE,
    EXPERTS,
    GUIDE,
    MONDAYS,
    NET,
    NOON,
    PEERS,
    QUIET,
    RESET,
    RESOURCES,
    Town,
)


@pytest.fixture
def town(tmp_path: Path, encoder: Encoder) -> Iterator[Town]:
    with Town(tmp_path, encoder) as town:
        yield town


# lists are issued, and stay


def test_everybody_is_found_by_what_they_wrote(town: Town) -> None:
    assert town.picks(PEERS) == [BEN]
    assert town.picks(AHEAD) == [CLEO]
    assert town.picks(EXPERTS) == [EVE, DAN]
    assert town.picks(RESOURCES) == [GUIDE]
    assert town.picks(CHALLENGES, EVE, EVE) == [ABSENT, RESET, MONDAYS]
    assert {EVE, DAN, BEN} <= set(town.picks(CONSULTANCY)) <= {EVE, CLEO, BEN, DAN}


def test_asking_again_gives_the_stored_list_and_records_nothing(town: Town) -> None:
    first = {kind: town.ask_for(kind) for kind in (PEERS, EXPERTS, RESOURCES, CONSULTANCY)}
    head = town.store.head()
    town.later(hours=1)
    for _ in range(2):
        assert {kind: town.ask_for(kind) for kind in first} == first
    assert town.store.head() == head


def test_what_has_nothing_to_do_with_it_changes_no_list(town: Town) -> None:
    first = town.ask_for(PEERS)
    town.say(PostChallenge(challenge=QUIET, author=EVE, title="A menu for the kitchen"))
    head = town.store.head()
    assert town.ask_for(PEERS) == first
    assert town.store.head() == head


def test_a_better_answer_makes_a_new_list(town: Town) -> None:
    first = town.ask_for(EXPERTS)
    text = "Attendance of our ninth graders came back after winter break with a call after each absence."
    town.say(AnswerChallenge(challenge=MONDAYS, answer="answer-00000002", member=CLEO, text=text))
    second = town.ask_for(EXPERTS)
    assert second.recommendation == first.recommendation
    assert [pick.candidate for pick in second.issued.picks] == [CLEO, EVE, DAN]
    assert second.position > first.position
    assert len(town.store.stream(first.recommendation)) == 2


def test_the_calendar_alone_may_change_a_list(town: Town) -> None:
    """DAN's week is full; the next one is not, though nothing was recorded in between."""
    town.offers_time(DAN, 30)
    town.asks(DAN, 30)
    assert town.picks(EXPERTS) == [EVE]
    assert town.picks(PEERS) == [BEN]
    town.picks(EXPERTS)  # so that this very position has been asked at before
    town.later(days=2)
    assert town.picks(EXPERTS) == [EVE]
    head = town.store.head()
    town.later(days=3)
    assert NOON.isocalendar().week < town.now.isocalendar().week
    assert town.picks(EXPERTS) == [EVE, DAN]
    assert town.store.head() > head


def test_an_offer_that_ran_out_frees_its_minutes_before_a_list_is_made(town: Town) -> None:
    town.later(days=-2)  # Monday
    town.offers_time(DAN, 30)
    town.asks(DAN, 30)
    town.later(days=3)
    assert town.picks(EXPERTS) == [EVE]
    town.later(days=1)
    assert town.picks(EXPERTS) == [EVE, DAN]


def test_another_model_makes_a_new_list(town: Town) -> None:
    first = town.ask_for(PEERS)
    town.ask_for(PEERS)  # at the position where the other model will ask too
    town.close()
    again = Town(town.folder, town.counting.real)
    again.counting.fingerprint = "another-00000000"
    second = again.ask_for(PEERS)
    assert second.issued.inputs.encoder == "another-00000000"
    assert [pick.candidate for pick in second.issued.picks] == [pick.candidate for pick in first.issued.picks]
    assert second.position > first.position
    again.close()


def test_every_reason_points_at_evidence_that_was_there_and_open(town: Town) -> None:
    for kind in (PEERS, AHEAD, EXPERTS, RESOURCES, CONSULTANCY):
        issued = town.ask_for(kind).issued
        ids = [reason.evidence for pick in issued.picks for reason in pick.reasons]
        found = town.ask(NET, lambda connection, ids=ids: evidence.evidence(connection, ids))
        assert len(found) == len(set(ids)) > 0
        for piece in found.values():
            assert piece.since <= issued.inputs.position
            assert piece.confidentiality in {Confidentiality.PUBLIC, Confidentiality.NETWORK}


# what a reader did


def test_what_was_dismissed_never_comes_back_for_that_need(town: Town) -> None:
    town.dismiss(EXPERTS, DAN)
    assert town.picks(EXPERTS) == [EVE]
    assert DAN not in town.picks(CONSULTANCY)  # the same need
    town.later(days=400)
    assert town.picks(EXPERTS) == [EVE]
    assert DAN in town.picks(EXPERTS, RESET, CLEO)  # others have not dismissed him …
    again = PostChallenge(challenge=QUIET, author=ADA, title="Ninth graders are absent once more, week by week")
    town.say(again)
    assert DAN in town.picks(EXPERTS, QUIET)  # … nor has this reader for another need
    assert town.why(EXPERTS, DAN) == "dismissed by you for this need"


def test_who_was_taken_up_stays_on_the_list(town: Town) -> None:
    listed = town.ask_for(EXPERTS)
    town.say(AcceptRecommendation(recommendation=listed.recommendation, reader=ADA, candidate=DAN), by=ADA)
    assert town.ask_for(EXPERTS) == listed


def test_who_was_suggested_for_one_need_waits_ninety_days_before_another(town: Town) -> None:
    assert town.picks(PEERS) == [BEN]
    another = PostChallenge(challenge=QUIET, author=ADA, title="Ninth graders are absent on Mondays again")
    town.say(another)
    for days in (0, 90):
        town.now = NOON
        town.later(days=days)
        assert town.picks(PEERS, QUIET) == []
        assert town.ask_for(PEERS, QUIET).issued.near_misses[0].rule == "suggested_lately"
        assert town.picks(PEERS) == [BEN]  # the same need keeps its list
    town.later(seconds=1)
    assert town.picks(PEERS, QUIET) == [BEN]
    assert town.picks(PEERS) == [BEN]


def test_a_declined_or_disputed_introduction_changes_no_rank(town: Town) -> None:
    town.offers_time(DAN, 300)
    before = town.ask_for(EXPERTS)
    introduction = "introduction-00000001"
    town.asks(DAN, 30)
    town.say(DeclineIntroduction(introduction=introduction, member=DAN, reason="no time for this"), by=DAN)
    assert town.ask_for(EXPERTS) == before
    town.asks(DAN, 30, number=2)
    introduction = "introduction-00000002"
    for member in (EVE, DAN):
        town.say(ConsentToIntroduction(introduction=introduction, member=member), by=member)
    town.say(ConfirmHelp(introduction=introduction, member=EVE), by=EVE)
    town.say(DisputeHelp(introduction=introduction, member=EVE, note="it was no help"), by=EVE)
    after = town.ask_for(EXPERTS)
    assert [(pick.candidate, pick.score) for pick in after.issued.picks] == [
        (pick.candidate, pick.score) for pick in before.issued.picks
    ]


def meanwhile(monkeypatch: pytest.MonkeyPatch, happens: Callable[[], object]) -> None:
    """Let something happen once, after a list was derived and before it is appended."""
    waiting = [happens]

    def derived(*about: Any) -> Listing:
        listing = recommend(*about)
        if waiting:
            waiting.pop()()
        return listing

    monkeypatch.setattr("engine.lists.recommend", derived)


def test_two_needs_never_get_the_same_people_even_if_one_is_posted_while_the_other_is_answered(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = []

    def another_need() -> None:
        town.say(PostChallenge(challenge=QUIET, author=ADA, title="Ninth graders are absent on Mondays again"))
        found.extend(town.picks(PEERS, QUIET))

    meanwhile(monkeypatch, another_need)
    assert town.picks(PEERS) == []
    assert found == [BEN]


def test_many_lists_of_one_reader_asked_for_at_once_all_arrive(town: Town) -> None:
    kinds = (PEERS, AHEAD, EXPERTS, RESOURCES)
    with ThreadPoolExecutor(4) as threads:
        found = dict(zip(kinds, threads.map(town.picks, kinds), strict=True))
    assert found == {kind: town.picks(kind) for kind in kinds}
    assert found[EXPERTS] == [EVE, DAN]


@pytest.mark.parametrize("where", [EXPERTS, CONSULTANCY])
def test_what_is_dismissed_while_a_list_is_derived_is_not_on_it(
    town: Town, monkeypatch: pytest.MonkeyPatch, where: ListKind
) -> None:
    for kind in (EXPERTS, CONSULTANCY):
        assert DAN in town.picks(kind)
    text = "Attendance of our ninth graders came back after winter break with a call after each absence."
    town.say(AnswerChallenge(challenge=MONDAYS, answer="answer-00000002", member=CLEO, text=text))
    listed = list_id(ADA, ABSENT, where, Mode.ANY)
    dismissal = DismissRecommendation(recommendation=listed, reader=ADA, candidate=DAN)
    meanwhile(monkeypatch, lambda: town.say(dismissal, by=ADA))
    assert town.picks(EXPERTS) == [CLEO, EVE]


# why not


def test_why_not_follows_what_happens(town: Town) -> None:
    assert town.why(EXPERTS, EVE) == "they are suggested, in place 1"
    assert town.why(PEERS, DAN).startswith("too far from this need")
    assert town.why(PEERS, EVE) == "nothing is known of them that is near this need"
    town.say(MuteMember(member=DAN, other=ADA), by=DAN)
    town.say(DeclareConflict(member=EVE, other=ADA, kind=ConflictKind.SUPERVISES), by=EVE)
    assert town.picks(EXPERTS) == []
    assert town.why(EXPERTS, DAN) == town.why(EXPERTS, EVE) == NOT_LISTED
    assert town.explain(NET, town.ask_for(EXPERTS).recommendation).near_misses == ()
    assert town.picks(RESOURCES) == []  # EVE's
    with pytest.raises(Unknown, match="no such recommendation"):
        town.why_not(NET, "recommendation-00000000", DAN)


def test_an_ended_challenge_of_a_peer_is_no_company_any_more(town: Town) -> None:
    assert town.picks(PEERS) == [BEN]
    town.say(SetChallengeAside(challenge=MONDAYS, reason="not now"), by=BEN)
    assert town.picks(PEERS) == []
    assert MONDAYS not in town.picks(CHALLENGES, EVE, EVE)


# what only a group may read


def test_a_groups_challenge_is_found_by_nobody_and_its_author_gets_recommendations(town: Town) -> None:
    secret = PostChallenge(
        challenge=QUIET,
        author=DAN,
        title="Ninth graders absent after winter break",
        text="Attendance in January: a colleague falsified it.",
        confidentiality=Confidentiality.GROUP,
    )
    town.say(secret, by=DAN)
    assert set(town.picks(PEERS, QUIET, DAN)) == {ADA, BEN}
    assert GUIDE in town.picks(RESOURCES, QUIET, DAN)
    assert town.picks(PEERS) == [BEN]
    assert QUIET not in town.picks(CHALLENGES, EVE, EVE)
    assert "nothing is known" in town.why(PEERS, DAN) or "too far" in town.why(PEERS, DAN)
    with pytest.raises(Unknown, match="this reader has no such challenge"):
        town.recommend(NET, ADA, QUIET, PEERS)


def test_a_need_in_the_person_is_made_of_their_own_and_of_open_words(town: Town) -> None:
    town.say(
        PostChallenge(
            challenge=QUIET,
            author=DAN,
            title="A secret quarrel",
            confidentiality=Confidentiality.GROUP,
            stage="testing",
        )
    )
    town.say(AnswerChallenge(challenge=QUIET, answer="answer-00000002", member=EVE))  # with no words of her own
    town.counting.counted()
    town.picks(CHALLENGES, EVE, EVE)
    assert "A secret quarrel" not in town.counting.texts


def test_a_need_without_words_is_refused(town: Town) -> None:
    with pytest.raises(IllegalMove, match="no words yet"):
        town.picks(CHALLENGES, ADA, ADA)
    town.say(DescribeProfile(member=ADA, text="I know about buying school buses."), by=ADA)
    assert town.picks(CHALLENGES, ADA, ADA) == [BUSES]


# what was made once is read


def test_a_rebuild_and_a_new_start_explain_the_same_and_encode_nothing(town: Town) -> None:
    listed = {kind: town.ask_for(kind) for kind in (PEERS, EXPERTS, RESOURCES)}
    worded = {kind: town.explain(NET, one.recommendation) for kind, one in listed.items()}
    assert town.counting.counted() > 0
    town.views(NET).rebuild()
    assert {kind: town.explain(NET, one.recommendation) for kind, one in listed.items()} == worded
    town.close()
    with Town(town.folder, town.counting.real) as again:
        assert {kind: again.ask_for(kind) for kind in listed} == listed
        assert {kind: again.explain(NET, one.recommendation) for kind, one in listed.items()} == worded
        assert again.counting.counted() == 0


def test_a_stored_list_is_read_without_any_model(town: Town) -> None:
    listed = town.ask_for(PEERS)
    town.close()
    with Confrere(town.settings) as reading:
        assert reading.explain(NET, listed.recommendation).picks[0].candidate == BEN
        assert not {"encoder", "vectors"} & reading.__dict__.keys()


def test_lost_vectors_are_told(town: Town) -> None:
    made = town.index(NET)
    town.close()
    with sqlite3.connect(town.folder / "data" / "vectors.db") as connection:
        connection.execute("delete from vectors where owner = ?", (BEN,))
    connection.close()
    with Town(town.folder, town.counting.real) as again:
        assert again.index(NET).lost == 1
        assert again.index(NET) == type(made)()
    (town.folder / "data" / "vectors.db").unlink()
    with Town(town.folder, town.counting.real) as again:
        assert again.index(NET) == made  # how far they had been made is gone as well, so they count as new


# several at once


def test_threads_share_the_system(town: Town) -> None:
    asked = [(kind, ABSENT, ADA) for kind in (PEERS, AHEAD, EXPERTS, RESOURCES)]
    asked += [(CHALLENGES, EVE, EVE), (PEERS, MONDAYS, BEN)]
    with ThreadPoolExecutor(4) as pool:
        lists = list(pool.map(lambda one: town.ask_for(*one), asked * 3))
    assert lists[: len(asked)] * 3 == lists
    assert len(set(town.counting.texts)) == len(town.counting.texts)
    assert [town.ask_for(*one) for one in asked] == lists[: len(asked)]


def test_two_needs_of_one_reader_asked_at_once_do_not_suggest_the_same_person(town: Town) -> None:
    needs = [f"challenge-000000{number:02d}" for number in range(10, 16)]
    for need in needs:
        town.say(PostChallenge(challenge=need, author=ADA, title="Ninth graders are absent after winter break"))
    with ThreadPoolExecutor(len(needs)) as pool:
        suggested = list(pool.map(lambda need: town.picks(AHEAD, need), needs))
    assert sorted(suggested) == [[]] * (len(needs) - 1) + [[CLEO]]
    assert [town.picks(AHEAD, need) for need in needs] == suggested
