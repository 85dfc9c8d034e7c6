"""The demo's year of coaching: from each row of two tables, the command that tells it."""

import csv
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from domain.budgets import SetExpertBudget
from domain.coaching import commands as c
from domain.kernel import Command
from domain.vocabulary import StreamId
from engine.commands import Order, build
from engine.importing.ids import Ids

Row = Mapping[str, str]

_FOLDER: Final = Path(__file__).parent
_READ_OVER: Final = timedelta(minutes=5)  # from a draft to its submission
_STREAMS: Final = {"m": "member", "r": "resource"}  # what the keys of the tables begin with

_SAID: Final[Mapping[str, tuple[type[Command], Mapping[str, str]]]] = {
    "noticed": (c.NoticeCoachingNeed, {"seeker": "other", "noticed_by": "member", "text": "note"}),
    "question": (c.AskClarification, {"question": "note"}),
    "clarified": (c.ClarifyRequest, {"text": "note"}),
    "answered": (c.AnswerRequest, {"answer": "part", "member": "member", "channel": "how", "text": "note"}),
    "triaged": (c.TriageRequest, {"tier": "tier", "disposition": "how", "reason": "note", "sent": "other"}),
    "rerouted": (c.RerouteRequest, {"tier": "tier", "disposition": "how", "reason": "note", "sent": "other"}),
    "handed over": (c.HandOverCase, {"to": "other", "reason": "note"}),
    "granted": (c.GrantContext, {"member": "other"}),
    "offered": (c.OfferCoach, {"offer": "part", "coach": "other", "minutes": "minutes", "at": "when"}),
    "accepted": (c.AcceptOffer, {"member": "member"}),
    "declined": (c.DeclineOffer, {"member": "member", "reason": "note"}),
    "time proposed": (c.ProposeTime, {"member": "member", "at": "when"}),
    "lapsed": (c.ExpireOffer, {"offer": "part"}),
    "opened": (c.OpenEngagement, {"goal": "note", "until": "when"}),
    "planned": (c.PlanSession, {"session": "part", "at": "when", "minutes": "minutes"}),
    "cancelled": (c.CancelSession, {"session": "part"}),
    "held": (c.HoldSession, {"session": "part", "at": "when", "minutes": "minutes"}),
    "logged": (c.LogSession, {"session": "part", "member": "member", "text": "note"}),
    "step agreed": (c.AgreeNextStep, {"step": "part", "text": "note", "due": "when"}),
    "done": (c.CompleteNextStep, {"step": "part"}),
    "extended": (c.ExtendEngagement, {"until": "when", "reason": "note"}),
    "resolved": (c.ResolveRequest, {"note": "note"}),
    "referred out": (c.ReferOut, {"to": "other", "reason": "note"}),
    "deferred": (c.DeferRequest, {"until": "when", "reason": "note"}),
    "refused": (c.DeclineRequest, {"reason": "note"}),
    "withdrawn": (c.WithdrawRequest, {"reason": "note"}),
}  # what a row tells → the command, and from which columns its fields come


def told(ids: Ids, network: StreamId, zone: str) -> Iterator[Order]:
    """Everything that was asked, decided and done, in the order of each table."""
    for row in _rows("coaching_requests.csv"):
        yield from _requested(row, ids, zone)
    for row in _rows("coaching.csv"):
        speaker = ids.of("member", row["member"]) if row["member"] else None
        yield Order(command=_command(row, ids, network, zone), at=_at(row["at"], zone), on_behalf_of=speaker)


def case(ids: Ids, key: str) -> StreamId:
    return ids.of("coaching", key)


def _rows(name: str) -> list[Row]:
    with (_FOLDER / name).open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def _requested(row: Row, ids: Ids, zone: str) -> Iterator[Order]:
    at, author = _at(row["at"], zone), ids.of("member", row["author"])
    words = ("title", "text", "tried", "would_help", "urgency", "confidentiality")
    draft = build(
        c.DraftRequest,
        coaching=case(ids, row["case"]),
        seeker=author,
        minutes=int(row["minutes"] or 0),
        challenge=ids.of("challenge", row["challenge"]) if row["challenge"] else None,
        reopens=case(ids, row["reopens"]) if row["reopens"] else None,
        **{name: row[name] for name in words},
    )
    yield Order(command=draft, at=at, on_behalf_of=author)
    if row["submitted"]:
        submit = c.SubmitRequest(coaching=draft.coaching)
        yield Order(command=submit, at=at + _READ_OVER, on_behalf_of=author)


def _command(row: Row, ids: Ids, network: StreamId, zone: str) -> Command:
    coaching = case(ids, row["case"])
    match row["what"]:
        case "expert budget":
            return build(SetExpertBudget, network=network, minutes=int(row["minutes"]), period=row["how"])
        case "closed":
            return build(c.CloseEngagement, coaching=coaching, feedback=_feedback(row))
        case what:
            command, columns = _SAID[what]
            fields = {field: _value(field, row, column, ids, zone) for field, column in columns.items() if row[column]}
            return build(command, coaching=coaching, **fields, **_passed_over(row))


def _value(field: str, row: Row, column: str, ids: Ids, zone: str) -> Any:  # noqa: ANN401 - as the field takes it
    given = row[column]
    match field:
        case "offer" | "session" | "step" | "answer":
            return ids.of(field, f"{row['case']}|{given}")
        case "minutes":
            return int(given)
        case "at":
            return _at(given, zone)
        case "sent":
            return tuple(ids.of(_STREAMS[key[0]], key) for key in given.split("|"))
        case _ if column in {"member", "other"} and row["what"] != "referred out":
            return ids.of("member", given)
        case _:
            return given


def _at(given: str, zone: str) -> datetime:
    return datetime.fromisoformat(given).replace(tzinfo=ZoneInfo(zone))


def _passed_over(row: Row) -> dict[str, Any]:
    """Rungs with the reason why each would not do, as `rung: reason`."""
    if not row["passed_over"]:
        return {}
    pairs = (each.split(": ", 1) for each in row["passed_over"].split("|"))
    return {"passed_over": [{"rung": rung, "reason": reason} for rung, reason in pairs]}


def _feedback(row: Row) -> dict[str, Any]:
    said = row["how"].split("|")
    names = ("helpful", "plan changed", "tie confirmed")
    return {name.replace(" ", "_"): name in said for name in names} | {"note": row["note"]}
