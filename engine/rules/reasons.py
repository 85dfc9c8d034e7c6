"""Rule 19: every reason points at evidence that stood in the log then, and that is open to all."""

import re
from collections.abc import Mapping
from typing import Any, Final

from engine.rules.checker import Look
from engine.rules.numbers import Numbers
from engine.rules.pairs import LISTED
from engine.rules.standing import Standing
from engine.rules.told import Told

_SHOWING: Final = (
    *("challenge.posted", "challenge.reframed", "challenge.answered"),
    *("member.profile-described", "member.expertise-claimed", "member.expertise-endorsed"),
    *("member.growth-area-named", "member.joined", "site.described", "introduction.help-confirmed"),
    *("resource.shared", "resource.revised", "resource.reviewed", "words.corrected", "words.returned"),
)  # what holds a text that shows what somebody knows or works on, or brings one back
_OPEN: Final = frozenset({"public", "network"})
_RETURNING: Final = frozenset({"member.joined", "words.returned"})  # it is the text's own class that counts
_FORM: Final = re.compile(r"(e\d+)+[ab]?")
_ID: Final = re.compile(r"e(\d+)")  # of the position of an event; what came back has those of both


class Reasons:
    def __init__(self, standing: Standing) -> None:  # noqa: ARG002 - one shape for all checkers
        self._open: Final = Numbers()  # positions of what is open to all …
        self._narrow: Final = Numbers()  # … and of what is not
        self.of: Final[Mapping[str, Look]] = {LISTED: self._look, **dict.fromkeys(_SHOWING, self._shown)}

    def _shown(self, told: Told) -> None:
        is_open = told.around.confidentiality in _OPEN or told.name in _RETURNING
        (self._open if is_open else self._narrow).add(told.position)

    def _look(self, told: Told) -> str | None:
        position = told.fields["inputs"]["position"]
        reasons = [reason for pick in told.fields["picks"] for reason in pick["reasons"]]
        return next((fault for reason in reasons if (fault := self._reason(reason, position)) is not None), None)

    def _reason(self, reason: Mapping[str, Any], position: int) -> str | None:
        evidence, met = reason["evidence"], reason.get("met")
        for each in (evidence, met):
            if each is not None and not self._stood(each, position):
                return f"a reason points at {each}, which did not stand in the log at position {position}"
        narrow = any(place in self._narrow for place in _places(evidence))
        return f"a reason points at {evidence}, which is not open to all" if narrow else None

    def _stood(self, evidence: str, position: int) -> bool:
        if not _FORM.fullmatch(evidence):
            return False
        places = _places(evidence)
        return all(place <= position and (place in self._open or place in self._narrow) for place in places)


def _places(evidence: str) -> list[int]:
    return [int(place) for place in _ID.findall(evidence)]
