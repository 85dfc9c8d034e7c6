"""The least intensive rung that would do for one open need, with what every rung could offer right now."""

from typing import Final

from msgspec.structs import replace

from domain.coaching.commands import Likeness, Offering, Suggestion
from domain.coaching.events import DispositionSuggested
from domain.vocabulary import LADDER, Disposition, Tier
from engine.counted import written
from engine.rungs import RUNGS, Rung
from engine.sight import Sight

_SIMILAR: Final = 20  # other open needs that are kept with a suggestion
_TIERS: Final = {
    Disposition.RESOURCE_SENT: Tier.UNIVERSAL,
    Disposition.PEER_INTRODUCED: Tier.UNIVERSAL,
    Disposition.INTENSIVE_PLAN_OPENED: Tier.INTENSIVE,
}  # all else is targeted
_AGAIN: Final = "the need was coached before and came back"
_INTENSIVE: Final = "the need was placed in the intensive tier"


def suggestion(sight: Sight, position: int, policy_hash: str, encoder: str) -> Suggestion:
    """A pure function of what was looked up."""
    ladder = [rung(sight) for rung in RUNGS]
    chosen, reason = _chosen(sight, ladder)
    return Suggestion(
        disposition=chosen,
        tier=_TIERS.get(chosen, Tier.TARGETED),
        reason=reason,
        ladder=tuple(_explained(each, chosen, sight) for each in ladder),
        similar=tuple(_similar(sight)),
        position=position,
        policy_hash=policy_hash,
        encoder=encoder,
        figures=written(sight.counted),
    )


def same_outcome(told: DispositionSuggested, found: Suggestion) -> bool:
    """Whether a facilitator would read the same, by the same policy and encoder."""
    before = (told.disposition, told.tier, told.reason, told.policy_hash, told.encoder)
    rungs = [(each.rung, each.possible, each.reason, each.candidates) for each in told.ladder]
    likes = [(each.coaching, each.nearness, each.duplicate) for each in told.similar]
    return (
        before == (found.disposition, found.tier, found.reason, found.policy_hash, found.encoder)
        and rungs == [(each.rung, each.possible, each.reason, each.candidates) for each in found.ladder]
        and likes == [(each.coaching, each.nearness, each.duplicate) for each in found.similar]
    )


def _chosen(sight: Sight, ladder: list[Rung]) -> tuple[Disposition, str]:
    """The lowest rung that would do; more than one session at a time only for what needs more than that."""
    more = _needs_more(sight)
    if more:
        return Disposition.INTENSIVE_PLAN_OPENED, more
    for each in ladder[:-1]:
        if each.enough:
            return each.offering.rung, each.offering.reason
    return Disposition.COACH_ASSIGNED, "no lower rung would do, and nobody can be asked yet: it waits for a coach"


def _needs_more(sight: Sight) -> str:
    if sight.intake.after_coaching:
        return _AGAIN
    return _INTENSIVE if sight.intake.tier is Tier.INTENSIVE else ""


def _explained(each: Rung, chosen: Disposition, sight: Sight) -> Offering:
    """Why a rung that could be taken is passed over all the same."""
    offering = each.offering
    if not each.enough or LADDER.index(offering.rung) >= LADDER.index(chosen):
        return offering
    return replace(offering, reason=f"{offering.reason}; but {_needs_more(sight)}")


def _similar(sight: Sight) -> list[Likeness]:
    """A need of the same seeker is likely the same from where others are only similar."""
    limit, seeker = sight.policy.coaching.duplicate, sight.intake.seeker
    return [
        Likeness(
            coaching=each.coaching,
            nearness=each.nearness,
            duplicate=each.nearness >= limit or each.seeker == seeker,
        )
        for each in sight.like[:_SIMILAR]
    ]
