import math
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.eligibility import UNAVAILABLE, Mode
from domain.recommendations import ListKind
from domain.refusals import IllegalMove
from domain.vocabulary import Level, RoleFamily
from engine import ordering
from models.ranking import weighted_top_three
from projections.evidence import Says, Strength
from tests.engine.sketch import (
    ADA,
    BEN,
    BUSES,
    CLEO,
    COACH,
    CONSULTANCY,
    DAN,
    DESKS,
    EVE,
    EXPERTS,
    GUIDE,
    RESOURCES,
    TEACHER,
    VIDEO,
    Sketch,
)

# whatever the network looks like

IDS = (ADA, BEN, CLEO, DAN, EVE, "member-0000000f")
some = st.frozensets(st.sampled_from(IDS), max_size=1)
traits = st.fixed_dictionaries(
    {
        "present": st.sampled_from((True, True, True, False)),
        "away": st.sampled_from((False, False, False, True)),
        "level": st.sampled_from((None, *Level)),
        "free_minutes": st.sampled_from((None, 0, 30, 90)),
        "same_as": some,
        "conflicts": some,
        "muted": some,
        "families": st.frozensets(st.sampled_from((TEACHER, COACH, RoleFamily.UNSPECIFIED)), max_size=2),
        "sites": st.frozensets(st.sampled_from(("site-00000001", "site-00000002", "site-00000003")), max_size=1),
    }
)
piece = st.fixed_dictionaries(
    {
        "subject": st.sampled_from((*IDS, GUIDE, VIDEO, BUSES, DESKS)),
        "near": st.sampled_from((0.1, 0.3, 0.5, 0.5, 0.7, 0.9)),
        "words": st.sampled_from((0.0, 0.2, 0.5, 0.8)),
        "says": st.sampled_from(("posted", "profile", "answered", "helped", "claims")),
        "owner": st.sampled_from(IDS),
        "strength": st.sampled_from(list(Strength)),
        "stage": st.sampled_from(("exploring", "testing", "sustaining", "resolved", "merged")),
    }
)


counts = st.sampled_from((0.0, 0.5, 3.0, 40.0))
facts = st.fixed_dictionaries(
    {
        "context": st.sampled_from((None, 0.0, 0.5, 1.0)),
        "tied": counts,
        "in_category": counts,
        "answered": counts.map(lambda more: more + 40),
        "since_answered": st.sampled_from((None, 0.0, 20.0)),
        "load": st.sampled_from((0.0, 0.25, 1.0)),
        "exposure": counts,
    }
)
points = st.sampled_from((0.0, 0.02, 0.3))
weights = st.fixed_dictionaries(
    {
        **dict.fromkeys(("context_weight", "tied_weight", "category_weight", "answered_weight"), points),
        **dict.fromkeys(("load_price", "exposure_price"), points),
        "newcomer_chance": st.sampled_from((0.0, 0.5, 1.0)),
    }
)


@st.composite
def sketches(draw: st.DrawFn) -> Sketch:
    sketch = Sketch(list_length=3, consultants_per_district=3, knows_the_area=0.3, **draw(weights))
    for number, drawn in enumerate(draw(st.lists(piece, max_size=14))):
        add(sketch, number, **drawn)
    for member in IDS:
        sketch.member(member, **draw(traits))
        sketch.knows(member, **draw(facts))
        if draw(st.booleans()):
            sketch.gives[member] = draw(st.sampled_from((1.1, 2.0, 9.0)))
    sketch.member(ADA, present=True)
    sketch.lately, sketch.gone, sketch.fresh = draw(some), draw(some), draw(st.frozensets(st.sampled_from(IDS)))
    return sketch


def add(sketch: Sketch, number: int, subject: str, says: str, owner: str, stage: str, **more: Any) -> None:
    if subject.startswith("resource-"):
        made = sketch.maker(subject)
        sketch.shows(subject, says=Says.REVIEWED if made else Says.IS_ABOUT, owner=owner, **more)
    elif subject.startswith("challenge-"):
        if sketch.maker(subject) is None:
            sketch.stages[subject] = stage
            sketch.shows(subject, says=Says.IS_ABOUT, owner=owner, challenge=subject, **more)
    elif says == "posted":
        sketch.works_on(subject, f"challenge-000001{number:02d}", at=stage, **more)
    else:
        sketch.shows(subject, says=Says(says), owner=owner if says == "helped" else None, **more)


def derived(sketch: Sketch, kind: ListKind, mode: Mode) -> Any:
    try:
        return sketch.asks(kind, mode)
    except IllegalMove as none:  # no consultancy keeps the rules
        assert kind is CONSULTANCY
        return str(none)


