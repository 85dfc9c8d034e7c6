import pytest
from msgspec.structs import replace

from domain.budgets import SetTimeBudget
from domain.challenges import AnswerChallenge, PostChallenge, ReframeChallenge
from domain.introductions import ConfirmHelp, ConsentToIntroduction, DisputeHelp, OfferIntroduction, RecordMeeting
from domain.members import (
    ChooseEngagementLevel,
    ClaimExpertise,
    DescribeProfile,
    EndorseExpertise,
    JoinNetwork,
    LeaveNetwork,
    NameGrowthArea,
    RetireExpertise,
)
from domain.resources import RetireResource, ReviewResource, ReviseResource, ShareResource
from domain.sites import DescribeSite
from domain.vocabulary import Confidentiality, Level, PeriodKind
from projections import evidence
from projections.evidence import Evidence, Says, Strength
from tests.histories import ADA, BEN, CALL, CLEO, DESKS, GUIDE, NET, READING, SCHOOL, History, begun
from tests.projections.seeing import seen

POST = PostChallenge(challenge=DESKS, author=ADA, title="Too few desks", text="Forty pupils, thirty desks.")


def shown(history: History, subject: str) -> list[Evidence]:
    with seen(history) as c:
        return evidence.of_subject(c, subject)


def said(history: History, subject: str) -> list[tuple[Says, str]]:
    return [(each.says, each.text) for each in shown(history, subject)]


def answer(member: str, text: str = "", number: int = 1) -> AnswerChallenge:
    return AnswerChallenge(challenge=DESKS, answer=f"answer-{number:08x}", member=member, text=text)


def helped(
    note: str = "", challenge: str | None = DESKS, confidentiality: Confidentiality = Confidentiality.NETWORK
) -> History:
    """Ben helps Ada, who asked with a challenge."""
    history = begun()
    history.do(
        replace(POST, confidentiality=confidentiality),
        ChooseEngagementLevel(member=BEN, level=Level.PARTNER),
        SetTimeBudget(member=BEN, minutes=60, period=PeriodKind.WEEK),
        OfferIntroduction(introduction=CALL, seeker=ADA, helper=BEN, challenge=challenge),
        ConsentToIntroduction(introduction=CALL, member=BEN),
    )
    history.do(RecordMeeting(introduction=CALL, minutes=30, at=history.now))
    history.do(ConfirmHelp(introduction=CALL, member=ADA, note=note))
    return history


def test_a_profile_claims_what_it_says_until_the_next_one() -> None:
    history = begun()
    history.do(DescribeProfile(member=ADA, text="Teaches sums"), DescribeProfile(member=ADA, text="Teaches letters"))
    (profile,) = shown(history, ADA)
    assert (profile.says, profile.strength, profile.text) == (Says.PROFILE, Strength.CLAIMED, "Teaches letters")
    assert (profile.owner, profile.id) == (ADA, f"e{history.head()}")
    history.do(DescribeProfile(member=ADA, text="", grades="K–5"))
    assert shown(history, ADA) == []


def test_expertise_is_claimed_endorsed_and_retired() -> None:
    history = begun()
    history.do(ClaimExpertise(member=ADA, topic="phonics"), ClaimExpertise(member=ADA, topic="buses"))
    history.do(EndorseExpertise(member=ADA, topic="phonics", endorser=BEN))
    claim, _, endorsed = shown(history, ADA)
    assert (claim.strength, endorsed.strength) == (Strength.CLAIMED, Strength.ENDORSED)
    assert (endorsed.text, endorsed.owner) == ("phonics", ADA)
    history.do(RetireExpertise(member=ADA, topic="phonics"))
    assert said(history, ADA) == [(Says.CLAIMS, "buses")]


def test_a_growth_area_says_what_somebody_wants_to_learn() -> None:
    history = begun()
    history.do(NameGrowthArea(member=ADA, topic="phonics"))
    assert said(history, ADA) == [(Says.WANTS_TO_LEARN, "phonics")]


def test_a_challenge_shows_what_its_author_works_on_and_what_it_is_about() -> None:
    history = begun()
    history.do(POST)
    text = "Too few desks\nForty pupils, thirty desks."
    (of_ada,), (of_desks,) = shown(history, ADA), shown(history, DESKS)
    assert (of_ada.says, of_ada.subject_kind, of_ada.text, of_ada.challenge) == (Says.POSTED, "member", text, DESKS)
    assert (of_desks.says, of_desks.subject_kind, of_desks.text) == (Says.IS_ABOUT, "challenge", text)
    assert (of_ada.id, of_desks.id) == (f"e{history.head()}a", f"e{history.head()}b")
    assert of_desks.owner == ADA
    assert of_ada.strength is Strength.DEMONSTRATED


