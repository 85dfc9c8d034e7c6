"""A service in use, request after request, answers what a plain model of it says: to each reader, on every page."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    MultipleResults,
    initialize,
    invariant,
    multiple,
    precondition,
    rule,
    run_state_machine_as_test,
)
from litestar.testing import TestClient

from api.http.app import create_app
from engine.runtime import Confrere
from engine.settings import Settings
from tests.journeys.service_use import NOON, Open, Using

TITLES = st.sampled_from(["Attendance", "Buses", "Desks"])
TOLD = st.sampled_from(["public", "network", "network", "group", "pair", "sealed"])
LIMITS = st.sampled_from([1, 2, 3, 200])
MINUTES = st.sampled_from([20, 30, 60])
OWN = st.sampled_from([True, True, False])
ROLES = st.sampled_from(["facilitator", "auditor", "sponsor"])


class Service(Using):
    """Ada administers, Cleo facilitates, Dan audits; Ben and Eve are plain members; others are invited."""

    people = Bundle("people")
    challenges = Bundle("challenges")
    resources = Bundle("resources")
    introductions = Bundle("introductions")

    @initialize(target=people)
    def a_network_is_chartered(self) -> MultipleResults[str]:
        return multiple(*self.charter())

    # what people do

    @rule(target=people, who=people, joins=OWN)
    def invite(self, who: str, joins: bool) -> Any:  # noqa: FBT001 - drawn
        new = self.write(who, "members", {}, lambda new: self.model.invite(who, new), self.there(who, office=True))
        if new is not None:
            self.tokens[new] = self.system.tokens.create(self.network, new)
            if joins:
                self.join(new)
        return self.made(new)

    @rule(who=people)
    def join(self, who: str) -> None:
        name = f"Name of {who}"
        self.write(who, f"members/{who}/join", {"name": name}, lambda _: self.model.join(who, name), lambda: 0)

    @rule(who=people, member=people, topic=TITLES, own=OWN)
    def claim_expertise(self, who: str, member: str, topic: str, own: bool) -> None:  # noqa: FBT001 - drawn
        member = who if own else member
        say = lambda _: self.model.claim(who, member, topic)  # noqa: E731
        self.write(who, f"members/{member}/expertise", {"topic": topic}, say, self.there(who, member))

    @rule(who=people, other=people, kind=st.sampled_from(["supervises", "supervises", "family"]))
    def declare_a_conflict(self, who: str, other: str, kind: str) -> None:
        if who != other:
            body = {"other": other, "kind": kind}
            say = lambda _: self.model.declare(who, who, other, kind)  # noqa: E731
            self.write(who, f"members/{who}/conflicts", body, say, self.there(who, who))

    @rule(who=people, which=st.integers(0, 100), own=OWN)
    def end_a_conflict(self, who: str, which: int, own: bool) -> None:  # noqa: FBT001 - drawn
        declared = [(member, other) for member, each in self.model.people.items() for other in each.conflicts]
        if declared:
            member, other = declared[which % len(declared)]
            who = member if own else who
            say = lambda _: self.model.reconcile(who, member, other)  # noqa: E731
            path = f"members/{member}/conflicts/end"
            self.write(who, path, {"other": other}, say, self.there(who, member))

    @rule(who=people, other=people)
    def mute(self, who: str, other: str) -> None:
        if who != other:
            say = lambda _: self.model.mute(who, other)  # noqa: E731
            self.write(who, f"members/{who}/mutes", {"other": other}, say, self.there(who, who))

    @rule(who=people, member=people, role=ROLES)
    def grant_a_role(self, who: str, member: str, role: str) -> None:
        say = lambda _: self.model.grant(who, member, role)  # noqa: E731
        allowed = lambda: self.model.may_grant(who, member)  # noqa: E731
        self.write(who, f"members/{member}/roles", {"role": role}, say, allowed)

    @rule(who=people, member=people, role=ROLES, own=OWN)
    def withdraw_a_role(self, who: str, member: str, role: str, own: bool) -> None:  # noqa: FBT001 - drawn
        member = who if own else member
        say = lambda _: self.model.withdraw(who, member, role)  # noqa: E731
        allowed = lambda: 0 if self.model.people[who].here and self.model.sees(who, member) else 404  # noqa: E731
        self.write(who, f"members/{member}/roles/withdraw", {"role": role}, say, allowed)

    @rule(who=people, member=people, minutes=MINUTES, own=OWN)
    def offer_time(self, who: str, member: str, minutes: int, own: bool) -> None:  # noqa: FBT001 - drawn
        member = who if own else member
        body = {"minutes": minutes, "period": "month"}
        say = lambda _: self.model.offer_time(who, member, minutes)  # noqa: E731
        self.write(who, f"members/{member}/budget", body, say, self.there(who, member))

    @rule(target=challenges, who=people, title=TITLES, told=TOLD)
    def post_a_challenge(self, who: str, title: str, told: str) -> Any:
        body = {"title": title, "confidentiality": told}
        return self.made(
            self.write(who, "challenges", body, lambda new: self.model.post(who, new, title, told), self.there(who))
        )

    @rule(who=people, challenge=challenges, title=TITLES, named=st.sampled_from(["nothing", "now", "the past"]))
    def reframe(self, who: str, challenge: str, title: str, named: str) -> None:
        """Also naming what they read, which stands or is past."""
        read = self.send("GET", f"challenges/{challenge}", who).headers.get("etag")
        tag = {"nothing": None, "now": read, "the past": '"0"'}[named]
        say = lambda _: self.model.change(who, challenge, "title", title, stale=named == "the past")  # noqa: E731
        headers = {} if tag is None else {"If-Match": tag}
        path = f"challenges/{challenge}/reframe"
        self.write(who, path, {"title": title}, say, self.there(who, challenge), **headers)

    @rule(who=people, challenge=challenges, stage=st.sampled_from(["naming", "testing"]))
    def change_stage(self, who: str, challenge: str, stage: str) -> None:
        say = lambda _: self.model.change(who, challenge, "stage", stage)  # noqa: E731
        self.write(who, f"challenges/{challenge}/stage", {"stage": stage}, say, self.there(who, challenge))

    @rule(who=people, challenge=challenges)
    def answer(self, who: str, challenge: str) -> None:
        say = lambda _: self.model.answer(who, challenge)  # noqa: E731
        self.write(who, f"challenges/{challenge}/answers", {"text": "Try."}, say, self.there(who, challenge))

    @rule(who=people, challenge=challenges)
    def resolve(self, who: str, challenge: str) -> None:
        say = lambda _: self.model.change(who, challenge, "status", "resolved")  # noqa: E731
        self.write(who, f"challenges/{challenge}/resolve", {}, say, self.there(who, challenge))

    @rule(target=resources, who=people, title=TITLES)
    def share(self, who: str, title: str) -> Any:
        say = lambda new: self.model.share(who, new, title)  # noqa: E731
        return self.made(self.write(who, "resources", {"title": title}, say, self.there(who)))

    @rule(who=people, resource=resources, title=TITLES)
    def revise(self, who: str, resource: str, title: str) -> None:
        say = lambda _: self.model.revise(who, resource, title)  # noqa: E731
        self.write(who, f"resources/{resource}/revise", {"title": title}, say, self.there(who, resource))

    @rule(who=people, resource=resources)
    def retire(self, who: str, resource: str) -> None:
        say = lambda _: self.model.retire(who, resource)  # noqa: E731
        self.write(who, f"resources/{resource}/retire", {"reason": "Old."}, say, self.there(who, resource))

    @rule(target=introductions, who=people, seeker=people, helper=people, minutes=MINUTES, own=OWN)
    def offer_an_introduction(self, who: str, seeker: str, helper: str, minutes: int, own: bool) -> Any:  # noqa: FBT001 - drawn
        seeker = who if own else seeker
        body = {"seeker": seeker, "helper": helper, "minutes": minutes}
        say = lambda new: self.model.offer(who, new, seeker, helper, minutes)  # noqa: E731
        return self.made(self.write(who, "introductions", body, say, self.there(who)))

    @rule(who=people, introduction=introductions)
    def consent(self, who: str, introduction: str) -> None:
        say = lambda _: self.model.consent(who, introduction)  # noqa: E731
        self.write(who, f"introductions/{introduction}/consent", {}, say, self.there(who, introduction))

    @rule(who=people, introduction=introductions)
    def decline(self, who: str, introduction: str) -> None:
        say = lambda _: self.model.decline(who, introduction)  # noqa: E731
        self.write(who, f"introductions/{introduction}/decline", {}, say, self.there(who, introduction))

    # what goes wrong on the way

    @rule(which=st.integers(0, 10**6))
    def repeat_a_request(self, which: int) -> None:
        """Under its key, whatever happened since: the same answer, and nothing is recorded anew."""
        if self.sent:
            request, before, allowed = self.sent[which % len(self.sent)]
            answer = self.send(**request)
            if no := allowed():
                self.expect_problem(answer, no)
            elif before.json()["events"]:
                assert (answer.status_code, answer.content) == (before.status_code, before.content)
            else:
                assert answer.json()["events"] == []

    @rule(which=st.integers(0, 10**6))
    def use_a_key_again_for_something_else(self, which: int) -> None:
        if self.sent:
            request, _, allowed = self.sent[which % len(self.sent)]
            other = {"minutes": 55, "stage": "sustaining", "kind": "funding decision", "role": "coach"}
            other |= dict.fromkeys(("text", "title", "topic", "name", "reason"), "Other")
            body = {name: other.get(name, value) for name, value in request["json"].items()}
            if body != request["json"]:
                self.expect_problem(self.send(**{**request, "json": body}), allowed() or 409)

    @precondition(lambda self: self.keys % 6 == 5)  # now and then
    @rule(who=people)
    def get_a_new_token(self, who: str) -> None:
        """The old one ends at once; what is known by its keys is known by the new one too."""
        self.system.tokens.revoke(self.tokens[who][1].token)
        self.expect_problem(self.send("GET", "members", who), 401)
        self.expect_problem(self.send("POST", "challenges", who, json={"title": "Late"}), 401)
        self.tokens[who] = self.system.tokens.create(self.network, who)

    # what people read

    @rule(reader=people, limit=LIMITS)
    def read_the_lists(self, reader: str, limit: int) -> None:
        model = self.model
        if self.turned_away(reader):
            return
        sees = lambda things: [each for each in things if model.sees(reader, each)]  # noqa: E731
        self.expect_pages(reader, "members", limit, "member", sorted(sees(model.people)))
        self.expect_pages(reader, "challenges", limit, "challenge", sees(model.challenges)[::-1])
        on_the_shelf = [each for each in sees(model.resources) if model.resources[each].status == "shared"]
        self.expect_pages(reader, "resources", limit, "resource", on_the_shelf[::-1])
        self.expect_pages(reader, "introductions", limit, "introduction", sees(model.introductions)[::-1])

    @rule(reader=people, challenge=challenges, limit=LIMITS)
    def read_the_answers(self, reader: str, challenge: str, limit: int) -> None:
        if not self.turned_away(reader) and self.model.sees(reader, challenge):
            members = [member for member, _ in self.model.answers_seen(reader, challenge)]
            self.expect_pages(reader, f"challenges/{challenge}/answers", limit, "member", members)

    @rule(reader=people, what=st.one_of(people, challenges, resources, introductions))
    def know_it_already(self, reader: str, what: str) -> None:
        """Whoever has it as it stands is told no more than that."""
        if not self.turned_away(reader) and (before := self.expect_shown(reader, what)) is not None:
            tag = {"If-None-Match": before.headers["etag"]}
            again = self.send("GET", self.address(what), reader, headers=tag)
            assert (again.status_code, again.content) == (304, b"")

    @rule(reader=people, member=people)
    def read_a_budget(self, reader: str, member: str) -> None:
        if self.turned_away(reader):
            return
        answer = self.send("GET", f"members/{member}/budget", reader)
        said = self.model.people[member]
        if said.minutes is None or not (reader == member or self.model.staff(reader)):
            self.expect_problem(answer, 404)
            return
        found, held = answer.json(), self.model.reserved(member)
        assert (found["minutes"], found["reserved"], found["spent"]) == (said.minutes, held, 0)
        assert found["free"] == said.minutes - held >= 0

    @rule(reader=people, limit=LIMITS)
    def follow_the_log(self, reader: str, limit: int) -> None:
        """An auditor alone, who sees of what was told to few only that it happened."""
        if self.turned_away(reader):
            return
        if "auditor" not in self.model.people[reader].roles:
            self.expect_problem(self.send("GET", "events", reader), 403)
            return
        moments: list[Any] = []
        after = 0
        while found := self.send("GET", f"events?after={after}&limit={min(limit * 10, 200)}", reader).json():
            moments += found
            after = found[-1]["position"]
        assert [each["position"] for each in moments] == list(range(self.before + 1, self.head + 1))
        assert [(each["stream"], each["name"], each["confidentiality"]) for each in moments] == list(
            map(as_told, self.model.log)
        )

    @invariant()
    def nothing_more_is_recorded_than_was_acknowledged(self) -> None:
        assert self.system.store.head() == self.head

    @invariant()
    def nobody_is_asked_for_more_time_than_they_offered(self) -> None:
        for member, person in self.model.people.items():
            assert self.model.reserved(member) <= (person.minutes or 0)


def as_told(happened: tuple[str, str, str]) -> tuple[str, str, str]:
    _, event, told = happened
    if told in {"public", "network"}:
        return happened
    unnamed = told == "sealed" or event.startswith(("coaching.", "budget.time-"))
    return "", "withheld" if unnamed else event, told


@pytest.mark.slow
def test_a_service_in_use_agrees_with_a_plain_model_of_it(tmp_path: Path) -> None:
    told = Settings(data=tmp_path / "data", master_key=tmp_path / "master.key", rate_limit=1_000_000, log_level="error")
    with (
        Confrere(told, lambda: NOON) as system,
        TestClient(create_app(system, told), raise_server_exceptions=False) as web,
    ):
        service = Open(system, web)
        often = settings(max_examples=40, stateful_step_count=50, deadline=None)
        run_state_machine_as_test(lambda: Service(service), settings=often)
