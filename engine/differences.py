"""What changed between two positions or days, in the domain's words, with the figures before and after."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from sqlite3 import Connection
from typing import Final

from msgspec import Struct
from msgspec.structs import asdict, replace

from domain.refusals import IllegalMove
from domain.vocabulary import OPEN, MemberId, StreamId, TieKind
from engine.network_figures import Counting, classes_of, network_shape, until_of
from engine.queries import Queries
from engine.spans import between
from engine.when import When
from projections import tied_members
from projections.network_setting import setting
from projections.reading import Reader
from projections.timeline import Moment
from projections.timeline_spans import Kind, Span, first_of_each, kinds_in

SHOWN: Final = 3  # moments of each kind

# every name in the catalogue stands behind one of these words
WORDS: Final[Mapping[str, tuple[str, ...]]] = {
    "charter changed": (
        *("network.chartered", "network.charter-section-revised", "network.school-calendar-set"),
        *("network.cohort-opened", "network.cohort-closed", "network.rule-waived"),
    ),
    "policies proposed": ("network.policy-proposed",),
    "policies adopted": ("network.policy-adopted",),
    "sites registered or described": ("site.registered", "site.described"),
    "members invited": ("member.invited",),
    "members joined": ("member.joined",),
    "members left": ("member.left",),
    "members paused": ("member.paused",),
    "members resumed": ("member.resumed",),
    "members erased": ("member.erased",),
    "network roles granted": ("member.network-role-granted",),
    "network roles withdrawn": ("member.network-role-withdrawn",),
    "affiliations begun or ended": ("member.affiliation-started", "member.affiliation-ended"),
    "members described themselves": (
        *("member.profile-described", "member.growth-area-named", "member.identity-linked"),
        *("member.expertise-claimed", "member.expertise-endorsed", "member.expertise-retired"),
    ),
    "levels of engagement chosen": ("member.engagement-level-chosen",),
    "conflicts and mutes begun or ended": (
        *("member.conflict-declared", "member.conflict-ended", "member.muted", "member.unmuted"),
    ),
    "time budgets set": ("budget.set",),
    "minutes reserved, released, spent or logged": (
        *("budget.time-reserved", "budget.time-released", "budget.time-spent", "budget.time-logged"),
    ),
    "challenges posted": ("challenge.posted",),
    "challenges answered": ("challenge.answered",),
    "challenges reframed or moved on": ("challenge.reframed", "challenge.stage-changed"),
    "challenges closed": ("challenge.resolved", "challenge.set-aside", "challenge.merged"),
    "resources asked for": ("resource.requested",),
    "resources shared": ("resource.shared",),
    "resources revised, reviewed or used": ("resource.revised", "resource.reviewed", "resource.used"),
    "resources retired": ("resource.retired",),
    "introductions offered": ("introduction.offered",),
    "introductions made": ("introduction.made",),
    "introductions answered or run out": (
        *("introduction.consented", "introduction.declined", "introduction.expired"),
    ),
    "meetings held": ("introduction.meeting-held",),
    "help reported, confirmed or disputed": (
        *("introduction.help-reported", "introduction.help-confirmed", "introduction.help-disputed"),
    ),
    "partnerships formed": ("introduction.partnership-formed",),
    "site visits arranged or held": ("introduction.site-visit-arranged", "introduction.site-visit-held"),
    "coaching needs noticed or drafted": ("coaching.need-noticed", "coaching.request-drafted"),
    "requests submitted": ("coaching.requested",),
    "requests clarified or answered": (
        *("coaching.clarification-asked", "coaching.request-clarified", "coaching.request-answered"),
    ),
    "requests triaged or handed over": (
        *("coaching.disposition-suggested", "coaching.request-triaged", "coaching.request-rerouted"),
        *("coaching.case-handed-over", "coaching.context-granted", "coaching.request-deferred"),
    ),
    "coaches offered, and what they said": (
        *("coaching.coach-offered", "coaching.offer-accepted", "coaching.offer-declined"),
        *("coaching.offer-time-proposed", "coaching.offer-expired"),
        *("coaching.group-response-offered", "coaching.group-response-answered"),
    ),
    "coaching engagements opened or extended": ("coaching.engagement-opened", "coaching.engagement-extended"),
    "coaching sessions held": ("coaching.session-held",),
    "coaching sessions planned, logged or looked back on": (
        *("coaching.session-planned", "coaching.session-cancelled", "coaching.session-logged"),
        *("coaching.next-step-agreed", "coaching.next-step-completed", "coaching.feedback-given"),
    ),
    "requests closed": (
        *("coaching.engagement-closed", "coaching.request-resolved", "coaching.request-referred-out"),
        *("coaching.request-declined", "coaching.request-withdrawn"),
    ),
    "recommendation lists issued": ("recommendation.issued",),
    "recommendations viewed, taken up, dismissed or run out": (
        *("recommendation.viewed", "recommendation.accepted", "recommendation.dismissed", "recommendation.expired"),
    ),
    "privileged looks": ("access.recorded",),
    "checkpoints signed": ("audit.checkpoint-signed",),
    "exports produced": ("audit.export-produced",),
    "erasures asked for, held or carried out": (
        *("erasure.requested", "erasure.hold-placed", "erasure.hold-lifted"),
        *("erasure.begun", "erasure.key-destroyed"),
    ),
    "own words withdrawn, returned or corrected": ("words.withdrawn", "words.returned", "words.corrected"),
}
_OF: Final = {name: words for words, names in WORDS.items() for name in names}


class Change(Struct, frozen=True, kw_only=True):
    what: str
    times: int
    first: tuple[Moment, ...]  # of what all members may read


class TieChange(Struct, frozen=True, kw_only=True):
    """Between who gave and who received, whichever way they were tied before."""

    kind: TieKind
    formed: int
    ended: int  # disputed, or one of the two left


class FigureChange(Struct, frozen=True, kw_only=True):
    figure: str
    before: int | float | None
    after: int | float | None


class Difference(Struct, frozen=True, kw_only=True):
    network: StreamId
    name: str
    begin: datetime
    end: datetime
    changes: tuple[Change, ...]
    told_to_few: int  # moments of narrower classes, where the reader is told no more of them
    ties: tuple[TieChange, ...]
    figures: tuple[FigureChange, ...]  # those that moved; none where fewer than ten people stood behind them


class _Standing(Struct, frozen=True):
    name: str
    until: datetime
    figures: Mapping[str, float | None]
    pairs: frozenset[tuple[TieKind, MemberId, MemberId]]


def difference(
    queries: Queries, network: StreamId, reader: Reader, begin: When, end: When, clock: Callable[[], datetime]
) -> Difference:
    """For the operator, and for who audits. Raises Malformed for what lies the wrong way round, IllegalMove."""
    begin = replace(begin, empty=True)
    span = between(queries, network, begin, end)
    before, after = (_standing(queries, network, reader, when, clock) for when in (begin, end))
    kinds, first = queries.ask(network, lambda connection: _told(connection, span))
    told = [kind for kind in kinds if reader.operator or kind.confidentiality in OPEN]
    return Difference(
        network=network,
        name=after.name,
        begin=before.until,
        end=after.until,
        changes=_changes(told, first),
        told_to_few=sum(kind.times for kind in kinds) - sum(kind.times for kind in told),
        ties=tuple(_ties(before, after)),
        figures=tuple(_figures(before.figures, after.figures)),
    )


def _told(connection: Connection, span: Span) -> tuple[list[Kind], list[Moment]]:
    return kinds_in(connection, span), first_of_each(connection, span, SHOWN, OPEN)


def _standing(
    queries: Queries, network: StreamId, reader: Reader, when: When, clock: Callable[[], datetime]
) -> _Standing:
    with queries.standing(network, when) as connection:
        known = setting(connection)
        until = until_of(connection, when, known.calendar.zone, clock)
        here = {each.member for each in tied_members.counted(connection, reader)}
        uses = tied_members.uses(connection, tuple(TieKind), classes_of(reader))
        try:
            shape = network_shape(connection, reader, when, Counting(), clock)
            figures = {**asdict(shape.figures), "hub_dependence": shape.hub_dependence}
        except IllegalMove:  # fewer than ten people
            figures = {}
    pairs = frozenset((use.kind, use.giver, use.receiver) for use in uses if here >= {use.giver, use.receiver})
    return _Standing(known.name, until, figures, pairs)


def _changes(kinds: Sequence[Kind], first: Sequence[Moment]) -> tuple[Change, ...]:
    times = Counter[str]()
    for kind in kinds:
        times[_OF[kind.name]] += kind.times
    return tuple(
        Change(
            what=words,
            times=times[words],
            first=tuple([moment for moment in first if _OF[moment.name] == words][:SHOWN]),
        )
        for words in WORDS
        if times[words]
    )


def _ties(before: _Standing, after: _Standing) -> Sequence[TieChange]:
    formed = Counter(kind for kind, _, _ in after.pairs - before.pairs)
    ended = Counter(kind for kind, _, _ in before.pairs - after.pairs)
    return [
        TieChange(kind=kind, formed=formed[kind], ended=ended[kind]) for kind in TieKind if formed[kind] or ended[kind]
    ]


def _figures(before: Mapping[str, float | None], after: Mapping[str, float | None]) -> Sequence[FigureChange]:
    return [
        FigureChange(figure=name, before=before[name], after=after[name])
        for name in before
        if name in after and before[name] != after[name]
    ]
