"""By which calendar and which promises the clocks of coaching cases run."""

import sqlite3
from functools import lru_cache
from typing import Final

import msgspec
from msgspec import Struct

from domain.calendar import SchoolCalendar
from domain.networks import NetworkChartered, PolicyAdopted, PolicyProposed
from domain.policies import CoachingPolicy

SCHEMA: Final = """
    create table if not exists coaching_setting (
        one integer primary key check (one = 1),
        calendar text not null,
        policy text not null
    ) strict;
    create table if not exists coaching_policies (hash text primary key, body text not null) strict;
"""


class Setting(Struct, frozen=True):
    calendar: SchoolCalendar
    policy: CoachingPolicy


def take(connection: sqlite3.Connection, event: NetworkChartered | PolicyProposed | PolicyAdopted) -> None:
    match event:
        case NetworkChartered(zone=zone):
            values = _encoded(SchoolCalendar(zone=zone)), _encoded(CoachingPolicy())
            connection.execute("insert into coaching_setting values (1, ?, ?)", values)
        case PolicyProposed(policy_hash=key, policy=proposed):
            connection.execute("insert into coaching_policies values (?, ?)", (key, _encoded(proposed.coaching)))
        case PolicyAdopted(policy_hash=key):
            connection.execute(
                "update coaching_setting set policy = (select body from coaching_policies where hash = ?)", (key,)
            )


def set_calendar(connection: sqlite3.Connection, calendar: SchoolCalendar) -> None:
    connection.execute("update coaching_setting set calendar = ?", (_encoded(calendar),))


def setting(connection: sqlite3.Connection) -> Setting:
    calendar, policy = connection.execute("select calendar, policy from coaching_setting").fetchone()
    return Setting(_calendar(calendar), _policy(policy))


@lru_cache(maxsize=16)
def _calendar(body: str) -> SchoolCalendar:
    return msgspec.json.decode(body, type=SchoolCalendar)


@lru_cache(maxsize=16)
def _policy(body: str) -> CoachingPolicy:
    return msgspec.json.decode(body, type=CoachingPolicy)


def _encoded(value: Struct) -> str:
    return msgspec.json.encode(value, order="deterministic").decode()
