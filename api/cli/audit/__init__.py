"""The commands `confrere audit`: what others can check without trusting this machine."""

import click

from api.cli.audit.proving import checkpoint, consistent, key, prove


@click.group()
def audit() -> None:
    """Prove, check and verify a network's history."""


for command in (checkpoint, key, prove, consistent):
    audit.add_command(command)
