from datetime import timedelta

from domain.introductions import ConsentToIntroduction, DeclineIntroduction, ExpireIntroduction, OfferIntroduction
from projections.introductions import Reached, expired_offers, meetings
from projections.introductions import seen as shown
from projections.reading import Reader
from tests.histories import ADA, BEN, CALL, CHAT, CLEO, History
from tests.projections.seeing import seen
from tests.projections.test_evidence import helped
from tests.projections.test_time_budgets import offering


def offered() -> History:
    history = offering()
    history.do(OfferIntroduction(introduction=CALL, seeker=ADA, helper=BEN, minutes=20))
    return history


def test_an_offer_runs_out_when_its_time_is_up_and_not_before() -> None:
    with seen(offered()) as c:
        call = shown(c, Reader(member=BEN), CALL)
        assert call is not None
        assert (call.reached, call.minutes) == (Reached.OFFERED, 20)
        assert expired_offers(c, call.expires_at - timedelta(microseconds=1)) == []
        assert expired_offers(c, call.expires_at) == [call]


def test_an_offer_that_was_answered_never_runs_out() -> None:
    accepted, declined = offered(), offered()
    accepted.do(ConsentToIntroduction(introduction=CALL, member=BEN))
    declined.do(DeclineIntroduction(introduction=CALL, member=BEN))
    for history in (accepted, declined):
        with seen(history) as c:
            assert expired_offers(c, history.now + timedelta(days=99)) == []


def test_an_expired_offer_is_told_once() -> None:
    history = offered()
    history.now += timedelta(days=9)
    history.do(ExpireIntroduction(introduction=CALL))
    with seen(history) as c:
        assert expired_offers(c, history.now) == []
        assert [each.reached for each in meetings(c, Reader(member=BEN)).items] == [Reached.EXPIRED]


def test_a_members_introductions_are_those_they_seek_and_those_they_help_in() -> None:
    history = offered()
    history.do(OfferIntroduction(introduction=CHAT, seeker=CLEO, helper=BEN, minutes=20))
    with seen(history) as c:
        assert [each.introduction for each in meetings(c, Reader(member=BEN)).items] == [CHAT, CALL]
        assert [each.introduction for each in meetings(c, Reader(member=ADA)).items] == [CALL]


def test_a_meeting_leaves_the_minutes_it_took() -> None:
    history = helped()
    with seen(history) as c:
        call = shown(c, Reader(member=BEN), CALL)
        assert call is not None
        assert (call.reached, call.minutes) == (Reached.HELPED, 30)
        assert call.met_at is not None
