"""Histories written row by row, by nobody who asks whether they are lawful."""

from datetime import UTC, datetime, timedelta
from typing import Any, Final

from msgspec import msgpack

from engine.rules.told import Row

NET: Final = "network-00000001"
ADA, BEN, CLEO, DEV = (f"member-0000000{each}" for each in "abcd")
NOON: Final = datetime(2025, 9, 3, 12, tzinfo=UTC)  # a Wednesday
POLICY: Final = {
    "offer_school_days": 3,
    "cool_down_days": 90,
    "list_length": 5,
    "consultants_least": 3,
    "consultants_most": 5,
    "consultants_per_district": 1,
    "one_family_at_most": 0.6,
    "introduction_minutes": 30,
    "consultant_minutes": 60,
    "knows_the_area": 0.45,
    "shares_the_dilemma": 0.6,
}


class Log:
    """Grows save by save; each `save` is one command."""

    def __init__(self) -> None:
        self.rows: list[Row] = []
        self.now = NOON
        self.last = 0  # how many rows the last save has
        self._versions: dict[str, int] = {}
        self._saves = 0

    def save(self, *events: dict[str, Any], by: str | None = None, actor: str = "operator", **around: Any) -> "Log":
        """`by` says whose will it was; `around` may give command, causation, correlation, at, recorded."""
        self._saves += 1
        self.now += timedelta(minutes=1)
        command = around.get("command", f"command-{self._saves}")
        for event in events:
            self._add(event, by, actor, command, around)
        self.last = len(events)
        return self

    def _add(self, event: dict[str, Any], by: str | None, actor: str, command: str, around: dict[str, Any]) -> None:
        stream, name, fields = event["stream"], event["name"], dict(event["fields"])
        sealed = fields.pop("sealed", {})
        version = event.get("version") or self._versions.get(stream, 0) + 1
        self._versions[stream] = version
        fields |= {field: b"\x00" * 40 for field in sealed if field not in fields}
        envelope = [
            around.get("at", self.now),
            actor,
            by,
            command,
            around.get("causation", command),
            around.get("correlation", command),
            event["told_to"],
        ]
        payload = msgpack.encode([1, envelope, fields, sealed])
        recorded = around.get("recorded", self.now)
        us = (recorded - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)
        position = event.get("position") or (self.rows[-1][0] + 1 if self.rows else 1)
        self.rows.append((position, us, NET, stream, version, name, payload))


def event(name: str, stream: str, told_to: str = "network", /, **fields: Any) -> dict[str, Any]:
    """One event, and who may read it."""
    return {"name": name, "stream": stream, "told_to": told_to, "fields": fields}


def chartered() -> Log:
    """A network with a policy, three members who joined and a coach."""
    log = Log()
    log.save(
        event("network.chartered", NET, name="Riverbend", zone="America/New_York"),
        event("network.policy-proposed", NET, policy_hash="p1", policy=POLICY),
        event("network.policy-adopted", NET, policy_hash="p1"),
    )
    for member in (ADA, BEN, CLEO):
        log.save(event("member.joined", member, cohort="", sealed={"name": member}), by=member)
    return log


def offers_time(log: Log, member: str, minutes: int = 60, level: str = "partner") -> Log:
    log.save(event("member.engagement-level-chosen", member, level=level), by=member)
    return log.save(budget_set(member, minutes), by=member)


def budget_set(member: str, minutes: int, period: str = "week", effective: str = "2025-09-01") -> dict[str, Any]:
    stream = f"budget-{member.partition('-')[2]}"
    return event("budget.set", stream, member=member, minutes=minutes, period=period, effective=effective)


def held(what: str, member: str, key: str, minutes: int, day: str | None = "2025-09-03") -> dict[str, Any]:
    """Minutes reserved, released or spent."""
    fields = {"member": member, "reservation": key, "minutes": minutes} | ({"day": day} if what == "reserved" else {})
    return event(f"budget.time-{what}", f"budget-{member.partition('-')[2]}", "pair", **fields)


def logged(member: str, source: str, start: datetime, minutes: int) -> dict[str, Any]:
    stream = f"budget-{member.partition('-')[2]}"
    return event("budget.time-logged", stream, "pair", member=member, source=source, start=start, minutes=minutes)
