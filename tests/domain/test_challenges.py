import pytest
from msgspec.structs import replace

from domain.challenges import (
    AnswerChallenge,
    ChallengeAnswered,
    ChallengePosted,
    ChallengeReframed,
    ChallengeResolved,
    ChallengeSetAside,
    ChallengesMerged,
    ChallengeStageChanged,
    ChangeChallengeStage,
    MergeChallenges,
    PostChallenge,
    ReframeChallenge,
    ResolveChallenge,
    SetChallengeAside,
)
from domain.introductions import OfferIntroduction
from domain.kernel import Command
from domain.members import DeclareConflict, GrantNetworkRole, LeaveNetwork, MuteMember
from domain.resources import ShareResource, UseResource
from domain.vocabulary import OFFICES, Confidentiality, ConflictKind, NetworkRole, Stage
from tests.domain.scenario import (
    ADA,
    BEN,
    CHALLENGE,
    CLEO,
    INTRODUCTION,
    OTHER_CHALLENGE,
    RESOURCE,
    by,
    given,
)

POSTED = PostChallenge(challenge=CHALLENGE, author=ADA, title="Reluctant readers", text="They stop at page one.")
OTHER = PostChallenge(challenge=OTHER_CHALLENGE, author=BEN, title="Nobody reads")
RESOLVED = ResolveChallenge(challenge=CHALLENGE, note="Reading pairs helped.")
ASIDE = SetChallengeAside(challenge=CHALLENGE, reason="another year")
MERGED = MergeChallenges(challenge=CHALLENGE, into=OTHER_CHALLENGE)
ANSWERED = AnswerChallenge(challenge=CHALLENGE, answer="answer-00000001", member=BEN, text="Try pairs.")
WHISPERED = replace(POSTED, confidentiality=Confidentiality.PAIR)


def test_a_challenge_is_posted_at_the_stage_of_naming() -> None:
    given().when(POSTED, by=ADA).then(
        ChallengePosted(author=ADA, title="Reluctant readers", text="They stop at page one.", stage=Stage.NAMING)
    )


def test_nobody_posts_in_the_name_of_another() -> None:
    given().when(POSTED, by=BEN).refused("only the member or a facilitator")


def test_an_author_is_a_member() -> None:
    given().when(replace(POSTED, author="member-eeeeeeee")).refused("author: there is no such member")
    given(LeaveNetwork(member=ADA)).when(POSTED).refused("author: there is no such member")


def test_the_same_challenge_posted_twice_stands_once() -> None:
    reframed = ReframeChallenge(challenge=CHALLENGE, title="Readers who stop")
    given(POSTED, reframed).when(POSTED).then_nothing()
    given(POSTED).when(replace(POSTED, title="Something else")).refused("reframe that one")


def test_its_author_reframes_a_challenge_and_so_may_a_facilitator() -> None:
    reframe = ReframeChallenge(challenge=CHALLENGE, title="Readers who stop")
    reframed = ChallengeReframed(author=ADA, title="Readers who stop")
    given(POSTED).when(reframe, by=ADA).then(reframed)
    given(POSTED).when(reframe, by=BEN).refused("only its author or a facilitator")
    facilitates = GrantNetworkRole(member=BEN, role=NetworkRole.FACILITATOR)
    given(POSTED, facilitates).when(reframe, by=BEN).then(reframed)
    given(POSTED, reframe).when(reframe, by=ADA).then_nothing()


def test_a_stage_moves_in_any_direction() -> None:
    given(POSTED, ChangeChallengeStage(challenge=CHALLENGE, stage=Stage.SUSTAINING)).when(
        ChangeChallengeStage(challenge=CHALLENGE, stage=Stage.TESTING), by=ADA
    ).then(ChallengeStageChanged(stage=Stage.TESTING))


def test_an_answer_goes_to_the_author_when_nobody_is_named() -> None:
    given(POSTED).when(ANSWERED, by=BEN).then(
        ChallengeAnswered(answer="answer-00000001", member=BEN, to=ADA, text="Try pairs.")
    )


def test_an_answer_may_go_to_another_member() -> None:
    given(POSTED).when(replace(ANSWERED, to=CLEO), by=BEN).then(
        ChallengeAnswered(answer="answer-00000001", member=BEN, to=CLEO, text="Try pairs.")
    )
    given(POSTED).when(replace(ANSWERED, to="member-eeeeeeee")).refused("to: there is no such member")


def test_an_answer_is_given_once_also_after_the_end() -> None:
    given(POSTED, ANSWERED).when(ANSWERED).then_nothing()
    given(POSTED, ANSWERED, RESOLVED).when(ANSWERED).then_nothing()


def test_other_words_under_the_id_of_an_answer_are_refused() -> None:
    given(POSTED, ANSWERED).when(replace(ANSWERED, text="Or not.")).refused("stands already")


def test_nobody_answers_in_the_name_of_another() -> None:
    given(POSTED).when(ANSWERED, by=CLEO).refused("only the member or a facilitator")


def test_a_challenge_that_ended_takes_no_new_answers() -> None:
    given(POSTED, RESOLVED).when(ANSWERED).refused("this challenge is resolved")


def test_a_challenge_ends_resolved_or_set_aside() -> None:
    given(POSTED).when(RESOLVED, by=ADA).then(ChallengeResolved(author=ADA, note="Reading pairs helped."))
    given(POSTED).when(ASIDE, by=ADA).then(ChallengeSetAside(author=ADA, reason="another year"))


@pytest.mark.parametrize("end", [RESOLVED, ASIDE, MERGED])
def test_one_end_is_enough_and_another_is_refused(end: Command) -> None:
    given(POSTED, OTHER, end).when(end).then_nothing()
    for other_end in {RESOLVED, ASIDE, MERGED} - {end}:
        given(POSTED, OTHER, end).when(other_end).refused("this challenge is")


