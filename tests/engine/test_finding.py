"""Search: by words, meaning and names, for each reader what they may see."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from domain.challenges import ChallengeAnswered, PostChallenge, ReframeChallenge
from domain.members import (
    DeclareConflict,
    GrantNetworkRole,
    JoinNetwork,
    LeaveNetwork,
    MuteMember,
    NameGrowthArea,
    PauseMember,
)
from domain.own_words import ReturnText, WithdrawText
from domain.refusals import Malformed, Unknown
from domain.resources import ReviewResource
from domain.vocabulary import OPERATOR, Confidentiality, ConflictKind, NetworkRole
from engine.commands import Order, Sender
from engine.finding import Found, find
from engine.when import When
from models.encoder import Encoder
from tests.engine.town import ABSENT, ADA, BEN, CLEO, DAN, EVE, GUIDE, MENU, MONDAYS, NET, QUIET, RESET, Town


@pytest.fixture
def town(tmp_path: Path, encoder: Encoder) -> Iterator[Town]:
    with Town(tmp_path, encoder) as opened:
        yield opened


def found(town: Town, words: str, reader: str = EVE, kind: str | None = None) -> list[str]:
    return [each.subject for each in find(town, NET, reader, words, kind)]


def first(town: Town, words: str) -> Found:
    return find(town, NET, EVE, words)[0]


def test_words_lead_to_who_and_what_has_them(town: Town) -> None:
    subjects = found(town, "ninth graders absent on Mondays")
    assert subjects[0] in {MONDAYS, BEN}
    assert {MONDAYS, BEN, DAN, ABSENT, ADA} <= set(subjects)
    assert MENU not in subjects


def test_meaning_leads_there_without_a_shared_word(town: Town) -> None:
    assert found(town, "food in the cafeteria", kind="resource")[0] == MENU


def test_what_is_found_says_what_it_is_and_where_the_words_stand(town: Town) -> None:
    (nearest, *_) = find(town, NET, EVE, "raising attendance after winter break", "resource")
    assert (nearest.subject, nearest.title) == (GUIDE, "Raising attendance after winter break")
    assert 0 < nearest.score <= 1
    assert nearest.excerpt


def test_in_the_past_words_lead_to_what_held_then_with_the_rights_of_now(town: Town) -> None:
    assert found(town, "ninth graders absent on Mondays")
    then = When(as_of=town.store.head())
    reframe = ReframeChallenge(challenge=MONDAYS, title="Buses that come late", text="Ours are too old.")
    town.say(reframe, by=BEN)
    now = find(town, NET, EVE, "buses that come late", "challenge")
    assert (now[0].subject, now[0].excerpt) == (MONDAYS, "Buses that come late")
    before = find(town, NET, EVE, "Ninth graders are absent on Mondays", "challenge", when=then)
    assert (before[0].subject, before[0].title) == (MONDAYS, "Ninth graders are absent on Mondays")
    town.say(DeclareConflict(member=EVE, other=BEN, kind=ConflictKind.FAMILY), by=EVE)
    after = find(town, NET, EVE, "Ninth graders are absent on Mondays", when=then)
    assert not {MONDAYS, BEN} & {each.subject for each in after}


def test_what_was_withdrawn_since_leads_to_nobody_in_the_past_either(town: Town) -> None:
    then = When(as_of=town.store.head())
    words = "A call home after the first absence"
    (answer,) = (each for each in town.store.stream(MONDAYS) if isinstance(each.event, ChallengeAnswered))
    assert DAN in [each.subject for each in find(town, NET, EVE, words, when=then)]
    town.say(WithdrawText(member=DAN, position=answer.position), by=DAN)
    assert DAN not in [each.subject for each in find(town, NET, EVE, words, when=then)]
    town.say(ReturnText(member=DAN, position=answer.position), by=DAN)
    assert DAN in [each.subject for each in find(town, NET, EVE, words, when=then)]


@pytest.mark.parametrize("kind", ["member", "challenge", "resource"])
def test_one_kind_can_be_looked_for(town: Town, kind: str) -> None:
    assert {each.partition("-")[0] for each in found(town, "attendance", kind=kind)} == {kind}


def test_somebody_is_found_by_name_whatever_its_letters(town: Town) -> None:
    name = f"Name of {BEN}"
    assert first(town, name.upper()).subject == BEN
    town.say(LeaveNetwork(member=BEN))
    assert BEN not in found(town, name)


def names(town: Town, *called: str) -> dict[str, str]:
    """Further members of these names."""
    ids = {name: f"member-000000f{place}" for place, name in enumerate(called)}
    for name, member in ids.items():
        town.say(JoinNetwork(member=member, name=name), id=name)
    return ids


def test_names_are_found_by_whole_words_and_by_how_words_begin_and_not_by_letters_within(town: Town) -> None:
    ids = names(town, "Sonja Person", "Ann Sonnenfeld", "Béla Ó Súilleabháin", "Jo Ann Lee")
    scores = {each.subject: each.score for each in find(town, NET, EVE, "son", "member")}
    assert scores.keys() & ids.values() == {ids["Sonja Person"], ids["Ann Sonnenfeld"]}
    assert 0 < scores[ids["Ann Sonnenfeld"]] < scores[ids["Sonja Person"]] < 0.8
    assert {each.subject: each.score for each in find(town, NET, EVE, "ANN", "member")} == {
        ids["Ann Sonnenfeld"]: 0.9,
        ids["Jo Ann Lee"]: 0.9,
    }
    assert [each.score for each in find(town, NET, EVE, "jo ann lee", "member")][:1] == [1.0]
    assert found(town, "be\u0301la", kind="member") == [ids["Béla Ó Súilleabháin"]]
    assert not set(ids.values()) & set(found(town, "ann absent on Mondays"))
    assert not set(ids.values()) & set(found(town, "s", kind="member"))


def test_a_name_stands_for_a_member_alone(town: Town) -> None:
    names(town, "Ann Lee")
    assert "member" not in {each.partition("-")[0] for each in found(town, "Ann Lee", kind="challenge")}


def test_the_beginning_of_a_name_stands_behind_what_the_words_are_about(town: Town) -> None:
    member = names(town, "Mondale Winterbottom")["Mondale Winterbottom"]
    subjects = found(town, "mond")
    assert member in subjects
    subjects = found(town, "winter")
    assert subjects.index(member) > 0


def test_what_the_reader_may_not_find_takes_nobodys_place(town: Town) -> None:
    """However much of it is nearer."""
    claims = [NameGrowthArea(member=BEN, topic=f"lunch menu {number}") for number in range(450)]
    sender = Sender(network=NET, actor=OPERATOR, command_id="claims")
    town.commands.handle_all([Order(command=each, at=town.now) for each in claims], sender)
    assert found(town, "lunch menu", kind="resource")[0] == MENU
    assert {BEN, MENU} <= set(found(town, "lunch menu"))  # one subject, once, leaves room for the others
    town.say(MuteMember(member=ADA, other=BEN), by=ADA)
    subjects = found(town, "lunch menu", ADA)
    assert MENU in subjects
    assert BEN not in subjects


@pytest.mark.parametrize("reader", [EVE, BEN])
def test_who_must_not_meet_finds_nothing_of_the_other(town: Town, reader: str) -> None:
    other = BEN if reader == EVE else EVE
    town.say(ReviewResource(resource=MENU, member=BEN, stars=5, text="Ninth graders like it on Mondays."))
    town.say(DeclareConflict(member=EVE, other=BEN, kind=ConflictKind.FAMILY))
    subjects = found(town, "ninth graders absent on Mondays after winter break", reader)
    assert not {other, MONDAYS if other == BEN else GUIDE} & set(subjects)
    assert other not in found(town, f"Name of {other}", reader)
    assert all("like it on Mondays" not in each.excerpt for each in find(town, NET, EVE, "Mondays"))


def test_a_resource_is_hidden_with_its_contributor_whoever_reviewed_it(town: Town) -> None:
    town.say(ReviewResource(resource=GUIDE, member=CLEO, stars=5, text="A marvellous guide for principals."))
    assert GUIDE in found(town, "marvellous guide for principals", ADA)
    town.say(MuteMember(member=ADA, other=EVE), by=ADA)
    assert GUIDE not in found(town, "marvellous guide for principals", ADA)
    assert ABSENT in found(town, "attendance", EVE)  # who was muted is not told by it


def test_what_was_told_to_a_group_is_found_by_nobody(town: Town) -> None:
    secret = PostChallenge(
        challenge=QUIET, author=CLEO, title="Marmalade thefts", confidentiality=Confidentiality.GROUP
    )
    town.say(secret)
    town.say(GrantNetworkRole(member=EVE, role=NetworkRole.FACILITATOR))
    for reader in (ADA, CLEO, EVE):
        assert not {QUIET, CLEO} & set(found(town, "marmalade thefts", reader))


def test_who_paused_searches_and_who_left_finds_no_network(town: Town) -> None:
    town.say(PauseMember(member=EVE))
    assert RESET in found(town, "counting absences anew")
    town.say(LeaveNetwork(member=EVE))
    with pytest.raises(Unknown, match="no such network"):
        found(town, "attendance")


@pytest.mark.parametrize(
    ("words", "kind", "limit", "field"),
    [
        ("", None, 5, "q"),
        (" \n", None, 5, "q"),
        ("x" * 501, None, 5, "q"),
        ("\ud800", None, 5, "q"),
        ("x", "site", 5, "kind"),
    ]
    + [("x", None, limit, "limit") for limit in (0, 101)],
)
def test_what_cannot_be_looked_for_is_refused(town: Town, words: str, kind: str | None, limit: int, field: str) -> None:
    with pytest.raises(Malformed) as refused:
        find(town, NET, EVE, words, kind, limit)
    assert refused.value.field == field


def test_no_more_is_found_than_was_asked_for(town: Town) -> None:
    assert len(find(town, NET, EVE, "attendance", None, 2)) == 2