def test_a_reframed_challenge_speaks_in_its_new_words() -> None:
    history = begun()
    history.do(POST, ReframeChallenge(challenge=DESKS, title="Crowded rooms"))
    assert said(history, ADA) == [(Says.POSTED, "Crowded rooms")]
    assert said(history, DESKS) == [(Says.IS_ABOUT, "Crowded rooms")]


def test_an_answer_shows_what_the_one_who_answers_knows() -> None:
    history = begun()
    history.do(POST, answer(BEN, "Borrow some."))
    (answered,) = shown(history, BEN)
    assert (answered.says, answered.text, answered.owner) == (Says.ANSWERED, "Borrow some.", BEN)
    assert (answered.challenge, answered.strength) == (DESKS, Strength.DEMONSTRATED)


def test_where_answers_have_no_words_the_title_speaks_once_for_each_who_answered() -> None:
    history = begun()
    history.do(POST, answer(BEN), answer(BEN, number=2), answer(CLEO, number=3))
    (of_ben,) = shown(history, BEN)
    assert (of_ben.text, of_ben.owner, of_ben.challenge) == ("Too few desks", ADA, DESKS)
    assert said(history, CLEO) == [(Says.ANSWERED, "Too few desks")]
    history.do(answer(BEN, "Borrow some.", number=4))
    assert said(history, BEN) == [(Says.ANSWERED, "Too few desks"), (Says.ANSWERED, "Borrow some.")]


def test_the_title_speaks_for_an_answer_without_words_even_after_one_with_words() -> None:
    history = begun()
    history.do(POST, answer(BEN, "Borrow some."), answer(BEN, number=2))
    assert said(history, BEN) == [(Says.ANSWERED, "Borrow some."), (Says.ANSWERED, "Too few desks")]


def test_an_author_who_adds_to_their_own_challenge_shows_more_of_what_they_know() -> None:
    history = begun()
    history.do(POST, answer(ADA, "We now share rooms."), answer(ADA, number=2))
    assert said(history, ADA)[1:] == [(Says.ANSWERED, "We now share rooms.")]


def test_a_borrowed_title_stays_in_the_class_of_its_challenge() -> None:
    history = helped(confidentiality=Confidentiality.PAIR)
    (of_ben,) = (each for each in shown(history, BEN) if each.says is Says.HELPED)
    assert of_ben.confidentiality is Confidentiality.PAIR


def test_confirmed_help_shows_what_the_helper_knows_in_the_words_of_the_receiver() -> None:
    (of_ben,) = shown(helped(note="Showed me how to share desks"), BEN)
    assert (of_ben.says, of_ben.text) == (Says.HELPED, "Showed me how to share desks")
    assert (of_ben.owner, of_ben.challenge, of_ben.strength) == (ADA, DESKS, Strength.DEMONSTRATED)


@pytest.mark.parametrize("note", ["", "Showed me how to share desks"])
@pytest.mark.parametrize("confidentiality", Confidentiality)
def test_help_on_a_challenge_is_evidence_in_the_class_of_that_challenge(
    note: str, confidentiality: Confidentiality
) -> None:
    (of_ben,) = shown(helped(note, confidentiality=confidentiality), BEN)
    assert of_ben.confidentiality is confidentiality


def test_a_note_about_help_without_a_challenge_is_evidence_for_the_two_alone() -> None:
    (of_ben,) = shown(helped("Showed me how to share desks", challenge=None), BEN)
    assert of_ben.confidentiality is Confidentiality.PAIR


def test_help_confirmed_without_a_note_shows_the_problem_it_was_about() -> None:
    (of_ben,) = shown(helped(), BEN)
    assert (of_ben.text, of_ben.owner) == ("Too few desks", ADA)
    assert shown(helped(challenge=None), BEN) == []


def test_disputed_help_shows_nothing() -> None:
    history = helped(note="Showed me how to share desks")
    history.do(DisputeHelp(introduction=CALL, member=ADA))
    assert shown(history, BEN) == []


def test_a_resource_is_about_its_title_topics_and_description_and_shows_what_its_contributor_knows() -> None:
    history = begun()
    history.do(ShareResource(resource=GUIDE, contributor=ADA, title="Guide", topics="desks; rooms", description="How."))
    assert said(history, GUIDE) == [(Says.IS_ABOUT, "Guide\ndesks; rooms\nHow.")]
    assert said(history, ADA) == [(Says.SHARED, "Guide\ndesks; rooms\nHow.")]
    history.do(ReviseResource(resource=GUIDE, title="Guide, revised"), by=ADA)
    assert said(history, GUIDE) == [(Says.IS_ABOUT, "Guide, revised")]
    assert said(history, ADA) == [(Says.SHARED, "Guide, revised")]


def test_what_staff_put_on_the_shelf_is_nobodys_knowledge() -> None:
    history = begun()
    history.do(ShareResource(resource=GUIDE, contributor=NET, title="Guide"))
    assert said(history, GUIDE) == [(Says.IS_ABOUT, "Guide")]
    with seen(history) as c:
        assert [each.subject for each in evidence.all_evidence(c)] == [GUIDE]


