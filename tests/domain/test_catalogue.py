import re
from collections.abc import Iterator
from typing import get_args, get_type_hints

import pytest
from msgspec import Struct

from domain.catalogue import CATALOGUE
from domain.kernel import STREAM, Catalogue, Command, Entry, Event, owners_of
from domain.plans import DECIDER_OF, DECIDERS
from domain.vocabulary import Confidentiality
from tests.domain.test_histories import UNIONS

# Texts that are not sealed, each with why: what people write of themselves and of each other is sealed.
OPEN = {
    "id": (
        *(
            "site",
            "subject",
            "parent",
            "contact",
            "endorser",
            "member",
            "reservation",
            "author",
            "answer",
            "to",
            "into",
            "noticed_by",
            "coaching",
            "reopens",
            "coach",
            "giver",
            "offered_by",
            "offer",
            "session",
            "step",
            "response",
            "source",
            "sent",
            "read",
            "viewer",
            "subjects",
            "members",
            "named",
            "export",
            "by",
            "network",
        ),
        *("contributor", "challenge", "seeker", "helper", "reader", "need", "candidate", "policy_hash", "into"),
        *("invited_by", "introduced_by"),  # a member, the operator or the engine
    ),
    "of an institution, no person, given by staff": (
        "network.chartered.name",
        "network.school-calendar-set.calendar.terms.name",
        "site.registered.name",
        "site.registered.state",
        "site.registered.locale",
        "site.registered.grades",
        "site.registered.site_type",
    ),
    "one of a few words": (
        "coaching.case-handed-over.part",
        "access.recorded.what",
        "audit.export-produced.form",
    ),
    "a code": ("network.chartered.zone", "network.school-calendar-set.calendar.zone"),
    "worked out from the log": (
        "audit.checkpoint-signed.root",
        "audit.checkpoint-signed.key",
        "audit.export-produced.digest",
    ),
    "written by the engine": (
        "coaching.disposition-suggested.reason",
        "coaching.disposition-suggested.policy_hash",
        "coaching.disposition-suggested.encoder",
        "coaching.disposition-suggested.ladder.reason",
        "coaching.disposition-suggested.ladder.candidates",
        "coaching.disposition-suggested.similar.coaching",
        "recommendation.issued.inputs.policy_hash",
        "recommendation.issued.inputs.encoder",
        "recommendation.issued.picks.candidate",
        "recommendation.issued.picks.parts",
        "recommendation.issued.picks.reasons.says",
        "recommendation.issued.picks.reasons.evidence",
        "recommendation.issued.picks.reasons.met",
        "recommendation.issued.picks.reasons.part",
        "recommendation.issued.near_misses.candidate",
        "recommendation.issued.near_misses.rule",
    ),
}


def texts(kind: type[Struct], place: str) -> Iterator[str]:
    """Where a struct may hold a text, also deep inside."""
    for field, hint in get_type_hints(kind).items():
        yield from _texts(hint, f"{place}.{field}")


def _texts(hint: object, place: str) -> Iterator[str]:
    if hint is str:
        yield place
    elif isinstance(hint, type) and issubclass(hint, Struct):
        yield from texts(hint, place)
    for arg in get_args(hint):
        yield from _texts(arg, place)


@pytest.mark.parametrize("entry", CATALOGUE.entries, ids=lambda entry: entry.name)
def test_every_text_is_sealed_or_somebody_said_why_not(entry: Entry) -> None:
    sealed = {f"{entry.name}.{field}" for field in owners_of(entry.type)}
    known = {place for places in OPEN.values() for place in places}
    ids = {place for place in set(texts(entry.type, entry.name)) - sealed if place.count(".") == 2}
    ids = {place for place in ids if place.rpartition(".")[2] in OPEN["id"]}
    assert set(texts(entry.type, entry.name)) - sealed - ids <= known


