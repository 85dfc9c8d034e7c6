from datetime import timedelta

from domain.challenges import AnswerChallenge, PostChallenge
from domain.introductions import ConfirmHelp, ConsentToIntroduction, DisputeHelp, FormPartnership, OfferIntroduction
from domain.vocabulary import Confidentiality, TieKind
from projections import ties
from projections.reading import Reader
from tests.histories import ADA, BEN, CALL, CHAT, CLEO, DESKS, History, begun
from tests.projections.seeing import seen
from tests.projections.test_evidence import helped


def talk(confidentiality: Confidentiality = Confidentiality.NETWORK) -> History:
    """Ben answers Ada, Ada answers Ben, Cleo answers Ben, and Ada talks to herself."""
    history = begun()
    history.do(PostChallenge(challenge=DESKS, author=ADA, title="Desks", confidentiality=confidentiality))
    for number, (member, to) in enumerate([(BEN, None), (ADA, BEN), (CLEO, BEN), (ADA, None), (BEN, ADA)]):
        answer = f"answer-{number:08x}"
        history.do(AnswerChallenge(challenge=DESKS, answer=answer, member=member, to=to, text="Yes."), by=None)
    return history


def test_who_answers_gives_to_the_one_who_is_answered_and_nobody_to_themselves() -> None:
    with seen(talk()) as c:
        assert [(each.giver, each.receiver) for each in ties.ties(c)] == [
            (BEN, ADA),
            (ADA, BEN),
            (CLEO, BEN),
            (BEN, ADA),
        ]
        assert {each.kind for each in ties.ties(c)} == {TieKind.EXCHANGED}
        assert {each.challenge for each in ties.ties(c)} == {DESKS}


def test_ties_are_counted_for_every_pair_and_direction() -> None:
    history = talk()
    with seen(history) as c:
        counted = {(each.giver, each.receiver): each.times for each in ties.counts(c)}
        assert counted == {(BEN, ADA): 2, (ADA, BEN): 1, (CLEO, BEN): 1}
        latest = next(each for each in ties.counts(c) if each.giver == BEN)
        assert latest.last == history.now


def test_a_members_ties_are_what_they_gave_and_received() -> None:
    with seen(talk()) as c:
        assert [each.giver for each in ties.ties_seen(c, Reader(member=ADA)).items] == [BEN, ADA, BEN]
        assert [each.giver for each in ties.ties_seen(c, Reader(member=CLEO)).items] == [CLEO]


def test_help_counts_once_its_receiver_confirms_it_and_while_they_do() -> None:
    history = helped()
    with seen(history) as c:
        (tie,) = ties.ties(c)
        assert (tie.giver, tie.receiver, tie.kind, tie.challenge) == (BEN, ADA, TieKind.ADVISED, DESKS)
        assert tie.at == history.now
        assert tie.position == history.head()
    history.do(DisputeHelp(introduction=CALL, member=ADA))
    with seen(history) as c:
        assert ties.ties(c) == []
    history.do(ConfirmHelp(introduction=CALL, member=ADA), at=history.now + timedelta(days=1))
    with seen(history) as c:
        assert len(ties.ties(c)) == 1


def test_a_dispute_is_about_one_introduction_alone() -> None:
    history = helped()
    history.now += timedelta(days=7)
    history.do(
        OfferIntroduction(introduction=CHAT, seeker=ADA, helper=BEN),
        ConsentToIntroduction(introduction=CHAT, member=BEN),
        DisputeHelp(introduction=CHAT, member=ADA),
    )
    with seen(history) as c:
        assert [each.source for each in ties.ties(c)] == [CALL]


def test_partners_are_tied_both_ways() -> None:
    history = helped()
    history.do(FormPartnership(introduction=CALL), by=ADA)
    with seen(history) as c:
        partners = {(each.giver, each.receiver) for each in ties.ties(c) if each.kind is TieKind.PARTNER}
        assert partners == {(ADA, BEN), (BEN, ADA)}


def test_a_tie_is_as_confidential_as_what_it_came_from() -> None:
    with seen(talk(Confidentiality.PAIR)) as c:
        assert {each.confidentiality for each in ties.ties(c)} == {Confidentiality.PAIR}
