"""Histories of forbidden matches; the fault lies in the last save of each."""

from math import nan
from typing import Any

from tests.engine.rules.by_hand import ADA, BEN, CLEO, DEV, NET, POLICY, Log, chartered, event, held, offers_time

CALL = "introduction-00000001"
LISTS = ("recommendation-00000001", "recommendation-00000002")
DESKS = "challenge-00000001"
PEERS, GROUP = "peers in the same boat", "a consultancy I could convene"


def offered(seeker: str, helper: str, **more: Any) -> dict[str, Any]:
    fields = {"seeker": seeker, "helper": helper, "challenge": None, "minutes": 30, "introduced_by": seeker}
    return event("introduction.offered", CALL, "pair", **(fields | more))


def issued(*candidates: str, reader: str = ADA, need: str = DESKS, kind: str = PEERS, **more: Any) -> dict[str, Any]:
    """A list; `more` takes the place of what it would say, or names its stream and what it was derived from."""
    stream, position = more.pop("stream", LISTS[0]), more.pop("position", 6)
    inputs = {"position": position, "policy_hash": "p1", "encoder": "e", "seed": 1, "items": 9}
    picks = [pick(each, 0.9 - place / 10) for place, each in enumerate(candidates)]
    fields = {"reader": reader, "need": need, "kind": kind, "mode": "any", "inputs": inputs, "near_misses": []}
    said = fields | {"picks": picks, "sealed": {"terms": reader}} | more
    return event("recommendation.issued", stream, "pair", **said)


def pick(candidate: str, score: float = 0.5, **more: Any) -> dict[str, Any]:
    parts = {"meaning": score, "words": 0.0, "fit": score}
    return {"candidate": candidate, "score": score, "parts": parts, "reasons": [], "propensity": 1.0} | more


def posted(author: str, stream: str = DESKS) -> dict[str, Any]:
    fields = {"author": author, "stage": "naming", "confidentiality": "network", "sealed": {"title": author}}
    return event("challenge.posted", stream, **fields)


def says(name: str, member: str, **fields: str) -> dict[str, Any]:
    """Something sealed, as if it had been opened."""
    return event(f"member.{name}", member, "sealed", **fields)


def introduced_to_oneself() -> Log:
    return chartered().save(offered(ADA, ADA))


def introduced_to_a_linked_identity() -> Log:
    log = chartered().save(says("identity-linked", ADA, same_as=BEN), says("identity-linked", BEN, same_as=CLEO))
    log.save(says("identity-linked", BEN, same_as=ADA), says("identity-linked", CLEO, same_as=BEN))
    return log.save(offered(ADA, CLEO))


def on_the_own_list() -> Log:
    return chartered().save(posted(ADA)).save(issued(BEN, ADA), actor="confrere")


def suggested_the_own_challenge() -> Log:
    log = chartered().save(posted(ADA))
    return log.save(issued(DESKS, need=ADA, kind="challenges I could help with"), actor="confrere")


def twice_in_one_group() -> Log:
    return chartered().save(issued(BEN, CLEO, BEN, kind=GROUP), actor="confrere")


def introduced_to_who_has_power() -> Log:
    log = chartered().save(says("conflict-declared", ADA, other=BEN, kind="funding decision"))
    return log.save(offered(BEN, ADA))


def suggested_to_whom_one_supervises_down_the_line() -> Log:
    log = chartered().save(says("conflict-declared", ADA, other=BEN, kind="supervises"))
    log.save(says("conflict-declared", BEN, other=CLEO, kind="supervises"))
    return log.save(issued(CLEO, reader=ADA, position=8), actor="confrere")


def grouped_with_who_has_power() -> Log:
    log = chartered().save(event("member.joined", DEV, sealed={"name": DEV}), by=DEV)
    log.save(says("conflict-declared", BEN, other=CLEO, kind="family"))
    return log.save(issued(BEN, CLEO, DEV, kind=GROUP, position=8), actor="confrere")


def introduced_to_whom_one_muted() -> Log:
    return chartered().save(says("muted", ADA, other=BEN), by=ADA).save(offered(BEN, ADA))


def places(member: str, site: str | None, role: str = "teacher") -> dict[str, Any]:
    return event("member.affiliation-started", member, site=site, role=role, since="2025-09-01")


def three_schools() -> Log:
    """Two schools in the one district, one in the other; Ada and Ben at the first."""
    log = chartered().save(event("member.joined", DEV, sealed={"name": DEV}), by=DEV)
    for district in ("site-0000000a", "site-0000000b"):
        log.save(event("site.registered", district, name=district, kind="district", parent=None))
    schools = {"site-00000001": "site-0000000a", "site-00000002": "site-0000000a", "site-00000003": "site-0000000b"}
    for school, district in schools.items():
        log.save(event("site.registered", school, name=school, kind="school", parent=district))
    return log.save(places(ADA, "site-00000003"), places(BEN, "site-00000001"), places(CLEO, "site-00000002"))


def grouped(*candidates: str, **more: Any) -> dict[str, Any]:
    return issued(*candidates, kind=GROUP, **({"position": 15} | more))


