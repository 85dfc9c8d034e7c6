"""Resources with what their readers say of them: asked for, shared, reviewed, used, retired."""

import sqlite3
from collections.abc import Collection
from datetime import datetime
from enum import StrEnum
from typing import Final

from msgspec import Struct

from domain.kernel import Recorded
from domain.resources import (
    ResourceRequested,
    ResourceRetired,
    ResourceReviewed,
    ResourceRevised,
    ResourceShared,
    ResourceUsed,
)
from domain.vocabulary import MemberId, OwnerId, StreamId
from projections.reading import Reader, not_hidden, told
from projections.shape import USUAL, Listed, Page, Projection, among, microseconds, only, rows

_SCHEMA: Final = """
    create table if not exists resources (
        resource text primary key,
        owner text not null,
        title text not null,
        kind text not null,
        grades text not null,
        topics text not null,
        url text not null,
        description text not null,
        status text not null,
        shared_at integer not null,
        since integer not null
    ) strict;
    create unique index if not exists resources_in_order on resources (since);
    create table if not exists resource_wishes (
        resource text not null,
        owner text not null,
        text text not null,
        at integer not null,
        position integer primary key
    ) strict;
    create table if not exists reviews (
        resource text not null,
        owner text not null,
        stars integer not null,
        text text not null,
        at integer not null,
        position integer not null,
        primary key (resource, owner)
    ) strict;
    create table if not exists resource_uses (
        resource text not null,
        member text not null,
        challenge text,
        at integer not null,
        position integer primary key
    ) strict;
    create index if not exists uses_of_resource on resource_uses (resource);
"""


class Status(StrEnum):
    SHARED = "shared"
    RETIRED = "retired"


class Resource(Struct, frozen=True, kw_only=True):
    resource: StreamId
    contributor: OwnerId
    title: str
    kind: str
    grades: str
    topics: str
    url: str
    description: str
    status: Status
    shared_at: datetime
    since: int
    reviews: int
    stars: float | None  # mean over each reviewer's latest review
    uses: int


class Wish(Struct, frozen=True, kw_only=True):
    """A resource that somebody asked for."""

    resource: StreamId
    member: MemberId
    text: str
    at: datetime
    position: int


class Review(Struct, frozen=True, kw_only=True):
    resource: StreamId
    member: MemberId
    stars: int
    text: str
    at: datetime
    position: int


def fill(connection: sqlite3.Connection, recorded: Recorded) -> None:
    resource, position = recorded.stream, recorded.position
    match recorded.event:
        case ResourceRequested(member=member, text=text):
            connection.execute(
                "insert into resource_wishes values (?, ?, ?, ?, ?)", (resource, member, text, _at(recorded), position)
            )
        case ResourceShared() as e:
            _share(connection, recorded, e)
        case ResourceRevised() as e:
            connection.execute(
                "update resources set title = ?, topics = ?, url = ?, description = ? where resource = ?",
                (e.title, e.topics, e.url, e.description, resource),
            )
        case ResourceReviewed(member=member, stars=stars, text=text):
            connection.execute(
                "insert or replace into reviews values (?, ?, ?, ?, ?, ?)",
                (resource, member, stars, text, _at(recorded), position),
            )
        case ResourceUsed(member=member, challenge=challenge):
            connection.execute(
                "insert into resource_uses values (?, ?, ?, ?, ?)",
                (resource, member, challenge, _at(recorded), position),
            )
        case ResourceRetired():
            connection.execute("update resources set status = 'retired' where resource = ?", (resource,))
        case _:
            pass


def _share(connection: sqlite3.Connection, recorded: Recorded, shared: ResourceShared) -> None:
    connection.execute("delete from resource_wishes where resource = ?", (recorded.stream,))
    connection.execute(
        "insert into resources values (?, ?, ?, ?, ?, ?, ?, ?, 'shared', ?, ?)",
        (
            recorded.stream,
            shared.contributor,
            shared.title,
            shared.kind,
            shared.grades,
            shared.topics,
            shared.url,
            shared.description,
            _at(recorded),
            recorded.position,
        ),
    )


