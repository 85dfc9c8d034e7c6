"""What happened, in order, in words without anything that people wrote."""

import sqlite3
from datetime import datetime
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from domain.catalogue import CATALOGUE
from domain.kernel import Recorded
from domain.refusals import NotTheirs
from domain.vocabulary import OPEN, Confidentiality, StreamId
from projections import coaching_news, introductions, recommendation_lists
from projections.reading import Reader
from projections.shape import USUAL, Projection, bounded, microseconds, rows

_SCHEMA: Final = """
    create table if not exists timeline (
        position integer primary key,
        occurred_at integer not null,
        recorded_at integer not null,
        stream text not null,
        name text not null,
        actor text not null,
        on_behalf_of text,
        confidentiality text not null,
        words text not null
    ) strict;
"""

_WORDS: Final = {
    "network.chartered": "{0.stream} chartered",
    "network.charter-section-revised": "charter section revised: {1.section}",
    "network.cohort-opened": "a cohort opened",
    "network.cohort-closed": "a cohort closed",
    "network.school-calendar-set": "school calendar set",
    "network.policy-proposed": "policy {1.policy_hash:.12} proposed",
    "network.policy-adopted": "policy {1.policy_hash:.12} adopted",
    "network.rule-waived": "a rule waived for {1.subject}",
    "site.registered": "{0.stream} registered as a {1.kind}",
    "site.described": "{0.stream} described by {1.contact}",
    "member.invited": "{0.stream} invited by {1.invited_by}",
    "member.joined": "{0.stream} joined",
    "member.affiliation-started": "{0.stream} began as {1.role}",
    "member.affiliation-ended": "{0.stream} ended an affiliation",
    "member.profile-described": "{0.stream} described themselves",
    "member.network-role-granted": "{0.stream} became {1.role}",
    "member.network-role-withdrawn": "{0.stream} is no longer {1.role}",
    "member.engagement-level-chosen": "{0.stream} chose the level {1.level}",
    "member.expertise-claimed": "{0.stream} claimed expertise",
    "member.expertise-endorsed": "{0.stream} endorsed by {1.endorser}",
    "member.expertise-retired": "{0.stream} retired expertise",
    "member.growth-area-named": "{0.stream} named a growth area",
    "member.paused": "{0.stream} paused",
    "member.resumed": "{0.stream} resumed",
    "member.left": "{0.stream} left",
    "member.erased": "{0.stream} was erased",
    "member.conflict-declared": "{0.stream} declared a conflict",
    "member.conflict-ended": "{0.stream} ended a conflict",
    "member.muted": "{0.stream} muted somebody",
    "member.unmuted": "{0.stream} unmuted somebody",
    "member.identity-linked": "{0.stream} linked to another identity",
    "budget.set": "{1.member} offers {1.minutes} minutes a {1.period} from {1.effective}",
    "budget.time-reserved": "{1.minutes} minutes of {1.member} reserved for {1.reservation}",
    "budget.time-released": "{1.minutes} minutes of {1.member} released",
    "budget.time-spent": "{1.minutes} minutes of {1.member} spent on {1.reservation}",
    "budget.time-logged": "{1.minutes} minutes of {1.member} logged for {1.source}",
    "challenge.posted": "{0.stream} posted by {1.author}",
    "challenge.reframed": "{0.stream} reframed",
    "challenge.stage-changed": "{0.stream} is now at {1.stage}",
    "challenge.answered": "{0.stream} answered by {1.member}",
    "challenge.resolved": "{0.stream} resolved",
    "challenge.set-aside": "{0.stream} set aside",
    "challenge.merged": "{0.stream} merged into {1.into}",
    "resource.requested": "{0.stream} asked for by {1.member}",
    "resource.shared": "{0.stream} shared by {1.contributor}",
    "resource.revised": "{0.stream} revised",
    "resource.reviewed": "{0.stream} given {1.stars} of 5 stars by {1.member}",
    "resource.used": "{0.stream} used by {1.member}",
    "resource.retired": "{0.stream} retired",
    "introduction.offered": "{0.stream} offered: {1.helper} to help {1.seeker}, {1.minutes} minutes",
    "introduction.consented": "{0.stream} consented to by {1.member}",
    "introduction.declined": "{0.stream} declined",
    "introduction.expired": "{0.stream} expired",
    "introduction.made": "{0.stream} made: {1.seeker} and {1.helper}",
    "introduction.meeting-held": "{0.stream}: a meeting of {1.minutes} minutes",
    "introduction.help-reported": "{0.stream}: help reported by {1.member}",
    "introduction.help-confirmed": "{0.stream}: {1.member} was helped by {1.helper}",
    "introduction.help-disputed": "{0.stream}: help disputed",
    "introduction.partnership-formed": "{0.stream}: {1.seeker} and {1.helper} are partners",
    "introduction.site-visit-arranged": "{0.stream}: a visit to {1.site} arranged",
    "introduction.site-visit-held": "{0.stream}: a visit to {1.site} held",
    "coaching.need-noticed": "{0.stream}: a need of {1.seeker} noticed by {1.noticed_by}",
    "coaching.request-drafted": "{0.stream} drafted by {1.seeker}",
    "coaching.requested": "{0.stream} requested by {1.seeker}",
    "coaching.clarification-asked": "{0.stream}: {1.member} asked a question",
    "coaching.request-clarified": "{0.stream} clarified",
    "coaching.request-answered": "{0.stream} answered by {1.member}: {1.channel}",
    "coaching.disposition-suggested": "{0.stream}: {1.disposition} suggested",
    "coaching.request-triaged": "{0.stream} triaged by {1.member}: {1.disposition}",
    "coaching.request-rerouted": "{0.stream} re-routed by {1.member}: {1.disposition}",
    "coaching.case-handed-over": "{0.stream} handed over to {1.to} as its {1.part}",
    "coaching.context-granted": "{0.stream}: {1.member} may read what was said before",
    "coaching.coach-offered": "{0.stream} offered to {1.coach}, {1.minutes} minutes",
    "coaching.offer-accepted": "{0.stream}: offer accepted by {1.member}",
    "coaching.offer-declined": "{0.stream}: an offer is over",
    "coaching.offer-time-proposed": "{0.stream}: another time proposed by {1.member}",
    "coaching.offer-expired": "{0.stream}: an offer is over",
    "coaching.group-response-offered": "{0.stream}: a response for several offered by {1.member}",
    "coaching.group-response-answered": "{0.stream}: the response for several answered",
    "coaching.engagement-opened": "{0.stream}: {1.coach} coaches {1.seeker} until {1.until}",
    "coaching.session-planned": "{0.stream}: a session of {1.minutes} minutes planned",
    "coaching.session-cancelled": "{0.stream}: a session cancelled",
    "coaching.session-held": "{0.stream}: a session of {1.minutes} minutes",
    "coaching.session-logged": "{0.stream}: a session logged by {1.member}",
    "coaching.next-step-agreed": "{0.stream}: a next step agreed",
    "coaching.next-step-completed": "{0.stream}: a next step done",
    "coaching.engagement-extended": "{0.stream} extended until {1.until}",
    "coaching.engagement-closed": "{0.stream} closed by {1.member}",
    "coaching.feedback-given": "{0.stream}: feedback given",
    "coaching.request-resolved": "{0.stream} resolved by {1.member}",
    "coaching.request-referred-out": "{0.stream} referred out by {1.member}",
    "coaching.request-deferred": "{0.stream} deferred by {1.member} until {1.until}",
    "coaching.request-declined": "{0.stream} declined by {1.member}",
    "coaching.request-withdrawn": "{0.stream} withdrawn",
    "recommendation.issued": "{0.stream} issued to {1.reader}: {1.kind}",
    "recommendation.viewed": "{0.stream} viewed by {1.reader}",
    "recommendation.accepted": "{1.reader} took up {1.candidate}",
    "recommendation.dismissed": "{1.reader} dismissed a suggestion",
    "recommendation.expired": "{0.stream} expired",
    "access.recorded": "{1.viewer} looked: {1.what}",
    "audit.checkpoint-signed": "the log of {1.size} events signed",
    "audit.export-produced": "{1.records} records written out: {1.form}",
    "erasure.requested": "{1.member} asks to be erased",
    "erasure.hold-placed": "a legal hold for {1.member} placed",
    "erasure.hold-lifted": "a legal hold for {1.member} lifted",
    "erasure.begun": "to erase {1.member} decided",
    "erasure.key-destroyed": "the key of {1.member} destroyed",
    "words.withdrawn": "{1.member} withdrew a text from matching",
    "words.returned": "{1.member} returned a text to matching",
    "words.corrected": "{1.member} corrected what they wrote",
}  # {0} is the place in the log, {1} the event


