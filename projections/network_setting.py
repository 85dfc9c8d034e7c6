"""What holds for the whole network: its calendar, its policies, the one in force, what was waived."""

import sqlite3
from typing import Final

import msgspec
from msgspec import Struct

from domain.calendar import SchoolCalendar
from domain.kernel import Recorded
from domain.networks import NetworkChartered, PolicyAdopted, PolicyProposed, RuleWaived, SchoolCalendarSet
from domain.policies import MatchingPolicy
from domain.refusals import IllegalMove, Unknown
from domain.vocabulary import StreamId, WaivableRule
from projections.shape import Projection

_SCHEMA: Final = """
    create table if not exists setting (
        one integer primary key check (one = 1),
        network text not null,
        name text not null,
        calendar text not null,
        policy_hash text not null
    ) strict;
    create table if not exists policies (hash text primary key, body text not null, since integer not null) strict;
    create table if not exists waivers (
        rule text not null,
        subject text not null,
        reason text not null,
        owner text not null,
        since integer not null,
        primary key (rule, subject)
    ) strict;
"""


class Setting(Struct, frozen=True, kw_only=True):
    network: str
    name: str
    calendar: SchoolCalendar
    policy_hash: str
    policy: MatchingPolicy
    waivers: frozenset[tuple[WaivableRule, StreamId]]  # rule, challenge


def fill(connection: sqlite3.Connection, recorded: Recorded) -> None:
    match recorded.event:
        case NetworkChartered(name=name, zone=zone):
            connection.execute(
                "insert into setting values (1, ?, ?, ?, '')",
                (recorded.network, name, _encoded(SchoolCalendar(zone=zone))),
            )
        case SchoolCalendarSet(calendar=calendar):
            connection.execute("update setting set calendar = ?", (_encoded(calendar),))
        case PolicyProposed(policy_hash=key, policy=proposed):
            connection.execute("insert into policies values (?, ?, ?)", (key, _encoded(proposed), recorded.position))
        case PolicyAdopted(policy_hash=key):
            connection.execute("update setting set policy_hash = ?", (key,))
        case RuleWaived(rule=rule, subject=subject, reason=reason):
            connection.execute(
                "insert into waivers values (?, ?, ?, ?, ?)",
                (rule, subject, reason, recorded.stream, recorded.position),
            )
        case _:
            pass


PROJECTION: Final = Projection(name="network setting", schema=_SCHEMA, fill=fill)


def setting(connection: sqlite3.Connection) -> Setting:
    """What holds now; refused while the network has no charter."""
    row = connection.execute("select network, name, calendar, policy_hash from setting where policy_hash <> ''")
    found = row.fetchone()
    if found is None:
        raise IllegalMove("this network has no charter yet", remedy="charter it first")
    network, name, calendar, key = found
    return Setting(
        network=network,
        name=name,
        calendar=msgspec.json.decode(calendar, type=SchoolCalendar),
        policy_hash=key,
        policy=policy(connection, key),
        waivers=frozenset(
            (WaivableRule(rule), subject) for rule, subject in connection.execute("select rule, subject from waivers")
        ),
    )


def policy(connection: sqlite3.Connection, policy_hash: str) -> MatchingPolicy:
    """A policy that was ever proposed, by its content hash."""
    found = connection.execute("select body from policies where hash = ?", (policy_hash,)).fetchone()
    if found is None:
        raise Unknown("no policy with this hash was proposed", field="policy_hash")
    return msgspec.json.decode(found[0], type=MatchingPolicy)


def _encoded(value: Struct) -> str:
    return msgspec.json.encode(value, order="deterministic").decode()
