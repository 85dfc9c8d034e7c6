"""Rule 9: nobody is matched with themselves, across linked identities where these may be opened."""

from collections.abc import Mapping
from typing import Final

from engine.rules.checker import Look
from engine.rules.links import Links
from engine.rules.numbers import Numbers, number_of
from engine.rules.pairs import LISTED, TOGETHER, known_at
from engine.rules.standing import Standing
from engine.rules.told import Told


class Oneself:
    def __init__(self, standing: Standing) -> None:  # noqa: ARG002 - one shape for all checkers
        self._links: Final = Links()
        self._makers: Final = Numbers(width=1)  # of challenges and resources
        self.of: Final[Mapping[str, Look]] = {
            **dict.fromkeys(TOGETHER, self._look),
            "member.identity-linked": self._linked,
            "challenge.posted": self._made,
            "resource.shared": self._made,
        }

    @property
    def left(self) -> Mapping[str, int]:
        return {"links between identities that are sealed": self._links.sealed} if self._links.sealed else {}

    def _linked(self, told: Told) -> None:
        self._links.take(told)

    def _made(self, told: Told) -> None:
        maker = told.fields.get("author") or told.fields["contributor"]
        self._makers.put(told.stream, number_of(maker))

    def _look(self, told: Told) -> str | None:
        position = known_at(told)
        for one, other in TOGETHER[told.name](told):
            if one == other:
                return f"{one} is matched with themselves"
            if self._links.one_person(one, other, position):
                return f"{one} and {other} are one person, and are matched"
        return self._own_thing(told) if told.name == LISTED else None

    def _own_thing(self, told: Told) -> str | None:
        reader = told.fields["reader"]
        for pick in told.fields["picks"]:
            at = self._makers.find(pick["candidate"])
            if at is not None and self._makers.values[at] == number_of(reader):
                return f"{reader} is suggested {pick['candidate']}, which is their own"
        return None
