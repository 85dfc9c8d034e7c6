"""Histories that were not only added to, or come from nowhere; the fault lies in the last save of each."""

from datetime import timedelta
from typing import Any

from tests.engine.rules.by_hand import ADA, BEN, DEV, NET, NOON, Log, chartered, event

PAUSED = event("member.paused", ADA)


def begins_without_a_charter() -> Log:
    return Log().save(event("member.joined", ADA), by=ADA)


def stands_at_a_place_that_was_taken() -> Log:
    return chartered().save(PAUSED | {"position": 3}, by=ADA)


def recorded_before_what_came_first() -> Log:
    return chartered().save(PAUSED, by=ADA, recorded=NOON - timedelta(days=1), at=NOON - timedelta(days=1))


def leaves_a_version_out() -> Log:
    return chartered().save(PAUSED | {"version": 3}, by=ADA)


def tells_a_version_twice() -> Log:
    return chartered().save(PAUSED | {"version": 1}, by=ADA)


def happened_after_it_was_recorded() -> Log:
    return chartered().save(PAUSED, by=ADA, at=NOON + timedelta(days=1))


def carried_out_twice() -> Log:
    log = chartered().save(PAUSED, by=ADA, command="command-pause")
    log.save(event("member.resumed", ADA), by=ADA)
    return log.save(event("member.paused", ADA), by=ADA, command="command-pause")


def said_by_another_in_one_save() -> Log:
    log = chartered().save(PAUSED, by=ADA, command="command-pause")
    return log.save(event("member.paused", BEN), by=BEN, actor=BEN, command="command-pause")


def in_no_form_that_an_event_has() -> Log:
    log = chartered().save(PAUSED, by=ADA)
    log.rows[-1] = (*log.rows[-1][:6], b"\xc1")
    return log


def deeper_than_anything_that_is_said() -> Log:
    log = chartered().save(PAUSED, by=ADA)
    log.rows[-1] = (*log.rows[-1][:6], b"\x91" * 100_000 + b"\x00")
    return log


def said_to_be_sealed_and_lies_open() -> Log:
    return chartered().save(event("member.profile-described", ADA, text="in clear words", sealed={"text": ADA}), by=ADA)


def says_nothing_of_what_it_should() -> Log:
    return chartered().save(event("audit.checkpoint-signed", "audit-00000001"), actor="confrere")


def says_words_where_numbers_stand() -> Log:
    fields = {"size": "many", "root": "r", "key": "k"}
    return chartered().save(event("audit.checkpoint-signed", "audit-00000001", **fields), actor="confrere")


def follows_from_what_never_happened() -> Log:
    return chartered().save(PAUSED, by=ADA, causation="command-unheard")


def began_with_what_never_happened() -> Log:
    return chartered().save(PAUSED, by=ADA, correlation="command-unheard")


def done_by_a_stranger() -> Log:
    return chartered().save(PAUSED, actor="member-ffffffff", by=ADA)


def done_by_one_whose_stream_it_is_and_who_never_joined() -> Log:
    return chartered().save(event("member.paused", "member-ffffffff"), actor="member-ffffffff")


def done_by_itself_from_nothing() -> Log:
    log = chartered().save(event("coaching.need-noticed", "coaching-00000001", seeker=ADA, noticed_by=BEN), by=BEN)
    return log.save(event("coaching.request-withdrawn", "coaching-00000001", seeker=ADA), actor="confrere")


def erased(member: str = ADA) -> Log:
    begun = event("erasure.begun", f"erasure-{member[7:]}", "group", member=member, named=[])
    return chartered().save(begun, event("member.left", member), event("member.erased", member))


def destroyed(member: str = ADA) -> dict[str, Any]:
    return event("erasure.key-destroyed", f"erasure-{member[7:]}", member=member)


def erased_and_goes_on() -> Log:
    return erased().save(event("member.joined", ADA), by=ADA)


def erased_and_acts() -> Log:
    return erased().save(event("resource.used", "resource-00000001", member=ADA), actor=ADA)


def erased_under_a_hold() -> Log:
    log, stream = chartered(), f"erasure-{ADA[7:]}"
    log.save(event("erasure.hold-placed", stream, "pair", member=ADA, network=NET, sealed={"reason": NET}))
    return log.save(event("erasure.begun", stream, "group", member=ADA, named=[]), event("member.erased", ADA))


def erased_by_nobody() -> Log:
    return chartered().save(event("member.erased", ADA))


def decided_and_not_erased() -> Log:
    return chartered().save(event("erasure.begun", f"erasure-{ADA[7:]}", "group", member=ADA, named=[]))


