"""The commands `confrere coaching …`: what facilitators, coaches and those they coach say and see of a case."""

from typing import Final

import click

from api.cli.coaching.boards import burden, coverage
from api.cli.coaching.drawing import diagram
from api.cli.coaching.experts import expert_budget
from api.cli.coaching.intake import notice, request
from api.cli.coaching.moves import MOVES
from api.cli.coaching.reading import mine, queue, show, suggest
from api.cli.coaching.saying import command_of
from api.cli.coaching.sharing import respond, themes

_READ: Final = (queue, mine, show, suggest)
_BEGIN: Final = (notice, request)
_TOGETHER: Final = (themes, respond, burden, coverage, expert_budget, diagram)


@click.group()
def coaching() -> None:
    """From a need to the right support: requests, triage, offers, engagements, and boards.

    CASE is the id of a coaching case, or its beginning. Everything is said on behalf of whose word it is, which --by
    names; as nobody in particular one reads what staff read, and --as names somebody else.
    """


for each in (*_READ, *_BEGIN, *map(command_of, MOVES), *_TOGETHER):
    coaching.add_command(each)
