import pytest

from domain.eligibility import UNAVAILABLE, Mode
from domain.recommendations import ListKind
from domain.vocabulary import Level
from projections.evidence import Says
from tests.engine.sketch import (
    ADA,
    AHEAD,
    BEN,
    BUSES,
    CHALLENGES,
    CLEO,
    COACH,
    DAN,
    DESKS,
    EVE,
    EXPERTS,
    GUIDE,
    PEERS,
    PEOPLE,
    RESOURCES,
    TEACHER,
    VIDEO,
    Sketch,
)

# who must not be suggested


@pytest.mark.parametrize("kind", PEOPLE)
def test_nobody_is_suggested_to_themselves_or_to_who_they_also_are(kind: ListKind) -> None:
    sketch = Sketch()
    for member in (ADA, BEN, CLEO, DAN, EVE):
        sketch.everywhere(member)
    sketch.member(ADA, same_as=frozenset({BEN, "member-00000099"}))
    sketch.member(CLEO, same_as=frozenset({ADA}))
    sketch.member(DAN, same_as=frozenset({"member-00000099"}))  # all three are one person elsewhere
    assert sketch.picks(kind) == [EVE]
    assert sketch.misses(kind) == {}  # one's own names are no near miss


@pytest.mark.parametrize("kind", PEOPLE)
@pytest.mark.parametrize("word", ["conflicts", "muted"])
def test_conflicts_and_mutes_hold_whoever_declared_them(kind: ListKind, word: str) -> None:
    sketch = Sketch()
    for member in (BEN, CLEO, DAN):
        sketch.everywhere(member)
    sketch.member(ADA, **{word: frozenset({BEN})})
    sketch.member(CLEO, **{word: frozenset({ADA})})
    assert sketch.picks(kind) == [DAN]
    assert sketch.misses(kind) == {BEN: UNAVAILABLE, CLEO: UNAVAILABLE}


@pytest.mark.parametrize("word", ["conflicts", "muted"])
def test_who_must_not_be_met_writes_no_reason_either(word: str) -> None:
    sketch = Sketch()
    sketch.shows(BEN, near=0.7, says=Says.HELPED, owner=EVE)
    sketch.shows(BEN, near=0.5, says=Says.PROFILE)
    sketch.material(GUIDE, near=0.5)
    sketch.shows(GUIDE, near=0.9, says=Says.REVIEWED, owner=EVE)
    sketch.member(EVE)
    assert [r.evidence for r in sketch.asks(EXPERTS).picks[0].reasons] == ["e001", "e002"]
    assert [r.evidence for r in sketch.asks(RESOURCES).picks[0].reasons] == ["e004", "e003"]
    for member, other in ((EVE, ADA), (ADA, EVE)):
        sketch.member(member, **{word: frozenset({other})})
        assert [r.evidence for r in sketch.asks(EXPERTS).picks[0].reasons] == ["e002"]
        assert [r.evidence for r in sketch.asks(RESOURCES).picks[0].reasons] == ["e003"]
        sketch.member(member, **{word: frozenset()})


def test_a_reviewer_of_whom_nothing_is_known_is_heard() -> None:
    sketch = Sketch()
    sketch.material(GUIDE)
    sketch.shows(GUIDE, says=Says.REVIEWED, owner="member-00000099")
    assert len(sketch.asks(RESOURCES).picks[0].reasons) == 2


def test_what_somebody_made_is_as_close_to_the_reader_as_they_are() -> None:
    sketch = Sketch()
    sketch.material(GUIDE, BEN)
    sketch.problem(BUSES, BEN)
    sketch.problem(DESKS, ADA)
    sketch.material(VIDEO, ADA)
    assert (sketch.picks(RESOURCES), sketch.picks(CHALLENGES)) == ([GUIDE], [BUSES])
    sketch.member(BEN, conflicts=frozenset({ADA}))
    assert (sketch.picks(RESOURCES), sketch.picks(CHALLENGES)) == ([], [])
    assert sketch.misses(RESOURCES) == {GUIDE: UNAVAILABLE}


def test_a_resource_belongs_to_who_shared_it_not_to_who_wrote_its_best_review() -> None:
    sketch = Sketch()
    sketch.member(BEN, conflicts=frozenset({ADA}))
    sketch.material(GUIDE, BEN, near=0.5)
    sketch.shows(GUIDE, near=0.9, says=Says.REVIEWED, owner=CLEO)
    sketch.material(VIDEO, CLEO, near=0.5)
    sketch.shows(VIDEO, near=0.9, says=Says.REVIEWED, owner=ADA)
    sketch.member(CLEO)
    assert sketch.picks(RESOURCES) == [VIDEO]


