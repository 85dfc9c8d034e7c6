"""A stored suggestion beside the same one derived again, rung by rung."""

from collections.abc import Iterator

from domain.coaching.commands import Offering, Suggestion
from domain.coaching.events import DispositionSuggested, RungOffering
from domain.vocabulary import Disposition
from engine.comparing import Difference, Gone, in_order, nearly, plainly

_TOGETHER = Disposition.CONSULTANCY_FORMED  # one who is gone changes who fits with the others


def suggestions(stored: DispositionSuggested, derived: Suggestion, gone: Gone) -> list[Difference]:
    below = [*_ladder(stored, derived, gone), *_similar(stored, derived, gone)]
    leans = any(each.gone for each in below)
    return [
        *plainly("policy", stored.policy_hash, derived.policy_hash),
        *plainly("encoder", stored.encoder, derived.encoder),
        *plainly("disposition", stored.disposition, derived.disposition, gone=leans),
        *plainly("tier", stored.tier, derived.tier, gone=leans),
        *plainly("reason", stored.reason, derived.reason, gone=leans),
        *below,
        *(plainly("what it was measured by", stored.figures, derived.figures) if stored.figures else ()),
    ]


def _ladder(stored: DispositionSuggested, derived: Suggestion, gone: Gone) -> Iterator[Difference]:
    yield from plainly("rungs", [each.rung for each in stored.ladder], [each.rung for each in derived.ladder])
    for then, now in zip(stored.ladder, derived.ladder, strict=False):
        yield from _rung(then, now, gone)


def _rung(then: RungOffering, now: Offering, gone: Gone) -> Iterator[Difference]:
    """With somebody gone others may come up behind those who were named."""
    left = [who for who in then.candidates if who not in gone.members and who not in gone.pieces]
    leans = bool(gone) and (then.rung is _TOGETHER or in_order(left, now.candidates))
    yield from plainly(f"{then.rung}: possible", then.possible, now.possible, gone=leans)
    yield from plainly(f"{then.rung}: reason", then.reason, now.reason, gone=leans)
    yield from plainly(f"{then.rung}: named", ", ".join(then.candidates), ", ".join(now.candidates), gone=leans)


def _similar(stored: DispositionSuggested, derived: Suggestion, gone: Gone) -> Iterator[Difference]:
    now = {each.coaching: each for each in derived.similar}
    left = [each for each in stored.similar if each.coaching not in gone.pieces]
    for then in left:
        if then.coaching in now:
            yield from nearly(f"{then.coaching}: nearness", then.nearness, now[then.coaching].nearness)
            yield from plainly(f"{then.coaching}: duplicate", then.duplicate, now[then.coaching].duplicate)
    names = [each.coaching for each in left]
    if names != list(now) and not (gone and in_order(names, list(now))):
        yield Difference("similar needs", ", ".join(names), ", ".join(now))
