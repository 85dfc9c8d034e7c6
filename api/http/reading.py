"""Addresses that are read: each a query of the projections, asked for one reader."""

from collections.abc import Callable
from functools import partial
from typing import Annotated, Any, Final

from msgspec import Meta, Struct

from api.http.access import Access
from api.http.answers import Answer, read
from api.http.calling import Call, Cursor, Fresh, Limit, Paged, Position, absent
from api.http.endpoints import NETWORK, Endpoint
from api.http.visit import Tables
from domain.budgets import budget_of
from domain.calendar import day_of
from domain.policies import MatchingPolicy
from domain.vocabulary import Confidentiality, Id, MemberId, NetworkRole, StreamId
from projections import (
    challenge_board,
    conflicts,
    introductions,
    member_directory,
    network_setting,
    resource_shelf,
    site_tree,
    ties,
    time_budgets,
    timeline,
)
from projections.challenge_board import Answer as Reply
from projections.challenge_board import Challenge, Status
from projections.conflicts import Conflict
from projections.introductions import Introduction
from projections.member_directory import MemberEntry, Profile
from projections.network_setting import Charter
from projections.reading import Reader
from projections.resource_shelf import Resource, Review, Wish
from projections.shape import Page
from projections.site_tree import Site
from projections.ties import Tie
from projections.time_budgets import TimeOffer
from projections.timeline import Moment

Query = Callable[[Tables, Reader, Call], Any]


class Me(Struct, frozen=True, kw_only=True):
    """Who is asking, and what only they may read of themselves."""

    member: MemberId
    network: StreamId
    roles: tuple[NetworkRole, ...]
    takes_part: bool
    profile: Profile | None
    conflicts: tuple[Conflict, ...]  # declared by them
    muted: tuple[MemberId, ...]


