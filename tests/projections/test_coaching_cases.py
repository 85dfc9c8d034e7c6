"""Coaching cases as their readers see them: who is shown what, and where everybody stands."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from sqlite3 import Connection

import msgspec
import pytest

from domain.challenges import AnswerChallenge, PostChallenge
from domain.clocks import after, begin
from domain.coaching import commands as c
from domain.coaching.events import CoachingRequested
from domain.kernel import Command
from domain.members import (
    DeclareConflict,
    GrantNetworkRole,
    JoinNetwork,
    LeaveNetwork,
    MuteMember,
    PauseMember,
    WithdrawNetworkRole,
)
from domain.networks import NETWORK, SetSchoolCalendar
from domain.refusals import NotTheirs, Unknown
from domain.vocabulary import (
    ENGINE,
    OPERATOR,
    Channel,
    Confidentiality,
    ConflictKind,
    Disposition,
    NetworkRole,
    Tier,
    Urgency,
)
from projections import coaching_work
from projections.coaching_cases import QueueRow, mine, queue
from projections.coaching_view import CaseView
from projections.coaching_view import seen as shown
from projections.coaching_waits import wait
from projections.reading import Reader, reader_at
from tests.histories import ADA, BEN, CLEO, DAY, DESKS, DEV, EVE, NET, NOON, History, begun
from tests.projections.coached import asks_for_coaching, case, coaches, met
from tests.projections.seeing import seen

FAY, GUS = "member-000000f1", "member-000000f2"  # who facilitates too, and who looks on
ALL = (ADA, BEN, CLEO, DEV, EVE, FAY, GUS)
PAIR = Confidentiality.PAIR


def network() -> History:
    """ADA seeks, BEN and CLEO coach, DEV and FAY facilitate, EVE is admin, GUS sponsors."""
    history = begun()
    history.do(*(JoinNetwork(member=each) for each in (EVE, FAY, GUS)))
    for member, role in ((DEV, "facilitator"), (FAY, "facilitator"), (EVE, "admin"), (GUS, "sponsor")):
        history.do(GrantNetworkRole(member=member, role=NetworkRole(role)))
    for coach in (BEN, CLEO):
        coaches(history, coach, 600)
    return history


def says(history: History, who: str, *commands: Command) -> None:
    history.do(*commands, by=who)


def view(history: History, member: str, number: int = 1) -> CaseView | None:
    with seen(history) as connection:
        reader = reader_at(connection, member)
        return None if reader is None else shown(connection, reader, case(number))


def sees(history: History, member: str, number: int = 1) -> CaseView:
    found = view(history, member, number)
    assert found is not None
    return found


def who_sees(history: History, words: str, number: int = 1) -> set[str]:
    """Whoever is shown these words, in any list or view."""
    return {member for member in ALL if words in told_to(history, member, number)}


def told_to(history: History, member: str, number: int = 1) -> str:
    with seen(history) as connection:
        reader = reader_at(connection, member)
        assert reader is not None
        lists = [mine(connection, reader), queue(connection, reader) if reader.staff else None]
        return msgspec.json.encode([shown(connection, reader, case(number)), lists]).decode()


def listed(history: History, member: str) -> list[QueueRow]:
    with seen(history) as connection:
        reader = reader_at(connection, member)
        assert reader is not None
        return list(queue(connection, reader).items)


@contextmanager
def as_engine(history: History) -> Iterator[Connection]:
    with seen(history) as connection:
        yield connection


def decides(history: History, number: int = 1, tier: Tier = Tier.TARGETED, by: str = DEV) -> None:
    says(
        history,
        by,
        c.TriageRequest(
            coaching=case(number), tier=tier, disposition=Disposition.COACH_ASSIGNED, reason="because of the tulips"
        ),
    )


def offers(history: History, coach: str = BEN, number: int = 1, offer: str = "offer-00000001") -> None:
    says(history, DEV, c.OfferCoach(coaching=case(number), offer=offer, coach=coach, minutes=30))


# who reads what


def test_a_draft_is_its_authors_alone() -> None:
    history = network()
    says(history, ADA, c.DraftRequest(coaching=case(1), seeker=ADA, title="Tulips"))
    assert who_sees(history, "Tulips") == {ADA}
    assert {member for member in ALL if view(history, member)} == {ADA}
    with seen(history) as connection:
        assert queue(connection, Reader(member=OPERATOR)).count == 0
        assert shown(connection, Reader(member=OPERATOR), case(1)) is None


def test_a_noticed_need_is_for_its_seeker_and_who_noticed_it_until_it_becomes_a_draft() -> None:
    history = network()
    says(history, BEN, c.NoticeCoachingNeed(coaching=case(1), seeker=ADA, noticed_by=BEN, text="tulips wilt"))
    assert who_sees(history, "tulips wilt") == {ADA, BEN}
    assert {member for member in ALL if view(history, member)} == {ADA, BEN}
    says(history, ADA, c.DraftRequest(coaching=case(1), seeker=ADA, title="Tulips"))
    assert who_sees(history, "ulips") == {ADA}


def test_a_case_of_the_group_is_read_by_seeker_and_staff_and_by_its_coach_from_the_offer_on() -> None:
    history = network()
    asks_for_coaching(history, 1, ADA, title="Tulips")
    assert who_sees(history, "Tulips") == {ADA, DEV, FAY, EVE}
    decides(history)
    offers(history, BEN)
    assert who_sees(history, "Tulips") == {ADA, DEV, FAY, EVE, BEN}
    says(history, BEN, c.DeclineOffer(coaching=case(1), member=BEN, reason="no tulips please"))
    assert view(history, BEN) is None
    assert who_sees(history, "because of the tulips") == {ADA, DEV, FAY, EVE}


def test_of_a_case_of_the_pair_staff_see_that_it_is_there_and_only_who_holds_it_reads_its_words() -> None:
    history = network()
    asks_for_coaching(history, 1, ADA, told=PAIR, title="Tulips")
    assert who_sees(history, "Tulips") == {ADA}
    (row,) = listed(history, FAY)
    assert (row.title, row.state, row.urgency, row.seeker) == ("", "waiting", Urgency.URGENT, ADA)
    assert row.first_response_due is not None
    suggested(history, similar=case(2))
    assert case(2) not in told_to(history, FAY)  # its words would tell what it is like
    says(history, DEV, c.HandOverCase(coaching=case(1), to=DEV))
    assert who_sees(history, "Tulips") == {ADA, DEV}
    assert case(2) in told_to(history, DEV)
    decides(history)
    assert who_sees(history, "because of the tulips") == {ADA, DEV}
    offers(history, BEN)
    assert sees(history, BEN).request is None  # they learn what it is about once they said yes
    says(history, BEN, c.AcceptOffer(coaching=case(1), member=BEN))
    assert who_sees(history, "Tulips") == {ADA, DEV, BEN}
    decision = sees(history, FAY).decision
    assert decision is not None
    assert (decision.disposition, decision.reason) == (Disposition.COACH_ASSIGNED, "")


def coached(told: Confidentiality = Confidentiality.GROUP) -> History:
    """BEN coaches ADA; one session was held and logged."""
    history = network()
    asks_for_coaching(history, 1, ADA, told=told, title="Tulips")
    decides(history)
    offers(history, BEN)
    says(history, BEN, c.AcceptOffer(coaching=case(1), member=BEN))
    says(history, BEN, c.OpenEngagement(coaching=case(1), goal="goal: roses", until=date(2025, 1, 9)))
    met(history, 1, BEN, 25)
    says(history, BEN, c.LogSession(coaching=case(1), session="session-00000001", member=BEN, text="log: roses"))
    says(history, ADA, c.AgreeNextStep(coaching=case(1), step="step-00000001", text="step: roses"))
    return history


def test_goal_logs_and_steps_are_for_the_two_and_staff_see_that_they_met_and_how_long() -> None:
    history = coached()
    says(history, ADA, c.PlanSession(coaching=case(1), session="session-00000002", at=history.now + DAY))
    for words in ("goal: roses", "log: roses", "step: roses", "session-00000002"):
        assert who_sees(history, words) == {ADA, BEN}
    engagement = sees(history, DEV).engagement
    assert engagement is not None
    assert [each.minutes for each in engagement.held] == [25]
    assert (engagement.coach, engagement.until) == (BEN, date(2025, 1, 9))


def test_words_of_feedback_are_for_the_two_and_its_answers_for_staff_too() -> None:
    history = coached()
    said = c.Feedback(helpful=True, plan_changed=False, tie_confirmed=True, note="roses at last")
    says(history, ADA, c.CloseEngagement(coaching=case(1), feedback=said))
    assert who_sees(history, "roses at last") == {ADA, BEN}
    feedback = sees(history, DEV).feedback
    assert feedback is not None
    assert (feedback.helpful, feedback.plan_changed, feedback.tie_confirmed) == (True, False, True)


@pytest.mark.parametrize("told", [Confidentiality.GROUP, PAIR])
def test_a_coach_who_takes_over_reads_what_was_said_before_once_the_seeker_grants_it(told: Confidentiality) -> None:
    history = coached(told)
    says(history, BEN, c.OfferCoach(coaching=case(1), offer="offer-00000002", coach=CLEO, minutes=30))
    assert sees(history, CLEO).request is None
    assert CLEO not in who_sees(history, "roses") | who_sees(history, "tulips")
    says(history, CLEO, c.AcceptOffer(coaching=case(1), member=CLEO))
    says(history, ADA, c.AgreeNextStep(coaching=case(1), step="step-00000002", text="step: lilies"))
    assert who_sees(history, "roses") == {ADA}  # who went reads nothing any more
    assert who_sees(history, "lilies") == {ADA, CLEO}
    assert sees(history, CLEO).case.title == ""
    says(history, ADA, c.GrantContext(coaching=case(1), member=CLEO))
    for words in ("log: roses", "goal: roses", "step: roses"):
        assert who_sees(history, words) == {ADA, CLEO}
    assert sees(history, CLEO).case.title == "Tulips"


def test_a_facilitator_to_whom_a_case_of_the_pair_is_handed_reads_what_was_said_before_once_granted() -> None:
    history = network()
    asks_for_coaching(history, 1, ADA, told=PAIR, title="Tulips")
    says(history, DEV, c.HandOverCase(coaching=case(1), to=DEV), c.HandOverCase(coaching=case(1), to=FAY))
    says(history, FAY, c.AskClarification(coaching=case(1), question="which lilies?"))
    assert who_sees(history, "Tulips") == {ADA}
    assert who_sees(history, "which lilies?") == {ADA, FAY}
    says(history, ADA, c.GrantContext(coaching=case(1), member=FAY))
    assert who_sees(history, "Tulips") == {ADA, FAY}


def test_who_has_power_over_the_seeker_sees_nothing_of_the_case_not_even_as_staff() -> None:
    history = network()
    for number, seeker in ((1, ADA), (2, BEN)):
        asks_for_coaching(history, number, seeker, title="Tulips")
    suggested(history, 2, similar=case(1))
    history.do(DeclareConflict(member=EVE, other=ADA, kind=ConflictKind.SUPERVISES))
    assert view(history, EVE) is None
    assert ADA not in told_to(history, EVE)
    assert case(1) not in told_to(history, EVE, 2)
    assert [row.coaching for row in listed(history, EVE)] == [case(2)]
    with seen(history) as connection:
        counts = {}
        for member in (EVE, DEV):
            reader = reader_at(connection, member)
            assert reader is not None
            counts[member] = queue(connection, reader).count
    assert counts == {EVE: 1, DEV: 2}
    assert case(1) in told_to(history, DEV, 2)


def test_who_looks_on_sees_no_case_and_no_queue() -> None:
    history = coached()
    assert view(history, GUS) is None
    with seen(history) as connection:
        reader = reader_at(connection, GUS)
        assert reader is not None
        assert mine(connection, reader).count == 0
        with pytest.raises(NotTheirs, match="queue"):
            queue(connection, reader)


def test_a_facilitator_who_pauses_rests_from_the_cases_they_hold() -> None:
    history = network()
    asks_for_coaching(history, 1, ADA, told=PAIR, title="Tulips")
    says(history, DEV, c.HandOverCase(coaching=case(1), to=DEV))
    history.do(PauseMember(member=DEV))
    assert view(history, DEV) is None
    assert who_sees(history, "Tulips") == {ADA}


def test_a_no_is_told_to_nobody_as_whose_it_was_and_its_reason_not_at_all() -> None:
    history = network()
    asks_for_coaching(history, 1, ADA)
    decides(history)
    offers(history, BEN)
    says(history, BEN, c.DeclineOffer(coaching=case(1), member=BEN, reason="too tired"))
    assert who_sees(history, "too tired") == set()
    assert BEN not in told_to(history, ADA)
    assert [each.what for each in sees(history, DEV).items][-2:] == ["coach offered", "offer over"]
    offers(history, CLEO, offer="offer-00000002")
    assert BEN not in told_to(history, CLEO)


def test_whom_a_member_mutes_is_named_to_them_no_more() -> None:
    history = coached()
    says(history, DEV, c.HandOverCase(coaching=case(1), to=DEV))
    history.do(MuteMember(member=ADA, other=DEV))
    assert DEV not in told_to(history, ADA)
    assert DEV in told_to(history, BEN)


def suggested(history: History, number: int = 1, similar: str | None = None, position: int | None = None) -> None:
    suggestion = c.Suggestion(
        disposition=Disposition.COACH_ASSIGNED,
        tier=Tier.TARGETED,
        reason="three coaches have room",
        ladder=(c.Offering(rung=Disposition.PEER_INTRODUCED, possible=True, reason="one", candidates=(ADA, CLEO)),),
        similar=(c.Likeness(coaching=similar, nearness=0.9, duplicate=True),) if similar else (),
        position=history.head() if position is None else position,
        policy_hash="some",
        encoder="some",
    )
    says(history, ENGINE, c.SuggestDisposition(coaching=case(number), suggestion=suggestion))


def test_a_suggestion_is_for_staff() -> None:
    history = network()
    asks_for_coaching(history, 1, ADA)
    suggested(history, similar=case(2))
    assert who_sees(history, "three coaches have room") == {DEV, FAY, EVE}
    (row,) = listed(history, DEV)
    assert (row.suggested, row.duplicates) == (Disposition.COACH_ASSIGNED, (case(2),))


# clocks


def test_a_first_request_is_to_be_answered_sooner_than_a_second_one() -> None:
    history = network()
    asks_for_coaching(history, 1, ADA)
    asks_for_coaching(history, 2, ADA)
    first, second = listed(history, DEV)
    assert (first.first_request, second.first_request) == (True, False)
    setting = history.facts()(NETWORK, NET)
    for row in (first, second):
        assert row.submitted_at is not None
        asked = CoachingRequested(seeker=ADA, title="", urgency=Urgency.URGENT)
        policy = setting.policy.coaching
        clocks = begin(asked, row.submitted_at, setting.calendar, policy, first_time=row.first_request)
        dues = (row.first_response_due, row.update_due, row.resolution_due)
        assert dues == (clocks.first_response_due, clocks.update_due, clocks.resolution_due)


def test_an_answer_to_the_challenge_a_case_is_tied_to_is_a_first_response_unless_it_is_the_seekers_own() -> None:
    history = network()
    history.do(PostChallenge(challenge=DESKS, author=ADA, title="Too few desks"))
    says(history, ADA, c.DraftRequest(coaching=case(1), seeker=ADA, title="Desks", challenge=DESKS))
    says(history, ADA, c.SubmitRequest(coaching=case(1)))
    history.do(AnswerChallenge(challenge=DESKS, answer="answer-00000001", member=ADA, to=BEN))
    assert listed(history, DEV)[0].first_response_due is not None
    history.do(AnswerChallenge(challenge=DESKS, answer="answer-00000002", member=BEN))
    assert listed(history, DEV)[0].first_response_due is None


def test_a_question_pauses_and_a_call_counts_as_an_answer() -> None:
    history = network()
    asks_for_coaching(history, 1, ADA)
    call = c.AnswerRequest(coaching=case(1), answer="answer-00000001", member=DEV, channel=Channel.PHONE)
    says(history, DEV, call, c.AskClarification(coaching=case(1), question="which?"))
    (row,) = listed(history, DEV)
    assert (row.state, row.first_response_due, row.paused_since) == ("waiting for the seeker", None, history.now)
    says(history, ADA, c.ClarifyRequest(coaching=case(1), text="the red ones"))
    assert listed(history, DEV)[0].paused_since is None
    texts = [(each.what, each.text, each.channel) for each in sees(history, ADA).items]
    assert texts == [
        ("answer", "", Channel.PHONE),
        ("question", "which?", None),
        ("clarification", "the red ones", None),
    ]


def test_another_calendar_moves_what_open_cases_are_still_to_be_told() -> None:
    history = network()
    asks_for_coaching(history, 1, ADA)
    asks_for_coaching(history, 2, BEN)
    says(history, ADA, c.WithdrawRequest(coaching=case(1)))
    (before,) = listed(history, DEV)
    holidays = tuple(NOON.date() + each * DAY for each in range(1, 8))
    history.do(SetSchoolCalendar(network=NET, zone="America/New_York", holidays=holidays), by=DEV)
    (row,) = listed(history, DEV)
    assert before.update_due is not None
    calendar = history.facts()(NETWORK, NET).calendar
    assert row.update_due == after(row.submitted_at or NOON, 16, calendar)
    assert row.update_due > before.update_due + 6 * DAY


# the queue, places and waits


def test_the_queue_holds_what_waits_the_oldest_first_and_by_tier_and_state() -> None:
    history = network()
    for number in range(1, 6):
        asks_for_coaching(history, number, ADA)
    decides(history, 2)
    decides(history, 4, Tier.INTENSIVE)
    says(history, ADA, c.WithdrawRequest(coaching=case(5)))
    with seen(history) as connection:
        reader = Reader(member=OPERATOR)

        def found(**asked: object) -> tuple[list[int], int]:
            page = queue(connection, reader, **asked)  # type: ignore[arg-type]
            return [int(row.coaching[-1]) for row in page.items], page.count

        assert found() == ([1, 2, 3, 4], 4)
        assert found(tier=Tier.INTENSIVE) == ([4], 1)
        assert found(state="waiting") == ([1, 3], 2)
        assert found(state="triaged", tier=Tier.TARGETED) == ([2], 1)
        assert found(state="ended") == ([5], 1)
        first = queue(connection, reader, limit=3)
        assert found(cursor=first.next, limit=3) == ([4], 4)


def place(history: History, number: int) -> int | None:
    standing = sees(history, DEV, number).standing
    assert standing is not None
    assert standing.place == sees(history, DEV, number).case.place
    assert standing.place == {row.coaching: row.place for row in listed(history, DEV)}.get(case(number))
    return standing.place


def notices(history: History, number: int) -> list[str]:
    standing = sees(history, ADA, number).standing
    assert standing is not None
    return [each.words.partition(":")[0].partition(";")[0] for each in standing.notices]


def test_a_place_is_one_more_than_the_older_ones_of_the_tier_until_a_coach_accepts() -> None:
    history = network()
    for number in (1, 2, 3, 4):
        asks_for_coaching(history, number, ADA)
    for number in (1, 2, 4):
        decides(history, number)
    assert [place(history, number) for number in (1, 2, 3, 4)] == [1, 2, None, 3]
    offers(history, BEN, 1)
    assert [place(history, number) for number in (1, 2, 4)] == [1, 2, 3]
    says(history, BEN, c.AcceptOffer(coaching=case(1), member=BEN))
    assert [place(history, number) for number in (1, 2, 4)] == [None, 1, 2]
    says(history, DEV, c.AskClarification(coaching=case(2), question="which?"))
    assert [place(history, number) for number in (2, 4)] == [1, 2]


def test_a_place_never_worsens_without_a_word() -> None:
    history = network()
    for number in (1, 2):
        asks_for_coaching(history, number, ADA)
    decides(history, 2)
    assert (place(history, 2), notices(history, 2)) == (1, [])
    decides(history, 1, Tier.INTENSIVE)
    assert (place(history, 2), notices(history, 2)) == (1, [])
    change = c.RerouteRequest(
        coaching=case(1), tier=Tier.TARGETED, disposition=Disposition.COACH_ASSIGNED, reason="it is less"
    )
    says(history, DEV, change)
    assert (place(history, 2), notices(history, 2)) == (2, ["the queue grew before you"])
    assert notices(history, 1) == []


def test_an_offer_that_comes_to_nothing_gives_back_the_old_place_and_tells_the_seeker() -> None:
    history = network()
    for number in (1, 2):
        asks_for_coaching(history, number, ADA)
        decides(history, number)
    offers(history, BEN, 1)
    history.now += 9 * DAY
    says(history, ENGINE, c.ExpireOffer(coaching=case(1), offer="offer-00000001"))
    assert (place(history, 1), place(history, 2)) == (1, 2)
    assert notices(history, 1) == ["an offer came to nothing"]
    assert notices(history, 2) == []


@pytest.mark.parametrize(("gone", "words"), [(PauseMember(member=BEN), "away"), (LeaveNetwork(member=BEN), "left")])
def test_a_seeker_is_told_that_their_coach_is_away_or_gone(gone: Command, words: str) -> None:
    history = coached()
    history.do(gone)
    standing = sees(history, ADA).standing
    assert standing is not None
    assert words in standing.words


def test_a_wait_is_foretold_once_enough_requests_of_the_tier_found_a_coach() -> None:
    history = network()
    for number in range(1, 10):
        finds_a_coach_after(history, number, number)
    with seen(history) as connection:
        assert wait(connection, Tier.TARGETED) is None
    asks_for_coaching(history, 99, ADA)
    decides(history, 99)
    standing = sees(history, ADA, 99).standing
    assert standing is not None
    assert "not enough history yet" in standing.words
    finds_a_coach_after(history, 10, 10)
    with seen(history) as connection:
        known = wait(connection, Tier.TARGETED)
        assert known is not None
        assert (round(known.median, 1), round(known.p90), known.requests) == (5.5, 9, 10)
        assert wait(connection, Tier.INTENSIVE) is None
    standing = sees(history, ADA, 99).standing
    assert standing is not None
    assert "nine of ten 9" in standing.words


def finds_a_coach_after(history: History, number: int, school_days: int) -> None:
    asks_for_coaching(history, number, ADA)
    decides(history, number)
    submitted = history.now
    calendar = history.facts()(NETWORK, NET).calendar
    history.now = after(submitted, 8 * school_days, calendar) - timedelta(minutes=2)
    offers(history, BEN, number, offer=f"offer-{number:08x}")
    says(history, BEN, c.AcceptOffer(coaching=case(number), member=BEN))
    says(history, ADA, c.WithdrawRequest(coaching=case(number)))


# what the engine asks


def test_the_engine_finds_who_waits_for_a_coach_and_which_offers_are_open() -> None:
    history = network()
    for number in (1, 2, 3):
        asks_for_coaching(history, number, ADA)
    for number in (2, 1):
        decides(history, number)
    with as_engine(history) as connection:
        assert [each.coaching for each in coaching_work.waiting_for_coach(connection)] == [case(1), case(2)]
        assert coaching_work.open_offers(connection) == []
    offers(history, BEN, 1)
    with as_engine(history) as connection:
        (offer,) = coaching_work.open_offers(connection)
        assert (offer.coaching, offer.coach, offer.seeker, offer.coach_away) == (case(1), BEN, ADA, False)
        assert [each.coaching for each in coaching_work.waiting_for_coach(connection)] == [case(2)]
    says(history, BEN, c.DeclineOffer(coaching=case(1), member=BEN, away=True))
    offers(history, CLEO, 1, "offer-00000002")
    history.do(PauseMember(member=CLEO))
    with as_engine(history) as connection:
        (offer,) = coaching_work.open_offers(connection)
        assert (offer.coach, offer.coach_away, offer.engaged) == (CLEO, True, False)
    says(history, ENGINE, c.ExpireOffer(coaching=case(1), offer="offer-00000002"))
    with as_engine(history) as connection:
        queued = coaching_work.waiting_for_coach(connection)[0]
        assert (queued.coaching, queued.asked, queued.offers) == (case(1), frozenset({BEN}), 2)


@pytest.mark.parametrize(
    ("accepted", "gone"),
    [(True, LeaveNetwork(member=BEN)), (False, WithdrawNetworkRole(member=BEN, role=NetworkRole.COACH))],
)
def test_an_offer_to_who_is_gone_is_to_be_let_go_also_after_a_yes(accepted: bool, gone: Command) -> None:  # noqa: FBT001 - a case of the test
    history = network()
    asks_for_coaching(history, 1, ADA)
    decides(history)
    offers(history)
    if accepted:
        says(history, BEN, c.AcceptOffer(coaching=case(1), member=BEN))
    history.do(gone)
    with as_engine(history) as connection:
        (offer,) = coaching_work.open_offers(connection)
    assert (offer.offer, offer.coach, offer.coach_away) == ("offer-00000001", BEN, True)
    says(history, ENGINE, c.ExpireOffer(coaching=case(1), offer=offer.offer))
    assert sees(history, ADA).case.state == "triaged"
    with as_engine(history) as connection:
        assert coaching_work.open_offers(connection) == []


def test_an_offer_to_take_over_is_open_too() -> None:
    history = coached()
    says(history, BEN, c.OfferCoach(coaching=case(1), offer="offer-00000002", coach=CLEO, minutes=30))
    with as_engine(history) as connection:
        (offer,) = coaching_work.open_offers(connection)
        assert (offer.coach, offer.engaged) == (CLEO, True)
        assert coaching_work.waiting_for_coach(connection) == []


def test_a_case_wants_a_suggestion_until_one_was_derived_from_all_its_words() -> None:
    history = network()
    asks_for_coaching(history, 1, ADA)
    early = history.head()

    def wanting() -> list[str]:
        with as_engine(history) as connection:
            return coaching_work.unsuggested(connection)

    assert wanting() == [case(1)]
    suggested(history)
    assert wanting() == []
    says(history, DEV, c.AskClarification(coaching=case(1), question="which?"))
    assert wanting() == []
    says(history, ADA, c.ClarifyRequest(coaching=case(1), text="the red ones"))
    assert wanting() == [case(1)]
    suggested(history, position=early)  # derived before, stored after
    assert wanting() == [case(1)]
    suggested(history)
    assert wanting() == []


def test_the_engine_reads_words_and_finds_themes_only_in_open_ones_that_a_group_may_read() -> None:
    history = network()
    asks_for_coaching(history, 1, ADA, title="Tulips")
    says(history, DEV, c.AskClarification(coaching=case(1), question="which?"))
    says(history, ADA, c.ClarifyRequest(coaching=case(1), text="the red ones"))
    asks_for_coaching(history, 2, ADA, told=PAIR)
    asks_for_coaching(history, 3, BEN)
    says(history, BEN, c.WithdrawRequest(coaching=case(3)))
    with as_engine(history) as connection:
        words = coaching_work.words(connection, case(1))
        assert (words.title, words.clarifications, words.version) == ("Tulips", ("the red ones",), 2)
        assert coaching_work.open_needs(connection) == [words]
        assert coaching_work.open_to_responses(connection) == {case(1): ADA}
        with pytest.raises(Unknown):
            coaching_work.words(connection, case(9))
