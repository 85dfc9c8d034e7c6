"""Whether a decision follows from its history, asked over HTTP: by its reader, and by office on record."""

from domain.eligibility import UNAVAILABLE
from domain.members import DeclareConflict, MuteMember
from domain.vocabulary import ConflictKind
from engine.comparing import Difference
from engine.why import differing
from tests.api.http.house import ADA, BEN, CLEO, DAN, EVE, GUS, HAL, Client, House, problem
from tests.engine.cases import NEED, asks, case, coaches, knows
from tests.engine.town import ABSENT, CHALLENGES, EXPERTS, MONDAYS, NET, PEERS


def listed(client: Client) -> str:
    found: str = client.post("recommendations", {"need": ABSENT}).json()["recommendation"]
    return found


def test_a_reader_asks_about_their_own_list_without_a_trace(client: Client) -> None:
    path = f"derivations/{listed(client)}"
    told = client.read(path)
    assert (told["outcome"], told["differing"], told["gone"]) == ("identical", 0, [])
    assert told["what"] == "peers in the same boat"
    assert client.read("me/accesses")["count"] == 0


def test_others_ask_by_office_alone_and_the_reader_is_told(client: Client) -> None:
    decision = listed(client)
    for who in (BEN, HAL):
        assert problem(client.get(f"derivations/{decision}", who), 404)["field"] == "decision"
    for who in (CLEO, DAN, GUS):
        assert client.read(f"derivations/{decision}", who)["outcome"] == "identical"
    seen = client.read("me/accesses")["items"]
    assert [each["viewer"] for each in seen] == [GUS, DAN, CLEO]
    assert {tuple(each["subjects"]) for each in seen} == {(decision,)}


def test_a_suggestion_is_for_who_decides_who_audits_and_whose_need_it_is(client: Client, house: House) -> None:
    asks(house)
    house.suggest(NET, case(1))
    problem(client.get(f"derivations/{case(1)}", BEN), 404)
    mine = client.read(f"derivations/{case(1)}", ADA)
    assert client.read("me/accesses")["count"] == 0
    for who in (CLEO, DAN):
        assert client.read(f"derivations/{case(1)}", who) == mine
    assert [each["viewer"] for each in client.read("me/accesses")["items"]] == [DAN, CLEO]
    assert (mine["what"], mine["outcome"]) == ("suggested disposition", "identical")


def test_a_suggestion_is_told_rung_by_rung_without_anybody(client: Client, house: House) -> None:
    knows(house, DAN)
    coaches(house, DAN)
    asks(house)
    asks(house, 2, BEN)
    suggested = house.suggest(NET, case(1))
    assert any(each.candidates for each in suggested.ladder)
    assert suggested.similar
    told = client.read(f"derivations/{case(1)}", GUS)
    assert (told["disposition"], told["tier"], told["reason"]) == (
        suggested.disposition,
        suggested.tier,
        suggested.reason,
    )
    assert told["ladder"] == [
        {"rung": each.rung, "possible": each.possible, "reason": each.reason} for each in suggested.ladder
    ]
    assert (told["items"], told["near_misses"], told["differences"]) == ([], [], [])
    text = str(told).replace(case(1), "")
    assert not any(each in text for each in ("member-", "resource-", "challenge-", "coaching-", NEED))


def test_an_auditor_reads_why_in_figures_and_pointers_without_a_word_of_anybodys(client: Client, house: House) -> None:
    issued = house.ask_for(EXPERTS)
    for who in (DAN, GUS, ADA):
        told = client.read(f"derivations/{issued.recommendation}", who)
        assert (told["policy_hash"], told["encoder"]) == (
            issued.issued.inputs.policy_hash,
            issued.issued.inputs.encoder,
        )
        assert [each["candidate"] for each in told["items"]] == [each.candidate for each in issued.issued.picks]
        first, stored = told["items"][0], issued.issued.picks[0]
        assert first["reasons"] == [
            {"says": each.says, "evidence": each.evidence, "part": each.part, "value": each.value}
            for each in stored.reasons
        ]
        assert {"load", "exposure"}.isdisjoint(first["parts"])
        assert first["parts"].items() <= stored.parts.items()
        assert ABSENT not in str(told)
        assert (ADA in str(told)) is False
        assert not any(word in str(told) for word in ("Name of", "attendance", "call home", "passage", "title"))


def test_of_a_private_cause_nobody_is_told_whose_it_is_and_its_reader_not_even_that(
    client: Client, house: House
) -> None:
    house.say(MuteMember(member=ADA, other=DAN), by=ADA)
    issued = house.ask_for(EXPERTS)
    assert DAN in [each.candidate for each in issued.issued.near_misses if each.rule == UNAVAILABLE]
    for who in (CLEO, GUS):
        told = client.read(f"derivations/{issued.recommendation}", who)
        private = [each for each in told["near_misses"] if each["rule"] == UNAVAILABLE]
        assert private == [{"rule": UNAVAILABLE, "candidate": None, "score": None}]
        assert DAN not in str(told)
    mine = client.read(f"derivations/{issued.recommendation}")
    assert UNAVAILABLE not in [each["rule"] for each in mine["near_misses"]]


