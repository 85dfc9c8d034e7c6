"""Histories of broken promises about time; the fault lies in the last save of each."""

from datetime import UTC, datetime, timedelta
from typing import Any

from tests.engine.rules.by_hand import ADA, BEN, NET, NOON, Log, budget_set, chartered, event, held, logged, offers_time

CALL, CHAT = "introduction-00000001", "introduction-00000002"
CASE, OFFER, SESSION = "coaching-00000001", "offer-00000001", "session-00000001"
EXPIRES = datetime(2025, 9, 9, 4, tzinfo=UTC)  # Thursday, Friday, Monday: three school days


def introduced(minutes: int = 30, *, by: str = BEN, expires: datetime = EXPIRES) -> dict[str, Any]:
    fields = {"seeker": BEN, "helper": ADA, "challenge": None, "introduced_by": by, "expires_at": expires}
    return event("introduction.offered", CALL, "pair", minutes=minutes, **fields)


def coach_offered(minutes: int = 30, *, expert: bool = False, by: str = "operator") -> dict[str, Any]:
    fields = {"offer": OFFER, "seeker": BEN, "coach": ADA, "at": None, "expires_at": EXPIRES, "offered_by": by}
    return event("coaching.coach-offered", CASE, "group", minutes=minutes, expert=expert, **fields)


def met(minutes: int = 30, at: datetime = NOON) -> dict[str, Any]:
    return event("introduction.meeting-held", CALL, seeker=BEN, helper=ADA, minutes=minutes, at=at)


def asked() -> Log:
    return offers_time(chartered(), ADA, 60).save(introduced(), held("reserved", ADA, CALL, 30))


def more_is_promised_than_offered() -> Log:
    log = offers_time(chartered(), ADA, 60).save(held("reserved", ADA, CALL, 40))
    log.save(held("spent", ADA, CALL, 30))
    return log.save(held("reserved", ADA, CHAT, 31, day="2025-09-07"))


def asked_without_any_offer() -> Log:
    return chartered().save(held("reserved", ADA, CALL, 5))


def lowered_below_what_is_promised() -> Log:
    log = offers_time(chartered(), ADA, 60).save(held("reserved", ADA, CALL, 40))
    return log.save(budget_set(ADA, 30), by=ADA)


def spends_more_than_was_reserved() -> Log:
    log = offers_time(chartered(), ADA, 60).save(held("reserved", ADA, CALL, 30))
    return log.save(held("spent", ADA, CALL, 31))


def frees_what_was_never_held() -> Log:
    return offers_time(chartered(), ADA, 60).save(held("released", ADA, CALL, 30))


def more_is_promised_in_a_month_than_offered() -> Log:
    log = offers_time(chartered(), ADA, 60).save(budget_set(ADA, 60, "month"), by=ADA)
    log.save(held("reserved", ADA, CALL, 40, day="2025-09-08"), held("reserved", ADA, "offer-1", 60, day="2025-10-01"))
    return log.save(held("reserved", ADA, CHAT, 21, day="2025-09-30"))


def more_is_promised_in_a_term_than_offered() -> Log:
    terms = [{"name": "fall", "first": "2025-09-02", "last": "2025-12-19"}]
    calendar = {"zone": "America/New_York", "terms": terms, "holidays": []}
    log = chartered().save(event("network.school-calendar-set", NET, calendar=calendar))
    offers_time(log, ADA, 60).save(budget_set(ADA, 60, "term"), by=ADA)
    log.save(held("reserved", ADA, CALL, 40, day="2025-09-08"), held("reserved", ADA, "offer-1", 60, day="2025-12-20"))
    return log.save(held("reserved", ADA, CHAT, 21, day="2025-12-19"))


def asked_for_more_than_is_held() -> Log:
    return offers_time(chartered(), ADA, 60).save(introduced(40), held("reserved", ADA, CALL, 30))


def asked_without_holding_anything() -> Log:
    return offers_time(chartered(), ADA, 60).save(coach_offered())


def asked_for_no_minutes() -> Log:
    return offers_time(chartered(), ADA, 60).save(introduced(0))


def held_without_an_ask() -> Log:
    return asked().save(held("reserved", ADA, CHAT, 10))


def open_for_too_long() -> Log:
    late = introduced(expires=EXPIRES + timedelta(days=1))
    return offers_time(chartered(), ADA, 60).save(late, held("reserved", ADA, CALL, 30))


