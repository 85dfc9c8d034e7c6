import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from domain.eligibility import RULES, UNAVAILABLE, Asking, Candidate, Mode, first_objection, words_of
from domain.vocabulary import Level, RoleFamily

ADA, BEN, ELSEWHERE = "member-aaaaaaaa", "member-bbbbbbbb", "member-ffffffff"
READER = Candidate(member=ADA, families=frozenset({RoleFamily.TEACHER}))
HELPER = Candidate(member=BEN, level=Level.PARTNER, free_minutes=60, families=frozenset({RoleFamily.TEACHER}))
SUGGESTION = Asking(reader=READER)
ASK = Asking(reader=READER, minutes=30)
LEADS_TO_ASK = Asking(reader=READER, leads_to_ask=True, usual_minutes=30)

people = st.frozensets(st.sampled_from([ADA, BEN, ELSEWHERE]), max_size=2)


def candidates(member: str) -> st.SearchStrategy[Candidate]:
    return st.builds(
        Candidate,
        member=st.just(member),
        present=st.booleans(),
        away=st.booleans(),
        level=st.none() | st.sampled_from(Level),
        free_minutes=st.none() | st.integers(-10, 90),
        same_as=people,
        conflicts=people,
        muted=people,
        families=st.frozensets(st.sampled_from([RoleFamily.TEACHER, RoleFamily.PRINCIPAL]), max_size=2),
    )


askings = st.builds(
    Asking,
    reader=candidates(ADA),
    minutes=st.none() | st.integers(1, 90),
    leads_to_ask=st.booleans(),
    usual_minutes=st.integers(0, 90),
    mode=st.sampled_from(Mode),
    volunteered=st.booleans(),
    suggested_lately=people,
    dismissed=people,
)


def words(candidate: Candidate, asking: Asking) -> str | None:
    objection = first_objection(candidate, asking)
    return None if objection is None else objection.words


def test_a_member_who_offers_time_may_be_suggested_and_asked() -> None:
    assert [words(HELPER, asking) for asking in (SUGGESTION, ASK, LEADS_TO_ASK)] == [None, None, None]


def test_nobody_is_suggested_to_themselves() -> None:
    assert words(READER, SUGGESTION) == "the same person"


@pytest.mark.parametrize(
    ("candidate", "reader"),
    [
        (replace(HELPER, same_as=frozenset({ADA})), READER),
        (HELPER, replace(READER, same_as=frozenset({BEN}))),
        (replace(HELPER, same_as=frozenset({ELSEWHERE})), replace(READER, same_as=frozenset({ELSEWHERE}))),
    ],
)
def test_linked_identities_are_one_person_whoever_said_so(candidate: Candidate, reader: Candidate) -> None:
    assert words(candidate, replace(SUGGESTION, reader=reader)) == "the same person"


@pytest.mark.parametrize("field", ["conflicts", "muted"])
def test_conflicts_and_mutes_hold_in_both_directions_and_are_worded_alike(field: str) -> None:
    theirs = replace(HELPER, **{field: frozenset({ADA})})
    ours = replace(READER, **{field: frozenset({BEN})})
    for asking in (SUGGESTION, ASK, LEADS_TO_ASK):
        assert words(theirs, asking) == words(HELPER, replace(asking, reader=ours)) == UNAVAILABLE


def test_a_full_calendar_and_an_absence_are_worded_like_a_mute() -> None:
    assert words(replace(HELPER, free_minutes=29), ASK) == UNAVAILABLE
    assert words(replace(HELPER, free_minutes=29), LEADS_TO_ASK) == UNAVAILABLE
    assert words(replace(HELPER, away=True), SUGGESTION) == UNAVAILABLE


def test_a_full_calendar_does_not_stand_in_the_way_of_a_suggestion() -> None:
    assert words(replace(HELPER, free_minutes=0), SUGGESTION) is None


@pytest.mark.parametrize("level", [Level.HONOR, Level.FOLLOW])
def test_a_light_touch_is_suggested_but_never_asked(level: Level) -> None:
    light = replace(HELPER, level=level)
    assert words(light, SUGGESTION) is None
    assert words(light, ASK) == words(light, LEADS_TO_ASK) == "takes part without being asked for time"


def test_what_a_light_touch_offers_in_person_is_no_ask() -> None:
    assert words(replace(HELPER, level=Level.FOLLOW), replace(ASK, volunteered=True)) is None


@pytest.mark.parametrize("undecided", [replace(HELPER, level=None), replace(HELPER, free_minutes=None)])
def test_who_has_not_chosen_yet_is_suggested_but_never_asked(undecided: Candidate) -> None:
    assert words(undecided, SUGGESTION) is None
    assert words(undecided, LEADS_TO_ASK) is None
    assert words(undecided, ASK) == "has not offered time yet"


def test_the_company_asked_for_is_kept() -> None:
    principal = replace(HELPER, families=frozenset({RoleFamily.PRINCIPAL}))
    alike, mixed = replace(SUGGESTION, mode=Mode.ROLE_ALIKE), replace(SUGGESTION, mode=Mode.MIXED_ROLE)
    assert words(HELPER, alike) is None
    assert words(principal, alike) == "another role than asked for"
    assert words(principal, mixed) is None
    assert words(HELPER, mixed) == "another role than asked for"


def test_two_unspecified_roles_are_not_alike() -> None:
    unknown = frozenset({RoleFamily.UNSPECIFIED})
    asking = Asking(reader=replace(READER, families=unknown), mode=Mode.ROLE_ALIKE)
    assert words(replace(HELPER, families=unknown), asking) == "another role than asked for"


def test_who_was_suggested_lately_or_dismissed_waits() -> None:
    assert words(HELPER, replace(SUGGESTION, suggested_lately=frozenset({BEN}))) is not None
    assert words(HELPER, replace(SUGGESTION, dismissed=frozenset({BEN}))) == "dismissed by you for this need"


def test_who_left_is_not_suggested() -> None:
    assert words(replace(HELPER, present=False), SUGGESTION) == "no longer in the network"


@given(candidates(BEN), askings)
def test_an_objection_is_the_first_rule_that_binds(candidate: Candidate, asking: Asking) -> None:
    binding = [(rule.__name__, said) for rule, said in RULES if rule(candidate, asking)]
    objection = first_objection(candidate, asking)
    assert (None if objection is None else (objection.rule, objection.words)) == (binding[0] if binding else None)


def test_a_stored_rule_is_worded_to_the_reader_without_its_private_cause() -> None:
    assert {words_of(rule) for rule in ("power_conflict", "mute", "away", "full_calendar", UNAVAILABLE)} == {
        UNAVAILABLE
    }
    assert words_of("no_time_offered") == "has not offered time yet"


@given(candidates(BEN), askings)
def test_an_ask_that_names_a_private_cause_might_always_be_a_full_calendar(
    candidate: Candidate, asking: Asking
) -> None:
    """Whoever reads `unavailable` about somebody who may be asked cannot tell a mute from a full calendar."""
    if asking.minutes is not None and words(candidate, asking) == UNAVAILABLE:
        assert candidate.free_minutes is not None
        public = replace(candidate, conflicts=frozenset(), muted=frozenset(), away=False, free_minutes=0)
        reader = replace(asking.reader, conflicts=frozenset(), muted=frozenset())
        assert words(public, replace(asking, reader=reader)) == UNAVAILABLE


@given(candidates(BEN), askings)
def test_nobody_who_objects_to_suggestions_is_asked(candidate: Candidate, asking: Asking) -> None:
    if words(candidate, replace(asking, minutes=None, leads_to_ask=False)) is not None:
        assert words(candidate, asking) is not None
