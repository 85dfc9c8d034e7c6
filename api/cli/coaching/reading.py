"""What there is to see of coaching cases: the queue, one's own, one case, and what is suggested for it."""

from collections.abc import Iterable
from datetime import datetime
from functools import partial
from typing import Final

import click

from api.cli.coaching.printing import SHOWN, case_of, known, ladder_of, queue_of
from api.cli.coaching.saying import CASE, looked_at
from api.cli.running import json_option, need_id, network_option, out, print_json, running, when_options
from domain.coaching.events import DispositionSuggested
from domain.refusals import Unknown
from domain.vocabulary import OPERATOR, MemberId, StreamId, Tier
from engine.explaining import described, short
from engine.runtime import Confrere
from engine.when import NOW, When, end_of
from projections import coaching_cases, timeline
from projections.coaching_cases import QueueRow
from projections.network_setting import setting
from projections.shape import Page

STATES: Final = ("waiting", "waiting for the seeker", "triaged", "offered", "accepted", "engaged", "ended")
_EYES: Final = "Who reads (default: staff who are nobody in particular)."


@click.command()
@click.option("--tier", type=click.Choice([str(each) for each in Tier]), help="Only this tier.")
@click.option("--state", type=click.Choice(STATES), help="Only cases that are this; also those at work and ended.")
@click.option("--as", "reader", metavar="MEMBER", help=_EYES)
@click.option("--limit", type=click.IntRange(1, 200), default=20, show_default=True)
@click.option("--cursor", help="Where the page before ended.")
@when_options
@network_option
@json_option
def queue(
    tier: str | None,
    state: str | None,
    reader: str | None,
    limit: int,
    cursor: str | None,
    when: When,
    network: str | None,
    as_json: bool,
) -> None:
    """List what waits for a decision or a coach, the oldest first, with every clock and what is suggested.

    \b
    Example: confrere coaching queue --tier intensive --limit 5
    """
    with running() as system:
        where = system.network(network)
        wanted = Tier(tier) if tier else None
        found = system.looks.by_operator(
            where,
            eyes(system, where, reader),
            "list coaching queue",
            lambda c, who: coaching_cases.queue(c, who, tier=wanted, state=state, cursor=cursor, limit=limit),
            when=when,
        )
        _print(system, where, found, when, as_json=as_json)


@click.command()
@click.argument("member")
@click.option("--limit", type=click.IntRange(1, 200), default=20, show_default=True)
@click.option("--cursor", help="Where the page before ended.")
@when_options
@network_option
@json_option
def mine(member: str, limit: int, cursor: str | None, when: When, network: str | None, as_json: bool) -> None:
    """List MEMBER's own cases: asked for, coached, or held by them; the newest first.

    \b
    Example: confrere coaching mine member-3f2a
    """
    with running() as system:
        where = system.network(network)
        who = need_id(system, where, member, ("member",))
        found = system.looks.by_operator(
            where,
            who,
            "list coaching",
            lambda c, reader: coaching_cases.mine(c, reader, cursor=cursor, limit=limit),
            when=when,
        )
        _print(system, where, found, when, as_json=as_json)


def _print(system: Confrere, network: StreamId, found: Page[QueueRow], when: When, *, as_json: bool) -> None:
    if as_json:
        print_json(found)
        return
    print_queue(system, network, found.items, now=then(system, network, when), when=when)
    more = f"; go on with --cursor {found.next}" if found.next else ""
    out.print(f"{len(found.items)} of {found.count} cases{more}", soft_wrap=True)


def then(system: Confrere, network: StreamId, when: When) -> datetime:
    """The instant to which clocks have run."""
    if when.on is not None:
        return end_of(when.on, system.ask(network, setting).calendar.zone)
    if isinstance(when.as_of, datetime):
        return when.as_of
    if when.now:
        return system.clock()
    latest = system.ask(network, partial(timeline.latest, limit=1), when=when)
    return latest[-1].occurred_at if latest else system.clock()


def print_queue(
    system: Confrere, network: StreamId, rows: Iterable[QueueRow], *, now: datetime | None = None, when: When = NOW
) -> None:
    """As the clocks stand now, or stood then."""
    shown = list(rows)
    names = names_of(system, network, [each.seeker for each in shown], when)
    out.print(queue_of(shown, names, now or system.clock(), system.ask(network, setting).calendar.zone))


@click.command()
@click.argument("case")
@click.option("--as", "reader", metavar="MEMBER", help=_EYES)
@when_options
@network_option
@json_option
def show(case: str, reader: str | None, when: When, network: str | None, as_json: bool) -> None:
    """Show all that one may see of CASE: where it stands, what is possible next, what was said, decided and done.

    \b
    Example: confrere coaching show coaching-5e1d
    Example: confrere coaching show coaching-5e1d --as member-3f2a
    Example: confrere coaching show coaching-5e1d --on 2026-03-01
    """
    with running() as system:
        where = system.network(network)
        found = looked_at(system, where, need_id(system, where, case, CASE), eyes(system, where, reader), when)
        if as_json:
            print_json(found)
            return
        names = names_of(system, where, known(found), when)
        case_of(found, names, then(system, where, when), system.ask(where, setting).calendar.zone)


@click.command()
@click.argument("case")
@network_option
@json_option
def suggest(case: str, network: str | None, as_json: bool) -> None:
    """Suggest a disposition for CASE: the least intensive rung that will do, and what every rung could offer now.

    It is derived and stored; while nothing changes that it depends on, asking again gives the same.

    \b
    Example: confrere coaching suggest coaching-5e1d
    """
    with running() as system:
        where = system.network(network)
        whole = need_id(system, where, case, CASE)
        found = system.suggest(where, whole)
        looked_at(system, where, whole, OPERATOR)
        if as_json:
            print_json(found)
            return
        print_suggestion(system, where, found)


def print_suggestion(system: Confrere, network: StreamId, suggestion: DispositionSuggested) -> None:
    named = [each for rung in suggestion.ladder for each in rung.candidates[:SHOWN]]
    out.print(f"{suggestion.disposition} ({suggestion.tier}): {suggestion.reason}", soft_wrap=True)
    out.print(ladder_of(suggestion, names_of(system, network, named)))


def eyes(system: Confrere, network: StreamId, member: str | None) -> MemberId:
    return need_id(system, network, member, ("member",)) if member else OPERATOR


def names_of(
    system: Confrere, network: StreamId, streams: Iterable[StreamId | None], when: When = NOW
) -> dict[StreamId, str]:
    """What people read in place of ids; who is not known any more keeps the id."""

    def name(stream: StreamId) -> str:
        if stream == OPERATOR:
            return "the operator"
        if stream.partition("-")[0] not in {"member", "resource"}:
            return short(stream)
        try:
            return system.ask(network, partial(described, candidate=stream), when=when)[0]
        except Unknown:
            return short(stream)

    return {each: name(each) for each in dict.fromkeys(streams) if each}
