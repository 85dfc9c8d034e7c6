"""Rule 29: no personal text lies open in the log; each is sealed for the one whose words, or whose affair, it is."""

from collections.abc import Mapping
from typing import Final

from engine.rules.checker import Look
from engine.rules.standing import Standing
from engine.rules.told import Told

_STREAM: Final = ""  # whose stream it is
_CONTENT: Final = ("title", "kind", "grades", "topics", "url", "description")
_NEED: Final = ("title", "text", "tried", "would_help")

OWNED: Final[Mapping[str, tuple[str, tuple[str, ...]]]] = {
    "network.charter-section-revised": (_STREAM, ("text",)),
    "network.cohort-opened": (_STREAM, ("cohort",)),
    "network.cohort-closed": (_STREAM, ("cohort",)),
    "network.rule-waived": (_STREAM, ("reason",)),
    "site.described": ("contact", ("statement",)),
    "member.joined": (_STREAM, ("name", "cohort")),
    "member.profile-described": (_STREAM, ("text", "grades", "experience_years", "place")),
    "member.expertise-claimed": (_STREAM, ("topic",)),
    "member.expertise-endorsed": (_STREAM, ("topic",)),
    "member.expertise-retired": (_STREAM, ("topic",)),
    "member.growth-area-named": (_STREAM, ("topic",)),
    "member.conflict-declared": (_STREAM, ("other", "kind")),
    "member.conflict-ended": (_STREAM, ("other",)),
    "member.muted": (_STREAM, ("other",)),
    "member.unmuted": (_STREAM, ("other",)),
    "member.identity-linked": (_STREAM, ("same_as",)),
    "challenge.posted": ("author", ("title", "text", "category")),
    "challenge.reframed": ("author", ("title", "text")),
    "challenge.answered": ("member", ("text",)),
    "challenge.resolved": ("author", ("note",)),
    "challenge.set-aside": ("author", ("reason",)),
    "resource.requested": ("member", ("text",)),
    "resource.shared": ("contributor", _CONTENT),
    "resource.revised": ("contributor", ("title", "topics", "url", "description")),
    "resource.reviewed": ("member", ("text",)),
    "resource.retired": ("contributor", ("reason",)),
    "introduction.declined": ("member", ("reason",)),
    "introduction.help-reported": ("member", ("note",)),
    "introduction.help-confirmed": ("member", ("note",)),
    "introduction.help-disputed": ("member", ("note",)),
    "coaching.need-noticed": ("seeker", ("text",)),
    "coaching.request-drafted": ("seeker", _NEED),
    "coaching.requested": ("seeker", _NEED),
    "coaching.clarification-asked": ("seeker", ("question",)),
    "coaching.request-clarified": ("seeker", ("text",)),
    "coaching.request-answered": ("seeker", ("text",)),
    "coaching.disposition-suggested": ("seeker", ("figures",)),
    "coaching.request-triaged": ("seeker", ("reason", "considered")),
    "coaching.request-rerouted": ("seeker", ("reason", "considered")),
    "coaching.case-handed-over": ("seeker", ("reason",)),
    "coaching.offer-declined": ("member", ("reason",)),
    "coaching.group-response-offered": ("seeker", ("about",)),
    "coaching.engagement-opened": ("seeker", ("goal",)),
    "coaching.session-logged": ("seeker", ("text",)),
    "coaching.next-step-agreed": ("seeker", ("text",)),
    "coaching.engagement-extended": ("seeker", ("reason",)),
    "coaching.feedback-given": ("seeker", ("note",)),
    "coaching.request-resolved": ("seeker", ("note",)),
    "coaching.request-referred-out": ("seeker", ("to", "reason")),
    "coaching.request-deferred": ("seeker", ("reason",)),
    "coaching.request-declined": ("seeker", ("reason",)),
    "coaching.request-withdrawn": ("seeker", ("reason",)),
    "recommendation.issued": ("reader", ("terms",)),
    "recommendation.dismissed": ("reader", ("reason",)),
    "erasure.hold-placed": ("network", ("reason",)),
    "erasure.hold-lifted": ("network", ("reason",)),
    "words.corrected": ("member", ("text",)),
}  # event → the field that names the owner, and the texts that are theirs


class Sealed:
    def __init__(self, standing: Standing) -> None:  # noqa: ARG002 - one shape for all checkers
        self.of: Final[Mapping[str, Look]] = dict.fromkeys(OWNED, self._look)

    def _look(self, told: Told) -> str | None:
        whose, texts = OWNED[told.name]
        owner = told.fields.get(whose, "") if whose else told.stream
        for text in texts:
            sealed_for = told.sealed.get(text)
            if sealed_for is None and told.fields.get(text):
                return f"the {text} of {told.name} lies open"
            if sealed_for not in {None, owner}:
                return f"the {text} of {told.name} is sealed for {sealed_for}, and belongs to {owner}"
        return None
