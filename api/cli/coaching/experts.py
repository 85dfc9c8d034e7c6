"""What the network spends on experts in all, besides what each of them offers."""

import click

from api.cli.coaching.reading import eyes
from api.cli.running import (
    command_id_option,
    json_option,
    network_option,
    order,
    out,
    print_json,
    running,
    sender,
)
from domain.budgets import SetExpertBudget
from domain.vocabulary import OPERATOR, PeriodKind
from engine.commands import build


@click.command("expert-budget")
@click.argument("minutes", type=click.INT)
@click.argument("period", type=click.Choice([str(each) for each in PeriodKind]))
@click.option("--by", metavar="MEMBER", help="The facilitator or admin who sets it (default: the operator).")
@command_id_option
@network_option
@json_option
def expert_budget(
    minutes: int, period: str, by: str | None, command_id: str | None, network: str | None, as_json: bool
) -> None:
    """Set how many MINUTES a PERIOD all experts together may be asked for; again changes nothing.

    \b
    Example: confrere coaching expert-budget 600 term
    """
    with running() as system:
        where = system.network(network)
        member = eyes(system, where, by)
        said = order(
            build(SetExpertBudget, network=where, minutes=minutes, period=period),
            on_behalf_of=None if member == OPERATOR else member,
        )
        events = system.commands.handle(said, sender(where, command_id))
    if as_json:
        print_json({"minutes": minutes, "period": period, "recorded": bool(events)})
        return
    out.print("recorded" if events else "This stands already; nothing changed.")
