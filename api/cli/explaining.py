"""Why, then: stored lists and suggestions explained, derived again from the history of their time, and compared."""

from collections import Counter
from collections.abc import Sequence
from functools import partial

import click
import msgspec
from rich.table import Table
from rich.text import Text

from api.cli.coaching.reading import print_suggestion
from api.cli.coaching.saying import looked_at
from api.cli.printing import print_list
from api.cli.running import (
    err,
    json_option,
    need_id,
    network_option,
    out,
    print_json,
    progress_bar,
    running,
    when_options,
)
from domain.coaching.events import DispositionSuggested
from domain.kernel import Recorded
from domain.recommendations import RecommendationsIssued
from domain.vocabulary import OPERATOR, StreamId
from engine.access import Seen
from engine.explaining import WordedList, in_words, short
from engine.hypothetical import Hypothetical
from engine.rederiving import Rederived, Verdict, decision_of
from engine.runtime import Confrere
from engine.when import When
from projections.coaching_view import CaseView
from projections.recommendation_lists import IssuedList

FAULTY = 1  # exit code where anything differs
_SHOWN = 20  # differences of one decision


@click.command()
@click.argument("decision", required=False)
@click.option("--all", "every", is_flag=True, help="Derive every list and suggestion of the log again.")
@click.option("--today", is_flag=True, help="The same case under today's rules: hypothetical, never recorded.")
@click.option("--why-not", metavar="CANDIDATE", help="Say what keeps a member, resource or challenge off the list.")
@click.option("--true-cause", is_flag=True, help="With --why-not: also what is private. That you look is recorded.")
@when_options
@network_option
@json_option
@click.pass_context
def explain(
    context: click.Context,
    decision: str | None,
    every: bool,
    today: bool,
    why_not: str | None,
    true_cause: bool,
    when: When,
    network: str | None,
    as_json: bool,
) -> None:
    """Explain a list, or what was suggested for a coaching case: why, and whether it follows from the history.

    DECISION is the id of a recommendation or of a coaching case. It is derived again from the history as it stood then,
    by the policy and encoder of then, and compared with what is stored: identical, differing, or not wholly
    re-derivable, where somebody was erased. Exit code 1 when anything differs.

    \b
    Example: confrere explain recommendation-5e1d
    Example: confrere explain coaching-5e1d --today
    Example: confrere explain recommendation-5e1d --why-not member-3f2a
    Example: confrere explain --all
    """
    if every == (decision is not None) or (true_cause and why_not is None) or (today and why_not is not None):
        raise click.UsageError("name one decision, or --all; --true-cause goes with --why-not, --today stands alone")
    with running() as system:
        where = system.network(network)
        if decision is None:
            differs = _every(system, where, as_json=as_json)
        else:
            whole = need_id(system, where, decision, ("recommendation", "coaching"))
            recorded = system.rederiving.latest(where, whole, when)
            if why_not is not None:
                differs = _why_not(system, where, recorded, why_not, true_cause=true_cause, as_json=as_json)
            else:
                differs = (_today if today else _one)(system, where, recorded, as_json=as_json)
    if differs:
        context.exit(FAULTY)


def _one(system: Confrere, network: StreamId, recorded: Recorded, *, as_json: bool) -> bool:
    found = system.rederiving.again(network, recorded)
    told = _told(system, network, recorded)
    if as_json:
        print_json(msgspec.to_builtins(told) | {"rederived": found})
    elif isinstance(told, WordedList):
        print_list(told, details=True)
    else:
        _print_suggestion(system, network, recorded)
    if not as_json:
        _print_outcome(found)
    return found.outcome is Verdict.DIFFERS


def _told(system: Confrere, network: StreamId, recorded: Recorded) -> WordedList | CaseView:
    """As it is stored; that the operator sees it is a look."""
    event = recorded.event
    if not isinstance(event, RecommendationsIssued):
        return looked_at(system, network, recorded.stream, OPERATOR)
    worded = system.ask(network, partial(in_words, stored=_stored(recorded, event)))
    system.looks.at(network, "explain", worded)
    return worded


def _stored(recorded: Recorded, issued: RecommendationsIssued) -> IssuedList:
    return IssuedList(
        recommendation=recorded.stream,
        issued=issued,
        at=recorded.envelope.occurred_at,
        position=recorded.position,
        viewed=False,
        expired=False,
    )


def _print_suggestion(system: Confrere, network: StreamId, recorded: Recorded) -> None:
    if isinstance(recorded.event, DispositionSuggested):
        print_suggestion(system, network, recorded.event)


