"""Commands about who is in a network and speaks there: invite, join, network roles, tokens."""

import click
from rich.table import Column, Table

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
from api.cli.serving import curl, usual_address
from domain.kernel import Command
from domain.members import GrantNetworkRole, InviteMember, JoinNetwork, WithdrawNetworkRole
from domain.vocabulary import NetworkRole
from engine.commands import Order, build
from engine.explaining import short
from engine.runtime import Confrere
from engine.tokens import USUAL_DAYS, Token

_ID = 16  # characters
ROLE = click.Choice([str(each) for each in NetworkRole])


@click.command()
@command_id_option
@network_option
@json_option
def invite(command_id: str | None, network: str | None, as_json: bool) -> None:
    """Invite somebody: prints the id under which they may join, with a token of their own.

    \b
    Example: confrere invite --network "Rural Literacy Network"
    """
    with running() as system:
        where = system.network(network)
        member = id_for("member", where, command_id)
        _carry_out(system, where, command_id, order(build(InviteMember, member=member)))
    print_json({"member": member}) if as_json else out.print(f"invited: {member}", soft_wrap=True)


@click.command()
@click.option("--name", required=True, help="Name of the member.")
@click.option("--cohort", default="", help="Cohort they join with.")
@click.option("--role", "roles", multiple=True, type=ROLE, help="Network role to give them; may be repeated.")
@command_id_option
@network_option
@json_option
def join(
    name: str, cohort: str, roles: tuple[str, ...], command_id: str | None, network: str | None, as_json: bool
) -> None:
    """Record that somebody joined, with their network roles: the first admin of a network begins like this.

    \b
    Example: confrere join --name "Ada Aberg" --role admin --role facilitator
    """
    with running() as system:
        where = system.network(network)
        member = id_for("member", where, command_id)
        joined = order(build(JoinNetwork, member=member, name=name, cohort=cohort), on_behalf_of=member)
        granted = [order(build(GrantNetworkRole, member=member, role=role)) for role in roles]
        _carry_out(system, where, command_id, order(build(InviteMember, member=member)), joined, *granted)
    print_json({"member": member}) if as_json else out.print(f"joined: {member}", soft_wrap=True)


@click.command()
@click.argument("member")
@click.argument("role", type=ROLE)
@network_option
def grant(member: str, role: str, network: str | None) -> None:
    """Give MEMBER the network role ROLE; again changes nothing.

    \b
    Example: confrere grant member-3f2a facilitator
    """
    _change_role(GrantNetworkRole, member, role, network)


@click.command()
@click.argument("member")
@click.argument("role", type=ROLE)
@network_option
def withdraw(member: str, role: str, network: str | None) -> None:
    """Take the network role ROLE back from MEMBER; again changes nothing.

    \b
    Example: confrere withdraw member-3f2a facilitator
    """
    _change_role(WithdrawNetworkRole, member, role, network)


def _change_role(
    change: type[GrantNetworkRole | WithdrawNetworkRole], member: str, role: str, network: str | None
) -> None:
    with running() as system:
        where = system.network(network)
        command: Command = build(change, member=need_id(system, where, member, ("member",)), role=role)
        events = system.commands.handle(order(command), sender(where))
    out.print("recorded" if events else "This stands already; nothing changed.")


def _carry_out(system: Confrere, network: str, command_id: str | None, *orders: Order) -> None:
    """All in one save, or none."""
    done = system.commands.handle_all(orders, sender(network, command_id))
    for _, refusal in done.refusals:
        raise refusal


@click.group()
def token() -> None:
    """Tokens by which programs speak for a member over HTTP."""


@token.command("create")
@click.option("--member", required=True, metavar="MEMBER", help="Id of the member it speaks for.")
@click.option("--days", type=click.IntRange(1, 3650), default=USUAL_DAYS, show_default=True, help="How long it lives.")
@click.option("--label", default="", help="What it is for, to tell it from others.")
@network_option
@json_option
def create(member: str, days: int, label: str, network: str | None, as_json: bool) -> None:
    """Make a token for a member. It is printed this once; nobody can look it up again.

    What it may do is what the member may do, at every moment: their network roles are not copied into it.

    \b
    Example: confrere token create --member member-3f2a --days 30 --label laptop
    """
    with running() as system:
        where = system.network(network)
        whole = need_id(system, where, member, ("member",))
        secret, made = system.tokens.create(where, whole, label=label, days=days)
    if as_json:
        known = {"network": where, "member": whole, "expires_at": made.expires_at, "label": label}
        print_json({"token": secret, "id": made.token, **known})
        return
    out.print(secret, soft_wrap=True)
    until = f"until {made.expires_at:%Y-%m-%d}; `confrere token revoke {made.token}` ends it."
    out.print(f"Keep it: it is shown only now. It speaks for {whole} of {where} {until}", soft_wrap=True)
    out.print("Try it while `confrere serve` runs:")
    out.print(f"  {curl(secret, usual_address(system.settings), 'me')}", soft_wrap=True)


@token.command("list")
@network_option
@json_option
def list_(network: str | None, as_json: bool) -> None:
    """List a network's tokens, with those that ended, never their secrets.

    \b
    Example: confrere token list --json
    """
    with running() as system:
        found = system.tokens.list(system.network(network))
        now = system.clock()
    if as_json:
        print_json(found)
        return
    whole = Column("id", min_width=_ID, no_wrap=True)  # it is needed to revoke
    table = Table(whole, "member", "label", "state", "last used")
    for each in found:
        ended = "revoked" if each.revoked_at else "expired" if each.expires_at <= now else ""
        state = ended or f"until {each.expires_at:%Y-%m-%d}"
        table.add_row(each.token, short(each.member), each.label, state, _used(each))
    out.print(table)


def _used(each: Token) -> str:
    return f"{each.last_used:%Y-%m-%d %H:%M}" if each.last_used else "never"


@token.command("revoke")
@click.argument("token_id", metavar="ID")
def revoke(token_id: str) -> None:
    """End the token ID at once, in every process; again changes nothing. The beginning of an id is enough.

    \b
    Example: confrere token revoke 9f86d081884c7d65
    """
    with running() as system:
        ended = system.tokens.revoke(token_id)
    out.print(f"revoked: {ended.token}")