def test_a_challenge_is_merged_into_another_open_one() -> None:
    given(POSTED, OTHER).when(MERGED, by=ADA).then(ChallengesMerged(into=OTHER_CHALLENGE))
    given(POSTED).when(MERGED).refused("into: there is no such challenge")
    given(POSTED, OTHER, ResolveChallenge(challenge=OTHER_CHALLENGE)).when(MERGED).refused("into: this challenge")


def test_merging_makes_no_circle() -> None:
    given(POSTED).when(MergeChallenges(challenge=CHALLENGE, into=CHALLENGE)).refused("into itself")
    back = MergeChallenges(challenge=OTHER_CHALLENGE, into=CHALLENGE)
    given(POSTED, OTHER, MERGED).when(back).refused("into: this challenge has ended")


def test_whatever_happens_to_a_challenge_stays_in_its_class() -> None:
    said = [
        ReframeChallenge(challenge=CHALLENGE, title="Readers who stop"),
        ChangeChallengeStage(challenge=CHALLENGE, stage=Stage.TESTING),
        ANSWERED,
        RESOLVED,
        ASIDE,
        MERGED,
    ]
    for command in said:
        (event,) = given(WHISPERED, OTHER).when(command).events
        assert getattr(event, "confidentiality", None) is Confidentiality.PAIR, command


def test_what_was_never_posted_is_unknown() -> None:
    given().when(RESOLVED).refused("no such challenge")
    given().when(ResolveChallenge(challenge=ADA)).refused("no id of the kind challenge")


NARROW = (Confidentiality.GROUP, Confidentiality.PAIR, Confidentiality.SEALED)


@pytest.mark.parametrize("confidentiality", NARROW)
@pytest.mark.parametrize("then", [(), (RESOLVED,), (ANSWERED,)])
def test_a_challenge_told_to_few_is_unknown_to_others_who_would_answer(
    confidentiality: Confidentiality, then: tuple[Command, ...]
) -> None:
    told_to_few = replace(POSTED, confidentiality=confidentiality)
    unknown = given().when(ANSWERED, by=BEN).refusal
    for answer in (ANSWERED, replace(ANSWERED, text="Or not.")):
        assert str(given(told_to_few, *then).when(answer, by=BEN).refusal) == str(unknown)


@pytest.mark.parametrize("confidentiality", NARROW)
def test_its_author_and_the_operator_answer_a_challenge_told_to_few_and_staff_where_it_is_a_groups(
    confidentiality: Confidentiality,
) -> None:
    told_to_few = replace(POSTED, confidentiality=confidentiality)
    assert given(told_to_few).when(replace(ANSWERED, member=ADA), by=ADA).events
    assert given(told_to_few).when(ANSWERED).events
    for role in OFFICES:
        outcome = given(told_to_few, GrantNetworkRole(member=BEN, role=role)).when(ANSWERED, by=BEN)
        assert bool(outcome.events) == (confidentiality is Confidentiality.GROUP)


CHANGES = (
    ReframeChallenge(challenge=CHALLENGE, title="Readers who stop"),
    ChangeChallengeStage(challenge=CHALLENGE, stage=Stage.TESTING),
    ANSWERED,
    RESOLVED,
    ASIDE,
    MERGED,
    UseResource(resource=RESOURCE, member=BEN, challenge=CHALLENGE),
    MergeChallenges(challenge=OTHER_CHALLENGE, into=CHALLENGE),
    OfferIntroduction(introduction=INTRODUCTION, seeker=ADA, helper=BEN, challenge=CHALLENGE),
)
SHELVED = ShareResource(resource=RESOURCE, contributor=CLEO, title="A guide")
HIDING = (
    DeclareConflict(member=ADA, other=BEN, kind=ConflictKind.SUPERVISES),
    DeclareConflict(member=BEN, other=ADA, kind=ConflictKind.GRIEVANCE),
    by(BEN, MuteMember(member=BEN, other=ADA)),
)


@pytest.mark.parametrize("command", CHANGES, ids=lambda command: type(command).__name__)
def test_what_a_stranger_may_not_see_is_as_if_it_were_not_there(command: Command) -> None:
    unknown = given(OTHER, SHELVED).when(command, by=BEN).refusal
    assert "there is no such challenge" in str(unknown)
    for end in ((), (RESOLVED,), (ASIDE,)):
        for confidentiality in NARROW:
            told_to_few = replace(POSTED, confidentiality=confidentiality)
            assert str(given(OTHER, SHELVED, told_to_few, *end).when(command, by=BEN).refusal) == str(unknown)
        if not isinstance(command, OfferIntroduction):  # there it is the seeker who is not there
            for apart in HIDING:
                assert str(given(OTHER, SHELVED, POSTED, *end, apart).when(command, by=BEN).refusal) == str(unknown)


def test_a_private_mute_does_not_tell_the_muted_one() -> None:
    assert given(POSTED, by(ADA, MuteMember(member=ADA, other=BEN))).when(ANSWERED, by=BEN).events


@pytest.mark.parametrize("apart", HIDING)
def test_nobody_answers_one_whom_they_must_not_be_shown(apart: Command) -> None:
    theirs = replace(POSTED, author=CLEO)
    given(theirs, apart).when(replace(ANSWERED, to=ADA), by=BEN).refused("to: there is no such member")
    given(apart).when(POSTED, by=BEN).refused("author: there is no such member")


@pytest.mark.parametrize("confidentiality", [Confidentiality.PUBLIC, Confidentiality.NETWORK])
def test_everybody_answers_what_was_told_to_all(confidentiality: Confidentiality) -> None:
    assert given(replace(POSTED, confidentiality=confidentiality)).when(ANSWERED, by=BEN).events
