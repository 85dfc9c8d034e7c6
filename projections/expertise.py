"""What members claim to know, who endorses it, and what they want to learn."""

import sqlite3
from collections import defaultdict
from typing import Final

from msgspec import Struct

from domain.kernel import Recorded
from domain.members import ExpertiseClaimed, ExpertiseEndorsed, ExpertiseRetired, GrowthAreaNamed, MemberErased
from domain.vocabulary import MemberId
from projections.reading import Reader, not_hidden, told
from projections.shape import Projection

_SCHEMA: Final = """
    create table if not exists expertise (
        owner text not null,
        topic text not null,
        position integer primary key
    ) strict;
    create unique index if not exists expertise_of_member on expertise (owner, topic);
    create table if not exists endorsements (
        owner text not null,
        topic text not null,
        endorser text not null,
        position integer primary key
    ) strict;
    create unique index if not exists endorsements_of_member on endorsements (owner, topic, endorser);
    create table if not exists growth_areas (
        owner text not null,
        topic text not null,
        position integer primary key
    ) strict;
    create unique index if not exists growth_areas_of_member on growth_areas (owner, topic);
"""


class Expertise(Struct, frozen=True, kw_only=True):
    topic: str
    endorsers: tuple[MemberId, ...]  # in the order in which they spoke, as far as the reader may know of them


def fill(connection: sqlite3.Connection, recorded: Recorded) -> None:
    member, position = recorded.stream, recorded.position
    match recorded.event:  # topics of who was erased are alike
        case ExpertiseClaimed(topic=topic):
            connection.execute("insert or ignore into expertise values (?, ?, ?)", (member, topic, position))
        case ExpertiseEndorsed(topic=topic, endorser=endorser):
            values = (member, topic, endorser, position)
            connection.execute("insert or ignore into endorsements values (?, ?, ?, ?)", values)
        case ExpertiseRetired(topic=topic):
            connection.execute("delete from expertise where owner = ? and topic = ?", (member, topic))
            connection.execute("delete from endorsements where owner = ? and topic = ?", (member, topic))
        case GrowthAreaNamed(topic=topic):
            connection.execute("insert or ignore into growth_areas values (?, ?, ?)", (member, topic, position))
        case MemberErased():
            for table in ("expertise", "endorsements", "growth_areas"):
                connection.execute(f"delete from {table} where owner = ?", (member,))
        case _:
            pass


PROJECTION: Final = Projection(name="expertise", schema=_SCHEMA, fill=fill)


def claimed(connection: sqlite3.Connection, reader: Reader, member: MemberId) -> tuple[Expertise, ...]:
    """In the order in which it was claimed."""
    sql = f"""select topic, endorser from endorsements where owner = :member and {not_hidden("endorser")}
        order by position"""
    endorsed = defaultdict[str, list[MemberId]](list)
    for topic, endorser in connection.execute(sql, told(reader, member=member)):
        endorsed[topic].append(endorser)
    topics = connection.execute("select topic from expertise where owner = ? order by position", (member,))
    return tuple(Expertise(topic=topic, endorsers=tuple(endorsed.get(topic, ()))) for (topic,) in topics)


def growth_areas(connection: sqlite3.Connection, member: MemberId) -> tuple[str, ...]:
    found = connection.execute("select topic from growth_areas where owner = ? order by position", (member,))
    return tuple(topic for (topic,) in found)