class Moment(Struct, frozen=True, kw_only=True):
    position: int
    occurred_at: datetime
    recorded_at: datetime
    stream: StreamId
    name: str
    actor: str
    on_behalf_of: str | None
    confidentiality: Confidentiality
    words: str


class News(Struct, frozen=True, kw_only=True):
    """Something for one member: a list issued to them, an introduction offered, or a move in a case of theirs."""

    position: int
    subject: StreamId
    at: datetime


def fill(connection: sqlite3.Connection, recorded: Recorded) -> None:
    envelope = recorded.envelope
    name = CATALOGUE.by_type[type(recorded.event)].name
    connection.execute(
        "insert into timeline values (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            recorded.position,
            microseconds(envelope.occurred_at),
            microseconds(recorded.recorded_at),
            recorded.stream,
            name,
            envelope.actor,
            envelope.on_behalf_of,
            envelope.confidentiality,
            _WORDS[name].format(recorded, recorded.event),
        ),
    )


PROJECTION: Final = Projection(name="timeline", schema=_SCHEMA, fill=fill)


def moments(connection: sqlite3.Connection, *, after: int = 0, limit: int = 100) -> list[Moment]:
    """Page by page in the order of the log. Whoever shows them leaves out what the reader may not see."""
    sql = "select * from timeline where position > ? order by position limit ?"
    return list(rows(connection, Moment, sql, (after, limit)))


