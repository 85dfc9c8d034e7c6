"""Carries a plan out in one save, or rehearses it, and reports."""

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Final

from domain.challenges import ChallengeAnswered, ChallengePosted
from domain.kernel import Event, Recorded
from domain.refusals import IllegalMove, Unknown
from domain.resources import ResourceShared
from domain.sites import SiteDescribed, SiteRegistered
from domain.vocabulary import OPERATOR, StreamId
from engine.commands import Commands, Done, Sender
from engine.event_store import EventStore
from engine.importing.drafting import Planned
from engine.importing.planning import Import
from engine.importing.report import Refusal, Report, TableCount, as_refusal, in_order
from engine.importing.standing import contradiction, stands, stream_of


def run_import(
    plan: Import,
    commands: Commands,
    store: EventStore,
    *,
    actor: str = OPERATOR,
    dry_run: bool = False,
    progress: Callable[[int, int], None] | None = None,
) -> Report:
    """Record all of it in one save, or nothing. `progress` is told how many orders of how many are decided.

    What stands already is left out: running an import again changes nothing, also when the network has lived on.
    """
    if store.network_of(plan.network) is None:
        refusal = Refusal(file="", line=0, words="this network has no charter yet", remedy="charter it first")
        return Report(network=plan.network, dry_run=dry_run, warnings=plan.warnings, refusals=(refusal,))
    carried_out = store.receipt(plan.network, plan.command_id([one.order for one in plan.orders])) is not None
    pending, refusals = ([], []) if carried_out else _pending(plan, store)
    refusals += [*plan.refusals, *_strangers(plan, store)]
    orders = [one.order for one in pending]
    sender = Sender(network=plan.network, actor=actor, command_id=plan.command_id(orders))
    rehearse = dry_run or bool(refusals)
    told = None if progress is None else _counting(progress, len(orders))
    done = commands.handle_all(orders, sender, rehearse=rehearse, progress=told) if orders else Done()
    refusals += [
        as_refusal(refused, pending[place].row.file, pending[place].row.line, pending[place].columns)
        for place, refused in done.refusals
        if not (refusals and isinstance(refused, Unknown))  # it hangs on a row that was refused for its own reason
    ]
    return Report(
        network=plan.network,
        dry_run=dry_run,
        events=0 if refusals else done.decided,
        tables=_tables(plan, pending, () if refusals else None if dry_run else done.events),
        warnings=plan.warnings,
        refusals=in_order(refusals),
    )


_ELSEWHERE: Final = IllegalMove(
    "this id belongs to another network of this installation",
    remedy="import an export elsewhere, or with keys of your own",
)


def _pending(plan: Import, store: EventStore) -> tuple[list[Planned], list[Refusal]]:
    """Orders that do not stand yet, and those that contradict what stands."""
    pending, refusals = [], []
    histories: dict[StreamId, Sequence[Recorded]] = {}
    for one in plan.orders:
        stream = stream_of(one.order.command)
        if stream not in histories:
            histories[stream] = store.stream(stream)
        if histories[stream] and histories[stream][0].network != plan.network:
            refusals.append(as_refusal(_ELSEWHERE, one.row.file, one.row.line, one.columns))
            continue
        if stands(one.order, histories[stream]):
            continue
        pending.append(one)
        refused = contradiction(one.order, histories[stream])
        if refused:
            refusals.append(as_refusal(refused, one.row.file, one.row.line, one.columns))
    return pending, refusals


def _strangers(plan: Import, store: EventStore) -> list[Refusal]:
    """Names that are neither in the tables nor in the network."""
    return [
        Refusal(
            file=one.row.file,
            line=one.row.line,
            field=one.column,
            words=f"there is no such {one.kind}, neither in these files nor in this network",
        )
        for one in plan.outside
        if store.network_of(one.id) != plan.network
    ]


def _counting(progress: Callable[[int, int], None], total: int) -> Callable[[int], None]:
    return lambda done: progress(done, total)


def _tables(plan: Import, pending: Sequence[Planned], events: Sequence[Recorded] | None) -> tuple[TableCount, ...]:
    new = {(one.row.table, one.row.file, one.row.line, one.row.key) for one in pending}
    rows = Counter(place[0] for place in new)
    recorded = Counter(
        [one.row.table for one in pending] if events is None else [_table_of(one.event) for one in events]
    )
    return tuple(
        TableCount(
            table=name,
            read=shaped.read,
            merged=shaped.merged,
            left_out=shaped.left_out,
            unchanged=len(shaped.rows) - rows[name],
            events=recorded[name],
        )
        for name, shaped in plan.shaped.items()
        if shaped.read
    )


def _table_of(event: Event) -> str:
    match event:
        case SiteRegistered() | SiteDescribed():
            return "sites"
        case ChallengePosted():
            return "challenges"
        case ChallengeAnswered():
            return "posts"
        case ResourceShared():
            return "resources"
        case _:
            return "members"
