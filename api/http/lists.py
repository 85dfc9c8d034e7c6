"""Recommendations and search: what is asked of the engine, and the lists it drew up, in words."""

from collections.abc import Sequence
from functools import partial
from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta, Struct

from api.http.access import Access
from api.http.answers import Answer, read
from api.http.calling import Call, Fresh, Paged, absent
from api.http.endpoints import NETWORK, Endpoint
from api.http.visit import Tables
from domain.eligibility import Mode
from domain.recommendations import ListKind
from domain.refusals import Malformed, NotTheirs, Unknown
from domain.vocabulary import Id, NetworkRole, StreamId
from engine.access import Seen
from engine.explaining import WordedList, in_words
from engine.finding import Found, find
from projections import challenge_board, member_directory, recommendation_lists, resource_shelf
from projections.reading import Reader
from projections.recommendation_lists import ListEntry
from projections.shape import Page

_TAG: Final = "recommendations"
_LIST: Final = f"{NETWORK}/recommendations/{{recommendation}}"


class Ask(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A need: a challenge of the reader's own, or their own id for challenges they could help with."""

    need: Id
    kind: ListKind = ListKind.PEERS
    mode: Mode = Mode.ANY
    on_behalf_of: Id | None = None


class WhyNot(Struct, frozen=True, kw_only=True):
    candidate: StreamId
    because: str
    change: str


class Search(Fresh, frozen=True, kw_only=True, forbid_unknown_fields=True):
    q: Annotated[str, Meta(min_length=1, max_length=500, description="What is looked for, in words.")]
    kind: Literal["member", "challenge", "resource"] | None = None
    limit: Annotated[int, Meta(ge=1, le=100)] = 20


def _ask(call: Call) -> Answer:
    """The list is its reader's, and worded as they read it; who asked for them is shown it once, here."""
    asked: Ask = call.body
    call.read(partial(_may_ask, asked))
    reader = asked.on_behalf_of or call.bearer.member
    issued = call.system.recommend(call.network, reader, asked.need, asked.kind, asked.mode)
    if reader != call.bearer.member:
        call.record(Seen(subjects=frozenset({issued.recommendation}), members=frozenset({reader})))
    theirs = msgspec.structs.replace(call.bearer, member=reader)
    return _worded(issued.recommendation, msgspec.structs.replace(call, bearer=theirs, access=Access.MEMBER))


def _may_ask(asked: Ask, connection: Tables, caller: Reader) -> None:
    """Of a challenge that they see, its author; another's list only a facilitator asks for."""
    reader = asked.on_behalf_of or caller.member
    if reader != caller.member:
        if NetworkRole.FACILITATOR not in caller.roles or not caller.staff:
            raise NotTheirs("only a facilitator asks for somebody else", field="on_behalf_of")
        if member_directory.profile(connection, caller, reader) is None:
            raise Unknown("there is no such member in this network", field="on_behalf_of")
    if (asked.need == reader) != (asked.kind is ListKind.CHALLENGES):
        raise Malformed(
            "challenges to help with are for a member, all other lists for a challenge",
            field="kind",
            remedy=f'with a member as need the kind is "{ListKind.CHALLENGES}", with a challenge another',
        )
    if asked.need == reader:
        return
    seen = challenge_board.seen(connection, caller, asked.need)
    if seen is None:
        raise Unknown("there is no such challenge in this network", field="need")
    if seen.author != reader:
        raise NotTheirs(
            "this challenge is somebody else's: a list is for its author",
            field="need",
            remedy="post a challenge of your own; a facilitator names the author in on_behalf_of",
        )


def _shown(call: Call) -> Answer:
    return _worded(call.path["recommendation"], call)


def _worded(recommendation: StreamId, call: Call) -> Answer:
    position, words = call.read_at(partial(_in_words, recommendation))
    return read(words, position=position)


def _in_words(recommendation: StreamId, connection: Tables, reader: Reader) -> WordedList:
    found = recommendation_lists.seen(connection, reader, recommendation)
    if found is None:
        raise absent("recommendation")
    return in_words(connection, found, confided=not reader.operator)


def _why_not(call: Call) -> Answer:
    recommendation, candidate = call.path["recommendation"], call.path["candidate"]
    call.at_present()
    position, _ = call.read_at(partial(_both_seen, recommendation, candidate))
    found = call.system.lists.why_not(call.network, recommendation, candidate)
    return read(WhyNot(candidate=candidate, because=found.because, change=found.change), position=position)


def _both_seen(recommendation: StreamId, candidate: StreamId, connection: Tables, reader: Reader) -> None:
    if recommendation_lists.seen(connection, reader, recommendation) is None:
        raise absent("recommendation")
    look = _CANDIDATES.get(candidate.partition("-")[0])
    if look is None or look(connection, reader, candidate) is None:
        raise absent("candidate")


_CANDIDATES: Final = {
    "member": member_directory.profile,
    "challenge": challenge_board.seen,
    "resource": resource_shelf.seen,
}


def _issued(call: Call) -> Answer:
    position, page = call.read_at(
        lambda connection, reader: recommendation_lists.issued_to(
            connection, reader, cursor=call.query.cursor, limit=call.limit
        )
    )
    return read(page, position=position)


def _found(call: Call) -> Answer:
    asked: Search = call.query
    call.read(lambda _, reader: reader)
    if not asked.q.isprintable():
        raise Malformed("characters that cannot be looked for", field="q")
    found = find(call.system, call.network, call.bearer.member, asked.q, asked.kind, asked.limit, when=call.when)
    subjects = [each.subject for each in found]
    position, seen = call.read_at(lambda connection, reader: _by_office(connection, reader, subjects))
    call.record(seen)
    return read(found, position=position, by_office=seen is not None)


def _by_office(connection: Tables, reader: Reader, found: Sequence[StreamId]) -> Seen | None:
    """Of what was found, whatever is, or belongs to, somebody whom only staff are shown."""
    owners = {each: each for each in found if each.startswith("member-")}
    owners |= challenge_board.authors(connection, found) | resource_shelf.contributors(connection, found)
    theirs = {subject: owner for subject, owner in owners.items() if owner in reader.apart}
    return Seen(subjects=frozenset(theirs), members=frozenset(theirs.values())) if theirs else None


LISTS: Final[tuple[Endpoint, ...]] = (
    Endpoint(
        method="POST",
        path=f"{NETWORK}/recommendations",
        name="ask_for_recommendations",
        tag=_TAG,
        access=Access.TAKES_PART,
        summary="Ask for a list of people, resources or challenges that fit a need",
        about="The stored list while nothing changed that matters to it, else a new one. "
        "The first time a text is met it has to be understood, which takes longer. "
        "A facilitator may ask for a member: the list is that member's, and is read again by asking again.",
        gives=WordedList,
        body=Ask,
        example={"need": "challenge-00000001", "kind": "peers in the same boat"},
        slow=True,
        answer=_ask,
    ),
    Endpoint(
        method="GET",
        path=f"{NETWORK}/recommendations",
        name="list_recommendations",
        tag=_TAG,
        access=Access.MEMBER,
        summary="One's own lists, the newest first",
        gives=Page[ListEntry],
        query=Paged,
        lasting=True,
        answer=_issued,
    ),
    Endpoint(
        method="GET",
        path=_LIST,
        name="read_recommendation",
        tag=_TAG,
        access=Access.MEMBER,
        summary="A list in words: who, why, by which passage, and who was nearly there",
        gives=WordedList,
        query=Fresh,
        lasting=True,
        answer=_shown,
    ),
    Endpoint(
        method="GET",
        path=f"{_LIST}/why-not/{{candidate}}",
        name="why_not",
        tag=_TAG,
        access=Access.MEMBER,
        summary="What keeps somebody or something off a list, as things stand now",
        gives=WhyNot,
        query=Fresh,
        slow=True,
        answer=_why_not,
    ),
    Endpoint(
        method="GET",
        path=f"{NETWORK}/search",
        name="search",
        tag="search",
        access=Access.MEMBER,
        summary="Look for members, challenges and resources by words and meaning",
        gives=list[Found],
        query=Search,
        slow=True,
        answer=_found,
    ),
)