def _print_outcome(found: Rederived) -> None:
    out.print(
        Text.assemble(("Derived again", "bold"), f" from position {found.position}: {found.outcome}"), soft_wrap=True
    )
    for each in found.gone:
        out.print(f"  gone: {each}", soft_wrap=True)
    for one in found.differences[:_SHOWN]:
        begins = "not comparable without it" if one.gone else "differs"
        out.print(f"  {begins}: {one.where}: {one.stored} / {one.derived}", soft_wrap=True)


def _every(system: Confrere, network: StreamId, *, as_json: bool) -> bool:
    with progress_bar("deriving again", system.store.head()) as told:
        found = list(system.rederiving.every(network, told))
    system.looks.record(network, OPERATOR, "all decisions derived again", Seen(subjects=frozenset({network})))
    _look_at(system, network, [each.decision for each in found if each.outcome is not Verdict.IDENTICAL])
    if as_json:
        print_json(found)
    else:
        _print_all(found)
    return any(each.outcome is Verdict.DIFFERS for each in found)


def _look_at(system: Confrere, network: StreamId, decisions: Sequence[StreamId]) -> None:
    """What is gone from a decision, or differs in it, names others: whose it is reads that it was looked at."""
    events = [decision_of(system.rederiving.latest(network, each)) for each in decisions]
    concerned = {event.reader if isinstance(event, RecommendationsIssued) else event.seeker for event in events}
    if decisions:
        seen = Seen(subjects=frozenset(decisions), members=frozenset(concerned - {""}))
        system.looks.record(network, OPERATOR, "explain all", seen)


def _print_all(found: Sequence[Rederived]) -> None:
    table = Table(box=None, padding=(0, 2, 0, 0))
    for heading in ("position", "what", "id", "outcome", "gone, or differing"):
        table.add_column(heading)
    for each in found:
        if each.outcome is not Verdict.IDENTICAL:
            why = each.gone or tuple(one.where for one in each.differences)
            table.add_row(str(each.recorded), each.what, short(each.decision), each.outcome, "; ".join(why[:3]))
    if table.row_count:
        out.print(table)
    counted = Counter(each.outcome for each in found)
    words = ", ".join(f"{counted[outcome]} {outcome}" for outcome in Verdict if counted[outcome])
    out.print(f"{len(found)} lists and suggestions derived again: {words or 'none'}", soft_wrap=True)


def _today(system: Confrere, network: StreamId, recorded: Recorded, *, as_json: bool) -> bool:
    found = system.hypothetical.today(network, recorded)
    system.looks.at(network, "explain hypothetically", found)
    if as_json:
        print_json(found)
    else:
        _print_today(system, network, found)
    return False


def _print_today(system: Confrere, network: StreamId, found: Hypothetical) -> None:
    out.print(Text.assemble(("Hypothetical", "bold"), f": {found.says}"), soft_wrap=True)
    if found.worded is not None:
        print_list(found.worded)
    if found.suggested is not None:
        print_suggestion(system, network, found.suggested)
    for each in found.differences[:_SHOWN]:
        out.print(f"  then {each.stored}, today {each.derived}: {each.where}", soft_wrap=True)


def _looked(system: Confrere, network: StreamId, recorded: Recorded, candidate: StreamId) -> None:
    """Alike whether the true cause was asked for or not: that it was would tell of a private one."""
    reader = {recorded.event.reader} if isinstance(recorded.event, RecommendationsIssued) else set()
    asked_about = {candidate} if candidate.startswith("member-") else set()
    seen = Seen(subjects=frozenset({recorded.stream}), members=frozenset(reader | asked_about))
    system.looks.record(network, OPERATOR, "why not", seen)


def _why_not(
    system: Confrere, network: StreamId, recorded: Recorded, given: str, *, true_cause: bool, as_json: bool
) -> bool:
    candidate = need_id(system, network, given, ("member", "resource", "challenge"))
    found = system.hypothetical.why_not(network, recorded, candidate, true_cause=true_cause)
    _looked(system, network, recorded, candidate)
    if as_json:
        print_json(found)
        return False
    out.print(f"As it stood at position {found.position}: {found.why_not}.", soft_wrap=True)
    out.print(f"The smallest change: {found.change}.", soft_wrap=True)
    if found.true_cause:
        out.print(f"For the operator alone: {found.true_cause}.", soft_wrap=True)
    if true_cause:
        err.print("that you looked is on record")
    return False
