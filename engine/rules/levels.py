"""Rule 7: only the member chooses the level; who wants a light touch, or chose and offered nothing, gets no ask."""

from collections.abc import Mapping
from typing import Final

from engine.rules.checker import Look
from engine.rules.pairs import LISTED
from engine.rules.room import MINUTES
from engine.rules.standing import Standing
from engine.rules.told import Told

_LIGHT: Final = frozenset({"honor", "follow"})


class Levels:
    def __init__(self, standing: Standing) -> None:
        self._standing: Final = standing
        self.of: Final[Mapping[str, Look]] = {
            "member.engagement-level-chosen": self._chosen,
            "introduction.offered": self._introduced,
            "coaching.coach-offered": self._coached,
            LISTED: self._listed,
        }

    def _chosen(self, told: Told) -> str | None:
        if told.around.speaker == told.stream:
            return None
        return f"{told.around.speaker} chooses the level of {told.stream}, which is theirs alone to choose"

    def _introduced(self, told: Told) -> str | None:
        return self._ask(told.fields["helper"], told.fields["introduced_by"])

    def _coached(self, told: Told) -> str | None:
        return self._ask(told.fields["coach"], told.fields["offered_by"])

    def _listed(self, told: Told) -> str | None:
        """On lists that lead to asks stands nobody who would not be asked."""
        if told.fields["kind"] not in MINUTES:
            return None
        for pick in told.fields["picks"]:
            person = self._standing.person(pick["candidate"])
            if person.level in _LIGHT and person.chose <= told.fields["inputs"]["position"]:
                return f"{pick['candidate']} takes part at the level {person.level}, and is suggested for an ask"
        return None

    def _ask(self, asked: str, by: str) -> str | None:
        level = self._standing.person(asked).level
        if level is None:
            return f"{asked} is asked for time and never chose a level of engagement"
        if level in _LIGHT and asked != by:
            return f"{asked} takes part at the level {level}, and is asked for time"
        return None
