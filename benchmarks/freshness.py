"""How soon a new challenge is on somebody else's list: from its command to the list that names it, the encoder warm."""

import tempfile
import time
from pathlib import Path
from typing import Final

from benchmarks.network import NETWORK, START, Size, build, member, settings_of
from benchmarks.row import Row
from benchmarks.turns import in_time, longer, row
from domain.challenges import PostChallenge
from domain.recommendations import ListKind
from domain.vocabulary import OPERATOR
from engine.commands import Order, Sender
from engine.runtime import Confrere

SIZE, SMALL, ROUNDS = Size(667, 10_005), Size(134, 2_010), 9
LIMIT: Final = 1.0  # seconds
TOPICS: Final = (
    "attendance",
    "phonics",
    "fractions",
    "bullying",
    "homework",
    "recess",
    "budgets",
    "buses",
    "mentoring",
)
ASKED: Final = "Our {} fell apart after winter break, and two of the grade teams would rather begin anew."
ALIKE: Final = "After winter break our {} fell apart; the teams of two grades want to begin it anew. "


def rows(*, smoke: bool = False) -> list[Row]:
    size, rounds = (SMALL, 2) if smoke else (SIZE, ROUNDS)
    with tempfile.TemporaryDirectory() as folder:
        build(Path(folder), size)
        with Confrere(settings_of(Path(folder)), lambda: START) as system:
            took = [_until_listed(system, number) for number in range(rounds)]
    ratio = longer(took, [LIMIT] * rounds)
    what = f"until a challenge just posted is on a list, among {size.items:,}"
    return [row(what, "one second", ratio, f"{in_time(ratio.median)} / 1 s", at_most=1.0)]


def _until_listed(system: Confrere, number: int) -> float:
    reader, author = member(4 * number), member(4 * number + 2)
    need = _post(system, reader, 2 * number, ASKED.format(TOPICS[number]))
    system.recommend(NETWORK, reader, need, ListKind.PEERS)  # and the encoder is loaded
    start = time.perf_counter()
    _post(system, author, 2 * number + 1, ALIKE.format(TOPICS[number]))
    listed = system.recommend(NETWORK, reader, need, ListKind.PEERS)
    took = time.perf_counter() - start
    if author not in {pick.candidate for pick in listed.issued.picks}:
        raise AssertionError(f"{author} is not on the list of {reader}")
    return took


def _post(system: Confrere, author: str, number: int, text: str) -> str:
    challenge = f"challenge-{0xF000_0000 + number:08x}"
    order = Order(command=PostChallenge(challenge=challenge, author=author, title=text), at=START)
    system.commands.handle(order, Sender(network=NETWORK, actor=OPERATOR, command_id=challenge))
    return challenge
