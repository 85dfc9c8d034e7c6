"""The record of access at the command line: who looked, by office, at what concerns a member."""

from functools import partial

import click
from rich.table import Table

from api.cli.coaching.reading import names_of
from api.cli.running import json_option, need_id, network_option, out, print_json, running, when_options
from domain.vocabulary import OPERATOR
from engine.explaining import short
from engine.when import When
from projections import accesses


@click.command()
@click.option("--member", required=True, metavar="MEMBER", help="Id of the member whom it concerns.")
@click.option("--limit", type=click.IntRange(1, 200), default=20, show_default=True)
@click.option("--cursor", help="Where the page before ended.")
@when_options
@network_option
@json_option
def access(member: str, limit: int, cursor: str | None, when: When, network: str | None, as_json: bool) -> None:
    """List who looked, by office, at what concerns MEMBER, the newest first; that you do is on record too.

    \b
    Example: confrere access --member member-3f2a
    """
    with running() as system:
        where = system.network(network)
        whole = need_id(system, where, member, ("member",))
        asked = partial(accesses.looks, member=whole, cursor=cursor, limit=limit)
        found = system.looks.by_operator(where, OPERATOR, "list accesses", asked, when=when)
        assert found is not None  # noqa: S101 - the operator reads everybody's
        if as_json:
            print_json(found)
            return
        names = names_of(system, where, [each.viewer for each in found.items], when)
    table = Table("when", "who", "looked at", "of theirs")
    for each in found.items:
        subjects = " ".join(short(subject) for subject in each.subjects)
        table.add_row(f"{each.at:%Y-%m-%d %H:%M}", names[each.viewer], each.what, subjects)
    out.print(table)
    more = f"; go on with --cursor {found.next}" if found.next else ""
    out.print(f"{len(found.items)} of {found.count} looks{more}", soft_wrap=True)
