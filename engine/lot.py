"""The newcomer's lot: now and then a last place goes to somebody hardly ever suggested, by a recorded chance."""

from collections.abc import Sequence
from hashlib import sha256
from typing import Final

from msgspec.structs import replace

from domain.policies import MatchingPolicy
from domain.vocabulary import StreamId
from engine.case import Ranked
from models.ranking import PLACES

LIFT: Final = "newcomer"  # the part that says how many points short of the place they were who got it by lot
_FINE: Final = 2**32  # steps of chance


def seed_of(recommendation: StreamId) -> int:
    """A list has one seed for ever: asked again, it draws the same lot."""
    return int.from_bytes(sha256(recommendation.encode()).digest()[:6])


def drawn(
    picks: Sequence[Ranked], newcomers: Sequence[Ranked], policy: MatchingPolicy, seed: int
) -> tuple[list[Ranked], float]:
    """The list after the lot, and the chance with which its last place went to whoever has it.

    `newcomers` are those who may be on the list, in the last place or beyond it. Whoever of them is first by a number
    made of the seed and their own id gets the place, so that who comes or goes changes it for nobody else.
    """
    if not newcomers:
        return list(picks), 1.0
    *before, last = picks
    chance = round(policy.newcomer_chance * _FINE)
    luck = chance / _FINE / len(newcomers)
    stays = 1 - chance / _FINE
    among = any(each.candidate == last.candidate for each in newcomers)
    if _number(seed, "lot") % _FINE >= chance:
        return list(picks), stays + luck * among
    holder = min(newcomers, key=lambda each: (_number(seed, each.candidate), each.candidate))
    if holder.candidate == last.candidate:
        return list(picks), stays + luck
    lift = round(last.score - holder.score, PLACES)
    return [*before, replace(holder, more={**holder.more, LIFT: lift})], luck


def _number(seed: int, word: str) -> int:
    """The same on any machine, unlike most generators."""
    return int.from_bytes(sha256(f"{seed}|{word}".encode()).digest())
