"""What is held of one member: all of it, and nothing that is somebody else's."""

from collections.abc import Iterator

import msgspec
import pytest

from api.own_page import page
from domain.access import RecordAccess, access_of
from domain.budgets import SetTimeBudget
from domain.challenges import AnswerChallenge
from domain.coaching.commands import DeclineOffer, OfferCoach
from domain.eligibility import UNAVAILABLE
from domain.members import DeclareConflict, MuteMember
from domain.own_words import WithdrawText
from domain.vocabulary import ConflictKind, PeriodKind
from engine.own_data import OTHERS_WORDS, OwnData, own_data
from models.encoder import Encoder
from projections.evidence import position_of
from tests.engine.cases import case, coaches, suggested, waits
from tests.engine.town import ABSENT, ADA, BEN, CLEO, DAN, EVE, EXPERTS, MONDAYS, NET, PEERS, RESET, Town


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory, encoder: Encoder) -> Iterator[Town]:
    with Town(tmp_path_factory.mktemp("town"), encoder) as town:
        town.say(MuteMember(member=CLEO, other=DAN), by=CLEO, id="mute")
        town.say(DeclareConflict(member=BEN, other=DAN, kind=ConflictKind.FAMILY), by=BEN, id="conflict")
        town.say(
            AnswerChallenge(challenge=ABSENT, answer="answer-00000002", member=BEN, to=ADA, text="Ask <b>Dan</b>."),
            by=BEN,
            id="answered",
        )
        town.recommend(NET, ADA, ABSENT, PEERS)
        town.recommend(NET, ADA, ABSENT, EXPERTS)
        look = RecordAccess(
            access=access_of(CLEO, NET), read="read-00000001", viewer=CLEO, what="the queue", members=(ADA, DAN)
        )
        town.say(look, id="looked")
        yield town


def told(town: Town, member: str) -> OwnData:
    return own_data(town, NET, member)


def test_all_that_somebody_wrote_is_there_with_where_it_came_from(town: Town) -> None:
    held = {each.event: each for each in told(town, DAN).held}
    answer = held["challenge.answered"]
    assert "A call home" in answer.own_words["text"]
    assert (answer.stream, answer.besides["to"]) == (MONDAYS, BEN)
    assert answer.told_by == "the operator, at the command line or by an import"
    assert held["member.joined"].own_words == {"name": f"Name of {DAN}"}
    assert answer.matched
    assert not answer.withdrawn


def test_nobody_learns_by_it_who_muted_them_or_declared_a_conflict(town: Town) -> None:
    body = msgspec.json.encode(told(town, DAN)).decode()
    assert "muted" not in body
    assert "conflict-declared" not in body
    mine = {each.event: each for each in told(town, CLEO).held}
    assert mine["member.muted"].own_words == {"other": DAN}


def test_a_list_that_a_mute_kept_somebody_off_leaves_no_trace_with_either(town: Town) -> None:
    """To count it would tell of the mute; to name who was unavailable would tell more than the list does."""
    before = told(town, DAN).left_out
    issued = town.ask_for(EXPERTS, reader=CLEO, subject=RESET).issued
    assert any(miss.candidate == DAN and miss.rule == UNAVAILABLE for miss in issued.near_misses)
    assert told(town, DAN).left_out == before
    lists = [each.besides for each in told(town, CLEO).held if each.event == "recommendation.issued"]
    assert lists
    assert not any("near_misses" in each for each in lists)


def test_who_asks_for_coaching_is_not_told_who_said_no_nor_what_was_suggested_to_staff(town: Town) -> None:
    coaches(town, BEN)
    waits(town, 1, EVE)
    suggested(town, 1)
    town.say(OfferCoach(coaching=case(1), offer="offer-00000001", coach=BEN))
    town.say(DeclineOffer(coaching=case(1), member=BEN, reason="Not now."), by=BEN)
    of_case = [each for each in told(town, EVE).held if each.stream == case(1)]
    assert {"coaching.coach-offered", "coaching.disposition-suggested"} <= {each.event for each in of_case}
    shown = msgspec.json.encode(of_case).decode()
    assert BEN not in shown
    assert "ladder" not in shown
    (offer,) = (each for each in told(town, BEN).held if each.event == "coaching.coach-offered")
    assert offer.besides["coach"] == BEN


def test_what_others_wrote_to_somebody_stays_theirs(town: Town) -> None:
    (to_ada,) = (each for each in told(town, ADA).held if each.besides.get("answer") == "answer-00000002")
    assert to_ada.besides["text"] == OTHERS_WORDS
    assert to_ada.own_words == {}
    assert to_ada.told_by == "the operator, at the command line or by an import"


def test_lists_for_others_tell_which_text_was_used_and_not_whose_list_it_was(town: Town) -> None:
    found = told(town, DAN)
    answered = next(each.position for each in found.held if each.event == "challenge.answered")
    assert any(use.kind is EXPERTS and answered in use.texts for use in told(town, DAN).uses)
    assert ADA not in msgspec.json.encode(found.uses).decode()
    assert not told(town, ADA).uses, "one's own lists are held, not uses by others"


def test_who_looked_is_told_without_what_others_were_looked_at_for(town: Town) -> None:
    (look,) = told(town, ADA).looks
    assert (look.viewer, look.name, look.what, look.subjects) == (CLEO, f"Name of {CLEO}", "the queue", ())
    assert told(town, BEN).looks == ()


def test_a_withdrawn_text_is_told_to_be(town: Town) -> None:
    mondays = next(each for each in told(town, BEN).held if each.stream == MONDAYS)
    assert (mondays.matched, mondays.withdrawn) == (True, False)
    town.say(WithdrawText(member=BEN, position=mondays.position), by=BEN, id="withdrawn")
    mondays = next(each for each in told(town, BEN).held if each.stream == MONDAYS)
    assert (mondays.matched, mondays.withdrawn) == (False, True)


def test_what_one_did_in_ones_own_name_is_told_so(town: Town) -> None:
    town.say(SetTimeBudget(member=DAN, minutes=30, period=PeriodKind.WEEK), by=DAN, id="offers")
    (offer,) = (each for each in told(town, DAN).held if each.event == "budget.set")
    assert offer.told_by == "the operator, at the command line or by an import, in your name"
    assert offer.besides["minutes"] == 30


def test_the_page_shows_the_same_and_runs_nothing_that_people_wrote(town: Town) -> None:
    shown = page(told(town, BEN))
    assert "Ask &lt;b&gt;Dan&lt;/b&gt;." in shown
    assert "<script" not in shown
    assert all(f"<td>{each.position}</td>" in shown for each in told(town, BEN).held)


def test_pieces_know_the_event_they_came_from() -> None:
    assert [position_of(each) for each in ("e41", "e41a", "e99e41b")] == [41, 41, 41]


def test_ones_own_lists_are_told_without_who_stands_on_them(town: Town) -> None:
    """The list itself tells that, as far as its reader may still be shown it."""
    issued = [each for each in told(town, ADA).held if each.event == "recommendation.issued"]
    assert issued
    assert not any("picks" in each.besides for each in issued)


def test_what_staff_wrote_of_a_request_stands_under_its_seekers_key_and_is_not_called_the_seekers_words(
    town: Town,
) -> None:
    waits(town, 7, ADA)
    (triage,) = (each for each in told(town, ADA).held if each.event == "coaching.request-triaged")
    assert triage.told_by != "you"
    assert triage.own_words["reason"] == "so be it"
    shown = page(told(town, ADA))
    assert "<th scope=col>Words under your key</th>" in shown
    assert "what others wrote of you that goes with you if you are erased" in shown
    assert "Your words" not in shown
