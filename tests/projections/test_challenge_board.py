from datetime import timedelta

from domain.challenges import (
    AnswerChallenge,
    ChangeChallengeStage,
    MergeChallenges,
    PostChallenge,
    ReframeChallenge,
    ResolveChallenge,
    SetChallengeAside,
)
from domain.vocabulary import Stage
from projections.challenge_board import Status, answers, by_author, challenge, open_challenges
from projections.reading import Reader
from tests.histories import ADA, BEN, BUSES, CLEO, DESKS, NOON, READING, History, begun
from tests.projections.seeing import seen


def board() -> History:
    """Ada has posted about desks, then about reading; Ben about buses."""
    history = begun()
    history.do(
        PostChallenge(challenge=DESKS, author=ADA, title="Desks", category="rooms"),
        PostChallenge(challenge=READING, author=ADA, title="Reading"),
        PostChallenge(challenge=BUSES, author=BEN, title="Buses"),
    )
    return history


def test_the_latest_activity_stands_first() -> None:
    history = board()
    history.do(AnswerChallenge(challenge=DESKS, answer="answer-00000001", member=BEN, text="Borrow some."))
    with seen(history) as c:
        assert [each.challenge for each in open_challenges(c)] == [DESKS, BUSES, READING]
        assert [each.challenge for each in open_challenges(c, limit=1, skip=1)] == [BUSES]


def test_an_answer_told_late_does_not_turn_activity_back() -> None:
    history = board()
    now = history.now
    history.do(AnswerChallenge(challenge=BUSES, answer="answer-00000001", member=ADA), at=NOON - timedelta(days=9))
    with seen(history) as c:
        buses = challenge(c, BUSES)
        assert buses is not None
        assert buses.last_activity == now


def test_answers_are_read_in_the_order_in_which_they_came() -> None:
    history = board()
    for number, text in enumerate(("Borrow some.", "Build some.")):
        history.do(AnswerChallenge(challenge=DESKS, answer=f"answer-{number:08x}", member=BEN, text=text))
    with seen(history) as c:
        first, second = answers(c, Reader(member=CLEO), DESKS).items
        assert (first.text, second.text) == ("Borrow some.", "Build some.")
        assert (first.member, first.to) == (BEN, ADA)
        assert answers(c, Reader(member=CLEO), READING).items == ()


def test_an_ended_challenge_leaves_the_open_ones_and_says_how_it_ended() -> None:
    history = board()
    history.do(ResolveChallenge(challenge=DESKS), by=ADA)
    history.do(SetChallengeAside(challenge=READING, reason="summer"), by=ADA)
    with seen(history) as c:
        assert [each.challenge for each in open_challenges(c)] == [BUSES]
        assert [each.status for each in by_author(c, ADA)] == [Status.SET_ASIDE, Status.RESOLVED]


def test_a_merged_challenge_points_to_the_one_that_goes_on() -> None:
    history = board()
    history.do(MergeChallenges(challenge=READING, into=DESKS), by=ADA)
    with seen(history) as c:
        reading = challenge(c, READING)
        assert reading is not None
        assert (reading.status, reading.into) == (Status.MERGED, DESKS)


def test_a_challenge_moves_on_in_stage_and_words() -> None:
    history = board()
    history.do(ChangeChallengeStage(challenge=DESKS, stage=Stage.TESTING), by=ADA)
    history.do(ReframeChallenge(challenge=DESKS, title="Crowded rooms", text="Thirty desks"), by=ADA)
    with seen(history) as c:
        desks = challenge(c, DESKS)
        assert desks is not None
        assert (desks.stage, desks.title, desks.text, desks.category) == (
            Stage.TESTING,
            "Crowded rooms",
            "Thirty desks",
            "rooms",
        )
        assert challenge(c, "challenge-0000ffff") is None
