"""The demo: an invented network recorded, a member's challenge answered, and all of it served to try out."""

from datetime import date
from functools import partial
from pathlib import Path

import click
import msgspec
from rich.text import Text

import api.demo
from api.cli.coaching.boards import print_concentration
from api.cli.coaching.reading import print_queue, print_suggestion
from api.cli.matching import FOR_CHALLENGE, recommended
from api.cli.printing import print_list
from api.cli.running import out, progress_bar
from api.cli.serving import announce, curl
from domain.eligibility import Mode
from domain.vocabulary import OPERATOR
from engine.explaining import described, short
from engine.runtime import Confrere
from engine.settings import Settings, read_settings
from projections import challenge_board, coaching_cases, coaching_view
from projections.burden import burden

ORDERS = 1700  # about as many as the year has, for the progress bar alone
QUEUED = 3  # cases shown
BUSY = date(2026, 3, 27)  # a day at which the burden board has something to tell
LABEL = "demo"  # of the tokens handed out here
DAYS = 7
BELOW = f"networks/{api.demo.NETWORK}"
READS = {"member": "me", "facilitator": f"{BELOW}/introductions", "auditor": f"{BELOW}/events"}


@click.command()
@click.option(
    "--folder",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("confrere-demo"),
    show_default=True,
    help="Where the demo network is kept.",
)
@click.option("--serve", "serves", is_flag=True, help="Serve it afterwards on this machine alone, until Ctrl-C.")
@click.option("--port", type=click.IntRange(0, 65535), help="Port to serve on (default: 8000, or a free one).")
def demo(folder: Path, serves: bool, port: int | None) -> None:
    """Record an invented network's school year, and print recommendations with their reasons.

    Again it changes nothing: the history and the lists stand already. With --serve, tokens of three of its members
    are printed, which replace those of the last time.
    """
    settings = msgspec.structs.replace(
        read_settings(), data=folder / "data", master_key=folder / "master.key", public_url=None, log_format="text"
    )
    with Confrere(settings) as system:
        _tour(system, folder)
        places = f"CONFRERE_DATA={settings.data} CONFRERE_MASTER_KEY={settings.master_key}"
        out.print(f"Go on with this network: export {places}", soft_wrap=True)
        if serves:
            _serve(system, settings, port)


def _tour(system: Confrere, folder: Path) -> None:
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
    _coaching(system)


def _coaching(system: Confrere) -> None:
    """As it stood on the year's last day; what is suggested is derived now."""
    network, need = api.demo.NETWORK, api.demo.need(system)
    suggested = system.suggest(network, need)
    system.looks.by_operator(network, OPERATOR, "read coaching", partial(coaching_view.seen, coaching=need))
    waiting = system.looks.by_operator(
        network, OPERATOR, "list coaching queue", partial(coaching_cases.queue, state="waiting")
    )
    out.print(Text.assemble(("\nCoaching needs that wait for a facilitator", "bold"), f", {QUEUED} of {waiting.count}"))
    print_queue(system, network, waiting.items[:QUEUED], now=api.demo.ENDED)
    themes = system.common_needs.themes(network, OPERATOR)
    system.looks.at(network, "list themes", themes)
    for theme in themes:
        out.print(f"{theme.size} people share a theme: {theme.label}", soft_wrap=True)
    out.print(Text.assemble(("\nSuggested", "bold"), " ", (short(need), "dim")))
    print_suggestion(system, network, suggested)
    out.print(Text("\nHow help was spread", style="bold"))
    print_concentration(system.looks.by_operator(network, OPERATOR, "read burden board", partial(burden, on=BUSY)))
    out.print()


def _serve(system: Confrere, settings: Settings, port: int | None) -> None:
    from api.http import serving  # noqa: PLC0415 - the web's libraries are for serving alone

    with serving.listening("127.0.0.1", 8000 if port is None else port, or_free=port is None) as listener:
        address = serving.address(listener)
        _hand_out_tokens(system, address)
        serving.serve(system, settings, listener, partial(announce, address))


def _hand_out_tokens(system: Confrere, address: str) -> None:
    """One for each speaker; those of an earlier demo end."""
    for token in system.tokens.list(api.demo.NETWORK):
        if token.label == LABEL and token.revoked_at is None:
            system.tokens.revoke(token.token)
    for kind, member in api.demo.speakers(system).items():
        secret, _ = system.tokens.create(api.demo.NETWORK, member, label=LABEL, days=DAYS)
        name, about = system.ask(api.demo.NETWORK, partial(described, candidate=member))
        out.print(Text.assemble(f"\nAs {kind}: ", (name, "bold"), f", {about}"), soft_wrap=True)
        out.print(f"  {curl(secret, address, READS[kind])}", soft_wrap=True)
    out.print()
