"""What a reader is shown, over random histories: never anybody hidden, never what was told to others."""

from collections.abc import Callable, Iterator
from functools import partial
from sqlite3 import Connection
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.catalogue import CATALOGUE
from domain.challenges import CHALLENGE
from domain.members import MEMBER, Active, NotJoined, Paused, kept_apart
from domain.refusals import Malformed, NotTheirs
from domain.vocabulary import OFFICES, OPEN, Confidentiality, NetworkRole
from projections import (
    challenge_board,
    conflicts,
    evidence,
    introductions,
    member_directory,
    recommendation_lists,
    resource_shelf,
    site_tree,
    ties,
    timeline,
)
from projections.reading import Reader, reader_at
from projections.shape import MOST, Page
from tests.histories import ADA, BEN, CALL, CHAT, CLEO, DESKS, DEV, EVE, GUIDE, READING, VIDEO, History
from tests.projections.seeing import seen
from tests.random_histories import histories

MEMBERS = (ADA, BEN, CLEO, DEV, EVE)
CHALLENGES = (DESKS, READING)
given_a_reader = given(histories(), st.sampled_from(MEMBERS))
soon = settings(max_examples=25, deadline=None)

Question = Callable[..., Page[Any]]


def lists(connection: Connection, reader: Reader) -> dict[str, Question]:
    """Every list that is read page by page."""
    asked: dict[str, Callable[..., Page[Any]]] = {
        "people": member_directory.people,
        "sites": site_tree.places,
        "board": challenge_board.board,
        "stock": resource_shelf.stock,
        "wishes": resource_shelf.wishes,
        "meetings": introductions.meetings,
        "ties": ties.ties_seen,
        "lists": recommendation_lists.issued_to,
        **{f"answers to {each}": partial(challenge_board.answers, challenge=each) for each in CHALLENGES},
        **{f"reviews of {each}": partial(resource_shelf.reviews, resource=each) for each in (GUIDE, VIDEO)},
        **{f"ties of {each}": partial(ties.ties_seen, member=each) for each in MEMBERS},
    }
    return {name: partial(question, connection, reader) for name, question in asked.items()}


def shown(connection: Connection, reader: Reader) -> Iterator[tuple[str, object]]:
    """All that this reader may be answered, but for what they say of others themselves."""
    for name, question in lists(connection, reader).items():
        yield name, question(limit=MOST)
    for each in MEMBERS:
        yield each, member_directory.profile(connection, reader, each)
    for each in CHALLENGES:
        yield each, challenge_board.seen(connection, reader, each)
    for each in (GUIDE, VIDEO):
        yield each, resource_shelf.seen(connection, reader, each)
    for each in (CALL, CHAT):
        yield each, introductions.seen(connection, reader, each)
    for entry in recommendation_lists.issued_to(connection, reader, limit=MOST).items:
        yield "list", recommendation_lists.seen(connection, reader, entry.recommendation)
    yield "news", timeline.news(connection, reader, limit=MOST)


def apart(history: History, member: str) -> set[str]:
    """Whom the streams say this member must not be shown: power either way, and their own mutes."""
    facts = history.facts()
    below = kept_apart(facts, member)
    above = {other for other in MEMBERS if member in kept_apart(facts, other)}
    state = facts(MEMBER, member)
    return {*below, *above, *(() if isinstance(state, NotJoined) else state.person.muted)}


def posted(history: History) -> dict[str, Any]:
    streams = {each.stream for each in history.recorded if each.stream.startswith("challenge-")}
    return {each: history.facts()(CHALLENGE, each).posted for each in streams}


@soon
@given_a_reader
def test_a_reader_is_who_the_streams_say(history: History, member: str) -> None:
    state = history.facts()(MEMBER, member)
    with seen(history) as c:
        reader = reader_at(c, member)
    if not isinstance(state, Active | Paused):
        assert reader is None
        return
    assert reader is not None
    assert reader.roles == state.person.roles
    assert reader.staff == (isinstance(state, Active) and not OFFICES.isdisjoint(reader.roles))
    assert reader.apart == apart(history, member)
    assert reader.hidden == (frozenset() if reader.staff else reader.apart)


@soon
@given_a_reader
def test_nothing_a_reader_is_shown_names_anybody_hidden_or_what_was_told_to_others(
    history: History, member: str
) -> None:
    with seen(history) as c:
        reader = reader_at(c, member)
        if reader is None:
            return
        secret = {
            challenge
            for challenge, said in posted(history).items()
            if said.author != member and (said.confidentiality not in reader.classes or said.author in reader.hidden)
        }
        for name, answer in shown(c, reader):
            text = msgspec.json.encode(answer).decode()
            if name == "lists":  # they name what the reader asked for
                continue
            if name == "list":  # drawn from what is open to all
                text = text.partition('"picks"')[2]
                theirs = {challenge for challenge, said in posted(history).items() if said.author in reader.apart}
                assert not {each for each in reader.apart | theirs if each in text}
                continue
            assert not {each for each in reader.hidden | secret if each in text}, name


