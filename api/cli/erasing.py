"""Commands by which somebody is erased for ever, or may not be for now."""

import time
from collections.abc import Sequence

import click

from api.cli.running import (
    err,
    json_option,
    need_id,
    network_option,
    order,
    out,
    print_json,
    progress_bar,
    running,
    sender,
)
from domain.erasure import LiftLegalHold, PlaceLegalHold
from domain.kernel import Command
from domain.vocabulary import OPERATOR, MemberId, StreamId
from engine.access import Seen
from engine.commands import build
from engine.letting_go import Gone
from engine.naming import Found, look_for, names_of
from engine.runtime import Confrere

SHOWN = 20  # streams printed before the rest is counted


@click.command()
@click.argument("member")
@click.option("--yes", is_flag=True, help="Do not ask again.")
@network_option
@json_option
def erase(member: str, yes: bool, network: str | None, as_json: bool) -> None:
    """Erase MEMBER for ever: destroy the key of their words, and delete or make anew all that was derived from them.

    Prints first what there is, and where others wrote their name: those words are others', and a facilitator looks at
    them. Exports with opened words are deleted; backups are not: the keys in them expire with the backup.

    \b
    Example: confrere erase member-3f2a
    """
    with running() as system:
        where = system.network(network)
        whole = need_id(system, where, member, ("member",))
        found = look_for(system.store, where, whole)
        looked_at = Seen(subjects=frozenset({whole, *found.named}), members=frozenset({whole}))
        system.looks.record(where, OPERATOR, "erase", looked_at)
        if not as_json:
            _print_found(system, where, whole, found)
        if not (yes or click.confirm(f"Erase {whole} for ever?", err=True)):
            err.print("Nobody was erased.")
            raise click.exceptions.Exit(1)
        began = time.monotonic()
        events = system.erasures.begin(where, whole, sender(where))
        with progress_bar("making anew what is derived", system.store.head()) as done:
            gone = system.erasures.finish(where, whole, done)
    if as_json:
        print_json(
            {"member": whole, "named": found.named, "nameless": found.nameless, "texts": found.texts, "gone": gone}
        )
        return
    if not events:
        out.print("They were erased before; what was derived is made anew once more.")
    _print_gone(gone, time.monotonic() - began)


def _print_found(system: Confrere, network: StreamId, member: MemberId, found: Found) -> None:
    nothing = "a name that nobody can open any more" if found.nameless else "no name"
    names = " / ".join(sorted(names_of(system.store, member))) or nothing
    out.print(f"{member}, {names}: {found.texts} texts in the history", soft_wrap=True)
    if found.nameless:
        out.print("Their key is destroyed: where others wrote their name was not looked for, since nobody knows it.")
    for each in system.exports.register.holding_words(network):
        out.print(f"an export with opened words, to be deleted: {each.folder}", soft_wrap=True)
    if found.named:
        out.print("Others wrote their name, or a part of it, in:")
        _print_some(found.named)


def _print_some(named: Sequence[StreamId]) -> None:
    for each in named[:SHOWN]:
        out.print(f"    {each}", soft_wrap=True)
    if len(named) > SHOWN:
        out.print(f"    … and {len(named) - SHOWN} more; --json names all")


def _print_gone(gone: Gone, seconds: float) -> None:
    out.print(
        f"erased in {seconds:.1f} s: the key is destroyed, {gone.vectors} vectors and {gone.tokens} tokens are gone, "
        f"tables are made anew up to position {gone.position}",
        soft_wrap=True,
    )
    for each in gone.exports:
        out.print(f"deleted: {each}", soft_wrap=True)
    for each in gone.elsewhere:
        out.print(f"not there any more, look for it: {each}", soft_wrap=True)


@click.command()
@click.argument("member")
@click.option("--reason", required=True, help="Why; told to admins.")
@network_option
def hold(member: str, reason: str, network: str | None) -> None:
    """Place a legal hold: nothing of MEMBER may be erased until it is released.

    \b
    Example: confrere hold member-3f2a --reason "a lawsuit is pending"
    """
    _say(PlaceLegalHold, member, reason, network)


@click.command()
@click.argument("member")
@click.option("--reason", required=True, help="Why; told to admins.")
@network_option
def release(member: str, reason: str, network: str | None) -> None:
    """Lift the legal hold of MEMBER.

    \b
    Example: confrere release member-3f2a --reason "it was settled"
    """
    _say(LiftLegalHold, member, reason, network)


def _say(kind: type[PlaceLegalHold | LiftLegalHold], member: str, reason: str, network: str | None) -> None:
    with running() as system:
        where = system.network(network)
        command: Command = build(kind, member=need_id(system, where, member, ("member",)), reason=reason)
        events = system.commands.handle(order(command), sender(where))
    out.print("recorded" if events else "This stands already; nothing changed.")