def a_key_destroyed_by_nobody() -> Log:
    return chartered().save(destroyed(), actor="confrere")


def sealed_for_who_is_gone() -> Log:
    fields = {"answer": "answer-00000001", "member": ADA, "to": BEN, "confidentiality": "network"}
    log = erased().save(destroyed(), actor="confrere")
    return log.save(event("challenge.answered", "challenge-00000001", sealed={"text": ADA}, **fields))


def signed(size: int) -> dict[str, Any]:
    return event("audit.checkpoint-signed", "audit-00000001", size=size, root="r", key="k")


def signed_over_more_than_there_was() -> Log:
    return chartered().save(signed(7), actor="confrere")


def signed_over_less_than_before() -> Log:
    return chartered().save(signed(6), actor="confrere").save(signed(5), actor="confrere")


def exported_what_came_later() -> Log:
    fields = {"export": "export-00000001", "form": "events", "by": "operator", "records": 6, "digest": "d"}
    return chartered().save(event("audit.export-produced", "audit-00000001", position=7, **fields))


def a_text_that_lies_open() -> Log:
    return chartered().save(event("member.joined", DEV, name="Dev Devine"), by=DEV)


def a_text_sealed_for_another() -> Log:
    return chartered().save(event("site.described", "site-00000001", contact=ADA, sealed={"statement": BEN}), by=ADA)


def here_as_a_student() -> Log:
    fields = {"site": None, "role": "student", "since": "2025-09-01"}
    return chartered().save(event("member.affiliation-started", ADA, **fields), by=ADA)


def facilitated() -> Log:
    return chartered().save(event("member.network-role-granted", BEN, role="facilitator"))


def looked(viewer: str, *members: str, stream: str = "access-0000000b") -> dict[str, Any]:
    fields = {"read": "look-1", "what": "queue", "subjects": ["coaching-00000001"], "members": list(members)}
    return event("access.recorded", stream, "pair", viewer=viewer, **fields)


def a_look_in_another_ones_stream() -> Log:
    return facilitated().save(looked(BEN, ADA, stream="access-0000000a"), actor="confrere")


def a_look_that_the_viewer_recorded() -> Log:
    return facilitated().save(looked(BEN, ADA), actor=BEN)


def a_look_without_an_office() -> Log:
    return chartered().save(looked(BEN, ADA), actor="confrere")


def a_look_told_to_the_viewer() -> Log:
    return facilitated().save(looked(BEN, ADA, BEN), actor="confrere")


HISTORIES = {
    29: {
        a_text_that_lies_open: "the name of member.joined lies open",
        a_text_sealed_for_another: "is sealed for member-0000000b, and belongs to member-0000000a",
    },
    30: {here_as_a_student: "no role of an educator"},
    31: {
        a_look_in_another_ones_stream: "which is another's",
        a_look_that_the_viewer_recorded: "nobody does so by themselves",
        a_look_without_an_office: "never given one",
        a_look_told_to_the_viewer: "told of their own look",
    },
    32: {
        erased_and_goes_on: "was erased, and goes on",
        erased_and_acts: "was erased, and acts",
        erased_under_a_hold: "a legal hold stands",
        erased_by_nobody: "nobody decided it",
        decided_and_not_erased: "they are not gone by it",
        a_key_destroyed_by_nobody: "nobody decided to erase them",
        sealed_for_who_is_gone: "whose key was destroyed",
        signed_over_more_than_there_was: "covers 7 events, and there are 6",
        signed_over_less_than_before: "and 6 were signed before",
        exported_what_came_later: "which comes after it",
        begins_without_a_charter: "begins with member.joined",
        stands_at_a_place_that_was_taken: "it stands after position 6",
        recorded_before_what_came_first: "recorded before position 6",
        leaves_a_version_out: "version 3, and 2 should follow",
        tells_a_version_twice: "version 1, and 2 should follow",
        happened_after_it_was_recorded: "after it was recorded",
        carried_out_twice: "carried out before, and again here",
        said_by_another_in_one_save: "not recorded at once, or not for one cause",
        in_no_form_that_an_event_has: "cannot be read",
        deeper_than_anything_that_is_said: "cannot be read",
        said_to_be_sealed_and_lies_open: "lies open, and is said to be sealed",
        says_nothing_of_what_it_should: "does not say what such an event says",
        says_words_where_numbers_stand: "does not say what such an event says",
    },
    35: {
        follows_from_what_never_happened: "the cause of",
        began_with_what_never_happened: "the beginning of",
        done_by_a_stranger: "is no member of this network",
        done_by_one_whose_stream_it_is_and_who_never_joined: "is no member of this network",
        done_by_itself_from_nothing: "from nothing",
    },
}
