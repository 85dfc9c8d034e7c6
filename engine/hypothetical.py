"""What would be, or would have been: a stored case under today's rules, and without what kept somebody off a list."""

from datetime import datetime
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from domain.coaching.commands import Suggestion
from domain.coaching.events import DispositionSuggested
from domain.coaching.triage import suggested
from domain.kernel import Recorded
from domain.recommendations import IssueRecommendations, Listing, Pick, Reason, RecommendationsIssued, issued_by
from domain.refusals import IllegalMove
from domain.vocabulary import StreamId
from engine.changing import why_not
from engine.comparing import Difference
from engine.explaining import WordedList, in_words
from engine.gone import gone_since
from engine.past_snapshot import Stood
from engine.queries import Queries
from engine.rederiving import (
    Rederiving,
    decision_of,
    derive,
    differing,
    encoder_of,
    given_by,
    need_of,
    position_of,
)
from projections.network_setting import setting
from projections.recommendation_lists import IssuedList

LABEL: Final = "the same case, as it stood then, under the rules of today; nobody was told this, and it is not recorded"
_OF_COURSE: Final = {"policy", "what it was measured by"}  # what differs with the rules, whatever they lead to


class Hypothetical(Struct, frozen=True, kw_only=True):
    says: str  # that it is no fact
    decision: StreamId
    position: int  # of the history that it was derived from
    policy_hash: str  # today's
    same: bool  # as what was stored
    worded: WordedList | None = None
    suggested: DispositionSuggested | None = None
    differences: tuple[Difference, ...] = ()


class NotListed(Struct, frozen=True, kw_only=True):
    decision: StreamId
    candidate: StreamId
    position: int
    why_not: str
    change: str  # the smallest that would have included them
    true_cause: str = ""


class Hypotheses:
    """Nothing here is ever recorded. Safe to use from several threads."""

    def __init__(self, queries: Queries, rederiving: Rederiving) -> None:
        self._queries: Final = queries
        self._rederiving: Final = rederiving

    def today(self, network: StreamId, recorded: Recorded) -> Hypothetical:
        """A stored case under the policy in force now. Raises a Refused where nothing can be made of it."""
        rules, event = self._queries.ask(network, setting), decision_of(recorded)
        with self._rederiving.snapshots.standing(network, position_of(event), encoder_of(event)) as stood:
            gone = gone_since(event, stood)
            found = derive(recorded, stood, given_by(event, gone, rules.policy))
            differences = tuple(each for each in differing(event, found, gone) if each.where not in _OF_COURSE)
            return Hypothetical(
                says=LABEL,
                decision=recorded.stream,
                position=position_of(event),
                policy_hash=rules.policy_hash,
                same=not differences,
                worded=_worded(recorded, found, stood),
                suggested=suggested(found, "") if isinstance(found, Suggestion) else None,
                differences=differences,
            )

    def why_not(
        self, network: StreamId, recorded: Recorded, candidate: StreamId, *, true_cause: bool = False
    ) -> NotListed:
        """What kept a candidate off a stored list, by the rules of then. `true_cause` is for the operator alone."""
        event = decision_of(recorded)
        if not isinstance(event, RecommendationsIssued):
            raise IllegalMove("nobody is on a list of suggested dispositions", field="decision")
        with self._rederiving.snapshots.standing(network, position_of(event), encoder_of(event)) as stood:
            need = need_of(event, recorded.envelope.occurred_at)
            snapshot = stood.look(need.at, given_by(event, gone_since(event, stood)))
            found = why_not(need, snapshot.policy, snapshot, event.inputs.seed, candidate)
        return NotListed(
            decision=recorded.stream,
            candidate=candidate,
            position=position_of(event),
            why_not=found.because,
            change=found.change,
            true_cause=found.truly if true_cause else "",
        )


def _worded(recorded: Recorded, found: Listing | Suggestion, stood: Stood) -> WordedList | None:
    event = decision_of(recorded)
    if not isinstance(found, Listing) or not isinstance(event, RecommendationsIssued):
        return None
    issue = IssueRecommendations(
        recommendation=recorded.stream,
        reader=event.reader,
        need=event.need,
        kind=event.kind,
        mode=event.mode,
        listing=replace(found, picks=tuple(_as_quoted(pick, event) for pick in found.picks)),
    )
    return in_words(stood.connection, _unrecorded(issue, recorded.envelope.occurred_at))


def _as_quoted(pick: Pick, stored: RecommendationsIssued) -> Pick:
    """With the passages that were shown then where a reason is the same: which one it points at moves nobody."""
    then = {_pointer(each): each for one in stored.picks if one.candidate == pick.candidate for each in one.reasons}
    return replace(pick, reasons=tuple(_quoted(each, then.get(_pointer(each), each)) for each in pick.reasons))


def _pointer(reason: Reason) -> tuple[str, str, str]:
    return reason.says, reason.evidence, reason.part


def _quoted(reason: Reason, then: Reason) -> Reason:
    return replace(reason, passage=then.passage, met=then.met, meets=then.meets)


def _unrecorded(issue: IssueRecommendations, at: datetime) -> IssuedList:
    return IssuedList(
        recommendation=issue.recommendation, issued=issued_by(issue), at=at, position=0, viewed=False, expired=False
    )