def a_consultant_from_the_own_site() -> Log:
    log = three_schools().save(places(DEV, "site-00000003"))
    return log.save(grouped(DEV, position=16), actor="confrere")


def two_consultants_from_one_district() -> Log:
    return three_schools().save(grouped(BEN, CLEO), actor="confrere")


def of_whom(area: float, dilemma: float) -> dict[str, Any]:
    parts = {"meaning": 0.5, "words": 0.0, "knows the area": area, "shares the dilemma": dilemma}
    return issued(kind=GROUP, picks=[pick(BEN, parts=parts), pick(CLEO, 0.4, parts=parts)])


def a_group_that_knows_nothing() -> Log:
    return chartered().save(of_whom(0.44, 0.2), actor="confrere")


def a_group_of_the_same_dilemma() -> Log:
    return chartered().save(of_whom(0.9, 0.6), actor="confrere")


def another_role_on_a_list_of_the_same() -> Log:
    log = three_schools().save(places(DEV, None, "principal"))
    return log.save(issued(DEV, position=16, mode="role-alike"), actor="confrere")


def the_same_role_on_a_list_of_others() -> Log:
    return three_schools().save(issued(BEN, position=15, mode="mixed-role"), actor="confrere")


def a_mixed_group_of_one_role() -> Log:
    return three_schools().save(grouped(BEN, CLEO, mode="mixed-role"), actor="confrere")


def a_mixed_group_of_mostly_one_role() -> Log:
    log = three_schools().save(places(DEV, None, "principal"))
    return log.save(grouped(BEN, CLEO, DEV, mode="mixed-role", position=16), actor="confrere")


def suggested_again_for_another_need() -> Log:
    log = chartered().save(issued(BEN), actor="confrere")
    log.save(issued(BEN), actor="confrere")  # for the same need they stay
    return log.save(issued(BEN, need="challenge-00000002", stream=LISTS[1]), actor="confrere")


def derived_from_what_came_later() -> Log:
    return chartered().save(issued(BEN, position=99), actor="confrere")


def derived_by_another_policy() -> Log:
    inputs = {"position": 6, "policy_hash": "p2", "encoder": "e", "seed": 1}
    return chartered().save(issued(BEN, inputs=inputs), actor="confrere")


def derived_before_the_policy_was_in_force() -> Log:
    log = chartered().save(event("network.policy-proposed", NET, policy_hash="p2", policy=POLICY))
    log.save(event("network.policy-adopted", NET, policy_hash="p2"))
    inputs = {"position": 7, "policy_hash": "p2", "encoder": "e", "seed": 1}
    return log.save(issued(BEN, inputs=inputs), actor="confrere")


def drawn_by_another_seed() -> Log:
    log = chartered().save(issued(BEN), actor="confrere")
    inputs = {"position": 6, "policy_hash": "p1", "encoder": "e", "seed": 2}
    return log.save(issued(BEN, inputs=inputs), actor="confrere")


def in_another_order_than_the_scores() -> Log:
    return chartered().save(issued(picks=[pick(BEN, 0.4), pick(CLEO, 0.5)]), actor="confrere")


def equals_in_another_order_than_their_ids() -> Log:
    return chartered().save(issued(picks=[pick(CLEO, 0.5), pick(BEN, 0.5)]), actor="confrere")


def longer_than_the_policy_allows() -> Log:
    return chartered().save(issued(*(f"member-{each:08x}" for each in range(100, 106))), actor="confrere")


def a_suggestion_of_what_came_later() -> Log:
    fields = {"position": 99, "policy_hash": "p1", "encoder": "e"}
    suggested = event("coaching.disposition-suggested", "coaching-00000001", "group", **fields)
    return chartered().save(suggested, actor="confrere")


def because(evidence: str, met: str | None = None) -> dict[str, Any]:
    return {"says": "posted", "evidence": evidence, "part": "meaning", "value": 0.5, "met": met}


def with_reason(evidence: str, met: str | None = None, position: int = 8) -> dict[str, Any]:
    return issued(picks=[pick(BEN, reasons=[because(evidence, met)])], position=position)


def a_reason_that_came_later() -> Log:
    log = chartered().save(posted(BEN)).save(posted(CLEO, "challenge-00000002"))
    log.save(with_reason("e7a", position=7), actor="confrere")
    return log.save(with_reason("e8a", position=7), actor="confrere")


def a_reason_that_shows_nothing() -> Log:
    return chartered().save(posted(BEN)).save(with_reason("e3", position=7), actor="confrere")


def a_reason_in_the_readers_words_of_later() -> Log:
    log = chartered().save(posted(BEN)).save(posted(ADA, "challenge-00000002"))
    return log.save(with_reason("e7a", "e8b", position=7), actor="confrere")


def a_reason_in_confidence() -> Log:
    log = chartered().save(posted(BEN) | {"told_to": "group"})
    return log.save(with_reason("e7a", position=7), actor="confrere")


def a_part_of_having_declined() -> Log:
    parts = {"meaning": 0.5, "words": 0.0, "declined": -0.1}
    return chartered().save(issued(picks=[pick(BEN, parts=parts)]), actor="confrere")


