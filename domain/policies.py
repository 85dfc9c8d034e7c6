"""The matching policy: hard limits, soft weights and group sizes as data, found by content hash for ever."""

from enum import StrEnum
from hashlib import sha256
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

Share = Annotated[float, Meta(ge=0, le=1)]
Count = Annotated[int, Meta(ge=0, le=1000)]
Days = Annotated[float, Meta(gt=0, le=10_000)]
Points = Annotated[float, Meta(ge=0, le=1)]  # of score, where fit is at most 1: what something adds or takes at most


class Numerics(StrEnum):
    """What computes vectors of texts from the encoder's weights. Those of each are kept apart."""

    PLAIN = "plain"
    OPENVINO = "openvino"


Hours = Annotated[float, Meta(gt=0, le=10_000)]  # of school, as the calendar opens it


class Targets(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """School hours within which a request is answered first, heard of again, and settled."""

    first_response: Hours
    update: Hours
    resolution: Hours


class CoachingPolicy(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a network promises to those who ask for coaching."""

    routine: Targets = Targets(first_response=16.0, update=40.0, resolution=160.0)
    soon: Targets = Targets(first_response=8.0, update=24.0, resolution=120.0)
    urgent: Targets = Targets(first_response=4.0, update=16.0, resolution=80.0)
    intensive_takes: Annotated[float, Meta(ge=1, le=100)] = 2.0  # times as long, until an intensive need is settled
    first_request_takes: Annotated[float, Meta(gt=0, le=1)] = 0.5  # of the first response, for who never asked before
    session_minutes: Annotated[int, Meta(ge=1, le=1000)] = 60
    fit_floor: Share = 0.25  # least fit, over all that a coach shows, from which a request is offered to them unasked
    good_enough: Share = 0.75  # of the best fit there is: among coaches that near, the one asked least is asked
    asks_count_days: Annotated[int, Meta(ge=1, le=10_000)] = 365  # a school year
    waits_known: Count = 10  # past requests from which on a wait is foretold
    alike: Share = 0.6  # likeness from which two needs are called similar …
    duplicate: Share = 0.85  # … and from which likely the same
    group_least: Annotated[int, Meta(ge=2, le=100)] = 4  # needs that share a theme, for one response to all


class MatchingPolicy(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Defaults are starting values; a network adopts its own by event."""

    list_length: Annotated[int, Meta(ge=1, le=50)] = 5
    near_misses: Count = 5  # excluded candidates whose binding rule is kept with a list
    cool_down_days: Count = 90  # a pair suggested for one need waits this long before another need of the same reader
    offer_school_days: Annotated[int, Meta(ge=1, le=30)] = 3
    floor: Share = 0.36  # least nearness, in meaning or in words, of evidence that counts at all
    step_further: Share = 0.9  # what each step beyond the next one costs a peer who is ahead
    claimed: Share = 0.8  # weight of evidence that is only claimed …
    endorsed: Share = 0.9  # … endorsed by another member …
    demonstrated: Share = 1.0  # … or shown by doing
    introduction_minutes: Count = 30
    consultant_minutes: Count = 60
    consultants_least: Annotated[int, Meta(ge=2, le=12)] = 3
    consultants_most: Annotated[int, Meta(ge=2, le=12)] = 5
    consultants_per_district: Annotated[int, Meta(ge=1, le=12)] = 1  # besides the presenter's
    knows_the_area: Share = 0.45  # nearness of their knowledge from which a consultant knows the problem area
    shares_the_dilemma: Share = 0.6  # likeness of an own challenge from which a consultant shares the dilemma
    one_family_at_most: Share = 0.6  # of a mixed-role group
    # what moves a person on a list of people, besides how well they fit
    context_weight: Points = 0.03  # a setting like the reader's own: type and size of site, locale, grades
    tied_weight: Points = 0.03  # exchanges with the reader, either way
    category_weight: Points = 0.15  # the share of their answers that lies in the need's category
    answered_weight: Points = 0.25  # having answered somebody lately
    load_price: Points = 0.2  # time offered that is promised or spent already
    exposure_price: Points = 0.2  # places given lately on lists for other needs
    habit_half_life_days: Days = 90.0  # after which an exchange or an answer counts half
    readiness_half_life_days: Days = 1.0  # after which having answered counts half, after two of them a third
    exposure_half_life_days: Days = 30.0  # after which a place counts half
    newcomer_chance: Share = 0.1  # with which the last place of a list of people goes to a newcomer by lot
    newcomer_days: Annotated[int, Meta(ge=1, le=10_000)] = 180  # a newcomer joined no longer ago …
    newcomer_places: Count = 3  # … and was given fewer places than this
    coaching: CoachingPolicy = CoachingPolicy()
    numerics: Numerics = Numerics.PLAIN  # where it changes, every text is encoded again, once


def hash_of(policy: MatchingPolicy) -> str:
    """Content hash: SHA-256 over the fields in name order."""
    body = msgspec.json.encode(policy, order="deterministic")
    return sha256(body).hexdigest()
