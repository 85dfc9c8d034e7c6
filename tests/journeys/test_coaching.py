"""A need in the demo network, from the queue to its closed engagement, through the API alone; who sees what when."""

import json
import shutil
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

import api.demo
from domain.vocabulary import OFFICES, WATCHING, NetworkRole
from engine.runtime import Confrere
from engine.settings import Settings
from projections import member_directory
from tests.api.http.server import Server, running

pytestmark = pytest.mark.slow

ABSENT = f"coaching-{'0' * 32}"
WORDS = {
    "request": "marmalade",
    "clarification": "quincunx",
    "goal": "persimmon",
    "log": "gargoyle",
    "step": "thimble",
    "later log": "obelisk",
    "note": "parapet",
    "no": "wisteria",
}  # each is said once, and nowhere else in the demo
READ_BY = {
    "seeker": {"request", "clarification", "goal", "log", "step", "later log", "note"},
    "facilitator": {"request", "clarification"},
    "admin": {"request", "clarification"},
    "next coach": {"request", "clarification", "goal", "log", "step", "later log", "note"},
}  # at the end; all others find nothing


class Story:
    """What everybody says, and what each of them saw after it."""

    def __init__(self, server: Server, people: dict[str, str], coaches: list[str], tokens: dict[str, str]) -> None:
        """`people` are members by the part they play; coaches come to theirs as they are asked."""
        self.server, self.people, self.coaches = server, people, coaches
        self.address = server.come_up()
        base = f"{self.address}/api/v1/networks/{api.demo.NETWORK}/"
        self._web = {
            member: httpx.Client(base_url=base, headers={"Authorization": f"Bearer {token}"}, timeout=60)
            for member, token in tokens.items()
        }
        self.case = ""
        self.saw: dict[str, dict[str, httpx.Response]] = {}
        self.queue: dict[str, dict[str, httpx.Response]] = {}

    def close(self) -> None:
        for each in self._web.values():
            each.close()

    def web(self, who: str) -> httpx.Client:
        """Of a part, or of a member."""
        return self._web[self.people.get(who, who)]

    def get(self, who: str, path: str, **more: Any) -> httpx.Response:
        return self.web(who).get(path, **more)

    def post(self, who: str, path: str, body: dict[str, Any], **headers: str) -> httpx.Response:
        return self.web(who).post(path, json=body, headers=headers)

    def says(self, who: str, path: str, **body: Any) -> Any:
        answer = self.post(who, path, body)
        assert answer.status_code in {200, 201}, (who, path, answer.text)
        return answer.json()

    def of_case(self, who: str, path: str, **body: Any) -> Any:
        return self.says(who, f"coaching/{self.case}/{path}", **body)

    def everybody_looks(self, point: str) -> None:
        self.saw[point] = {who: self.get(who, f"coaching/{self.case}") for who in self.people}
        self.queue[point] = {who: self.get(who, "coaching/queue") for who in self.people}

    def seen(self, point: str, who: str) -> Any:
        answer = self.saw[point][who]
        assert answer.status_code == 200, (point, who, answer.text)
        return answer.json()

    def words(self, point: str, who: str) -> set[str]:
        """Which of the words stand in what they were shown."""
        return {name for name, word in WORDS.items() if word in self.saw[point][who].text}

    def readers(self, point: str) -> set[str]:
        return {who for who, answer in self.saw[point].items() if answer.status_code == 200}


def now(**later: float) -> str:
    return (datetime.now(UTC) + timedelta(**later)).isoformat()


def day(**later: float) -> str:
    return now(**later)[:10]


def cast(system: Confrere) -> tuple[dict[str, str], list[str]]:
    """Members of the demo by the part they play, and its coaches."""
    members = system.ask(api.demo.NETWORK, member_directory.candidates)

    def holding(role: NetworkRole) -> list[str]:
        return sorted(each for each, entry in members.items() if role in entry.roles)

    plain = sorted(each for each, entry in members.items() if not entry.roles & (OFFICES | WATCHING | _HELPING))
    facilitator, supervisor = holding(NetworkRole.FACILITATOR)[:2]
    seeker = api.demo.speakers(system)["member"]
    parts = {
        "seeker": seeker,
        "member": next(each for each in plain if each != seeker),
        "facilitator": facilitator,
        "supervisor": supervisor,
        "admin": holding(NetworkRole.ADMIN)[0],
        "auditor": holding(NetworkRole.AUDITOR)[0],
        "sponsor": holding(NetworkRole.SPONSOR)[0],
    }
    return parts, holding(NetworkRole.COACH)


