"""Carries out what is said in a coaching case, on behalf of whose word it is."""

from collections.abc import Mapping
from functools import partial
from typing import Any, Final

import click

from api.cli.coaching.moves import Move, Who
from api.cli.coaching.options import fields_of, options_of, streams_of
from api.cli.running import id_for, need_id, order, out, print_json, running, sender
from domain.refusals import Malformed, Unknown
from domain.vocabulary import OPERATOR, MemberId, StreamId
from engine.commands import build
from engine.runtime import Confrere
from engine.when import NOW, When
from projections import coaching_cases, coaching_view
from projections.coaching_cases import QueueRow
from projections.coaching_engagement import EngagementSeen
from projections.coaching_view import CaseView

CASE: Final = ("coaching",)


def command_of(move: Move) -> click.Command:
    """A command of the group, made from its row."""
    example = f"coaching-5e1d {move.example}".strip()
    words = (move.summary, move.about, f"\b\nExample: confrere coaching {move.name} {example}")
    shared = [
        click.Argument(["coaching"], metavar="CASE"),
        *options_of(move),
        click.Option(["--by"], metavar="MEMBER", help=f"Whose word it is (default: {_DEFAULT[move.who]})."),
        click.Option(["--command-id"], metavar="ID", help="Makes a retry safe: the same id records nothing twice."),
        click.Option(["--network"], metavar="NAME", help="Name or id of the network; needed when there are several."),
        click.Option(["--json", "as_json"], is_flag=True, help="Print JSON for programs instead of a line."),
    ]
    text = "\n\n".join(each for each in words if each)
    return click.Command(move.name, params=shared, callback=partial(_carry_out, move), help=text)


_DEFAULT: Final[Mapping[Who, str]] = {
    "seeker": "the one whose need it is",
    "facilitator": "the facilitator who holds the case, else the operator",
    "coach": "the coach",
    "asked": "who is asked",
}


def _carry_out(
    move: Move,
    coaching: str,
    by: str | None,
    command_id: str | None,
    network: str | None,
    as_json: bool,
    **given: Any,  # noqa: ANN401 - as click gives it
) -> None:
    with running() as system:
        where = system.network(network)
        case = need_id(system, where, coaching, CASE)
        speaker = need_id(system, where, by, ("member",)) if by else _speaker(system, where, case, move.who)
        fields = fields_of(move, given) | _streams(system, where, move, given) | {"coaching": case}
        if move.own is not None:
            fields[move.own] = speaker
        fields |= _part_of_it(system, where, case, speaker or OPERATOR, move, given, command_id)
        said = order(build(move.command, **fields), on_behalf_of=speaker)
        events = system.commands.handle(said, sender(where, command_id))
        state = row(system, where, case).state
    if as_json:
        made = {move.new: fields[move.new]} if move.new else {}
        print_json({"coaching": case, "state": state, "recorded": len(events), **made})
        return
    words = f"{case} is {state}" if events else f"This stands already; nothing changed. {case} is {state}"
    out.print(words, soft_wrap=True)


def row(system: Confrere, network: StreamId, coaching: StreamId) -> QueueRow:
    """The case among others, for the operator."""
    found = system.queries.read(network, OPERATOR, lambda c, reader: coaching_cases.row_of(c, reader, coaching))
    if found is None:
        raise Unknown("there is no such coaching case in this network", field="coaching")
    return found


def view(system: Confrere, network: StreamId, coaching: StreamId, reader: MemberId, when: When = NOW) -> CaseView:
    """The case as somebody may see it."""
    return _there(system.queries.read(network, reader, lambda c, who: coaching_view.seen(c, who, coaching), when=when))


def looked_at(system: Confrere, network: StreamId, coaching: StreamId, reader: MemberId, when: When = NOW) -> CaseView:
    """The same to be printed, which is a look of the operator's."""
    return _there(
        system.looks.by_operator(
            network, reader, "read coaching", lambda c, who: coaching_view.seen(c, who, coaching), when=when
        )
    )


def _there(found: CaseView | None) -> CaseView:
    if found is None:
        raise Unknown("there is no such coaching case for this reader", field="coaching")
    return found


def _speaker(system: Confrere, network: StreamId, coaching: StreamId, who: Who) -> MemberId | None:
    """None for the operator themselves."""
    known = row(system, network, coaching)
    match who:
        case "seeker":
            return known.seeker
        case "facilitator":
            return known.facilitator
        case "coach":
            found = known.coach
        case "asked":
            offer = view(system, network, coaching, OPERATOR).offer
            found = offer.waits_for if offer and offer.waits_for else known.coach
    if found is None:
        raise Malformed("nobody is asked or coaches in this case", field="--by", remedy="name whose word it is")
    return found


def _streams(system: Confrere, network: StreamId, move: Move, given: Mapping[str, Any]) -> dict[str, Any]:
    """Whole ids from their beginnings."""
    found: dict[str, Any] = {}
    for name, kinds in streams_of(move).items():
        match given.get(name):
            case str() as one:
                found[name] = need_id(system, network, one, kinds)
            case tuple() as several:
                found[name] = tuple(need_id(system, network, each, kinds) for each in several)
            case _:
                pass
    return found


def _part_of_it(
    system: Confrere,
    network: StreamId,
    coaching: StreamId,
    speaker: MemberId,
    move: Move,
    given: Mapping[str, Any],
    command_id: str | None,
) -> dict[str, str]:
    """The session or step that is meant, or the new id."""
    if move.among is not None:
        name = "step" if move.among == "steps" else "session"
        engagement = view(system, network, coaching, speaker).engagement
        found = _meant(given.get(name), move, engagement) if engagement else given.get(name)
        if found or move.new is None:
            return {name: found or ""}
    return {move.new: id_for(move.new, network, command_id)} if move.new else {}


def _meant(beginning: str | None, move: Move, engagement: EngagementSeen) -> str | None:
    """By its beginning, else the one that comes next, or was last."""
    planned = [each.session for each in sorted(engagement.planned, key=lambda each: each.at)]
    held = [each.session for each in sorted(engagement.held, key=lambda each: each.at)]
    open_steps = [each.step for each in engagement.steps if not each.done]
    if beginning is not None:
        known = [each.step for each in engagement.steps] if move.among == "steps" else [*planned, *held]
        fitting = [each for each in known if each.startswith(beginning)]
        if len(fitting) == 1:
            return fitting[0]
        words = "several begin like this" if fitting else "there is none in this case"
        raise Unknown(words, field=beginning[:60], remedy="`confrere coaching show` prints their ids")
    match move.among:
        case "planned":
            return next(iter(planned), None)
        case "held":
            found = next(reversed(held), None)
        case _:
            found = next(iter(open_steps), None)
    if found is None:
        raise Unknown("there is none in this case", field="coaching", remedy="`confrere coaching show` prints it")
    return found
