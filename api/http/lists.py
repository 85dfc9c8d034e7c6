"""Recommendations and search: what is asked of the engine, and the lists it drew up, in words."""

from functools import partial
from typing import Annotated, Final, Literal

from msgspec import Meta, Struct

from api.http.access import Access, permit
from api.http.answers import Answer, read
from api.http.calling import Call, Fresh, Paged, absent
from api.http.endpoints import NETWORK, Endpoint
from api.http.visit import Tables
from domain.eligibility import Mode
from domain.recommendations import ListKind
from domain.refusals import Malformed, Unknown
from domain.vocabulary import Id, StreamId
from engine.explaining import WordedList, in_words
from engine.finding import Found, find
from projections import challenge_board, member_directory, recommendation_lists, resource_shelf
from projections.reading import Reader
from projections.recommendation_lists import ListEntry
from projections.shape import Page

_TAG: Final = "recommendations"
_LIST: Final = f"{NETWORK}/recommendations/{{recommendation}}"


class Ask(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A need: a challenge that the reader may see, or the reader's own id for challenges they could help with."""

    need: Id
    kind: ListKind = ListKind.PEERS
    mode: Mode = Mode.ANY


class WhyNot(Struct, frozen=True, kw_only=True):
    candidate: StreamId
    because: str


class Search(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    q: Annotated[str, Meta(min_length=1, max_length=500, description="What is looked for, in words.")]
    kind: Literal["member", "challenge", "resource"] | None = None
    limit: Annotated[int, Meta(ge=1, le=100)] = 20


def _ask(call: Call) -> Answer:
    asked: Ask = call.body
    call.read(partial(_known_need, asked))
    issued = call.system.recommend(call.network, call.bearer.member, asked.need, asked.kind, asked.mode)
    return _worded(issued.recommendation, call)


def _known_need(asked: Ask, connection: Tables, reader: Reader) -> None:
    own = asked.need == reader.member
    if not own and challenge_board.seen(connection, reader, asked.need) is None:
        raise Unknown("there is no such challenge in this network", field="need")


def _shown(call: Call) -> Answer:
    return _worded(call.path["recommendation"], call)


def _worded(recommendation: StreamId, call: Call) -> Answer:
    position, words = call.read_at(partial(_in_words, recommendation))
    return read(words, position=position)


def _in_words(recommendation: StreamId, connection: Tables, reader: Reader) -> WordedList:
    found = recommendation_lists.seen(connection, reader, recommendation)
    if found is None:
        raise absent("recommendation")
    return in_words(connection, found)


def _why_not(call: Call) -> Answer:
    recommendation, candidate = call.path["recommendation"], call.path["candidate"]
    position, _ = call.read_at(partial(_both_seen, recommendation, candidate))
    because = call.system.why_not(call.network, recommendation, candidate)
    return read(WhyNot(candidate=candidate, because=because), position=position)


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
    reader = call.system.queries.reader(call.network, call.bearer.member)
    permit(call.access, reader)
    if not asked.q.isprintable():
        raise Malformed("characters that cannot be looked for", field="q")
    found = find(call.system, call.network, call.bearer.member, asked.q, asked.kind, asked.limit)
    return read(found, position=call.system.store.head())


LISTS: Final[tuple[Endpoint, ...]] = (
    Endpoint(
        method="POST",
        path=f"{NETWORK}/recommendations",
        name="ask_for_recommendations",
        tag=_TAG,
        access=Access.TAKES_PART,
        summary="Ask for a list of people, resources or challenges that fit a need",
        about="The stored list while nothing changed that matters to it, else a new one. "
        "The first time a text is met it has to be understood, which takes longer.",
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