_HELPING = frozenset({NetworkRole.COACH, NetworkRole.EXPERT})


@pytest.fixture(scope="module")
def story(told: tuple[Path, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    """Told once, on a copy of the demo."""
    folder = tmp_path_factory.mktemp("coaching") / "demo"
    shutil.copytree(told[0], folder)
    with Confrere(Settings(data=folder / "data", master_key=folder / "master.key")) as system:
        people, coaches = cast(system)
        everybody = {*people.values(), *coaches}
        tokens = {member: system.tokens.create(api.demo.NETWORK, member)[0] for member in everybody}
    limits = {"CONFRERE_RATE_LIMIT": "1000000", "CONFRERE_LOG_LEVEL": "debug"}
    with running(folder, "serve", "--port", "0", **limits) as server:
        story = Story(server, people, coaches, tokens)
        with closing(story):
            tell(story)
            yield story


def tell(story: Story) -> None:
    for part in (intake, triage, offers, engagement, hand_over, end):
        part(story)


def intake(story: Story) -> None:
    people = story.people
    for coach in story.coaches:
        story.says(coach, f"members/{coach}/budget", minutes=600, period="week")
    story.says("supervisor", f"members/{people['supervisor']}/conflicts", other=people["seeker"], kind="supervises")
    title = f"Calls home, and {WORDS['request']}"
    story.case = story.says("seeker", "coaching", title=title, text="Nothing changes.", urgency="soon")["stream"]
    story.everybody_looks("drafted")
    story.of_case("seeker", "submit")
    story.everybody_looks("submitted")


def triage(story: Story) -> None:
    story.of_case("facilitator", "clarifications", question="Which calls?")
    story.everybody_looks("asked")
    story.of_case("seeker", "clarify", text=f"Those about {WORDS['clarification']}.")
    suggested = story.post("facilitator", f"coaching/{story.case}/suggestion", {})
    assert suggested.status_code == 200, suggested.text
    story.of_case("facilitator", "hand-over", to=story.people["facilitator"])
    story.everybody_looks("suggested")
    rungs = ("resource sent", "peer introduced", "consultancy formed", "group coaching offered")
    decision = {"tier": "intensive", "disposition": "coach assigned", "reason": "Somebody beside them."}
    passed = [{"rung": each, "reason": "They tried."} for each in rungs]
    story.of_case("facilitator", "triage", **decision, passed_over=passed)


def offers(story: Story) -> None:
    """To the first who says no, to another one who names another time."""
    story.people["unwilling"] = offered(story)
    story.everybody_looks("first offer")
    story.of_case("unwilling", "offers/decline", reason=f"The {WORDS['no']} blooms.")
    story.everybody_looks("declined")
    story.people["coach"] = offered(story)
    story.everybody_looks("offered")
    story.of_case("coach", "offers/time", at=now(days=2))
    story.everybody_looks("another time")
    story.of_case("seeker", "offers/accept")


def offered(story: Story) -> str:
    """Whom the network asked by itself, else by hand the first who was not asked before."""
    free = next(each for each in story.coaches if each not in story.people.values())
    offer = {"coach": free, "minutes": 60, "at": now(days=1)}
    by_hand = story.post("facilitator", f"coaching/{story.case}/offers", offer)
    assert by_hand.status_code in {200, 409}, by_hand.text
    asked: str = story.get("facilitator", f"coaching/{story.case}").json()["offer"]["coach"]
    return asked


def engagement(story: Story) -> None:
    story.of_case("coach", "engagement", goal=f"Calls with a {WORDS['goal']}", until=day(days=60))
    session = story.of_case("coach", "sessions/held", at=now(minutes=-50), minutes=45)["id"]
    story.of_case("coach", f"sessions/{session}/log", text=f"We wrote down the {WORDS['log']}.")
    story.of_case("seeker", "steps", text=f"Bring a {WORDS['step']}.", due=day(days=10))
    story.everybody_looks("engaged")
    story.of_case("seeker", "extend", until=day(days=90), reason="Two more calls.")


def hand_over(story: Story) -> None:
    after = story.people["next coach"] = next(each for each in story.coaches if each not in story.people.values())
    story.of_case("coach", "offers", coach=after, at=now(days=3))
    story.of_case("next coach", "offers/accept")
    story.everybody_looks("handed over")
    session = story.of_case("next coach", "sessions/held", at=now(minutes=-4), minutes=3)["id"]
    story.of_case("next coach", f"sessions/{session}/log", text=f"We looked at the {WORDS['later log']}.")
    story.of_case("seeker", "grants", member=after)
    story.everybody_looks("granted")


def end(story: Story) -> None:
    feedback = {"helpful": True, "plan_changed": True, "tie_confirmed": True, "note": f"A {WORDS['note']} for me."}
    story.of_case("seeker", "close", feedback=feedback)
    story.everybody_looks("closed")


def test_a_need_goes_from_the_queue_to_its_closed_engagement(story: Story) -> None:
    states = {point: story.seen(point, "seeker")["case"]["state"] for point in story.saw}
    assert states == {
        "drafted": "drafted",
        "submitted": "waiting",
        "asked": "waiting for the seeker",
        "suggested": "waiting",
        "first offer": "offered",
        "declined": "triaged",
        "offered": "offered",
        "another time": "offered",
        "engaged": "engaged",
        "handed over": "engaged",
        "granted": "engaged",
        "closed": "ended",
    }
    closed = story.seen("closed", "seeker")
    assert closed["how"] == "closed"
    assert closed["feedback"]["helpful"] is True
    assert [each["minutes"] for each in closed["engagement"]["held"]] == [45, 3]


def test_a_draft_is_its_authors_alone(story: Story) -> None:
    assert story.readers("drafted") == {"seeker"}


def test_who_has_nothing_to_do_with_it_finds_nothing_byte_for_byte(story: Story) -> None:
    for point, seen in story.saw.items():
        for who in ("member", "supervisor", "auditor", "sponsor"):
            absent = story.get(who, f"coaching/{ABSENT}")
            assert (seen[who].status_code, seen[who].content) == (absent.status_code, absent.content), (point, who)


def test_the_supervisor_who_facilitates_finds_it_in_no_queue_and_no_count(story: Story) -> None:
    before = story.queue["drafted"]
    for point, queues in story.queue.items():
        assert story.case not in queues["supervisor"].text, point
        assert queues["supervisor"].json()["count"] == before["supervisor"].json()["count"], point
        for who in queues.keys() - {"facilitator", "supervisor", "admin"}:
            assert queues[who].status_code == 403
    waiting = {each["coaching"]: each for each in story.queue["submitted"]["facilitator"].json()["items"]}
    assert waiting[story.case]["first_response_due"] is not None
    assert story.queue["submitted"]["facilitator"].json()["count"] == before["facilitator"].json()["count"] + 1


def test_each_reads_the_words_that_are_for_them_and_no_others(story: Story) -> None:
    assert {who: story.words("closed", who) for who in story.readers("closed")} == READ_BY
    assert story.words("engaged", "facilitator") == {"request", "clarification"}
    assert story.words("engaged", "coach") == {"request", "clarification", "goal", "log", "step"}


def test_who_comes_later_reads_what_was_before_once_it_is_granted(story: Story) -> None:
    assert not {"log", "step"} & story.words("handed over", "next coach")
    assert {"log", "step"} <= story.words("granted", "next coach")


def test_who_went_finds_nothing_any_more(story: Story) -> None:
    for point, went in (("declined", "unwilling"), ("handed over", "coach"), ("closed", "coach")):
        absent = story.get(went, f"coaching/{ABSENT}")
        assert story.saw[point][went].content == absent.content
        refused = story.post(went, f"coaching/{story.case}/steps", {"text": "One more."})
        assert refused.content == story.post(went, f"coaching/{ABSENT}/steps", {"text": "One more."}).content


def test_why_a_coach_said_no_is_told_to_nobody(story: Story) -> None:
    for seen in story.saw.values():
        assert WORDS["no"] not in "".join(answer.text for answer in seen.values())


def test_clocks_stand_still_while_the_seeker_is_asked_and_an_answer_is_an_answer(story: Story) -> None:
    asked, suggested = (story.seen(point, "facilitator")["case"] for point in ("asked", "suggested"))
    assert asked["paused_since"] is not None
    assert suggested["paused_since"] is None
    assert story.seen("submitted", "facilitator")["case"]["first_response_due"] is not None
    assert asked["first_response_due"] is suggested["first_response_due"] is None
    assert suggested["resolution_due"] is not None


def test_the_suggestion_shows_every_rung_and_the_decision_stands_beside_it(story: Story) -> None:
    suggestion = story.seen("suggested", "facilitator")["suggestion"]
    assert len(suggestion["ladder"]) == 7
    assert suggestion["reason"]
    assert story.seen("suggested", "seeker")["suggestion"] is None
    decision = story.seen("offered", "facilitator")["decision"]
    assert decision["disposition"] == "coach assigned"
    assert decision["steering"] == (suggestion["disposition"] != "coach assigned")


def test_whoever_names_another_time_waits_for_the_other_ones_word(story: Story) -> None:
    assert story.seen("offered", "seeker")["offer"]["waits_for"] == story.people["coach"]
    assert story.seen("another time", "coach")["offer"]["waits_for"] == story.people["seeker"]


def test_minutes_are_spent_and_for_staff_and_the_coach_to_read(story: Story) -> None:
    for who, spent in (("coach", 45), ("next coach", 3)):
        assert max(load(story, who, on, "spent") for on in (day(), day(days=2), day(days=3))) == spent
        for other in ("member", "seeker"):
            assert story.get(other, f"members/{story.people[who]}/budget").status_code == 404


def load(story: Story, who: str, on: str, what: str) -> int:
    """As the burden board shows it."""
    board = story.get("facilitator", "boards/burden", params={"on": on, "limit": 200}).json()
    found = [each[what] for each in board["page"]["items"] if each["member"] == story.people[who]]
    return sum(found)


def test_each_finds_their_own_cases(story: Story) -> None:
    for who in story.people:
        found = {each["coaching"] for each in story.get(who, "coaching").json()["items"]}
        assert (story.case in found) == (who in {"seeker", "facilitator", "next coach"}), who


def test_the_seeker_hears_of_every_move_of_others(story: Story) -> None:
    stream = f"{story.address}/api/v1/me/suggestions/stream"
    heard = []
    with story.web("seeker").stream("GET", stream, params={"after_position": 0}) as answer:
        for line in answer.iter_lines():
            if line.startswith("data: ") and json.loads(line[6:])["subject"] == story.case:
                heard.append(json.loads(line[6:])["position"])
            if len(heard) == 10:
                break
    assert heard == sorted(set(heard))


def test_the_later_of_two_who_decide_at_once_is_told_how_the_case_stands(story: Story) -> None:
    case = story.says("seeker", "coaching", title="Another one")["stream"]
    story.says("seeker", f"coaching/{case}/submit")
    tag = story.get("facilitator", f"coaching/{case}").headers["etag"]
    story.says("facilitator", f"coaching/{case}/clarifications", question="Which one?")
    late = story.post("admin", f"coaching/{case}/resolve", {}, **{"If-Match": tag})
    assert late.status_code == 412
    assert "this case is now waiting for the seeker" in late.json()["detail"]
    assert late.json()["remedy"].endswith("possible now: nothing")  # to who is no facilitator
    unseen = story.post("supervisor", f"coaching/{case}/resolve", {}, **{"If-Match": tag})
    nothing = story.post("supervisor", f"coaching/{ABSENT}/resolve", {}, **{"If-Match": tag})
    assert (unseen.status_code, unseen.content) == (404, nothing.content)


def test_sponsors_and_auditors_read_figures_of_ten_people_and_nothing_else(story: Story) -> None:
    for who in ("sponsor", "auditor", "facilitator", "admin"):
        answer = story.get(who, "coaching/figures")
        assert answer.status_code == 200
        assert all(each["people"] >= 10 for each in answer.json())
    assert story.get("member", "coaching/figures").status_code == 403
    moments = story.get("auditor", "events", params={"after": 0, "limit": 200}).text
    assert story.case not in moments


def test_no_word_of_it_is_logged(story: Story) -> None:
    logged = "".join(story.server.logged)
    assert logged
    assert not [word for word in WORDS.values() if word in logged]
