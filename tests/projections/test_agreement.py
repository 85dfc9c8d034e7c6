"""What the tables say agrees with the states on which the deciders decide, over random histories."""

from typing import Any

from hypothesis import given, settings
from msgspec.structs import replace

from domain.budgets import BUDGET, budget_of
from domain.calendar import day_of
from domain.challenges import CHALLENGE, Ended, Open
from domain.introductions import INTRODUCTION, Closed, Made, Offered, candidate
from domain.members import MEMBER, Active, Erased, Left, MemberJoined, NotJoined, Paused, Person
from domain.networks import NETWORK
from domain.own_words import CorrectionRecorded
from domain.recommendations import RECOMMENDATION
from domain.resources import RESOURCE, Retired, Shared
from domain.sites import SITE
from domain.vocabulary import OPERATOR
from projections import (
    challenge_board,
    conflicts,
    evidence,
    expertise,
    introductions,
    member_directory,
    network_setting,
    recommendation_lists,
    resource_shelf,
    site_tree,
    time_budgets,
)
from projections.evidence import Says
from projections.introductions import Reached
from projections.member_directory import Standing
from projections.network_setting import setting
from projections.reading import Reader
from projections.shape import MOST
from tests.histories import NET, History
from tests.projections.seeing import seen
from tests.random_histories import histories

given_a_history = given(histories())
soon = settings(max_examples=20, deadline=None)


def streams(history: History, kind: str) -> list[str]:
    return sorted({each.stream for each in history.recorded if each.stream.startswith(f"{kind}-")})


@soon
@given_a_history
def test_the_setting_is_the_networks_state(history: History) -> None:
    state = history.facts()(NETWORK, NET)
    with seen(history) as c:
        setting = network_setting.setting(c)
        assert (setting.name, setting.calendar, setting.policy_hash) == (state.name, state.calendar, state.policy_hash)
        assert setting.policy == state.policy
        assert setting.waivers == state.waivers
        charter = network_setting.charter(c)
        assert charter.sections == state.sections
        assert {each.cohort for each in charter.cohorts if each.open} == state.cohorts
        assert {key: network_setting.policy(c, key) for key in state.policies} == state.policies


@soon
@given_a_history
def test_a_site_stands_as_it_was_registered(history: History) -> None:
    with seen(history) as c:
        for site in site_tree.sites(c):
            registered = history.facts()(SITE, site.site).as_registered
            assert (site.kind, site.name, site.parent) == (registered.kind, registered.name, registered.parent)
            assert (site.grades, site.enrolment) == (registered.grades, registered.enrolment)
        assert [site.site for site in site_tree.sites(c)] == streams(history, "site")


def called(history: History, member: str) -> str:
    """The last name they gave, on joining or in a correction."""
    name = ""
    for recorded in history.recorded:
        match recorded.event:
            case MemberJoined(name=given) if recorded.stream == member:
                name = given
            case CorrectionRecorded(subject=subject, text=text) if subject == member:
                name = text
            case _:
                pass
    return name


def _standing(state: Any) -> Standing:
    match state:
        case NotJoined():
            return Standing.INVITED
        case Active():
            return Standing.ACTIVE
        case Paused():
            return Standing.PAUSED
        case Left():
            return Standing.LEFT
        case Erased():
            return Standing.ERASED
    raise AssertionError(state)


