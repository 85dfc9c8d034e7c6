"""The command that checks every rule over a whole history."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import chain, islice
from pathlib import Path

import click
from msgspec import MsgspecError, Struct
from msgspec.structs import replace
from rich.table import Table

from api.cli.running import err, json_option, network_option, out, print_json, progress_bar, running
from domain.refusals import BadFile, Malformed, Refused
from domain.vocabulary import OPERATOR
from engine.access import Seen
from engine.checking import Findings, Violation, rows_of, unsealing
from engine.checking import check as checked
from engine.log_lines import EVENTS, rows_in
from engine.rules.all import NOT_CLAIMED, RULES
from engine.runtime import Confrere
from engine.verifying import lines_of

_BROKEN = 1  # exit code
_MEMBER = re.compile(r"member-[0-9a-f]+")

_export = click.Path(path_type=Path, exists=True)


@click.command()
@click.argument("export", type=_export, required=False)
@click.option("--rule", "rules", type=click.IntRange(min=1), multiple=True, help="Only this rule; may be repeated.")
@click.option("--open", "opens", is_flag=True, help="Open what is sealed where a rule needs it, by the keys of here.")
@click.option("--list", "lists", is_flag=True, help="Say of every rule what is proven of it, or why nothing is.")
@network_option
@json_option
@click.pass_context
def check(
    context: click.Context,
    export: Path | None,
    rules: tuple[int, ...],
    opens: bool,
    lists: bool,
    network: str | None,
    as_json: bool,
) -> None:
    """Check every rule over a whole history, in one pass: the one kept here, or a verifiable EXPORT.

    Exit code 1 and the first event that a rule forbids, with its position. Sealed texts stay sealed unless --open
    is given; what could not be judged without them is said.

    \b
    Example: confrere audit check
    Example: confrere audit check --rule 1 --rule 9 --open
    Example: confrere audit check year.export
    """
    if lists:
        _print_rules(as_json=as_json)
        return
    _known(rules)
    found = _of_export(export, rules, opens=opens) if export else _of_network(network, rules, opens=opens)
    print_json(found) if as_json else _print(found)
    if found.violation is not None:
        context.exit(_BROKEN)


def _known(rules: tuple[int, ...]) -> None:
    if unknown := set(rules) - {rule.number for rule in RULES}:
        words = f"nothing is checked of rule {min(unknown)}"
        raise Malformed(words, field="--rule", remedy="`confrere audit check --list` says what is")


def _of_network(network: str | None, rules: tuple[int, ...], *, opens: bool) -> Findings:
    with running() as system, progress_bar("checking", system.store.head()) as done:
        where = system.network(network)
        if opens:
            _opened(system, where)
        found = checked(rows_of(system.store, where, done), rules, unsealing(system.keys) if opens else None)
        return replace(found, violation=found.violation and _seen(system, where, found.violation))


def _opened(system: Confrere, network: str) -> None:
    """Before any of it is read: that somebody opens what is sealed is on record, and where it cannot be nothing is."""
    system.looks.record(network, OPERATOR, "rules with sealed words", Seen(subjects=frozenset({network})))


def _seen(system: Confrere, network: str, broken: Violation) -> Violation:
    """Whoever is named in it is told that the operator read so; where that cannot be recorded nobody is named."""
    whom = frozenset(_MEMBER.findall(broken.words))
    if not whom:
        return broken
    try:
        system.looks.record(network, OPERATOR, "check rules", Seen(subjects=whom, members=whom))
    except Refused:
        return replace(broken, words="it names members, and the look at them cannot be recorded")
    return broken


def _of_export(export: Path, rules: tuple[int, ...], *, opens: bool) -> Findings:
    """Without --open it needs nothing but the file."""
    file = export / EVENTS if export.is_dir() else export
    with _read(file) as lines:
        if not opens:
            return checked(rows_in(lines), rules)
        with running() as system:
            rows = rows_in(lines)
            first = list(islice(rows, 1))
            for _, _, network, *_ in first:
                if network in system.store.networks():  # else there are no keys to it here
                    _opened(system, network)
            return checked(chain(first, rows), rules, unsealing(system.keys))


@contextmanager
def _read(file: Path) -> Iterator[Iterator[bytes]]:
    try:
        yield lines_of(file)
    except (MsgspecError, ValueError, RecursionError):
        words = "this is no verifiable export, or not as it was written"
        raise BadFile(words, field=str(file), remedy="`confrere audit verify` names the line") from None


def _print(found: Findings) -> None:
    if found.violation is not None:
        broken = found.violation
        where = f"Rule {broken.rule} is broken at position {broken.position}"
        err.print(f"{where}: {broken.words}.", soft_wrap=True)
        return
    table = Table("rule", "what is proven", "events", "not judged")
    for each in found.rules:
        left = "; ".join(f"{words}: {count}" for words, count in each.left.items())
        table.add_row(str(each.rule), each.proves, str(each.looked_at), left)
    out.print(table)
    out.print(f"{found.events} events, and no rule is broken.")


class _Line(Struct, frozen=True):
    rule: int
    proves: str


class _Listing(Struct, frozen=True):
    checked: tuple[_Line, ...]
    not_claimed: dict[int, str]


def _print_rules(*, as_json: bool) -> None:
    if as_json:
        print_json(_Listing(tuple(_Line(rule.number, rule.proves) for rule in RULES), NOT_CLAIMED))
        return
    table = Table("rule", "what is proven of it")
    said = {rule.number: rule.proves for rule in RULES} | {n: f"not checked: {why}" for n, why in NOT_CLAIMED.items()}
    for number, words in sorted(said.items()):
        table.add_row(str(number), words)
    out.print(table)
