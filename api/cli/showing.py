"""What is there: networks, members, challenges, resources, with their ids."""

from functools import partial
from typing import Any

import click
from rich.table import Table

from api.cli.running import json_option, network_option, out, print_json, running, when_options
from domain.refusals import Malformed
from domain.vocabulary import OPEN
from engine.explaining import listed, short
from engine.when import When
from projections import challenge_board
from projections.challenge_board import Challenge
from projections.network_setting import setting


@click.command()
@click.argument("what", type=click.Choice(["networks", "members", "challenges", "resources"]))
@click.option("--limit", type=click.IntRange(1, 100_000), default=40, show_default=True)
@when_options
@network_option
@json_option
def show(what: str, limit: int, when: When, network: str | None, as_json: bool) -> None:
    """List networks, members, open challenges or resources, with the beginnings of their ids.

    \b
    Example: confrere show challenges --limit 10
    Example: confrere show members --on 2026-03-01
    """
    if what == "networks" and not when.now:
        raise Malformed("networks are listed as they are now", field="WHAT", remedy="leave the day out")
    with running() as system:
        if what == "networks":
            found = [(each, system.ask(each, setting).name, "") for each in system.store.networks()]
        else:
            where = system.network(network)
            found = system.ask(where, partial(listed, what=what, limit=limit), when=when)
            if what == "challenges":
                system.looks.at(where, "show challenges", system.ask(where, partial(_confided, limit=limit), when=when))
    if as_json:
        print_json([{"id": each, "name": name, "about": about} for each, name, about in found])
        return
    table = Table("id", "name", "about")
    for each, name, about in found:
        table.add_row(short(each), name, about)
    out.print(table)


def _confided(connection: Any, limit: int) -> list[Challenge]:  # noqa: ANN401 - a connection, which is opened elsewhere
    """Of which it is shown that they are there, though not to everybody."""
    found = challenge_board.open_challenges(connection, limit=limit)
    return [each for each in found if each.confidentiality not in OPEN]