def test_whom_one_dismissed_is_told_to_nobody_else(client: Client, house: House) -> None:
    house.dismiss(EXPERTS, DAN)
    house.later(days=1)
    issued = house.ask_for(EXPERTS)
    assert DAN in [each.candidate for each in issued.issued.near_misses if each.rule == "dismissed"]
    told = client.read(f"derivations/{issued.recommendation}", GUS)
    assert {"rule": "dismissed", "candidate": None, "score": None} in told["near_misses"]
    assert DAN not in str(told)
    mine = client.read(f"derivations/{issued.recommendation}")
    assert (DAN, "dismissed") in [(each["candidate"], each["rule"]) for each in mine["near_misses"]]


def test_what_differs_is_named_by_its_place_and_of_the_unnamed_by_nobody() -> None:
    found = [
        Difference("how often the need's words stand", '{"divorce":1}', "{}"),
        Difference(f"{BEN}: score", "0.5", "0.6"),
        Difference(f"{BEN}: load", "0.0", "-0.1"),
        Difference(f"{DAN}: rule that binds", UNAVAILABLE, "gone"),
        Difference(f"{DAN}: reason e12", "0.1", "0.2", gone=True),
    ]
    told = [(each.where, each.gone) for each in differing(found, {BEN}, own=False)]
    assert told == [
        ("how often the need's words stand", False),
        (f"{BEN}: score", False),
        (f"{BEN}: score", False),
        ("one who is not named: rule that binds", False),
        ("one who is not named: reason", True),
    ]
    assert len(list(differing(found, {BEN}, own=True))) == 3


def test_an_auditor_finds_all_that_was_decided_page_by_page_and_nobody_in_it(client: Client, house: House) -> None:
    decision = listed(client)
    asks(house)
    house.suggest(NET, case(1))
    for who in (CLEO, DAN, GUS):
        found = client.read("derivations", who)
        assert [(each["decision"], each["what"]) for each in found] == [
            (decision, "peers in the same boat"),
            (case(1), "suggested disposition"),
        ]
        assert "member-" not in str(found)
        (first,) = client.read("derivations?limit=1", who)
        assert first == found[0]
        assert client.read(f"derivations?after={first['recorded']}", who) == found[1:]
        assert client.read(f"derivations?as_of={first['recorded']}", who) == found[:1]
        told = client.read(f"derivations/{decision}?as_of={first['recorded']}", who)
        assert (told["recorded"], told["at"]) == (first["recorded"], first["at"])
    for who in (ADA, BEN, HAL):
        problem(client.get("derivations", who), 403)


def test_whose_decisions_were_listed_is_told_and_ones_own_are_no_look(client: Client, house: House) -> None:
    decision = listed(client)
    house.ask_for(CHALLENGES, DAN, DAN)
    client.read("derivations?limit=1", DAN)
    (look,) = client.read("me/accesses")["items"]
    assert (look["viewer"], look["what"], look["subjects"]) == (DAN, "list derivations", [decision])
    after = client.read("derivations", DAN)[0]["recorded"]
    head = house.store.head()
    assert len(client.read(f"derivations?after={after}", DAN)) == 1
    assert client.read(f"derivations?after={head}", DAN) == []
    assert house.store.head() == head


def test_what_concerns_whom_one_must_not_be_shown_is_on_no_page(client: Client, house: House) -> None:
    listed(client)
    asks(house)
    house.suggest(NET, case(1))
    house.say(DeclareConflict(member=ADA, other=DAN, kind=ConflictKind.FAMILY), by=ADA)
    assert client.read("derivations", DAN) == []
    assert len(client.read("derivations", GUS)) == 2
    issued = house.ask_for(PEERS, MONDAYS, BEN)
    stored = [each.candidate for each in issued.issued.picks]
    assert ADA in stored
    told = client.read(f"derivations/{issued.recommendation}", DAN)
    assert ADA not in str(told)
    assert [each["candidate"] for each in told["items"]] == [each for each in stored if each != ADA]


def test_that_something_is_gone_tells_others_than_the_reader_of_nobody(client: Client, house: House) -> None:
    decision = listed(client)
    client.done(f"members/{BEN}/erase", {"for_ever": True}, BEN)
    house.erasures.finish(NET, BEN)
    assert any(BEN in each for each in client.read(f"derivations/{decision}")["gone"])
    for who in (CLEO, DAN, GUS):
        (gone,) = client.read(f"derivations/{decision}", who)["gone"]
        assert "member-" not in gone


def test_whom_a_conflict_keeps_apart_is_not_asked_about(client: Client, house: House) -> None:
    decision = listed(client)
    house.say(DeclareConflict(member=ADA, other=CLEO, kind=ConflictKind.FAMILY), by=ADA)
    problem(client.get(f"derivations/{decision}", CLEO), 404)
    for unknown in ("recommendation-0000dead", "challenge-00000001", "nonsense"):
        problem(client.get(f"derivations/{unknown}", GUS), 404)


def test_why_not_says_the_smallest_change(client: Client) -> None:
    told = client.read(f"recommendations/{listed(client)}/why-not/{EVE}")
    assert told["change"].startswith("something of theirs")
