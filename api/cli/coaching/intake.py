"""How a case begins at the command line: a need is noticed, or asked for in a guided intake."""

import sys
from typing import Any, Final

import click

from api.cli.coaching.saying import CASE, row
from api.cli.running import (
    command_id_option,
    id_for,
    json_option,
    need_id,
    network_option,
    order,
    out,
    print_json,
    running,
    sender,
)
from domain.coaching.commands import DraftRequest, NoticeCoachingNeed, SubmitRequest
from domain.vocabulary import Confidentiality, Urgency
from engine.commands import build

_QUESTIONS: Final = {
    "title": "What is the challenge, in one line?",
    "text": "What happens? Name no students.",
    "tried": "What was tried?",
    "would_help": "What would help?",
}
URGENCIES: Final = click.Choice([str(each) for each in Urgency])
CLASSES: Final = click.Choice([str(Confidentiality.GROUP), str(Confidentiality.PAIR)])


@click.command()
@click.option("--seeker", required=True, metavar="MEMBER", help="Id of the member whose need it is.")
@click.option("--by", required=True, metavar="MEMBER", help="The facilitator or coach who notices it.")
@click.option("--text", required=True, help="What was noticed. Name no students.")
@click.option("--challenge", metavar="CHALLENGE", help="A challenge of the seeker's that it is about.")
@command_id_option
@network_option
@json_option
def notice(
    seeker: str, by: str, text: str, challenge: str | None, command_id: str | None, network: str | None, as_json: bool
) -> None:
    """Note a coaching need of somebody else. The seeker alone makes a request of it, or withdraws it.

    \b
    Example: confrere coaching notice --seeker member-3f2a --by member-91bc --text "Said that calls home are hard."
    """
    with running() as system:
        where = system.network(network)
        speaker = need_id(system, where, by, ("member",))
        command = build(
            NoticeCoachingNeed,
            coaching=id_for("coaching", where, command_id),
            seeker=need_id(system, where, seeker, ("member",)),
            noticed_by=speaker,
            challenge=need_id(system, where, challenge, ("challenge",)) if challenge else None,
            text=text,
        )
        system.commands.handle(order(command, on_behalf_of=speaker), sender(where, command_id))
    print_json({"coaching": command.coaching}) if as_json else out.print(f"noticed: {command.coaching}")


@click.command()
@click.option("--seeker", required=True, metavar="MEMBER", help="Id of the member whose need it is.")
@click.option("--title", help="What the challenge is, in one line.")
@click.option("--text", help="What happens. Name no students.")
@click.option("--tried", help="What was tried.")
@click.option("--would-help", help="What would help.")
@click.option("--urgency", type=URGENCIES, help="How urgent it is (default: routine).")
@click.option("--minutes", type=click.INT, help="Minutes a week that the seeker can give.")
@click.option("--confidentiality", type=CLASSES, help="Who reads it: its group, or the pair who work on it.")
@click.option("--challenge", metavar="CHALLENGE", help="A challenge of the seeker's that it is about.")
@click.option("--case", metavar="CASE", help="A draft to write anew, or a need that was noticed.")
@click.option("--reopens", metavar="CASE", help="An earlier case of the seeker's that ended.")
@click.option("--submit/--draft", default=None, help="Submit it at once, or keep it as a draft (default).")
@command_id_option
@network_option
@json_option
def request(
    seeker: str,
    case: str | None,
    reopens: str | None,
    challenge: str | None,
    submit: bool | None,
    command_id: str | None,
    network: str | None,
    as_json: bool,
    **said: Any,  # noqa: ANN401 - as click gives it
) -> None:
    """Ask for coaching on behalf of a member. On a terminal, what no option gives is asked question by question.

    A draft is its author's alone. Once submitted, every clock runs.

    \b
    Example: confrere coaching request --seeker member-3f2a
    Example: confrere coaching request --seeker member-3f2a --title "My first calls home lead nowhere" --submit
    """
    asked = {"title"} - {name for name, words in said.items() if words is not None}
    guided = bool(asked) and at_terminal() and not as_json
    if asked and not guided:
        raise click.UsageError("Missing option '--title'.")
    with running() as system:
        where = system.network(network)
        who = need_id(system, where, seeker, ("member",))
        answers = _guided(said) if guided else said
        command = build(
            DraftRequest,
            coaching=need_id(system, where, case, CASE) if case else id_for("coaching", where, command_id),
            seeker=who,
            challenge=need_id(system, where, challenge, ("challenge",)) if challenge else None,
            reopens=need_id(system, where, reopens, CASE) if reopens else None,
            **answers,
        )
        orders = [order(command, on_behalf_of=who)]
        if submit or (guided and submit is None and click.confirm("Submit it now?", default=True)):
            orders.append(order(SubmitRequest(coaching=command.coaching), on_behalf_of=who))
        done = system.commands.handle_all(orders, sender(where, command_id))
        for _, refusal in done.refusals:
            raise refusal
        state = row(system, where, command.coaching).state
    if as_json:
        print_json({"coaching": command.coaching, "state": state})
        return
    out.print(f"{command.coaching} is {state}", soft_wrap=True)


def at_terminal() -> bool:
    """Whether there is somebody to ask."""
    return sys.stdin.isatty()


def _guided(said: dict[str, Any]) -> dict[str, Any]:
    """Question by question; an empty answer to all but the first leaves it out."""
    answers = {
        name: click.prompt(words, default=None if name == "title" else "", show_default=False)
        if said[name] is None
        else said[name]
        for name, words in _QUESTIONS.items()
    }
    urgency = said["urgency"] or click.prompt("How urgent is it?", type=URGENCIES, default=str(Urgency.ROUTINE))
    minutes = said["minutes"]
    if minutes is None:
        minutes = click.prompt("Minutes a week that you can give?", type=click.INT, default=0)
    confidentiality = said["confidentiality"] or click.prompt(
        "Who may read it: its group (facilitators and coach), or the pair?", type=CLASSES, default="group"
    )
    return {**answers, "urgency": urgency, "minutes": minutes, "confidentiality": confidentiality}
