"""The demo: an invented network recorded, and a member's challenge answered with recommendations."""

from pathlib import Path

import click
import msgspec
from rich.text import Text

import api.demo
from api.cli.matching import FOR_CHALLENGE, recommended
from api.cli.printing import print_list
from api.cli.running import out, progress_bar
from domain.eligibility import Mode
from engine.explaining import described, short
from engine.runtime import Confrere
from engine.settings import read_settings
from projections import challenge_board

ORDERS = 1300  # about as many as the year has, for the progress bar alone


@click.command()
@click.option(
    "--folder",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("confrere-demo"),
    show_default=True,
    help="Where the demo network is kept.",
)
def demo(folder: Path) -> None:
    """Record an invented network's school year, and print recommendations with their reasons.

    Again it changes nothing: the history and the lists stand already.
    """
    settings = msgspec.structs.replace(read_settings(), data=folder / "data", master_key=folder / "master.key")
    with Confrere(settings) as system:
        with progress_bar("recording a school year", ORDERS) as told:
            events = api.demo.tell(system, told)
        told_in = f": {events} events of one school year in {folder}"
        out.print(Text.assemble((api.demo.NAME, "bold"), told_in), soft_wrap=True)
        challenge = api.demo.challenges(system)[0]
        author = system.ask(api.demo.NETWORK, lambda c: challenge_board.author(c, challenge))
        title, stage = system.ask(api.demo.NETWORK, lambda c: described(c, challenge))
        name, about = system.ask(api.demo.NETWORK, lambda c: described(c, author))
        out.print(f"\n{name} ({about}) posted, now at stage {stage}:")
        out.print(Text.assemble("  ", (title, "bold"), f"  {short(challenge)}"), soft_wrap=True)
        for one in recommended(system, api.demo.NETWORK, challenge, list(FOR_CHALLENGE), Mode.ANY):
            print_list(one)
        for one in recommended(system, api.demo.NETWORK, author, [], Mode.ANY):
            print_list(one)
    places = f"CONFRERE_DATA={settings.data} CONFRERE_MASTER_KEY={settings.master_key}"
    out.print(f"Go on with this network: export {places}", soft_wrap=True)
