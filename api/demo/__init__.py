"""The demo network: invented people, one school year, told by the CSV tables beside this file."""

import csv
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from api.demo import coaching
from domain.calendar import Term
from domain.challenges import ChangeChallengeStage, ResolveChallenge
from domain.introductions import (
    ConfirmHelp,
    ConsentToIntroduction,
    DeclineIntroduction,
    OfferIntroduction,
    RecordMeeting,
)
from domain.kernel import Command
from domain.members import DeclareConflict, EndorseExpertise, PauseMember, ResumeMember
from domain.networks import CharterNetwork, SetSchoolCalendar
from domain.refusals import CommandReused
from domain.vocabulary import OPERATOR, MemberId, StreamId
from engine.commands import Order, Sender, build
from engine.importing import plan_import
from engine.importing.ids import Ids
from engine.importing.tables import TABLES
from engine.runtime import Confrere

NETWORK: Final[StreamId] = "network-de300000000000000000000000000001"
NAME: Final = "Bridgewater Improvement Network"
ZONE: Final = "America/New_York"
FOLDER: Final = Path(__file__).parent
SPEAKERS: Final = {"member": "m39", "facilitator": "m01", "auditor": "m03"}  # the first posted what is shown first
SHOWN: Final = ("c049", "c057", "c020")  # challenges for which peers, resources and experts all exist
NEED: Final = "k26"  # an open one for which every rung of the ladder has something to offer
ENDED: Final = datetime(2026, 6, 12, 15, tzinfo=ZoneInfo(ZONE))  # the year

_BEGAN: Final = datetime(2025, 8, 1, 9, tzinfo=ZoneInfo(ZONE))
_ANSWERED_AFTER: Final = timedelta(hours=5)
Row = Mapping[str, str]


def tell(system: Confrere, progress: Callable[[int], None] | None = None) -> int:
    """Record the year in the order in which it happened; again it changes nothing. Says how many events there are."""
    try:
        return _tell(system, progress)
    except CommandReused as reused:  # the tables, or the defaults that a network is chartered with, are others now
        raise CommandReused(
            "this folder's year was recorded by another version",
            field="demo",
            remedy="remove the folder, or name another",
        ) from reused


def _tell(system: Confrere, progress: Callable[[int], None] | None) -> int:
    _charter(system)
    plan = plan_import([FOLDER / f"{table}.csv" for table in TABLES], NETWORK, system.keys, zone=ZONE)
    for fault in plan.refusals:
        raise RuntimeError(f"the demo's tables are at fault: {fault}")
    told = [one.order for one in plan.orders]
    told += [*_history(plan.ids), *coaching.told(plan.ids, NETWORK, ZONE)]
    told.sort(key=lambda order: order.at)
    sender = Sender(network=NETWORK, actor=OPERATOR, command_id="demo-year")
    done = system.commands.handle_all(told, sender, progress=progress)
    for place, refusal in done.refusals:
        raise RuntimeError(f"the demo contradicts itself at {told[place].command!r}") from refusal
    return len(done.events)


def challenges(system: Confrere) -> tuple[StreamId, ...]:
    """The ids of the challenges worth showing."""
    ids = Ids(NETWORK, system.keys)
    return tuple(ids.of("challenge", key) for key in SHOWN)


def need(system: Confrere) -> StreamId:
    """The coaching case worth showing."""
    return coaching.case(Ids(NETWORK, system.keys), NEED)


def speakers(system: Confrere) -> dict[str, MemberId]:
    """One member of each kind that reads differently, by what they are."""
    ids = Ids(NETWORK, system.keys)
    return {kind: ids.of("member", key) for kind, key in SPEAKERS.items()}


def _charter(system: Confrere) -> None:
    calendar = build(
        SetSchoolCalendar,
        network=NETWORK,
        zone=ZONE,
        terms=(
            Term(name="fall 2025", first=date(2025, 8, 18), last=date(2025, 12, 19)),
            Term(name="spring 2026", first=date(2026, 1, 5), last=date(2026, 6, 12)),
        ),
        holidays=(date(2025, 9, 1), date(2025, 11, 27), date(2025, 11, 28), date(2026, 1, 19), date(2026, 5, 25)),
    )
    for command in (CharterNetwork(network=NETWORK, name=NAME, zone=ZONE), calendar):
        sender = Sender(network=NETWORK, actor=OPERATOR, command_id=f"demo-{type(command).__name__}")
        system.commands.handle(Order(command=command, at=_BEGAN), sender)


def _history(ids: Ids) -> Iterator[Order]:
    with (FOLDER / "history.csv").open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    declined = {_pair(row) for row in rows if row["what"] == "declined"}
    for row in rows:
        yield from _orders(row, ids, declined)


def _pair(row: Row) -> tuple[str, str, str]:
    return row["member"], row["other"], row["challenge"]


def _orders(row: Row, ids: Ids, declined: set[tuple[str, str, str]]) -> Iterator[Order]:
    at = datetime.fromisoformat(row["at"]).replace(tzinfo=ZoneInfo(ZONE))
    member, other, challenge = (ids.of(kind, row[column]) for kind, column in _NAMED)
    introduction = ids.of("introduction", "|".join(_pair(row)))

    def says(who: StreamId, command: type[Command], /, later: timedelta = timedelta(), **fields: object) -> Order:
        return Order(command=build(command, **fields), at=at + later, on_behalf_of=who)

    match row["what"]:
        case "supervises":
            yield says(member, DeclareConflict, member=member, other=other, kind="supervises")
        case "introduction":
            yield says(
                member,
                OfferIntroduction,
                introduction=introduction,
                seeker=member,
                helper=other,
                challenge=challenge,
                minutes=int(row["minutes"]),
            )
            if _pair(row) not in declined:
                yield says(other, ConsentToIntroduction, _ANSWERED_AFTER, introduction=introduction, member=other)
        case "declined":
            yield says(other, DeclineIntroduction, introduction=introduction, member=other)
        case "helped":
            met = at - timedelta(hours=2)
            yield says(member, RecordMeeting, introduction=introduction, minutes=30, at=met)
            yield says(member, ConfirmHelp, introduction=introduction, member=member, note=row["note"])
        case "stage":
            yield says(member, ChangeChallengeStage, challenge=challenge, stage=row["note"])
        case "resolved":
            yield says(member, ResolveChallenge, challenge=challenge, note=row["note"])
        case "endorsed":
            yield says(member, EndorseExpertise, member=other, endorser=member, topic=row["note"])
        case "away":
            yield says(member, PauseMember, member=member)
        case "back":
            yield says(member, ResumeMember, member=member)
        case unknown:
            raise ValueError(f"history.csv tells of {unknown!r}, which nothing here understands")


_NAMED: Final = (("member", "member"), ("member", "other"), ("challenge", "challenge"))
