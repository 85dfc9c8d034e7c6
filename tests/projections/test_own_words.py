"""What members say of their own words: withdrawn, returned, corrected."""

import pytest

from domain.challenges import AnswerChallenge, PostChallenge
from domain.members import ClaimExpertise, DescribeProfile, InviteMember, JoinNetwork, LeaveNetwork
from domain.own_words import CorrectAnswer, CorrectName, ReturnText, WithdrawText
from domain.refusals import NotTheirs, Unknown
from projections import challenge_board, evidence, member_directory
from projections.evidence import Says
from tests.histories import ADA, BEN, DESKS, History, begun
from tests.projections.seeing import seen

ANSWER = "answer-00000001"


def said(history: History, subject: str) -> list[tuple[Says, str]]:
    with seen(history) as c:
        return [(each.says, each.text) for each in evidence.of_subject(c, subject)]


def answered() -> History:
    history = begun()
    history.do(PostChallenge(challenge=DESKS, author=ADA, title="Too few desks"))
    history.do(AnswerChallenge(challenge=DESKS, answer=ANSWER, member=BEN, text="Borrow some."))
    return history


def test_a_withdrawn_text_shows_nothing_any_more_until_it_is_returned() -> None:
    history = begun()
    history.do(DescribeProfile(member=ADA, text="Teaches sums"))
    told = history.head()
    history.do(ClaimExpertise(member=ADA, topic="buses"), WithdrawText(member=ADA, position=told))
    assert said(history, ADA) == [(Says.CLAIMS, "buses")]
    history.do(ReturnText(member=ADA, position=told))
    assert (Says.PROFILE, "Teaches sums") in said(history, ADA)
    history.do(WithdrawText(member=ADA, position=told))
    assert said(history, ADA) == [(Says.CLAIMS, "buses")]


def test_only_the_owner_withdraws_and_a_strange_position_withdraws_nothing() -> None:
    history = begun()
    history.do(DescribeProfile(member=ADA, text="Teaches sums"))
    told = history.head()
    with pytest.raises(NotTheirs):
        history.do(WithdrawText(member=ADA, position=told), by=BEN)
    history.do(WithdrawText(member=BEN, position=told))
    assert said(history, ADA) == [(Says.PROFILE, "Teaches sums")]


def test_what_was_put_otherwise_meanwhile_does_not_come_back() -> None:
    history = begun()
    history.do(DescribeProfile(member=ADA, text="Teaches sums"))
    told = history.head()
    history.do(WithdrawText(member=ADA, position=told), DescribeProfile(member=ADA, text="Teaches letters"))
    history.do(ReturnText(member=ADA, position=told))
    assert said(history, ADA) == [(Says.PROFILE, "Teaches letters")]


def test_a_challenge_withdrawn_leads_nobody_to_its_author_and_is_still_on_the_board() -> None:
    history = answered()
    posted = next(each.position for each in history.recorded if each.stream == DESKS)
    history.do(WithdrawText(member=ADA, position=posted))
    assert said(history, DESKS) == said(history, ADA) == []
    with seen(history) as c:
        assert challenge_board.challenge(c, DESKS) is not None


@pytest.mark.parametrize("returned", [False, True])
def test_who_left_brings_back_what_they_did_not_withdraw(returned: bool) -> None:  # noqa: FBT001 - a parameter
    history = begun()
    history.do(DescribeProfile(member=ADA, text="Teaches sums"))
    told = history.head()
    history.do(ClaimExpertise(member=ADA, topic="buses"), LeaveNetwork(member=ADA))
    history.do(WithdrawText(member=ADA, position=told))
    if returned:
        history.do(ReturnText(member=ADA, position=told))
    assert said(history, ADA) == []
    history.do(InviteMember(member=ADA), JoinNetwork(member=ADA, name="Ada"))
    assert ((Says.PROFILE, "Teaches sums") in said(history, ADA)) is returned
    assert (Says.CLAIMS, "buses") in said(history, ADA)


def test_a_corrected_answer_says_what_it_should_have_said_everywhere() -> None:
    history = answered()
    history.do(CorrectAnswer(member=BEN, challenge=DESKS, answer=ANSWER, text="Borrow ten."))
    assert said(history, BEN) == [(Says.ANSWERED, "Borrow ten.")]
    history.do(CorrectAnswer(member=BEN, challenge=DESKS, answer=ANSWER, text="Borrow twelve."))
    assert said(history, BEN) == [(Says.ANSWERED, "Borrow twelve.")]
    with seen(history) as c:
        (answer,) = challenge_board.all_answers(c)
        (piece,) = evidence.of_subject(c, BEN)
    assert answer.text == "Borrow twelve."
    assert (piece.source, piece.challenge, piece.owner) == (DESKS, DESKS, BEN)
    assert piece.id == f"e{history.head()}"


def test_nobody_corrects_the_answer_of_another() -> None:
    history = answered()
    with pytest.raises(NotTheirs):
        history.do(CorrectAnswer(member=ADA, challenge=DESKS, answer=ANSWER, text="Buy some."))
    with pytest.raises(Unknown):
        history.do(CorrectAnswer(member=BEN, challenge=DESKS, answer="answer-00000009", text="Buy some."))


def test_a_corrected_name_is_the_name() -> None:
    history = begun()
    history.do(CorrectName(member=BEN, name="Benjamin"))
    with seen(history) as c:
        assert [each.name for each in member_directory.directory(c) if each.member == BEN] == ["Benjamin"]
