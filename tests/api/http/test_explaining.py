"""Whether a decision follows from its history, asked over HTTP: by its reader, and by office on record."""

from domain.members import DeclareConflict
from domain.vocabulary import ConflictKind
from tests.api.http.house import ADA, BEN, CLEO, DAN, EVE, GUS, HAL, Client, House, problem
from tests.engine.cases import asks, case
from tests.engine.town import ABSENT, NET


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


def test_a_suggestion_is_for_who_decides_and_who_audits(client: Client, house: House) -> None:
    asks(house)
    house.suggest(NET, case(1))
    assert client.read(f"derivations/{case(1)}", CLEO)["what"] == "suggested disposition"
    assert client.read(f"derivations/{case(1)}", DAN)["outcome"] == "identical"
    for who in (ADA, BEN):
        assert problem(client.get(f"derivations/{case(1)}", who), 404)["field"] == "decision"


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
