"""What holds for the whole network: its calendar, its policies, the one in force, what was waived."""

import sqlite3
from typing import Final

import msgspec
from msgspec import Struct

from domain.calendar import SchoolCalendar
from domain.kernel import Recorded
from domain.networks import (
    CharterSectionRevised,
    CohortClosed,
    CohortOpened,
    NetworkChartered,
    PolicyAdopted,
    PolicyProposed,
    RuleWaived,
    SchoolCalendarSet,
    Section,
)
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
    create table if not exists charter_sections (
        section text primary key,
        owner text not null,
        text text not null
    ) strict, without rowid;
    create table if not exists cohorts (
        position integer primary key,
        owner text not null,
        cohort text not null,
        open integer not null
    ) strict;
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


class Cohort(Struct, frozen=True, kw_only=True):
    cohort: str
    open: bool


class Charter(Struct, frozen=True, kw_only=True):
    """What every member may read of their network."""

    network: str
    name: str
    sections: dict[Section, str]
    cohorts: tuple[Cohort, ...]  # in the order in which they opened
    calendar: SchoolCalendar
    policy_hash: str


def fill(connection: sqlite3.Connection, recorded: Recorded) -> None:
    match recorded.event:
        case NetworkChartered(name=name, zone=zone):
            connection.execute(
                "insert into setting values (1, ?, ?, ?, '')",
                (recorded.network, name, _encoded(SchoolCalendar(zone=zone))),
            )
        case SchoolCalendarSet(calendar=calendar):
            connection.execute("update setting set calendar = ?", (_encoded(calendar),))
        case CharterSectionRevised(section=section, text=text):
            connection.execute(
                "insert or replace into charter_sections values (?, ?, ?)", (section, recorded.stream, text)
            )
        case CohortOpened(cohort=cohort):
            connection.execute("insert into cohorts values (?, ?, ?, 1)", (recorded.position, recorded.stream, cohort))
        case CohortClosed(cohort=cohort):
            connection.execute("update cohorts set open = 0 where cohort = ?", (cohort,))
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


def charter(connection: sqlite3.Connection) -> Charter:
    """The charter as it stands; refused while there is none."""
    now = setting(connection)
    sections = connection.execute("select section, text from charter_sections").fetchall()
    written = dict(sections)
    cohorts = connection.execute("select cohort, open from cohorts order by position")
    return Charter(
        network=now.network,
        name=now.name,
        sections={each: written[each] for each in Section if each in written},
        cohorts=tuple(Cohort(cohort=cohort, open=bool(is_open)) for cohort, is_open in cohorts),
        calendar=now.calendar,
        policy_hash=now.policy_hash,
    )


def policy(connection: sqlite3.Connection, policy_hash: str) -> MatchingPolicy:
    """A policy that was ever proposed, by its content hash."""
    found = connection.execute("select body from policies where hash = ?", (policy_hash,)).fetchone()
    if found is None:
        raise Unknown("no policy with this hash was proposed", field="policy_hash")
    return msgspec.json.decode(found[0], type=MatchingPolicy)


def _encoded(value: Struct) -> str:
    return msgspec.json.encode(value, order="deterministic").decode()
