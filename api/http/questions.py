"""What is asked of the projections for one reader, where that takes more than a query's name."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Annotated, Any

from msgspec import Meta, Struct

from api.http.answers import Answer, read
from api.http.calling import Call, Fresh, Limit, Paged, absent
from api.http.visit import Tables
from domain.calendar import day_of
from domain.policies import MatchingPolicy
from domain.vocabulary import Id, MemberId, NetworkRole, StreamId
from projections import (
    challenge_board,
    conflicts,
    member_directory,
    network_setting,
    resource_shelf,
    ties,
    time_budgets,
    timeline,
)
from projections.challenge_board import Answer as Reply
from projections.challenge_board import Challenge, Status
from projections.conflicts import Conflict
from projections.member_directory import Profile
from projections.reading import Reader
from projections.resource_shelf import Review
from projections.shape import Page
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


class Board(Paged, frozen=True, kw_only=True, forbid_unknown_fields=True):
    status: Status | None = None
    author: Id | None = None


class OfMember(Paged, frozen=True, kw_only=True, forbid_unknown_fields=True):
    member: Id | None = None


class Since(Fresh, frozen=True, kw_only=True, forbid_unknown_fields=True):
    after: Annotated[int, Meta(ge=0, le=2**53, description="Only what lies beyond this position of the log.")] = 0
    limit: Limit | None = None


def shown(query: Query, call: Call, kind: str = "thing") -> Answer:
    """What the query finds."""
    looked = call.look(lambda connection, reader: query(connection, reader, call))
    if looked.found is None:
        raise absent(kind)
    return read(looked.found, position=looked.position, by_office=looked.by_office)


def paged(asked: Callable[..., Page[Any]]) -> Query:
    """A query function that needs no more than a page's place."""
    return lambda connection, reader, call: asked(connection, reader, cursor=call.query.cursor, limit=call.limit)


def by_path(asked: Callable[[Tables, Reader, str], object], kind: str) -> Query:
    """One thing, by what the path names."""
    return lambda connection, reader, call: asked(connection, reader, call.path[kind])


def me(connection: Tables, reader: Reader, call: Call) -> Me:
    return Me(
        member=reader.member,
        network=call.network,
        roles=tuple(sorted(reader.roles)),
        takes_part=reader.takes_part,
        profile=member_directory.profile(connection, reader, reader.member),
        conflicts=tuple(conflicts.declared_by(connection, reader)),
        muted=tuple(conflicts.muted_by(connection, reader)),
    )


def today(connection: Tables, call: Call) -> date:
    """The day as of which it is asked, where the network is."""
    if call.query.on is not None:
        found: date = call.query.on
        return found
    return day_of(_instant(connection, call), network_setting.setting(connection).calendar)


def _instant(connection: Tables, call: Call) -> datetime:
    as_of = call.when.as_of
    if isinstance(as_of, datetime):
        return as_of
    last = [] if as_of is None else timeline.latest(connection, 1)
    return last[0].recorded_at if last else call.system.clock()


def time_offer(connection: Tables, reader: Reader, call: Call) -> TimeOffer | None:
    return time_budgets.offered(connection, reader, call.path["member"], today(connection, call))


def the_expert_budget(connection: Tables, reader: Reader, call: Call) -> TimeOffer | None:
    return time_budgets.offered(connection, reader, call.network, today(connection, call))


def the_board(connection: Tables, reader: Reader, call: Call) -> Page[Challenge]:
    asked: Board = call.query
    return challenge_board.board(
        connection, reader, status=asked.status, author=asked.author, cursor=asked.cursor, limit=call.limit
    )


def replies(connection: Tables, reader: Reader, call: Call) -> Page[Reply] | None:
    challenge = call.path["challenge"]
    if challenge_board.seen(connection, reader, challenge) is None:
        raise absent("challenge")
    return challenge_board.answers(connection, reader, challenge, cursor=call.query.cursor, limit=call.limit)


def reviews(connection: Tables, reader: Reader, call: Call) -> Page[Review]:
    resource = call.path["resource"]
    if resource_shelf.seen(connection, reader, resource) is None:
        raise absent("resource")
    return resource_shelf.reviews(connection, reader, resource, cursor=call.query.cursor, limit=call.limit)


def the_ties(connection: Tables, reader: Reader, call: Call) -> Page[Tie]:
    asked: OfMember = call.query
    return ties.ties_seen(connection, reader, member=asked.member, cursor=asked.cursor, limit=call.limit)


def policy(connection: Tables, _: Reader, call: Call) -> MatchingPolicy:
    return network_setting.policy(connection, call.path["policy_hash"])


def the_log(connection: Tables, reader: Reader, call: Call) -> list[Moment]:
    return timeline.log(connection, reader, after=call.query.after, limit=call.limit)
