"""Coaching cases that went where none may go; the fault lies in the last save of each."""

from typing import Any

from tests.engine.rules.by_hand import ADA, BEN, Log, chartered, event

CASE, AGAIN = "coaching-00000001", "coaching-00000002"


def says(name: str, case: str = CASE, told_to: str = "group", **fields: Any) -> dict[str, Any]:
    return event(f"coaching.{name}", case, told_to, seeker=ADA, **fields)


def requested(case: str = CASE, log: Log | None = None, **more: Any) -> Log:
    log = log or chartered()
    log.save(says("request-drafted", case, "sealed", reopens=None), by=ADA)
    return log.save(says("requested", case, confidentiality="group", **({"reopens": None} | more)), by=ADA)


def triaged(rung: str, *passed: str, urgency: str = "routine", name: str = "request-triaged") -> dict[str, Any]:
    fields = {"member": BEN, "tier": "intensive", "disposition": rung, "urgency": urgency, "passed_over": list(passed)}
    return says(name, confidentiality="group", sent=[], **fields)


def resolved(**more: Any) -> dict[str, Any]:
    return says("request-resolved", member=BEN, note="", **({"confidentiality": "group"} | more))


def ended_twice() -> Log:
    return requested().save(resolved()).save(says("request-withdrawn", confidentiality="group"), by=ADA)


def coached_before_anything_was_decided() -> Log:
    return requested().save(says("engagement-opened", told_to="pair", coach=BEN, until="2025-12-01"))


def submitted_without_a_draft() -> Log:
    return chartered().save(says("requested", reopens=None, confidentiality="group"), by=ADA)


def opened_again_before_it_ended() -> Log:
    log = requested()
    log.save(says("request-drafted", AGAIN, "sealed", reopens=None), by=ADA)
    return log.save(says("requested", AGAIN, reopens=CASE, confidentiality="group"), by=ADA)


def opened_again_by_another() -> Log:
    log = requested().save(resolved())
    log.save(event("coaching.request-drafted", AGAIN, "sealed", seeker=BEN, reopens=None), by=BEN)
    fields = {"seeker": BEN, "reopens": CASE, "confidentiality": "group"}
    return log.save(event("coaching.requested", AGAIN, "group", **fields), by=BEN)


def a_high_rung_without_a_word_on_the_lower_ones() -> Log:
    return requested().save(triaged("coach assigned", "resource sent", "peer introduced", "consultancy formed"))


def re_routed_without_a_word_on_the_lower_ones() -> Log:
    lower = ("resource sent", "peer introduced", "consultancy formed", "group coaching offered")
    log = requested().save(triaged("coach assigned", *lower))
    log.save(triaged("expert engaged", *lower, name="request-rerouted"))  # after a coach that needs no reason more
    return log.save(triaged("intensive plan opened", "expert engaged", name="request-rerouted"))


def a_higher_rung_passed_over() -> Log:
    return requested().save(triaged("peer introduced", "coach assigned"))


def a_log_of_a_session_for_all() -> Log:
    return requested().save(says("session-logged", told_to="network", session="session-00000001", member=BEN))


def wider_than_it_says() -> Log:
    return requested().save(resolved(confidentiality="pair"))


def wider_than_its_case() -> Log:
    log = chartered().save(says("request-drafted", CASE, "sealed", reopens=None), by=ADA)
    log.save(says("requested", CASE, "pair", reopens=None, confidentiality="pair"), by=ADA)
    return log.save(resolved())


def wider_than_its_challenge() -> Log:
    desks = "challenge-00000001"
    log = chartered().save(event("challenge.posted", desks, "group", author=ADA, confidentiality="group"), by=ADA)
    return log.save(event("challenge.resolved", desks, "network", author=ADA, confidentiality="network"), by=ADA)


def help_told_wider_than_its_challenge() -> Log:
    desks, call = "challenge-00000001", "introduction-00000001"
    log = chartered().save(event("challenge.posted", desks, "group", author=ADA, confidentiality="group"), by=ADA)
    fields = {"member": ADA, "helper": BEN, "challenge": desks, "confidentiality": "network"}
    return log.save(event("introduction.help-confirmed", call, "network", **fields), by=ADA)


HISTORIES = {
    22: {
        ended_twice: "is ended, and then request withdrawn",
        coached_before_anything_was_decided: "is waiting, and then engagement opened",
        submitted_without_a_draft: "is unknown, and then requested",
        opened_again_before_it_ended: "which has not ended",
        opened_again_by_another: "which is another's",
    },
    23: {
        a_high_rung_without_a_word_on_the_lower_ones: "group coaching offered was considered",
        re_routed_without_a_word_on_the_lower_ones: "resource sent was considered",
        a_higher_rung_passed_over: "no higher rung",
    },
    27: {
        a_log_of_a_session_for_all: "recorded as network, and is pair",
        wider_than_it_says: "says that it is pair, and is recorded as group",
        wider_than_its_case: "wider than coaching-00000001",
        wider_than_its_challenge: "wider than challenge-00000001",
        help_told_wider_than_its_challenge: "wider than what it is about",
    },
}
