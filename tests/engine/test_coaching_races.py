"""Many at once want the last minutes of one coach: exactly as many get them as fit."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from domain.coaching.commands import AcceptOffer, DeclineOffer, DraftRequest, OfferCoach, SubmitRequest, TriageRequest
from domain.kernel import Command
from domain.members import GrantNetworkRole
from domain.refusals import Refused
from domain.vocabulary import Disposition, NetworkRole, Tier
from tests.domain.cases import passed_over
from tests.engine.door import ADA, BEN, CLEO, DAN, Door, opened
from tests.engine.offerer import case
from tests.engine.test_commands import once

ROOT = Path(__file__).parents[2]
WHY = passed_over(Disposition.COACH_ASSIGNED)


@pytest.fixture
def door(tmp_path: Path) -> Iterator[Door]:
    store = opened(tmp_path)
    door = Door(store)
    door.begin(ADA, BEN, CLEO, DAN)
    door.say(GrantNetworkRole(member=BEN, role=NetworkRole.COACH))
    yield door
    store.close()


def asked(number: int, seeker: str) -> list[tuple[Command, str | None]]:
    """A case that waits for a coach."""
    draft = DraftRequest(coaching=case(number), seeker=seeker, title="Calls home")
    decided = TriageRequest(
        coaching=case(number),
        tier=Tier.INTENSIVE,
        disposition=Disposition.COACH_ASSIGNED,
        reason="so it is",
        passed_over=WHY,
    )
    return [(draft, seeker), (SubmitRequest(coaching=case(number)), seeker), (decided, None)]


def wait_for_a_coach(door: Door, numbers: range) -> None:
    orders = [said for number in numbers for said in asked(number, (ADA, CLEO, DAN)[number % 3])]
    done = door.commands.handle_all([door.order(command, by=by) for command, by in orders], door.sender())
    assert not done.refusals


def offer(number: int, minutes: int = 30) -> OfferCoach:
    return OfferCoach(coaching=case(number), offer=f"offer-{number:08x}", coach=BEN, minutes=minutes)


def test_many_processes_never_promise_more_of_a_coach_than_there_is(door: Door, tmp_path: Path) -> None:
    door.offers_time(BEN, 250)
    wait_for_a_coach(door, range(1, 61))
    words = [sys.executable, "-m", "tests.engine.offerer", tmp_path]
    offerers = [
        subprocess.Popen([*words, f"{first}", "15", "30"], cwd=ROOT, stdout=subprocess.PIPE, text=True)
        for first in (1, 16, 31, 46)
    ]
    got = [int(offerer.communicate(timeout=60)[0]) for offerer in offerers]
    assert sum(got) == 8, "eight times thirty minutes fit into 250"
    held = door.budget(BEN).reservations
    assert sum(each.minutes for each in held.values()) == 240
    assert len(held) == 8


def test_of_two_offers_at_once_the_later_one_is_told_that_there_is_no_time_left(door: Door) -> None:
    door.offers_time(BEN, 30)
    wait_for_a_coach(door, range(1, 3))
    late = door.commands.handle_all([door.order(offer(1))], door.sender(), progress=once(lambda: door.say(offer(2))))
    assert [refusal.words for _, refusal in late.refusals] == ["unavailable"]
    assert door.budget(BEN).reservations.keys() == {"offer-00000002"}


def test_a_yes_and_a_no_at_once_leave_one_of_them(door: Door) -> None:
    door.offers_time(BEN, 30)
    wait_for_a_coach(door, range(1, 2))
    door.say(offer(1))
    says_no = DeclineOffer(coaching=case(1), member=BEN)
    withdraws = once(lambda: door.say(says_no, by=BEN))
    late = door.commands.handle_all(
        [door.order(AcceptOffer(coaching=case(1), member=BEN), by=BEN)], door.sender(), progress=withdraws
    )
    assert [str(refusal) for _, refusal in late.refusals] == ["coaching: this offer is over (another one may follow)"]
    assert door.budget(BEN).reservations == {}


def test_two_facilitators_at_once_and_the_later_one_is_told_what_the_case_is_now(door: Door) -> None:
    door.offers_time(BEN, 30)
    wait_for_a_coach(door, range(1, 2))
    with pytest.raises(Refused, match=r"this case is triaged \(coach assigned, intensive\)"):
        door.say(
            TriageRequest(
                coaching=case(1),
                tier=Tier.UNIVERSAL,
                disposition=Disposition.PEER_INTRODUCED,
                reason="a peer will do",
                sent=(CLEO,),
            )
        )