def test_what_was_made_can_be_used_while_its_maker_is_away_or_gone() -> None:
    sketch = Sketch()
    sketch.material(GUIDE, BEN)
    sketch.member(BEN, away=True)
    sketch.material(VIDEO, CLEO)
    sketch.member(CLEO, present=False)
    sketch.lately = frozenset({BEN, CLEO})
    assert sketch.picks(RESOURCES) == [GUIDE, VIDEO]
    assert sketch.picks(RESOURCES, Mode.ROLE_ALIKE) == [GUIDE, VIDEO]


def test_a_challenge_waits_for_who_rests_and_goes_with_who_left() -> None:
    sketch = Sketch()
    sketch.problem(BUSES, BEN)
    sketch.member(BEN, away=True)
    sketch.problem(DESKS, CLEO)
    sketch.member(CLEO, present=False)
    assert sketch.picks(CHALLENGES) == [BUSES]
    assert sketch.misses(CHALLENGES) == {DESKS: "gone"}


def test_the_asked_for_company_holds_for_challenges_too() -> None:
    sketch = Sketch()
    for member, challenge, family in ((BEN, BUSES, TEACHER), (CLEO, DESKS, COACH)):
        sketch.problem(challenge, member)
        sketch.member(member, families=frozenset({family}))
    assert sketch.picks(CHALLENGES, Mode.ROLE_ALIKE) == [BUSES]
    assert sketch.picks(CHALLENGES, Mode.MIXED_ROLE) == [DESKS]


@pytest.mark.parametrize("kind", PEOPLE)
def test_who_left_or_rests_is_left_in_peace(kind: ListKind) -> None:
    sketch = Sketch()
    for member in (BEN, CLEO, DAN):
        sketch.everywhere(member)
    sketch.member(BEN, present=False)
    sketch.member(CLEO, away=True)
    del sketch.members[DAN]
    assert sketch.picks(kind) == []
    assert sketch.misses(kind) == {BEN: "gone", CLEO: UNAVAILABLE, DAN: "gone"}


def test_a_full_calendar_counts_only_where_an_ask_would_follow() -> None:
    sketch = Sketch(introduction_minutes=30)
    for member, minutes in ((BEN, 29), (CLEO, 30), (DAN, None)):
        sketch.everywhere(member)
        sketch.member(member, free_minutes=minutes)
    assert sketch.picks(PEERS) == sketch.picks(AHEAD) == [BEN, CLEO, DAN]
    assert sketch.picks(EXPERTS) == [CLEO, DAN]
    assert sketch.misses(EXPERTS) == {BEN: UNAVAILABLE}


@pytest.mark.parametrize("level", [Level.HONOR, Level.FOLLOW])
def test_who_wants_a_light_touch_is_a_peer_and_no_expert(level: Level) -> None:
    sketch = Sketch()
    sketch.everywhere(BEN)
    sketch.everywhere(CLEO)
    sketch.member(BEN, level=level)
    assert sketch.picks(PEERS) == sketch.picks(AHEAD) == [BEN, CLEO]
    assert sketch.picks(EXPERTS) == [CLEO]
    assert sketch.misses(EXPERTS) == {BEN: "light_touch"}


def test_the_asked_for_company_holds() -> None:
    sketch = Sketch()
    for member, families in ((BEN, {TEACHER}), (CLEO, {COACH}), (DAN, {TEACHER, COACH}), (EVE, set())):
        sketch.everywhere(member)
        sketch.member(member, families=frozenset(families))
    assert sketch.picks(PEERS, Mode.ROLE_ALIKE) == [BEN, DAN]
    assert sketch.picks(PEERS, Mode.MIXED_ROLE) == [CLEO, EVE]
    assert sketch.picks(PEERS) == [BEN, CLEO, DAN, EVE]


def test_who_was_suggested_for_another_need_waits() -> None:
    sketch = Sketch()
    sketch.everywhere(BEN)
    sketch.everywhere(CLEO)
    sketch.lately = frozenset({BEN})
    assert sketch.picks(PEERS) == [CLEO]
    assert sketch.misses(PEERS) == {BEN: "suggested_lately"}


def test_what_was_dismissed_does_not_come_back() -> None:
    sketch = Sketch()
    sketch.everywhere(BEN)
    sketch.everywhere(CLEO)
    sketch.material(GUIDE)
    sketch.material(VIDEO)
    sketch.gone = frozenset({BEN, GUIDE})
    assert sketch.picks(PEERS) == [CLEO]
    assert sketch.picks(RESOURCES) == [VIDEO]
    assert sketch.misses(RESOURCES) == {GUIDE: "dismissed"}