def test_nothing_stands_in_the_list_of_open_texts_that_is_no_open_text() -> None:
    there = {place for entry in CATALOGUE.entries for place in texts(entry.type, entry.name)}
    sealed = {f"{entry.name}.{field}" for entry in CATALOGUE.entries for field in owners_of(entry.type)}
    named = {place for why, places in OPEN.items() for place in places if why != "id"}
    assert named <= there - sealed
    assert set(OPEN["id"]) <= {place.rpartition(".")[2] for place in there}


@pytest.mark.parametrize("entry", CATALOGUE.entries, ids=lambda entry: entry.name)
def test_whose_key_seals_a_text_stands_open_in_the_same_event(entry: Entry) -> None:
    owners = owners_of(entry.type)
    for owner in owners.values():
        if owner == STREAM:
            assert entry.name.startswith(("member.", "network.")), "only these streams are owners themselves"
        else:
            assert get_type_hints(entry.type)[owner] is str
            assert owner not in owners


def test_every_event_of_every_stream_stands_in_the_catalogue_under_its_streams_name() -> None:
    assert UNIONS.keys() == DECIDERS.keys()
    for kind, union in UNIONS.items():
        named = {CATALOGUE.by_type[event].name.partition(".")[0] for event in get_args(union) or (union,)}
        assert named == {kind}
    assert sum(len(get_args(union) or (union,)) for union in UNIONS.values()) == len(CATALOGUE.entries)


@pytest.mark.parametrize("entry", CATALOGUE.entries, ids=lambda entry: entry.name)
def test_a_name_says_stream_and_what_happened_in_words(entry: Entry) -> None:
    assert re.fullmatch(r"[a-z]+\.[a-z]+(-[a-z]+)*", entry.name)


@pytest.mark.parametrize("entry", CATALOGUE.entries, ids=lambda entry: entry.name)
def test_every_older_version_has_a_way_up(entry: Entry) -> None:
    for version in range(1, entry.version):
        assert (entry.name, version) in CATALOGUE._upcasters


def test_no_event_stands_twice() -> None:
    class Told(Event, frozen=True, kw_only=True):
        pass

    with pytest.raises(ValueError, match="twice"):
        Catalogue((Entry("a.told", Told), Entry("a.told-again", Told)), {})


def test_older_fields_are_brought_up_step_by_step() -> None:
    class Told(Event, frozen=True, kw_only=True):
        words: str

    steps = {
        ("a.told", 1): lambda fields: {"text": fields["says"]},
        ("a.told", 2): lambda fields: {"words": fields["text"]},
    }
    catalogue = Catalogue((Entry("a.told", Told, version=3),), steps)
    assert catalogue.upcast("a.told", 1, {"says": "yes"}) == catalogue.upcast("a.told", 3, {"words": "yes"})


def test_what_is_private_is_sealed_by_its_usual_class() -> None:
    private = ("conflict", "muted", "unmuted", "identity", "dismissed", "drafted", "words.withdrawn", "words.returned")
    sealed = {entry.name for entry in CATALOGUE.entries if entry.confidentiality is Confidentiality.SEALED}
    assert sealed == {entry.name for entry in CATALOGUE.entries if any(word in entry.name for word in private)}


def test_an_event_may_choose_its_own_class() -> None:
    posted = CATALOGUE.by_name["challenge.posted"].type
    event = posted(author="member-aaaaaaaa", title="x", confidentiality=Confidentiality.PAIR)
    assert CATALOGUE.confidentiality_of(event) is Confidentiality.PAIR


@pytest.mark.parametrize("command", DECIDER_OF, ids=lambda command: command.__name__)
def test_every_command_names_its_stream(command: type[Command]) -> None:
    kind = DECIDER_OF[command].kind
    beside = {"budget", "erasure", "words"}  # a member's other streams
    owners = {"member", "network"} if kind in beside else {kind}
    assert owners & set(command.__struct_fields__)