def taken_up_after_it_lapsed() -> Log:
    log, late = asked(), EXPIRES + timedelta(minutes=1)
    return log.save(event("introduction.consented", CALL, "pair", member=ADA), by=ADA, at=late, recorded=late)


def lapses_before_its_time() -> Log:
    return asked().save(event("introduction.expired", CALL, "pair"), held("released", ADA, CALL, 30), actor="confrere")


def declined_and_not_freed() -> Log:
    return asked().save(event("introduction.declined", CALL, "pair", member=ADA, reason=""), by=ADA)


def a_coach_says_no_and_nothing_is_freed() -> Log:
    log = offers_time(chartered(), ADA, 60).save(coach_offered(), held("reserved", ADA, OFFER, 30))
    return log.save(event("coaching.offer-declined", CASE, "pair", offer=OFFER, member=ADA, reason=""), by=ADA)


def logged_for_what_never_took_place() -> Log:
    return chartered().save(logged(ADA, CALL, NOON, 30))


def logged_twice() -> Log:
    log = chartered().save(met(), logged(ADA, CALL, NOON, 30))
    again = NOON + timedelta(hours=2)
    return log.save(met(at=again), logged(ADA, CALL, again, 30))


def in_two_meetings_at_once() -> Log:
    log = chartered().save(met(), logged(ADA, CALL, NOON, 30))
    during = NOON + timedelta(minutes=29)
    fields = {"session": SESSION, "at": during, "minutes": 10, "over": 0}
    session = event("coaching.session-held", CASE, "group", seeker=BEN, coach=ADA, **fields)
    return log.save(session, logged(ADA, SESSION, during, 10))


def a_level_that_another_chose() -> Log:
    return chartered().save(event("member.engagement-level-chosen", ADA, level="lead"), by=BEN)


def asked_at_a_light_level() -> Log:
    return offers_time(chartered(), ADA, 60, level="follow").save(introduced())


def asked_to_coach_without_a_level() -> Log:
    return chartered().save(coach_offered())


def an_expert_without_the_networks_minutes() -> Log:
    log = offers_time(chartered(), ADA, 60)
    return log.save(coach_offered(expert=True), held("reserved", ADA, OFFER, 30))


def the_networks_minutes_without_an_expert() -> Log:
    return chartered().save(held("reserved", NET, OFFER, 30))


def an_experts_minutes_are_freed_alone() -> Log:
    log = offers_time(chartered(), ADA, 60)
    log.save(coach_offered(expert=True), held("reserved", ADA, OFFER, 30), held("reserved", NET, OFFER, 30))
    return log.save(held("released", ADA, OFFER, 30))


HISTORIES = {
    1: {
        more_is_promised_than_offered: "61 minutes reserved and spent in the week",
        asked_without_any_offer: "never offered any",
        lowered_below_what_is_promised: "and offered 30",
        spends_more_than_was_reserved: "only 30 are reserved",
        frees_what_was_never_held: "does not hold",
        more_is_promised_in_a_month_than_offered: "in the month of",
        more_is_promised_in_a_term_than_offered: "in the term of",
    },
    2: {
        asked_for_more_than_is_held: "40 minutes by introduction-00000001, which are not held",
        asked_without_holding_anything: "which are not held",
        asked_for_no_minutes: "without saying for how many minutes",
        held_without_an_ask: "nobody asked for them",
    },
    3: {
        open_for_too_long: "3 school days end at 2025-09-09 04:00 UTC",
        taken_up_after_it_lapsed: "taken up after it lapsed",
        lapses_before_its_time: "lapses before its time",
        declined_and_not_freed: "are not freed",
        a_coach_says_no_and_nothing_is_freed: "are not freed",
    },
    6: {
        logged_for_what_never_took_place: "did not take place so",
        logged_twice: "logged twice",
        in_two_meetings_at_once: "in two meetings at once",
    },
    7: {
        a_level_that_another_chose: "theirs alone to choose",
        asked_at_a_light_level: "at the level follow",
        asked_to_coach_without_a_level: "never chose a level",
    },
    26: {
        an_expert_without_the_networks_minutes: "not held of the expert budget",
        the_networks_minutes_without_an_expert: "no expert's does",
        an_experts_minutes_are_freed_alone: "the expert budget does not",
    },
}
