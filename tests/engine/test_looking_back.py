from collections.abc import Iterator
from pathlib import Path

import pytest

from domain.challenges import AnswerChallenge, PostChallenge
from domain.introductions import DeclineIntroduction, OfferIntroduction
from domain.members import DescribeProfile
from domain.vocabulary import Confidentiality
from engine.runtime import Confrere
from models.encoder import Encoder
from tests.engine.town import ADA, BEN, CLEO, DAN, EVE, MONDAYS, NET, QUIET, Town

KNOWS = "Ninth graders who are absent on Mondays come back when somebody calls home."


@pytest.fixture
def town(tmp_path: Path, encoder: Encoder) -> Iterator[Town]:
    with Town(tmp_path, encoder) as town:
        for member in (ADA, CLEO, EVE):
            town.say(DescribeProfile(member=member, text=KNOWS), by=member)
        yield town


def asked(town: Town, author: str = BEN, confidentiality: Confidentiality = Confidentiality.NETWORK) -> None:
    title = "Ninth graders are absent on Mondays"
    town.say(PostChallenge(challenge=QUIET, author=author, title=title, confidentiality=confidentiality), by=author)


def answered(town: Confrere, member: str, number: int, to: str | None = None, challenge: str = QUIET) -> None:
    assert isinstance(town, Town)
    answer = f"answer-000000{number:02d}"
    town.say(AnswerChallenge(challenge=challenge, answer=answer, member=member, text="Call.", to=to), by=member)


def test_the_first_who_answered_stands_beside_all_who_could_have(town: Town) -> None:
    assert town.choices(NET) == []  # DAN answered when nobody had said anything yet
    asked(town)
    answered(town, BEN, 10, to=ADA)  # its author is nobody's helper
    answered(town, CLEO, 11)
    answered(town, EVE, 12)
    told: list[int] = []
    (choice,) = town.choices(NET, told.append)
    assert len(choice.candidates) == 4  # ADA, CLEO, EVE and DAN, whose answer to MONDAYS is near
    fits, _, _, _, lately = choice.candidates.T
    assert lately[choice.answered] == 0  # CLEO's own answer was not there yet
    assert fits[choice.answered] == max(fits)
    assert told == [1, 2]


def test_what_came_later_changes_nothing_that_was_chosen_from(town: Town) -> None:
    asked(town)
    answered(town, CLEO, 11)
    (before,) = town.choices(NET)
    town.later(days=3)
    answered(town, EVE, 12)
    answered(town, ADA, 13, challenge=MONDAYS, to=DAN)
    town.say(DescribeProfile(member=DAN, text=KNOWS), by=DAN)
    (after,) = town.choices(NET)
    assert (after.candidates == before.candidates).all()
    assert after.answered == before.answered


def test_who_declined_is_not_one_who_did_not_answer(town: Town) -> None:
    asked(town)
    town.offers_time(EVE, 60)
    call = "introduction-00000009"
    town.say(OfferIntroduction(introduction=call, seeker=BEN, helper=EVE, challenge=QUIET, minutes=30))
    answered(town, CLEO, 11)
    (before,) = town.choices(NET)
    town.say(DeclineIntroduction(introduction=call, member=EVE), by=EVE)
    (after,) = town.choices(NET)
    assert len(after.candidates) == len(before.candidates) - 1


def test_from_what_only_some_may_read_nothing_is_learned(town: Town) -> None:
    asked(town, confidentiality=Confidentiality.GROUP)
    answered(town, CLEO, 11)
    assert town.choices(NET) == []