def a_private_cause_told() -> Log:
    misses = [{"candidate": CLEO, "score": 0.9, "rule": "mute"}]
    return chartered().save(issued(BEN, near_misses=misses), actor="confrere")


def a_private_cause_in_other_words() -> Log:
    misses = [{"candidate": CLEO, "score": 0.9, "rule": "does not want to meet you"}]
    return chartered().save(issued(BEN, near_misses=misses), actor="confrere")


def listed_twice() -> Log:
    return chartered().save(issued(picks=[pick(BEN, 0.5), pick(BEN, 0.4)]), actor="confrere")


def a_score_that_is_no_number() -> Log:
    return chartered().save(issued(picks=[pick(BEN, nan), pick(CLEO, 0.4)]), actor="confrere")


def a_lot_for_a_place_before_the_last() -> Log:
    picks = [pick(BEN, propensity=0.5), pick(CLEO, 0.4)]
    return chartered().save(issued(picks=picks), actor="confrere")


def a_lot_without_its_chance() -> Log:
    parts = {"meaning": 0.5, "newcomer": 0.1}
    return chartered().save(issued(picks=[pick(BEN, parts=parts)]), actor="confrere")


def a_chance_of_nothing() -> Log:
    return chartered().save(issued(picks=[pick(BEN, propensity=0.0)]), actor="confrere")


def a_list_that_a_member_wrote() -> Log:
    return chartered().save(issued(BEN), actor=ADA)


def a_list_for_another_need() -> Log:
    log = chartered().save(issued(BEN), actor="confrere")
    return log.save(issued(BEN, need="challenge-00000002"), actor="confrere")


def suggested_with_a_full_calendar() -> Log:
    log = offers_time(chartered(), BEN, 60).save(held("reserved", BEN, CALL, 31))
    return log.save(issued(BEN, kind="experts", position=9), actor="confrere")


def grouped_with_a_full_calendar() -> Log:
    log = offers_time(chartered(), BEN, 59)
    return log.save(issued(BEN, kind=GROUP, position=8), actor="confrere")


def suggested_for_an_ask_at_a_light_level() -> Log:
    log = offers_time(chartered(), BEN, 60, level="honor")
    return log.save(issued(BEN, kind="experts", position=8), actor="confrere")


HISTORIES = {
    3: {
        suggested_with_a_full_calendar: "for an ask of 30 minutes, and has 29 left",
        grouped_with_a_full_calendar: "for an ask of 60 minutes, and has 59 left",
    },
    5: {a_part_of_having_declined: "declined"},
    7: {suggested_for_an_ask_at_a_light_level: "at the level honor, and is suggested"},
    9: {
        introduced_to_oneself: "matched with themselves",
        introduced_to_a_linked_identity: "are one person",
        on_the_own_list: "matched with themselves",
        suggested_the_own_challenge: "which is their own",
        twice_in_one_group: "matched with themselves",
    },
    10: {
        introduced_to_who_has_power: "power stands between them",
        suggested_to_whom_one_supervises_down_the_line: "power stands between them",
        grouped_with_who_has_power: "power stands between them",
        introduced_to_whom_one_muted: "muted the other",
    },
    11: {
        a_consultant_from_the_own_site: "from the presenter's own site",
        two_consultants_from_one_district: "2 consultants come from site-0000000a, and 1 may",
    },
    12: {
        a_group_that_knows_nothing: "nobody in the group knows",
        a_group_of_the_same_dilemma: "everybody in the group shares",
    },
    13: {
        another_role_on_a_list_of_the_same: "of another role is on a list",
        the_same_role_on_a_list_of_others: "of the same role is on a list",
        a_mixed_group_of_one_role: "a group of several role families has one",
        a_mixed_group_of_mostly_one_role: "75% of a mixed group are teacher, and 60% may be",
    },
    14: {suggested_again_for_another_need: "less than 90 days before"},
    18: {
        derived_from_what_came_later: "which comes after it",
        derived_by_another_policy: "not in force at position 6",
        derived_before_the_policy_was_in_force: "not in force at position 7",
        drawn_by_another_seed: "another seed",
        in_another_order_than_the_scores: "should stand above",
        equals_in_another_order_than_their_ids: "should stand above",
        listed_twice: "listed twice",
        a_score_that_is_no_number: "between 0 and 1",
        longer_than_the_policy_allows: "6 are listed, and the policy allows 5",
        a_suggestion_of_what_came_later: "which comes after it",
    },
    19: {
        a_reason_that_came_later: "did not stand in the log at position 7",
        a_reason_that_shows_nothing: "did not stand in the log",
        a_reason_in_the_readers_words_of_later: "points at e8b, which did not stand",
        a_reason_in_confidence: "not open to all",
    },
    20: {
        a_private_cause_told: "is told apart: mute",
        a_private_cause_in_other_words: "is told apart: does not want",
    },
    21: {
        a_lot_for_a_place_before_the_last: "not the last one",
        a_lot_without_its_chance: "its chance is not told",
        a_chance_of_nothing: "with a chance of 0",
    },
    33: {
        a_list_that_a_member_wrote: "writes what is derived",
        a_list_for_another_need: "answered another need before",
    },
}