@soon
@given_a_history
def test_the_directory_knows_every_member_as_they_are(history: History) -> None:
    with seen(history) as c:
        for member in streams(history, "member"):
            state, row = history.facts()(MEMBER, member), member_directory.member(c, member)
            assert row is not None
            assert row.standing is _standing(state)
            person = Person() if isinstance(state, NotJoined) else state.person
            name = "" if isinstance(state, Erased) else called(history, member)
            assert (row.name, row.cohort, row.level) == (name, person.cohort, person.level)
            assert row.profile == (person.profile.text if person.profile else "")
            held = {each.site: each.role for each in member_directory.affiliations_of(c, member)}
            assert held == person.affiliations
            assert {each.other: each.kind for each in conflicts.conflicts_of(c, member)} == person.conflicts
            themselves = Reader(member=member)
            assert set(conflicts.muted_by(c, themselves)) == person.muted
            claimed = {each.topic: set(each.endorsers) for each in expertise.claimed(c, themselves, member)}
            assert claimed == {
                topic: {who for what, who in person.endorsements if what == topic} for topic in person.expertise
            }
            assert set(expertise.growth_areas(c, member)) == person.growth_areas


@soon
@given_a_history
def test_candidates_are_what_the_rules_see(history: History) -> None:
    facts = history.facts()
    with seen(history) as c:
        entries, budgets = member_directory.candidates(c), time_budgets.budgets(c)
        joined = {m for m in streams(history, "member") if not isinstance(facts(MEMBER, m), NotJoined)}
        assert entries.keys() == joined
        few = [*sorted(joined)[::2], "member-ffffffff"]
        assert member_directory.candidates(c, few) == {each: entries[each] for each in few[:-1]}
        assert time_budgets.budgets(c, few) == {each: budgets[each] for each in few if each in budgets}
        for member, entry in entries.items():
            kept = replace(facts(BUDGET, budget_of(member)), logged=())  # when they met is for the decision alone
            assert budgets.get(member, BUDGET.initial) == time_budgets.budget(c, member) == kept
            today = day_of(history.now, facts(NETWORK, NET).calendar)
            offer = time_budgets.offered(c, Reader(member=member), member, today)
            assert (offer and offer.free) == budgets.get(member, BUDGET.initial).free_on(today, setting(c).calendar)
            assert offer is None or offer.reserved + offer.spent + offer.free == offer.minutes
            assert time_budgets.offered(c, Reader(member="member-000000ff"), member, today) is None
            assert time_budgets.offered(c, Reader(member=OPERATOR), member, today) == offer
            if entry.standing in {Standing.LEFT, Standing.ERASED}:
                continue
            ruled = candidate(facts, member)
            assert (entry.level, entry.families) == (ruled.level, ruled.families)
            assert entry.sites == ruled.sites - {""}
            assert (entry.same_as, entry.conflicts, entry.muted) == (ruled.same_as, ruled.conflicts, ruled.muted)
            assert (entry.standing is Standing.PAUSED) == ruled.away
            assert entry.roles == facts(MEMBER, member).person.roles


@soon
@given_a_history
def test_a_challenge_stands_on_the_board_as_far_as_it_came(history: History) -> None:
    with seen(history) as c:
        for challenge in streams(history, "challenge"):
            state, row = history.facts()(CHALLENGE, challenge), challenge_board.challenge(c, challenge)
            assert row is not None
            answers = challenge_board.answers(c, Reader(member=row.author), challenge, limit=MOST).items
            assert row.answers == len(answers) == len(state.answers)
            assert {each.answer for each in answers} == state.answers.keys()
            assert row.confidentiality is state.posted.confidentiality
            match state:
                case Open():
                    assert (row.title, row.text, row.stage, row.status) == (
                        state.title,
                        state.text,
                        state.stage,
                        "open",
                    )
                case Ended():
                    assert row.status == state.how


@soon
@given_a_history
def test_a_resource_stands_on_the_shelf_until_it_is_retired(history: History) -> None:
    with seen(history) as c:
        on_shelf = {each.resource for each in resource_shelf.shelf(c)}
        for resource in streams(history, "resource"):
            state, row = history.facts()(RESOURCE, resource), resource_shelf.resource(c, resource)
            assert (resource in on_shelf) == isinstance(state, Shared)
            assert (row is None) == (not isinstance(state, Shared | Retired))
            if isinstance(state, Shared):
                assert row is not None
                latest = state.revised or state.shared
                assert (row.title, row.topics, row.url) == (latest.title, latest.topics, latest.url)
                assert (row.reviews, row.uses) == (len(state.reviews), len(state.uses))