@soon
@given_a_reader
def test_a_reader_is_shown_all_the_rest(history: History, member: str) -> None:
    facts = history.facts()
    with seen(history) as c:
        reader = reader_at(c, member)
        if reader is None:
            return
        here = {each for each in MEMBERS if isinstance(facts(MEMBER, each), Active | Paused)}
        assert {each.member for each in member_directory.people(c, reader, limit=MOST).items} == here - reader.hidden
        readable = {
            challenge
            for challenge, said in posted(history).items()
            if said.author == member or (said.confidentiality in reader.classes and said.author not in reader.hidden)
        }
        assert {each.challenge for each in challenge_board.board(c, reader, limit=MOST).items} == readable
        own = {each.stream for each in history.recorded if member in (_two(each.event) or ())}
        met = {each.introduction for each in introductions.meetings(c, reader, limit=MOST).items}
        if not reader.hidden:
            assert own <= met


@soon
@given_a_reader
def test_of_what_is_open_a_reader_finds_all_but_what_has_to_do_with_whom_they_must_not_be_shown(
    history: History, member: str
) -> None:
    with seen(history) as c:
        reader = reader_at(c, member)
        if reader is not None:
            open_to_all = {each.id for each in evidence.all_evidence(c) if each.confidentiality in OPEN}
            found = evidence.readable(c, reader, open_to_all).keys()
            assert found == open_to_all - set(evidence.unshown(c, reader))


def _two(event: Any) -> tuple[str, str] | None:
    return (event.seeker, event.helper) if hasattr(event, "helper") and hasattr(event, "seeker") else None


@soon
@given_a_reader
def test_pages_put_together_are_the_whole_and_every_page_counts_all_of_it(history: History, member: str) -> None:
    with seen(history) as c:
        reader = reader_at(c, member)
        if reader is None:
            return
        for name, question in lists(c, reader).items():
            whole, page = question(limit=MOST), question(limit=2)
            items = list(page.items)
            while page.next is not None:
                assert page.count == whole.count
                page = question(limit=2, cursor=page.next)
                items += page.items
            assert tuple(items) == whole.items, name
            assert whole.count == len(whole.items), name


@soon
@given_a_reader
def test_the_log_is_an_auditors_and_tells_of_what_was_told_to_few_only_that_it_happened(
    history: History, member: str
) -> None:
    with seen(history) as c:
        reader = reader_at(c, member) or Reader(member=member)
        if not reader.auditor:
            with pytest.raises(NotTheirs):
                timeline.log(c, reader)
        moments = timeline.log(c, Reader(member=member, roles=frozenset({NetworkRole.AUDITOR})), limit=MOST)
        assert [each.position for each in moments] == [each.position for each in history.recorded[:MOST]]
        for moment, recorded in zip(moments, history.recorded, strict=False):
            told = (moment.stream, moment.actor, moment.words)
            assert all(told) if moment.confidentiality in OPEN else not any((*told, moment.on_behalf_of))
            sealed = moment.confidentiality is Confidentiality.SEALED
            name = CATALOGUE.by_type[type(recorded.event)].name
            unnamed = sealed or name.startswith(("coaching.", "budget.time-"))
            assert moment.name == (timeline.WITHHELD if unnamed else name)


@pytest.mark.parametrize(
    "cursor", ["", "%", "é", "bm90IGpzb24", "WyJib2FyZCIsImEiXQ", "WyJhbnN3ZXJzIiwxXQ", "WyJib2FyZCIsMSwyXQ", "W10"]
)
def test_a_foreign_or_broken_cursor_is_refused(cursor: str) -> None:
    with seen(History()) as c, pytest.raises(Malformed) as refused:
        challenge_board.board(c, Reader(member=ADA), cursor=cursor)
    assert refused.value.field == "cursor"


@pytest.mark.parametrize("limit", [-1, 0, MOST + 1, 2**70])
def test_a_page_of_no_or_too_many_items_is_refused(limit: int) -> None:
    with seen(History()) as c:
        for question in (challenge_board.board, timeline.news):
            with pytest.raises(Malformed) as refused:
                question(c, Reader(member=ADA), limit=limit)  # type: ignore[operator]
            assert refused.value.field == "limit"


def test_whom_a_reader_muted_is_theirs_alone_to_read() -> None:
    with seen(History()) as c:
        assert conflicts.declared_by(c, Reader(member=ADA)) == []
