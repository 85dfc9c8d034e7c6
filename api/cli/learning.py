"""The command that learns a policy's weights from the network's own past, and proposes them."""

import click
from msgspec.structs import replace
from rich.table import Table

from api.cli.running import json_option, network_option, order, out, print_json, progress_bar, running, sender
from domain.networks import ProposePolicy
from domain.policies import hash_of
from domain.refusals import IllegalMove
from models.learning import learned
from projections.network_setting import setting


@click.command()
@network_option
@json_option
def learn(network: str | None, as_json: bool) -> None:
    """Learn from who answered in the past what should move people up a list, and propose it as a policy.

    Each challenge that somebody answered counts, beside all who could have. Nothing changes until the network's staff
    adopt the policy by the hash that is printed; prices and limits stay as they are.

    \b
    Example: confrere learn
    """
    with running() as system:
        where = system.network(network)
        with progress_bar("looking back") as told:
            history = system.choices(where, told)
        if not history:
            words = "there is nothing to learn from yet: nobody answered who could have been found for it"
            raise IllegalMove(words, remedy="go on with the weights in force")
        policy = system.ask(where, setting).policy
        weights = learned(history, policy)
        proposed = replace(policy, **weights)
        system.commands.handle(order(ProposePolicy(network=where, policy=proposed)), sender(where))
    if as_json:
        print_json({"choices": len(history), "policy_hash": hash_of(proposed), "weights": weights})
        return
    table = Table("weight", "in force", "learned")
    for name, value in weights.items():
        table.add_row(name, f"{getattr(policy, name):.3f}", f"{value:.3f}")
    out.print(table)
    same = "They are in force already." if proposed == policy else f"Proposed as policy {hash_of(proposed)}."
    out.print(f"Learned from {len(history)} needs that somebody answered. {same}", soft_wrap=True)
