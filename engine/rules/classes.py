"""Rule 27: who may read what is never wider than its kind allows, nor than what it belongs to."""

from collections.abc import Mapping
from typing import Final

from engine.rules.checker import Look
from engine.rules.numbers import Numbers
from engine.rules.standing import Standing
from engine.rules.told import Told

_WIDTH: Final = {"public": 0, "network": 1, "group": 2, "pair": 3, "sealed": 4}
_PAIR: Final = (
    *("budget.time-reserved", "budget.time-released", "budget.time-spent", "budget.time-logged"),
    *("introduction.offered", "introduction.consented", "introduction.declined", "introduction.expired"),
    *("introduction.help-reported", "introduction.help-disputed"),
    *("coaching.need-noticed", "coaching.context-granted", "coaching.offer-declined", "coaching.engagement-opened"),
    *("coaching.session-planned", "coaching.session-cancelled", "coaching.session-logged"),
    *("coaching.next-step-agreed", "coaching.next-step-completed", "coaching.engagement-extended"),
    *("coaching.feedback-given", "recommendation.issued", "recommendation.viewed", "recommendation.accepted"),
    *("recommendation.expired", "access.recorded", "erasure.requested", "erasure.hold-placed", "erasure.hold-lifted"),
)
_SEALED: Final = (
    *("member.conflict-declared", "member.conflict-ended", "member.muted", "member.unmuted", "member.identity-linked"),
    *("coaching.request-drafted", "recommendation.dismissed", "words.withdrawn", "words.returned"),
)
_GROUP: Final = (
    *("coaching.requested", "coaching.clarification-asked", "coaching.request-clarified", "coaching.request-answered"),
    *("coaching.disposition-suggested", "coaching.request-triaged", "coaching.request-rerouted"),
    *("coaching.case-handed-over", "coaching.coach-offered", "coaching.offer-accepted"),
    *("coaching.offer-time-proposed", "coaching.offer-expired", "coaching.group-response-offered"),
    *("coaching.group-response-answered", "coaching.session-held", "coaching.engagement-closed"),
    *("coaching.request-resolved", "coaching.request-referred-out", "coaching.request-deferred"),
    *("coaching.request-declined", "coaching.request-withdrawn", "erasure.begun"),
)
_OF_CHALLENGE: Final = (
    *("challenge.reframed", "challenge.stage-changed", "challenge.answered", "challenge.resolved"),
    *("challenge.set-aside", "challenge.merged"),
)
LEAST: Final[Mapping[str, str]] = {
    **dict.fromkeys(_PAIR, "pair"),
    **dict.fromkeys(_SEALED, "sealed"),
    **dict.fromkeys(_GROUP, "group"),
}  # the widest class that each kind of event may have; all others are open to the network


class Classes:
    def __init__(self, standing: Standing) -> None:  # noqa: ARG002 - one shape for all checkers
        self._asked: Final = Numbers(width=1)  # of challenges and coaching cases: the class they were given, and 1
        self.of: Final[Mapping[str, Look]] = {
            **dict.fromkeys((*LEAST, *_OF_CHALLENGE), self._look),
            "challenge.posted": self._begun,
            "coaching.requested": self._begun,
            "introduction.help-confirmed": self._confirmed,
        }

    def _begun(self, told: Told) -> str | None:
        self._asked.put(told.stream, _width(told) + 1)
        return self._by_kind(told)

    def _look(self, told: Told) -> str | None:
        return self._by_kind(told) or self._by_whole(told)

    def _by_kind(self, told: Told) -> str | None:
        least, own = LEAST.get(told.name, "public"), told.fields.get("confidentiality")
        if own is not None and own != told.around.confidentiality:
            return f"{told.name} says that it is {own}, and is recorded as {told.around.confidentiality}"
        if _width(told) < _WIDTH[least]:
            return f"{told.name} is recorded as {told.around.confidentiality}, and is {least}"
        return None

    def _by_whole(self, told: Told) -> str | None:
        """What chooses its class stays in that of its case or challenge."""
        at = self._asked.find(told.stream) if "confidentiality" in told.fields else None
        if at is None or _width(told) >= self._asked.values[at] - 1:
            return None
        return f"{told.name} is recorded as {told.around.confidentiality}, wider than {told.stream}"

    def _confirmed(self, told: Told) -> str | None:
        """What tells of a challenge stays in its class."""
        at = self._asked.find(told.fields.get("challenge") or "")
        least = 3 if at is None else self._asked.values[at] - 1
        if _width(told) >= least:
            return self._by_kind(told)
        return f"{told.name} is recorded as {told.around.confidentiality}, wider than what it is about"


def _width(told: Told) -> int:
    return _WIDTH[told.around.confidentiality]
