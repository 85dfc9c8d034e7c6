"""The commands `confrere audit`: what others can check without trusting this machine."""

import click

from api.cli.audit.checking import check
from api.cli.audit.proving import checkpoint, consistent, key, prove
from api.cli.audit.verifying import verify


@click.group()
def audit() -> None:
    """Prove, check and verify a network's history."""


for command in (check, checkpoint, key, prove, consistent, verify):
    audit.add_command(command)