def test_a_review_tells_what_a_resource_is_good_for_until_its_reviewer_thinks_again() -> None:
    history = begun()
    history.do(ShareResource(resource=GUIDE, contributor=NET, title="Guide"))
    history.do(ReviewResource(resource=GUIDE, member=BEN, stars=4, text="Helped with rooms"))
    history.do(ReviewResource(resource=GUIDE, member=CLEO, stars=2, text="Too long"))
    assert said(history, GUIDE)[1:] == [(Says.REVIEWED, "Helped with rooms"), (Says.REVIEWED, "Too long")]
    assert shown(history, GUIDE)[1].owner == BEN
    history.do(ReviewResource(resource=GUIDE, member=BEN, stars=1))
    assert said(history, GUIDE)[1:] == [(Says.REVIEWED, "Too long")]


def test_a_retired_resource_shows_nothing_any_more() -> None:
    history = begun()
    history.do(ShareResource(resource=GUIDE, contributor=ADA, title="Guide"))
    history.do(ReviewResource(resource=GUIDE, member=BEN, stars=4, text="Good"))
    history.do(RetireResource(resource=GUIDE, reason="outdated"), by=ADA)
    assert shown(history, GUIDE) == shown(history, ADA) == []


def test_a_site_statement_speaks_for_its_latest_contact() -> None:
    history = begun()
    history.do(DescribeSite(site=SCHOOL, contact=ADA, statement="Small and rural"))
    history.do(DescribeSite(site=SCHOOL, contact=BEN, statement="Small, rural, proud"))
    assert shown(history, ADA) == []
    (of_ben,) = shown(history, BEN)
    assert (of_ben.says, of_ben.strength, of_ben.text) == (
        Says.SITE_STATEMENT,
        Strength.CLAIMED,
        "Small, rural, proud",
    )


def test_who_left_shows_nothing_and_who_comes_back_shows_what_still_holds() -> None:
    history = begun()
    history.do(POST, ClaimExpertise(member=ADA, topic="desks"), DescribeProfile(member=ADA, text="Teaches sums"))
    before = said(history, ADA)
    history.do(LeaveNetwork(member=ADA))
    assert shown(history, ADA) == []
    assert said(history, DESKS) == [(Says.IS_ABOUT, "Too few desks\nForty pupils, thirty desks.")]
    history.do(JoinNetwork(member=ADA))
    assert sorted(said(history, ADA)) == sorted(before)
    assert all(each.since == history.head() for each in shown(history, ADA))


def test_what_was_reframed_meanwhile_comes_back_in_its_new_words() -> None:
    history = begun()
    history.do(POST, LeaveNetwork(member=ADA))
    history.do(ReframeChallenge(challenge=DESKS, title="Crowded rooms"))
    assert shown(history, ADA) == []
    with seen(history) as c:  # what never held is nobody's news
        assert [each.subject for each in evidence.evidence_after(c, history.head() - 1)] == [DESKS, DESKS]
    history.do(JoinNetwork(member=ADA))
    assert said(history, ADA) == [(Says.POSTED, "Crowded rooms")]


def test_a_reader_learns_what_is_new_and_what_ended_since_a_position() -> None:
    history = begun()
    history.do(POST, DescribeProfile(member=BEN, text="Teaches sums"))
    then = history.head()
    history.do(ReframeChallenge(challenge=DESKS, title="Crowded rooms"))
    reframed = history.head()
    history.do(answer(CLEO, "Borrow some."))
    with seen(history) as c:
        changed = evidence.evidence_after(c, then)
        assert [(each.text, each.until) for each in changed if each.until] == [
            ("Too few desks\nForty pupils, thirty desks.", reframed)
        ] * 2
        assert {each.text for each in changed if each.until is None} == {"Crowded rooms", "Borrow some."}
        assert evidence.evidence_after(c, history.head()) == []


def test_evidence_is_found_by_its_id_even_after_it_ended() -> None:
    history = begun()
    history.do(DescribeProfile(member=ADA, text="Teaches sums"))
    first = f"e{history.head()}"
    history.do(DescribeProfile(member=ADA, text="Teaches letters"))
    with seen(history) as c:
        found = evidence.evidence(c, [first, "e999999"])
        assert {key: each.text for key, each in found.items()} == {first: "Teaches sums"}
        assert found[first].until == history.head()


def test_a_title_of_several_challenges_is_borrowed_from_the_one_that_was_answered() -> None:
    history = begun()
    history.do(POST, PostChallenge(challenge=READING, author=ADA, title="Slow readers"))
    history.do(AnswerChallenge(challenge=READING, answer="answer-00000001", member=BEN))
    assert said(history, BEN) == [(Says.ANSWERED, "Slow readers")]
