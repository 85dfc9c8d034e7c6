from collections.abc import Iterator
from datetime import date
from sqlite3 import Connection

import msgspec
import pytest

from domain.challenges import AnswerChallenge, PostChallenge
from domain.eligibility import UNAVAILABLE, Mode
from domain.members import DescribeProfile, LeaveNetwork, StartAffiliation
from domain.recommendations import Inputs, ListKind, NearMiss, Pick, Reason, RecommendationsIssued
from domain.refusals import Unknown
from domain.resources import ShareResource
from domain.vocabulary import Confidentiality, RoleFamily
from engine.explaining import WordedList, described, in_words, listed, short
from models.lexical import terms
from projections import evidence
from projections.recommendation_lists import IssuedList
from tests.histories import ADA, BEN, BUSES, CLEO, DESKS, DEV, EVE, GUIDE, NET, NOON, READING, SCHOOL, History, begun
from tests.projections.seeing import seen

LIST = "recommendation-00000001"
NEED = "Fluency in Grade three: readers stall after winter"
ANSWER = "We have a choir. Each winter our readers practise fluency in pairs. The hall is cold."


@pytest.fixture
def history() -> History:
    history = begun()
    history.do(
        StartAffiliation(member=BEN, site=SCHOOL, role=RoleFamily.COUNSELOR, since=date(2024, 8, 1)),
        StartAffiliation(member=CLEO, role=RoleFamily.UNSPECIFIED, since=date(2024, 8, 1)),
        PostChallenge(challenge=READING, author=ADA, title=NEED, text="It began in January."),
        DescribeProfile(member=ADA, text="Choirs and winter fairs."),
        PostChallenge(challenge=BUSES, author=BEN, title="Buses after winter", text="They run late. Nobody waits."),
        AnswerChallenge(challenge=BUSES, answer="answer-00000001", member=CLEO, text=ANSWER),
        ShareResource(resource=GUIDE, contributor=NET, title="Pairs", description="How readers pair up.", kind="case"),
    )
    return history


@pytest.fixture
def connection(history: History) -> Iterator[Connection]:
    with seen(history) as connection:
        yield connection


def issued(connection: Connection, *candidates: str, **more: object) -> IssuedList:
    """A list on which each candidate stands for the reasons there are."""
    spread = dict.fromkeys(terms(f"{NEED}\nIt began in January."), 1) | {"winter": 30}
    told = {
        "reader": ADA,
        "need": READING,
        "kind": ListKind.EXPERTS,
        "mode": Mode.ANY,
        "inputs": Inputs(position=9, policy_hash="p", encoder="m", seed=0, items=36, words_share=0.3),
        "terms": msgspec.json.encode(spread).decode(),
        "picks": tuple(pick(connection, each) for each in candidates),
    }
    event = RecommendationsIssued(**(told | more))
    return IssuedList(recommendation=LIST, issued=event, at=NOON, position=10, viewed=False, expired=False)


def pick(connection: Connection, candidate: str) -> Pick:
    reasons = tuple(
        Reason(says=each.says, evidence=each.id, part="meaning", value=0.5)
        for each in evidence.of_subject(connection, candidate)
    )
    return Pick(candidate=candidate, score=0.5, parts={"meaning": 0.6, "words": 0.2}, reasons=reasons)


def worded(connection: Connection, *candidates: str, **more: object) -> WordedList:
    return in_words(connection, issued(connection, *candidates, **more))


def test_a_list_says_whose_it_is_and_what_it_was_derived_from(connection: Connection) -> None:
    told = worded(connection, CLEO)
    assert (told.recommendation, told.reader, told.need, told.need_title) == (LIST, ADA, READING, NEED)
    assert (told.kind, told.mode, told.issued_at) == ("experts", "any", NOON)
    assert (told.position, told.policy_hash, told.encoder) == (9, "p", "m")
    assert told.picks[0].parts == {"meaning": 0.6, "words": 0.2}


def test_a_reason_shows_the_sentence_and_the_words_that_the_need_shares_with_it(connection: Connection) -> None:
    (told,) = worded(connection, CLEO).picks
    (reason,) = told.reasons
    assert (reason.says, reason.title) == ("answered", "")
    assert reason.excerpt == "Each winter our readers practise fluency in pairs."
    assert reason.shared == ("Fluency", "readers")  # as the need writes them; winter is in every other piece
    assert (reason.part, reason.value) == ("meaning", 0.5)