_IN_ORDER: Final = """
    with counted (last) as (select position from timeline where occurred_at < ? order by position desc limit 1),
    left_out (first) as (select position from timeline where occurred_at >= ? order by position limit 1),
    charter (position, recorded_at) as (
        select position, recorded_at from timeline where name = 'network.chartered' order by position limit 1
    )
    select last from counted, charter where charter.position <= last
    and not exists (select 1 from left_out where first < last)
    and not exists (select 1 from timeline where position > last and recorded_at = charter.recorded_at)
"""  # what was recorded at the same instant as the charter may be of the same save


def told_in_order(connection: sqlite3.Connection, before: datetime) -> int | None:
    """The position up to which everything had happened before an instant, and nothing of what was told later.

    None where things were not told in such an order, or where the network's charter, which always counts, was not yet.
    """
    found = connection.execute(_IN_ORDER, (microseconds(before), microseconds(before))).fetchone()
    return None if found is None else int(found[0])


def first_told(connection: sqlite3.Connection, before: datetime) -> int | None:
    """When the first thing happened that all may read of, in microseconds, if that was not before an instant."""
    happened = f"from timeline where confidentiality in ({', '.join('?' * len(OPEN))})"
    if connection.execute(f"select 1 {happened} and occurred_at < ? limit 1", (*OPEN, microseconds(before))).fetchone():
        return None
    (first,) = connection.execute(f"select min(occurred_at) {happened}", (*OPEN,)).fetchone()
    return None if first is None else int(first)


def latest(connection: sqlite3.Connection, limit: int = 20) -> list[Moment]:
    """The last ones, the newest first."""
    return list(rows(connection, Moment, "select * from timeline order by position desc limit ?", (limit,)))


WITHHELD: Final = "withheld"
_UNNAMED: Final = ("coaching.", "budget.time-")  # the minutes move with the sessions


def log(connection: sqlite3.Connection, reader: Reader, *, after: int = 0, limit: int = USUAL) -> list[Moment]:
    """Everything that happened, to those who audit; of what was told to few only that it did. Raises NotTheirs.

    Of coaching not even what it was: its sessions are counted in groups of ten people or not at all (rule 28), and a
    no beside a pause in one step would tell whose it was (rule 5).
    """
    if not reader.auditor:
        raise NotTheirs("only an auditor follows the log", remedy="ask an admin for the role")
    found = moments(connection, after=after, limit=bounded(limit))
    return [each if each.confidentiality in OPEN else _withheld(each) for each in found]


def _withheld(moment: Moment) -> Moment:
    unnamed = moment.confidentiality is Confidentiality.SEALED or moment.name.startswith(_UNNAMED)
    name = WITHHELD if unnamed else moment.name
    return replace(moment, name=name, stream="", actor="", on_behalf_of=None, words="")


def news(connection: sqlite3.Connection, reader: Reader, *, after: int = 0, limit: int = USUAL) -> list[News]:
    """What came for the reader beyond a position, in that order."""
    most = bounded(limit)
    lists = recommendation_lists.issued_after(connection, reader, after=after, limit=most)
    offers = introductions.offered_to(connection, reader, after=after, limit=most)
    moves = coaching_news.moved(connection, reader, after=after, limit=most)
    found = [
        *(News(position=each.position, subject=each.recommendation, at=each.at) for each in lists),
        *(News(position=each.since, subject=each.introduction, at=each.offered_at) for each in offers),
        *(News(position=each.position, subject=each.coaching, at=each.at) for each in moves),
    ]
    return sorted(found, key=lambda each: each.position)[:most]
