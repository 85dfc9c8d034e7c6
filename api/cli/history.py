"""Commands about the history: follow it, rebuild what is derived from it."""

from functools import partial

import click
import msgspec

from api.cli.running import json_option, network_option, out, progress_bar, running, when_options
from domain.refusals import Malformed
from domain.vocabulary import OPEN
from engine.runtime import Confrere
from engine.when import When
from projections import timeline
from projections.timeline import Moment

LATEST = 20  # events that a tail begins with


@click.command()
@click.option("--after", type=click.IntRange(min=0), help="Begin beyond this position (default: the last 20 events).")
@click.option("--follow", is_flag=True, help="Go on with what is recorded from now on, until interrupted.")
@when_options
@network_option
@json_option
def tail(after: int | None, follow: bool, when: When, network: str | None, as_json: bool) -> None:
    """Print the history in the domain's words, without what people wrote.

    Moments of a narrower class than the network's (asks, lists, mutes, conflicts) are left out. With --json one object
    a line.

    \b
    Example: confrere tail --after 100
    Example: confrere tail --follow --json
    Example: confrere tail --on 2026-03-01
    """
    if follow and not when.now:
        raise Malformed("nothing follows on a day that is over", field="--follow", remedy="leave it out")
    with running() as system:
        where = system.network(network)
        if after is not None:
            system.queries.reach.recorded(When(as_of=after, field="--after"))
        position = _before_the_latest(system, where, when) if after is None else after
        while True:
            head = system.store.head()
            moments = system.ask(where, partial(timeline.moments, after=position, limit=1000), when=when)
            for moment in moments:
                if moment.confidentiality in OPEN:
                    print_moment(moment, as_json=as_json)
            position = moments[-1].position if moments else position
            if not moments and not follow:
                return
            if not moments:
                system.store.wait(head, timeout=1.0)


def _before_the_latest(system: Confrere, network: str, when: When) -> int:
    """The position beyond which a network's latest events lie."""
    latest = system.ask(network, partial(timeline.latest, limit=LATEST), when=when)
    return latest[-1].position - 1 if latest else 0


def print_moment(moment: Moment, *, as_json: bool) -> None:
    if as_json:
        click.echo(msgspec.json.encode(moment))
        return
    out.print(f"{moment.position:>7}  {moment.occurred_at:%Y-%m-%d %H:%M}  {moment.words}", soft_wrap=True)


@click.command()
@network_option
def rebuild(network: str | None) -> None:
    """Build all projections of a network anew beside those in use, then change over. Vectors are read, not made."""
    with running() as system:
        where = system.network(network)
        with progress_bar("rebuilding", system.store.head()) as done:
            system.views(where).rebuild(done)
        with progress_bar("encoding texts without a vector") as done:
            kept = system.index(where, done)
        told = f"{kept.encoded} new texts encoded, {kept.lost} vectors were lost and made again"
        out.print(f"rebuilt to position {system.views(where).position}; {told}", soft_wrap=True)