def _at(recorded: Recorded) -> int:
    return microseconds(recorded.envelope.occurred_at)


PROJECTION: Final = Projection(name="resource shelf", schema=_SCHEMA, fill=fill)

_RESOURCES: Final = """
    select owner as contributor, *,
        (select count(*) from reviews where reviews.resource = resources.resource) as reviews,
        (select avg(stars) from reviews where reviews.resource = resources.resource) as stars,
        (select count(*) from resource_uses where resource_uses.resource = resources.resource) as uses
    from resources
"""


def resource(connection: sqlite3.Connection, resource: StreamId) -> Resource | None:
    return only(connection, Resource, f"{_RESOURCES} where resource = ?", (resource,))


def shelf(connection: sqlite3.Connection, *, after: StreamId = "", limit: int = 100) -> list[Resource]:
    """What can be used, in order of ids, beyond `after`."""
    sql = f"{_RESOURCES} where status = 'shared' and resource > ? order by resource limit ?"
    return list(rows(connection, Resource, sql, (after, limit)))


_REVIEW_SEEN: Final = f"reviews.resource = resources.resource and {not_hidden('reviews.owner')}"
_STOCK: Final = Listed(
    name="resources",
    of=Resource,
    table="resources",
    key=("since",),
    newest_first=True,
    select=f"""select owner as contributor, *, (select count(*) from reviews where {_REVIEW_SEEN}) as reviews,
        (select avg(stars) from reviews where {_REVIEW_SEEN}) as stars,
        (select count(*) from resource_uses as used
            where used.resource = resources.resource and {not_hidden("used.member")}) as uses
        from resources""",
)
_REVIEWS: Final = Listed(
    name="reviews",
    of=Review,
    table="reviews",
    key=("position",),
    newest_first=True,
    select="select owner as member, * from reviews",
)
_WISHES: Final = Listed(
    name="wishes",
    of=Wish,
    table="resource_wishes",
    key=("position",),
    select="select owner as member, * from resource_wishes",
)


def stock(
    connection: sqlite3.Connection, reader: Reader, *, cursor: str | None = None, limit: int = USUAL
) -> Page[Resource]:
    """What can be used, the newest first."""
    where = f"status = 'shared' and {not_hidden('owner')}"
    return _STOCK.page(connection, where, told(reader), cursor=cursor, limit=limit)


def seen(connection: sqlite3.Connection, reader: Reader, resource: StreamId) -> Resource | None:
    """A retired one too."""
    sql = f"{_STOCK.select} where resource = :resource and {not_hidden('owner')}"
    return only(connection, Resource, sql, told(reader, resource=resource))


def reviews(
    connection: sqlite3.Connection,
    reader: Reader,
    resource: StreamId,
    *,
    cursor: str | None = None,
    limit: int = USUAL,
) -> Page[Review]:
    """The latest of each reviewer, the newest first; none of a resource that is not there for this reader."""
    there = (
        f"exists (select 1 from resources as about where about.resource = :resource and {not_hidden('about.owner')})"
    )
    where = f"resource = :resource and {not_hidden('owner')} and {there}"
    return _REVIEWS.page(connection, where, told(reader, resource=resource), cursor=cursor, limit=limit)


def wishes(
    connection: sqlite3.Connection, reader: Reader, *, cursor: str | None = None, limit: int = USUAL
) -> Page[Wish]:
    """What was asked for and is not there yet, the oldest first."""
    return _WISHES.page(connection, not_hidden("owner"), told(reader), cursor=cursor, limit=limit)


def contributors(connection: sqlite3.Connection, resources: Collection[StreamId]) -> dict[StreamId, OwnerId]:
    """Who shared each of these resources, on the shelf or retired."""
    these, values = among("resource", resources)
    return dict(connection.execute(f"select resource, owner from resources where {these}", values))


def used_by(connection: sqlite3.Connection, member: MemberId, resources: Collection[StreamId]) -> frozenset[StreamId]:
    """Those of these resources that a member said to have used."""
    these, values = among("resource", resources)
    sql = f"select distinct resource from resource_uses where {these} and member = :member"
    return frozenset(each for (each,) in connection.execute(sql, {**values, "member": member}))