class Board(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    status: Status | None = None
    author: Id | None = None
    cursor: Cursor | None = None
    limit: Limit | None = None
    after_position: Position | None = None


class OfMember(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    member: Id | None = None
    cursor: Cursor | None = None
    limit: Limit | None = None
    after_position: Position | None = None


class Since(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    after: Annotated[int, Meta(ge=0, le=2**53, description="Only what lies beyond this position of the log.")] = 0
    limit: Limit | None = None
    after_position: Position | None = None


def _shown(query: Query, call: Call, kind: str | None = None) -> Answer:
    """What the query finds; with a kind, one thing, whose version is read first so that it is never too new."""
    version = call.system.store.version(_stream(kind, call)) if kind else None
    position, found = call.read_at(lambda connection, reader: query(connection, reader, call))
    if found is None:
        raise absent(kind or "thing")
    return read(found, position=position, version=version)


def _stream(kind: str, call: Call) -> StreamId:
    if kind == "budget":
        return budget_of(call.path["member"])
    return call.path[kind]


def _get(path: str, name: str, summary: str, gives: Any, found_by: Query, **more: Any) -> Endpoint:  # noqa: ANN401 - an Endpoint's
    kind: str | None = more.pop("kind", None)
    settled: dict[str, Any] = {"access": Access.MEMBER, "query": Fresh, "lasting": True} | more
    return Endpoint(
        method="GET",
        path=f"{NETWORK}{path}",
        name=name,
        tag=[*path.split("/"), "network"][1],
        summary=summary,
        gives=gives,
        answer=partial(_shown, found_by, kind=kind),
        **settled,
    )


def _paged(asked: Callable[..., Page[Any]]) -> Query:
    """A query function that needs no more than a page's place."""
    return lambda connection, reader, call: asked(connection, reader, cursor=call.query.cursor, limit=call.limit)


def _of(asked: Callable[[Tables, Reader, str], object], kind: str) -> Query:
    """One thing, by what the path names."""
    return lambda connection, reader, call: asked(connection, reader, call.path[kind])


def _me(connection: Tables, reader: Reader, call: Call) -> Me:
    return Me(
        member=reader.member,
        network=call.network,
        roles=tuple(sorted(reader.roles)),
        takes_part=reader.takes_part,
        profile=member_directory.profile(connection, reader, reader.member),
        conflicts=tuple(conflicts.declared_by(connection, reader)),
        muted=tuple(conflicts.muted_by(connection, reader)),
    )


def _offer(connection: Tables, reader: Reader, call: Call) -> TimeOffer | None:
    today = day_of(call.system.clock(), network_setting.setting(connection).calendar)
    return time_budgets.offered(connection, reader, call.path["member"], today)


def _board(connection: Tables, reader: Reader, call: Call) -> Page[Challenge]:
    asked: Board = call.query
    return challenge_board.board(
        connection, reader, status=asked.status, author=asked.author, cursor=asked.cursor, limit=call.limit
    )


def _replies(connection: Tables, reader: Reader, call: Call) -> Page[Reply] | None:
    challenge = call.path["challenge"]
    if challenge_board.seen(connection, reader, challenge) is None:
        raise absent("challenge")
    return challenge_board.answers(connection, reader, challenge, cursor=call.query.cursor, limit=call.limit)


def _reviews(connection: Tables, reader: Reader, call: Call) -> Page[Review]:
    resource = call.path["resource"]
    if resource_shelf.seen(connection, reader, resource) is None:
        raise absent("resource")
    return resource_shelf.reviews(connection, reader, resource, cursor=call.query.cursor, limit=call.limit)


def _ties(connection: Tables, reader: Reader, call: Call) -> Page[Tie]:
    asked: OfMember = call.query
    return ties.ties_seen(connection, reader, member=asked.member, cursor=asked.cursor, limit=call.limit)


def _policy(connection: Tables, _: Reader, call: Call) -> MatchingPolicy:
    return network_setting.policy(connection, call.path["policy_hash"])


def _log(connection: Tables, reader: Reader, call: Call) -> list[Moment]:
    return timeline.log(connection, reader, after=call.query.after, limit=call.limit)


_OWN_AND_OPEN: Final = f"Of the classes {Confidentiality.PUBLIC} and {Confidentiality.NETWORK}, and one's own."

READS: Final[tuple[Endpoint, ...]] = (
    _get(
        "",
        "read_network",
        "The network: charter, cohorts, calendar, policy in force",
        Charter,
        lambda connection, _, __: network_setting.charter(connection),
        kind="network",
    ),
    _get("/me", "read_me", "Who one is here", Me, _me),
    _get("/members", "list_members", "The members", Page[MemberEntry], _paged(member_directory.people), query=Paged),
    _get(
        "/members/{member}",
        "read_member",
        "A member's profile",
        Profile,
        _of(member_directory.profile, "member"),
        kind="member",
    ),
    _get(
        "/members/{member}/budget",
        "read_time_budget",
        "Minutes offered, held, spent and free today",
        TimeOffer,
        _offer,
        kind="budget",
        lasting=False,
        about="One's own; staff read everybody's.",
    ),
    _get("/sites", "list_sites", "The sites", Page[Site], _paged(site_tree.places), query=Paged),
    _get(
        "/sites/{site}",
        "read_site",
        "A site",
        Site,
        lambda connection, _, call: site_tree.site(connection, call.path["site"]),
        kind="site",
    ),
    _get(
        "/challenges",
        "list_challenges",
        "The challenges, the newest first",
        Page[Challenge],
        _board,
        query=Board,
        about=_OWN_AND_OPEN,
    ),
    _get(
        "/challenges/{challenge}",
        "read_challenge",
        "A challenge",
        Challenge,
        _of(challenge_board.seen, "challenge"),
        kind="challenge",
    ),
    _get(
        "/challenges/{challenge}/answers",
        "list_answers",
        "The answers to a challenge",
        Page[Reply],
        _replies,
        query=Paged,
    ),
    _get(
        "/resources",
        "list_resources",
        "The resources on the shelf",
        Page[Resource],
        _paged(resource_shelf.stock),
        query=Paged,
    ),
    _get(
        "/resources/requests",
        "list_requests",
        "Resources that somebody asked for",
        Page[Wish],
        _paged(resource_shelf.wishes),
        query=Paged,
    ),
    _get(
        "/resources/{resource}",
        "read_resource",
        "A resource",
        Resource,
        _of(resource_shelf.seen, "resource"),
        kind="resource",
    ),
    _get(
        "/resources/{resource}/reviews",
        "list_reviews",
        "What its readers say of a resource",
        Page[Review],
        _reviews,
        query=Paged,
    ),
    _get(
        "/introductions",
        "list_introductions",
        "One's introductions",
        Page[Introduction],
        _paged(introductions.meetings),
        query=Paged,
        about="Those in which one is one of the two; staff see that of others too.",
    ),
    _get(
        "/introductions/{introduction}",
        "read_introduction",
        "An introduction",
        Introduction,
        _of(introductions.seen, "introduction"),
        kind="introduction",
    ),
    _get(
        "/ties",
        "list_ties",
        "Who helped whom",
        Page[Tie],
        _ties,
        query=OfMember,
        about="One's own; staff and auditors read all.",
    ),
    _get(
        "/policies/{policy_hash}",
        "read_policy",
        "A policy that was ever proposed, by its hash",
        MatchingPolicy,
        _policy,
    ),
    _get(
        "/events",
        "list_events",
        "The log, moment by moment",
        list[Moment],
        _log,
        access=Access.AUDITOR,
        query=Since,
        about="What is told to few shows its position, times and class alone. Follow it at `/events/stream`.",
    ),
)
