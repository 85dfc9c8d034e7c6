"""What a reader does with a list: view it, take something up, dismiss something."""

import click

from api.cli.printing import print_list
from api.cli.running import need_id, network_option, order, out, running, sender
from domain.kernel import Command
from domain.recommendations import AcceptRecommendation, DismissRecommendation, ViewRecommendation
from engine.commands import build
from engine.explaining import WordedList

CANDIDATES = ("member", "resource", "challenge")


@click.command()
@click.argument("recommendation")
@network_option
def view(recommendation: str, network: str | None) -> None:
    """Show a stored list to its reader, and record that it was viewed.

    \b
    Example: confrere view recommendation-5e1d
    """
    print_list(_reply(recommendation, network, ViewRecommendation))


@click.command()
@click.argument("recommendation")
@click.argument("candidate")
@network_option
def accept(recommendation: str, candidate: str, network: str | None) -> None:
    """Take CANDIDATE up from a list, on behalf of its reader.

    \b
    Example: confrere accept recommendation-5e1d member-3f2a
    """
    _reply(recommendation, network, AcceptRecommendation, candidate=candidate)
    out.print("accepted")


@click.command()
@click.argument("recommendation")
@click.argument("candidate")
@click.option("--reason", default="", help="Read by the reader alone.")
@network_option
def dismiss(recommendation: str, candidate: str, reason: str, network: str | None) -> None:
    """Dismiss CANDIDATE from a list, on behalf of its reader; the next list for this need leaves it out.

    \b
    Example: confrere dismiss recommendation-5e1d member-3f2a --reason "We met last week."
    """
    _reply(recommendation, network, DismissRecommendation, candidate=candidate, reason=reason)
    out.print("dismissed")


def _reply(
    recommendation: str,
    network: str | None,
    reply: type[Command],
    *,
    candidate: str | None = None,
    reason: str | None = None,
) -> WordedList:
    with running() as system:
        where = system.network(network)
        whole = need_id(system, where, recommendation, ("recommendation",))
        worded = system.explain(where, whole)
        chosen = None if candidate is None else need_id(system, where, candidate, CANDIDATES)
        command = build(reply, recommendation=whole, reader=worded.reader, candidate=chosen, reason=reason)
        system.commands.handle(order(command, on_behalf_of=worded.reader), sender(where))
        return worded
