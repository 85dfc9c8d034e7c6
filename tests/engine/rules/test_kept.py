"""What the running system recorded passes every rule: lists of every kind, coaching, two policies, a log of old."""

from collections.abc import Iterator
from itertools import product
from pathlib import Path

import pytest

from domain.eligibility import Mode
from domain.members import DeclareConflict, MuteMember, StartAffiliation
from domain.networks import AdoptPolicy, ProposePolicy
from domain.policies import CoachingPolicy, MatchingPolicy, hash_of
from domain.recommendations import ListKind
from domain.refusals import Refused
from domain.sites import RegisterSite
from domain.vocabulary import OPERATOR, ConflictKind, Disposition, NetworkRole, RoleFamily, SiteKind
from engine.checking import Findings, check, rows_of, unsealing
from engine.commands import Sender
from engine.event_store import EventStore
from engine.rules.all import RULES
from engine.sealing import KeyRing
from models.encoder import Encoder
from tests.engine.cases import asks, coaches, decides, pays_experts, waits
from tests.engine.facts import CATALOGUE
from tests.engine.frozen import frozen, lay_down
from tests.engine.town import ABSENT, ADA, BEN, CLEO, DAN, EVE, MONDAYS, NET, Town

NUMBERS = {rule.number for rule in RULES}
FEW = MatchingPolicy(
    list_length=2, offer_school_days=1, newcomer_chance=1.0, coaching=CoachingPolicy(fit_floor=0.0, session_minutes=30)
)


@pytest.fixture
def town(tmp_path: Path, encoder: Encoder) -> Iterator[Town]:
    with Town(tmp_path, encoder) as opened:
        yield opened


def checked(town: Town) -> Findings:
    return check(rows_of(town.store, NET), (), unsealing(town.keys))


def lists(town: Town, *modes: Mode) -> int:
    """Every kind for whoever has one, for some in other modes too; says how many there were."""
    made = 0
    asked = [(ADA, ABSENT, mode) for mode in modes] + [(BEN, MONDAYS, Mode.ANY), (DAN, DAN, Mode.ANY)]
    for (reader, need, mode), kind in product(asked, ListKind):
        try:
            town.recommend(NET, reader, need, kind, mode)
            made += 1
        except Refused:
            continue
    return made


@pytest.mark.slow
def test_lists_of_every_kind_under_two_policies_break_no_rule(town: Town) -> None:
    town.say(RegisterSite(site="site-00000001", kind=SiteKind.SCHOOL, name="Hill"))
    for member, role in ((ADA, RoleFamily.TEACHER), (BEN, RoleFamily.PRINCIPAL), (DAN, RoleFamily.TEACHER)):
        site = "site-00000001" if member == ADA else None
        town.say(StartAffiliation(member=member, site=site, role=role, since=town.now.date()), by=member)
    made = lists(town, *Mode)
    town.say(DeclareConflict(member=BEN, other=ADA, kind=ConflictKind.SUPERVISES), by=BEN)
    town.say(MuteMember(member=DAN, other=CLEO), by=DAN)
    town.say(ProposePolicy(network=NET, policy=FEW))
    town.say(AdoptPolicy(network=NET, policy_hash=hash_of(FEW)))
    town.later(days=100)
    made += lists(town, Mode.ANY)
    found = checked(town)
    assert found.violation is None
    assert made > 12
    issued = next(each.looked_at for each in found.rules if each.rule == 20)
    assert issued > 12


def test_coaching_that_goes_its_way_breaks_no_rule(town: Town) -> None:
    town.say(ProposePolicy(network=NET, policy=FEW))
    town.say(AdoptPolicy(network=NET, policy_hash=hash_of(FEW)))
    coaches(town, EVE, 60)
    coaches(town, DAN, 60, NetworkRole.EXPERT)
    pays_experts(town, 60)
    for number, seeker in enumerate((ADA, BEN, CLEO), start=1):
        waits(town, number, seeker)
    asks(town, 4, ADA)
    decides(town, 4, Disposition.EXPERT_ENGAGED)
    for _ in range(4):  # nobody answers: offers go out, lapse, and go to others
        town.react(NET)
        town.later(days=4)
    found = checked(town)
    assert found.violation is None
    by_rule = {each.rule: each.looked_at for each in found.rules}
    assert min(by_rule[number] for number in (1, 2, 3, 7, 22, 23, 26)) > 0


def test_it_breaks_no_rule_either_once_somebody_is_erased(town: Town) -> None:
    town.ask_for(ListKind.PEERS)
    town.say(DeclareConflict(member=BEN, other=DAN, kind=ConflictKind.FAMILY), by=BEN)
    town.erasures.begin(NET, BEN, Sender(network=NET, actor=OPERATOR, command_id="erase"))
    town.erasures.finish(NET, BEN)
    town.ask_for(ListKind.PEERS)
    found = checked(town)
    assert found.violation is None
    assert {each.rule: each.left for each in found.rules}[10] == {"conflicts and mutes that are sealed": 1}


def test_a_log_of_an_earlier_day_breaks_no_rule(tmp_path: Path) -> None:
    """Its list was made up, and so is what it names as its sources."""
    for name, log in frozen().items():
        ring = KeyRing.in_memory()
        store = EventStore(tmp_path / name, ring, CATALOGUE)
        lay_down(log, ring, store)
        found = check(rows_of(store, log.lines[0].network), NUMBERS - {18, 19}, unsealing(ring))
        store.close()
        ring.close()
        assert found.violation is None
        assert found.events == len(log.lines)
