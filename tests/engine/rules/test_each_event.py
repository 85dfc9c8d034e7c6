"""Rules that hold for many kinds of events refuse each of them, and let each pass as it should be."""

from datetime import timedelta
from typing import Any

import pytest

from engine.checking import _Checking, check
from engine.rules.all import RULES, Rule
from engine.rules.cases import _MOVES
from engine.rules.classes import LEAST
from engine.rules.pairs import LISTED, TOGETHER
from engine.rules.sealed import OWNED
from tests.engine.rules.by_hand import ADA, BEN, NET, Log, chartered, event, held, offers_time
from tests.engine.rules.doctored_burden import CASE, EXPIRES, OFFER, coach_offered
from tests.engine.rules.doctored_cases import requested
from tests.engine.rules.doctored_matching import says
from tests.engine.rules.test_doctored import doctored

BEGINNING = {"coaching.need-noticed", "coaching.request-drafted"}


def words(log: Log, rule: int) -> str:
    """Of the violation; empty for none."""
    found = check(log.rows, {rule}).violation
    return found.words if found else ""


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: f"{rule.number}-{rule.check.__name__}")
def test_each_checker_by_itself_refuses_some_history(rule: Rule) -> None:
    for number, make, _ in doctored():
        if number == rule.number:
            checking = _Checking([rule], None)
            if any(checking.take(row) for row in make().rows) or checking.end():
                return
    pytest.fail("nothing was refused")


@pytest.mark.parametrize(
    ("name", "text"), [(name, text) for name, (_, texts) in OWNED.items() for text in sorted(texts)]
)
def test_a_text_of_any_event_is_sealed_for_its_owner(name: str, text: str) -> None:
    whose, _ = OWNED[name]
    stream, owner = (f"{name.partition('.')[0]}-00000001", ADA) if whose else (ADA, ADA)
    fields: dict[str, Any] = {"rule": "some", "subject": "some"} | ({whose: ADA} if whose else {})
    assert "lies open" in words(chartered().save(event(name, stream, **fields, **{text: "Some words"})), 29)
    assert "is sealed for" in words(chartered().save(event(name, stream, **fields, sealed={text: BEN})), 29)
    assert not words(chartered().save(event(name, stream, **fields, sealed={text: owner})), 29)
    assert not words(chartered().save(event(name, stream, **fields, **{text: ""})), 29)


@pytest.mark.parametrize(("name", "least"), LEAST.items())
def test_an_event_of_any_kind_is_no_wider_than_its_kind(name: str, least: str) -> None:
    stream = f"{name.partition('.')[0]}-00000001"
    assert "recorded as network" in words(chartered().save(event(name, stream, "network")), 27)
    assert not words(chartered().save(event(name, stream, least)), 27)
    assert not words(chartered().save(event(name, stream, "sealed")), 27)


@pytest.mark.parametrize("name", [f"coaching.{each}" for each in _MOVES])
def test_no_case_begins_in_its_middle_or_anew(name: str) -> None:
    told = event(name, CASE, "group", seeker=ADA, reopens=None)
    first, later = words(chartered().save(told), 22), words(requested().save(told), 22)
    assert ("is unknown" in first) is (name not in BEGINNING)
    assert name not in BEGINNING or "is waiting" in later


@pytest.mark.parametrize("name", sorted(TOGETHER.keys() - {LISTED}))
def test_no_event_brings_one_together_with_oneself_or_where_power_stands_between(name: str) -> None:
    def told(other: str) -> dict[str, Any]:
        who = dict.fromkeys(("helper", "coach", "to", "noticed_by"), other)
        return event(name, f"{name.partition('.')[0]}-00000001", "pair", seeker=ADA, **who)

    declared = says("conflict-declared", ADA, other=BEN, kind="family")
    assert "with themselves" in words(chartered().save(told(ADA)), 9)
    assert not words(chartered().save(told(BEN)), 9)
    assert "power stands between them" in words(chartered().save(declared).save(told(BEN)), 10)
    ended = chartered().save(declared).save(says("conflict-ended", ADA, other=BEN))
    assert not words(ended.save(told(BEN)), 10)


def asked() -> Log:
    return offers_time(chartered(), ADA, 60).save(coach_offered(), held("reserved", ADA, OFFER, 30))


def test_a_coachs_offer_is_open_as_long_as_it_should_be() -> None:
    longer = coach_offered()
    longer["fields"]["expires_at"] = EXPIRES + timedelta(hours=1)
    assert "3 school days end" in words(chartered().save(longer), 3)
    late = EXPIRES + timedelta(minutes=1)
    yes = event("coaching.offer-accepted", CASE, "group", offer=OFFER, member=ADA)
    assert "after it lapsed" in words(asked().save(yes, by=ADA, at=late, recorded=late), 3)
    assert "is not open" in words(asked().save(yes, by=ADA).save(yes, by=ADA), 3)


def test_a_coachs_offer_lapses_in_its_time_unless_it_is_let_go() -> None:
    def lapsed(*, let_go: bool) -> Log:
        ended = event("coaching.offer-expired", CASE, "group", offer=OFFER, let_go=let_go)
        return asked().save(ended, held("released", ADA, OFFER, 30), actor="confrere")

    assert "before its time" in words(lapsed(let_go=False), 3)
    assert not words(lapsed(let_go=True), 3)


def test_a_session_states_its_minutes_and_may_hold_what_the_offer_held() -> None:
    def planned(minutes: int) -> dict[str, Any]:
        return event("coaching.session-planned", CASE, "pair", session="session-00000001", minutes=minutes)

    moved = (held("released", ADA, OFFER, 30), held("reserved", ADA, OFFER, 30, day="2025-09-10"))
    assert not words(asked().save(planned(30), *moved), 2)
    assert "nobody asked for them" in words(asked().save(planned(20), *moved), 2)
    assert "without saying how many" in words(asked().save(planned(0)), 2)


def test_what_an_expert_spends_is_spent_of_the_network_too() -> None:
    log = offers_time(chartered(), ADA, 60)
    log.save(coach_offered(expert=True), held("reserved", ADA, OFFER, 30), held("reserved", NET, OFFER, 30))
    assert not words(log, 26)
    log.save(held("spent", ADA, OFFER, 30), held("spent", NET, OFFER, 20))
    assert "no expert's does" in words(log, 26)


def test_a_member_writes_no_suggestion() -> None:
    fields = {"position": 1, "policy_hash": "p1", "encoder": "e"}
    suggested = event("coaching.disposition-suggested", CASE, "group", **fields)
    assert "is a member" in words(chartered().save(suggested, actor=BEN, by=BEN), 33)


def test_a_lifted_hold_holds_nothing_up() -> None:
    stream = f"erasure-{ADA[7:]}"
    log = chartered()
    for name in ("hold-placed", "hold-lifted"):
        log.save(event(f"erasure.{name}", stream, "pair", member=ADA, network=NET, sealed={"reason": NET}))
    log.save(event("erasure.begun", stream, "group", member=ADA, named=[]), event("member.erased", ADA))
    assert not words(log, 32)