@pytest.mark.parametrize(("pieces", "shared"), [(3, ("readers", "Fluency")), (4, ("readers",))])
def test_a_word_that_many_pieces_have_explains_nothing(
    connection: Connection, pieces: int, shared: tuple[str, ...]
) -> None:
    """Many: more than one of twelve; here there are 36."""
    told = worded(connection, CLEO, terms=msgspec.json.encode({"fluency": pieces, "reader": 1}).decode())
    assert told.picks[0].reasons[0].shared == shared


def test_a_text_with_a_title_is_shown_by_both(connection: Connection) -> None:
    (told,) = worded(connection, BEN).picks
    (reason,) = told.reasons
    assert (reason.says, reason.title, reason.excerpt) == ("works on", "Buses after winter", "They run late.")
    (told,) = worded(connection, GUIDE, kind=ListKind.RESOURCES).picks
    (reason,) = told.reasons
    assert (told.name, told.about) == ("Pairs", "case")
    assert (reason.says, reason.title, reason.excerpt) == ("is about", "Pairs", "How readers pair up.")


def test_an_answer_without_words_is_told_by_the_challenge_it_was_given_in(history: History) -> None:
    history.do(AnswerChallenge(challenge=BUSES, answer="answer-00000002", member=DEV))
    with seen(history) as connection:
        (told,) = worded(connection, DEV).picks
    (reason,) = told.reasons
    assert (reason.says, reason.title, reason.excerpt) == ("answered in", "Buses after winter", "Buses after winter")


def test_only_words_that_were_searched_by_are_called_shared(connection: Connection) -> None:
    """A need that lies in the person is made of what they know, not of all that they ever wrote."""
    told = worded(connection, BUSES, need=ADA, kind=ListKind.CHALLENGES, terms='{"choir":1,"winter":2,"fair":1}')
    assert told.need_title == f"what Name of {ADA} knows"
    (reason,) = told.picks[0].reasons
    assert reason.shared == ("winter",)


def test_where_the_needs_words_were_erased_no_word_is_called_shared(connection: Connection) -> None:
    (told,) = worded(connection, CLEO, terms="[erased]").picks
    assert told.reasons[0].shared == ()
    assert told.reasons[0].excerpt == "We have a choir."


def test_a_reason_whose_evidence_is_gone_is_left_out(connection: Connection) -> None:
    gone = Reason(says="answered", evidence="e999", part="words", value=0.1)
    one = msgspec.structs.replace(pick(connection, CLEO), reasons=(gone, *pick(connection, CLEO).reasons))
    assert [reason.says for reason in worded(connection, picks=(one,)).picks[0].reasons] == ["answered"]


def test_evidence_that_ended_still_explains_what_it_led_to(history: History, connection: Connection) -> None:
    stored = issued(connection, CLEO)
    history.do(LeaveNetwork(member=CLEO))
    with seen(history) as later:
        assert in_words(later, stored) == in_words(connection, stored)


def test_near_misses_are_told_but_for_private_ones(connection: Connection) -> None:
    told = worded(
        connection,
        near_misses=(
            NearMiss(candidate=BEN, score=0.7, rule="light_touch"),
            NearMiss(candidate=CLEO, score=0.6, rule=UNAVAILABLE),
            NearMiss(candidate=DEV, score=0.5, rule="dismissed"),
        ),
    )
    assert [(miss.candidate, miss.score, miss.because) for miss in told.near_misses] == [
        (BEN, 0.7, "takes part without being asked for time"),
        (DEV, 0.5, "dismissed by you for this need"),
    ]
    assert CLEO not in msgspec.json.encode(told).decode()


def test_members_are_described_by_role_and_site(connection: Connection) -> None:
    assert described(connection, BEN) == (f"Name of {BEN}", "counselor, Hill")
    assert described(connection, CLEO) == (f"Name of {CLEO}", "")
    assert described(connection, READING) == (NEED, "naming")
    with pytest.raises(Unknown):
        described(connection, EVE)


def test_what_only_a_group_may_read_is_listed_without_its_title(history: History) -> None:
    history.do(PostChallenge(challenge=DESKS, author=ADA, title="Secret", confidentiality=Confidentiality.GROUP))
    with seen(history) as connection:
        rows = {each: (name, about) for each, name, about in listed(connection, "challenges", 10)}
        assert [each for each, _, _ in listed(connection, "members", 10)] == [ADA, BEN, CLEO, DEV]
        assert [each for each, _, _ in listed(connection, "resources", 10)] == [GUIDE]
    assert rows[BUSES] == ("Buses after winter", "naming")
    assert rows[DESKS] == ("for its group alone", "naming")


def test_a_short_id_tells_the_kind_and_begins_like_the_whole() -> None:
    assert short("recommendation-0123456789abcdef") == "recommendation-01234567"