@soon
@given_a_history
def test_an_introduction_has_reached_what_its_state_says(history: History) -> None:
    with seen(history) as c:
        for introduction in streams(history, "introduction"):
            state = history.facts()(INTRODUCTION, introduction)
            row = introductions.seen(c, Reader(member=state.offer.seeker), introduction)
            assert row is not None
            assert (row.seeker, row.helper) == (state.offer.seeker, state.offer.helper)
            match state:
                case Offered():
                    assert row.reached is Reached.OFFERED
                case Made(verdict=verdict):
                    told = {None: Reached.MADE, True: Reached.HELPED, False: Reached.DISPUTED}
                    assert row.reached is told[verdict]
                case Closed(how=how):
                    assert row.reached == how


@soon
@given_a_history
def test_the_latest_list_and_its_replies_are_kept(history: History) -> None:
    with seen(history) as c:
        for recommendation in streams(history, "recommendation"):
            state, row = history.facts()(RECOMMENDATION, recommendation), recommendation_lists.latest(c, recommendation)
            assert row is not None
            assert (row.issued, row.viewed, row.expired) == (state.latest, state.viewed, state.expired)
            reader, need = state.latest.reader, state.latest.need
            assert state.dismissed <= recommendation_lists.dismissed(c, reader, need)
            assert state.accepted <= recommendation_lists.accepted(c, reader, need)


@soon
@given_a_history
def test_evidence_shows_what_a_present_member_says_and_nothing_of_who_left(history: History) -> None:
    with seen(history) as c:
        for member in streams(history, "member"):
            state, shown = history.facts()(MEMBER, member), evidence.of_subject(c, member)
            if isinstance(state, Left | NotJoined | Erased):
                assert shown == []
                continue
            person = state.person
            assert {each.text for each in shown if each.says is Says.CLAIMS} == person.expertise
            assert {each.text for each in shown if each.says is Says.WANTS_TO_LEARN} == person.growth_areas
            profile = person.profile.text if person.profile else ""
            assert [each.text for each in shown if each.says is Says.PROFILE] == [profile] * bool(profile)


@soon
@given_a_history
def test_evidence_of_an_open_challenge_is_what_it_says_now(history: History) -> None:
    with seen(history) as c:
        for challenge in streams(history, "challenge"):
            state = history.facts()(CHALLENGE, challenge)
            if not isinstance(state, Open):
                continue
            author = history.facts()(MEMBER, state.posted.author)
            if isinstance(author, Erased):
                assert evidence.of_subject(c, challenge) == []
                continue
            (about,) = (each for each in evidence.of_subject(c, challenge) if each.says is Says.IS_ABOUT)
            assert about.text == "\n".join(filter(None, (state.title, state.text)))
            assert about.confidentiality is state.posted.confidentiality
            posted = [
                each.text
                for each in evidence.of_subject(c, state.posted.author)
                if each.says is Says.POSTED and each.challenge == challenge
            ]
            assert posted == ([] if isinstance(author, Left) else [about.text])


@soon
@given_a_history
def test_evidence_of_the_past_can_be_told_from_the_rows_of_today(history: History) -> None:
    """A row holds from `since` until before `until`: the rows of today give the view of any earlier position."""
    middle = history.recorded[len(history.recorded) // 2].position
    with seen(history, until=middle) as c:
        then = {each.id: each.text for each in evidence.all_evidence(c)}
    with seen(history) as c:
        today = evidence.evidence_after(c, 0)
        told = {e.id: e.text for e in today if e.since <= middle and (e.until is None or middle < e.until)}
        assert told == then
        changed = {each.id for each in evidence.evidence_after(c, middle)}
        now = {each.id for each in evidence.all_evidence(c)}
        assert now ^ then.keys() <= changed