POINTS = ("fit", "mutual", "context", "ties", "category", "readiness", "load", "exposure")
kinds, modes = st.sampled_from(list(ListKind)), st.sampled_from(list(Mode))


@given(sketches(), kinds, modes, st.integers(0, 2**16))
def test_the_same_inputs_give_the_same_list_in_whatever_order_they_come(
    sketch: Sketch, kind: ListKind, mode: Mode, seed: int
) -> None:
    listing = derived(sketch, kind, mode)
    sketch.members = dict(sorted(sketch.members.items(), reverse=True))
    assert derived(sketch.shuffled(seed), kind, mode) == listing


@given(sketches(), kinds, modes, st.integers(1, 5))
def test_looking_up_few_or_all_at_once_gives_the_same_list(
    sketch: Sketch, kind: ListKind, mode: Mode, few: int
) -> None:
    """Whom nobody asked about is not looked up, and would not have been on it."""
    listing = derived(sketch, kind, mode)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ordering, "AT_ONCE", few)
        assert derived(sketch, kind, mode) == listing


@given(sketches(), kinds, modes)
def test_nobody_on_a_list_may_not_be_there(sketch: Sketch, kind: ListKind, mode: Mode) -> None:
    """Said once more, by code that shares nothing with the rules."""
    listing = derived(sketch, kind, mode)
    if isinstance(listing, str):
        return
    ada = sketch.members[ADA]
    for pick in listing.picks:
        person = pick.candidate if pick.candidate.startswith("member-") else sketch.maker(pick.candidate)
        who = sketch.members[person]
        assert person != ADA
        assert person not in ada.same_as
        assert ADA not in who.same_as
        assert not who.same_as & ada.same_as
        assert person not in ada.conflicts | ada.muted
        assert ADA not in who.conflicts | who.muted
        assert pick.candidate not in sketch.gone
        assert who.present or kind is RESOURCES
        if pick.candidate == person:
            assert not who.away
            assert person not in sketch.lately
        if kind not in (RESOURCES, CONSULTANCY) and mode is not Mode.ANY:
            shared = who.families & ada.families - {RoleFamily.UNSPECIFIED}
            assert bool(shared) is (mode is Mode.ROLE_ALIKE)
        if kind in (EXPERTS, CONSULTANCY):
            assert who.level not in (Level.HONOR, Level.FOLLOW)
            assert who.free_minutes is None or who.free_minutes >= (30 if kind is EXPERTS else 60)


@given(sketches(), kinds, modes)
def test_a_score_is_the_sum_of_its_parts_and_lists_fall(sketch: Sketch, kind: ListKind, mode: Mode) -> None:
    listing = derived(sketch, kind, mode)
    if isinstance(listing, str):
        return
    share = listing.inputs.words_share
    for pick in listing.picks:
        fit = (1 - share) * pick.parts["meaning"] + share * pick.parts["words"]
        points = [value for part, value in pick.parts.items() if part in POINTS]
        assert pick.parts.get("fit", fit) == pytest.approx(fit, abs=3e-6)
        assert pick.score == pytest.approx(min(1, max(0, math.fsum(points))) if points else fit, abs=3e-6)
        assert 0 <= pick.score <= 1
        assert 1 <= len(pick.reasons) <= 3
        assert weighted_top_three([reason.value for reason in pick.reasons]) == pytest.approx(fit, abs=3e-6)
    for one, other in pairwise(listing.picks):
        assert one.score >= other.score
        assert one.candidate < other.candidate or one.score > other.score or one.score in {0, 1}
    for private in (False, True):
        scores = [miss.score for miss in listing.near_misses if (miss.rule == UNAVAILABLE) is private]
        assert scores == sorted(scores, reverse=True)


@given(sketches(), kinds, modes)
def test_every_reason_points_at_evidence_of_that_candidate_that_the_reader_may_see(
    sketch: Sketch, kind: ListKind, mode: Mode
) -> None:
    listing = derived(sketch, kind, mode)
    if isinstance(listing, str):
        return
    ada = sketch.members[ADA]
    for pick in listing.picks:
        for reason in pick.reasons:
            found = sketch.pieces[reason.evidence]
            assert found.subject == pick.candidate
            assert found.since <= listing.inputs.position
            assert reason.says == found.says
            writer = sketch.members[found.owner]
            assert found.owner not in ada.conflicts | ada.muted
            assert ADA not in writer.conflicts | writer.muted
    assert not {pick.candidate for pick in listing.picks} & {miss.candidate for miss in listing.near_misses}
