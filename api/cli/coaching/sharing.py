"""What open needs have in common, and one response to all who share it."""

import click
from msgspec.structs import replace
from rich.table import Table

from api.cli.coaching.reading import eyes
from api.cli.running import (
    command_id_option,
    id_for,
    json_option,
    network_option,
    out,
    print_json,
    running,
    sender,
)
from domain.vocabulary import OPERATOR
from engine.explaining import short

_TYPICAL = 3  # cases shown of a theme


@click.command()
@click.option("--as", "reader", metavar="MEMBER", help="Who reads (default: staff who are nobody in particular).")
@network_option
@json_option
def themes(reader: str | None, network: str | None, as_json: bool) -> None:
    """List what open needs have in common, the largest theme first, and which of them one response could meet.

    \b
    Example: confrere coaching themes
    """
    with running() as system:
        where = system.network(network)
        found = system.common_needs.themes(where, eyes(system, where, reader))
        system.looks.at(where, "list themes", found)
    if as_json:
        print_json(found)
        return
    table = Table("theme", "what they share", "people", "most typical", "one response")
    for each in found:
        typical = " ".join(short(case) for case in each.cases[:_TYPICAL])
        table.add_row(each.id, each.label, str(each.size), typical, "may be offered" if each.may_offer else "")
    out.print(table)


@click.command()
@click.argument("theme")
@click.option("--about", required=True, help="What the needs have in common, in a few words; each of them reads it.")
@click.option("--by", metavar="MEMBER", help="The facilitator who offers it (default: the operator).")
@command_id_option
@network_option
@json_option
def respond(theme: str, about: str, by: str | None, command_id: str | None, network: str | None, as_json: bool) -> None:
    """Offer one response to all who share THEME, in one save. Nobody hears of the others before both sides consent.

    \b
    Example: confrere coaching respond a0abfac0c1558401 --about "Calls home that lead somewhere"
    """
    with running() as system:
        where = system.network(network)
        member = eyes(system, where, by)
        response = id_for("response", where, command_id)
        orders = system.common_needs.offer_to_all(where, member, theme, response, about)
        if member != OPERATOR:
            orders = [replace(each, on_behalf_of=member) for each in orders]
        done = system.commands.handle_all(orders, sender(where, command_id))
        for _, refusal in done.refusals:
            raise refusal
    asked = [each.stream for each in done.events]
    if as_json:
        print_json({"response": response, "asked": asked})
        return
    out.print(f"{response} is offered to {len(asked)} people, each for themselves", soft_wrap=True)
