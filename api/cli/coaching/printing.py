"""Coaching cases as people read them."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from rich.table import Table
from rich.text import Text

from api.cli.running import out
from domain.coaching.events import DispositionSuggested
from domain.vocabulary import MemberId, StreamId
from engine.explaining import short
from projections.coaching_cases import QueueRow
from projections.coaching_engagement import EngagementSeen, OfferSeen
from projections.coaching_items import Item
from projections.coaching_view import CaseView, Decision

SHOWN: Final = 5  # candidates of a rung
_DAY: Final = timedelta(days=1)
Names = Mapping[StreamId, str]


def queue_of(rows: Iterable[QueueRow], names: Names, now: datetime, zone: str) -> Table:
    """In the order in which they come: case and age; the need, whose it is, where it stands, every clock, the hint."""
    table = Table(show_header=False, box=None, padding=(0, 2, 1, 0))
    table.add_column(no_wrap=True)
    table.add_column(ratio=1)
    for row in rows:
        about = Text(row.title or "for the pair alone", style="bold")
        lines = (f"{names[row.seeker]}; {_placed(row)}", ", ".join(clocks(row, now, zone)), "; ".join(_hints(row)))
        about.append("".join(f"\n{line}" for line in lines if line), style="not bold")
        table.add_row(f"{short(row.coaching)}\n{age(row, now)}", about)
    return table


def age(row: QueueRow, now: datetime) -> str:
    if row.submitted_at is None:
        return ""
    days = (now - row.submitted_at) // _DAY
    return f"{days} days" if days != 1 else "1 day"


def clocks(row: QueueRow, now: datetime, zone: str) -> Iterator[str]:
    """Each that runs, the next one first; over is what is past its time."""
    if row.paused_since is not None:
        yield f"paused since {_told(row.paused_since, zone)}"
        return
    dues = (("first response", row.first_response_due), ("update", row.update_due), ("resolution", row.resolution_due))
    for due, name in sorted((due, name) for name, due in dues if due is not None):
        yield f"{name} {'over' if due <= now else 'due'} {_told(due, zone)}"


def _told(at: datetime, zone: str) -> str:
    return f"{at.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M}"


def _placed(row: QueueRow) -> str:
    words = (
        row.state,
        row.place and f"place {row.place}",
        row.tier,
        row.urgency,
        row.first_request and "first request",
    )
    return ", ".join(str(each) for each in words if each)


def _hints(row: QueueRow) -> Iterator[str]:
    if row.suggested:
        yield f"suggested: {row.suggested}"
    if row.duplicates:
        yield f"likely the same as {', '.join(map(short, row.duplicates))}"
    if row.similar:
        yield f"like {', '.join(map(short, row.similar))}"


def ladder_of(suggestion: DispositionSuggested, names: Names) -> Table:
    """What every rung could offer when it was suggested; an arrow is at the one that is suggested."""
    table = Table("", "rung", "what it offers", "for example")
    for each in suggestion.ladder:
        mark = "→" if each.rung is suggestion.disposition else ""
        found = ", ".join(called(one, names) for one in each.candidates[:SHOWN])
        table.add_row(mark, str(each.rung), each.reason, found)
    return table


def called(stream: StreamId, names: Names) -> str:
    """By name, and by what a command takes: a name alone chooses nobody."""
    name = names.get(stream, short(stream))
    return name if name == short(stream) else f"{name} ({short(stream)})"


def case_of(seen: CaseView, names: Names, now: datetime, zone: str) -> None:
    """Everything, part by part; what is not for the reader, or not there, is left out."""
    row = seen.case
    heading = row.title or "a need whose words are not for you"
    out.print(Text.assemble((heading, "bold"), "  ", (row.coaching, "dim")), soft_wrap=True)
    facts = [
        f"{names[row.seeker]}: {row.state}{f', {seen.how}' if seen.how and seen.how not in row.state else ''}",
        *clocks(row, now, zone),
        *([seen.standing.words] if seen.standing and seen.standing.words else []),
        f"possible now: {', '.join(seen.possible)}" if seen.possible else "",
    ]
    for line in filter(None, facts):
        out.print(f"  {line}", soft_wrap=True)
    for name, lines in _parts(seen, names, zone):
        out.print(Text(f"\n{name}", style="bold"))
        for line in filter(None, lines):
            out.print(f"  {line}", soft_wrap=True)
    if seen.suggestion is not None:
        suggestion = seen.suggestion
        out.print(Text("\nsuggested", style="bold"))
        out.print(f"  {suggestion.disposition} ({suggestion.tier}): {suggestion.reason}", soft_wrap=True)
        out.print(ladder_of(suggestion, names))


def _parts(seen: CaseView, names: Names, zone: str) -> Iterator[tuple[str, list[str]]]:
    if seen.request is not None:
        request = seen.request
        told = (("", request.text), ("tried: ", request.tried), ("would help: ", request.would_help))
        time = f"{request.minutes} minutes a week; " if request.minutes else ""
        given = f"{request.urgency}; {time}read by its {request.confidentiality}"
        yield "asked", [f"{before}{words}" for before, words in told if words] + [given]
    if seen.items:
        yield (
            "said",
            [_item(each, names.get(each.member or "", ""), zone) for each in seen.items],
        )
    if seen.decision is not None:
        yield "decided", list(_decision(seen.decision))
    if seen.response is not None:
        answer = {True: "joins", False: "does not join", None: "not answered yet"}[seen.joins]
        yield "response for several", [f"{short(seen.response)}: {answer}"]
    if seen.offer is not None:
        yield "offered", [_offer(seen.offer, names, zone)]
    if seen.engagement is not None:
        yield "engagement", list(_engagement(seen.engagement, zone, over=seen.case.state == "ended"))
    if seen.feedback is not None:
        said = seen.feedback
        answers = (
            ("helpful", said.helpful),
            ("plan changed", said.plan_changed),
            ("tie confirmed", said.tie_confirmed),
        )
        yield "feedback", ["; ".join(f"{name}: {'yes' if yes else 'no'}" for name, yes in answers), said.note]
    if seen.standing is not None and seen.standing.notices:
        yield "notices", [f"{_told(each.at, zone)}  {each.words}" for each in seen.standing.notices]


def _item(said: Item, who: str, zone: str) -> str:
    return "  ".join(filter(None, (_told(said.at, zone), said.what, who, said.text)))


def _decision(decided: Decision) -> Iterator[str]:
    yield f"{decided.disposition} ({decided.tier}, {decided.urgency}){', otherwise than suggested' * decided.steering}"
    yield decided.reason
    for line in decided.considered.splitlines():
        yield f"not {line}"
    if decided.sent:
        yield f"sent: {', '.join(map(short, decided.sent))}"


def _offer(offer: OfferSeen, names: Names, zone: str) -> str:
    """Until when it is open matters while somebody's word is missing."""
    who = f"{names[offer.coach]}: " if offer.coach else ""
    at = f" at {_told(offer.at, zone)}" if offer.at else ""
    waits = ""
    if offer.waits_for:
        waits = f", waits for {names[offer.waits_for]} until {_told(offer.expires_at, zone)}"
    return f"{who}{offer.minutes} minutes{at}{waits}  {offer.offer}"


def _engagement(work: EngagementSeen, zone: str, *, over: bool) -> Iterator[str]:
    yield f"{work.goal or 'a goal of the two'}, until {work.until}"
    for each in work.held:
        yield f"held {_told(each.at, zone)}, {each.minutes} minutes  {each.session}"
    for each in work.planned:
        yield f"planned {_told(each.at, zone)}, {each.minutes} minutes{', not held' * over}  {each.session}"
    for log in work.logs:
        yield f"log {_told(log.at, zone)}: {log.text}"
    for step in work.steps:
        due = f", by {step.due}" if step.due else ""
        yield f"step {'done' if step.done else 'open'}{due}: {step.text}  {step.step}"


def known(seen: CaseView) -> set[MemberId | None]:
    """Everybody and everything that is named."""
    said = {each.member for each in seen.items}
    rungs = seen.suggestion.ladder if seen.suggestion else ()
    asked = {seen.offer.coach, seen.offer.waits_for} if seen.offer else set()
    return said | asked | {seen.case.seeker} | {one for rung in rungs for one in rung.candidates[:SHOWN]}
